/** GET /api/v1/receipts/unmatched: receipts of upstreams that found no message. */
import { unmatchedReceipts } from '@chappe/gateway';
import { z } from 'zod';
import { seesTexts } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { cursorField, cursorOfId, idOfCursor, nextField } from '../cursor.ts';
import { shortened } from '../list-text.ts';
import { notFound } from '../not-found.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { isoOf } from '../times.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

const unmatchedBody = z.object({
  receipts: z
    .array(
      z.object({
        id: z.string().describe('Of the receipt here'),
        group: z.string(),
        connector: z.string().describe('It came by'),
        receivedAt: z.iso.datetime(),
        from: z.string(),
        to: z.string(),
        ids: z.array(z.string()).describe('What it calls the message'),
        stat: z.string().nullable(),
        err: z.string().nullable(),
        text: z.string().nullable().describe('Its first 1,000 characters'),
      }),
    )
    .describe('Newest first'),
  next: nextField,
});

/** The inbox of receipts without a message. */
export function listUnmatched({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/receipts/unmatched',
    operationId: 'listUnmatchedReceipts',
    tag: 'receipts',
    access: 'read',
    summary: 'Receipts of upstreams that found no message, newest first',
    query: z.strictObject({
      connector: z.string().min(1).max(64).optional().describe('Only of this connector or group'),
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
      before: cursorField,
    }),
    answers: { 200: { description: 'One page', schema: unmatchedBody } },
    takesTurns: true,
    problems: ['not_found', 'store_failed'],
    handle: async ({ query: { connector, limit = defaultLimit, before }, caller }) => {
      const page = await unmatchedReceipts(gateway, connector, limit, idOfCursor(before));
      if (page === undefined) throw notFound('connector', connector ?? '', '/api/v1/connectors');
      const receipts = page.receipts.map(({ receivedMs, stat, err, text, ...rest }) => ({
        ...rest,
        receivedAt: isoOf(receivedMs),
        stat: stat ?? null,
        err: err ?? null,
        text: seesTexts(caller) ? shortened(text ?? null) : null,
      }));
      return { status: 200, body: { receipts, next: cursorOfId(page.next) } };
    },
  });
}
