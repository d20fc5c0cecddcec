/** What is remembered of the receipts of one group of connectors; all of it bounded. */
import type { Center } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import type { UpstreamReceiptSettings } from '../settings/connector.ts';
import type { IdRelation } from './id-forms.ts';
import { IdLearning } from './learning.ts';
import { Unmatched } from './unmatched.ts';
import { type Held, WaitingReceipts } from './waiting-receipts.ts';

// Its answer is held back for so long: longer than any response takes, shorter than any upstream waits.
const holdMs = 1_000;
// Each holds a slot of an upstream's window.
const maxHeld = 1_000;
const maxParked = 10_000;
const defaultEarlyMs = 600_000;
// Some upstreams say everything twice, within seconds.
const maxRecent = 20_000;
const maxUnanswered = 10_000;
// Two are as good as many: a receipt could mean any of them.
const maxUnansweredEach = 8;
// So many receipts in a row that name other numbers than their messages: then theirs tell nothing.
const manyStrangers = 10;

/** The receipts of a group. */
export class GroupReceipts {
  readonly name: string;
  readonly unmatched: Unmatched;
  readonly #clock: Clock;
  #ids: IdLearning;
  #earlyMs: number;
  readonly #held: WaitingReceipts = new WaitingReceipts();
  readonly #parked: WaitingReceipts = new WaitingReceipts();
  #recent: Set<string> = new Set();
  #before: Set<string> = new Set();
  readonly #unanswered: Map<string, readonly string[]> = new Map();
  #strangers = 0;

  constructor(
    name: string,
    settings: UpstreamReceiptSettings,
    known: IdRelation | undefined,
    center: Center,
    clock: Clock,
  ) {
    this.name = name;
    this.#ids = new IdLearning(settings.ids, known);
    this.unmatched = new Unmatched(center, name, settings.unmatched);
    this.#clock = clock;
    this.#earlyMs = settings.earlyMs ?? defaultEarlyMs;
  }

  /** How its ids in receipts and in responses relate. */
  get ids(): IdLearning {
    return this.#ids;
  }

  /** Takes other settings; what waits goes on waiting. `known`: what was learned before. */
  configure(settings: UpstreamReceiptSettings, known: IdRelation | undefined): void {
    this.#ids = new IdLearning(settings.ids, known);
    this.#earlyMs = settings.earlyMs ?? defaultEarlyMs;
    this.unmatched.setLimit(settings.unmatched);
  }

  /** Holds a receipt for a moment; false when too many are held. */
  hold(held: Held): boolean {
    if (this.#held.size >= maxHeld || held.references.length === 0) return false;
    const disarm = this.#clock.setTimer(() => {
      if (this.#held.end(waiting)) waiting.giveUp();
    }, holdMs);
    const waiting = { ...held, untilMs: this.#clock.monotonicMs() + holdMs, disarm };
    this.#held.add(waiting);
    return true;
  }

  /** Remembers one that is on disk, for as long as responses may still come. */
  park(parked: Held): void {
    const nowMs = this.#clock.monotonicMs();
    this.#parked.add({ ...parked, untilMs: nowMs + this.#earlyMs });
    for (let { eldest } = this.#parked; eldest !== undefined; { eldest } = this.#parked) {
      if (eldest.untilMs > nowMs && this.#parked.size <= maxParked) return;
      this.#parked.end(eldest);
    }
  }

  /** A message has that reference from now on: a receipt that waits for it is told. */
  tell(reference: string): void {
    if (this.#held.size + this.#parked.size === 0) return;
    const nowMs = this.#clock.monotonicMs();
    if (!this.#held.tell(reference, nowMs)) this.#parked.tell(reference, nowMs);
  }

  /** A message has got its last receipt, which is known by `key`. */
  noteSettled(key: string): void {
    this.#recent.add(key);
    if (this.#recent.size < maxRecent) return;
    // Two generations instead of an order: adding is what has to be quick.
    this.#before = this.#recent;
    this.#recent = new Set();
  }

  /** Whether that receipt ended a message not long ago. */
  wasRecent(key: string): boolean {
    return this.#recent.has(key) || this.#before.has(key);
  }

  /** Whether the receipts name the handsets of their messages. */
  get namesHandsets(): boolean {
    return this.#strangers < manyStrangers;
  }

  /** A receipt that had to be looked for on the disk has found its message, to the handset that it names or another. */
  noteHandset(isSame: boolean): void {
    this.#strangers = isSame ? 0 : this.#strangers + 1;
  }

  /** A message to that handset was not answered. `isOpen`: whether one of that reference still waits. */
  noteUnanswered(handset: string, reference: string, isOpen: (reference: string) => boolean): void {
    if (this.#unanswered.size >= maxUnanswered) {
      const eldest = this.#unanswered.keys().next();
      if (eldest.done !== true) this.#unanswered.delete(eldest.value);
    }
    const open = (this.#unanswered.get(handset) ?? []).filter(isOpen);
    this.#unanswered.set(handset, [...open.slice(-maxUnansweredEach), reference]);
  }

  /** The one message to that handset that was not answered; undefined: none, or more than one. */
  unanswered(handset: string, isOpen: (reference: string) => boolean): string | undefined {
    if (this.#unanswered.size === 0) return undefined;
    const open = this.#unanswered.get(handset)?.filter(isOpen);
    if (open?.length !== 1) return undefined;
    this.#unanswered.delete(handset);
    return open[0];
  }

  /** Disarms the timers. */
  close(): void {
    this.#held.clear();
  }
}
