import type { Clock } from './clock.ts';
import { milliseconds } from './option-checks.ts';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** In memory, nothing takes longer than some turns of the event loop: a PDU there, and its answer back, take five. */
const TURNS = 12;
/** Timers at one moment; more are one that arms itself for ever. */
const AT_ONE_MOMENT_MAX = 100_000;
const NOON = Date.UTC(2026, 6, 20, 12);

/** Lets everything that is under way in this process (promises, turns of the event loop) come to rest. No time passes. */
export async function settle(turns: number = TURNS): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * A clock for tests: it stands still until it is told to go on. Give it as `clock` to a client, a server or both, connect
 * them by `memoryPair`, and hours of timeouts, tries to bind again and enquire_links take milliseconds. What goes over
 * sockets takes time of its own, which no clock passes: await what it does, too.
 */
export class SimulatedClock implements Clock {
  readonly #startMs: number;
  readonly #timers = new Set<Timer>();
  #elapsedMs = 0;

  /** `startMs`: the wall-clock time at its beginning, milliseconds since 1970; default noon of 20 July 2026 (UTC). */
  constructor(startMs: number = NOON) {
    milliseconds(startMs, 'startMs');
    this.#startMs = startMs;
  }

  nowMs(): number {
    return this.#startMs + Math.floor(this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  setTimer(run: () => void, delayMs: number): () => void {
    const timer = { atMs: this.#elapsedMs + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  /** Lets what is under way come to rest. No time passes. */
  settle(): Promise<void> {
    return settle();
  }

  /**
   * Goes on by `ms`: every timer fires at its moment, in order, and what it sets off comes to rest before the next. Throws
   * `SmppError` (`CHAPPE_SMPP_OPTION`) for what are no milliseconds, and what a timer throws.
   */
  async advance(ms: number): Promise<void> {
    milliseconds(ms, 'ms');
    const untilMs = this.#elapsedMs + ms;
    await settle();
    let atOnce = 0;
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      atOnce = next.atMs > this.#elapsedMs ? 0 : atOnce + 1;
      if (atOnce > AT_ONE_MOMENT_MAX) throw new Error('timers without delay arm each other for ever');
      this.#timers.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.atMs);
      next.run();
      await settle();
    }
    this.#elapsedMs = untilMs;
    await settle();
  }

  /**
   * Goes on by `ms` as for a process that was held up, or a machine that slept: what fell due meanwhile fires once, late.
   * Days pass in no time, where `advance` fires what happens each second of them.
   */
  async leap(ms: number): Promise<void> {
    this.pass(ms);
    await this.advance(0);
  }

  /** Time goes by while something works: no timer fires before the next `advance` or `leap`. */
  pass(ms: number): void {
    milliseconds(ms, 'ms');
    this.#elapsedMs += ms;
  }

  /** The first of those that are due; of several at one moment the one that was armed first. */
  #next(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (first === undefined || timer.atMs < first.atMs)) first = timer;
    }
    return first;
  }
}
