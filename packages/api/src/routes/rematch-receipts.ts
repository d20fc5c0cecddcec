/** POST /api/v1/receipts/unmatched/rematch: looks for the messages of unmatched receipts once more. */
import { rematchReceipts } from '@chappe/gateway';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { notFound } from '../not-found.ts';
import { type Route, route } from '../route.ts';

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
