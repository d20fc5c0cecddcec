/** DELETE /api/v1/sessions/{id}: ends a session in order. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { notFound } from '../not-found.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';

/** Unbinds a customer's session. */
export function endSession({ gateway }: Context): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/sessions/{id}',
    operationId: 'endSession',
    tag: 'sessions',
    access: 'operate',
    summary: 'End a session in order (unbind)',
    description:
      'Nothing new is taken, open requests are answered, then it is unbound. The peer may bind again.',
    params: z.strictObject({
      id: wholeNumber(0, 999_999_999).describe('Its id, as GET /api/v1/sessions tells'),
    }),
    answers: { 204: { description: 'It ends' } },
    problems: ['not_found'],
    handle: ({ params: { id } }) => {
      if (!gateway.unbind(id)) throw notFound('session', String(id), '/api/v1/sessions');
      return { status: 204, body: undefined };
    },
  });
}
