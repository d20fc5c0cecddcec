/** Receipts of upstreams that found no message. */
import { rematchReceipts, removeUnmatched, unmatchedReceipts } from '@chappe/gateway';
import { z } from 'zod';
import { seesTexts } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { cursorField, cursorOfId, idOfCursor, nextField } from '../cursor.ts';
import { shortened } from '../list-text.ts';
import { notFound } from '../not-found.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { idPath } from '../schemas/message.ts';
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

/** Throws an unmatched receipt away. */
export function deleteUnmatched({ gateway }: Context): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/receipts/unmatched/{id}',
    operationId: 'deleteUnmatchedReceipt',
    tag: 'receipts',
    access: 'operate',
    summary: 'Throw an unmatched receipt away',
    params: idPath,
    answers: { 204: { description: 'Gone' } },
    problems: ['not_found', 'store_failed'],
    handle: async ({ params: { id } }) => {
      if (!(await removeUnmatched(gateway, id))) {
        throw notFound('unmatched receipt', id, '/api/v1/receipts/unmatched');
      }
      return { status: 204, body: undefined };
    },
  });
}

const rematchBody = z
  .strictObject({
    connector: z.string().min(1).max(64).describe('A connector or group'),
    ids: z
      .enum(['same', 'hex-dec', 'dec-hex', 'loose'])
      .optional()
      .describe('How ids of receipts relate to those of responses; without it, or loose: any way'),
  })
  .describe('Which receipts, and how');

const resultBody = z.object({ matched: z.int(), left: z.int().describe('Still unmatched') });

/** Rematches; a form that is given is taken for known from now on. */
export function rematchUnmatched({ gateway }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/receipts/unmatched/rematch',
    operationId: 'rematchReceipts',
    tag: 'receipts',
    access: 'operate',
    summary: 'Look for the messages of unmatched receipts once more',
    description:
      'At most the newest 1,000 at a time. `ids` other than loose is taken for known from now on, unless the settings ' +
      'of the connector (dlr.idIn) say otherwise.',
    body: rematchBody,
    example: { connector: 'op-a', ids: 'hex-dec' },
    answers: { 200: { description: 'What came of it', schema: resultBody } },
    problems: ['not_found', 'store_failed'],
    handle: async ({ body: { connector, ids } }) => {
      const result = await rematchReceipts(gateway, connector, ids);
      if (result === undefined) throw notFound('connector', connector, '/api/v1/connectors');
      // A form that is given is taken for known from now on.
      const changed = ids === undefined || ids === 'loose' ? [] : ['ids'];
      return { status: 200, body: result, changed };
    },
  });
}
