/** Lanes, the feeds they are made of, and messages in memory: three that know each other. */
import type { Connector } from '../connector.ts';
import type { Message, MessageId, Place, Priority } from '../message.ts';
import { Deque } from './deque.ts';

/** Messages an account may send in a row when others wait: few enough to be fair, enough to keep batches useful. */
const QUANTUM = 8;
/** However many accounts share a lane, each may hold this many in memory. */
const LEAST_SHARE = 32;
/** And as many octets, or one message if that has more. */
const LEAST_SHARE_OCTETS = 64 * 1024;
/** With each connector, however much the whole center holds: enough to keep any of them busy with short texts. */
const LEAST_FLYING_OCTETS = 256 * 1024;
const PRIORITIES: readonly Priority[] = [3, 2, 1, 0];

/**
 * Where a message in memory stands. saving: its commit is under way; queued: in its feed; flying: a connector has it;
 * sent: an upstream has it; gone: it left the memory (its queue may still hold it and passes over it).
 */
export type Phase = 'saving' | 'queued' | 'flying' | 'sent' | 'gone';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A message in memory: what others see as `Message`, and what the center needs to move it. */
export interface LiveMessage extends Writable<Message> {
  phase: Phase;
  feed: Feed | undefined;
  /** Place asked for in the change that is being saved. */
  savingPlace: Place;
  /** Counts in Feed.arriving or Feed.releasing until its change is stored. */
  toDisk: 'arriving' | 'releasing' | undefined;
  /** Somebody waits for the commit of its change. */
  whenStored: (() => void) | undefined;
  /** What it takes in memory, see octets.ts. */
  octets: number;
}

/**
 * How fresh messages of a feed travel.
 * - memory: straight through memory; nothing older waits on disk.
 * - disk: older ones wait on disk, so fresh ones line up behind them there.
 * - closing: the last older ones are being fetched; fresh ones line up behind them in `parked`.
 */
export type FeedMode = 'memory' | 'disk' | 'closing';

/** The messages of one account in one lane: the unit of order and of fairness. */
export class Feed {
  readonly lane: Lane;
  readonly account: string;
  /** In memory and committed, by priority. */
  readonly queues: readonly Deque<LiveMessage>[] = [new Deque(), new Deque(), new Deque(), new Deque()];
  /** Bit for each priority whose queue is in its lane's round. */
  inRound = 0;
  /** Messages of this turn of the round, see Lane.take. */
  served = 0;
  /** In memory: being saved, queued or parked; not those that fly. */
  count = 0;
  /** Of these. */
  octets = 0;
  /** Waiting on disk, due or not. */
  waiting = 0;
  mode: FeedMode = 'memory';
  /** When the next of those on disk that are not due yet is due. */
  nextDueMs: number = Number.POSITIVE_INFINITY;
  /** Something due may wait on disk although mode is `memory`: retries, schedules. */
  isDue = false;
  isClaiming = false;
  /** Something of a higher priority than 0 waits on disk: it is fetched past the lower ones in memory. */
  isUrgent = false;
  /** Stands in the lane's line of feeds that want a claim. */
  isHungry = false;
  /** While closing: the ids from here on are parked, those below are fetched. */
  closingId: MessageId = 0;
  /** While closing: older ones that are still on their way to the disk. */
  closingArrivals = 0;
  /** While closing: nothing older is due on disk, but some of them are not there yet. A claim would bring nothing. */
  awaitsArrivals = false;
  readonly parked: LiveMessage[] = [];
  /** Grows when the queue is put onto the disk. */
  releases = 0;
  /** Those with lower ids that were being saved for the memory then belong on the disk, too. */
  releasedId: MessageId = 0;
  /** Fresh ones on their way to the disk. */
  arriving = 0;
  /** On their way from the memory to the disk: until they are there, nothing is claimed, else it would overtake them. */
  releasing = 0;
  /** While closing: a fresh one found no room and went to the disk. */
  overflowed = false;

  constructor(lane: Lane, account: string) {
    this.lane = lane;
    this.account = account;
  }

  /** True when older messages are, or may be, due on disk. */
  get wantsClaim(): boolean {
    return (this.mode !== 'memory' || this.isDue) && this.releasing === 0 && !this.awaitsArrivals;
  }

  /** True when nothing of it is anywhere. */
  get isEmpty(): boolean {
    return this.count + this.waiting + this.arriving + this.releasing === 0 && !this.isClaiming;
  }

  /** A message counts as being in memory. */
  enter(message: LiveMessage): void {
    this.count += 1;
    this.octets += message.octets;
    this.lane.count += 1;
  }

  /** It does not any more. */
  leave(message: LiveMessage): void {
    this.count -= 1;
    this.octets -= message.octets;
    this.lane.count -= 1;
  }

  /** Puts a message at the end of its queue, or behind those that are being fetched. */
  enqueue(message: LiveMessage): void {
    if (this.mode === 'closing' && message.id >= this.closingId) {
      message.phase = 'queued';
      this.parked.push(message);
    } else this.append(message);
  }

  /** Puts a message at the end of its queue. */
  append(message: LiveMessage): void {
    message.phase = 'queued';
    this.queues[message.priority]?.push(message);
    this.lane.noteQueued(this, message.priority);
  }

  /** Puts a message that was not tried back to the head of its queue, in order with others that were put back. */
  putBack(message: LiveMessage): void {
    message.phase = 'queued';
    this.enter(message);
    this.queues[message.priority]?.unshiftBehind(message, (other) => other.id < message.id);
    this.lane.noteQueued(this, message.priority);
  }

  /** One of the messages on their way to the disk is there, or will never be. True: claims have something to find again. */
  arrived(id: MessageId): boolean {
    this.arriving -= 1;
    if (this.mode !== 'closing' || id >= this.closingId) return false;
    this.closingArrivals -= 1;
    if (this.closingArrivals > 0) return false;
    this.awaitsArrivals = false;
    return true;
  }

  /** Ends `closing`: the parked ones follow those that were fetched. */
  unpark(): void {
    for (const message of this.parked) if (message.phase === 'queued') this.append(message);
    this.parked.length = 0;
    this.mode = this.overflowed ? 'disk' : 'memory';
    this.overflowed = false;
  }
}

/** Limits of one lane; each account has a part of the first two. */
export interface LaneLimits {
  /** In memory, about; every account may have at least 32, or all of them if that is less. */
  readonly messages: number;
  readonly octets: number;
  /** With the connector. */
  readonly flyingOctets: number;
}

/**
 * The ordered queue in front of one connector. Higher priorities go first; inside a priority the accounts take turns
 * (deficit round robin with a quantum of 8 messages); inside an account the order is that of acceptance.
 */
export class Lane {
  readonly name: string;
  readonly feeds: Map<string, Feed> = new Map();
  connector: Connector | undefined;
  /** In memory: being saved, queued or parked. */
  count = 0;
  /** With the connector. */
  flying = 0;
  flyingOctets = 0;
  /** More was not handed out since the connector has enough octets. */
  isLaden = false;
  /** The connector gave something back untried: nothing is handed out before it says `ready`. */
  isHeld = false;
  /** Stands in the dispatcher's line of lanes to look at. */
  isDirty = false;
  /** Messages handed out since the last sweep. */
  taken = 0;
  /** Feeds that want to claim from the disk, in turn. */
  readonly hungry: Deque<Feed> = new Deque();
  /** Claims under way. */
  claiming = 0;
  readonly #rounds: readonly Deque<Feed>[] = [new Deque(), new Deque(), new Deque(), new Deque()];
  readonly #limits: LaneLimits;
  readonly #leastShare: number;

  constructor(name: string, limits: LaneLimits) {
    this.name = name;
    this.#limits = limits;
    this.#leastShare = Math.min(LEAST_SHARE, limits.messages);
  }

  /** The feed of an account, made when there is none. */
  feed(account: string): Feed {
    let feed = this.feeds.get(account);
    if (feed === undefined) {
      feed = new Feed(this, account);
      this.feeds.set(account, feed);
    }
    return feed;
  }

  /** Messages that one account may have in memory. */
  get share(): number {
    return Math.max(this.#leastShare, Math.floor(this.#limits.messages / Math.max(1, this.feeds.size)));
  }

  /** Octets that one account may have in memory. */
  get octetShare(): number {
    return Math.max(LEAST_SHARE_OCTETS, Math.floor(this.#limits.octets / Math.max(1, this.feeds.size)));
  }

  /** How many more messages the account may have in memory; `isTight`: the whole center holds too many. */
  roomFor(feed: Feed, isTight: boolean): number {
    if (feed.count > 0 && this.octetRoomFor(feed, isTight) <= 0) return 0;
    return (isTight ? this.#leastShare : this.share) - feed.count;
  }

  /** The same in octets. */
  octetRoomFor(feed: Feed, isTight: boolean): number {
    return (isTight ? LEAST_SHARE_OCTETS : this.octetShare) - feed.octets;
  }

  /** How many more octets the connector gets; it always gets one message. */
  flyingRoom(isTight: boolean): number {
    return (isTight ? LEAST_FLYING_OCTETS : this.#limits.flyingOctets) - this.flyingOctets;
  }

  /** The connector has a message no longer. True: it is to be asked whether it wants more. */
  landed(message: LiveMessage): boolean {
    this.flying -= 1;
    this.flyingOctets -= message.octets;
    const wasLaden = this.isLaden;
    this.isLaden = false;
    return wasLaden;
  }

  /** Puts a feed with a message of that priority into the round. */
  noteQueued(feed: Feed, priority: Priority): void {
    const bit = 1 << priority;
    if ((feed.inRound & bit) !== 0) return;
    feed.inRound |= bit;
    this.#rounds[priority]?.push(feed);
  }

  /**
   * Takes messages in order, up to so many and until they have so many octets; they are `flying` now. `isDead` ones are
   * handed to `bury` instead.
   */
  take(
    limit: number,
    octetLimit: number,
    isDead: (message: LiveMessage) => boolean,
    bury: (message: LiveMessage) => void,
  ): LiveMessage[] {
    const taken: LiveMessage[] = [];
    let octets = 0;
    for (const priority of PRIORITIES) {
      const round = this.#rounds[priority] as Deque<Feed>;
      while (taken.length < limit && octets < octetLimit && round.size > 0) {
        const feed = round.peek() as Feed;
        const message = feed.queues[priority]?.shift();
        if (message === undefined) {
          round.shift();
          feed.inRound &= ~(1 << priority);
          feed.served = 0;
          this.forget(feed);
          continue;
        }
        if (message.phase !== 'queued') continue;
        this.#leave(feed, message);
        if (isDead(message)) {
          bury(message);
          continue;
        }
        message.phase = 'flying';
        taken.push(message);
        octets += message.octets;
        feed.served += 1;
        if (feed.served >= QUANTUM) {
          feed.served = 0;
          round.shift();
          round.push(feed);
        }
      }
    }
    this.flying += taken.length;
    this.flyingOctets += octets;
    this.isLaden = octets >= octetLimit;
    this.taken += taken.length;
    return taken;
  }

  /** The highest priority that something is queued of; -1: nothing is. */
  get topPriority(): Priority | -1 {
    for (const priority of PRIORITIES) if ((this.#rounds[priority] as Deque<Feed>).size > 0) return priority;
    return -1;
  }

  /** Takes one queued message out, wherever it stands; its slot is passed over later. */
  withdraw(message: LiveMessage): void {
    message.phase = 'gone';
    if (message.feed !== undefined) this.#leave(message.feed, message);
  }

  /** Takes all queued and parked messages that fulfil a condition. */
  withdrawAll(isWanted: (message: LiveMessage) => boolean): LiveMessage[] {
    const out: LiveMessage[] = [];
    for (const feed of this.feeds.values()) {
      const keep = (message: LiveMessage): boolean => {
        if (message.phase !== 'queued') return false;
        if (!isWanted(message)) return true;
        this.withdraw(message);
        out.push(message);
        return false;
      };
      for (const queue of feed.queues) queue.filter(keep);
      const parked = feed.parked.filter(keep);
      feed.parked.length = 0;
      feed.parked.push(...parked);
    }
    return out;
  }

  /** Lets a feed stand in line for a claim, when it wants one and has room for a good number. */
  noteHunger(feed: Feed): void {
    if (feed.isHungry || feed.isClaiming || this.connector === undefined || !feed.wantsClaim) return;
    const part = feed.isUrgent ? 2 : 0.5;
    if (feed.count - feed.parked.length > this.share * part) return;
    // Those parked leave only when the last older ones have been fetched.
    if (feed.mode !== 'closing' && feed.octets > this.octetShare * part) return;
    feed.isHungry = true;
    this.hungry.push(feed);
  }

  /** Forgets a feed that has nothing left. */
  forget(feed: Feed): void {
    // A message may outlive the feed it came by; by then another feed may serve its account.
    if (!feed.isEmpty || feed.inRound !== 0 || feed.isHungry || this.feeds.get(feed.account) !== feed) return;
    this.feeds.delete(feed.account);
  }

  #leave(feed: Feed, message: LiveMessage): void {
    feed.leave(message);
    if (feed.wantsClaim) this.noteHunger(feed);
  }
}
