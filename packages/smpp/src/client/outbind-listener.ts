import { createServer, type Server } from 'node:net';
import type { Pdu, PduInput, PduOf } from '@chappe/protocol';
import { systemClock } from '../clock.ts';
import { type SessionOptions, sessionDefaults, standardCodec, WriterPool } from '../core/options.ts';
import { SessionCore } from '../core/session-core.ts';
import { versionFrom } from '../core/version-option.ts';
import { type CloseReason, SmppBindError, SmppConnectError, type SmppError } from '../errors.ts';
import { Guard, isThenable } from '../guard.ts';
import { type CloseOptions, checkCloseOptions } from '../session/close-options.ts';
import { createLoop, loopDefaults, type SessionLoop } from '../session/loop.ts';
import { Answering } from '../session/operations.ts';
import type { RequestResult } from '../session/request-queue.ts';
import { Session, type SessionOwner } from '../session/session.ts';
import { handlesClosed, remoteOf, SocketTransport } from '../transport/tcp.ts';
import { checkBind, checkOutbindOptions } from './checks.ts';
import { hasHeld, type Loss } from './loss.ts';
import type { OutbindListenerOptions } from './outbind-options.ts';

/** An ESME that MCs connect to. */
export class OutbindListener implements SessionOwner {
  readonly #options: OutbindListenerOptions;
  readonly #guard: Guard;
  readonly #loop: SessionLoop;
  readonly #sessionOptions: SessionOptions;
  readonly #bindPdu: PduInput;
  readonly #answering: Answering;
  readonly #server: Server;
  /** With the time of the bind, monotonic. */
  readonly #sessions = new Map<Session, number>();
  #lastId = 0;

  private constructor(options: OutbindListenerOptions) {
    this.#options = options;
    this.#guard = new Guard(options.onError);
    this.#loop = createLoop(options.clock ?? systemClock, loopDefaults);
    this.#sessionOptions = {
      ...sessionDefaults,
      sessionInitMs: options.sessionInitMs ?? sessionDefaults.sessionInitMs,
      version: versionFrom(options.version ?? sessionDefaults.version, 'version'),
      window: options.window ?? sessionDefaults.window,
      enquireLinkMs: options.enquireLinkMs ?? sessionDefaults.enquireLinkMs,
      enquireLinkResponseMs: options.enquireLinkResponseMs ?? sessionDefaults.enquireLinkResponseMs,
      responseTimeoutMs: options.responseTimeoutMs ?? sessionDefaults.responseTimeoutMs,
      codec: standardCodec,
      writers: new WriterPool(standardCodec),
    };
    this.#bindPdu = {
      command: `bind_${options.bind ?? 'receiver'}`,
      system_id: options.systemId,
      password: options.password,
      system_type: options.systemType,
      interface_version: this.#sessionOptions.version,
      addr_ton: options.ton,
      addr_npi: options.npi,
      address_range: options.addressRange,
    };
    checkBind(standardCodec, this.#bindPdu);
    this.#answering = new Answering(options.operations, (error, where) => this.onError(error, where));
    this.#server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (this.#sessions.size >= (options.connections ?? 100)) {
        socket.destroy();
        return;
      }
      const core = new SessionCore('esme', this.#sessionOptions, this.#loop.clock.monotonicMs());
      const transport = new SocketTransport(socket, remoteOf(socket, false));
      const session = new Session(++this.#lastId, core, transport, this.#loop, this);
      this.#sessions.set(session, this.#loop.clock.monotonicMs());
      session.start();
    });
  }

  /**
   * Listens; rejects with `SmppConnectError` when the address cannot be had, with `SmppError` (`CHAPPE_SMPP_OPTION`)
   * that names an option which is missing, misspelt or wrong.
   */
  static async listen(options: OutbindListenerOptions): Promise<OutbindListener> {
    checkOutbindOptions(options);
    const listener = new OutbindListener(options);
    const { host = '127.0.0.1', port } = options;
    return new Promise((resolve, reject) => {
      const server = listener.#server;
      const failed = (cause: Error): void => {
        reject(new SmppConnectError(`cannot listen on ${host}:${port}: ${cause.message}`, { cause }));
      };
      server.once('error', failed);
      server.listen({ host, port }, () => {
        server.off('error', failed);
        // Of accepting: no descriptor is left, and the like. The next connection may be taken again.
        server.on('error', (error) => listener.onError(error, 'listen'));
        resolve(listener);
      });
    });
  }

  /** The port listened on. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The sessions that are bound now. */
  get sessions(): readonly Session[] {
    return [...this.#sessions.keys()].filter((session) => session.isBound);
  }

  /** Stops listening and ends the sessions in order. */
  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all([...this.#sessions.keys()].map((session) => session.close(options)));
    await stopped;
    this.#loop.deadlines.clear();
    await handlesClosed();
  }

  /** @internal */
  onNotification(session: Session, pdu: Pdu): void {
    if (pdu.command !== 'outbind') return;
    this.#authenticate(pdu, (isKnown) => {
      if (session.state !== 'outbound') return;
      if (isKnown) this.#bind(session);
      else session.destroy('bind_refused');
    });
  }

  #authenticate(outbind: PduOf<'outbind'>, decide: (isKnown: boolean) => void): void {
    const refuse = (error: unknown): void => {
      this.onError(error, 'authenticate');
      decide(false);
    };
    const hear = (answer: unknown): void => {
      if (typeof answer === 'boolean') decide(answer);
      else refuse(new TypeError(`authenticate returned ${String(answer)}, neither true nor false`));
    };
    try {
      const answer = this.#options.authenticate(outbind);
      // By a promise of the language: a library's may call back twice, or throw.
      if (isThenable(answer)) Promise.resolve(answer).then(hear, refuse);
      else hear(answer);
    } catch (error) {
      refuse(error);
    }
  }

  #bind(session: Session): void {
    const options = this.#options;
    const heard = (result: RequestResult): void => {
      if (!(result instanceof Error) && result.command_status === 0) {
        this.#sessions.set(session, this.#loop.clock.monotonicMs());
        this.#guard.run(() => options.onBound?.(session), 'onBound');
        return;
      }
      session.destroy('bind_refused');
      const error = result instanceof Error ? result : new SmppBindError(result.command_status);
      this.#guard.run(() => options.onBindFailed?.(error as SmppError), 'onBindFailed');
    };
    session.submit(this.#bindPdu, heard, this.#sessionOptions.responseTimeoutMs);
  }

  /** @internal */
  onRequest(session: Session, pdu: Pdu): void {
    this.#answering.answer(session, pdu);
  }

  /** @internal */
  onBind(): void {
    // Only ESMEs bind; the core refuses it.
  }

  /** @internal */
  onNotice(): void {
    // The session has dealt with it.
  }

  /** @internal */
  onUnbound(): void {
    // The session ends by itself.
  }

  /** @internal */
  onEnd(session: Session, reason: CloseReason): void {
    const boundForMs = this.#loop.clock.monotonicMs() - (this.#sessions.get(session) ?? 0);
    this.#sessions.delete(session);
    if (!session.wasBound) return;
    const isHeld = hasHeld(session, { boundForMs, waitedMs: 0 }, this.#sessionOptions);
    const loss: Loss = { hasHeld: isHeld, retryInMs: undefined };
    this.#guard.run(() => this.#options.onClosed?.(session, reason, loss), 'onClosed');
  }

  /** @internal */
  onError(error: unknown, where: string): void {
    this.#guard.report(error, where);
  }
}
