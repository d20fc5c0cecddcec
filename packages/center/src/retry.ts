import type { Random } from './clock.ts';
import type { ErrorClass } from './connector.ts';
import type { Message } from './message.ts';

/** A failed attempt, as a retry policy sees it. */
export interface FailedAttempt {
  readonly message: Message;
  /** Attempts made so far, this one included: 1 or more. */
  readonly attempts: number;
  readonly errorClass: ErrorClass;
  readonly error: number;
}

/** Milliseconds until the next attempt, or undefined: give up. A pure function: chance comes from `random`. */
export type RetryPolicy = (attempt: FailedAttempt, random: Random) => number | undefined;

/** The delays of one error class. */
export interface RetryDelays {
  /** Before the second attempt. */
  readonly firstMs: number;
  /** Each delay is this many times the one before. */
  readonly factor: number;
  readonly longestMs: number;
  /** Attempts in all; then it is given up. Infinity: until the validity ends. */
  readonly attempts: number;
}

/**
 * Default delays. A handset that is off comes back after minutes or hours; a full or busy one sooner; throttling
 * passes in seconds and never ends a message; what is unknown is tried again late, since it may have arrived.
 */
export const defaultRetryDelays: Readonly<Record<ErrorClass, RetryDelays>> = {
  unreachable: { firstMs: 20_000, factor: 2, longestMs: 3_600_000, attempts: Number.POSITIVE_INFINITY },
  busy: { firstMs: 10_000, factor: 1.5, longestMs: 300_000, attempts: Number.POSITIVE_INFINITY },
  full: { firstMs: 60_000, factor: 2, longestMs: 3_600_000, attempts: Number.POSITIVE_INFINITY },
  throttled: { firstMs: 1_000, factor: 1.5, longestMs: 30_000, attempts: Number.POSITIVE_INFINITY },
  system: { firstMs: 5_000, factor: 2, longestMs: 900_000, attempts: 50 },
  unknown: { firstMs: 60_000, factor: 2, longestMs: 3_600_000, attempts: 10 },
};

/** Jitter: a delay is spread over this part of itself, so that a dead destination's messages do not come back at once. */
const SPREAD = 0.25;

/** Exponential delays by error class, each spread by up to 25 % either way. */
export function retryPolicy(overrides: Partial<Record<ErrorClass, Partial<RetryDelays>>> = {}): RetryPolicy {
  const table = Object.fromEntries(
    (Object.keys(defaultRetryDelays) as ErrorClass[]).map((name) => [
      name,
      { ...defaultRetryDelays[name], ...overrides[name] },
    ]),
  ) as unknown as Record<ErrorClass, RetryDelays>;
  return ({ attempts, errorClass }, random) => {
    const delays = table[errorClass];
    if (attempts >= delays.attempts) return undefined;
    const delayMs = Math.min(delays.longestMs, delays.firstMs * delays.factor ** (attempts - 1));
    return Math.round(delayMs * (1 - SPREAD + 2 * SPREAD * random()));
  };
}
