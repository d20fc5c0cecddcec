import type { Transport, TransportListener } from '../transport/transport.ts';
import type { Sleeper } from './deadlines.ts';
import type { Turned } from './turns.ts';

/** What a session is called for from outside, and how it ends when that went wrong. */
export interface Edged extends TransportListener, Turned {
  onWake(nowMs: number): void;
  /** A mistake of ours has been met: the session is over. */
  onMistake(error: unknown, where: string): void;
}

/**
 * Where the network and the timers call a session. Whatever throws behind it ends that session and is told: it neither
 * ends the process nor hits the other sessions that the same turn or timer was about.
 */
export class Edge implements TransportListener, Sleeper, Turned {
  wakeAtMs: number = Number.POSITIVE_INFINITY;
  readonly #session: Edged;
  readonly #transport: Transport;

  constructor(session: Edged, transport: Transport) {
    this.#session = session;
    this.#transport = transport;
  }

  onBytes(bytes: Uint8Array): void {
    try {
      this.#session.onBytes(bytes);
    } catch (error) {
      this.#mistake(error, 'receive');
    }
  }

  onDrain(): void {
    try {
      this.#session.onDrain();
    } catch (error) {
      this.#mistake(error, 'drain');
    }
  }

  onEnd(error: Error | undefined): void {
    try {
      this.#session.onEnd(error);
    } catch (mistake) {
      this.#mistake(mistake, 'end');
    }
  }

  onTurn(): void {
    try {
      this.#session.onTurn();
    } catch (error) {
      this.#mistake(error, 'turn');
    }
  }

  onWake(nowMs: number): void {
    try {
      this.#session.onWake(nowMs);
    } catch (error) {
      this.#mistake(error, 'timer');
    }
  }

  #mistake(error: unknown, where: string): void {
    try {
      this.#session.onMistake(error, where);
    } catch {
      // Not even its end went well: the connection is all that is left to end.
      this.#transport.destroy();
    }
  }
}
