import type { Clock } from '../../src/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Lets everything that is under way in this process (microtasks, turns of the event loop) come to rest. */
export async function settle(turns = 6): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that stands still until told to go on. */
export class SimulatedClock implements Clock {
  #nowMs = 1_000;
  #timers = new Set<Timer>();

  nowMs(): number {
    return 1_700_000_000_000 + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  setTimer(run: () => void, delayMs: number): () => void {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Time goes by while something works: no timer fires meanwhile. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }

  /** Timers that are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  /** Goes on, firing timers in their order; what each of them sets off comes to rest before the next. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
      await settle();
    }
    this.#nowMs = untilMs;
    await settle();
  }
}
