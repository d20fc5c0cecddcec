/** POST /api/v1/phones/{msisdn}/messages: a handset writes (mobile originated). */
import type { Simulation } from '@chappe/sandbox';
import { checkContent } from '../content-argument.ts';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { phonePath, phoneSubmission, phoneSubmittedBody } from '../schemas/phone.ts';

/** A message from a handset to whoever serves the number. */
export function sendFromPhone({ gateway }: Context, simulation: Simulation): Route {
  return route({
    method: 'POST',
    path: '/api/v1/phones/{msisdn}/messages',
    operationId: 'sendFromPhone',
    tag: 'phones',
    access: 'operate',
    summary: 'Send a message from a handset',
    description:
      'It goes to the account that `to` was given to, or to `account`; in a sandbox to the bind whose address_range ' +
      'holds `to`, else to the account that last wrote to this handset from there, or `account`, or any. It waits on ' +
      'disk while none is bound.',
    params: phonePath,
    body: phoneSubmission,
    example: { to: '60100', text: 'STOP' },
    isAudited: false,
    answers: { 202: { description: 'On disk', schema: phoneSubmittedBody } },
    problems: ['refused', 'full', 'store_failed', 'stopping'],
    handle: async ({ params: { msisdn }, body }) => {
      checkContent(body);
      const { ids } = await simulation.send(gateway, { from: msisdn, ...body });
      return { status: 202, body: { id: ids[0] ?? '', ids } };
    },
  });
}
