/**
 * Moves messages through their lanes: into memory or to the disk, from the disk when they are due, and to the
 * connectors as far as those have room.
 */
import type { Connector, Outcome } from './connector.ts';
import type { Core } from './core.ts';
import { DueTimer } from './due-timer.ts';
import { asCenterError } from './group-commit.ts';
import type { Feed } from './lanes/feed.ts';
import { Lane } from './lanes/lane.ts';
import { type LiveMessage, liveMessage } from './lanes/live-message.ts';
import type { Message, Place } from './message.ts';
import type { Claimed, Waiting } from './store.ts';

/** Messages handed to a connector at once; the loop goes on as long as it has room. */
const MAX_DELIVERY = 512;
/** Messages fetched from disk at once. */
const MAX_CLAIM = 1_000;
/** Messages fetched at least while fresh ones are parked. */
const LEAST_CLOSING_CLAIM = 64;
/** Claims of one lane under way at once: enough to keep the disk busy, few enough to stay fair between lanes. */
const MAX_LANE_CLAIMS = 4;
/** While the store fails, outcomes are kept in memory; beyond this nothing more is handed out. */
const MAX_UNSAVED_OUTCOMES = 10_000;

/** What the dispatcher leaves to others. */
export interface DispatchEvents {
  /** A connector's word about a message. */
  onReport(message: LiveMessage, outcome: Outcome): void;
  /** A message whose validity ended in the queue. */
  onExpired(message: LiveMessage): void;
}

/** The lanes and what moves in them. */
export class Dispatch {
  readonly lanes: Map<string, Lane> = new Map();
  readonly #core: Core;
  readonly #events: DispatchEvents;
  #dirty: Lane[] = [];
  readonly #due: DueTimer;
  #pumping: Lane | undefined;
  /** Nothing is handed out or fetched: before the start and while stopping. */
  isPaused = true;

  constructor(core: Core, events: DispatchEvents) {
    this.#core = core;
    this.#events = events;
    this.#due = new DueTimer(core.settings.clock, (nowMs) => this.#noteDue(nowMs));
  }

  /** Decides where a new message goes: into memory, or to the disk behind older ones of its feed. */
  admit(message: LiveMessage, nowMs: number): Place {
    const lane = this.#lane(message.lane);
    const feed = lane.feed(message.account);
    message.feed = feed;
    message.savingPlace = this.#placeFor(message, lane, feed, nowMs);
    if (message.savingPlace === 'memory') this.#enter(feed);
    return message.savingPlace;
  }

  /** The message's change is stored: it stands in its queue, waits on disk, or has left the memory. */
  landed(message: LiveMessage): void {
    const feed = message.feed;
    const stored = message.whenStored;
    if (stored !== undefined) {
      message.whenStored = undefined;
      stored();
    }
    if (feed === undefined) return;
    if (message.savingPlace === 'memory') {
      feed.enqueue(message);
      if (feed.lane.connector === undefined) this.#release(feed.lane);
      else this.markDirty(feed.lane);
      return;
    }
    message.phase = 'gone';
    this.#core.live.delete(message.id);
    if (message.savingPlace === 'waiting')
      this.#landedOnDisk(message, this.#lane(message.lane).feed(message.account));
    else feed.lane.forget(feed);
  }

  /** The message was not stored after all. */
  abandon(message: LiveMessage): void {
    message.phase = 'gone';
    const feed = message.feed;
    if (feed === undefined || message.savingPlace !== 'memory') return;
    feed.count -= 1;
    feed.lane.count -= 1;
    feed.lane.forget(feed);
  }

  /** Connects a lane. What waits on disk is fetched. */
  attach(name: string, connector: Connector): void {
    const lane = this.#lane(name);
    if (lane.connector !== undefined && lane.connector !== connector) this.detach(name);
    lane.connector = connector;
    lane.isHeld = false;
    connector.ready = () => {
      // Said inside deliver(), after giving messages back: waits for the sweep, else the two would spin.
      if (lane.isHeld && this.#pumping === lane) return;
      lane.isHeld = false;
      this.markDirty(lane);
    };
    this.#stir(lane);
  }

  /** Disconnects a lane: what stood in its queue waits on disk. What the connector has, it still reports. */
  detach(name: string): void {
    const lane = this.lanes.get(name);
    if (lane?.connector === undefined) return;
    lane.connector.ready = undefined;
    lane.connector = undefined;
    this.#release(lane);
  }

  /** Puts a message that a connector gave back untried at the head of its queue. */
  putBack(message: LiveMessage): void {
    const lane = this.#lane(message.lane);
    const feed = lane.feed(message.account);
    message.feed = feed;
    feed.putBack(message);
    lane.isHeld = true;
    if (lane.connector === undefined) this.#release(lane);
  }

  /** Puts a fetched message into its queue, whatever waits before it. */
  enqueueNow(message: LiveMessage): void {
    const lane = this.#lane(message.lane);
    const feed = lane.feed(message.account);
    message.feed = feed;
    this.#enter(feed);
    feed.append(message);
    this.markDirty(lane);
  }

  /** The feed of a message. */
  feedOf(message: LiveMessage): Feed {
    return this.#lane(message.lane).feed(message.account);
  }

  /** What waited when the store was opened. */
  restore(waiting: readonly Waiting[], nowMs: number): void {
    for (const { lane, account, count, nextDueMs } of waiting) {
      const feed = this.#lane(lane).feed(account);
      feed.waiting += count;
      if (nextDueMs <= nowMs) feed.mode = 'disk';
      else feed.nextDueMs = nextDueMs;
    }
  }

  /** Starts or resumes all lanes. */
  resume(): void {
    this.isPaused = false;
    for (const lane of this.lanes.values()) this.#stir(lane);
  }

  /** Stops the timer. */
  close(): void {
    this.isPaused = true;
    this.#due.disarm();
  }

  /** A lane may have something to hand out. */
  markDirty(lane: Lane): void {
    if (lane.isDirty) return;
    lane.isDirty = true;
    this.#dirty.push(lane);
    this.#core.wantTurn();
  }

  /** Looks at all lanes that changed. */
  pump(): void {
    if (this.#dirty.length === 0) return;
    const lanes = this.#dirty;
    this.#dirty = [];
    for (const lane of lanes) {
      lane.isDirty = false;
      if (!this.isPaused) this.#pumpLane(lane);
    }
  }

  /** Looks at due times by the wall clock, and at lanes that nobody woke. */
  sweep(nowMs: number): void {
    this.#noteDue(nowMs);
    for (const lane of this.lanes.values()) {
      if (lane.taken === 0 && lane.count > 0) {
        for (const message of lane.withdrawAll((one) => one.expiresMs <= nowMs))
          this.#events.onExpired(message);
      }
      lane.taken = 0;
      lane.isHeld = false;
      for (const feed of lane.feeds.values()) lane.forget(feed);
      if (lane.connector !== undefined) this.#stir(lane);
      else if (lane.feeds.size === 0 && lane.flying === 0 && lane.claiming === 0)
        this.lanes.delete(lane.name);
    }
  }

  readonly #report = (message: Message, outcome: Outcome): void => {
    const live = message as LiveMessage;
    if (live.phase !== 'flying') {
      this.#core.counters.strayReports += 1;
      return;
    }
    const lane = this.#lane(live.lane);
    lane.flying -= 1;
    live.phase = 'saving';
    this.#events.onReport(live, outcome);
  };

  #lane(name: string): Lane {
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = new Lane(name, this.#core.settings.limits.laneMessages);
      this.lanes.set(name, lane);
    }
    return lane;
  }

  #placeFor(message: LiveMessage, lane: Lane, feed: Feed, nowMs: number): Place {
    if (message.dueMs > nowMs) return 'waiting';
    if (lane.connector === undefined) {
      feed.mode = 'disk';
      return 'waiting';
    }
    if (feed.mode === 'disk' || feed.overflowed) return 'waiting';
    if (lane.roomFor(feed, this.#core.isTight) > 0) return 'memory';
    if (feed.mode === 'closing') feed.overflowed = true;
    else feed.mode = 'disk';
    return 'waiting';
  }

  #enter(feed: Feed): void {
    feed.count += 1;
    feed.lane.count += 1;
  }

  #landedOnDisk(message: LiveMessage, feed: Feed): void {
    feed.waiting += 1;
    const nowMs = this.#core.settings.clock.nowMs();
    if (message.dueMs > nowMs) {
      feed.nextDueMs = Math.min(feed.nextDueMs, message.dueMs);
      if (feed.lane.connector !== undefined) this.#due.arm(message.dueMs, nowMs);
      return;
    }
    if (feed.mode === 'memory') feed.isDue = true;
    feed.lane.noteHunger(feed);
    if (feed.isHungry) this.markDirty(feed.lane);
  }

  /** Puts everything queued in a lane without connector onto the disk. */
  #release(lane: Lane): void {
    for (const message of lane.withdrawAll(() => true)) {
      message.phase = 'saving';
      message.savingPlace = 'waiting';
      this.#core.commits.addOutcome({ op: 'update', message, place: 'waiting', line: '' });
    }
    for (const feed of lane.feeds.values()) {
      feed.parked.length = 0;
      feed.overflowed = false;
      feed.mode = 'disk';
    }
    this.#core.wantTurn();
  }

  #stir(lane: Lane): void {
    const nowMs = this.#core.settings.clock.nowMs();
    for (const feed of lane.feeds.values()) {
      if (feed.mode === 'disk' && feed.waiting === 0 && feed.count === 0 && !feed.isClaiming)
        feed.mode = 'memory';
      if (feed.nextDueMs < Number.POSITIVE_INFINITY) this.#due.arm(feed.nextDueMs, nowMs);
      lane.noteHunger(feed);
    }
    this.markDirty(lane);
  }

  #pumpLane(lane: Lane): void {
    const { connector } = lane;
    if (connector === undefined) return;
    const { commits } = this.#core;
    const isBlocked = commits.failure !== undefined && commits.pending > MAX_UNSAVED_OUTCOMES;
    const nowMs = this.#core.settings.clock.nowMs();
    const isDead = (message: LiveMessage): boolean => message.expiresMs <= nowMs;
    const bury = (message: LiveMessage): void => this.#events.onExpired(message);
    this.#pumping = lane;
    while (!lane.isHeld && !isBlocked) {
      const room = connector.capacity();
      if (room <= 0) break;
      const messages = lane.take(Math.min(room, MAX_DELIVERY), isDead, bury);
      if (messages.length === 0) break;
      connector.deliver(messages, this.#report);
    }
    this.#pumping = undefined;
    this.#refill(lane);
  }

  #refill(lane: Lane): void {
    while (lane.claiming < MAX_LANE_CLAIMS) {
      const feed = lane.hungry.shift();
      if (feed === undefined) return;
      feed.isHungry = false;
      // Those parked leave only when the last older ones have been fetched: there is always room for these.
      const least = feed.mode === 'closing' ? LEAST_CLOSING_CLAIM : 0;
      const room = Math.max(least, lane.roomFor(feed, this.#core.isTight));
      if (room > 0 && feed.wantsClaim) this.#claim(lane, feed, Math.min(room, MAX_CLAIM));
    }
  }

  #claim(lane: Lane, feed: Feed, limit: number): void {
    const { settings, commits } = this.#core;
    const nowMs = settings.clock.nowMs();
    const isClosing = feed.mode === 'closing';
    const isLast = isClosing && commits.settledNumber >= feed.closingCommit;
    feed.isClaiming = true;
    feed.isDue = false;
    lane.claiming += 1;
    const beforeId = isClosing ? feed.closingId : Number.MAX_SAFE_INTEGER;
    settings.store.claim({ lane: lane.name, account: feed.account, limit, nowMs, beforeId }).then(
      (claimed) => {
        feed.isClaiming = false;
        lane.claiming -= 1;
        this.#claimed(lane, feed, claimed, nowMs);
        if (claimed.messages.length >= limit) feed.isDue = true;
        else this.#cameUpShort(feed, isLast);
        lane.noteHunger(feed);
        this.markDirty(lane);
      },
      (error: unknown) => {
        // The sweep tries again.
        feed.isClaiming = false;
        lane.claiming -= 1;
        feed.isDue = true;
        settings.onError(asCenterError(error));
      },
    );
  }

  #claimed(lane: Lane, feed: Feed, claimed: Claimed, nowMs: number): void {
    this.#core.counters.claimed += claimed.messages.length;
    for (const stored of claimed.messages) {
      if (this.#core.commits.refusedIds.has(stored.id)) continue;
      feed.waiting -= 1;
      const message = liveMessage(stored);
      if (message.state === 'scheduled') message.state = 'enroute';
      message.feed = feed;
      this.#core.live.set(message.id, message);
      this.#enter(feed);
      feed.append(message);
    }
    const { nextDueMs } = claimed;
    feed.nextDueMs = feed.nextDueMs <= nowMs ? nextDueMs : Math.min(feed.nextDueMs, nextDueMs);
    if (lane.connector === undefined) this.#release(lane);
    else this.#due.arm(feed.nextDueMs, nowMs);
  }

  /** Fewer than asked for: nothing older is due on disk, as far as the store knew then. */
  #cameUpShort(feed: Feed, isLast: boolean): void {
    if (feed.mode === 'disk' && feed.lane.connector !== undefined) {
      feed.mode = 'closing';
      feed.closingId = this.#core.ids.next;
      feed.closingCommit = this.#core.commits.lastNumber;
    } else if (feed.mode === 'closing' && isLast) {
      feed.unpark();
    }
  }

  /** Feeds whose next message is due may claim; the timer is set for the next of the others. */
  #noteDue(nowMs: number): void {
    let next = Number.POSITIVE_INFINITY;
    for (const lane of this.lanes.values()) {
      if (lane.connector === undefined) continue;
      for (const feed of lane.feeds.values()) {
        if (feed.nextDueMs <= nowMs) {
          feed.nextDueMs = Number.POSITIVE_INFINITY;
          feed.isDue = true;
          lane.noteHunger(feed);
          this.markDirty(lane);
        } else next = Math.min(next, feed.nextDueMs);
      }
    }
    this.#due.disarm();
    if (!this.isPaused) this.#due.arm(next, nowMs);
  }
}
