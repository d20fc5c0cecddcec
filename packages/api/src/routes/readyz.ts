/** GET /readyz: does it take messages. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';

/** Answers 200 while messages are taken: listening, the store writes, not stopping. */
export function readyz({ gateway, closing }: Context): Route {
  return route({
    method: 'GET',
    path: '/readyz',
    operationId: 'readyz',
    tag: 'operation',
    access: 'open',
    summary: 'Are messages taken now',
    answers: {
      200: { description: 'They are', schema: z.object({ status: z.literal('ready') }) },
    },
    problems: ['not_ready'],
    handle: () => {
      if (closing.aborted) throw new Problem('not_ready', 'stopping');
      if (gateway.smppPort === 0) throw new Problem('not_ready', 'the SMPP listener is not open');
      const { failure } = gateway.center;
      if (failure !== undefined) {
        throw new Problem('not_ready', `the store does not take messages: ${failure.code}`, {
          cause: failure,
        });
      }
      return { status: 200, body: { status: 'ready' } };
    },
  });
}
