/** How fast requests may leave, over all binds of a client. */
export interface Rate {
  /** Requests per second. */
  readonly perSecond: number;
  /** Requests that may leave at once after a pause. Default: a tenth of a second's worth, at least 1. */
  readonly burst?: number | undefined;
}

/** A peer's "slow down" halves the rate; several within this time are one: they answer what was sent before. */
const CUT_INTERVAL_MS = 1_000;
/** Time that nothing new is sent after a "slow down". */
const PAUSE_MS = 250;
/** Without another "slow down" for this long, the limit that they led to is forgotten. */
const FORGET_MS = 60_000;
/** Part of the rate at the last "slow down" by which the rate grows in a second: back after ten. */
const GROWTH_PER_SECOND = 0.05;

/**
 * A token bucket whose rate bends to the peer: halved when it says ESME_RTHROTTLED or ESME_RMSGQFUL, then grown
 * step by step (additive increase, multiplicative decrease). Pure: the time comes in as monotonic milliseconds.
 */
export class Pace {
  readonly #ceiling: number;
  readonly #burst: number;
  #limit: number;
  #tokens: number;
  #refilledMs: number;
  #pausedUntilMs = 0;
  #cutAtMs = Number.NEGATIVE_INFINITY;
  #rateAtCut = 0;
  /** Requests since `#countedFromMs`: what the peer was sent when it said "slow down", where no rate is set. */
  #counted = 0;
  #countedFromMs: number;

  constructor(rate: Rate | undefined, nowMs: number) {
    this.#ceiling = rate?.perSecond ?? Number.POSITIVE_INFINITY;
    this.#burst = Math.max(1, rate?.burst ?? this.#ceiling / 10);
    this.#limit = this.#ceiling;
    this.#tokens = this.#burst;
    this.#refilledMs = nowMs;
    this.#countedFromMs = nowMs;
  }

  /** Requests per second that may leave now; `Infinity` without a limit. */
  get perSecond(): number {
    return this.#limit;
  }

  /** Takes the right to send one request. 0 when it may leave, else the milliseconds to wait before asking again. */
  take(nowMs: number): number {
    if (nowMs < this.#pausedUntilMs) return this.#pausedUntilMs - nowMs;
    this.#grow(nowMs);
    if (this.#limit === Number.POSITIVE_INFINITY) {
      this.#count(nowMs);
      return 0;
    }
    this.#earn(nowMs);
    if (this.#tokens < 1) return Math.max(1, ((1 - this.#tokens) / this.#limit) * 1000);
    this.#tokens--;
    this.#count(nowMs);
    return 0;
  }

  /** Requests that may leave now: 0 or more, `Infinity` without a limit. Takes nothing. */
  room(nowMs: number): number {
    if (nowMs < this.#pausedUntilMs) return 0;
    this.#grow(nowMs);
    if (this.#limit === Number.POSITIVE_INFINITY) return this.#limit;
    this.#earn(nowMs);
    return Math.floor(this.#tokens);
  }

  /** Milliseconds until `room` is at least 1; 0 when it is. */
  untilRoomMs(nowMs: number): number {
    const pauseMs = this.waitMs(nowMs);
    if (this.room(nowMs + pauseMs) >= 1) return pauseMs;
    return pauseMs + Math.max(1, ((1 - this.#tokens) / this.#limit) * 1000);
  }

  /** Milliseconds for which nothing may leave, as the peer said "slow down". */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#pausedUntilMs - nowMs);
  }

  /** The peer said "slow down". */
  slowDown(nowMs: number): void {
    this.#pausedUntilMs = nowMs + PAUSE_MS;
    if (nowMs - this.#cutAtMs < CUT_INTERVAL_MS) return;
    const seconds = Math.max(0.1, (nowMs - this.#countedFromMs) / 1000);
    this.#rateAtCut = Math.min(this.#limit, Math.max(1, this.#counted / seconds));
    this.#limit = Math.max(1, this.#rateAtCut / 2);
    this.#cutAtMs = nowMs;
    this.#tokens = 0;
    this.#refilledMs = nowMs;
  }

  #grow(nowMs: number): void {
    if (this.#cutAtMs === Number.NEGATIVE_INFINITY) return;
    const sinceMs = nowMs - this.#cutAtMs;
    if (sinceMs > FORGET_MS) {
      this.#limit = this.#ceiling;
      this.#cutAtMs = Number.NEGATIVE_INFINITY;
      return;
    }
    const grown = this.#rateAtCut * (0.5 + (GROWTH_PER_SECOND * sinceMs) / 1000);
    this.#limit = Math.min(this.#ceiling, Math.max(1, grown));
  }

  #earn(nowMs: number): void {
    const burst = Number.isFinite(this.#burst) ? this.#burst : Math.max(1, this.#limit / 10);
    const earned = Math.max(0, ((nowMs - this.#refilledMs) / 1000) * this.#limit);
    this.#tokens = Math.min(burst, this.#tokens + earned);
    this.#refilledMs = Math.max(nowMs, this.#refilledMs);
  }

  #count(nowMs: number): void {
    if (nowMs - this.#countedFromMs > 1000) {
      // The last second fades out instead of vanishing, so that a cut right after its end still knows it.
      this.#counted = this.#counted / ((nowMs - this.#countedFromMs) / 500);
      this.#countedFromMs = nowMs - 500;
    }
    this.#counted++;
  }
}

/**
 * The window after a response with this congestion_state (SMPP 5.0 2.9.2, 4.8.4.18): the peer wants to be kept at
 * 80 to 90. Grown below, cut by a tenth above; at 100 one request at a time, to see when it is over. At most `most`.
 */
export function congestedWindow(window: number, congestionState: number, most: number): number {
  if (congestionState >= 100) return 1;
  if (congestionState >= 90) return Math.max(1, Math.floor(window * 0.9));
  if (congestionState < 80) return Math.min(most, window + 1);
  return window;
}
