import type { SessionCore } from '../core/session-core.ts';
import type { Transport } from '../transport/transport.ts';
import type { LoopLimits } from './loop.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** Time for a peer to read what we said last and to close; then the connection is cut. */
const LINGER_MS = 2_000;
/** Why reading rests; bits. */
const UNREAD = 1;
const TURN = 2;

/**
 * Back-pressure of one session. While the peer leaves more than `writeBufferOctets` unread we do not read from it;
 * when that lasts `writeStallMs`, or nothing at all leaves for as long, it is to be cut off.
 */
export class Flow {
  readonly #core: SessionCore;
  readonly #transport: Transport;
  readonly #limits: LoopLimits;
  #restsFor = 0;
  #lookAtMs = NEVER;
  #unreadSinceMs = NEVER;
  #flushedBefore = 0;
  #lingerUntilMs = NEVER;

  constructor(core: SessionCore, transport: Transport, limits: LoopLimits) {
    this.#core = core;
    this.#transport = transport;
    this.#limits = limits;
  }

  /** When `hasLingered` and `isStalled` are to be asked next; `Infinity` when nothing waits to be read. */
  get deadlineMs(): number {
    return Math.min(this.#lookAtMs, this.#lingerUntilMs);
  }

  /** Whether the connection is being ended. */
  get isLeaving(): boolean {
    return this.#lingerUntilMs !== NEVER;
  }

  /** Octets were given to the transport. */
  wrote(nowMs: number): void {
    if (this.#lookAtMs === NEVER && this.#limits.writeStallMs > 0) {
      this.#lookAtMs = nowMs + this.#limits.writeStallMs;
      this.#flushedBefore = this.#flushedOctets();
    }
    const isUnread = this.#transport.bufferedOctets > this.#limits.writeBufferOctets;
    if (!isUnread || this.#unreadSinceMs !== NEVER) return;
    this.#unreadSinceMs = nowMs;
    this.#rest(UNREAD);
    this.#core.pauseRead(true, nowMs);
  }

  /** The transport has nothing left to write. */
  drained(nowMs: number): void {
    this.#lookAtMs = NEVER;
    if (this.#unreadSinceMs === NEVER) return;
    this.#unreadSinceMs = NEVER;
    this.#core.pauseRead(false, nowMs);
    this.#goOn(UNREAD);
  }

  /** The session has had its share of this turn of the event loop. */
  restUntilNextTurn(): void {
    this.#rest(TURN);
  }

  /** A turn has begun. */
  nextTurn(): void {
    this.#goOn(TURN);
  }

  /** Ends the connection, politely once all is written. Nothing will be handled any more; what comes is dropped. */
  leave(isPolite: boolean, nowMs: number): void {
    this.#lingerUntilMs = nowMs + LINGER_MS;
    if (isPolite) this.#transport.end();
    else this.#transport.destroy();
    this.#goOn(UNREAD | TURN);
  }

  /** Whether the peer has not closed in time after we did; then the connection is cut. */
  hasLingered(nowMs: number): boolean {
    if (nowMs < this.#lingerUntilMs) return false;
    this.#transport.destroy();
    return true;
  }

  /** Whether the peer has not read for too long. */
  isStalled(nowMs: number): boolean {
    if (nowMs < this.#lookAtMs) return false;
    const { writeStallMs } = this.#limits;
    const flushed = this.#flushedOctets();
    if (this.#transport.bufferedOctets === 0) this.#lookAtMs = NEVER;
    else if (nowMs - this.#unreadSinceMs >= writeStallMs || flushed === this.#flushedBefore) return true;
    else this.#lookAtMs = Math.min(nowMs, this.#unreadSinceMs) + writeStallMs;
    this.#flushedBefore = flushed;
    return false;
  }

  #flushedOctets(): number {
    return this.#core.counters.bytesOut - this.#transport.bufferedOctets;
  }

  #rest(cause: number): void {
    if (this.#restsFor === 0) this.#transport.pause();
    this.#restsFor |= cause;
  }

  #goOn(cause: number): void {
    if ((this.#restsFor & cause) === 0) return;
    this.#restsFor &= ~cause;
    if (this.#restsFor === 0) this.#transport.resume();
  }
}
