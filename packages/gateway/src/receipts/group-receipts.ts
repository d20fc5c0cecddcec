/**
 * The receipts of one group of upstreams: by what they find their messages. Its upstreams tell here what they have taken;
 * whoever reads receipts looks here, and leaves here what waits. All of it is bounded.
 */
import type { Center, Message } from '@chappe/center';
import type { UpstreamReceiptSettings } from '@chappe/policy';
import type { IdRelation } from '@chappe/protocol';
import type { Clock } from '@chappe/smpp';
import { unansweredMark } from '../message/operator-id.ts';
import { handsetName } from './handset.ts';
import type { LearnedForms } from './learned-forms.ts';
import { IdLearning } from './learning.ts';
import { LongMessages } from './long-messages.ts';
import { type PendingReceipt, PendingReceipts, type TimedReceipt } from './pending-receipts.ts';
import { RecentEnds } from './recent-ends.ts';
import { UnansweredMessages } from './unanswered.ts';
import { Unmatched } from './unmatched.ts';

/** What the receipts of a group work with. */
export interface GroupReceiptsContext {
  readonly center: Center;
  readonly clock: Clock;
  /** What is known for good of how groups write their ids. */
  readonly forms: LearnedForms;
  readonly onError: (error: unknown, where: string) => void;
}

// Its answer is held back for so long: longer than any response takes, shorter than any upstream waits.
const holdMs = 1_000;
// An upstream that gives one id to several messages does so at once, or nearly.
const againMs = 100;
// Each holds a slot of an upstream's window.
const maxHeld = 1_000;
// How many are held in the hope of a response goes by what came of those before: an upstream whose receipts overtake its
// responses gets more, one that sends receipts of somebody else none, as those would fill its window.
const firstHopes = 1;
const mostHopes = 64;
const hopePerHit = 0.1;
const maxParked = 10_000;
const defaultEarlyMs = 600_000;
// So many receipts in a row that name other numbers than their messages: then theirs tell nothing.
const manyStrangers = 10;

/** The receipts of a group. */
export class GroupReceipts {
  readonly name: string;
  readonly unmatched: Unmatched;
  /** Messages that have ended not long ago. */
  readonly ends: RecentEnds = new RecentEnds();
  /** Messages that were not answered. */
  readonly unanswered: UnansweredMessages = new UnansweredMessages();
  /** Long messages whose parts do not get a receipt each. */
  readonly long: LongMessages;
  readonly #center: Center;
  readonly #clock: Clock;
  readonly #forms: LearnedForms;
  #ids: IdLearning = new IdLearning(undefined, undefined);
  #earlyMs: number = defaultEarlyMs;
  readonly #held: PendingReceipts = new PendingReceipts();
  readonly #parked: PendingReceipts = new PendingReceipts();
  #strangers = 0;
  #hasNamedHandsets = false;
  #hopes = firstHopes;

  constructor(name: string, { center, clock, forms, onError }: GroupReceiptsContext) {
    this.name = name;
    this.#center = center;
    this.unmatched = new Unmatched(center, name);
    this.long = new LongMessages({ group: name, center, clock, onError });
    this.#clock = clock;
    this.#forms = forms;
  }

  /** How its ids in receipts and in responses relate. */
  get ids(): IdLearning {
    return this.#ids;
  }

  /** Takes settings over; what waits goes on waiting. */
  configure(settings: UpstreamReceiptSettings): void {
    this.#ids = new IdLearning(settings.ids, this.#forms.of(this.name));
    this.#earlyMs = settings.earlyMs ?? defaultEarlyMs;
    this.unmatched.setLimit(settings.unmatched);
    this.long.configure(settings.longMessages);
  }

  /** Takes a relation of ids for known, for good; durable when it settles. What the settings say goes before. */
  async pin(relation: IdRelation): Promise<void> {
    await this.#forms.pin(this.name, relation);
    this.#ids.pin(relation);
  }

  /** A receipt with that id has found its message by a relation. */
  noteHit(relation: IdRelation, id: string): void {
    if (this.#ids.noteHit(relation, id)) this.#forms.learned(this.name, this.#ids.relation);
  }

  /** Finds the messages again that were not answered before the restart. */
  async restore(): Promise<void> {
    const sinceMs = this.#clock.monotonicMs();
    const found = await this.#center.findByUpstreamId(this.name, [unansweredMark], true);
    for (const { id, destination, upstreamId, sentMs: givenUpMs } of found)
      this.unanswered.add(destination.digits, { id, upstreamId, sinceMs, givenUpMs });
  }

  /** An upstream has a message, under that id: a receipt may have been quicker than its response. */
  sent(message: Message, upstreamId: string): void {
    if (upstreamId.startsWith(unansweredMark)) {
      this.doubted(message, upstreamId);
      return;
    }
    this.#tell(upstreamId);
    this.long.taken(message);
    // Sent again and taken now: it can end by the receipt of its first attempt.
    if (this.unanswered.size > 0) this.#tell(handsetName(message.destination.digits));
  }

  /**
   * An upstream has not answered: it may have the message. `upstreamId`: under which it waits for its receipt; undefined: it
   * is sent again, and a receipt of this attempt may tell of it all the same.
   */
  doubted({ id, destination: { digits } }: Message, upstreamId?: string): void {
    const [sinceMs, givenUpMs] = [this.#clock.monotonicMs(), this.#clock.nowMs()];
    this.unanswered.add(digits, { id, upstreamId, sinceMs, givenUpMs });
    // Its receipt may have come long before the answer was given up.
    this.#tell(handsetName(digits));
  }

  /** A message has ended, or goes elsewhere, without its receipt: one that comes after all changes nothing any more. */
  superseded({ id, upstreamId = '', destination }: Message): void {
    const { digits } = destination;
    if (this.ends.get(upstreamId, digits) === undefined)
      this.ends.note(upstreamId, digits, { id, verdict: '', hasOthers: false });
  }

  /**
   * Holds a receipt for a moment; false when too many are held. `isHope`: nothing says that a response is on its way that
   * tells its message.
   */
  hold(held: PendingReceipt, isHope: boolean): boolean {
    const most = isHope ? Math.floor(this.#hopes) : maxHeld;
    if (this.#held.size >= most || held.names.length === 0) return false;
    const nowMs = this.#clock.monotonicMs();
    const disarm = this.#clock.setTimer(() => {
      if (!this.#held.end(waiting)) return;
      if (isHope) this.#hopes /= 2;
      waiting.giveUp();
    }, holdMs);
    const waiting: TimedReceipt = { ...held, sinceMs: nowMs, untilMs: nowMs + holdMs, disarm };
    this.#held.add(waiting);
    return true;
  }

  /**
   * Remembers one that is on disk, for as long as responses may still come; gives what forgets it. `wasSaid`: its message
   * may have ended by the same receipt before.
   */
  park(parked: PendingReceipt, wasSaid: boolean): () => void {
    const nowMs = this.#clock.monotonicMs();
    const waiting: TimedReceipt = { ...parked, sinceMs: nowMs, untilMs: nowMs + this.#earlyMs };
    this.#parked.add(waiting);
    if (wasSaid) this.#lookAgain(waiting);
    for (let { eldest } = this.#parked; eldest !== undefined; { eldest } = this.#parked) {
      if (eldest.untilMs > nowMs && this.#parked.size <= maxParked) break;
      this.#parked.end(eldest);
    }
    return () => void this.#parked.end(waiting);
  }

  /** A message has that name from now on: a receipt that waits for it is told. */
  #tell(name: string): void {
    if (this.#held.size + this.#parked.size === 0) return;
    const nowMs = this.#clock.monotonicMs();
    const told = this.#held.tell(name, nowMs) ?? this.#parked.tell(name, nowMs);
    if (told === undefined) return;
    if (nowMs - told.sinceMs <= holdMs) this.#hopes = Math.min(mostHopes, this.#hopes + hopePerHit);
    for (const other of this.#parked.of(name)) this.#lookAgain(other);
  }

  /** It may say the same once more, unless another message has the same name: that is seen in a moment. */
  #lookAgain(parked: TimedReceipt): void {
    parked.disarm ??= this.#clock.setTimer(() => {
      parked.disarm = undefined;
      parked.giveUp();
    }, againMs);
  }

  /** Whether the receipts name the handsets of their messages. */
  get namesHandsets(): boolean {
    return this.#strangers < manyStrangers;
  }

  /** Whether that is known, and not only supposed. */
  get hasNamedHandsets(): boolean {
    return this.#hasNamedHandsets && this.namesHandsets;
  }

  /** A receipt has found its message, to the handset that it names or another. */
  noteHandset(isSame: boolean): void {
    this.#strangers = isSame ? 0 : this.#strangers + 1;
    this.#hasNamedHandsets ||= isSame;
  }

  /** Ends what waits: what is held is refused, and comes again. */
  close(): void {
    for (const held of this.#held.clear()) held.refuse();
    this.#parked.clear();
    this.long.close();
  }
}
