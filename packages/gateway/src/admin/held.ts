/**
 * Messages that wait for somebody: those that routes hold back, and those of handsets that nobody has taken. Looking at
 * them, and letting them go on: by the routes that do not hold, or by the rules and numbers of now.
 */
import type { Center, Message } from '@chappe/center';
import { type MessageView, viewOf } from '../history/message-view.ts';
import { holderOf, isHeldLane, unclaimedLane } from '../lanes/lanes.ts';
import { readGroupOf } from '../message/content.ts';
import { allOfId, piecesOf } from '../message/groups.ts';
import type { Network } from '../network/network.ts';
import { newestWaiting } from './lane-page.ts';

/** One held message. */
export interface HeldMessage {
  /** The route that holds it; undefined: it is from a handset, and nobody has taken it. */
  readonly route: string | undefined;
  readonly view: MessageView;
}

/** One page, newest first; `next`: there may be more. */
export interface HeldPage {
  readonly messages: readonly HeldMessage[];
  readonly next: number | undefined;
}

/**
 * no-route: no route that does not hold takes it now. unclaimed: it is from a handset, and nobody takes it now.
 * not-from-handset: only those are given to an account.
 */
export type ReleaseResult = 'released' | 'not-held' | 'no-route' | 'unclaimed' | 'not-from-handset';

/** What became of several. */
export interface ReleasedHeld {
  readonly released: number;
  /** Those that no other route, rule or account takes. */
  readonly left: number;
}

const pageMessages = 1_000;

/** The messages of all routes that hold, and those that nobody has taken. `limit`: 1 to 1,000. */
export async function heldMessages(center: Center, limit: number, beforeId?: number): Promise<HeldPage> {
  const page = await newestWaiting(center, heldLanes(center), limit, beforeId);
  const messages = await Promise.all(
    page.messages.filter(isFirst).map(async (message) => ({
      route: message.lane === unclaimedLane ? undefined : holderOf(message.lane),
      view: viewOf(await piecesOf(center, message)),
    })),
  );
  return { messages, next: page.nextBeforeId };
}

/**
 * Lets a message go on, with all its segments; each destination of a submit_multi by its own route. `account`: to whom, of
 * one from a handset, whatever the rules say.
 */
export async function releaseHeld(
  center: Center,
  network: Network,
  publicId: string,
  account?: string,
): Promise<ReleaseResult> {
  const message = await center.query({ publicId });
  if (message === undefined) return 'not-held';
  if (message.lane === unclaimedLane) return claim(network, message, account);
  const held = (await allOfId(center, message)).filter(isHeld);
  if (held.length > 0 && account !== undefined) return 'not-from-handset';
  let result: ReleaseResult = 'not-held';
  for (const first of held.filter(isFirst)) {
    const one = await releasePieces(center, network, await piecesOf(center, first));
    if (one === 'released' || result === 'not-held') result = one;
  }
  return result;
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
        const pieces = await piecesOf(center, message);
        if (!holds(viewOf(pieces))) continue;
        const isFromHandset = lane === unclaimedLane;
        const result = isFromHandset
          ? await claim(network, message)
          : await releasePieces(center, network, pieces);
        if (result === 'released') released += 1;
        else left += 1;
      }
      beforeId = page.nextBeforeId;
      if (beforeId === undefined) break;
    }
  }
  return { released, left };
}

async function releasePieces(
  center: Center,
  network: Network,
  pieces: readonly Message[],
): Promise<ReleaseResult> {
  // All go one way, that of the whole: apart they would not be one text.
  const next = network.releaseLane(pieces);
  if (next === undefined) return 'no-route';
  const { name } = next.route.settings;
  let result: ReleaseResult = 'not-held';
  for (const { id } of pieces.filter(isHeld)) {
    const moved = await center.move(id, next.lane, { memo: next.memo, detail: `released route=${name}` });
    if (moved === 'replaced') result = 'released';
  }
  return result;
}

function isHeld({ lane }: Message): boolean {
  return isHeldLane(lane);
}

async function claim(network: Network, message: Message, account?: string): Promise<ReleaseResult> {
  const result = await network.mo.unclaimed.claim(message, account);
  if (result === 'claimed') return 'released';
  return result === 'left' ? 'unclaimed' : 'not-held';
}

function heldLanes(center: Center): readonly string[] {
  return center
    .depths()
    .map(({ lane }) => lane)
    .filter((lane) => lane === unclaimedLane || isHeldLane(lane));
}

function isFirst({ content }: Message): boolean {
  const group = readGroupOf(content);
  return group?.kind !== 'segments' || group.index === 0;
}
