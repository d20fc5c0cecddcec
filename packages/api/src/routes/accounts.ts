/** Accounts: who may connect, and who may not for now. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { accountNamed } from '../not-found.ts';
import { wholeNumber } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import {
  accountBody,
  accountDetailBody,
  accountDetailOf,
  accountOfList,
  sessionCounts,
} from '../schemas/account.ts';
import { namePath } from '../schemas/entry.ts';

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

/** One account; its password and keys are not shown. */
export function getAccount({ gateway, clock }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/accounts/{name}',
    operationId: 'getAccount',
    tag: 'accounts',
    access: 'read',
    summary: 'One account and its settings',
    params: namePath,
    answers: { 200: { description: 'The account', schema: accountDetailBody } },
    problems: ['not_found'],
    handle: ({ params: { name } }) => ({
      status: 200,
      body: accountDetailOf(gateway, accountNamed(gateway, name), clock.nowMs()),
    }),
  });
}

/** Suspends an account, or lets it in again; durable. */
export function suspendAccount({ gateway, clock }: Context, what: 'suspend' | 'resume'): Route {
  const isSuspended = what === 'suspend';
  return route({
    method: 'POST',
    path: `/api/v1/accounts/{name}/${what}`,
    operationId: `${what}Account`,
    tag: 'accounts',
    access: 'operate',
    summary: isSuspended ? 'Suspend an account: its sessions end' : 'Let a suspended account in again',
    description:
      'On disk when it is answered; it holds until the settings of the account say something new about it.',
    params: namePath,
    answers: { 200: { description: 'The account', schema: accountDetailBody } },
    problems: ['not_found', 'conflict', 'store_failed', 'stopping'],
    handle: async ({ params: { name } }) => {
      accountNamed(gateway, name);
      if (!(await gateway.suspend(name, isSuspended))) {
        throw new Problem('conflict', 'this gateway is open to everybody', {
          hint: 'start it with a list of accounts',
        });
      }
      const body = accountDetailOf(gateway, accountNamed(gateway, name), clock.nowMs());
      return { status: 200, body, changed: ['suspended'] };
    },
  });
}
