/** Stored messages against a table of routes that is not in force yet. */
import type { Message } from '@chappe/center';
import type { MessageFacts, RouteSettings } from '@chappe/policy';
import { type RouteComparison, Router, RouteTrial } from '@chappe/policy';
import { readGroupOf } from '../message/content.ts';
import { factsOfStored } from '../message/stored-facts.ts';
import type { Administered } from './administered.ts';

/** Which messages. Epoch milliseconds. */
export interface ReplayRange {
  readonly fromMs: number;
  /** Not included. */
  readonly untilMs: number;
  /** The newest so many. */
  readonly limit: number;
}

/** What came out. */
export interface ReplayResult extends RouteComparison {
  /** There were more messages than the limit. */
  readonly isCut: boolean;
}

const pageMessages = 1_000;

/**
 * Compares the routes in force with others over stored messages. A long message counts once, its text put together; its
 * accounts have the tags they have now. Throws a RangeError for routes that cannot be.
 */
export async function replayRoutes(
  gateway: Administered,
  routes: readonly RouteSettings[],
  { fromMs, untilMs, limit }: ReplayRange,
): Promise<ReplayResult> {
  const trial = new RouteTrial(gateway.network.router ?? new Router([]), new Router(routes));
  const groups = new Segments();
  let count = 0;
  let beforeId: number | undefined;
  for (;;) {
    const query = {
      kinds: ['mt' as const],
      afterMs: fromMs,
      beforeMs: untilMs,
      limit: pageMessages,
      beforeId,
    };
    const page = await gateway.center.search(query);
    for (const message of page.messages) {
      const whole = groups.take(message);
      if (whole === undefined) continue;
      if (count === limit) return { ...trial.result(), isCut: true };
      trial.add(factsOf(gateway, whole), segmentsOf(whole));
      count += 1;
    }
    beforeId = page.nextBeforeId;
    if (beforeId === undefined) return { ...trial.result(), isCut: false };
  }
}

/** What it was paid as. */
function segmentsOf({ content, segments }: Message): number {
  const group = readGroupOf(content);
  return group?.kind === 'segments' ? group.count : segments;
}

function factsOf({ accounts }: Administered, message: Message): MessageFacts {
  const tags = accounts.get(message.account)?.policy.tags ?? [];
  return factsOfStored(message, tags, message.acceptedMs);
}

/** Puts texts together: the segments of a message come one after the other, the last one first. */
class Segments {
  #tail = '';
  #firstId = 0;

  /** The whole message once its first segment comes. */
  take(message: Message): Message | undefined {
    const group = readGroupOf(message.content);
    if (group?.kind !== 'segments') return message;
    const firstId = message.id - group.index;
    if (firstId !== this.#firstId) {
      this.#firstId = firstId;
      this.#tail = '';
    }
    this.#tail = `${message.text ?? ''}${this.#tail}`;
    if (group.index > 0) return undefined;
    return message.text === undefined ? message : { ...message, text: this.#tail };
  }
}
