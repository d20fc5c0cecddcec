import type { MessageId } from '../message.ts';
import { Deque } from './deque.ts';
import type { Lane } from './lane.ts';
import type { LiveMessage } from './live-message.ts';

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
  /** Waiting on disk, due or not. */
  waiting = 0;
  mode: FeedMode = 'memory';
  /** When the next of those on disk that are not due yet is due. */
  nextDueMs: number = Number.POSITIVE_INFINITY;
  /** Something due may wait on disk although mode is `memory`: retries, schedules. */
  isDue = false;
  isClaiming = false;
  /** Stands in the lane's line of feeds that want a claim. */
  isHungry = false;
  /** While closing: the ids from here on are parked, those below are fetched. */
  closingId: MessageId = 0;
  /** While closing: number of the commit that holds the last older one. */
  closingCommit = 0;
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
    return (this.mode !== 'memory' || this.isDue) && this.releasing === 0;
  }

  /** True when nothing of it is anywhere. */
  get isEmpty(): boolean {
    return this.count + this.waiting + this.arriving + this.releasing === 0 && !this.isClaiming;
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

  /** Puts a message that was not tried back to the head of its queue. */
  putBack(message: LiveMessage): void {
    message.phase = 'queued';
    this.count += 1;
    this.lane.count += 1;
    this.queues[message.priority]?.unshift(message);
    this.lane.noteQueued(this, message.priority);
  }

  /** Ends `closing`: the parked ones follow those that were fetched. */
  unpark(): void {
    for (const message of this.parked) if (message.phase === 'queued') this.append(message);
    this.parked.length = 0;
    this.mode = this.overflowed ? 'disk' : 'memory';
    this.overflowed = false;
  }
}
