/** DELETE /api/v1/messages, /phones and /phones/{msisdn}/messages: the sandbox begins anew. */
import { forgetMessages, type Simulation } from '@chappe/sandbox';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { phonePath } from '../schemas/phone.ts';

const forgottenBody = z.object({ cancelled: z.int().describe('Messages that waited, receipts included') });

/** Forgets all messages of a sandbox. */
export function forgetAllMessages({ gateway, clock }: Context, { handsets }: Simulation): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/messages',
    operationId: 'forgetMessages',
    tag: 'messages',
    access: 'manage',
    summary: 'Forget all messages (sandbox only)',
    description:
      'For test suites: what waits is cancelled, inboxes are empty, and no search, wait or id finds what was accepted ' +
      'before. A gateway with a configuration refuses it.',
    answers: { 200: { description: 'Nothing is there any more', schema: forgottenBody } },
    problems: ['conflict', 'store_failed', 'stopping'],
    handle: async () => {
      if (!gateway.entries.isSandbox) {
        throw new Problem('conflict', 'only a sandbox forgets messages', {
          hint: 'lifetime.retention says how long a gateway keeps them',
        });
      }
      return { status: 200, body: { cancelled: await forgetMessages(gateway, handsets, clock) } };
    },
  });
}

/** Empties the inbox of a handset. */
export function clearInbox(_context: Context, { handsets }: Simulation): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/phones/{msisdn}/messages',
    operationId: 'clearInbox',
    tag: 'phones',
    access: 'operate',
    summary: 'Empty the inbox of a handset',
    description: 'The messages themselves stay.',
    params: phonePath,
    answers: { 204: { description: 'It shows nothing' } },
    isAudited: false,
    handle: ({ params: { msisdn } }) => {
      handsets.clearInbox(msisdn.replace('+', ''));
      return { status: 204, body: undefined };
    },
  });
}

/** Switches all handsets on. */
export function switchPhonesOn(_context: Context, { handsets }: Simulation): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/phones',
    operationId: 'switchPhonesOn',
    tag: 'phones',
    access: 'operate',
    summary: 'Switch all handsets on again',
    description: 'What waits for them is tried at once. Inboxes stay.',
    answers: { 204: { description: 'All are on' } },
    isAudited: false,
    handle: () => {
      handsets.switchAllOn();
      return { status: 204, body: undefined };
    },
  });
}
