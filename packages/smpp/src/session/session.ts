import type { Pdu, PduInput, PduOf, RequestName, ResponseOf, Version } from '@chappe/protocol';
import { endsPolitely } from '../core/closing.ts';
import type { BindPdu, Notice, SessionCounters, SessionEvent } from '../core/events.ts';
import type { SessionCore } from '../core/session-core.ts';
import { type BindKind, isBound, kindOf, type SessionRole, type SessionState } from '../core/states.ts';
import type { PduTaps } from '../core/tap.ts';
import type { CloseReason } from '../errors.ts';
import type { Remote, Transport } from '../transport/transport.ts';
import { type CloseOptions, checkCloseOptions } from './close-options.ts';
import { Edge, type Edged } from './edge.ts';
import { Flow } from './flow.ts';
import type { SessionLoop } from './loop.ts';
import { checkDone, checkPdu, type RequestOptions } from './request-options.ts';
import type { Done, Settler } from './request-queue.ts';
import { type RequestInput, Requests, type RequestsOwner } from './requests.ts';
import { type Answerable, answerRequest, type ResponseInput } from './responses.ts';
import { EARLY_FLUSH_EVENTS, Share } from './share.ts';

/** Who made the session and decides what its events mean. */
export interface SessionOwner {
  onBind(session: Session, pdu: BindPdu): void;
  onRequest(session: Session, pdu: Pdu): void;
  onNotification(session: Session, pdu: Pdu): void;
  onNotice(session: Session, notice: Notice): void;
  /** The peer has sent unbind. */
  onUnbound(session: Session): void;
  /** The connection is over. */
  onEnd(session: Session, reason: CloseReason, error: Error | undefined): void;
  /** A callback of the user threw. */
  onError(error: unknown, where: string): void;
}

/** One SMPP session over a connection, for either role: the loop between a transport, a `SessionCore` and its owner. */
export class Session implements Edged, RequestsOwner {
  /** Unique within its server or client. */
  readonly id: number;
  readonly role: SessionRole;
  readonly remote: Remote;
  /** Plain integers, counted since the start of the session. */
  readonly counters: SessionCounters;
  /** Who watches its PDUs: `taps.add` shows both directions, passwords masked; costs time only while somebody does. */
  readonly taps: PduTaps;
  /** What `authenticate` returned, or whatever its user puts here. */
  context: unknown;
  /** Called once when a slot frees after `windowFree` was 0, at the end of a batch of responses. */
  onWindowFree: (() => void) | undefined;
  readonly #edge: Edge;
  readonly #core: SessionCore;
  readonly #transport: Transport;
  readonly #loop: SessionLoop;
  readonly #owner: SessionOwner;
  readonly #flow: Flow;
  readonly #share: Share;
  readonly #requests: Requests;
  #isHandling = false;
  #isInTurn = false;
  #nowMs = 0;
  #endReason: CloseReason | undefined;
  #isOver = false;
  readonly #whenOver: (() => void)[] = [];

  constructor(id: number, core: SessionCore, transport: Transport, loop: SessionLoop, owner: SessionOwner) {
    this.id = id;
    this.role = core.role;
    this.remote = transport.remote;
    this.counters = core.counters;
    this.taps = core.taps;
    this.taps.onError = (error) => owner.onError(error, 'tap');
    this.#core = core;
    this.#transport = transport;
    this.#edge = new Edge(this, transport);
    this.#loop = loop;
    this.#owner = owner;
    this.#flow = new Flow(core, transport, loop);
    this.#share = new Share(loop);
    this.#requests = new Requests(core, loop, this);
  }

  get state(): SessionState {
    return this.#core.state;
  }

  get isBound(): boolean {
    return isBound(this.#core.state);
  }

  /** Whether a bind has succeeded, be the session still bound or not. */
  get wasBound(): boolean {
    return this.#core.binding.wasMade;
  }

  /** The kind of the bind; undefined while not bound. */
  get kind(): BindKind | undefined {
    return kindOf(this.#core.state);
  }

  /** The effective version: the older of ours and the peer's. */
  get version(): Version {
    return this.#core.binding.version;
  }

  /** system_id of the bind; empty before. */
  get systemId(): string {
    return this.#core.binding.bind?.system_id ?? '';
  }

  /** ESME: what the MC calls itself in its answer to the bind; empty before, and at an MC. */
  get peerSystemId(): string {
    return this.#core.binding.peerSystemId;
  }

  /** The bind as received or sent, its password masked; undefined before. */
  get bind(): BindPdu | undefined {
    return this.#core.binding.bind;
  }

  /** Requests that would be sent at once; 0 while others wait for a slot. */
  get windowFree(): number {
    return this.#requests.windowFree;
  }

  /** Requests that await a response. */
  get outstanding(): number {
    return this.#core.window.taken;
  }

  /** Requests that wait for a slot. */
  get waiting(): number {
    return this.#requests.waiting;
  }

  /** Requests that may await a response at once. May be changed at any time. */
  get window(): number {
    return this.#core.window.limit;
  }

  set window(limit: number) {
    this.#core.window.limit = limit;
    if (!this.#isHandling) this.#afterEvents();
  }

  /** Requests of the peer that may await our answer; beyond, it is told to wait. May be changed at any time. */
  set peerWindow(limit: number) {
    this.#core.peerWindow = limit;
  }

  /** @internal Begins to read and to keep time. */
  start(): void {
    this.#nowMs = this.#loop.clock.monotonicMs();
    this.#transport.start(this.#edge);
    this.#arm();
  }

  /**
   * Sends a request and settles with its response, whatever the status; generic_nack too. Waits in order for a slot. Rejects
   * with `SmppTimeoutError`, `SmppClosedError`, `SmppAbortError` (each says `maybeSent`), or what is wrong with the PDU.
   */
  request<C extends RequestName>(
    pdu: RequestInput<C>,
    options: RequestOptions = {},
  ): Promise<PduOf<ResponseOf<C>>> {
    return this.#requests.promise(pdu as PduInput, options) as Promise<PduOf<ResponseOf<C>>>;
  }

  /**
   * Sends a request without a promise: `done` gets its response or why there is none. Waits in order for a slot, up to the
   * queue's limit (then `CHAPPE_SMPP_QUEUE_FULL`). alert_notification is answered by nobody: its `done` is called at once.
   * Returns what takes it back while it waits: then `done` is not called; false when it has left.
   */
  send(pdu: PduInput<'alert_notification'>, done?: () => void): () => boolean;
  send(pdu: PduInput, done: Done, timeoutMs?: number): () => boolean;
  send(pdu: PduInput, done?: Done | (() => void), timeoutMs?: number): () => boolean {
    checkPdu(pdu);
    if (pdu.command !== 'alert_notification') checkDone(done);
    return this.#requests.submit(pdu, done as Done, timeoutMs);
  }

  /** @internal Sends a request past the queue: a bind, or one for which `windowFree` was asked before. */
  submit(pdu: PduInput, done: Done | Settler, timeoutMs: number): void {
    this.#requests.transmit(pdu, done, timeoutMs);
  }

  /** Sends a PDU that nothing answers. Throws what is wrong with it, or with the state of the session. */
  notify(pdu: PduInput<'alert_notification' | 'outbind'>): void {
    this.#core.request(pdu, this.#nowMs, undefined);
    if (!this.#isHandling) this.#atTurnEnd();
  }

  /**
   * Answers a request whose handler returned `DEFERRED`. What is answered in one turn leaves in one write. Never
   * throws: what is no response to it, or cannot be said to this peer, becomes ESME_RSYSERR; `onError` hears why.
   */
  respond(request: Answerable, response: ResponseInput): void {
    const nowMs = this.#core.isClosing ? this.#loop.clock.monotonicMs() : this.#nowMs;
    answerRequest(this.#core, request, response, nowMs, this);
    if (!this.#isHandling) this.#atTurnEnd();
  }

  /** Writes now what would be written at the end of this turn. */
  flush(): void {
    const bytes = this.#core.output();
    if (bytes === undefined || this.#isOver) return;
    this.#transport.write(bytes);
    this.#flow.wrote(this.#loop.turns.nowMs());
  }

  /**
   * Ends the session in order: sends nothing more, waits up to `drainMs` (default 10 s) for what is open both ways,
   * unbinds, waits for the answer in what is left of it, closes. Settles when all is over, two seconds later at most.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    if (this.#isOver) return;
    const over = new Promise<void>((resolve) => this.#whenOver.push(resolve));
    this.#requests.fail('closed');
    this.#core.close(this.#loop.clock.monotonicMs(), options.drainMs ?? 10_000);
    this.#settleEvents();
    await over;
  }

  /** Ends the connection at once. Outstanding requests fail; `maybeSent` says that the peer may have them. */
  destroy(reason: CloseReason = 'destroyed'): void {
    this.#core.end(reason);
    this.#settleEvents();
  }

  /** @internal */
  onBytes(bytes: Uint8Array): void {
    this.#nowMs = this.#loop.clock.monotonicMs();
    this.#core.receive(bytes, this.#nowMs);
    if (!this.#isHandling) this.#handleEvents();
  }

  /** @internal */
  onDrain(): void {
    this.#flow.drained(this.#loop.clock.monotonicMs());
    this.#arm();
  }

  /** @internal */
  onEnd(error: Error | undefined): void {
    if (this.#isOver) return;
    this.#core.end('connection_lost');
    this.#isOver = true;
    this.#settleEvents();
    this.#loop.deadlines.disarm(this.#edge);
    this.#requests.fail(this.#endReason ?? 'connection_lost');
    for (const resolve of this.#whenOver) resolve();
    this.#owner.onEnd(this, this.#endReason ?? 'connection_lost', error);
  }

  /** @internal The next turn of the event loop has begun. */
  onTurn(): void {
    this.#isInTurn = false;
    // The share of the new turn counts from now, not from when octets last came.
    this.#nowMs = this.#loop.clock.monotonicMs();
    this.#flow.nextTurn();
    this.#handleEvents();
  }

  /** @internal */
  onWake(nowMs: number): void {
    if (this.#isOver) return;
    this.#nowMs = nowMs;
    if (this.#flow.hasLingered(nowMs)) return;
    if (this.#flow.isStalled(nowMs)) this.#core.end('write_stall');
    this.#requests.expire(nowMs);
    if (nowMs >= this.#core.deadline()) this.#core.expire(nowMs);
    this.#settleEvents();
  }

  /** @internal */
  onRequested(): void {
    if (this.#isHandling) return;
    this.#atTurnEnd();
    this.#arm();
  }

  onError(error: unknown, where: string): void {
    this.#owner.onError(error, where);
  }

  /** @internal */
  onMistake(error: unknown, where: string): void {
    this.#isHandling = false;
    this.#owner.onError(error, where);
    this.destroy('mistake');
  }

  /** Handles what has come, up to this session's share of the turn. */
  #handleEvents(): void {
    this.#share.begin(this.counters.pdusIn, this.#nowMs);
    const isLeft = this.#drain(this.#share);
    const isSpent = this.#share.end(this.counters.pdusIn) || isLeft;
    this.#afterEvents();
    if (!isSpent || this.#isOver) return;
    this.#flow.restUntilNextTurn();
    this.#atTurnEnd();
  }

  /** Handles everything: events of timers and of closing must not wait for a turn. */
  #settleEvents(): void {
    if (this.#isHandling) return;
    this.#drain(undefined);
    this.#afterEvents();
  }

  /** Handles events until there are none, or the share is spent: then one that was handled may not be the last. */
  #drain(share: Share | undefined): boolean {
    this.#isHandling = true;
    let event = this.#next();
    let untilFlush = EARLY_FLUSH_EVENTS;
    while (event !== undefined) {
      this.#handle(event);
      if (--untilFlush === 0) this.flush();
      if (share?.isSpent(this.counters.pdusIn) === true) break;
      event = this.#next();
    }
    this.#isHandling = false;
    return event !== undefined;
  }

  /** The next event. A codec of the user's that throws ends this session and no other. */
  #next(): SessionEvent | undefined {
    try {
      return this.#core.nextEvent();
    } catch (error) {
      this.#owner.onError(error, 'codec');
      this.#core.end('destroyed');
      return this.#core.nextEvent();
    }
  }

  #afterEvents(): void {
    this.#isHandling = true;
    if (this.#core.state === 'closed') this.#requests.fail(this.#endReason ?? 'closed');
    else this.#requests.pump();
    if (this.onWindowFree !== undefined) this.#requests.tellFree(this.onWindowFree);
    this.#isHandling = false;
    this.flush();
    if (this.#core.state === 'closed') this.#leave();
    this.#arm();
  }

  /** Whatever its owner does, the session goes on: an event must not make it deaf for those that follow. */
  #handle(event: SessionEvent): void {
    try {
      this.#dispatch(event);
    } catch (error) {
      this.#owner.onError(error, event.kind);
    }
  }

  #dispatch(event: SessionEvent): void {
    switch (event.kind) {
      case 'request':
        this.#owner.onRequest(this, event.pdu);
        break;
      case 'response':
      case 'failed':
        this.#requests.ended(event);
        break;
      case 'bind':
        this.#owner.onBind(this, event.pdu);
        break;
      case 'notification':
        this.#owner.onNotification(this, event.pdu);
        break;
      case 'notice':
        this.#owner.onNotice(this, event.notice);
        break;
      case 'unbound':
        this.#requests.fail('peer_unbound');
        this.#owner.onUnbound(this);
        break;
      case 'close':
        this.#endReason = event.reason;
    }
  }

  #atTurnEnd(): void {
    if (this.#isInTurn || this.#isOver) return;
    this.#isInTurn = true;
    this.#loop.turns.atEnd(this.#edge);
  }

  #arm(): void {
    if (this.#isOver) return;
    const atMs = Math.min(this.#core.deadline(), this.#flow.deadlineMs, this.#requests.deadlineMs);
    this.#loop.deadlines.arm(this.#edge, atMs);
  }

  /** The core has ended: last words, then the end of the connection. */
  #leave(): void {
    if (this.#isOver || this.#flow.isLeaving) return;
    this.#flow.leave(endsPolitely(this.#endReason ?? 'destroyed'), this.#loop.clock.monotonicMs());
  }
}
