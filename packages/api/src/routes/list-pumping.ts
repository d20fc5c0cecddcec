/** GET /api/v1/pumping: what is refused because it looks made up. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { everywhere } from './release-pumping.ts';

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
