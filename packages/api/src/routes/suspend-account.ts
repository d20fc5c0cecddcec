/** POST /api/v1/accounts/{name}/suspend and /resume. */
import type { Context } from '../context.ts';
import { accountNamed } from '../not-found.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { accountDetailBody, accountDetailOf } from '../schemas/account.ts';
import { namePath } from '../schemas/entry.ts';

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
