/** POST /api/v1/held/release: lets all go on, or those that a query finds. */
import { matchesView, parseSearch, releaseAllHeld } from '@chappe/gateway';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { searchText } from '../message-filter.ts';
import { type Route, route } from '../route.ts';

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
