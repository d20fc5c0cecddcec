/** How much an account may submit in a day and in a month (UTC), counted in segments. */
import type { QuotaSettings } from '../settings/account.ts';

const dayMs = 86_400_000;

interface Counts {
  day: number;
  month: number;
  /** The day that `day` counts: from, and until (not included); wall clock. */
  fromMs: number;
  untilMs: number;
}

/** The counts of one account. Counted without a limit too: two additions. */
export class Quota {
  readonly #perDay: number;
  readonly #perMonth: number;
  readonly #counts: Counts;

  /**
   * Throws a RangeError; `where` names the entry in it. `previous`: of the settings before, whose counts go on. They are
   * shared, not copied: both may be asked until the new settings are taken, and who still holds the old ones counts, too.
   */
  constructor(settings: QuotaSettings, where: string, previous?: Quota) {
    this.#perDay = limitOf(settings.day, `${where}.day`);
    this.#perMonth = limitOf(settings.month, `${where}.month`);
    this.#counts = previous === undefined ? { day: 0, month: 0, fromMs: 0, untilMs: 0 } : previous.#counts;
  }

  /** Whether so many segments are within the limits; all of them or none. `nowMs`: wall clock. */
  fits(segments: number, nowMs: number): boolean {
    const counts = this.#counts;
    if (nowMs >= counts.untilMs || nowMs < counts.fromMs) this.#turn(nowMs);
    return counts.day + segments <= this.#perDay && counts.month + segments <= this.#perMonth;
  }

  /** Counts segments; what is negative takes back. */
  add(segments: number): void {
    const counts = this.#counts;
    counts.day = Math.max(0, counts.day + segments);
    counts.month = Math.max(0, counts.month + segments);
  }

  /** Sets the counts to what is known of this day and this month: at the start, from the store. */
  restore(day: number, month: number, nowMs: number): void {
    this.#turn(nowMs);
    const counts = this.#counts;
    counts.day = day;
    counts.month = Math.max(day, month);
  }

  /** Segments of this day and this month. */
  used(nowMs: number): { readonly day: number; readonly month: number } {
    this.#turn(nowMs);
    const { day, month } = this.#counts;
    return { day, month };
  }

  #turn(nowMs: number): void {
    const counts = this.#counts;
    if (nowMs < counts.untilMs) {
      // A clock that is set back a little over midnight gives no second quota; one that was a day wrong is believed.
      if (nowMs >= counts.fromMs - dayMs) return;
    }
    const isSameMonth = monthOf(nowMs) === monthOf(counts.fromMs);
    counts.fromMs = Math.floor(nowMs / dayMs) * dayMs;
    counts.untilMs = counts.fromMs + dayMs;
    counts.day = 0;
    if (!isSameMonth) counts.month = 0;
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
