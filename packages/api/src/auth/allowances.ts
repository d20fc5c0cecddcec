/**
 * How many requests each caller may make: a bucket of tokens for each key, so that none takes from another's. What a caller
 * has left stands in each of its answers (draft-ietf-httpapi-ratelimit-headers), so that a program need not run into it.
 */
import type { Clock } from '@chappe/center';

// Whoever has a key is known, so it takes as many keys to fill this; some 1 MB.
const maxBuckets = 10_000;
// Sums of fractions of a second end a little below the whole.
const rounding = 1e-9;

/** What one caller has left, after a request of its own. */
export interface Allowance {
  /** False: this request is one too many. */
  readonly isGranted: boolean;
  /** `RateLimit-Policy` and `RateLimit`; beyond the limit `Retry-After` too. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** The buckets of all callers. */
export class Allowances {
  readonly #clock: Clock;
  readonly #maxBuckets: number;
  /** Least recently used first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, most: number = maxBuckets) {
    this.#clock = clock;
    this.#maxBuckets = most;
  }

  /** Of how many callers something is remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one request out of a bucket; `perSecond` may be another one than the last time. */
  take(name: string, perSecond: number): Allowance {
    const capacity = Math.max(1, perSecond);
    const nowMs = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(name) ?? { tokens: capacity, atMs: nowMs };
    const refilled = bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * perSecond;
    bucket.tokens = Math.min(capacity, refilled);
    bucket.atMs = nowMs;
    const isGranted = bucket.tokens >= 1 - rounding;
    if (isGranted) bucket.tokens = Math.max(0, bucket.tokens - 1);
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    for (const eldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#maxBuckets) break;
      this.#buckets.delete(eldest);
    }
    const secondsUntil = (tokens: number): number =>
      Math.ceil((tokens - bucket.tokens) / perSecond - rounding);
    const policy = `"default";q=${Math.floor(capacity)};w=${Math.ceil(capacity / perSecond - rounding)}`;
    const left = `"default";r=${Math.floor(bucket.tokens + rounding)};t=${secondsUntil(capacity)}`;
    return {
      isGranted,
      headers: {
        'ratelimit-policy': policy,
        ratelimit: left,
        ...(isGranted ? {} : { 'retry-after': String(Math.max(1, secondsUntil(1))) }),
      },
    };
  }
}
