import type { PduInput } from '@chappe/protocol';
import { status } from '@chappe/protocol';
import type { Clock, Random } from '../clock.ts';
import type { SessionOptions } from '../core/options.ts';
import { SessionCore } from '../core/session-core.ts';
import {
  type CloseReason,
  SmppAbortError,
  SmppBindError,
  SmppClosedError,
  SmppConnectError,
  SmppError,
  SmppTimeoutError,
} from '../errors.ts';
import type { SessionLoop } from '../session/loop.ts';
import type { RequestResult } from '../session/request-queue.ts';
import { Session, type SessionOwner } from '../session/session.ts';
import type { Transport } from '../transport/transport.ts';
import { type Reconnect, reconnectDelayMs } from './backoff.ts';
import { hasHeld, type Loss } from './loss.ts';

/** How a bind is made and kept. */
export interface KeptBindOptions {
  /** Makes the connection; the signal ends that. */
  readonly connect: (signal: AbortSignal) => Promise<Transport>;
  /** Ends connecting and binding for good; a bind that stands goes on. */
  readonly signal: AbortSignal | undefined;
  readonly bindPdu: PduInput;
  readonly bindTimeoutMs: number;
  readonly reconnect: Reconnect | false;
  readonly sessionOptions: SessionOptions;
  /** A connection has come about; the bind is sent next. */
  readonly onSession: (session: Session) => void;
  readonly loop: SessionLoop;
  readonly clock: Clock;
  readonly random: Random;
  readonly nextId: () => number;
}

/** Whose bind it is. */
export interface BindOwner extends Omit<SessionOwner, 'onBind' | 'onEnd'> {
  onBound(session: Session): void;
  onDisconnected(session: Session, reason: CloseReason, loss: Loss): void;
  /** A try failed; `retryInMs` is undefined when there will be no other. */
  onConnectFailed(error: SmppError, retryInMs: number | undefined): void;
}

/** Why a bind is made anew: the peer no longer honours it, or we give it up by intention and want the next at once. */
export type Renewal = 'void' | 'planned';

const giveUpByDefault: readonly number[] = [status.ESME_RINVPASWD, status.ESME_RINVSYSID];

/** One bind that is made again whenever it is lost, with growing waits. */
export class KeptBind {
  readonly #options: KeptBindOptions;
  readonly #owner: BindOwner;
  #session: Session | undefined;
  #boundAtMs = 0;
  #waitedMs = 0;
  /** How the session ends that `renew` has been called for. */
  #renewal: Renewal | undefined;
  #attempt = 0;
  #isStopped = false;
  #cancelRetry: (() => void) | undefined;
  /** Of the try that is under way. */
  #trying: AbortController | undefined;
  readonly #onAbort = (): void => this.#aborted();

  constructor(options: KeptBindOptions, owner: BindOwner) {
    this.#options = options;
    this.#owner = owner;
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The session while it is bound. */
  get session(): Session | undefined {
    return this.#session?.isBound === true ? this.#session : undefined;
  }

  /** Whether it is bound or will try again. */
  get isAlive(): boolean {
    return !this.#isStopped;
  }

  /** The first try. Rejects when it fails; others follow by themselves then. */
  async start(): Promise<Session> {
    try {
      return await this.#bind();
    } catch (error) {
      if (!this.#isStopped) this.#failed(error as SmppError);
      throw error;
    }
  }

  /** Ends the bind in order and tries no more. */
  async close(drainMs: number): Promise<void> {
    this.#stop();
    await this.#session?.close({ drainMs });
  }

  /**
   * Ends the bind in order and makes it anew: one that is void counts as one that did not hold, after a planned end the
   * next is made at once. `drainMs`: how long what is open may still be answered.
   */
  renew(why: Renewal, drainMs: number): void {
    if (this.session === undefined || this.#renewal !== undefined) return;
    this.#renewal = why;
    void this.session.close({ drainMs });
  }

  /** Ends the bind at once and tries no more. */
  destroy(): void {
    this.#stop();
    this.#session?.destroy();
  }

  #stop(): void {
    this.#isStopped = true;
    this.#cancelRetry?.();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#trying?.abort(new SmppClosedError('closed', false));
  }

  /** The user's signal: a try under way fails, a wait for the next is over. */
  #aborted(): void {
    const { signal } = this.#options;
    if (signal === undefined || this.#isStopped || this.session !== undefined) return;
    this.#cancelRetry?.();
    if (this.#trying === undefined) this.#failed(new SmppAbortError(signal, false));
    else this.#trying.abort(signal.reason);
  }

  /** One try. */
  async #bind(): Promise<Session> {
    const { signal } = this.#options;
    if (signal?.aborted) throw new SmppAbortError(signal, false);
    const trying = new AbortController();
    this.#trying = trying;
    try {
      return await this.#bindOn(await connected(this.#options.connect, trying.signal), trying.signal);
    } catch (error) {
      throw this.#isStopped ? new SmppClosedError('closed', false) : error;
    } finally {
      this.#trying = undefined;
    }
  }

  async #bindOn(transport: Transport, signal: AbortSignal): Promise<Session> {
    const { bindPdu, bindTimeoutMs, sessionOptions, onSession, loop, clock, nextId } = this.#options;
    const core: SessionCore = new SessionCore('esme', sessionOptions, clock.monotonicMs());
    const session: Session = new Session(nextId(), core, transport, loop, this.#ownerOf());
    this.#session = session;
    onSession(session);
    session.start();
    // The answer is looked at where it arrives: what follows it in the same chunk finds a session that is known.
    await new Promise<void>((resolve, reject) => {
      const heard = (result: RequestResult): void => {
        if (result instanceof Error) {
          session.destroy('bind_refused');
          reject(bindFailure(result, bindTimeoutMs));
        } else if (result.command_status !== 0) {
          session.destroy('bind_refused');
          reject(new SmppBindError(result.command_status));
        } else {
          this.#boundAtMs = clock.monotonicMs();
          this.#owner.onBound(session);
          resolve();
        }
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        reject(new SmppAbortError(signal, false));
        session.destroy();
      };
      signal.addEventListener('abort', abort, { once: true });
      session.submit(bindPdu, heard, bindTimeoutMs);
    });
    return session;
  }

  #ownerOf(): SessionOwner {
    const owner = this.#owner;
    return {
      onBind: () => undefined,
      onRequest: (session, pdu) => owner.onRequest(session, pdu),
      onNotification: (session, pdu) => owner.onNotification(session, pdu),
      onNotice: (session, notice) => owner.onNotice(session, notice),
      onUnbound: (session) => owner.onUnbound(session),
      onError: (error, where) => owner.onError(error, where),
      onEnd: (session, reason) => this.#ended(session, reason),
    };
  }

  #ended(session: Session, reason: CloseReason): void {
    if (this.#session === session) this.#session = undefined;
    // A session that never was bound has failed in `#bind`, which tells it.
    if (!session.wasBound) return;
    if (this.#options.reconnect === false) this.#isStopped = true;
    const renewal = this.#renewal;
    this.#renewal = undefined;
    const isHeld = renewal === 'planned' || (renewal !== 'void' && this.#hasHeld(session));
    if (isHeld) this.#attempt = 0;
    // What is told may stop us.
    const retryInMs = this.#isStopped ? undefined : this.#retry(renewal === 'planned');
    this.#owner.onDisconnected(session, reason, { hasHeld: isHeld, retryInMs });
  }

  #hasHeld(session: Session): boolean {
    const boundForMs = this.#options.clock.monotonicMs() - this.#boundAtMs;
    const standing = { boundForMs, waitedMs: this.#waitedMs };
    return hasHeld(session, standing, this.#options.sessionOptions);
  }

  #failed(error: SmppError): void {
    const { reconnect } = this.#options;
    const giveUpOn = (reconnect !== false && reconnect.giveUpOn) || giveUpByDefault;
    if (error instanceof SmppBindError && giveUpOn.includes(error.status)) this.#isStopped = true;
    if (reconnect === false || error instanceof SmppAbortError) this.#isStopped = true;
    const delayMs = this.#isStopped ? undefined : this.#retry();
    this.#owner.onConnectFailed(error, delayMs);
  }

  #retry(atOnce = false): number {
    const { reconnect, clock, random } = this.#options;
    const delayMs = atOnce ? 0 : reconnectDelayMs(reconnect || {}, this.#attempt++, random);
    this.#waitedMs = delayMs;
    this.#cancelRetry = clock.setTimer(() => {
      this.#bind().catch((error: SmppError) => {
        if (!this.#isStopped) this.#failed(error);
      });
    }, delayMs);
    return delayMs;
  }
}

/** What connects may be of the user's own: whatever it fails with is told as a failed connection. */
async function connected(
  connect: (signal: AbortSignal) => Promise<Transport>,
  signal: AbortSignal,
): Promise<Transport> {
  let transport: Transport;
  try {
    transport = await connect(signal);
    if (typeof transport?.start !== 'function') throw new TypeError('`transport` gave no Transport');
  } catch (cause) {
    if (cause instanceof SmppError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SmppConnectError(`cannot connect: ${why}`, { cause });
  }
  // It took no notice.
  if (!signal.aborted) return transport;
  transport.destroy();
  throw new SmppAbortError(signal, false);
}

/** Why there is no answer to a bind, in the words of one who connects. */
function bindFailure(error: RequestResult & Error, timeoutMs: number): SmppError {
  const options = { cause: error };
  if (error instanceof SmppTimeoutError) {
    return new SmppTimeoutError('bind', `the bind was not answered in ${timeoutMs} ms`, options);
  }
  if (error instanceof SmppError) return error;
  return new SmppError('CHAPPE_SMPP_OPTION', `the bind cannot be sent: ${error.message}`, options);
}
