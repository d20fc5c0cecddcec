/** Takes a connector out of use that fails again and again, and lets one message at a time find out when it is well. */
import type { BreakerSettings } from '@chappe/policy';

const defaultFailures = 20;
const defaultPauseMs = 30_000;

/** A circuit breaker. Times are monotonic milliseconds. */
export class Breaker {
  readonly #limit: number;
  readonly #pauseMs: number;
  #failures = 0;
  #openUntilMs = 0;
  #isOpen = false;
  #isProbing = false;
  /** How often it has opened. */
  opened = 0;

  constructor(settings: BreakerSettings = {}) {
    this.#limit = settings.failures ?? defaultFailures;
    this.#pauseMs = settings.pauseMs ?? defaultPauseMs;
  }

  /** closed: all may pass; open: none; probing: one may, or is on its way. */
  state(nowMs: number): 'closed' | 'open' | 'probing' {
    if (!this.#isOpen) return 'closed';
    return nowMs < this.#openUntilMs ? 'open' : 'probing';
  }

  /** How many may pass now. */
  room(nowMs: number): number {
    if (!this.#isOpen) return Number.POSITIVE_INFINITY;
    return nowMs < this.#openUntilMs || this.#isProbing ? 0 : 1;
  }

  /** One passes. */
  passed(): void {
    if (this.#isOpen) this.#isProbing = true;
  }

  /** How long it stays open, milliseconds. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** The upstream answered as one that is well. True: that has closed it. */
  succeeded(): boolean {
    const wasOpen = this.#isOpen;
    this.#failures = 0;
    this.#isOpen = false;
    this.#isProbing = false;
    return wasOpen;
  }

  /** One that passed came back without telling anything: it was not sent, or the upstream is only busy. */
  neutral(): void {
    this.#isProbing = false;
  }

  /** A fresh bind stands: whether the upstream is well is tried at once. */
  tryNow(nowMs: number): void {
    if (!this.#isProbing) this.#openUntilMs = Math.min(this.#openUntilMs, nowMs);
  }

  /** No answer, a lost connection, or a system error. Returns for how long it is open now; 0: it is not. */
  failed(nowMs: number): number {
    this.#failures += 1;
    this.#isProbing = false;
    if (this.#limit <= 0 || this.#failures < this.#limit) return 0;
    if (!this.#isOpen) this.opened += 1;
    this.#isOpen = true;
    this.#openUntilMs = nowMs + this.#pauseMs;
    return this.#pauseMs;
  }
}
