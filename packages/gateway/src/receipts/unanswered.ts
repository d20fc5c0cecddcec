/** Messages whose submissions were not answered: their upstreams may have them, under ids that nobody was told. */
import type { MessageId } from '@chappe/center';
import { handsetOf } from './handset.ts';

/** An attempt that was not answered; a message that is sent again may have several. */
export interface Unanswered {
  readonly id: MessageId;
  /** Under which the message waits for its receipt; undefined: it is sent again. */
  readonly upstreamId: string | undefined;
  /** When the answer was given up, or its end was read back after a restart: monotonic milliseconds. */
  readonly sinceMs: number;
  /** When the answer was given up, epoch milliseconds. */
  readonly givenUpMs: number;
}

const maxHandsets = 10_000;
// More to one handset at once are no case of bad luck.
const maxEach = 64;
// What an operator has not told of by then never left, or its handset is off for long.
const keptMs = 3_600_000;

/** By handset, in the order of sending. */
export class UnansweredMessages {
  readonly #byHandset: Map<string, readonly Unanswered[]> = new Map();

  get size(): number {
    return this.#byHandset.size;
  }

  add(digits: string, one: Unanswered): void {
    const handset = handsetOf(digits);
    const others = (this.#byHandset.get(handset) ?? []).filter(
      ({ sinceMs }) => one.sinceMs - sinceMs < keptMs,
    );
    this.#byHandset.delete(handset);
    this.#byHandset.set(handset, [...others.slice(1 - maxEach), one]);
    if (this.#byHandset.size <= maxHandsets) return;
    const eldest = this.#byHandset.keys().next();
    if (eldest.done !== true) this.#byHandset.delete(eldest.value);
  }

  /** Those to the handset that a receipt may be about. */
  of({ from, to }: { readonly from: string; readonly to: string }): readonly Unanswered[] {
    if (this.#byHandset.size === 0) return nobody;
    return this.#byHandset.get(handsetOf(from)) ?? this.#byHandset.get(handsetOf(to)) ?? nobody;
  }

  /** Its receipt has come, or none will. */
  delete(digits: string, gone: Unanswered): void {
    const handset = handsetOf(digits);
    const left = this.#byHandset.get(handset)?.filter((one) => one !== gone) ?? [];
    if (left.length === 0) this.#byHandset.delete(handset);
    else this.#byHandset.set(handset, left);
  }
}

const nobody: readonly Unanswered[] = Object.freeze([]);
