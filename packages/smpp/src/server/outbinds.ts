import { SmppClosedError } from '../errors.ts';
import type { SessionLoop } from '../session/loop.ts';
import { dial } from '../transport/dial.ts';
import type { Transport } from '../transport/transport.ts';
import type { OutbindTarget } from './options.ts';
import type { ServerSession } from './server-session.ts';

interface Waiter {
  readonly resolve: (session: ServerSession) => void;
  readonly reject: (error: unknown) => void;
}

/** ESMEs that are asked to bind (SMPP 5.0 2.3.6): the connections to them on their way, and who waits for their binds. */
export class Outbinds {
  readonly #loop: SessionLoop;
  readonly #waiters = new Map<ServerSession, Waiter>();
  readonly #dialing = new Set<AbortController>();
  #isClosed = false;

  constructor(loop: SessionLoop) {
    this.#loop = loop;
  }

  /** Connects to a listening ESME. */
  async dial({ host, port, connectTimeoutMs = 5_000 }: OutbindTarget): Promise<Transport> {
    const dialing = new AbortController();
    this.#dialing.add(dialing);
    try {
      const { clock } = this.#loop;
      if (this.#isClosed) dialing.abort();
      const transport = await dial({ host, port, connectTimeoutMs, clock, signal: dialing.signal });
      if (!this.#isClosed) return transport;
      // Closed in the moment in which it was connected.
      transport.destroy();
      throw new SmppClosedError('closed', false);
    } catch (error) {
      throw this.#isClosed ? new SmppClosedError('closed', false) : error;
    } finally {
      this.#dialing.delete(dialing);
    }
  }

  /** Sends outbind, and settles when the ESME has bound. */
  ask(session: ServerSession, { systemId, password }: OutbindTarget): Promise<ServerSession> {
    return new Promise((resolve, reject) => {
      this.#waiters.set(session, { resolve, reject });
      try {
        session.notify({ command: 'outbind', system_id: systemId, password });
      } catch (error) {
        this.#waiters.delete(session);
        session.destroy();
        reject(error);
      }
    });
  }

  /** A session has bound. */
  bound(session: ServerSession): void {
    this.#waiters.get(session)?.resolve(session);
    this.#waiters.delete(session);
  }

  /** A session is over. */
  ended(session: ServerSession, why: () => Error): void {
    this.#waiters.get(session)?.reject(why());
    this.#waiters.delete(session);
  }

  /** Nobody is dialed any more. */
  close(): void {
    this.#isClosed = true;
    for (const dialing of this.#dialing) dialing.abort();
  }
}
