/** How fast an account may submit: a token bucket kept as a debt of time, so that a check is a few additions. */
import type { ThroughputSettings } from '../settings/account.ts';

// An answer that comes later than this looks like a dead centre to a peer (shared/spec/sessions.md, timers).
const maxShapeMs = 5_000;
// A sum of thousands of fractions is no whole number of milliseconds any more.
const toleranceMs = 1e-6;
const maxPerSecond = 1_000_000;
const maxBurst = 10_000_000;

interface Debt {
  /** Segments that were taken, and whose time has not come yet. */
  segments: number;
  lastMs: number;
}

/** The bucket of one account. It begins full. */
export class Throughput {
  /** Milliseconds that one segment costs. */
  readonly #costMs: number;
  /** The debt that a burst may run up. */
  readonly #burst: number;
  readonly #isShaped: boolean;
  readonly #debt: Debt;

  /**
   * Throws a RangeError; `where` names the entry in it. `previous`: of the settings before, whose debt goes on: shared,
   * as the counts of a quota are.
   */
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
    this.#burst = burst;
    this.#isShaped = excess === 'shape';
    this.#debt = previous === undefined ? { segments: 0, lastMs: 0 } : previous.#debt;
  }

  /**
   * Takes the right to submit so many segments. 0: now. More: they are taken, and their time comes in so many
   * milliseconds (shaping, at most 5,000). Less: they are refused, and come so many milliseconds too early.
   * More segments than a burst go when the bucket is full, and are paid for afterwards.
   * `nowMs`: any clock; one that steps back stops nobody.
   */
  take(segments: number, nowMs: number): number {
    const debt = this.#debt;
    const elapsedMs = nowMs - debt.lastMs;
    debt.lastMs = nowMs;
    if (elapsedMs > 0) debt.segments = Math.max(0, debt.segments - elapsedMs / this.#costMs);
    const earlyMs = (debt.segments + Math.min(segments, this.#burst) - this.#burst) * this.#costMs;
    if (earlyMs <= toleranceMs) {
      debt.segments += segments;
      return 0;
    }
    if (!this.#isShaped || earlyMs > maxShapeMs) return -earlyMs;
    debt.segments += segments;
    return earlyMs;
  }

  /** What was taken for segments that have not gone after all. */
  release(segments: number): void {
    this.#debt.segments = Math.max(0, this.#debt.segments - segments);
  }
}
