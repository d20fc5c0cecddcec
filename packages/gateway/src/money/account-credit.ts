/**
 * What one account may still spend, in memory: the side of the ledger that is asked before every message. Its numbers
 * are those of the ledger and the tallies when the process starts, and follow every message from then on.
 */
import type { CreditSettings } from '@chappe/policy';

/** Whether messages may be taken; else what stands against it. */
export type ReserveResult = 'ok' | 'no-credit' | 'day-cap' | 'month-cap';

/** Where an account stands when the process starts, in millionths. */
export interface CreditOpening {
  readonly balance: number;
  readonly reserved: number;
  /** Reserved and settled of the messages accepted on the UTC day, in the UTC month of `nowMs`. */
  readonly spentDay: number;
  readonly spentMonth: number;
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
/** Without a bound of its own: what a number holds exactly. */
const lowest = -Number.MAX_SAFE_INTEGER;

/**
 * The running balance of one account. Prices are millionths, 0 or more; times are epoch milliseconds, wall clock.
 *
 * The day and the month only go forward: when the clock is set back, the later day goes on. Each message counts on the
 * day of its acceptance, so `reserve` and the message must be given the same time; one that is stored on the other side
 * of midnight than it was reserved leaves that day's sum off by its price until the process starts again.
 */
export class AccountCredit {
  /** Credited, less reserved and settled. */
  #balance: number;
  #reserved: number;
  #floor: number = lowest;
  #perDay: number = Number.POSITIVE_INFINITY;
  #perMonth: number = Number.POSITIVE_INFINITY;
  #spentDay: number;
  #spentMonth: number;
  #dayStartMs = 0;
  #dayEndMs = 0;
  #monthStartMs = 0;

  constructor(opening: CreditOpening) {
    this.#balance = opening.balance;
    this.#reserved = opening.reserved;
    this.#spentDay = opening.spentDay;
    this.#spentMonth = opening.spentMonth;
    this.#begin(opening.nowMs);
  }

  /** What is left: credited, less reserved and settled. Below zero: owed. */
  get balance(): number {
    return this.#balance;
  }

  /** Of messages that have not ended. */
  get reserved(): number {
    return this.#reserved;
  }

  /** Spent on the UTC day of `nowMs`, reserved included. */
  spentDay(nowMs: number): number {
    if (nowMs >= this.#dayEndMs) this.#pass(nowMs);
    return this.#spentDay;
  }

  /** Spent in the UTC month of `nowMs`, reserved included. */
  spentMonth(nowMs: number): number {
    if (nowMs >= this.#dayEndMs) this.#pass(nowMs);
    return this.#spentMonth;
  }

  /** Takes bounds from now on; undefined: none. What is spent stays spent. */
  configure(settings: CreditSettings | undefined): void {
    this.#floor = lowest;
    if (settings?.mode === 'prepaid') this.#floor = 0;
    // Not minus nothing.
    else if (settings?.limit !== undefined) this.#floor = 0 - settings.limit;
    this.#perDay = settings?.perDay ?? Number.POSITIVE_INFINITY;
    this.#perMonth = settings?.perMonth ?? Number.POSITIVE_INFINITY;
  }

  /** Sets the price of some messages (segments) aside, all or nothing. What costs nothing is always taken. */
  reserve(price: number, segments: number, nowMs: number): ReserveResult {
    const total = price * segments;
    const result = this.wouldReserve(total, nowMs);
    if (result !== 'ok' || total === 0) return result;
    this.#balance -= total;
    this.#reserved += total;
    this.#spentDay += total;
    this.#spentMonth += total;
    return 'ok';
  }

  /** What `reserve` would say to so much; nothing is set aside. */
  wouldReserve(total: number, nowMs: number): ReserveResult {
    if (total === 0) return 'ok';
    if (nowMs >= this.#dayEndMs) this.#pass(nowMs);
    // A product or a difference that is too large to be exact is still on the right side of these bounds.
    if (total > Number.MAX_SAFE_INTEGER || this.#balance - total < this.#floor) return 'no-credit';
    if (this.#spentDay + total > this.#perDay) return 'day-cap';
    if (this.#spentMonth + total > this.#perMonth) return 'month-cap';
    return 'ok';
  }

  /** Takes a reservation back: the messages were not stored. `reservedMs`: the time given to `reserve`. */
  release(price: number, segments: number, reservedMs: number): void {
    this.#release(price * segments, reservedMs);
  }

  /** One message has ended, and that is stored: its price is spent, or given back to the day of its acceptance. */
  settle(price: number, charged: boolean, acceptedMs: number): void {
    if (charged) this.#reserved -= price;
    else this.#release(price, acceptedMs);
  }

  /** An entry of the ledger was stored; for the ledger only. */
  credited(amount: number): void {
    this.#balance += amount;
  }

  #release(total: number, acceptedMs: number): void {
    if (total === 0) return;
    this.#reserved -= total;
    this.#balance += total;
    if (acceptedMs >= this.#dayEndMs) this.#pass(acceptedMs);
    // Not below nothing: of a message on the other side of midnight than its reservation.
    if (acceptedMs >= this.#dayStartMs) this.#spentDay = Math.max(0, this.#spentDay - total);
    if (acceptedMs >= this.#monthStartMs) this.#spentMonth = Math.max(0, this.#spentMonth - total);
  }

  #pass(nowMs: number): void {
    const monthStartMs = this.#monthStartMs;
    this.#begin(nowMs);
    this.#spentDay = 0;
    if (this.#monthStartMs !== monthStartMs) this.#spentMonth = 0;
  }

  #begin(nowMs: number): void {
    const now = new Date(nowMs);
    this.#dayStartMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
    this.#dayEndMs = this.#dayStartMs + DAY_MS;
    this.#monthStartMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  }
}
