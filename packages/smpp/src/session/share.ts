import type { SessionLoop } from './loop.ts';

/** How often, in events, the time is looked at: reading a clock costs as much as a small PDU. */
const EVENTS_BETWEEN_LOOKS = 16;

/**
 * Events after which a long turn writes what it has so far, once: the peer can work on the first answers while we make
 * the others. With a window of 100 it makes a server half as fast again; most turns are shorter and write once.
 */
export const EARLY_FLUSH_EVENTS = 40;

/** What one session has had of the current turn of the event loop, so that a flooding peer keeps nobody waiting. */
export class Share {
  readonly #loop: SessionLoop;
  #turn = -1;
  #pdus = 0;
  #timeMs = 0;
  #startPdus = 0;
  #startMs = 0;
  #events = 0;

  constructor(loop: SessionLoop) {
    this.#loop = loop;
  }

  /** Handling begins, at this count of PDUs read. */
  begin(pdus: number, nowMs: number): void {
    const { turns } = this.#loop;
    if (this.#turn !== turns.current) {
      this.#turn = turns.current;
      this.#pdus = 0;
      this.#timeMs = 0;
      turns.touch();
    }
    this.#startPdus = pdus;
    this.#startMs = nowMs;
    this.#events = 0;
  }

  /** Whether the share is used up, asked after each event. */
  isSpent(pdus: number): boolean {
    if (this.#pdus + pdus - this.#startPdus > this.#loop.pdusPerTurn) return true;
    this.#events = (this.#events + 1) % EVENTS_BETWEEN_LOOKS;
    return this.#events === 0 && this.#timeMs + this.#elapsedMs() > this.#loop.turnMs;
  }

  /** Handling ends; true when the rest is for the next turn. */
  end(pdus: number): boolean {
    this.#pdus += pdus - this.#startPdus;
    this.#timeMs += this.#elapsedMs();
    return this.#pdus > this.#loop.pdusPerTurn || this.#timeMs > this.#loop.turnMs;
  }

  #elapsedMs(): number {
    return this.#loop.clock.monotonicMs() - this.#startMs;
  }
}
