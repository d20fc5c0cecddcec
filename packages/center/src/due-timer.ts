import type { Clock } from './clock.ts';

/** Due times are looked at no more often than this, so that a storm of retries is fetched in groups. */
const LEAST_PAUSE_MS = 20;

/** One timer for the earliest of many due times. */
export class DueTimer {
  readonly #clock: Clock;
  readonly #onDue: (nowMs: number) => void;
  #atMs = Number.POSITIVE_INFINITY;
  #disarm: (() => void) | undefined;

  constructor(clock: Clock, onDue: (nowMs: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Makes sure that `onDue` is called at that time, or earlier. */
  arm(atMs: number, nowMs: number): void {
    if (atMs >= this.#atMs) return;
    this.#disarm?.();
    this.#atMs = atMs;
    this.#disarm = this.#clock.setTimer(
      () => {
        this.#disarm = undefined;
        this.#atMs = Number.POSITIVE_INFINITY;
        this.#onDue(this.#clock.nowMs());
      },
      Math.max(LEAST_PAUSE_MS, atMs - nowMs),
    );
  }

  disarm(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#atMs = Number.POSITIVE_INFINITY;
  }
}
