import type { EncodeError, Pdu, PduInput, PduOf, RequestName, ResponseOf } from '@chappe/protocol';
import type { BindPdu, Notice, SessionCounters, SessionEvent } from '../core/events.ts';
import type { SessionCore } from '../core/session-core.ts';
import { isBound, type SessionRole, type SessionState, type Version } from '../core/states.ts';
import { messageIdCharactersMax } from '../core/versions.ts';
import { type CloseReason, SmppAbortError, SmppClosedError, SmppError, SmppTimeoutError } from '../errors.ts';
import type { Remote, Transport, TransportListener } from '../transport/transport.ts';
import type { Sleeper } from './deadlines.ts';
import type { SessionLoop } from './loop.ts';
import { type Done, RequestQueue, type Waiting } from './request-queue.ts';
import { type Answerable, type ResponseInput, responsePdu } from './responses.ts';
import type { Turned } from './turns.ts';

/** How one request is made. */
export interface RequestOptions {
  /** From sending to the response, and as long for a slot of the window. Default: the session's response timer. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

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

/** The kind of a bind. */
export type BindKind = 'transmitter' | 'receiver' | 'transceiver';

const kinds: { readonly [state: string]: BindKind | undefined } = {
  bound_tx: 'transmitter',
  bound_rx: 'receiver',
  bound_trx: 'transceiver',
};

/** Time for a peer to read what we said last and to close; then the connection is cut. */
const LINGER_MS = 2_000;
/** How often, in events, the time of a turn is looked at: reading a clock costs as much as a small PDU. */
const EVENTS_BETWEEN_LOOKS = 16;
const NEVER = Number.POSITIVE_INFINITY;

const WRITE_BUFFER = 1;
const TURN = 2;

/** Ends after which the peer is given the time to read our last words. */
const polite: ReadonlySet<CloseReason> = new Set<CloseReason>([
  'closed',
  'peer_unbound',
  'framing_error',
  'inactivity_timeout',
  'bind_refused',
]);

/**
 * One SMPP session over a connection, for either role: the loop between a transport and a `SessionCore`. Reads a
 * chunk, lets its owner handle the events, writes once.
 */
export class Session implements TransportListener, Sleeper, Turned {
  /** Unique within its server or client. */
  readonly id: number;
  /** What `authenticate` returned, or whatever its user puts here. */
  context: unknown;
  /** Called once when a slot frees after `windowFree` was 0, at the end of a batch of responses. */
  onWindowFree: (() => void) | undefined;
  /** @internal */
  wakeAtMs: number = NEVER;
  readonly #core: SessionCore;
  readonly #transport: Transport;
  readonly #loop: SessionLoop;
  readonly #owner: SessionOwner;
  #queue: RequestQueue | undefined;
  #wasFull = false;
  #isHandling = false;
  #isInTurn = false;
  #turn = -1;
  #turnPdus = 0;
  #turnMs = 0;
  #nowMs = 0;
  #pausedFor = 0;
  #stallAtMs = NEVER;
  #pausedAtMs = NEVER;
  #flushedMark = 0;
  #lingerAtMs = NEVER;
  #endReason: CloseReason | undefined;
  #isOver = false;
  #onceOver: (() => void)[] | undefined;

  constructor(id: number, core: SessionCore, transport: Transport, loop: SessionLoop, owner: SessionOwner) {
    this.id = id;
    this.#core = core;
    this.#transport = transport;
    this.#loop = loop;
    this.#owner = owner;
  }

  get role(): SessionRole {
    return this.#core.role;
  }

  get state(): SessionState {
    return this.#core.state;
  }

  get isBound(): boolean {
    return isBound(this.#core.state);
  }

  /** Whether a bind has succeeded, be the session still bound or not. */
  get wasBound(): boolean {
    return this.#core.wasBound;
  }

  /** The kind of the bind; undefined while not bound. */
  get kind(): BindKind | undefined {
    return kinds[this.#core.state];
  }

  /** The effective version: the older of ours and the peer's. */
  get version(): Version {
    return this.#core.version;
  }

  /** system_id of the bind; empty before. */
  get systemId(): string {
    return this.#core.bind?.system_id ?? '';
  }

  /** The bind as received or sent, its password masked; undefined before. */
  get bind(): BindPdu | undefined {
    return this.#core.bind;
  }

  get remote(): Remote {
    return this.#transport.remote;
  }

  /** Plain integers, counted since the start of the session. */
  get counters(): SessionCounters {
    return this.#core.counters;
  }

  /** Requests that would be sent at once; 0 while others wait for a slot. */
  get windowFree(): number {
    return this.#queue === undefined || this.#queue.length === 0 ? this.#core.windowFree : 0;
  }

  /** Requests that await a response. */
  get outstanding(): number {
    return this.#core.windowTaken;
  }

  /** Requests that wait for a slot. */
  get waiting(): number {
    return this.#queue?.length ?? 0;
  }

  /** Requests that may await a response at once. May be changed at any time. */
  get window(): number {
    return this.#core.windowLimit;
  }

  set window(limit: number) {
    this.#core.windowLimit = limit;
    if (!this.#isHandling) this.#afterEvents();
  }

  /** Longest message_id the peer can hold, in characters: 8 for 3.3, else 64. */
  get messageIdCharactersMax(): 8 | 64 {
    return messageIdCharactersMax(this.#core.version);
  }

  /** @internal Begins to read and to keep time. */
  start(): void {
    this.#nowMs = this.#loop.clock.monotonicMs();
    this.#transport.start(this);
    this.#arm();
  }

  /**
   * Sends a request and settles with its response, whatever the status; generic_nack too. Waits in order for a slot
   * of the window. Rejects with `SmppTimeoutError`, `SmppClosedError`, `SmppAbortError` (each says `maybeSent`),
   * or with what is wrong with the PDU.
   */
  request<C extends RequestName>(
    pdu: PduInput<C>,
    options: RequestOptions = {},
  ): Promise<PduOf<ResponseOf<C>>> {
    return new Promise((resolve, reject) => {
      const { signal } = options;
      const settle: Done = (result) => {
        signal?.removeEventListener('abort', abort);
        if (result instanceof Error) reject(result);
        else resolve(result as PduOf<ResponseOf<C>>);
      };
      let waiting: Waiting | undefined;
      const abort = (): void => {
        const wasWaiting = waiting !== undefined && this.#queue?.remove(waiting) === true;
        settle(new SmppAbortError(signal!, !wasWaiting));
      };
      if (signal?.aborted) return reject(new SmppAbortError(signal, false));
      signal?.addEventListener('abort', abort, { once: true });
      waiting = this.#enqueue(pdu as PduInput, settle, options.timeoutMs);
    });
  }

  /**
   * Sends a request without a promise: `done` gets its response or why there is none. Waits in order for a slot, up
   * to the queue's limit (then `CHAPPE_SMPP_QUEUE_FULL`). What is sent in one turn leaves in one write.
   * alert_notification is answered by nobody: its `done` is called at once.
   */
  send(pdu: PduInput<'alert_notification'>, done?: () => void): void;
  send(pdu: PduInput, done: Done): void;
  send(pdu: PduInput, done?: Done | (() => void)): void {
    this.#enqueue(pdu, (done ?? ignore) as Done, undefined);
  }

  /** @internal Sends a request past the queue: a bind, or one for which `windowFree` was asked before. */
  submit(pdu: PduInput, done: Done, timeoutMs: number): void {
    this.#transmit(pdu, done, timeoutMs);
  }

  /** Sends a PDU that nothing answers. Throws what is wrong with it, or with the state of the session. */
  notify(pdu: PduInput<'alert_notification' | 'outbind'>): void {
    this.#core.request(pdu, this.#nowMs, undefined);
    if (!this.#isHandling) this.#atTurnEnd();
  }

  /** Answers a request whose handler returned `DEFERRED`. What is answered in one turn leaves in one write. */
  respond(request: Answerable, response: ResponseInput): void {
    const nowMs = this.#core.isClosing ? this.#loop.clock.monotonicMs() : this.#nowMs;
    this.#core.respond(request.sequence_number, responsePdu(request, response), nowMs);
    if (!this.#isHandling) this.#atTurnEnd();
  }

  /** Writes now what would be written at the end of this turn. */
  flush(): void {
    const bytes = this.#core.output();
    if (bytes === undefined || this.#isOver) return;
    this.#transport.write(bytes);
    this.#watchWriting();
  }

  /**
   * Ends the session in order: sends nothing more, waits up to `drainMs` (default 10 s) for what is open in both
   * directions, unbinds, closes. Settles when the connection is over; never rejects.
   */
  close(options: { readonly drainMs?: number } = {}): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    const over = new Promise<void>((resolve) => {
      this.#onceOver ??= [];
      this.#onceOver.push(resolve);
    });
    this.#failWaiting('closed');
    this.#core.close(this.#loop.clock.monotonicMs(), options.drainMs ?? 10_000);
    this.#settleEvents();
    return over;
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
    this.#stallAtMs = NEVER;
    this.#resumeFor(WRITE_BUFFER);
  }

  /** @internal */
  onEnd(error: Error | undefined): void {
    if (this.#isOver) return;
    this.#core.end('connection_lost');
    this.#isOver = true;
    this.#settleEvents();
    this.#loop.deadlines.disarm(this);
    this.#failWaiting(this.#endReason ?? 'connection_lost');
    this.#owner.onEnd(this, this.#endReason ?? 'connection_lost', error);
    for (const resolve of this.#onceOver ?? []) resolve();
  }

  /** @internal */
  onTurn(): void {
    this.#isInTurn = false;
    this.#resumeFor(TURN);
    this.#handleEvents();
  }

  /** @internal */
  onWake(nowMs: number): void {
    if (this.#isOver) return;
    this.#nowMs = nowMs;
    if (nowMs >= this.#lingerAtMs) return this.#transport.destroy();
    if (nowMs >= this.#stallAtMs) this.#lookAtWriting(nowMs);
    for (const { done } of this.#queue?.expire(nowMs) ?? []) {
      this.#tell(done, new SmppTimeoutError('window', 'no slot of the window became free in time'));
    }
    if (nowMs >= this.#core.deadline()) this.#core.expire(nowMs);
    this.#settleEvents();
  }

  #enqueue(pdu: PduInput, done: Done, timeoutMs: number | undefined): Waiting | undefined {
    const isControl =
      pdu.command === 'enquire_link' || pdu.command === 'unbind' || pdu.command.startsWith('bind_');
    if (isControl || (this.#core.windowFree > 0 && (this.#queue === undefined || this.#queue.length === 0))) {
      this.#transmit(pdu, done, timeoutMs);
      return undefined;
    }
    const isClosed = this.#core.state === 'closed';
    if (isClosed || this.waiting >= this.#loop.queueLimit) {
      const why = isClosed
        ? new SmppClosedError(this.#endReason ?? 'closed', false)
        : new SmppError('CHAPPE_SMPP_QUEUE_FULL', `${this.waiting} requests wait for a slot of the window`);
      queueMicrotask(() => this.#tell(done, why));
      return undefined;
    }
    const waitMs = timeoutMs ?? this.#loop.responseTimeoutMs;
    const untilMs = waitMs > 0 ? this.#loop.clock.monotonicMs() + waitMs : NEVER;
    const waiting: Waiting = { pdu, done, timeoutMs: waitMs, untilMs };
    this.#queue ??= new RequestQueue();
    this.#queue.push(waiting);
    this.#arm();
    return waiting;
  }

  #transmit(pdu: PduInput, done: Done, timeoutMs: number | undefined): void {
    try {
      this.#core.request(pdu, this.#loop.clock.monotonicMs(), done, timeoutMs);
    } catch (error) {
      // Told later, so that `send` never calls back before it returns.
      queueMicrotask(() => this.#tell(done, error as SmppError | EncodeError));
      return;
    }
    if (pdu.command === 'alert_notification') (done as () => void)();
    if (this.#core.windowFree === 0) this.#wasFull = true;
    if (this.#isHandling) return;
    this.#atTurnEnd();
    this.#arm();
  }

  #handleEvents(): void {
    const { turns, pdusPerTurn, turnMs, clock } = this.#loop;
    if (this.#turn !== turns.current) {
      this.#turn = turns.current;
      this.#turnPdus = 0;
      this.#turnMs = 0;
      turns.touch();
    }
    const core = this.#core;
    const { counters } = core;
    const startPdus = counters.pdusIn;
    const startMs = this.#nowMs;
    let looked = 0;
    let isSpent = false;
    this.#isHandling = true;
    let event = core.nextEvent();
    while (event !== undefined) {
      this.#handle(event);
      if (++looked === EVENTS_BETWEEN_LOOKS) {
        looked = 0;
        isSpent = this.#turnMs + clock.monotonicMs() - startMs > turnMs;
      }
      if (isSpent || this.#turnPdus + counters.pdusIn - startPdus > pdusPerTurn) break;
      event = core.nextEvent();
    }
    this.#isHandling = false;
    this.#turnPdus += counters.pdusIn - startPdus;
    this.#turnMs += clock.monotonicMs() - startMs;
    this.#afterEvents();
    // The rest is for the next turn: one flooding peer must not keep the others waiting.
    const isStill = event === undefined && this.#turnPdus <= pdusPerTurn && this.#turnMs <= turnMs;
    if (!isStill && !this.#isOver) {
      this.#pauseFor(TURN);
      this.#atTurnEnd();
    }
  }

  /** As `#handleEvents`, but for events that must not wait for a turn: those of timers and of closing. */
  #settleEvents(): void {
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let event = this.#core.nextEvent(); event !== undefined; event = this.#core.nextEvent()) {
      this.#handle(event);
    }
    this.#isHandling = false;
    this.#afterEvents();
  }

  #afterEvents(): void {
    this.#pump();
    if (this.#wasFull && this.windowFree > 0) {
      this.#wasFull = false;
      if (this.onWindowFree !== undefined) this.#guard(this.onWindowFree, 'onWindowFree');
    }
    this.flush();
    if (this.#core.state === 'closed') this.#leave();
    else this.#arm();
  }

  /** Sends what waited for a slot. */
  #pump(): void {
    const queue = this.#queue;
    if (queue === undefined || queue.length === 0) return;
    this.#isHandling = true;
    while (queue.length > 0 && this.#core.windowFree > 0) {
      const { pdu, done, timeoutMs } = queue.shift()!;
      this.#transmit(pdu, done, timeoutMs);
    }
    this.#isHandling = false;
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
        return this.#owner.onRequest(this, event.pdu);
      case 'response':
        return (event.token as Done | undefined)?.(event.pdu);
      case 'failed':
        return this.#tell(event.token as Done | undefined, failureOf(event.why));
      case 'bind':
        return this.#owner.onBind(this, event.pdu);
      case 'notification':
        return this.#owner.onNotification(this, event.pdu);
      case 'notice':
        return this.#owner.onNotice(this, event.notice);
      case 'unbound':
        this.#failWaiting('peer_unbound');
        return this.#owner.onUnbound(this);
      case 'close':
        this.#endReason = event.reason;
    }
  }

  #tell(done: Done | undefined, result: Parameters<Done>[0]): void {
    if (done === undefined) return;
    try {
      done(result);
    } catch (error) {
      this.#owner.onError(error, 'done');
    }
  }

  #guard(callback: () => void, where: string): void {
    try {
      callback();
    } catch (error) {
      this.#owner.onError(error, where);
    }
  }

  #failWaiting(reason: CloseReason): void {
    for (const { done } of this.#queue?.clear() ?? []) this.#tell(done, new SmppClosedError(reason, false));
  }

  #atTurnEnd(): void {
    if (this.#isInTurn || this.#isOver) return;
    this.#isInTurn = true;
    this.#loop.turns.atEnd(this);
  }

  #arm(): void {
    if (this.#isOver) return;
    const queueMs = this.#queue?.deadlineMs ?? NEVER;
    const atMs = Math.min(this.#core.deadline(), this.#stallAtMs, this.#lingerAtMs, queueMs);
    if (atMs !== NEVER) this.#loop.deadlines.arm(this, atMs);
  }

  /** The core has ended: last words, then the end of the connection. */
  #leave(): void {
    if (this.#isOver || this.#lingerAtMs !== NEVER) return;
    this.#failWaiting(this.#endReason ?? 'closed');
    this.#lingerAtMs = this.#loop.clock.monotonicMs() + LINGER_MS;
    if (polite.has(this.#endReason ?? 'destroyed')) this.#transport.end();
    else this.#transport.destroy();
    this.#resumeFor(WRITE_BUFFER | TURN);
    this.#arm();
  }

  #watchWriting(): void {
    if (this.#stallAtMs === NEVER && this.#loop.writeStallMs > 0) {
      this.#stallAtMs = this.#nowMs + this.#loop.writeStallMs;
      this.#flushedMark = this.#flushedOctets();
    }
    if (this.#transport.bufferedOctets > this.#loop.writeBufferOctets) this.#pauseFor(WRITE_BUFFER);
  }

  #flushedOctets(): number {
    return this.#core.counters.bytesOut - this.#transport.bufferedOctets;
  }

  /** A peer that has not read for `writeStallMs`, or has kept the buffer over its limit as long, is cut off. */
  #lookAtWriting(nowMs: number): void {
    const flushed = this.#flushedOctets();
    const isOverLimit = nowMs - this.#pausedAtMs >= this.#loop.writeStallMs;
    if (this.#transport.bufferedOctets === 0) this.#stallAtMs = NEVER;
    else if (flushed > this.#flushedMark && !isOverLimit) {
      this.#stallAtMs = Math.min(nowMs, this.#pausedAtMs) + this.#loop.writeStallMs;
      this.#flushedMark = flushed;
    } else this.#core.end('write_stall');
  }

  #pauseFor(cause: number): void {
    if (this.#pausedFor === 0) this.#transport.pause();
    this.#pausedFor |= cause;
    if (cause !== WRITE_BUFFER || this.#pausedAtMs !== NEVER) return;
    this.#pausedAtMs = this.#nowMs;
    this.#core.pauseRead(true, this.#nowMs);
  }

  #resumeFor(cause: number): void {
    if ((this.#pausedFor & cause) === 0) return;
    this.#pausedFor &= ~cause;
    if ((cause & WRITE_BUFFER) !== 0 && this.#pausedAtMs !== NEVER) {
      this.#pausedAtMs = NEVER;
      this.#core.pauseRead(false, this.#loop.clock.monotonicMs());
      this.#arm();
    }
    if (this.#pausedFor === 0) this.#transport.resume();
  }
}

function ignore(): void {
  // For callers who do not care how it ended.
}

function failureOf(why: CloseReason | 'timeout' | 'malformed'): SmppError {
  if (why === 'timeout') {
    return new SmppTimeoutError('response', 'no response in time: the peer may have the request', {
      maybeSent: true,
    });
  }
  if (why === 'malformed') {
    return new SmppError('CHAPPE_SMPP_MALFORMED_RESPONSE', 'the response could not be read', {
      maybeSent: true,
    });
  }
  return new SmppClosedError(why, true);
}
