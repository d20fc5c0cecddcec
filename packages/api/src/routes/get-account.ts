/** GET /api/v1/accounts/{name}: one account and its settings. */
import type { Context } from '../context.ts';
import { accountNamed } from '../not-found.ts';
import { type Route, route } from '../route.ts';
import { accountDetailBody, accountDetailOf } from '../schemas/account.ts';
import { namePath } from '../schemas/entry.ts';

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
