import type { Clock } from '../clock.ts';

/** Something with work to do at the end of a turn of the event loop. */
export interface Turned {
  /** Called once per request, after the input of this turn was handled. */
  onTurn(): void;
}

/**
 * The turns of the event loop, shared by the sessions of a server or client. What sessions write in one turn leaves
 * in one socket write each, at its end; and one that has had its share of a turn goes on in the next.
 */
export class Turns {
  /** Changes with every turn in which there was something to do. */
  current = 0;
  readonly #clock: Clock;
  #nowMs = 0;
  #waiting: Turned[] = [];
  #isScheduled = false;
  readonly #run = (): void => {
    this.#isScheduled = false;
    this.current++;
    const waiting = this.#waiting;
    this.#waiting = [];
    let done = 0;
    try {
      while (done < waiting.length) waiting[done++]!.onTurn();
    } finally {
      // One that throws, by a fault of ours, must not take the turn of the others.
      for (const turned of waiting.slice(done)) this.atEnd(turned);
    }
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Monotonic time as of the first question in this turn, as Node's own timers have it: reading the clock for every
   * message of a burst costs as much as encoding it.
   */
  nowMs(): number {
    this.touch();
    return this.#nowMs;
  }

  /** Calls `onTurn` when the input that is there now has been handled. The caller asks at most once per turn. */
  atEnd(turned: Turned): void {
    this.#waiting.push(turned);
    this.touch();
  }

  /** Says that something happens in this turn, so that `current` changes with the next. */
  touch(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#nowMs = this.#clock.monotonicMs();
    setImmediate(this.#run);
  }
}
