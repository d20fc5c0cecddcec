/** GET /api/v1/held: messages that routes hold back, and those of handsets that nobody has taken. */
import { heldMessages } from '@chappe/gateway';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { cursorField, cursorOfId, idOfCursor, nextField } from '../cursor.ts';
import { shortened } from '../list-text.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { shownTo } from '../schemas/message.ts';
import { isoOf } from '../times.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

const heldBody = z.object({
  messages: z
    .array(
      z.object({
        id: z.string(),
        route: z
          .string()
          .nullable()
          .describe('The route that holds it; null: from a handset, and nobody takes it'),
        account: z.string().describe('Empty: from a handset'),
        from: z.string(),
        to: z.string(),
        text: z.string().nullable().describe('Its first 1,000 characters'),
        segments: z.int(),
        acceptedAt: z.iso.datetime(),
        expiresAt: z.iso.datetime().describe('It ends as expired then'),
      }),
    )
    .describe('Newest first'),
  next: nextField,
});

/** Messages that wait until somebody releases them. */
export function listHeld({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/held',
    operationId: 'listHeld',
    tag: 'held',
    access: 'read',
    summary: 'Messages that routes hold back, and those of handsets that nobody takes, newest first',
    query: z.strictObject({
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
      before: cursorField,
    }),
    answers: { 200: { description: 'One page', schema: heldBody } },
    takesTurns: true,
    problems: ['store_failed'],
    handle: async ({ query: { limit = defaultLimit, before }, caller }) => {
      const page = await heldMessages(gateway.center, limit, idOfCursor(before));
      const messages = page.messages.map(({ route: name, view }) => ({
        id: view.id,
        route: name ?? null,
        account: view.account,
        from: view.from,
        to: view.to,
        text: shortened(shownTo(caller, view).text ?? null),
        segments: view.segmentCount,
        acceptedAt: isoOf(view.acceptedMs),
        expiresAt: isoOf(view.expiresMs),
      }));
      return { status: 200, body: { messages, next: cursorOfId(page.next) } };
    },
  });
}
