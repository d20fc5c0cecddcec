/** What is remembered of the receipts of one group of connectors; all of it bounded. */
import type { Center } from '@chappe/center';
import type { UpstreamReceiptSettings } from '@chappe/policy';
import type { IdRelation } from '@chappe/protocol';
import type { Clock } from '@chappe/smpp';
import { IdLearning } from './learning.ts';
import { LongMessages, type LongMessagesContext } from './long-messages.ts';
import { RecentEnds } from './recent-ends.ts';
import { UnansweredMessages } from './unanswered.ts';
import { Unmatched } from './unmatched.ts';
import { type Held, type Waiting, WaitingReceipts } from './waiting-receipts.ts';

/** What the receipts of a group work with. */
export interface GroupReceiptsContext {
  readonly center: Center;
  readonly clock: Clock;
  readonly settlePart: LongMessagesContext['settle'];
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
  readonly #clock: Clock;
  #ids: IdLearning = new IdLearning(undefined, undefined);
  #earlyMs: number = defaultEarlyMs;
  readonly #held: WaitingReceipts = new WaitingReceipts();
  readonly #parked: WaitingReceipts = new WaitingReceipts();
  #strangers = 0;
  #hasNamedHandsets = false;
  #hopes = firstHopes;

  constructor(name: string, { center, clock, settlePart, onError }: GroupReceiptsContext) {
    this.name = name;
    this.unmatched = new Unmatched(center, name);
    this.long = new LongMessages({ group: name, center, clock, settle: settlePart, onError });
    this.#clock = clock;
  }

  /** How its ids in receipts and in responses relate. */
  get ids(): IdLearning {
    return this.#ids;
  }

  /** Takes settings over; what waits goes on waiting. `known`: what was learned before. */
  configure(settings: UpstreamReceiptSettings, known: IdRelation | undefined): void {
    this.#ids = new IdLearning(settings.ids, known);
    this.#earlyMs = settings.earlyMs ?? defaultEarlyMs;
    this.unmatched.setLimit(settings.unmatched);
    this.long.configure(settings.longMessages);
  }

  /**
   * Holds a receipt for a moment; false when too many are held. `isHope`: nothing says that a response is on its way that
   * tells its message.
   */
  hold(held: Held, isHope: boolean): boolean {
    const most = isHope ? Math.floor(this.#hopes) : maxHeld;
    if (this.#held.size >= most || held.references.length === 0) return false;
    const nowMs = this.#clock.monotonicMs();
    const disarm = this.#clock.setTimer(() => {
      if (!this.#held.end(waiting)) return;
      if (isHope) this.#hopes /= 2;
      waiting.giveUp();
    }, holdMs);
    const waiting: Waiting = { ...held, sinceMs: nowMs, untilMs: nowMs + holdMs, disarm };
    this.#held.add(waiting);
    return true;
  }

  /**
   * Remembers one that is on disk, for as long as responses may still come; gives what forgets it. `wasSaid`: its message
   * may have ended by the same receipt before.
   */
  park(parked: Held, wasSaid: boolean): () => void {
    const nowMs = this.#clock.monotonicMs();
    const waiting: Waiting = { ...parked, sinceMs: nowMs, untilMs: nowMs + this.#earlyMs };
    this.#parked.add(waiting);
    if (wasSaid) this.#lookAgain(waiting);
    for (let { eldest } = this.#parked; eldest !== undefined; { eldest } = this.#parked) {
      if (eldest.untilMs > nowMs && this.#parked.size <= maxParked) break;
      this.#parked.end(eldest);
    }
    return () => void this.#parked.end(waiting);
  }

  /** A message has that reference from now on: a receipt that waits for it is told. */
  tell(reference: string): void {
    if (this.#held.size + this.#parked.size === 0) return;
    const nowMs = this.#clock.monotonicMs();
    const told = this.#held.tell(reference, nowMs) ?? this.#parked.tell(reference, nowMs);
    if (told === undefined) return;
    if (nowMs - told.sinceMs <= holdMs) this.#hopes = Math.min(mostHopes, this.#hopes + hopePerHit);
    for (const other of this.#parked.of(reference)) this.#lookAgain(other);
  }

  /** It may say the same once more, unless another message has the same name: that is seen in a moment. */
  #lookAgain(parked: Waiting): void {
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
