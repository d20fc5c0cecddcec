/** What is refused because it looks made up. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { notFound } from '../not-found.ts';
import { type Route, route } from '../route.ts';
import { accountField } from '../schemas/submission.ts';

const pumpingBody = z.object({
  stops: z.array(z.object({ account: z.string(), prefix: z.string().describe('* : everywhere') })),
});

/** All stops in force. */
export function listPumping({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/pumping',
    operationId: 'listPumping',
    tag: 'pumping',
    access: 'read',
    summary: 'Prefixes that accounts may not send to, since their messages look made up',
    answers: { 200: { description: 'All stops', schema: pumpingBody } },
    handle: () => {
      const stops = gateway.network.pumping
        .stops()
        .map(({ account, prefix }) => ({ account, prefix: prefix === '' ? everywhere : prefix }));
      return { status: 200, body: { stops } };
    },
  });
}

/** Stands for all prefixes. */
export const everywhere = '*';

/** Takes a stop away. */
export function releasePumping({ gateway }: Context): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/pumping/{account}/{prefix}',
    operationId: 'releasePumping',
    tag: 'pumping',
    access: 'operate',
    summary: 'Let an account send to a prefix again',
    params: z.strictObject({
      account: accountField,
      prefix: z
        .string()
        .regex(/^(\d{1,15}|\*)$/, { error: 'must be a prefix as GET /api/v1/pumping tells, or *' })
        .describe('* : whatever is stopped'),
    }),
    answers: { 204: { description: 'It may' } },
    problems: ['not_found'],
    handle: ({ params: { account, prefix } }) => {
      const wasStopped = gateway.network.pumping.release(account, prefix === everywhere ? undefined : prefix);
      if (!wasStopped) throw notFound('stop', `${account} ${prefix}`, '/api/v1/pumping');
      return { status: 204, body: undefined };
    },
  });
}
