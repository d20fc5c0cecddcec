/** Messages that routes hold back, and those of handsets that nobody has taken. */
import { heldMessages, matchesView, parseSearch, releaseAllHeld, releaseHeld } from '@chappe/gateway';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { cursorField, cursorOfId, idOfCursor, nextField } from '../cursor.ts';
import { shortened } from '../list-text.ts';
import { searchText } from '../message-filter.ts';
import { notFound } from '../not-found.ts';
import { wholeNumber } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idPath, shownTo } from '../schemas/message.ts';
import { accountField } from '../schemas/submission.ts';
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

const releaseBody = z
  .strictObject({
    account: accountField
      .optional()
      .describe('Of a message from a handset: who gets it, whatever rules and numbers say'),
  })
  .describe('To whom');

const releasedBody = z.object({ id: z.string(), released: z.boolean() });

/** Lets a held message go on by the routes that do not hold. */
export function releaseHeldMessage({ gateway }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/held/{id}/release',
    operationId: 'releaseHeld',
    tag: 'held',
    access: 'operate',
    summary: 'Let a held message go on',
    description:
      'By the routes in force now, without those that hold; all segments of a long message go. A message from a handset ' +
      'goes by the rules and numbers of now, or to `account`.',
    params: idPath,
    body: releaseBody.optional(),
    example: { account: 'acme' },
    answers: { 200: { description: 'It goes on', schema: releasedBody } },
    problems: ['not_found', 'conflict', 'invalid_parameter', 'store_failed'],
    handle: async ({ params: { id }, body }) => {
      const account = body?.account;
      if (account !== undefined && gateway.accounts.get(account) === undefined)
        throw notFound('account', account, '/api/v1/accounts');
      const result = await releaseHeld(gateway.center, gateway.network, id, account);
      if (result === 'not-from-handset') {
        throw new Problem(
          'invalid_parameter',
          'account is for messages from handsets: routes say where this one goes',
        );
      }
      if (result === 'unclaimed') {
        throw new Problem('conflict', 'nobody takes it', {
          hint: 'give the number to an account (ownNumbers), make a rule of mo, or name the account that gets it',
        });
      }
      if (result === 'not-held') throw notFound('held message', id, '/api/v1/held');
      if (result === 'no-route') {
        throw new Problem('conflict', 'no other route takes it', {
          hint: 'POST /api/v1/routes/test says why; make one that does',
        });
      }
      return { status: 200, body: { id, released: true } };
    },
  });
}

const requestBody = z
  .strictObject({
    query: z
      .string()
      .max(1_000)
      .optional()
      .describe('The search language: account:acme to:4477*; default: all'),
  })
  .describe('Which messages');

const resultBody = z.object({
  released: z.int(),
  left: z.int().describe('Those that no other route, rule or account takes'),
});

/** Lets held messages go on. */
export function releaseAllHeldMessages({ gateway, clock }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/held/release',
    operationId: 'releaseAllHeld',
    tag: 'held',
    access: 'operate',
    summary: 'Let all held messages go on, or those that a query finds',
    body: requestBody.optional(),
    example: { query: 'account:acme to:4499*' },
    answers: { 200: { description: 'What came of it', schema: resultBody } },
    problems: ['invalid_parameter', 'store_failed'],
    handle: async ({ body, caller }) => {
      const nowMs = clock.nowMs();
      const query = parseSearch(searchText({ q: body?.query }, nowMs, caller), nowMs);
      const result = await releaseAllHeld(gateway.center, gateway.network, (view) =>
        matchesView(query, view),
      );
      return { status: 200, body: result };
    },
  });
}
