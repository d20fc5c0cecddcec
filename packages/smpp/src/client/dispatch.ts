import type { Pdu, PduInput } from '@chappe/protocol';
import { status, statusClass, tlv } from '@chappe/protocol';
import { SmppError, SmppTimeoutError } from '../errors.ts';
import type { Guard } from '../guard.ts';
import type { Sleeper } from '../session/deadlines.ts';
import type { SessionLoop } from '../session/loop.ts';
import type { Done, RequestResult, Settler } from '../session/request-queue.ts';
import type { Session } from '../session/session.ts';
import { congestedWindow, type Pace } from './pace.ts';

/** Whom a submission tells how its try went. */
interface Answered {
  answered(submission: Submission, result: RequestResult): void;
}

/**
 * Requests that leave by one bind: segments of one message, which an MC joins by their session. While the bind of the
 * first stands, the others wait for it; after its loss the rest leaves by another.
 */
export interface Companions {
  session: Session | undefined;
}

/** A request on its way through the client. */
class Submission implements Settler {
  /** Order of arrival, which a second try keeps. */
  readonly number: number;
  readonly pdu: PduInput;
  readonly done: Done;
  readonly timeoutMs: number;
  /** When waiting, and trying again, end. Monotonic milliseconds. */
  readonly untilMs: number;
  readonly companions: Companions | undefined;
  /** Where it was sent last. */
  session: Session | undefined;
  /** What it was refused with when it is tried again: how it ends when there is no time for that. */
  refusal: RequestResult | undefined;
  readonly #dispatch: Answered;

  constructor(
    dispatch: Answered,
    number: number,
    pdu: PduInput,
    done: Done,
    timeoutMs: number,
    nowMs: number,
    companions: Companions | undefined,
  ) {
    this.#dispatch = dispatch;
    this.number = number;
    this.pdu = pdu;
    this.done = done;
    this.timeoutMs = timeoutMs;
    this.untilMs = timeoutMs > 0 ? nowMs + timeoutMs : NEVER;
    this.companions = companions;
    this.session = undefined;
    this.refusal = undefined;
  }

  settle(result: RequestResult): void {
    this.#dispatch.answered(this, result);
  }
}

/** What a dispatch works with. */
export interface DispatchOptions {
  readonly loop: SessionLoop;
  readonly guard: Guard;
  readonly pace: Pace;
  readonly queueLimit: number;
  readonly retryThrottled: boolean;
  /**
   * The peer no longer honours a bind: it answers with a status of that class. True when the bind is made anew, or
   * another stands, so that the request can be sent again.
   */
  readonly onVoid: (session: Session) => boolean;
  /** What is told of a request for which no bind was there in time. */
  readonly notBound: (waitedMs: number) => SmppError;
  /** Window per bind, and its ceiling where congestion_state steers it. */
  readonly window: number;
}

/** congestion_state may open the window up to this many times its size. */
const CONGESTION_GROWTH = 10;
const NEVER = Number.POSITIVE_INFINITY;

function isThrottle(result: Pdu): boolean {
  return result.command_status === status.ESME_RTHROTTLED || result.command_status === status.ESME_RMSGQFUL;
}

/** Whether a try has found room: on no bind, not on the bind of its companions, not in the rate. */
type Try = 'sent' | 'full' | 'bind_full' | 'paced';

/**
 * Spreads requests over the binds of a client: the one with the most free slots takes the next. What no bind or rate
 * has room for waits in order, bounded in number and time; what a peer throttles goes back to its place.
 */
export class Dispatch implements Sleeper, Answered {
  wakeAtMs: number = NEVER;
  readonly #options: DispatchOptions;
  readonly #sessions: Session[] = [];
  /** In the order of `number`; `#head` is the first that waits. */
  #queue: Submission[] = [];
  #head = 0;
  #lastNumber = 0;
  #open = 0;
  #nextUntilMs = NEVER;
  /** Whether requests wait for one bind while others may have room. */
  #areTied = false;
  #onIdle: (() => void)[] = [];

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Requests that wait for a slot or for the rate. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /** Requests that have not ended yet. */
  get open(): number {
    return this.#open;
  }

  /** Takes a bound session into service. */
  add(session: Session): void {
    this.#sessions.push(session);
    session.onWindowFree = () => this.pump();
    this.pump();
  }

  /** Takes a session out of service. */
  remove(session: Session): void {
    const at = this.#sessions.indexOf(session);
    if (at >= 0) this.#sessions.splice(at, 1);
  }

  /** Sends a request as soon as there is room, and calls `done` once with its end. Returns what `cancel` takes. */
  submit(
    pdu: PduInput,
    done: Done,
    timeoutMs: number = this.#options.loop.responseTimeoutMs,
    companions?: Companions,
  ): unknown {
    const nowMs = this.#options.loop.turns.nowMs();
    const submission = new Submission(this, ++this.#lastNumber, pdu, done, timeoutMs, nowMs, companions);
    this.#open++;
    if (this.waiting === 0 && this.#trySend(submission, nowMs) === 'sent') return submission;
    if (this.waiting >= this.#options.queueLimit) {
      const error = new SmppError('CHAPPE_SMPP_QUEUE_FULL', `${this.waiting} requests are waiting`);
      queueMicrotask(() => this.#finish(submission, error));
      return submission;
    }
    this.#queue.push(submission);
    this.#await(submission.untilMs);
    if (companions !== undefined || this.#areTied) this.pump();
    return submission;
  }

  /** Takes back a request that still waits; false when it has been sent or has ended. `done` is not called. */
  cancel(submission: unknown): boolean {
    const at = this.#queue.indexOf(submission as Submission, this.#head);
    if (at < 0) return false;
    this.#queue.splice(at, 1);
    this.#closeOne();
    return true;
  }

  /** Sends what there is room for. What waits for one bind keeps nobody from the others. */
  pump(): void {
    const nowMs = this.#options.loop.turns.nowMs();
    this.#areTied = false;
    let at = this.#head;
    while (at < this.#queue.length) {
      const tried = this.#trySend(this.#queue[at]!, nowMs);
      if (tried === 'full' || tried === 'paced') return;
      if (tried === 'bind_full') {
        this.#areTied = true;
        at++;
      } else if (at > this.#head) this.#queue.splice(at, 1);
      else {
        this.#dropHead();
        at = this.#head;
      }
    }
  }

  /** Ends everything that waits, each with an error of its own. */
  fail(why: () => SmppError): void {
    const waiting = this.#queue.slice(this.#head);
    this.#queue = [];
    this.#head = 0;
    for (const submission of waiting) this.#finish(submission, why());
  }

  /** Settles when no request is open. */
  idle(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve));
  }

  onWake(nowMs: number): void {
    if (nowMs >= this.#nextUntilMs) this.#expire(nowMs);
    this.pump();
    if (this.waiting > 0) this.#await(this.#nextUntilMs);
  }

  #expire(nowMs: number): void {
    const all = this.#queue.slice(this.#head);
    this.#queue = all.filter(({ untilMs }) => untilMs > nowMs);
    this.#head = 0;
    this.#nextUntilMs = this.#queue.reduce((next, { untilMs }) => Math.min(next, untilMs), NEVER);
    for (const submission of all) {
      if (submission.untilMs > nowMs) continue;
      this.#finish(submission, submission.refusal ?? this.#lateness(submission));
    }
  }

  /** What a request has waited for in vain. */
  #lateness({ timeoutMs, companions }: Submission): SmppError {
    const { pace, notBound } = this.#options;
    if (this.#sessions.length === 0) return notBound(timeoutMs);
    if (this.#roomFor(companions) !== undefined) {
      const rate = `${Math.round(pace.perSecond * 10) / 10} requests per second`;
      return new SmppTimeoutError('rate', `${rate} left no turn for it in ${timeoutMs} ms`);
    }
    const open = this.#sessions.reduce((sum, session) => sum + session.outstanding, 0);
    const cause = `the peer has yet to answer ${open} requests sent before`;
    return new SmppTimeoutError('window', `no slot of the window became free in ${timeoutMs} ms: ${cause}`);
  }

  #await(atMs: number): void {
    if (atMs < this.#nextUntilMs) this.#nextUntilMs = atMs;
    if (atMs !== NEVER) this.#options.loop.deadlines.arm(this, atMs);
  }

  #dropHead(): void {
    this.#queue[this.#head++] = undefined as never;
    if (this.#head !== this.#queue.length && this.#head < 1024) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #pick(): Session | undefined {
    let best: Session | undefined;
    let most = 0;
    for (const session of this.#sessions) {
      const free = session.windowFree;
      if (free > most && session.isBound) {
        most = free;
        best = session;
      }
    }
    return best;
  }

  /** The bind for a request: that of its companions while it stands, else the one with the most free slots. */
  #roomFor(companions: Companions | undefined): Session | undefined {
    const tied = companions?.session;
    if (tied === undefined || !tied.isBound || !this.#sessions.includes(tied)) return this.#pick();
    return tied.windowFree > 0 ? tied : undefined;
  }

  #trySend(submission: Submission, nowMs: number): Try {
    const { companions } = submission;
    const session = this.#roomFor(companions);
    if (session === undefined) {
      return companions !== undefined && this.#pick() !== undefined ? 'bind_full' : 'full';
    }
    const waitMs = this.#options.pace.take(nowMs);
    if (waitMs > 0) {
      this.#options.loop.deadlines.arm(this, nowMs + waitMs);
      return 'paced';
    }
    submission.session = session;
    if (companions !== undefined) companions.session = session;
    session.submit(submission.pdu, submission, submission.timeoutMs);
    return 'sent';
  }

  /** @internal A try of a submission has ended. */
  answered(submission: Submission, result: RequestResult): void {
    const { session } = submission;
    if (session?.version === 0x50) this.#heed(session, result);
    if (result instanceof Error || result.command_status === 0 || !this.#isTriedAgain(submission, result)) {
      this.#finish(submission, result);
    } else {
      submission.refusal = result;
      this.#putBack(submission);
    }
  }

  #isTriedAgain({ session, untilMs }: Submission, result: Pdu): boolean {
    const { retryThrottled, loop, pace, onVoid } = this.#options;
    const nowMs = loop.clock.monotonicMs();
    if (statusClass(result.command_status) === 'bind') {
      if (session === undefined || !onVoid(session) || !retryThrottled || nowMs >= untilMs) return false;
      loop.deadlines.arm(this, nowMs + 1);
      return true;
    }
    if (!retryThrottled || !isThrottle(result)) return false;
    pace.slowDown(nowMs);
    if (nowMs >= untilMs) return false;
    loop.deadlines.arm(this, nowMs + Math.max(1, pace.waitMs(nowMs)));
    return true;
  }

  /** A second try keeps its place before everything that came later. */
  #putBack(submission: Submission): void {
    let at = this.#head;
    while (at < this.#queue.length && this.#queue[at]!.number < submission.number) at++;
    this.#queue.splice(at, 0, submission);
    this.#await(submission.untilMs);
  }

  #heed(session: Session, result: RequestResult): void {
    if (result instanceof Error || result.tlvs.length === 0) return;
    const congestion = tlv(result, 'congestion_state');
    if (congestion === undefined) return;
    const most = this.#options.window * CONGESTION_GROWTH;
    session.window = congestedWindow(session.window, congestion, most);
  }

  #finish(submission: Submission, result: RequestResult): void {
    this.#closeOne();
    const { guard } = this.#options;
    // As `guard.run`, without a closure for each message.
    try {
      guard.watch(submission.done(result), 'done');
    } catch (error) {
      guard.report(error, 'done');
    }
  }

  #closeOne(): void {
    this.#open--;
    if (this.#open > 0 || this.#onIdle.length === 0) return;
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }
}
