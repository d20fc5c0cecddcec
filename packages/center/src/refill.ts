/** Fetches messages that wait on disk into their feeds, in order and in bounded numbers. */
import type { Core } from './core.ts';
import type { CenterError } from './errors.ts';
import { asCenterError } from './group-commit.ts';
import type { Feed, Lane, LiveMessage } from './lanes/lane.ts';
import { liveMessage } from './lanes/live-message.ts';
import type { Claimed } from './store.ts';

/** Messages fetched at once. */
const MAX_CLAIM = 1_000;
const MAX_CLAIM_OCTETS = 2 * 1024 * 1024;
/** Messages fetched at least while fresh ones are parked, or when one is urgent, however many are in memory. */
const LEAST_CLAIM = 64;
const LEAST_CLAIM_OCTETS = 64 * 1024;
/** Claims of one lane under way at once: enough to keep the disk busy, few enough to stay fair between lanes. */
const MAX_LANE_CLAIMS = 4;

/** What comes of a claim. */
export interface RefillEvents {
  /** A lane has more to hand out. */
  onFilled(lane: Lane): void;
  /** A message came when it should wait on disk again: older ones are on their way there. */
  onLate(feed: Feed, message: LiveMessage): void;
  /** The store could not be asked. */
  onFailed(error: CenterError): void;
  /** When the next message that is not due yet is due. */
  onNextDue(atMs: number, nowMs: number): void;
}

/** Claims for the feeds that want it, in turn. */
export class Refill {
  readonly #core: Core;
  readonly #events: RefillEvents;

  constructor(core: Core, events: RefillEvents) {
    this.#core = core;
    this.#events = events;
  }

  /** Claims for the hungry feeds of a lane. */
  run(lane: Lane): void {
    while (lane.claiming < MAX_LANE_CLAIMS) {
      const feed = lane.hungry.shift();
      if (feed === undefined) return;
      feed.isHungry = false;
      // Those parked leave only when the last older ones have been fetched: there is always room for these.
      const mustClaim = feed.mode === 'closing' || feed.isUrgent;
      const { isTight } = this.#core;
      const room = Math.max(mustClaim ? LEAST_CLAIM : 0, lane.roomFor(feed, isTight));
      const octets = Math.max(mustClaim ? LEAST_CLAIM_OCTETS : 1, lane.octetRoomFor(feed, isTight));
      if (room > 0 && feed.wantsClaim)
        this.#claim(lane, feed, Math.min(room, MAX_CLAIM), Math.min(octets, MAX_CLAIM_OCTETS));
    }
  }

  #claim(lane: Lane, feed: Feed, limit: number, octets: number): void {
    const { settings } = this.#core;
    const nowMs = settings.clock.nowMs();
    const isClosing = feed.mode === 'closing';
    const isLast = isClosing && feed.closingArrivals === 0;
    const { releases } = feed;
    feed.isClaiming = true;
    feed.isDue = false;
    feed.isUrgent = false;
    lane.claiming += 1;
    const beforeId = isClosing ? feed.closingId : Number.MAX_SAFE_INTEGER;
    const claim = { lane: lane.name, account: feed.account, limit, octets, nowMs, beforeId };
    settings.store.claim(claim, this.#core.lease.owner).then(
      (claimed) => {
        feed.isClaiming = false;
        lane.claiming -= 1;
        const isLate = lane.connector === undefined || feed.releases !== releases || feed.releasing > 0;
        this.#take(feed, claimed, isLate);
        this.#noteNextDue(lane, feed, claimed, nowMs);
        if (claimed.isCut) {
          feed.isDue = true;
          feed.isUrgent ||= (claimed.messages.at(-1)?.priority ?? 0) > 0;
        } else if (!isLate) this.#cameUpShort(feed, isLast);
        lane.noteHunger(feed);
        this.#events.onFilled(lane);
      },
      (error: unknown) => {
        // The sweep tries again.
        feed.isClaiming = false;
        lane.claiming -= 1;
        feed.isDue = true;
        this.#events.onFailed(asCenterError(error));
      },
    );
  }

  #take(feed: Feed, { messages }: Claimed, isLate: boolean): void {
    this.#core.counters.claimed += messages.length;
    for (const stored of messages) {
      if (this.#core.isOurs(stored.id)) continue;
      const message = liveMessage(stored);
      if (message.state === 'scheduled') message.state = 'enroute';
      message.feed = feed;
      this.#core.keep(message);
      feed.waiting -= 1;
      feed.enter(message);
      if (isLate) this.#events.onLate(feed, message);
      else feed.append(message);
    }
  }

  #noteNextDue(lane: Lane, feed: Feed, { nextDueMs }: Claimed, nowMs: number): void {
    feed.nextDueMs = feed.nextDueMs <= nowMs ? nextDueMs : Math.min(feed.nextDueMs, nextDueMs);
    if (lane.connector !== undefined) this.#events.onNextDue(feed.nextDueMs, nowMs);
  }

  /** Fewer than asked for: nothing older is due on disk, as far as the store knew then. */
  #cameUpShort(feed: Feed, isLast: boolean): void {
    if (feed.mode === 'disk') {
      feed.mode = 'closing';
      feed.closingId = this.#core.ids.next;
      feed.closingArrivals = feed.arriving;
    } else if (feed.mode === 'closing') {
      if (isLast) feed.unpark();
      else feed.awaitsArrivals = feed.closingArrivals > 0;
    }
  }
}
