/** The simulated handsets, and a sandbox that begins anew. */
import { forgetMessages, type Simulation } from '@chappe/sandbox';
import { z } from 'zod';
import { seesTexts } from '../auth/caller.ts';
import { checkContent } from '../content-argument.ts';
import type { Context } from '../context.ts';
import { ListText } from '../list-text.ts';
import { wholeNumber } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import {
  type InboxMessageBody,
  inboxBody,
  inboxMessageOf,
  phoneBody,
  phonePath,
  phoneStateBody,
  phoneSubmission,
  phoneSubmittedBody,
  phonesBody,
} from '../schemas/phone.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

/** Handsets that were switched or have messages. */
export function listPhones(_context: Context, { handsets }: Simulation): Route {
  return route({
    method: 'GET',
    path: '/api/v1/phones',
    operationId: 'listPhones',
    tag: 'phones',
    access: 'read',
    summary: 'Handsets that were switched or have messages, latest first',
    description: 'Every number exists; this lists those that something happened to.',
    query: z.strictObject({
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
    }),
    answers: { 200: { description: 'The handsets', schema: phonesBody } },
    handle: ({ query: { limit = defaultLimit } }) => ({
      status: 200,
      body: { phones: handsets.list(limit) },
    }),
  });
}

/** A handset's messages, oldest first. */
export function getInbox(_context: Context, { handsets }: Simulation): Route {
  return route({
    method: 'GET',
    path: '/api/v1/phones/{msisdn}/messages',
    operationId: 'getInbox',
    tag: 'phones',
    access: 'read',
    summary: 'Messages that a handset shows, oldest first',
    params: phonePath,
    query: z.strictObject({
      limit: wholeNumber(1, maxLimit).optional().describe(`Only so many of the newest; default ${maxLimit}`),
      before: z.string().min(1).max(64).optional().describe('next of the page before: only older ones'),
    }),
    answers: { 200: { description: 'The handset', schema: inboxBody } },
    takesTurns: true,
    handle: ({ params, query: { limit = maxLimit, before }, caller }) => {
      const msisdn = params.msisdn.replace('+', '');
      const all = handsets.inbox(msisdn);
      const end = before === undefined ? all.length : all.findIndex(({ publicId }) => publicId === before);
      const shown = (body: InboxMessageBody): InboxMessageBody =>
        seesTexts(caller) ? body : { ...body, text: null, hex: null };
      const list = new ListText();
      let at = end;
      // From the newest on, as many as there is room for.
      while (at > 0 && list.length < limit) {
        const message = all[at - 1];
        if (message === undefined || !list.add(shown(inboxMessageOf(msisdn, message)))) break;
        at -= 1;
      }
      const next = at > 0 ? (all[at]?.publicId ?? null) : null;
      const more = { msisdn, state: handsets.state(msisdn), next };
      return { status: 200, body: list.toReversed().toJson('messages', more) };
    },
  });
}

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
