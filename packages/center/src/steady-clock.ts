/**
 * A wall clock that somebody sets wrong must not do what cannot be taken back: forget days, let messages expire, give out
 * ids of another century. What it says is believed as long as it moves with the monotonic clock, give or take some hours;
 * after a jump the time of before goes on, until the clock is back or has stood by what it says for a while.
 */
import type { Clock } from './clock.ts';
import { CenterError } from './errors.ts';

const HOUR_MS = 3_600_000;
/** A step of the clock up to this is taken as it is: a correction, or a machine that slept. */
const TOLERATED_MS = 3 * HOUR_MS;
/** After this a jump is believed. */
const HOLD_MS = 600_000;
/** Forward by less than this between two readings is no jump: most readings are microseconds apart. */
const QUICK_MS = 15_000;
/** The epoch of message ids; and before their 53 bits are used up, which is in 2094. */
const EARLIEST_MS = Date.UTC(2025, 0, 1);
const LATEST_MS = Date.UTC(2090, 0, 1);

function isSaneTime(ms: number): boolean {
  return ms >= EARLIEST_MS && ms < LATEST_MS;
}

/** Throws a CenterError for a time at the start that cannot be true. */
export function checkTime(nowMs: number): void {
  if (isSaneTime(nowMs)) return;
  const text = `the clock of this machine says ${date(nowMs)}: set it right and start again; nothing was changed`;
  throw new CenterError('CHAPPE_CENTER_CLOCK', text);
}

/** What is to be said at the start where messages are much younger than the clock says it is. */
export function clockBehind(nowMs: number, newestMs: number): CenterError | undefined {
  if (newestMs - nowMs <= TOLERATED_MS) return undefined;
  const text = `the clock says ${date(nowMs)}, but there are messages of ${date(newestMs)}: is it right?`;
  return new CenterError('CHAPPE_CENTER_CLOCK', text);
}

/** A clock over another one. */
export class SteadyClock implements Clock {
  readonly #clock: Clock;
  readonly #tell: (error: CenterError) => void;
  /** A reading that was believed: both clocks at the same time. */
  #wallMs: number;
  #monotonicMs: number;
  /** When a jump was seen first, monotonic. */
  #jumpedAtMs: number | undefined;

  /** `tell`: hears of jumps, each once. */
  constructor(clock: Clock, tell: (error: CenterError) => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#wallMs = clock.nowMs();
    this.#monotonicMs = clock.monotonicMs();
  }

  /** The same clock, when it is one already. */
  static over(clock: Clock, tell: (error: CenterError) => void): SteadyClock {
    return clock instanceof SteadyClock ? clock : new SteadyClock(clock, tell);
  }

  nowMs(): number {
    const wallMs = this.#clock.nowMs();
    // Hot path: no second clock is read.
    const steppedMs = wallMs - this.#wallMs;
    if (steppedMs >= 0 && steppedMs < QUICK_MS && this.#jumpedAtMs === undefined) return wallMs;
    return this.#compared(wallMs);
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  setTimer(run: () => void, delayMs: number): () => void {
    return this.#clock.setTimer(run, delayMs);
  }

  #compared(wallMs: number): number {
    const monotonicMs = this.#clock.monotonicMs();
    const expectedMs = this.#wallMs + (monotonicMs - this.#monotonicMs);
    const byMs = wallMs - expectedMs;
    if (Math.abs(byMs) <= TOLERATED_MS) {
      if (this.#jumpedAtMs !== undefined) this.#say('the clock is back: it is believed again');
      return this.#believe(wallMs, monotonicMs);
    }
    if (this.#jumpedAtMs === undefined) {
      this.#jumpedAtMs = monotonicMs;
      const text = `the clock has jumped by ${hours(byMs)} to ${date(wallMs)}: ${date(expectedMs)} goes on`;
      this.#say(`${text} for ${HOLD_MS / 60_000} minutes; set it right, or leave it so to have it believed`);
    }
    if (monotonicMs - this.#jumpedAtMs < HOLD_MS || !isSaneTime(wallMs)) return Math.floor(expectedMs);
    this.#say(`the clock has stood by its jump of ${hours(byMs)}: it is ${date(wallMs)} now`);
    return this.#believe(wallMs, monotonicMs);
  }

  #believe(wallMs: number, monotonicMs: number): number {
    this.#wallMs = wallMs;
    this.#monotonicMs = monotonicMs;
    this.#jumpedAtMs = undefined;
    return wallMs;
  }

  #say(text: string): void {
    this.#tell(new CenterError('CHAPPE_CENTER_CLOCK', text));
  }
}

function hours(ms: number): string {
  return `${ms > 0 ? '+' : ''}${(ms / HOUR_MS).toFixed(1)} hours`;
}

function date(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().slice(0, 16) : String(ms);
}
