import type { Message, Place } from '../message.ts';
import { dayOfId } from '../message-id.ts';
import type { Tally } from '../store.ts';

type Sum = { -readonly [K in keyof Tally]: Tally[K] };

/** The money of messages by day and account: what the SQLite store keeps by triggers. */
export class MemoryTallies {
  readonly #sums: Map<string, Sum> = new Map();

  /** Adds a message as it is, or with `sign` -1 takes it away. */
  add(message: Message, place: Place, sign: 1 | -1): void {
    const { price, account } = message;
    if (price <= 0 || message.kind === 'receipt' || message.kind === 'notice') return;
    const day = dayOfId(message.id);
    const key = `${day}/${account}`;
    let sum = this.#sums.get(key);
    if (sum === undefined) {
      sum = { day, account, messages: 0, accepted: 0, reserved: 0, settled: 0, released: 0 };
      this.#sums.set(key, sum);
    }
    sum.messages += sign;
    sum.accepted += sign * price;
    if (place !== 'done') sum.reserved += sign * price;
    else if (message.charged === true) sum.settled += sign * price;
    else sum.released += sign * price;
  }

  /** Copies of all sums, by day and account. */
  all(): readonly Tally[] {
    return [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => ({ ...sum }));
  }

  /** As it is now. */
  copy(): MemoryTallies {
    const copy = new MemoryTallies();
    for (const [key, sum] of this.#sums) copy.#sums.set(key, { ...sum });
    return copy;
  }

  /** Those of some days. */
  of(days: readonly string[]): readonly Tally[] {
    return this.all().filter(({ day }) => days.includes(day));
  }

  /** Takes some days away. */
  forget(days: readonly string[]): void {
    for (const [key, { day }] of this.#sums) if (days.includes(day)) this.#sums.delete(key);
  }
}
