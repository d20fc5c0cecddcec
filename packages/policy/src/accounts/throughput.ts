/** How fast an account may submit: a token bucket kept as a debt of time, so that a check is a few additions. */
import type { ThroughputSettings } from '../settings/account.ts';

// An answer that comes later than this looks like a dead centre to a peer (shared/spec/sessions.md, timers).
const maxShapeMs = 5_000;
// A sum of thousands of fractions is no whole number of milliseconds any more.
const toleranceMs = 1e-6;
const maxPerSecond = 1_000_000;
const maxBurst = 10_000_000;

/** The bucket of one account. It begins full. */
export class Throughput {
  /** Milliseconds that one segment costs. */
  readonly #costMs: number;
  /** The debt that a burst may run up. */
  readonly #burstMs: number;
  readonly #isShaped: boolean;
  #debtMs = 0;
  #lastMs = 0;

  /** Throws a RangeError; `where` names the entry in it. `previous`: its segments go on, as after a change of settings. */
  constructor(settings: ThroughputSettings, where: string, previous?: Throughput) {
    const { perSecond, burst = Math.max(1, perSecond), excess } = settings;
    if (!(perSecond > 0 && perSecond <= maxPerSecond)) {
      throw new RangeError(
        `${where}.perSecond must be more than 0 and at most ${maxPerSecond}: segments per second`,
      );
    }
    if (!(burst >= 1 && burst <= maxBurst)) {
      throw new RangeError(
        `${where}.burst must be 1 to ${maxBurst} segments; leave it out for one second's worth`,
      );
    }
    this.#costMs = 1_000 / perSecond;
    this.#burstMs = burst * this.#costMs;
    this.#isShaped = excess === 'shape';
    if (previous !== undefined) {
      this.#debtMs = (previous.#debtMs / previous.#costMs) * this.#costMs;
      this.#lastMs = previous.#lastMs;
    }
  }

  /**
   * Takes the right to submit so many segments. 0: now. More: they are taken, and their time comes in so many
   * milliseconds (shaping, at most 5,000). Less: they are refused, and come so many milliseconds too early.
   * More segments than a burst go when the bucket is full, and are paid for afterwards.
   * `nowMs`: any clock; one that steps back stops nobody.
   */
  take(segments: number, nowMs: number): number {
    const elapsedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (elapsedMs > 0) this.#debtMs = elapsedMs >= this.#debtMs ? 0 : this.#debtMs - elapsedMs;
    const costMs = segments * this.#costMs;
    const earlyMs = this.#debtMs + Math.min(costMs, this.#burstMs) - this.#burstMs;
    if (earlyMs <= toleranceMs) {
      this.#debtMs += costMs;
      return 0;
    }
    if (!this.#isShaped || earlyMs > maxShapeMs) return -earlyMs;
    this.#debtMs += costMs;
    return earlyMs;
  }
  /** What was taken for segments that have not gone after all. */
  release(segments: number): void {
    this.#debtMs = Math.max(0, this.#debtMs - segments * this.#costMs);
  }
}
