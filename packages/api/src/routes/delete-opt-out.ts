/** DELETE /api/v1/opt-outs/{handset}: it may be written to again. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { everybody, handsetPath, senderField } from './put-opt-out.ts';

/** Takes an opt-out away. That of one sender and that of all are two. */
export function deleteOptOut({ gateway }: Context): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/opt-outs/{handset}',
    operationId: 'deleteOptOut',
    tag: 'opt-outs',
    access: 'operate',
    summary: 'Let a handset be written to again',
    params: handsetPath,
    query: z.strictObject({ sender: senderField.optional() }),
    answers: { 204: { description: 'There is no such opt-out any more' } },
    problems: ['refused', 'full', 'store_failed', 'stopping'],
    handle: async ({ params: { handset }, query: { sender = everybody } }) => {
      await gateway.optOuts.remove(handset, sender);
      return { status: 204, body: undefined };
    },
  });
}
