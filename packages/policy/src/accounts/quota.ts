/** How much an account may submit in a day and in a month (UTC), counted in segments. */
import type { QuotaSettings } from '../settings/account.ts';

const dayMs = 86_400_000;

/** The counts of one account. Counted without a limit too: two additions. */
export class Quota {
  readonly #perDay: number;
  readonly #perMonth: number;
  #day = 0;
  #month = 0;
  /** The day that `#day` counts: from, and until (not included); wall clock. */
  #fromMs = 0;
  #untilMs = 0;

  /** Throws a RangeError; `where` names the entry in it. `previous`: the counts go on, as after a change of settings. */
  constructor(settings: QuotaSettings, where: string, previous?: Quota) {
    this.#perDay = limitOf(settings.day, `${where}.day`);
    this.#perMonth = limitOf(settings.month, `${where}.month`);
    if (previous === undefined) return;
    this.#day = previous.#day;
    this.#month = previous.#month;
    this.#fromMs = previous.#fromMs;
    this.#untilMs = previous.#untilMs;
  }

  /** Whether so many segments are within the limits; all of them or none. `nowMs`: wall clock. */
  fits(segments: number, nowMs: number): boolean {
    if (nowMs >= this.#untilMs || nowMs < this.#fromMs) this.#turn(nowMs);
    return this.#day + segments <= this.#perDay && this.#month + segments <= this.#perMonth;
  }

  /** Counts segments; what is negative takes back. */
  add(segments: number): void {
    this.#day = Math.max(0, this.#day + segments);
    this.#month = Math.max(0, this.#month + segments);
  }

  /** Sets the counts to what is known of this day and this month: at the start, from the store. */
  restore(day: number, month: number, nowMs: number): void {
    this.#turn(nowMs);
    this.#day = day;
    this.#month = Math.max(day, month);
  }

  /** Segments of this day and this month. */
  used(nowMs: number): { readonly day: number; readonly month: number } {
    this.#turn(nowMs);
    return { day: this.#day, month: this.#month };
  }

  #turn(nowMs: number): void {
    if (nowMs < this.#untilMs) {
      // A clock that is set back a little over midnight gives no second quota; one that was a day wrong is believed.
      if (nowMs >= this.#fromMs - dayMs) return;
    }
    const isSameMonth = monthOf(nowMs) === monthOf(this.#fromMs);
    this.#fromMs = Math.floor(nowMs / dayMs) * dayMs;
    this.#untilMs = this.#fromMs + dayMs;
    this.#day = 0;
    if (!isSameMonth) this.#month = 0;
  }
}

function monthOf(ms: number): number {
  const date = new Date(ms);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function limitOf(limit: number | undefined, where: string): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new RangeError(`${where} must be a whole number of segments, 0 or more; leave it out for no limit`);
  }
  return limit;
}
