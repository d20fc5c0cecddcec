/** When a message is due and when it is over: schedule_delivery_time, validity_period and qos_time_to_live. */
import { parseTime, status } from '@chappe/protocol';

/** Limits of times, all in milliseconds. */
export interface LifetimeLimits {
  /** Without a validity_period. Default 48 hours. */
  readonly validityMs: number;
  /** A longer validity is cut to this (shared/spec/time-format.md 5). Default 7 days, SMPP 3.4 5.2.16's example. */
  readonly maxValidityMs: number;
  /** A later schedule is refused: ESME_RINVSCHED. Default 14 days. */
  readonly maxScheduleMs: number;
}

/** When a message is due and over, epoch milliseconds; or the status to refuse it with. */
export type Lifetime =
  | { readonly status: 0; readonly dueMs: number; readonly expiresMs: number }
  | { readonly status: number; readonly dueMs?: undefined; readonly expiresMs?: undefined };

// The shortest pause between two attempts is longer.
const oneAttemptMs = 1_000;

/**
 * Reads the times of a submission. `nowMs`: wall clock. `timeToLiveS`: qos_time_to_live, which wins over the
 * validity (SMPP 5.0 4.8.4.46); 0 there means one attempt at once, as a validity of no length does.
 */
export function lifetimeOf(
  schedule: string,
  validity: string,
  timeToLiveS: number | undefined,
  nowMs: number,
  limits: LifetimeLimits,
): Lifetime {
  let dueMs = nowMs;
  if (schedule !== '') {
    const time = parseTime(schedule, { now: new Date(nowMs) });
    if (time.kind === 'invalid' || time.kind === 'none') return { status: status.ESME_RINVSCHED };
    dueMs = Math.max(time.at.getTime(), nowMs);
    if (dueMs - nowMs > limits.maxScheduleMs) return { status: status.ESME_RINVSCHED };
  }
  let expiresMs = Math.max(nowMs + limits.validityMs, dueMs + (dueMs > nowMs ? limits.validityMs : 0));
  if (timeToLiveS !== undefined) expiresMs = nowMs + timeToLiveS * 1_000;
  else if (validity !== '') {
    const time = parseTime(validity, { now: new Date(nowMs) });
    if (time.kind === 'invalid' || time.kind === 'none') return { status: status.ESME_RINVEXPIRY };
    // Counts from submission, not from the schedule (time-format.md 6).
    expiresMs = time.at.getTime();
    if (time.kind === 'absolute' && expiresMs <= nowMs) return { status: status.ESME_RINVEXPIRY };
  }
  // No lifetime at all means one attempt at once (time-format.md 4): long enough for it, too short for another.
  if (expiresMs === nowMs && dueMs === nowMs) expiresMs = nowMs + oneAttemptMs;
  if (expiresMs < dueMs) return { status: status.ESME_RINVEXPIRY };
  const latest = Math.max(dueMs, nowMs) + limits.maxValidityMs;
  return { status: 0, dueMs, expiresMs: Math.min(expiresMs, latest) };
}
