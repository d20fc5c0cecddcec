import { type Pdu, statusClass } from '@chappe/protocol';
import type { SessionOptions } from './options.ts';
import type { Timers } from './timers.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** A deadline `durationMs` from now; a duration of 0 turns the timer off. */
export function after(nowMs: number, durationMs: number): number {
  return durationMs > 0 ? nowMs + durationMs : NEVER;
}

/**
 * What the timers of a session learn from traffic and silence: whether the peer lives (enquire_link and its answer),
 * whether there is business (inactivity), and whether half a PDU is followed by its other half.
 */
export class Liveness {
  readonly #options: SessionOptions;
  readonly #timers: Timers;
  #isBound = false;
  #isPaused = false;
  /** Number of our enquire_link that is not answered. */
  #enquired: number | undefined;
  #framesSinceSettled = 0;

  constructor(options: SessionOptions, timers: Timers) {
    this.#options = options;
    this.#timers = timers;
  }

  /** The session is bound: silence and inactivity count from now. */
  bound(nowMs: number): void {
    this.#isBound = true;
    this.#timers.sessionInit = NEVER;
    this.#timers.enquireLink = after(nowMs, this.#options.enquireLinkMs);
    this.transaction(nowMs);
  }

  /** The session is not bound any more. */
  left(): void {
    this.#isBound = false;
    this.#timers.enquireLink = NEVER;
    this.#timers.enquireLinkResponse = NEVER;
    this.#timers.inactivity = NEVER;
  }

  /** Octets came. Anything received is a sign of life, whatever still stands in the queue before the answer. */
  received(nowMs: number): void {
    this.#timers.enquireLinkResponse = NEVER;
    if (this.#isBound) this.#timers.enquireLink = after(nowMs, this.#options.enquireLinkMs);
  }

  /** A whole PDU was cut from the stream. */
  framed(): void {
    this.#framesSinceSettled++;
  }

  /** No whole PDU is left; `pendingOctets` of the next are there. Its time counts from its first octet, not each. */
  settled(pendingOctets: number, receivedMs: number): void {
    if (pendingOctets === 0) this.#timers.pduRead = NEVER;
    else if (!this.#isPaused && (this.#framesSinceSettled > 0 || this.#timers.pduRead === NEVER)) {
      this.#timers.pduRead = after(receivedMs, this.#options.pduReadMs);
    }
    this.#framesSinceSettled = 0;
  }

  /** An operation or its response went either way. enquire_link is none: it keeps a session alive, not busy. */
  transaction(nowMs: number): void {
    if (this.#options.inactivityMs > 0) this.#timers.inactivity = nowMs + this.#options.inactivityMs;
  }

  /**
   * We have sent enquire_link. No other follows before its answer, or any octets: each would put off the end of the
   * wait, for ever where the interval is not longer than the wait.
   */
  enquired(nowMs: number, sequence: number): void {
    this.#enquired = sequence;
    const { enquireLinkMs, enquireLinkResponseMs } = this.#options;
    this.#timers.enquireLinkResponse = after(nowMs, enquireLinkResponseMs);
    this.#timers.enquireLink = enquireLinkResponseMs > 0 ? NEVER : after(nowMs, enquireLinkMs);
  }

  /** Whether a response is that to our enquire_link; `void`: it says, by its status, that there is no such bind. */
  answered({ command, command_status, sequence_number }: Pdu): 'stray' | 'alive' | 'void' {
    if (this.#enquired === undefined) return 'stray';
    // A peer of old may not know it, and say so.
    const isNack = command === 'generic_nack' && sequence_number === this.#enquired;
    if (!isNack && command !== 'enquire_link_resp') return 'stray';
    this.#enquired = undefined;
    return statusClass(command_status) === 'bind' ? 'void' : 'alive';
  }

  /** While we do not read, silence says nothing about the peer: its timers rest until reading goes on. */
  pause(isPaused: boolean, nowMs: number): void {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.#timers.pduRead = NEVER;
    this.#timers.enquireLinkResponse = NEVER;
    if (!this.#isBound) return;
    this.#timers.enquireLink = isPaused ? NEVER : after(nowMs, this.#options.enquireLinkMs);
    if (isPaused) this.#timers.inactivity = NEVER;
    else this.transaction(nowMs);
  }
}
