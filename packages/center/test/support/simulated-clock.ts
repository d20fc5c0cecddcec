import type { Clock } from '@chappe/center';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Lets everything that only waits for promises happen. No time passes. */
export async function settle(): Promise<void> {
  await new Promise<void>((done) => setImmediate(done));
}

/** Time that passes only when told to. */
export class SimulatedClock implements Clock {
  #elapsedMs = 0;
  #wallMs: number;
  #order = 0;
  readonly #timers: Set<Timer> = new Set();

  constructor(wallMs = Date.UTC(2026, 2, 1, 12)) {
    this.#wallMs = wallMs;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  setTimer(run: () => void, delayMs: number): () => void {
    this.#order += 1;
    const timer = { atMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Sets the wall clock forward or back; timers do not notice. */
  jump(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** Lets time pass; every timer runs at its moment. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#elapsedMs + byMs;
    await settle();
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        if (timer.atMs > endMs) continue;
        if (
          next === undefined ||
          timer.atMs < next.atMs ||
          (timer.atMs === next.atMs && timer.order < next.order)
        ) {
          next = timer;
        }
      }
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#pass(Math.max(0, next.atMs - this.#elapsedMs));
      next.run();
      await settle();
    }
    this.#pass(endMs - this.#elapsedMs);
  }

  #pass(byMs: number): void {
    this.#elapsedMs += byMs;
    this.#wallMs += byMs;
  }
}

/** A small seeded generator (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
