/**
 * Where the time of an upstream goes: what kept it from taking more, and for how long. Noted where its capacity is asked
 * for, so that it costs a comparison as long as nothing changes.
 */

/** What keeps an upstream from taking more. `disk`: its requests are answered, but that is not on disk yet. */
export type Hold = 'window' | 'rate' | 'disk';

/** All holds, for tables. */
export const holds: readonly Hold[] = ['window', 'rate', 'disk'];

/** Shares of the time of the last seconds, 0 to 1. */
export type HoldShares = Readonly<Record<Hold, number>>;

type Times = Record<Hold, number>;

// Long enough for bursts to even out, short enough for "now".
const spanMs = 5_000;

const noTimes = (): Times => ({ window: 0, rate: 0, disk: 0 });

/** The holds of one upstream. All times are monotonic milliseconds. */
export class HoldTimes {
  /** Milliseconds of each hold since the start; only those that have ended. */
  readonly #sums: Times = noTimes();
  #hold: Hold | undefined;
  #sinceMs: number;
  /** Sums at the beginning of the span before this one, and of this one. */
  #before: Times = noTimes();
  #beforeMs: number;
  #begin: Times = noTimes();
  #beginMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
    this.#beforeMs = nowMs;
    this.#beginMs = nowMs;
  }

  /** Whether a clock has to be read for `note`: something else holds it now. */
  isNews(hold: Hold | undefined): boolean {
    return hold !== this.#hold;
  }

  /** From now on that holds it; undefined: nothing does. */
  note(hold: Hold | undefined, nowMs: number): void {
    if (hold === this.#hold) return;
    this.#turn(nowMs);
    if (this.#hold !== undefined) this.#sums[this.#hold] += nowMs - this.#sinceMs;
    this.#hold = hold;
    this.#sinceMs = nowMs;
  }

  /** Milliseconds since the start that it was held so. */
  totalMs(hold: Hold, nowMs: number): number {
    return this.#sums[hold] + (this.#hold === hold ? Math.max(0, nowMs - this.#sinceMs) : 0);
  }

  /** How much of the last five to ten seconds went into each hold. */
  shares(nowMs: number): HoldShares {
    this.#turn(nowMs);
    const spentMs = Math.max(1, nowMs - this.#beforeMs);
    const shares = noTimes();
    for (const hold of holds)
      shares[hold] = Math.min(1, (this.totalMs(hold, nowMs) - this.#before[hold]) / spentMs);
    return shares;
  }

  #turn(nowMs: number): void {
    if (nowMs - this.#beginMs < spanMs) return;
    const isOld = nowMs - this.#beginMs >= 2 * spanMs;
    const now = noTimes();
    for (const hold of holds) now[hold] = this.totalMs(hold, nowMs);
    // After a long silence the span that has just begun is all that is known to be recent.
    this.#before = isOld ? this.#earlier(now, nowMs) : this.#begin;
    this.#beforeMs = isOld ? nowMs - spanMs : this.#beginMs;
    this.#begin = now;
    this.#beginMs = nowMs;
  }

  /** The sums of five seconds ago, when nothing but the present hold has happened since. */
  #earlier(now: Times, nowMs: number): Times {
    const before = { ...now };
    if (this.#hold !== undefined) before[this.#hold] -= Math.min(spanMs, Math.max(0, nowMs - this.#sinceMs));
    return before;
  }
}
