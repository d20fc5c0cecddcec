/** Moves messages through their lanes: into memory or to the disk, and to the connectors as far as those have room. */
import type { Connector, Outcome } from './connector.ts';
import type { Core } from './core.ts';
import { DueTimer } from './due-timer.ts';
import { hookError } from './hooks.ts';
import { type Feed, Lane, type LiveMessage } from './lanes/lane.ts';
import type { Message, Place } from './message.ts';
import { Refill } from './refill.ts';
import type { Waiting } from './store.ts';

/** Messages handed to a connector at once; the loop goes on as long as it has room. */
const MAX_DELIVERY = 512;
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
  readonly #refill: Refill;
  #pumping: Lane | undefined;
  /** Nothing is handed out or fetched: before the start and while stopping. */
  isPaused = true;
  #isClosed = false;

  constructor(core: Core, events: DispatchEvents) {
    this.#core = core;
    this.#events = events;
    this.#due = new DueTimer(core.settings.clock, (nowMs) => this.#noteDue(nowMs));
    this.#refill = new Refill(core, {
      onFilled: (lane) => this.markDirty(lane),
      onLate: (feed, message) => this.#releaseOne(feed, message),
      onFailed: (error) => {
        // While it stops, the store may be closed under a claim.
        if (!this.isPaused) core.tellFailure(error);
      },
      onNextDue: (atMs, nowMs) => this.#due.arm(atMs, nowMs),
    });
  }

  /** Decides where a new message goes: into memory, or to the disk behind older ones of its feed. */
  admit(message: LiveMessage, nowMs: number): Place {
    const lane = this.#lane(message.lane);
    const feed = lane.feed(message.account);
    message.feed = feed;
    message.savingPlace = this.#placeFor(message, lane, feed, nowMs);
    if (message.savingPlace === 'memory') feed.enter(message);
    else {
      message.toDisk = 'arriving';
      feed.arriving += 1;
    }
    return message.savingPlace;
  }

  /** The message's change is stored: it stands in its queue, waits on disk, or has left the memory. */
  landed(message: LiveMessage): void {
    if (message.feed !== undefined) this.#land(message, message.feed);
    const stored = message.whenStored;
    if (stored === undefined) return;
    message.whenStored = undefined;
    this.#core.tell(stored, 'who waited for a message to be stored');
  }

  #land(message: LiveMessage, feed: Feed): void {
    if (message.savingPlace === 'memory') {
      const isLate = message.id < feed.releasedId && feed.mode !== 'memory';
      if (isLate || feed.lane.connector === undefined) this.#releaseOne(feed, message);
      else feed.enqueue(message);
      this.markDirty(feed.lane);
      return;
    }
    if (message.savingPlace === 'sent' && this.#core.awaiting.has(message)) {
      message.phase = 'sent';
      this.#makeRoom();
      feed.lane.forget(feed);
      return;
    }
    message.phase = 'gone';
    this.#core.drop(message);
    this.#noteOnDisk(message, feed);
    if (message.savingPlace === 'waiting')
      this.#landedOnDisk(message, this.#lane(message.lane).feed(message.account));
    else feed.lane.forget(feed);
  }

  /** Of too many that wait for their receipts, the eldest wait on disk alone. */
  #makeRoom(): void {
    const { awaiting, settings } = this.#core;
    const { awaitedMessages, awaitedOctets } = settings.limits;
    for (;;) {
      const eldest = awaiting.eldestBeyond(awaitedMessages, awaitedOctets);
      // One that is being saved is on its way out of here, or in: it is looked at next time.
      if (eldest === undefined || eldest.phase !== 'sent') return;
      awaiting.delete(eldest);
      eldest.phase = 'gone';
      this.#core.drop(eldest);
    }
  }

  /** The message was not stored after all. */
  abandon(message: LiveMessage): void {
    message.phase = 'gone';
    const feed = message.feed;
    if (feed === undefined) return;
    this.#noteOnDisk(message, feed);
    if (message.savingPlace === 'memory') feed.leave(message);
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
    feed.enter(message);
    feed.append(message);
    this.markDirty(lane);
  }

  /** The feed of a message. */
  feedOf(message: LiveMessage): Feed {
    return this.#lane(message.lane).feed(message.account);
  }

  /** What waited when the store was opened, or waits again since: it is there for whoever claims it first. */
  restore(waiting: readonly Waiting[]): void {
    const nowMs = this.#core.settings.clock.nowMs();
    for (const { lane, account, count, nextDueMs } of waiting) {
      const feed = this.#lane(lane).feed(account);
      feed.waiting += count;
      if (nextDueMs > nowMs) feed.nextDueMs = Math.min(feed.nextDueMs, nextDueMs);
      else if (this.isPaused) feed.mode = 'disk';
      else feed.isDue = true;
      if (!this.isPaused) this.#stirFeed(feed);
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
    this.#isClosed = true;
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
      // One whose lease is not held wakes with the next sweep, when it is again.
      if (!this.isPaused && this.#core.lease.isHeld) this.#pumpLane(lane);
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

  /** A connector has given a message up. */
  landedFromFlight(message: LiveMessage): void {
    const lane = this.#lane(message.lane);
    if (lane.landed(message)) this.markDirty(lane);
  }

  readonly #report = (message: Message, outcome: Outcome): void => {
    const live = message as LiveMessage;
    // After the end there is no store any more: after the next start it is tried again.
    if (live.phase !== 'flying' || this.#isClosed) {
      this.#core.counters.strayReports += 1;
      return;
    }
    this.landedFromFlight(live);
    live.phase = 'saving';
    this.#events.onReport(live, outcome);
  };

  #lane(name: string): Lane {
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      const { laneMessages: messages, laneOctets: octets, flyingOctets } = this.#core.settings.limits;
      lane = new Lane(name, { messages, octets, flyingOctets });
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

  #noteOnDisk(message: LiveMessage, feed: Feed): void {
    if (message.toDisk === 'arriving') {
      if (feed.arrived(message.id)) this.#stirFeed(feed);
    } else if (message.toDisk === 'releasing') feed.releasing -= 1;
    message.toDisk = undefined;
  }

  #landedOnDisk(message: LiveMessage, feed: Feed): void {
    feed.waiting += 1;
    const nowMs = this.#core.settings.clock.nowMs();
    if (message.dueMs > nowMs) {
      feed.nextDueMs = Math.min(feed.nextDueMs, message.dueMs);
      if (feed.lane.connector !== undefined) this.#due.arm(message.dueMs, nowMs);
      return;
    }
    // Closing, the last claim may be under way, and has not seen it.
    if (feed.mode !== 'disk') feed.isDue = true;
    if (message.priority > 0) feed.isUrgent = true;
    this.#stirFeed(feed);
  }

  #stirFeed(feed: Feed): void {
    feed.lane.noteHunger(feed);
    if (feed.isHungry) this.markDirty(feed.lane);
  }

  /** Puts everything queued in a lane without connector onto the disk. */
  #release(lane: Lane): void {
    for (const message of lane.withdrawAll(() => true)) this.#toDisk(message);
    for (const feed of lane.feeds.values()) {
      feed.parked.length = 0;
      feed.overflowed = false;
      feed.mode = 'disk';
      feed.awaitsArrivals = false;
      feed.releases += 1;
      feed.releasedId = this.#core.ids.next;
    }
  }

  /** Puts one message, which counts as being in memory, onto the disk with the others of its feed. */
  #releaseOne(feed: Feed, message: LiveMessage): void {
    feed.leave(message);
    this.#toDisk(message);
    if (feed.mode === 'memory') feed.mode = 'disk';
  }

  #toDisk(message: LiveMessage): void {
    message.toDisk = 'releasing';
    if (message.feed !== undefined) message.feed.releasing += 1;
    message.phase = 'saving';
    message.savingPlace = 'waiting';
    this.#core.commits.addOutcome({ op: 'update', message, place: 'waiting', line: '' });
    this.#core.wantTurn();
  }

  #stir(lane: Lane): void {
    const nowMs = this.#core.settings.clock.nowMs();
    for (const feed of lane.feeds.values()) {
      if (feed.mode === 'disk' && feed.isEmpty) feed.mode = 'memory';
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
      const room = this.#roomOf(connector);
      if (room <= 0) break;
      const octets = Math.max(lane.flying === 0 ? 1 : 0, lane.flyingRoom(this.#core.isTight));
      const messages = lane.take(Math.min(room, MAX_DELIVERY), octets, isDead, bury);
      if (messages.length === 0) break;
      this.#deliver(connector, messages);
    }
    this.#pumping = undefined;
    this.#refill.run(lane);
  }

  #roomOf(connector: Connector): number {
    try {
      return connector.capacity();
    } catch (cause) {
      this.#core.settings.onError(hookError('capacity() of a connector', cause));
      return 0;
    }
  }

  #deliver(connector: Connector, messages: readonly LiveMessage[]): void {
    try {
      connector.deliver(messages, this.#report);
    } catch (cause) {
      this.#core.settings.onError(hookError('deliver() of a connector', cause));
      // Which of those that it has not reported have left, nobody knows.
      for (const message of messages)
        if (message.phase === 'flying') this.#report(message, { kind: 'unknown', detail: 'connector=threw' });
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
