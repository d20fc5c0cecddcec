/** GET /api/v1/ledger/{account}: what an account has, and may spend. */
import { z } from 'zod';
import { ownAccount } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { accountNamed } from '../not-found.ts';
import { type Route, route } from '../route.ts';
import { ledgerBody, ledgerOf } from '../schemas/ledger.ts';
import { accountField } from '../schemas/submission.ts';

/** The account in a path. */
export const accountPath: z.ZodType<{ readonly account: string }> = z.strictObject({ account: accountField });

/** The money of one account. */
export function getLedger({ gateway, clock }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/ledger/{account}',
    operationId: 'getLedger',
    tag: 'ledger',
    access: 'read',
    isForAccounts: true,
    summary: 'What an account has, and may spend',
    params: accountPath,
    answers: { 200: { description: 'Its money', schema: ledgerBody } },
    problems: ['not_found'],
    handle: ({ params: { account }, caller }) => {
      const { name } = accountNamed(gateway, ownAccount(caller, account));
      return { status: 200, body: ledgerOf(gateway, name, clock.nowMs()) };
    },
  });
}
