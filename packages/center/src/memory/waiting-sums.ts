import type { Message } from '../message.ts';
import type { Waiting } from '../store.ts';

/** What waits, added up by lane and account. */
export class WaitingSums {
  readonly #sums: Map<string, { -readonly [K in keyof Waiting]: Waiting[K] }> = new Map();

  /** One more that waits. */
  add({ lane, account, kind, dueMs }: Message): void {
    const key = `${lane}\0${account}`;
    const sum = this.#sums.get(key) ?? { lane, account, count: 0, nextDueMs: Number.POSITIVE_INFINITY };
    sum.count += 1;
    if (kind === 'receipt' || kind === 'notice') sum.notes = (sum.notes ?? 0) + 1;
    sum.nextDueMs = Math.min(sum.nextDueMs, dueMs);
    this.#sums.set(key, sum);
  }

  /** The sums. */
  get all(): readonly Waiting[] {
    return [...this.#sums.values()];
  }
}
