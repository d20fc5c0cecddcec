/** POST /api/v1/held/{id}/release: lets one go on. */
import { releaseHeld } from '@chappe/gateway';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { notFound } from '../not-found.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idPath } from '../schemas/message.ts';
import { accountField } from '../schemas/submission.ts';

const releaseBody = z
  .strictObject({
    account: accountField
      .optional()
      .describe('Of a message from a handset: who gets it, whatever rules and numbers say'),
  })
  .describe('To whom');

const releasedBody = z.object({ id: z.string(), released: z.boolean() });

/** Lets a held message go on by the routes that do not hold. */
export function releaseHeldMessage({ gateway }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/held/{id}/release',
    operationId: 'releaseHeld',
    tag: 'held',
    access: 'operate',
    summary: 'Let a held message go on',
    description:
      'By the routes in force now, without those that hold; all segments of a long message go. A message from a handset ' +
      'goes by the rules and numbers of now, or to `account`.',
    params: idPath,
    body: releaseBody.optional(),
    example: { account: 'acme' },
    answers: { 200: { description: 'It goes on', schema: releasedBody } },
    problems: ['not_found', 'conflict', 'invalid_parameter', 'store_failed'],
    handle: async ({ params: { id }, body }) => {
      const account = body?.account;
      if (account !== undefined && gateway.accounts.get(account) === undefined)
        throw notFound('account', account, '/api/v1/accounts');
      const result = await releaseHeld(gateway.center, gateway.network, id, account);
      if (result === 'not-from-handset') {
        throw new Problem(
          'invalid_parameter',
          'account is for messages from handsets: routes say where this one goes',
        );
      }
      if (result === 'unclaimed') {
        throw new Problem('conflict', 'nobody takes it', {
          hint: 'give the number to an account (ownNumbers), make a rule of mo, or name the account that gets it',
        });
      }
      if (result === 'not-held') throw notFound('held message', id, '/api/v1/held');
      if (result === 'no-route') {
        throw new Problem('conflict', 'no other route takes it', {
          hint: 'POST /api/v1/routes/test says why; make one that does',
        });
      }
      return { status: 200, body: { id, released: true } };
    },
  });
}
