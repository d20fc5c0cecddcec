/** GET /api/v1/messages/wait: answers as soon as there is such a message. */

import { type MessageView, parseSearch } from '@chappe/gateway';
import { GatewayError } from '@chappe/policy';
import { z } from 'zod';
import { callerKey } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { shortened } from '../list-text.ts';
import { filterParameters, ownFilter, searchText } from '../message-filter.ts';
import { duration } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { type Call, type Route, route } from '../route.ts';
import { messageBody, messageOf, shownTo } from '../schemas/message.ts';
import { type ShareLimits, Shares } from '../shares.ts';
import { isoOf } from '../times.ts';

// Proxies and clients give up soon after a minute; a longer wait is asked for again.
const maxTimeoutMs = 60_000;
const defaultTimeoutMs = 10_000;
// Between what makes a message come and the call that waits for it; a message of the run before is older.
const recentMs = 10_000;
const maxNear = 5;
/** Waits at once, of which the gateway lets a thousand. */
export const waitLimits: ShareLimits = { each: 100, accounts: 700, operators: 300 };

/** The newest message that fulfils all conditions, now or as soon as one does. */
export function waitForMessage(context: Context): Route {
  const places = new Shares(waitLimits);
  return route({
    method: 'GET',
    path: '/api/v1/messages/wait',
    operationId: 'waitForMessage',
    tag: 'messages',
    access: 'read',
    isForAccounts: true,
    summary: 'Wait for a message',
    description:
      'Answers at once with the newest message that fulfils the conditions and was accepted, or ended, in the last ' +
      `${recentMs / 1_000} seconds; else as soon as one comes or changes so that it does. \`after\`, an id or a ` +
      'clientReference says otherwise which ones that are there already count. The problem says which messages came.',
    query: z.strictObject({
      ...filterParameters,
      timeout: duration(maxTimeoutMs)
        .optional()
        .describe(
          `Seconds, or a duration such as 500ms; at most ${maxTimeoutMs / 1_000}; default ${defaultTimeoutMs / 1_000}`,
        ),
    }),
    answers: { 200: { description: 'The message', schema: messageBody } },
    problems: ['wait_timeout', 'full', 'store_failed', 'stopping'],
    handle: async (call) => {
      const { timeout = defaultTimeoutMs, ...filter } = call.query;
      const text = searchText(ownFilter(filter, call.caller), context.clock.nowMs(), call.caller);
      const leave = places.take(call.caller);
      if (leave === undefined) throw new Problem('full', 'all waits that this caller may have are under way');
      try {
        return { status: 200, body: messageOf(await wait(context, call, text, timeout), call.caller) };
      } finally {
        leave();
      }
    },
  });
}

type AnyCall = Pick<Call<unknown, unknown, unknown>, 'caller' | 'signal'>;

async function wait(context: Context, call: AnyCall, query: string, timeoutMs: number): Promise<MessageView> {
  const { gateway } = context;
  const look = <T>(work: () => Promise<T>): Promise<T> => inTurn(context, call, work);
  const { signal } = call;
  const isNamed = namesItsMessages(query, context.clock.nowMs());
  const options = { timeoutMs, signal, look, ...(isNamed ? {} : { recentMs }) };
  try {
    return await gateway.messages.wait(query, options);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'CHAPPE_GATEWAY_TIMEOUT') throw error;
    throw await look(() => problemOf(context, call, query, timeoutMs));
  }
}

async function inTurn<T>(
  { turns }: Context,
  { caller, signal }: AnyCall,
  work: () => Promise<T>,
): Promise<T> {
  const turn = await turns.take(callerKey(caller), signal);
  try {
    return await work();
  } finally {
    turn.over();
  }
}

/** Whether the query itself says which messages of the past are meant. */
function namesItsMessages(query: string, nowMs: number): boolean {
  const { terms, afterMs, beforeMs } = parseSearch(query, nowMs);
  const isBounded = afterMs !== undefined || beforeMs !== undefined;
  return (
    isBounded ||
    terms.some(({ key, negated }) => !negated && (key === 'id' || key === 'ref' || key === 'reference'))
  );
}

/** Which message was waited for, whether there was one before, and which came instead. */
async function problemOf(
  { gateway, clock }: Context,
  { caller }: AnyCall,
  query: string,
  timeoutMs: number,
): Promise<Problem> {
  const nowMs = clock.nowMs();
  const own = caller.kind === 'account' ? `account:${caller.name} ` : '';
  const sinceMs = nowMs - timeoutMs - recentMs;
  const {
    messages: [older],
  } = await gateway.messages.search(query, { limit: 1 });
  const { messages: came } = await gateway.messages.search(`${own}after:${isoOf(sinceMs)}`, {
    limit: maxNear,
  });
  const seen = came.map((view) => shownTo(caller, view));
  const what = query === '' ? 'any message' : query;
  return new Problem('wait_timeout', `no such message within ${timeoutMs} ms: ${what}`, {
    hint: hintOf(older, seen, nowMs),
    members: {
      query,
      older: older === undefined ? null : nearOf(shownTo(caller, older)),
      came: seen.map(nearOf),
    },
  });
}

function hintOf(older: MessageView | undefined, came: readonly MessageView[], nowMs: number): string {
  if (older !== undefined) {
    const seconds = Math.ceil((nowMs - older.acceptedMs) / 1_000);
    return `message ${older.id} is one, accepted ${seconds} s ago: after=${seconds + 1}s finds it`;
  }
  const [last] = came;
  if (last === undefined) return 'no message at all came meanwhile';
  const { to, state, text } = last;
  const shown = text === undefined ? 'octets' : JSON.stringify(shortened(text));
  return `meanwhile came ${came.length === maxNear ? 'others' : came.length}, the last to ${to}, ${state}: ${shown}`;
}

function nearOf({ id, kind, account, from, to, text, state, acceptedMs }: MessageView): object {
  const acceptedAt = isoOf(acceptedMs);
  return { id, kind, account, from, to, text: shortened(text ?? null), state, acceptedAt };
}
