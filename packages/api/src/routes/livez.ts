/** GET /livez: is the process there. */
import { z } from 'zod';
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
