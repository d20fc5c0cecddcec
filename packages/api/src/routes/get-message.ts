/** GET /api/v1/messages/{id}: one message and what happened to it. */
import { accountOf } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idPath, messageBody, messageOf } from '../schemas/message.ts';

/** One message with its timeline. */
export function getMessage({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/messages/{id}',
    operationId: 'getMessage',
    tag: 'messages',
    access: 'read',
    isForAccounts: true,
    summary: 'One message with its timeline',
    params: idPath,
    answers: { 200: { description: 'The message', schema: messageBody } },
    problems: ['message_not_found', 'store_failed'],
    handle: async ({ params: { id }, caller }) => {
      const view = await gateway.messages.get(id, accountOf(caller));
      if (view === undefined) {
        throw new Problem('message_not_found', 'there is no message with this id', {
          hint: 'GET /api/v1/messages lists the newest',
        });
      }
      return { status: 200, body: messageOf(view, caller) };
    },
  });
}
