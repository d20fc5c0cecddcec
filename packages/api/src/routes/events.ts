/** GET /api/v1/events: what happens, as it happens. */
import { type EventType, type EventView, eventBodyOf } from '@chappe/gateway';
import { z } from 'zod';
import { accountOf, type Caller, forbidden, ownAccount, seesTexts } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { type EventFilter, eventNouns, isWanted, typesOf } from '../event-filter.ts';
import { shortened } from '../list-text.ts';
import { liveAnswer } from '../live-answer.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { type ShareLimits, Shares } from '../shares.ts';

/** Readers at once: each is a connection and is told every event; consoles are some few. */
export const readerLimits: ShareLimits = { each: 10, accounts: 100, operators: 50 };
const maxNameCharacters = 64;
const asked = `${eventNouns.join(', ')}, or single types as message.delivered`;

const typeList = z.string().transform((text, context): ReadonlySet<EventType> => {
  const types = new Set<EventType>();
  for (const word of text.split(',')) {
    const named = typesOf(word);
    if (named === undefined) {
      context.addIssue({ code: 'custom', message: `must be of ${asked}, separated by commas` });
      return z.NEVER;
    }
    for (const type of named) types.add(type);
  }
  return types;
});

const nameText = z.string().min(1).max(maxNameCharacters);

const query = z.strictObject({
  type: typeList.optional().describe(`Of ${asked}, separated by commas; default all`),
  account: nameText.optional().describe('Only events of this account'),
  connector: nameText.optional().describe('Only events of this connector or group of connectors'),
  session: wholeNumber(0, 999_999_999).optional().describe('Only events of this session of a customer'),
  text: z.enum(['0', '1']).optional().describe('1: with the texts of messages; for an admin or operator'),
});

/** Live events. An account hears of its own messages and sessions only, and no texts. */
export function streamEvents(context: Context): Route {
  const places = new Shares(readerLimits);
  return route({
    method: 'GET',
    path: '/api/v1/events',
    operationId: 'streamEvents',
    tag: 'operation',
    access: 'read',
    isForAccounts: true,
    summary: 'Live events',
    description:
      'Server-sent events, one JSON object each, the schema Event of this document: steps of messages and receipts, ' +
      'sessions, connectors, alarms. Nothing is kept: what happens while nobody listens is not told later. Who reads too ' +
      'slowly gets an event `stream.skipped` with the number of those left out.',
    query,
    answers: {
      200: { description: 'Events until the caller goes away', type: 'text/event-stream', eachIs: 'Event' },
    },
    problems: ['full', 'stopping'],
    handle: ({ query: wanted, caller, isStillAllowed }) => {
      const filter = filterOf(wanted, caller);
      const view: EventView = {
        shown: wanted.text === '1' ? shortened : undefined,
        isCustomer: filter.isCustomer,
      };
      return liveAnswer(context, { caller, isStillAllowed, places }, (stream) =>
        context.gateway.events.subscribe((event) => {
          if (!isWanted(event, filter)) return;
          stream.offer(() => eventBodyOf(event, view));
        }, wantsMessages(filter)),
      );
    },
  });
}

function filterOf(
  { type, account, connector, session, text }: z.infer<typeof query>,
  caller: Caller,
): EventFilter {
  const isCustomer = accountOf(caller) !== undefined;
  if (text === '1' && (isCustomer || !seesTexts(caller))) {
    throw forbidden('this key may not read the texts of messages here', 'operate');
  }
  if (connector !== undefined && isCustomer) throw forbidden('this key may not look at connectors');
  return {
    types: type,
    account: ownAccount(caller, account),
    connector,
    session,
    isCustomer,
  };
}

/** Without one, the message path need not make an event for each step. */
function wantsMessages({ types }: EventFilter): boolean {
  return types === undefined || [...types].some((type) => /^(?:message|receipt)\./.test(type));
}
