/** After a start: parts of texts that come now go the way of those that came before it. */
import type { Center, Message } from '@chappe/center';
import { droppedLane } from '../lanes/lanes.ts';
import { trailOf } from '../message/trail.ts';
import { textOf, type Ways } from '../upstream/ways.ts';
import type { Fate, Wholes } from './wholes.ts';

// What was accepted within the last minutes, some thousands at most: nobody waits longer between two parts.
const recentMs = 300_000;
const maxPages = 5;
const pageMessages = 1_000;

/** Reads what was accepted lately. Of what was refused nothing is known any more. */
export async function restoreParts(center: Center, wholes: Wholes, ways: Ways, nowMs: number): Promise<void> {
  const parts: Message[] = [];
  let beforeId: number | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const query = { kinds: ['mt' as const], afterMs: nowMs - recentMs, limit: pageMessages, beforeId };
    const { messages, nextBeforeId } = await center.search(query);
    parts.push(...messages.filter((message) => textOf(message) !== undefined));
    beforeId = nextBeforeId;
    if (beforeId === undefined) break;
  }
  parts.reverse();
  wholes.restore(parts, fateOf, nowMs);
  for (const message of parts) {
    const target = trailOf(message.memo).tried.at(-1);
    if (target !== undefined) ways.note(message, target);
  }
}

function fateOf({ memo, lane }: Message): Fate {
  return { kind: 'taken', route: trailOf(memo).route, isDropped: lane === droppedLane };
}
