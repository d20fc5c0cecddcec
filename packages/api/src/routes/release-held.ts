/** POST /api/v1/held/{id}/release: lets one go on. */
import { releaseHeld } from '@chappe/gateway';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { notFound } from '../not-found.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idPath } from '../schemas/message.ts';

const releasedBody = z.object({ id: z.string(), released: z.boolean() });

/** Lets a held message go on by the routes that do not hold. */
export function releaseHeldMessage({ gateway }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/held/{id}/release',
    operationId: 'releaseHeld',
    tag: 'held',
    summary: 'Let a held message go on',
    description: 'By the routes in force now, without those that hold. All segments of a long message go.',
    params: idPath,
    answers: { 200: { description: 'It goes on', schema: releasedBody } },
    problems: ['not_found', 'conflict', 'store_failed'],
    handle: async ({ params: { id } }) => {
      const result = await releaseHeld(gateway.center, gateway.network, id);
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
