/** GET /api/v1/messages/wait: answers as soon as there is such a message. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { filterParameters, ownFilter, searchText } from '../message-filter.ts';
import { duration } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { messageBody, messageOf } from '../schemas/message.ts';

// Proxies and clients give up soon after a minute; a longer wait is asked for again.
const maxTimeoutMs = 60_000;
const defaultTimeoutMs = 10_000;

/** The newest message that fulfils all conditions, now or as soon as one does. */
export function waitForMessage({ gateway, clock }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/messages/wait',
    operationId: 'waitForMessage',
    tag: 'messages',
    access: 'account',
    summary: 'Wait for a message',
    description:
      'Answers at once with the newest message that fulfils the conditions, if there is one; else as soon as one comes ' +
      'or changes so that it does. `after` leaves older ones out.',
    query: z.strictObject({
      ...filterParameters,
      timeout: duration(maxTimeoutMs)
        .optional()
        .describe(
          `Seconds, or a duration such as 500ms; at most ${maxTimeoutMs / 1_000}; default ${defaultTimeoutMs / 1_000}`,
        ),
    }),
    answers: { 200: { description: 'The message', schema: messageBody } },
    problems: ['wait_timeout', 'full', 'store_failed', 'stopping'],
    handle: async ({ query: { timeout = defaultTimeoutMs, ...filter }, signal, caller }) => {
      const text = searchText(ownFilter(filter, caller), clock.nowMs());
      return {
        status: 200,
        body: messageOf(await gateway.messages.wait(text, { timeoutMs: timeout, signal })),
      };
    },
  });
}
