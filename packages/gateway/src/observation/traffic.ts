/** What goes over the sessions of one upstream, those that have ended included. */
import type { SessionCounters } from '@chappe/smpp';

/** Sums of session counters. */
export type TrafficSums = Readonly<Record<keyof SessionCounters, number>>;

function noTraffic(): Record<keyof SessionCounters, number> {
  return {
    pdusIn: 0,
    pdusOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    requestsIn: 0,
    requestsOut: 0,
    responsesIn: 0,
    requestsOpen: 0,
    throttled: 0,
    timeouts: 0,
    refused: 0,
    strayResponses: 0,
  };
}

const names = Object.keys(noTraffic()) as readonly (keyof SessionCounters)[];

/** Adds up. */
export class Traffic {
  readonly #ended: Record<keyof SessionCounters, number> = noTraffic();

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

function addTo(sums: Record<keyof SessionCounters, number>, counters: SessionCounters): void {
  for (const name of names) sums[name] += counters[name];
}
