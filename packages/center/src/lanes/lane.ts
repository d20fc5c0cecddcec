import type { Connector } from '../connector.ts';
import type { Priority } from '../message.ts';
import { Deque } from './deque.ts';
import { Feed } from './feed.ts';
import type { LiveMessage } from './live-message.ts';

/** Messages an account may send in a row when others wait: few enough to be fair, enough to keep batches useful. */
const QUANTUM = 8;
/** However many accounts share a lane, each may hold this many in memory. */
const LEAST_SHARE = 32;
const PRIORITIES: readonly Priority[] = [3, 2, 1, 0];

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
  readonly #limit: number;
  readonly #leastShare: number;

  /** `limit`: messages in memory, about; every account may have at least 32, or all of them if that is less. */
  constructor(name: string, limit: number) {
    this.name = name;
    this.#limit = limit;
    this.#leastShare = Math.min(LEAST_SHARE, limit);
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
    return Math.max(this.#leastShare, Math.floor(this.#limit / Math.max(1, this.feeds.size)));
  }

  /** How many more messages the account may have in memory; `isTight`: the whole center holds too many. */
  roomFor(feed: Feed, isTight: boolean): number {
    return (isTight ? this.#leastShare : this.share) - feed.count;
  }

  /** Puts a feed with a message of that priority into the round. */
  noteQueued(feed: Feed, priority: Priority): void {
    const bit = 1 << priority;
    if ((feed.inRound & bit) !== 0) return;
    feed.inRound |= bit;
    this.#rounds[priority]?.push(feed);
  }

  /** Takes up to `limit` messages in order; they are `flying` now. `isDead` ones are handed to `bury` instead. */
  take(
    limit: number,
    isDead: (message: LiveMessage) => boolean,
    bury: (message: LiveMessage) => void,
  ): LiveMessage[] {
    const taken: LiveMessage[] = [];
    for (const priority of PRIORITIES) {
      const round = this.#rounds[priority] as Deque<Feed>;
      while (taken.length < limit && round.size > 0) {
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
        this.#leave(feed);
        if (isDead(message)) {
          bury(message);
          continue;
        }
        message.phase = 'flying';
        taken.push(message);
        feed.served += 1;
        if (feed.served >= QUANTUM) {
          feed.served = 0;
          round.shift();
          round.push(feed);
        }
      }
    }
    this.flying += taken.length;
    this.taken += taken.length;
    return taken;
  }

  /** Takes one queued message out, wherever it stands; its slot is passed over later. */
  withdraw(message: LiveMessage): void {
    message.phase = 'gone';
    if (message.feed !== undefined) this.#leave(message.feed);
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
    if (feed.count - feed.parked.length > this.share / 2) return;
    feed.isHungry = true;
    this.hungry.push(feed);
  }

  /** Forgets a feed that has nothing left. */
  forget(feed: Feed): void {
    // A message may outlive the feed it came by; by then another feed may serve its account.
    if (!feed.isEmpty || feed.inRound !== 0 || feed.isHungry || this.feeds.get(feed.account) !== feed) return;
    this.feeds.delete(feed.account);
  }

  #leave(feed: Feed): void {
    feed.count -= 1;
    this.count -= 1;
    if (feed.wantsClaim) this.noteHunger(feed);
  }
}
