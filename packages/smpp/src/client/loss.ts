import type { SessionOptions } from '../core/options.ts';
import type { Session } from '../session/session.ts';

/** What is known of a bind that is lost. */
export interface Loss {
  /**
   * Whether operations were answered on it for as long as it had been waited for, or it stood for twice the time in which
   * a dead peer is found out. False: the waits for the next try grow on.
   */
  readonly hasHeld: boolean;
  /** Milliseconds until the next try; undefined when there is none. */
  readonly retryInMs: number | undefined;
}

// Where no enquire_link is sent.
const DEAD_AFTER_MS = 30_000;

type LivenessTimers = Pick<SessionOptions, 'enquireLinkMs' | 'enquireLinkResponseMs'>;

/** How long a bind stood, and how long it was waited for before. Milliseconds. */
export interface Standing {
  readonly boundForMs: number;
  readonly waitedMs: number;
}

/** Whether a bind has held: a peer that takes each bind and closes it at once must not be called every second. */
export function hasHeld(
  session: Session,
  { boundForMs, waitedMs }: Standing,
  timers: LivenessTimers,
): boolean {
  const { responsesIn, requestsIn } = session.counters;
  // One response is that to the bind.
  if ((responsesIn > 1 || requestsIn > 0) && boundForMs >= waitedMs) return true;
  const { enquireLinkMs, enquireLinkResponseMs } = timers;
  return boundForMs >= 2 * (enquireLinkMs === 0 ? DEAD_AFTER_MS : enquireLinkMs + enquireLinkResponseMs);
}
