/** GET /api/v1/accounts: who may connect. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { accountBody, accountOfList, sessionCounts } from '../schemas/account.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

const accountsBody = z.object({
  accounts: z.array(accountBody).describe('By name'),
  total: z.int(),
  next: z.string().nullable().describe('cursor of the next page; null on the last'),
});

/** All accounts, page by page. */
export function listAccounts({ gateway, clock }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/accounts',
    operationId: 'listAccounts',
    tag: 'accounts',
    access: 'read',
    summary: 'Accounts by name',
    query: z.strictObject({
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
      cursor: z.string().min(1).max(64).optional().describe('next of the page before'),
    }),
    answers: { 200: { description: 'One page', schema: accountsBody } },
    handle: ({ query: { limit = defaultLimit, cursor = '' } }) => {
      const names = gateway.accounts.names().sort();
      const rest = names.filter((name) => name > cursor);
      const page = rest.slice(0, limit);
      const sessions = sessionCounts(gateway);
      const originOf = gateway.entries.originsOf('account');
      const nowMs = clock.nowMs();
      const accounts = page.flatMap((name) => {
        const account = gateway.accounts.get(name);
        return account === undefined ? [] : [accountOfList(gateway, account, sessions, originOf, nowMs)];
      });
      const next = rest.length > page.length ? (page.at(-1) ?? null) : null;
      return { status: 200, body: { accounts, total: names.length, next } };
    },
  });
}
