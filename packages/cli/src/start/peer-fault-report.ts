/** What peers do wrong, on its way to the log: a hostile one must not fill the disk with it. */

import type { Clock } from '@chappe/center';
import type { PeerFault } from '@chappe/gateway';
import { printable } from '@chappe/protocol';

/** Where faults end up. */
export interface FaultLog {
  warn(fields: object, message: string): void;
}

// Enough to see what is wrong; the rest of the span is only counted.
const linesPerSpan = 10;
const spanMs = 5_000;

/** Tells faults to a log, at most ten in five seconds; how many were left out is told with the next one. */
export class PeerFaultReport {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #log: FaultLog | undefined;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #leftOut = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** The log is here; what came before it is counted as left out. */
  attach(log: FaultLog): void {
    this.#log = log;
  }

  /** A peer did something wrong. */
  report({ peer, what }: PeerFault): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#sinceMs >= spanMs) {
      this.#sinceMs = nowMs;
      this.#lines = 0;
    }
    if (this.#log === undefined || this.#lines >= linesPerSpan) {
      this.#leftOut += 1;
      return;
    }
    this.#lines += 1;
    const leftOut = this.#leftOut === 0 ? {} : { leftOut: this.#leftOut };
    this.#leftOut = 0;
    this.#log.warn({ where: printable(peer), ...leftOut }, printable(what));
  }
}
