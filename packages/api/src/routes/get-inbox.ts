/** GET /api/v1/phones/{msisdn}/messages: what a handset shows. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { type InboxBody, inboxBody, inboxMessageOf, phonePath } from '../schemas/phone.ts';

// As many as a handset keeps.
const maxLimit = 1_000;

/** A handset's messages, oldest first. */
export function getInbox({ gateway: { handsets } }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/phones/{msisdn}/messages',
    operationId: 'getInbox',
    tag: 'phones',
    summary: 'Messages that a handset shows, oldest first',
    params: phonePath,
    query: z.strictObject({
      limit: wholeNumber(1, maxLimit).optional().describe(`Only so many of the newest; default ${maxLimit}`),
    }),
    answers: { 200: { description: 'The handset', schema: inboxBody } },
    handle: ({ params, query: { limit = maxLimit } }) => {
      const msisdn = params.msisdn.replace('+', '');
      const messages = handsets.inbox(msisdn).slice(-limit);
      const body: InboxBody = {
        msisdn,
        state: handsets.state(msisdn),
        messages: messages.map((message) => inboxMessageOf(msisdn, message)),
      };
      return { status: 200, body };
    },
  });
}
