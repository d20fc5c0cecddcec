/** GET /api/v1/phones/{msisdn}/messages: what a handset shows. */
import type { Simulation } from '@chappe/sandbox';
import { z } from 'zod';
import { seesTexts } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { ListText } from '../list-text.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { type InboxMessageBody, inboxBody, inboxMessageOf, phonePath } from '../schemas/phone.ts';

// As many as a handset keeps.
const maxLimit = 1_000;

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
