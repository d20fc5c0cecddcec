/** Is the process there, and is it ready. */

import type { CenterErrorCode } from '@chappe/center';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';

/** Answers as long as the process answers at all. */
export function livez(): Route {
  return route({
    method: 'GET',
    path: '/livez',
    operationId: 'livez',
    tag: 'operation',
    access: 'open',
    summary: 'Is the process alive',
    answers: {
      200: { description: 'It is', schema: z.object({ status: z.literal('live') }) },
    },
    handle: () => ({ status: 200, body: { status: 'live' } }),
  });
}

const hints: Readonly<Partial<Record<CenterErrorCode, string>>> = {
  CHAPPE_STORE_GONE:
    'a file of the data folder was taken away, or replaced: put the folder back, or make room there; do not stop the ' +
    'server before, see its log',
  CHAPPE_STORE_FENCED:
    'another process has begun with the data of this one since, and has its messages: stop this one, see its log',
};

const readyBody = z.object({
  status: z.literal('ready'),
  daysAside: z
    .array(z.string())
    .optional()
    .describe('Days (UTC) whose file is damaged: their messages wait until it is repaired, all others go on'),
});

/** Answers 200 while messages are taken: listening, the store writes, not stopping; days that are set aside are named. */
export function readyz({ gateway, closing }: Context): Route {
  return route({
    method: 'GET',
    path: '/readyz',
    operationId: 'readyz',
    tag: 'operation',
    access: 'open',
    summary: 'Are messages taken now',
    answers: {
      200: { description: 'They are', schema: readyBody },
    },
    problems: ['not_ready'],
    handle: () => {
      if (closing.aborted) throw new Problem('not_ready', 'stopping');
      if (gateway.smppPort === 0) throw new Problem('not_ready', 'the SMPP listener is not open');
      const { failure } = gateway.center;
      if (failure !== undefined) {
        throw new Problem('not_ready', `the store does not take messages: ${failure.code}`, {
          cause: failure,
          hint: hints[failure.code],
        });
      }
      const days = gateway.center.files.aside.map(({ day }) => day);
      const body: z.infer<typeof readyBody> =
        days.length === 0 ? { status: 'ready' } : { status: 'ready', daysAside: days };
      return { status: 200, body };
    },
  });
}
