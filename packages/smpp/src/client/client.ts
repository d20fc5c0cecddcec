import type { Pdu, PduInput, PduOf, RequestName, ResponseOf, TlvTable } from '@chappe/protocol';
import { withCaller } from '../caller.ts';
import type { Random } from '../clock.ts';
import type { Notice } from '../core/events.ts';
import type { NoTlvs, WithTlvsOf } from '../core/vendor-tlvs.ts';
import { type CloseReason, SmppAbortError, SmppClosedError, type SmppError } from '../errors.ts';
import { Guard } from '../guard.ts';
import { guardedRandom } from '../guarded-random.ts';
import { References } from '../messages/content.ts';
import { type Outlet, Sending } from '../messages/sending.ts';
import { checkCloseOptions } from '../session/close-options.ts';
import { createLoop, loopDefaults, type SessionLoop } from '../session/loop.ts';
import { Answering } from '../session/operations.ts';
import {
  checkDone,
  checkFields,
  checkPdu,
  checkWaitOptions,
  type RequestOptions,
} from '../session/request-options.ts';
import type { Done } from '../session/request-queue.ts';
import { type RequestInput, requestPromise, type Submit } from '../session/requests.ts';
import type { Session } from '../session/session.ts';
import { handlesClosed } from '../transport/tcp.ts';
import { checkLoopOptions } from './checks.ts';
import { composeMessage } from './compose-message.ts';
import { type Companions, Dispatch } from './dispatch.ts';
import { Incoming } from './incoming.ts';
import type { IncomingEvent, IncomingPdu } from './incoming-event.ts';
import { type BindOwner, KeptBind, type Renewal } from './kept-bind.ts';
import type { Loss } from './loss.ts';
import { notBound, receiverRefusal, whyNoReceipt } from './no-way.ts';
import type { ClientOptions } from './options.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import { Pace } from './pace.ts';
import { SentMessage } from './sent-message.ts';
import { sessionListener } from './session-listener.ts';
import { type ClientSettings, clientSettings } from './settings.ts';

/** What a client is doing. */
export type ClientState = 'connecting' | 'bound' | 'reconnecting' | 'closed';

/** How long the answer to unbind is waited for when there was no time left to drain. */
const GOODBYE_MS = 1_000;
/** How long the answers to what is open on a bind that the peer has forgotten are waited for. */
const VOID_DRAIN_MS = 2_000;

/** An ESME: one or several binds to an MC that act as one. `T`: TLVs of a vendor, by the `codec` of its options. */
export class SmppClient<T extends TlvTable = NoTlvs> implements BindOwner {
  readonly #options: ClientOptions;
  readonly #settings: ClientSettings;
  readonly #loop: SessionLoop;
  readonly #guard: Guard;
  readonly #answering: Answering;
  readonly #dispatch: Dispatch;
  readonly #incoming: Incoming;
  readonly #binds: KeptBind[] = [];
  readonly #random: Random;
  readonly #references: References;
  #lastId = 0;
  #wasBound = false;
  /** Why there is no bind. */
  #lastFailure: SmppError | undefined;
  #isClosed = false;
  /** No bind is left that is tried again. */
  #isDead = false;

  private constructor(url: string, given: ClientOptions<T>) {
    // The TLVs of a vendor are a matter of the user's types alone.
    const options = given as unknown as ClientOptions;
    this.#options = options;
    this.#settings = clientSettings(url, options);
    const { clock, session } = this.#settings;
    this.#guard = new Guard(options.onError);
    this.#random = guardedRandom(options.random ?? Math.random, this.#guard);
    this.#loop = createLoop(clock, { ...loopDefaults, responseTimeoutMs: session.responseTimeoutMs });
    this.#answering = new Answering(options.operations ?? {}, (error, where) => this.onError(error, where));
    this.#dispatch = new Dispatch({
      loop: this.#loop,
      guard: this.#guard,
      pace: new Pace(options.rate, clock.monotonicMs()),
      queueLimit: options.queue ?? loopDefaults.queueLimit,
      retryThrottled: options.onThrottled !== 'report',
      onVoid: (bind) => this.#renewVoid(bind),
      notBound: (waitedMs) => notBound(waitedMs, this.#lastFailure),
      window: session.window,
    });
    const incoming = { defaultAlphabet: options.text?.defaultAlphabet, ...options.incoming };
    this.#incoming = new Incoming(incoming, this.#loop);
    this.#references = new References(this.#random);
  }

  /**
   * Connects and binds; settles when each bind stands or has failed once, if one stands. Rejects when none does, with
   * `SmppConnectError`, `SmppTimeoutError` (`connect`, `bind`), `SmppBindError`, `SmppClosedError` (the connection ended
   * before the bind was answered; `framing_error`: what is there speaks no SMPP), `SmppAbortError`, or `SmppError`:
   * `CHAPPE_SMPP_OPTION` for an option or a URL that is wrong, `CHAPPE_SMPP_STATE`, `CHAPPE_SMPP_MALFORMED_RESPONSE`.
   * Binds that fail while another stands, and one that is lost later, are tried again.
   */
  static async connect<T extends TlvTable = NoTlvs>(
    url: string,
    options: ClientOptions<T> = {},
  ): Promise<SmppClient<T>> {
    const client = new SmppClient(url, options);
    const tries = client.#startBinds();
    const results = await Promise.allSettled(tries);
    const first = results.find(({ status }) => status === 'fulfilled');
    if (first !== undefined) return client;
    client.destroy();
    throw withCaller((results[0] as PromiseRejectedResult).reason);
  }

  /** As `connect`, but returns at once and keeps trying from the start; `onBound` tells when it is bound. */
  static open<T extends TlvTable = NoTlvs>(url: string, options: ClientOptions<T> = {}): SmppClient<T> {
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
   * Sends a message: codes its text, cuts it into segments, and settles with their ids once all are taken. The segments
   * leave on one bind. Rejects with `SmppStatusError` when one is refused, as `request` otherwise, and with
   * `ContentError` for what cannot be sent. The error of a message of several segments says by `segments` what became of
   * each; those that had not left are not sent any more.
   */
  async send(message: OutgoingMessage<T>, options: RequestOptions = {}): Promise<SentMessage> {
    checkWaitOptions(options);
    const settings = this.#options.text ?? {};
    const reference = this.#references.current(settings.longMessage);
    const { pdus, coding, replaced } = composeMessage(
      message as unknown as OutgoingMessage,
      reference,
      settings,
    );
    if (options.signal?.aborted) throw new SmppAbortError(options.signal, false);
    if (pdus.length > 1) this.#references.spend();
    const noReceipt = whyNoReceipt(message.receipt, this.#options);
    const isReceiptAsked = noReceipt === undefined;
    const { receipts } = this.#incoming;
    const clock = this.#loop.clock;
    const sent = new SentMessage({ segments: pdus.length, coding, replaced, noReceipt, clock });
    const destination = pdus[0]?.destination_addr ?? '';
    if (isReceiptAsked) receipts.leaves(destination);
    const companions: Companions | undefined = pdus.length > 1 ? { session: undefined } : undefined;
    const outlet: Outlet = {
      submit: (pdu, done, timeoutMs) => this.#submit(pdu, done, timeoutMs, companions),
      cancel: (submission) => this.#dispatch.cancel(submission),
    };
    const sending = new Sending(outlet, pdus.length, {
      onTaken: (segment, id) => {
        sent.took(segment, id);
        if (isReceiptAsked) receipts.expect(sent, segment, id, destination);
      },
      onOver: () => {
        if (isReceiptAsked) receipts.left(destination);
      },
    });
    try {
      await sending.run(pdus, options);
    } catch (error) {
      throw withCaller(error);
    }
    if (isReceiptAsked) receipts.taken(sent, destination);
    return sent;
  }

  /**
   * Messages and receipts, one after the other, on all binds. Each is answered with ESME_ROK after the loop body; a
   * body that throws, or leaves the loop, makes it ESME_RX_T_APPN, so that the MC tries again, unless it has called
   * `event.accept()`: call it before a `break`. The segments of a long message are answered with it, so that it comes
   * again as a whole; an MC that sends one only after the answer to the one before is answered sooner, and what it has
   * been answered is kept until the rest comes again. Ends when the client is closed or `signal` aborts. Without a loop,
   * receipts of sent messages are answered by themselves and everything else waits a few seconds for one.
   */
  incoming(
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<IncomingEvent<T>, void, undefined> {
    checkLoopOptions(options);
    return this.#incoming.events(options.signal) as AsyncGenerator<IncomingEvent<T>, void, undefined>;
  }

  /**
   * Sends a request on the bind with the most free slots and settles with its response, whatever the status. Waits
   * in order while no bind has room. Rejects as `Session.request` does.
   */
  request<C extends RequestName>(
    pdu: RequestInput<C, T>,
    options: RequestOptions = {},
  ): Promise<PduOf<ResponseOf<C>>> {
    const submit: Submit = (request, done, timeoutMs) => {
      const submission = this.#submit(request, done, timeoutMs);
      return () => this.#dispatch.cancel(submission);
    };
    const { codec } = this.#settings.session;
    return requestPromise(submit, pdu as unknown as PduInput, options, codec) as Promise<
      PduOf<ResponseOf<C>>
    >;
  }

  /** As `request` without a promise, for many messages: `done` is called once, with the response or why there is none. */
  submit(pdu: WithTlvsOf<PduInput, T>, done: Done): void {
    checkPdu(pdu as PduInput);
    checkFields(pdu as PduInput, this.#settings.session.codec);
    checkDone(done);
    this.#submit(pdu as PduInput, done, undefined);
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
    checkCloseOptions(options);
    const { drainMs = 10_000 } = options;
    const untilMs = this.#loop.clock.monotonicMs() + drainMs;
    if (!this.#isClosed && drainMs > 0 && this.sessions.length > 0) await this.#drainFor(drainMs);
    this.#isClosed = true;
    this.#dispatch.fail(() => new SmppClosedError('closed', false));
    this.#incoming.close();
    // Whatever draining has taken, the peer may hear and answer that we leave.
    const leftMs = Math.max(Math.min(drainMs, GOODBYE_MS), untilMs - this.#loop.clock.monotonicMs());
    await Promise.all(this.#binds.map((bind) => bind.close(leftMs)));
    this.#loop.deadlines.clear();
    await handlesClosed();
  }

  /**
   * Ends a bind in order and makes it anew. `void`: the peer no longer honours it (it answers with a status of class
   * `bind`), so that the next try waits as after a bind that did not hold. `planned`: the next is made at once. False
   * when the session is no bind of this client's that stands. `drainMs`: how long what is open may still be answered,
   * default 10 s.
   */
  renew(session: Session, why: Renewal, options: { readonly drainMs?: number } = {}): boolean {
    checkCloseOptions(options);
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
    this.#dispatch.fail(() => new SmppClosedError('destroyed', false));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  onBound(session: Session): void {
    this.#wasBound = true;
    this.#lastFailure = undefined;
    this.#dispatch.add(session);
    this.#guard.run(() => this.#options.onBound?.(session), 'onBound');
  }

  /** @internal */
  onDisconnected(session: Session, reason: CloseReason, loss: Loss): void {
    this.#dispatch.remove(session);
    this.#lastFailure = new SmppClosedError(reason, false);
    this.#guard.run(() => this.#options.onDisconnected?.(session, reason, loss), 'onDisconnected');
    this.#failIfDead(() => new SmppClosedError(reason, false));
  }

  /** @internal */
  onConnectFailed(error: SmppError, retryInMs: number | undefined): void {
    this.#lastFailure = error;
    this.#guard.run(() => this.#options.onConnectFailed?.(error, retryInMs), 'onConnectFailed');
    if (retryInMs === undefined) this.#failIfDead(() => error);
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

  #submit(
    pdu: PduInput,
    done: Done,
    timeoutMs: number | undefined,
    companions?: Companions | undefined,
  ): unknown {
    const refusal = this.#refusal(pdu.command);
    if (refusal === undefined) return this.#dispatch.submit(pdu, done, timeoutMs, companions);
    queueMicrotask(() => this.#guard.run(() => done(refusal), 'done'));
    return undefined;
  }

  /** Why a request can never be sent; undefined when it can. */
  #refusal(command: string): SmppError | undefined {
    if (this.#isClosed) return new SmppClosedError('closed', false);
    if (this.#isDead) return new SmppClosedError('closed', false, { cause: this.#lastFailure });
    const { kind, session } = this.#settings;
    return kind === 'receiver' ? receiverRefusal(command, session.version) : undefined;
  }

  /** A bind that the peer does not know any more is made anew, unless a lost bind stays lost. */
  #renewVoid(session: Session): boolean {
    if (this.#options.reconnect === false) return false;
    this.renew(session, 'void', { drainMs: VOID_DRAIN_MS });
    return true;
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
    const { reconnect = {}, signal } = this.#options;
    const { dial, bindPdu, bindTimeoutMs, clock, session: sessionOptions } = this.#settings;
    return new KeptBind(
      {
        connect: dial,
        signal,
        bindPdu,
        bindTimeoutMs,
        reconnect,
        sessionOptions,
        onSession: sessionListener(this.#options, this.#guard),
        loop: this.#loop,
        clock,
        random: this.#random,
        nextId: () => ++this.#lastId,
      },
      this,
    );
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

  #failIfDead(why: () => SmppError): void {
    this.#isDead = !this.#binds.some((bind) => bind.isAlive);
    if (this.#isDead) this.#dispatch.fail(why);
  }
}
