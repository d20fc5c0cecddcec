import { createServer, type Server } from 'node:net';
import { type Pdu, status, type TlvTable } from '@chappe/protocol';
import { type Random, systemClock } from '../clock.ts';
import type { BindPdu, Notice } from '../core/events.ts';
import {
  type SessionCodec,
  type SessionOptions,
  sessionDefaults,
  standardCodec,
  WriterPool,
} from '../core/options.ts';
import { SessionCore } from '../core/session-core.ts';
import { commandRules, kindOf } from '../core/states.ts';
import type { NoTlvs } from '../core/vendor-tlvs.ts';
import { versionFrom } from '../core/version-option.ts';
import { versionOfBind } from '../core/versions.ts';
import { type CloseReason, SmppClosedError, SmppConnectError, SmppError, SmppStatus } from '../errors.ts';
import { Guard, isThenable } from '../guard.ts';
import { guardedRandom } from '../guarded-random.ts';
import { References } from '../messages/content.ts';
import { given } from '../option-checks.ts';
import { type CloseOptions, checkCloseOptions } from '../session/close-options.ts';
import { createLoop, type SessionLoop } from '../session/loop.ts';
import { Answering, type Operations } from '../session/operations.ts';
import type { ResponseInput } from '../session/responses.ts';
import type { SessionOwner } from '../session/session.ts';
import { TrustedNetworks } from '../transport/proxy-protocol.ts';
import { handlesClosed, SocketTransport } from '../transport/tcp.ts';
import type { Certificates } from '../transport/tls.ts';
import type { Transport } from '../transport/transport.ts';
import { Admission, type Arrived } from './admission.ts';
import { checkOutbindTarget, checkServerOptions } from './checks.ts';
import { addCounters, type ServerCounters, serverCounters } from './counters.ts';
import { checkDecision, checkSystemId } from './decision.ts';
import { type ServerLimits, serverLimits } from './limits.ts';
import { MessageIds } from './message-ids.ts';
import type { BindDecision, OutbindTarget, ServerOptions } from './options.ts';
import { Outbinds } from './outbinds.ts';
import { type Place, Places } from './places.ts';
import { ServerSession, type ServerShare } from './server-session.ts';
import { Submissions } from './submissions.ts';
import type { SubmittedPdu } from './submitted-message.ts';

/**
 * A message centre's listening side: takes connections, lets ESMEs bind, answers their requests by handlers. `T`: TLVs of
 * a vendor, by the `codec` of its options.
 */
export class SmppServer<T extends TlvTable = NoTlvs> implements SessionOwner {
  readonly #options: ServerOptions;
  readonly #guard: Guard;
  readonly #limits: ServerLimits;
  readonly #loop: SessionLoop;
  readonly #sessionOptions: SessionOptions;
  readonly #answering: Answering;
  readonly #places: Places;
  readonly #admission: Admission;
  readonly #listener: Server;
  readonly #outbinds: Outbinds;
  readonly #submissions: Submissions | undefined;
  readonly #share: ServerShare;
  readonly #connected = new Set<ServerSession>();
  readonly #bound = new Set<ServerSession>();
  /** Where an accepted connection stands; others (of `accept`, of outbind) take no place. */
  readonly #placeOf = new Map<ServerSession, Place>();
  readonly #boundBySystemId = new Map<string, number>();
  readonly #counters: ServerCounters = serverCounters();
  readonly #nextId: () => number;
  #isClosing = false;

  private constructor(options: ServerOptions) {
    this.#options = options;
    this.#guard = new Guard(options.onError);
    let lastId = 0;
    const { nextSessionId } = options;
    this.#nextId = nextSessionId === undefined ? () => ++lastId : () => this.#idOf(nextSessionId());
    const limits = { ...serverLimits, ...given(options.limits) };
    this.#limits = limits;
    this.#loop = createLoop(options.clock ?? systemClock, { ...limits, queueLimit: limits.queue });
    const codec = (options.codec ?? standardCodec) as SessionCodec;
    checkSystemId(codec, options.systemId);
    this.#sessionOptions = {
      ...sessionDefaults,
      ...limits,
      version: versionFrom(options.version ?? 0x50, 'version'),
      window: limits.outgoingWindow,
      peerWindow: limits.window,
      congestion: this.#congestion(options.congestion),
      codec,
      writers: new WriterPool(codec),
    };
    this.#answering = new Answering((options.operations ?? {}) as Operations, (error, where) =>
      this.onError(error, where),
    );
    this.#outbinds = new Outbinds(this.#loop);
    const random = guardedRandom(options.random ?? Math.random, this.#guard);
    const text = given(options.text);
    this.#share = { loop: this.#loop, owner: this, text, references: new References(random) };
    this.#submissions = this.#submissionsOf(options, random);
    const trusted = options.proxyProtocol?.trusted;
    this.#places = new Places(limits, (address) => this.#isKnown(address));
    this.#admission = new Admission({
      limits,
      places: this.#places,
      loop: this.#loop,
      tls: options.tls,
      proxies: trusted === undefined ? undefined : new TrustedNetworks(trusted),
      onArrived: (arrived) => this.#take(arrived),
    });
    this.#listener = createServer((socket) => this.#admission.take(socket));
  }

  /**
   * Listens. Rejects with `SmppConnectError` when the address cannot be had, with `SmppError`
   * (`CHAPPE_SMPP_OPTION`) when an option is missing, unknown or wrong, a certificate or a network included.
   */
  static async listen<T extends TlvTable = NoTlvs>(given: ServerOptions<T>): Promise<SmppServer<T>> {
    // The TLVs of a vendor are a matter of the user's types alone.
    const options = given as unknown as ServerOptions;
    checkServerOptions(options);
    let server: SmppServer<T>;
    try {
      server = new SmppServer<T>(options);
    } catch (cause) {
      throw new SmppError('CHAPPE_SMPP_OPTION', `${(cause as Error).message}`, { cause });
    }
    await server.#listen(options.host ?? '127.0.0.1', options.port ?? 2775);
    return server;
  }

  /** The port listened on. */
  get port(): number {
    const address = this.#listener.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The bound sessions. */
  get sessions(): Iterable<ServerSession<T>> & { readonly size: number } {
    return this.#bound as ReadonlySet<unknown> as ReadonlySet<ServerSession<T>>;
  }

  /** Plain integers since the start, those of ended sessions included; a fresh object. */
  get counters(): ServerCounters {
    const connectionsCrowdedOut = this.#places.crowdedOut;
    const own = { connectionsCrowdedOut, sessionsBound: this.#bound.size };
    const sum = { ...this.#counters, ...this.#admission.counters, ...own };
    for (const session of this.#connected) addCounters(sum, session.counters);
    return sum;
  }

  /** New certificates for the handshakes to come; sessions that are there stay. Throws when they are no good. */
  setSecureContext(certificates: Certificates): void {
    this.#admission.setCertificates(certificates);
  }

  /** Serves an ESME over any transport, as over an accepted connection but without the limits on connections. */
  accept(transport: Transport): ServerSession<T> {
    return this.#open(transport, this.#loop.clock.monotonicMs()) as unknown as ServerSession<T>;
  }

  /**
   * Connects to a listening ESME and asks it to bind (SMPP 5.0 2.3.6). Settles with the session once it has bound
   * and `authenticate` has let it in. Rejects with `SmppConnectError`, `SmppTimeoutError` (`connect`), with
   * `SmppClosedError` when it does not bind in the session init time or the server is closed, and with what is wrong
   * with the target.
   */
  async outbind(target: OutbindTarget): Promise<ServerSession<T>> {
    checkOutbindTarget(target);
    const session = this.#open(await this.#outbinds.dial(target), this.#loop.clock.monotonicMs());
    return (await this.#outbinds.ask(session, target)) as unknown as ServerSession<T>;
  }

  /**
   * Stops listening, lets the sessions end in order (see `Session.close`), and settles when all connections are
   * gone. No timer and no handle is left.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    this.#isClosing = true;
    this.#outbinds.close();
    this.#submissions?.close();
    const stopped = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    this.#admission.close();
    await Promise.all([...this.#connected].map((session) => session.close(options)));
    await stopped;
    this.#loop.deadlines.clear();
    await handlesClosed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  onBind(session: ServerSession, pdu: BindPdu): void {
    const kind = kindOf(commandRules[pdu.command].next)!;
    const version = versionOfBind(pdu.interface_version, this.#sessionOptions.version);
    const place = this.#placeOf.get(session);
    if (place !== undefined) this.#places.asked(place);
    const refuse = (error: unknown): void => this.#decide(session, pdu, this.#refusal(error));
    const decide = (decision: unknown): void => {
      try {
        checkDecision(decision);
      } catch (error) {
        refuse(error);
        return;
      }
      this.#decide(session, pdu, decision);
    };
    try {
      const decision = this.#options.authenticate({ pdu, kind, version, remote: session.remote, session });
      if (isThenable(decision)) Promise.resolve(decision).then(decide, refuse);
      else decide(decision);
    } catch (error) {
      refuse(error);
    }
  }

  /** @internal */
  onRequest(session: ServerSession, pdu: Pdu): void {
    const submissions = this.#submissions;
    if (submissions !== undefined && isSubmission(pdu) && !this.#hasHandler(pdu)) {
      submissions.take(session, pdu);
    } else this.#answering.answer(session, pdu);
  }

  /** @internal */
  onNotification(): void {
    // outbind and alert_notification are said by an MC, never to one: the core has dropped them.
  }

  /** @internal */
  onNotice(session: ServerSession, notice: Notice): void {
    this.#guard.run(() => this.#options.onNotice?.(session, notice), 'onNotice');
  }

  /** @internal */
  onUnbound(session: ServerSession): void {
    this.#unbound(session);
  }

  /** @internal */
  onEnd(session: ServerSession, reason: CloseReason, error: Error | undefined): void {
    this.#connected.delete(session);
    this.#placeOf.delete(session);
    addCounters(this.#counters, session.counters);
    this.#unbound(session);
    this.#outbinds.ended(session, () => new SmppClosedError(reason, false, { cause: error }));
    if (session.wasBound) this.#guard.run(() => this.#options.onClosed?.(session, reason), 'onClosed');
  }

  /** @internal */
  onError(error: unknown, where: string): void {
    this.#guard.report(error, where);
  }

  #isKnown(address: string): boolean {
    const { isKnown } = this.#options;
    return isKnown !== undefined && this.#guard.ask(() => isKnown(address), 'isKnown') === true;
  }

  #idOf(id: unknown): number {
    if (Number.isSafeInteger(id)) return id as number;
    this.#guard.watch(id, 'nextSessionId');
    throw new TypeError(
      `nextSessionId returned ${typeof id === 'number' ? id : `a ${typeof id}`}, no whole number`,
    );
  }

  /** The user's function, without what it may do to the responses that carry its word. */
  #congestion(congestion: ServerOptions['congestion']): SessionOptions['congestion'] {
    if (congestion === undefined) return undefined;
    return () => {
      const level: unknown = this.#guard.ask(congestion, 'congestion');
      if (level === undefined) return undefined;
      if (Number.isInteger(level) && (level as number) >= 0 && (level as number) <= 100)
        return level as number;
      this.#guard.report(
        new RangeError(`congestion: ${String(level)} is no integer from 0 to 100`),
        'congestion',
      );
      return undefined;
    };
  }

  #hasHandler({ command }: SubmittedPdu): boolean {
    return this.#options.operations?.[command] !== undefined;
  }

  #submissionsOf(options: ServerOptions, random: Random): Submissions | undefined {
    const { onMessage, onIncomplete, incoming = {}, nextMessageId } = options;
    if (onMessage === undefined) return undefined;
    const { clock } = this.#loop;
    const ids = new MessageIds(nextMessageId, clock, random, this.#guard);
    const settings = given(incoming);
    return new Submissions({ settings, loop: this.#loop, guard: this.#guard, ids, onMessage, onIncomplete });
  }

  #listen(host: string, port: number): Promise<void> {
    const listener = this.#listener;
    return new Promise((resolve, reject) => {
      listener.once('error', (cause) =>
        reject(new SmppConnectError(`cannot listen on ${host}:${port}: ${cause.message}`, { cause })),
      );
      listener.listen({ host, port, backlog: 1024 }, () => {
        listener.removeAllListeners('error');
        listener.on('error', (error) => this.onError(error, 'listen'));
        resolve();
      });
    });
  }

  #take(arrived: Arrived): void {
    try {
      if (this.#isClosing) arrived.socket.destroy();
      else {
        const transport = new SocketTransport(arrived.socket, arrived.remote);
        this.#open(transport, arrived.sinceMs, arrived.place);
      }
    } catch (error) {
      this.#guard.report(error, 'nextSessionId');
      arrived.socket.destroy();
    }
  }

  #open(transport: Transport, sinceMs: number, place?: Place): ServerSession {
    const { onPdu } = this.#options;
    let session: ServerSession;
    const options: SessionOptions =
      onPdu === undefined
        ? this.#sessionOptions
        : {
            ...this.#sessionOptions,
            tap: (...seen) => this.#guard.run(() => onPdu(session, ...seen), 'onPdu'),
          };
    const core = new SessionCore('mc', options, sinceMs);
    session = new ServerSession(this.#nextId(), core, transport, this.#share);
    this.#connected.add(session);
    if (place !== undefined) this.#placeOf.set(session, place);
    session.start();
    return session;
  }

  #decide(session: ServerSession, pdu: BindPdu, decision: BindDecision): void {
    if (session.state !== 'open' && session.state !== 'outbound') return;
    this.#answerBind(session, pdu, decision);
    // What could not be said to the peer has been answered with ESME_RSYSERR.
    const { isBound } = session;
    const place = this.#placeOf.get(session);
    if (place !== undefined) this.#places.answered(place, isBound);
    if (!isBound) {
      this.#counters.bindsRefused++;
      return;
    }
    this.#counters.bindsAccepted++;
    this.#bound.add(session);
    this.#boundBySystemId.set(pdu.system_id, this.#sessionsOf(pdu.system_id) + 1);
    this.#guard.run(() => this.#options.onBound?.(session), 'onBound');
    this.#outbinds.bound(session);
  }

  #answerBind(session: ServerSession, pdu: BindPdu, decision: BindDecision): void {
    if (!decision.accept) {
      const { status: refusal = 0 } = decision;
      session.respond(pdu, {
        command_status: refusal === 0 ? status.ESME_RBINDFAIL : refusal,
      } as ResponseInput);
    } else if (this.#isClosing || this.#sessionsOf(pdu.system_id) >= this.#limits.perAccount) {
      session.respond(pdu, { command_status: status.ESME_RALYBND } as ResponseInput);
    } else {
      session.context = decision.context;
      if (decision.window !== undefined) session.peerWindow = decision.window;
      if (decision.text !== undefined) session.text = decision.text;
      const system_id = decision.systemId ?? this.#options.systemId ?? 'chappe';
      session.respond(pdu, { system_id } as ResponseInput);
    }
  }

  #sessionsOf(systemId: string): number {
    return this.#boundBySystemId.get(systemId) ?? 0;
  }

  #refusal(error: unknown): BindDecision {
    if (error instanceof SmppStatus) return { accept: false, status: error.status };
    this.onError(error, 'authenticate');
    return { accept: false, status: status.ESME_RSYSERR };
  }

  #unbound(session: ServerSession): void {
    if (!this.#bound.delete(session)) return;
    const left = this.#sessionsOf(session.systemId) - 1;
    if (left === 0) this.#boundBySystemId.delete(session.systemId);
    else this.#boundBySystemId.set(session.systemId, left);
  }
}

function isSubmission(pdu: Pdu): pdu is SubmittedPdu {
  return pdu.command === 'submit_sm' || pdu.command === 'data_sm';
}
