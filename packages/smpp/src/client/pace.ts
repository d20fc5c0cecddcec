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
/**
 * The way back, seconds after the last "slow down": in four to nine tenths of the rate that it answered, in eight to all
 * of it, for it may be the peer's limit; then ever faster, in ten to where we were, for it may have been a bad moment.
 */
const NEARLY_BACK_S = 4;
const BACK_S = 8;
const FORGOTTEN_S = 10;
const HALF = 0.5;
const NEARLY = 0.9;
/** Where no rate is set, the last two seconds lead to so many times that rate. */
const STRETCH = 4;

/**
 * A token bucket whose rate bends to the peer: halved when it says ESME_RTHROTTLED or ESME_RMSGQFUL, then grown again.
 * With a peer that takes less than our rate it settles around that, one try in ten seconds being refused; from one that
 * took nothing for a while it is back in ten seconds. Pure: the time comes in as monotonic milliseconds.
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
    // Nothing is earned meanwhile: a burst after the pause would be refused again.
    this.#tokens = 0;
    this.#refilledMs = this.#pausedUntilMs;
    if (nowMs - this.#cutAtMs < CUT_INTERVAL_MS) return;
    const seconds = Math.max(0.1, (nowMs - this.#countedFromMs) / 1000);
    this.#rateAtCut = Math.min(this.#limit, Math.max(this.#least, this.#counted / seconds));
    this.#limit = Math.max(this.#least, this.#rateAtCut * HALF);
    this.#cutAtMs = nowMs;
  }

  /** One request a second, to see when it is over; fewer where no more are wanted. */
  get #least(): number {
    return Math.min(1, this.#ceiling);
  }

  #grow(nowMs: number): void {
    if (this.#cutAtMs === Number.NEGATIVE_INFINITY) return;
    const seconds = (nowMs - this.#cutAtMs) / 1000;
    if (seconds >= FORGOTTEN_S) {
      this.#limit = this.#ceiling;
      this.#cutAtMs = Number.NEGATIVE_INFINITY;
      return;
    }
    this.#limit = Math.min(this.#ceiling, Math.max(this.#least, this.#grownRate(seconds)));
  }

  #grownRate(seconds: number): number {
    const rate = this.#rateAtCut;
    if (seconds < NEARLY_BACK_S) return rate * (HALF + ((NEARLY - HALF) * seconds) / NEARLY_BACK_S);
    if (seconds < BACK_S) {
      return rate * (NEARLY + ((1 - NEARLY) * (seconds - NEARLY_BACK_S)) / (BACK_S - NEARLY_BACK_S));
    }
    const goal = Number.isFinite(this.#ceiling) ? this.#ceiling : STRETCH * rate;
    return rate + (goal - rate) * ((seconds - BACK_S) / (FORGOTTEN_S - BACK_S)) ** 2;
  }

  #earn(nowMs: number): void {
    const isBent = this.#cutAtMs !== Number.NEGATIVE_INFINITY;
    const burst = isBent ? Math.min(this.#burst, Math.max(1, this.#limit / 10)) : this.#burst;
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
