import type { Pdu, PduInput, PduOf, RequestName, ResponseOf } from '@chappe/protocol';
import { type Random, systemClock } from '../clock.ts';
import type { Notice } from '../core/events.ts';
import { type SessionOptions, sessionDefaults, standardCodec, WriterPool } from '../core/options.ts';
import { type CloseReason, SmppClosedError, type SmppError, SmppStatusError } from '../errors.ts';
import { Guard } from '../guard.ts';
import { createLoop, loopDefaults, type SessionLoop } from '../session/loop.ts';
import { Answering } from '../session/operations.ts';
import type { Done } from '../session/request-queue.ts';
import { type RequestInput, type RequestOptions, requestPromise, type Submit } from '../session/requests.ts';
import type { Session } from '../session/session.ts';
import { dial } from '../transport/dial.ts';
import { Dispatch } from './dispatch.ts';
import { Incoming } from './incoming.ts';
import type { IncomingEvent, IncomingPdu } from './incoming-event.ts';
import { type BindOwner, KeptBind, type Renewal } from './kept-bind.ts';
import type { Loss } from './loss.ts';
import type { ClientOptions } from './options.ts';
import { composeMessage, type OutgoingMessage } from './outgoing-message.ts';
import { Pace } from './pace.ts';
import { SentMessage } from './sent-message.ts';
import { readSmppUrl, type SmppAddress } from './url.ts';

/** What a client is doing. */
export type ClientState = 'connecting' | 'bound' | 'reconnecting' | 'closed';

/** An ESME: one or several binds to an MC that act as one. */
export class SmppClient implements BindOwner {
  readonly #options: ClientOptions;
  readonly #address: SmppAddress;
  readonly #loop: SessionLoop;
  readonly #guard: Guard;
  readonly #sessionOptions: SessionOptions;
  readonly #answering: Answering;
  readonly #dispatch: Dispatch;
  readonly #incoming: Incoming;
  readonly #binds: KeptBind[] = [];
  readonly #random: Random;
  /** Ties the segments of a long message together; another for each. */
  #reference: number;
  /** Messages that ask for a receipt and await their ids. */
  #sending = 0;
  #lastId = 0;
  #wasBound = false;
  #isClosed = false;
  /** No bind is left that is tried again. */
  #isDead = false;

  private constructor(url: string, options: ClientOptions) {
    this.#address = readSmppUrl(url);
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#guard = new Guard(options.onError);
    this.#random = guardedRandom(options.random ?? Math.random, this.#guard);
    const responseTimeoutMs = options.responseTimeoutMs ?? loopDefaults.responseTimeoutMs;
    this.#loop = createLoop(clock, { ...loopDefaults, responseTimeoutMs });
    const codec = options.codec ?? standardCodec;
    const window = options.window ?? sessionDefaults.window;
    this.#sessionOptions = {
      ...sessionDefaults,
      version: options.version ?? this.#address.version ?? sessionDefaults.version,
      assumeVersion: options.assumeVersion ?? sessionDefaults.assumeVersion,
      window,
      peerWindow: options.peerWindow ?? sessionDefaults.peerWindow,
      // The bind has a timer of its own, and nobody is listening who might never speak.
      sessionInitMs: 0,
      inactivityMs: options.inactivityMs ?? sessionDefaults.inactivityMs,
      enquireLinkMs: options.enquireLinkMs ?? sessionDefaults.enquireLinkMs,
      enquireLinkResponseMs: options.enquireLinkResponseMs ?? sessionDefaults.enquireLinkResponseMs,
      responseTimeoutMs,
      codec,
      writers: new WriterPool(codec),
    };
    this.#answering = new Answering(options.operations ?? {}, (error, where) => this.onError(error, where));
    this.#dispatch = new Dispatch({
      loop: this.#loop,
      guard: this.#guard,
      pace: new Pace(options.rate, clock.monotonicMs()),
      queueLimit: options.queue ?? loopDefaults.queueLimit,
      retryThrottled: options.onThrottled !== 'report',
      window,
    });
    const incoming = { defaultAlphabet: options.text?.defaultAlphabet, ...options.incoming };
    this.#incoming = new Incoming(incoming, this.#loop, () => this.#sending > 0);
    this.#reference = Math.floor(this.#random() * 0x10000);
  }

  /**
   * Connects and binds; settles once the first of the binds stands. Rejects with `SmppConnectError`,
   * `SmppTimeoutError`, `SmppBindError` or `SmppAbortError` when none does. The others, and one that is lost later,
   * are tried again.
   */
  static async connect(url: string, options: ClientOptions = {}): Promise<SmppClient> {
    const client = new SmppClient(url, options);
    const tries = client.#startBinds();
    const results = await Promise.allSettled(tries);
    const first = results.find(({ status }) => status === 'fulfilled');
    if (first !== undefined) return client;
    client.destroy();
    throw (results[0] as PromiseRejectedResult).reason;
  }

  /** As `connect`, but returns at once and keeps trying from the start; `onBound` tells when it is bound. */
  static open(url: string, options: ClientOptions = {}): SmppClient {
    const client = new SmppClient(url, options);
    for (const started of client.#startBinds()) started.catch(() => undefined);
    return client;
  }

  get state(): ClientState {
    if (this.#isClosed || this.#isDead) return 'closed';
    if (this.#binds.some((bind) => bind.session !== undefined)) return 'bound';
    return this.#wasBound ? 'reconnecting' : 'connecting';
  }

  /** The sessions that are bound now. */
  get sessions(): readonly Session[] {
    return this.#binds.flatMap((bind) => bind.session ?? []);
  }

  /** Requests that wait for a slot of a window, or for the rate. */
  get waiting(): number {
    return this.#dispatch.waiting;
  }

  /**
   * Sends a message: codes its text, cuts it into segments, and settles with their ids once all are taken. Rejects
   * with `SmppStatusError` when a segment is refused, as `request` otherwise, and with `ContentError` for what
   * cannot be sent.
   */
  async send(message: OutgoingMessage, options: RequestOptions = {}): Promise<SentMessage> {
    const settings = this.#options.text ?? {};
    const isNarrow = (settings.longMessage ?? 'udh8') === 'udh8';
    const { pdus, coding } = composeMessage(message, this.#reference & (isNarrow ? 0xff : 0xffff), settings);
    if (pdus.length > 1) this.#reference = (this.#reference + 1) & 0xffff;
    const isReceiptAsked = message.receipt !== undefined && message.receipt !== 'none';
    if (isReceiptAsked) this.#sending++;
    try {
      const responses = await Promise.all(pdus.map((pdu) => this.request(pdu, options)));
      const refused = responses.find((response) => response.command_status !== 0);
      if (refused !== undefined) throw new SmppStatusError(refused.command, refused.command_status);
      const ids = responses.map((response) => response.message_id);
      const sent = new SentMessage(ids, coding, isReceiptAsked, this.#loop.clock);
      if (isReceiptAsked) this.#incoming.receipts.expect(sent, this.#loop.clock.monotonicMs());
      return sent;
    } finally {
      if (isReceiptAsked) this.#sending--;
    }
  }

  /**
   * Messages and receipts, one after the other, on all binds. Each is answered with ESME_ROK after the loop body; a
   * body that throws, or leaves the loop, makes it ESME_RX_T_APPN, so that the MC tries again, unless it has called
   * `event.accept()`. Ends when the client is closed or `signal` aborts. Without a loop, receipts of sent messages
   * are answered by themselves and everything else waits a few seconds for one.
   */
  incoming(
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<IncomingEvent, void, undefined> {
    return this.#incoming.events(options.signal);
  }

  /**
   * Sends a request on the bind with the most free slots and settles with its response, whatever the status. Waits
   * in order while no bind has room. Rejects as `Session.request` does.
   */
  request<C extends RequestName>(
    pdu: RequestInput<C>,
    options: RequestOptions = {},
  ): Promise<PduOf<ResponseOf<C>>> {
    const submit: Submit = (request, done, timeoutMs) => {
      const submission = this.#submit(request, done, timeoutMs);
      return () => this.#dispatch.cancel(submission);
    };
    return requestPromise(submit, pdu as PduInput, options) as Promise<PduOf<ResponseOf<C>>>;
  }

  /** As `request` without a promise, for many messages: `done` is called once, with the response or why there is none. */
  submit(pdu: PduInput, done: Done): void {
    this.#submit(pdu, done, undefined);
  }

  /** Settles when every request has ended. */
  drain(): Promise<void> {
    return this.#dispatch.idle();
  }

  /**
   * Takes nothing more, lets what is open end for up to `drainMs` (default 10 s), requests and what `incoming` still
   * holds, unbinds, closes. Settles when no connection and no timer is left; never rejects.
   */
  async close(options: { readonly drainMs?: number } = {}): Promise<void> {
    const { drainMs = 10_000 } = options;
    const untilMs = this.#loop.clock.monotonicMs() + drainMs;
    if (!this.#isClosed && drainMs > 0 && this.sessions.length > 0) await this.#drainFor(drainMs);
    this.#isClosed = true;
    this.#dispatch.fail(new SmppClosedError('closed', false));
    this.#incoming.close();
    const leftMs = Math.max(0, untilMs - this.#loop.clock.monotonicMs());
    await Promise.all(this.#binds.map((bind) => bind.close(leftMs)));
    this.#loop.deadlines.clear();
  }

  /**
   * Ends a bind in order and makes it anew. `void`: the peer no longer honours it (it answers with a status of class
   * `bind`), so that the next try waits as after a bind that did not hold. `planned`: the next is made at once. False
   * when the session is no bind of this client's that stands. `drainMs`: how long what is open may still be answered,
   * default 10 s.
   */
  renew(session: Session, why: Renewal, options: { readonly drainMs?: number } = {}): boolean {
    const bind = this.#binds.find((one) => one.session === session);
    if (bind === undefined) return false;
    this.#dispatch.remove(session);
    bind.renew(why, options.drainMs ?? 10_000);
    return true;
  }

  /** Ends all connections at once. What is open fails, saying whether the peer may have it. */
  destroy(): void {
    this.#isClosed = true;
    this.#incoming.close();
    for (const bind of this.#binds) bind.destroy();
    this.#dispatch.fail(new SmppClosedError('destroyed', false));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  onBound(session: Session): void {
    this.#wasBound = true;
    if (session.kind !== 'receiver') this.#dispatch.add(session);
    this.#guard.run(() => this.#options.onBound?.(session), 'onBound');
  }

  /** @internal */
  onDisconnected(session: Session, reason: CloseReason, loss: Loss): void {
    this.#dispatch.remove(session);
    this.#guard.run(() => this.#options.onDisconnected?.(session, reason, loss), 'onDisconnected');
    this.#failIfDead(new SmppClosedError(reason, false));
  }

  /** @internal */
  onConnectFailed(error: SmppError, retryInMs: number | undefined): void {
    this.#guard.run(() => this.#options.onConnectFailed?.(error, retryInMs), 'onConnectFailed');
    if (retryInMs === undefined) this.#failIfDead(error);
  }

  /** @internal */
  onRequest(session: Session, pdu: Pdu): void {
    const isMessage = pdu.command === 'deliver_sm' || pdu.command === 'data_sm';
    if (isMessage && this.#options.operations?.[pdu.command] === undefined) {
      this.#incoming.take(session, pdu as IncomingPdu);
    } else this.#answering.answer(session, pdu);
  }

  /** @internal */
  onNotification(session: Session, pdu: Pdu): void {
    this.#guard.run(() => this.#options.onAlert?.(pdu, session), 'onAlert');
  }

  /** @internal */
  onNotice(session: Session, notice: Notice): void {
    this.#guard.run(() => this.#options.onNotice?.(session, notice), 'onNotice');
  }

  /** @internal */
  onUnbound(session: Session): void {
    this.#dispatch.remove(session);
  }

  /** @internal */
  onError(error: unknown, where: string): void {
    this.#guard.report(error, where);
  }

  #submit(pdu: PduInput, done: Done, timeoutMs: number | undefined): unknown {
    if (!this.#isClosed && !this.#isDead) {
      return this.#dispatch.submit(pdu, done, timeoutMs);
    }
    queueMicrotask(() => this.#guard.run(() => done(new SmppClosedError('closed', false)), 'done'));
    return undefined;
  }

  #startBinds(): Promise<Session>[] {
    const started: Promise<Session>[] = [];
    for (let i = 0; i < (this.#options.binds ?? 1); i++) {
      const bind = this.#newBind();
      this.#binds.push(bind);
      started.push(bind.start());
    }
    return started;
  }

  #newBind(): KeptBind {
    const options = this.#options;
    const address = this.#address;
    const clock = this.#loop.clock;
    const tls = address.tls || options.tls !== undefined ? (options.tls ?? {}) : undefined;
    const connectTimeoutMs = options.connectTimeoutMs ?? 5_000;
    const { host, port } = address;
    const { signal, onPdu } = options;
    const sessionOptions = (session: () => Session): SessionOptions =>
      onPdu === undefined
        ? this.#sessionOptions
        : {
            ...this.#sessionOptions,
            tap: (...seen) => this.#guard.run(() => onPdu(session(), ...seen), 'onPdu'),
          };
    return new KeptBind(
      {
        connect: async () =>
          options.transport !== undefined
            ? options.transport()
            : dial({ host, port, tls, connectTimeoutMs, clock, signal }),
        bindPdu: this.#bindPdu(),
        bindTimeoutMs: options.bindTimeoutMs ?? 10_000,
        reconnect: options.reconnect ?? {},
        sessionOptions,
        loop: this.#loop,
        clock,
        random: this.#random,
        nextId: () => ++this.#lastId,
      },
      this,
    );
  }

  #bindPdu(): PduInput {
    const options = this.#options;
    const address = this.#address;
    return {
      command: `bind_${options.bind ?? address.bind ?? 'transceiver'}`,
      system_id: options.systemId ?? address.systemId,
      password: options.password ?? address.password,
      system_type: options.systemType ?? address.systemType,
      interface_version: this.#sessionOptions.version,
      addr_ton: options.ton,
      addr_npi: options.npi,
      address_range: options.addressRange,
    };
  }

  #drainFor(drainMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#loop.clock.setTimer(resolve, drainMs);
      Promise.all([this.#dispatch.idle(), this.#incoming.drained()]).then(() => {
        cancel();
        resolve();
      });
    });
  }

  #failIfDead(error: SmppError): void {
    this.#isDead = !this.#binds.some((bind) => bind.isAlive);
    if (this.#isDead) this.#dispatch.fail(error);
  }
}

/** Numbers of the user's own source. Where it fails, nothing that they are for (jitter, a reference) is worth an end. */
function guardedRandom(random: Random, guard: Guard): Random {
  return () => {
    let number = Number.NaN;
    guard.run(() => (number = random()), 'random');
    return number >= 0 && number < 1 ? number : Math.random();
  };
}
