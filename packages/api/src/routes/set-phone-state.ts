/** PUT /api/v1/phones/{msisdn}/state: switches a handset. */
import type { Simulation } from '@chappe/sandbox';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { phoneBody, phonePath, phoneStateBody } from '../schemas/phone.ts';

/** Switches a handset on, off, busy or full. */
export function setPhoneState(_context: Context, { handsets }: Simulation): Route {
  return route({
    method: 'PUT',
    path: '/api/v1/phones/{msisdn}/state',
    operationId: 'setPhoneState',
    tag: 'phones',
    access: 'operate',
    summary: 'Switch a handset',
    description: 'Switching it on lets the messages that wait for it through at once.',
    params: phonePath,
    body: phoneStateBody,
    example: { state: 'off' },
    isAudited: false,
    answers: { 200: { description: 'The handset', schema: phoneBody } },
    problems: ['full'],
    handle: ({ params, body: { state } }) => {
      const msisdn = params.msisdn.replace('+', '');
      try {
        handsets.setState(msisdn, state);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new Problem('full', error.message, { cause: error, hint: 'switch some of them on' });
      }
      return { status: 200, body: { msisdn, state, messages: handsets.inbox(msisdn).length } };
    },
  });
}
