/** Messages that routes hold back: looking at them, and letting them go on by the routes that do not hold. */
import type { Center, Message } from '@chappe/center';
import { readGroupOf } from './content.ts';
import { groupOf } from './groups.ts';
import { newestWaiting } from './lane-page.ts';
import { type MessageView, viewOf } from './message-view.ts';
import type { Network } from './network.ts';

/** One held message. */
export interface HeldMessage {
  /** The route that holds it. */
  readonly route: string;
  readonly view: MessageView;
}

/** One page, newest first; `next`: there may be more. */
export interface HeldPage {
  readonly messages: readonly HeldMessage[];
  readonly next: number | undefined;
}

/** no-route: no route that does not hold takes it now. */
export type ReleaseResult = 'released' | 'not-held' | 'no-route';

/** What became of several. */
export interface ReleasedHeld {
  readonly released: number;
  /** Those that no other route takes. */
  readonly left: number;
}

const prefix = 'held:';
const pageMessages = 1_000;

/** The messages of all routes that hold. `limit`: 1 to 1,000. */
export async function heldMessages(center: Center, limit: number, beforeId?: number): Promise<HeldPage> {
  const page = await newestWaiting(center, heldLanes(center), limit, beforeId);
  const messages = await Promise.all(
    page.messages.filter(isFirst).map(async (message) => ({
      route: message.lane.slice(prefix.length),
      view: viewOf(await groupOf(center, message)),
    })),
  );
  return { messages, next: page.nextBeforeId };
}

/** Lets a message go on, with all its segments. */
export async function releaseHeld(
  center: Center,
  network: Network,
  publicId: string,
): Promise<ReleaseResult> {
  const message = await center.query({ publicId });
  if (message === undefined || !message.lane.startsWith(prefix)) return 'not-held';
  return releaseGroup(center, network, await groupOf(center, message));
}

/** Lets all go on for which `holds`. */
export async function releaseAllHeld(
  center: Center,
  network: Network,
  holds: (view: MessageView) => boolean,
): Promise<ReleasedHeld> {
  let released = 0;
  let left = 0;
  for (const lane of heldLanes(center)) {
    let beforeId: number | undefined;
    for (;;) {
      const page = await center.waitingIn(lane, pageMessages, beforeId);
      for (const message of page.messages.filter(isFirst)) {
        const group = await groupOf(center, message);
        if (!holds(viewOf(group))) continue;
        if ((await releaseGroup(center, network, group)) === 'released') released += 1;
        else left += 1;
      }
      beforeId = page.nextBeforeId;
      if (beforeId === undefined) break;
    }
  }
  return { released, left };
}

async function releaseGroup(
  center: Center,
  network: Network,
  group: readonly Message[],
): Promise<ReleaseResult> {
  const [first] = group;
  // All segments go one way, that of the first: apart they would not be one text.
  const next = first === undefined ? undefined : network.releaseLane(first);
  if (next === undefined) return 'no-route';
  const { name } = next.route.settings;
  let result: ReleaseResult = 'not-held';
  for (const { id, lane } of group) {
    if (!lane.startsWith(prefix)) continue;
    const moved = await center.move(id, next.lane, { memo: name, detail: `released route=${name}` });
    if (moved === 'replaced') result = 'released';
  }
  return result;
}

function heldLanes(center: Center): readonly string[] {
  return center
    .depths()
    .map(({ lane }) => lane)
    .filter((lane) => lane.startsWith(prefix));
}

function isFirst({ content }: Message): boolean {
  const group = readGroupOf(content);
  return group?.kind !== 'segments' || group.index === 0;
}
