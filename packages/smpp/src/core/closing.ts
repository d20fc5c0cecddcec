import type { CloseReason } from '../errors.ts';
import type { SessionCounters } from './events.ts';
import type { SessionOptions } from './options.ts';
import type { Timers } from './timers.ts';
import type { Window } from './window.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Ends after which the peer is given the time to read our last words; after the others it has shown that it does not. */
const polite: ReadonlySet<CloseReason> = new Set<CloseReason>([
  'closed',
  'peer_unbound',
  'framing_error',
  'inactivity_timeout',
  'bind_refused',
]);

/** Whether the connection is closed once all was written, and not at once. */
export function endsPolitely(reason: CloseReason): boolean {
  return polite.has(reason);
}

/**
 * The order in which a session ends (SMPP 5.0 2.3.5). Ours: what is open in both directions is answered first, then
 * unbind is said. The peer's: its earlier requests are answered first, then its unbind. Either way the connection
 * outlives unbind by a bounded time only.
 */
export class Closing {
  readonly #options: SessionOptions;
  readonly #timers: Timers;
  readonly #window: Window;
  readonly #counters: SessionCounters;
  #isOurs = false;
  /** When the time of `drain` is over. */
  #untilMs = NEVER;
  #unbindToAnswer: number | undefined;

  constructor(options: SessionOptions, timers: Timers, window: Window, counters: SessionCounters) {
    this.#options = options;
    this.#timers = timers;
    this.#window = window;
    this.#counters = counters;
  }

  /** Whether we have begun to end the session. */
  get isOurs(): boolean {
    return this.#isOurs;
  }

  /** Whether an answer may be what the next step waits for. */
  get isUnderway(): boolean {
    return this.#isOurs || this.#unbindToAnswer !== undefined;
  }

  /** We begin: what is open has so long to be answered, and our unbind what is left of that. */
  drain(nowMs: number, drainMs: number): void {
    this.#isOurs = true;
    this.#untilMs = nowMs + drainMs;
    this.#timers.drain = this.#untilMs;
  }

  /** The peer has said unbind. */
  peerUnbound(sequence: number, nowMs: number): void {
    this.#unbindToAnswer = sequence;
    this.#timers.unbindAnswer = nowMs + this.#options.unbindAnswerMs;
  }

  /** What is to be sent now; `regardless` of what is still open, once its time is over. */
  next(isBound: boolean, regardless: boolean): 'unbind' | 'unbind_resp' | undefined {
    const isAnswered = this.#counters.requestsOpen === 0 || regardless;
    if (this.#unbindToAnswer !== undefined) return isAnswered ? 'unbind_resp' : undefined;
    const isIdle = isAnswered && (this.#window.taken === 0 || regardless);
    return this.#isOurs && isBound && isIdle ? 'unbind' : undefined;
  }

  /** We have said unbind. */
  saidUnbind(nowMs: number): void {
    this.#isOurs = true;
    this.#timers.clear();
    this.#timers.unbind = Math.min(nowMs + this.#options.unbindMs, Math.max(nowMs, this.#untilMs));
  }

  /** The number of the peer's unbind, which is being answered. */
  answerUnbind(nowMs: number): number {
    const sequence = this.#unbindToAnswer ?? 0;
    this.#unbindToAnswer = undefined;
    this.#timers.unbindAnswer = NEVER;
    this.#timers.drain = NEVER;
    this.#timers.unbind = Math.min(this.#timers.unbind, nowMs + this.#options.unbindMs);
    return sequence;
  }
}
