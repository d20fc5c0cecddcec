/** GET /api/v1/ledger/{account}/entries: what was credited, and what the days cost. */
import { z } from 'zod';
import { ownAccount } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { accountNamed } from '../not-found.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { lineBody, lineOf } from '../schemas/ledger.ts';
import { accountPath } from './get-ledger.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

const statementBody = z.object({
  lines: z.array(lineBody).describe('In order of time'),
  next: z.string().nullable().describe('after of the next page; null on the last'),
});

const place = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T[\dTZ:.-]{1,40})?$/, { error: 'must be a day, a time, or "next" of a page' });

/** The statement of an account. */
export function getStatement({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/ledger/{account}/entries',
    operationId: 'getStatement',
    tag: 'ledger',
    access: 'read',
    isForAccounts: true,
    summary: 'The statement of an account',
    description:
      'Days, times and places are compared as text: `after=2026-03-01&before=2026-04-01` is March.',
    params: accountPath,
    query: z.strictObject({
      after: place.optional().describe('Only later lines: 2026-03-01, or next of the page before'),
      before: place.optional().describe('Only earlier lines'),
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
    }),
    answers: { 200: { description: 'One page', schema: statementBody } },
    problems: ['not_found', 'store_failed'],
    handle: async ({ params: { account }, query: { after, before, limit = defaultLimit }, caller }) => {
      const { name } = accountNamed(gateway, ownAccount(caller, account));
      const { lines, next } = await gateway.ledger.statement(name, { after, before, limit });
      return { status: 200, body: { lines: lines.map(lineOf), next: next ?? null } };
    },
  });
}
