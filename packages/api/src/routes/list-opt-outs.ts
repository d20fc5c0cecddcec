/** GET /api/v1/opt-outs: who wants no messages, and from whom. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { isoOf } from '../times.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

const optOutsBody = z.object({
  optOuts: z.array(
    z.object({
      handset: z.string(),
      sender: z.string().describe('* : nobody may write'),
      at: z.iso.datetime(),
      origin: z.string().describe('STOP and the like, or api'),
    }),
  ),
  next: z.string().nullable().describe('cursor of the next page; null on the last'),
});

/** Opt-outs by handset. */
export function listOptOuts({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/opt-outs',
    operationId: 'listOptOuts',
    tag: 'opt-outs',
    access: 'read',
    summary: 'Handsets that want no messages, and from whom',
    query: z.strictObject({
      handset: z.string().min(1).max(65).optional().describe('Only of this one'),
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
      cursor: z.string().min(1).max(200).optional().describe('next of the page before'),
    }),
    answers: { 200: { description: 'One page', schema: optOutsBody } },
    problems: ['store_failed'],
    handle: async ({ query: { handset, limit = defaultLimit, cursor } }) => {
      const { entries, next } = await gateway.optOuts.list({
        handset: handset?.trim(),
        after: cursor,
        limit,
      });
      const optOuts = entries.map(({ atMs, ...rest }) => ({ ...rest, at: isoOf(atMs) }));
      return { status: 200, body: { optOuts, next: next ?? null } };
    },
  });
}
