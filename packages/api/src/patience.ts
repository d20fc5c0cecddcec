/** How long is waited for room before what there is none for is refused. */

// Soon enough to lose no time, seldom enough to cost none.
const firstMs = 50;
const longestMs = 1_000;
const givenBackMs = 1_000;

/** The patience of one caller: it comes back where waiting was of use, and slowly where nobody had to wait. */
export class Patience {
  readonly #mostMs: number;
  #leftMs: number;
  #nextMs = firstMs;

  /** `mostMs`: of waiting that was of no use. */
  constructor(mostMs: number) {
    this.#mostMs = mostMs;
    this.#leftMs = mostMs;
  }

  /** There was room for what had waited. */
  wasOfUse(): void {
    this.#leftMs = this.#mostMs;
    this.#nextMs = firstMs;
  }

  /** There was room at once. */
  wasNotNeeded(): void {
    this.#leftMs = Math.min(this.#mostMs, this.#leftMs + givenBackMs);
    this.#nextMs = firstMs;
  }

  /** Milliseconds to wait before the next try; undefined: there is no patience left. */
  next(): number | undefined {
    if (this.#leftMs <= 0) return undefined;
    const waitMs = Math.min(this.#nextMs, this.#leftMs);
    this.#leftMs -= waitMs;
    this.#nextMs = Math.min(2 * waitMs, longestMs);
    return waitMs;
  }
}
