/** What goes over the sessions of one upstream, those that have ended included. */
import { newSessionCounters, type SessionCounters } from '@chappe/smpp';

/** Sums of session counters. */
export type TrafficSums = Readonly<SessionCounters>;

const names = Object.keys(newSessionCounters()) as readonly (keyof SessionCounters)[];

/** Adds up. */
export class Traffic {
  readonly #ended: SessionCounters = newSessionCounters();

  /** A session has ended with these counters. */
  add(counters: SessionCounters): void {
    addTo(this.#ended, counters);
    // A level, not a sum: nothing of an ended session is open.
    this.#ended.requestsOpen = 0;
  }

  /** All together with those of the sessions that there are. */
  sums(sessions: Iterable<{ readonly counters: SessionCounters }>): TrafficSums {
    const sums = { ...this.#ended };
    for (const { counters } of sessions) addTo(sums, counters);
    return sums;
  }
}

function addTo(sums: SessionCounters, counters: SessionCounters): void {
  for (const name of names) sums[name] += counters[name];
}
