/** GET /api/v1/events: what happens, as it happens. */
import { z } from 'zod';
import { accountOf, type Caller, forbidden, ownAccount, seesTexts } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { bodyOf, type EventFilter, type EventKind, eventKinds, isWanted } from '../event-body.ts';
import { liveAnswer } from '../live-answer.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { type ShareLimits, Shares } from '../shares.ts';

/** Readers at once: each is a connection and is told every event; consoles are some few. */
export const readerLimits: ShareLimits = { each: 10, accounts: 100, operators: 50 };
const maxNameCharacters = 64;

const kindList = z.string().transform((text, context): ReadonlySet<EventKind> => {
  const kinds = new Set<EventKind>();
  for (const word of text.split(',')) {
    const kind = eventKinds.find((known) => known === word);
    if (kind === undefined) {
      context.addIssue({
        code: 'custom',
        message: `must be of ${eventKinds.join(', ')}, separated by commas`,
      });
      return z.NEVER;
    }
    kinds.add(kind);
  }
  return kinds;
});

const nameText = z.string().min(1).max(maxNameCharacters);

const query = z.strictObject({
  kind: kindList.optional().describe(`Of ${eventKinds.join(', ')}, separated by commas; default all`),
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
      'Server-sent events, one JSON object each: steps of messages and receipts, sessions, upstreams, alarms. Nothing is ' +
      'kept: what happens while nobody listens is not told later. Who reads too slowly gets an event `skipped` with the ' +
      'number of those left out.',
    query,
    answers: { 200: { description: 'Events until the caller goes away', type: 'text/event-stream' } },
    problems: ['full', 'stopping'],
    handle: ({ query: asked, caller, isStillAllowed }) => {
      const filter = filterOf(asked, caller);
      return liveAnswer(context, { caller, isStillAllowed, places }, (stream) =>
        context.gateway.events.subscribe((event) => {
          if (!isWanted(event, filter)) return;
          stream.offer(() => bodyOf(event, new Date(context.clock.nowMs()).toISOString(), filter));
        }, wantsMessages(filter)),
      );
    },
  });
}

function filterOf(asked: z.infer<typeof query>, caller: Caller): EventFilter {
  const { kind, account, connector, session, text } = asked;
  const isCustomer = accountOf(caller) !== undefined;
  if (text === '1' && (isCustomer || !seesTexts(caller))) {
    throw forbidden('this key may not read the texts of messages here', 'operate');
  }
  if (connector !== undefined && isCustomer) throw forbidden('this key may not look at connectors');
  return {
    kinds: kind,
    account: ownAccount(caller, account),
    connector,
    session,
    withText: text === '1',
    isCustomer,
  };
}

/** Without one, the message path need not make an event for each step. */
function wantsMessages({ kinds }: EventFilter): boolean {
  return kinds === undefined || kinds.has('message') || kinds.has('receipt');
}
