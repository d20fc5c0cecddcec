/** One upstream message centre: its binds, how much it takes now, and what it says to each message. */
import { type Message, type RetryPolicy, retryPolicy } from '@chappe/center';
import type { ConnectorSettings, MessageFacts } from '@chappe/policy';
import { type Clock, Pace, type Random, type RequestResult, type Session } from '@chappe/smpp';
import { trailOf } from '../message/trail.ts';
import { type Hold, type HoldShares, HoldTimes } from '../observation/hold-times.ts';
import { TimeCounts } from '../observation/time-counts.ts';
import { type Answer, unsent } from './answer.ts';
import { Binds, type BindsEvents, type ConnectUpstream } from './binds.ts';
import type { UpstreamGroup } from './group.ts';
import { UpstreamHealth } from './health.ts';
import { type Home, isKin } from './leads-back.ts';
import { type Batch, MultiBatches, multiPdu, resultFor } from './multi.ts';
import { statusClasses } from './statuses.ts';
import { type SubmissionProfile, submissionProfile, type UpstreamPdu } from './submission/profile.ts';
import { newUpstreamCounters, type UpstreamCounters } from './upstream-counters.ts';
import { type UpstreamFilter, upstreamFilter } from './upstream-filter.ts';

/** `stopped`: no binds are made. `paused`: bound, but nothing is sent. `draining`: what is open ends, then stopped. */
export type UpstreamMode = 'running' | 'paused' | 'draining' | 'stopped';

/** What an upstream works with. */
export interface UpstreamContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly group: UpstreamGroup;
  /** Of this gateway, see hops.ts. */
  readonly nodeId: Uint8Array;
  /** What comes from there: see binds.ts. */
  readonly events: BindsEvents;
  readonly connect?: ConnectUpstream | undefined;
  /** An upstream may lead back to it. Default: it has no customers. */
  readonly home?: Home | undefined;
  /** More may be sent now. */
  readonly onRoom: (upstream: Upstream) => void;
}

/** A message and who is told of its answer. */
interface OnItsWay {
  readonly message: Message;
  readonly answered: Answered;
}

/** Told once what became of a message. */
export type Answered = (message: Message, answer: Answer, upstream: Upstream) => void;

// Of so many answers one is timed: a clock read for each would cost as much as its bookkeeping.
const timedEvery = 16;
const smoothing = 0.1;
// Requests that the pace lets out in one timer tick rather than one by one.
const tickMs = 5;

/** An upstream in use. */
export class Upstream {
  readonly settings: ConnectorSettings;
  readonly group: UpstreamGroup;
  readonly counters: UpstreamCounters = newUpstreamCounters();
  /** Times to the response, of some requests. */
  readonly responseTimes: TimeCounts = new TimeCounts();
  /** `connector=op-a`, for timelines: made once, written often. */
  readonly label: string;
  readonly #profile: SubmissionProfile;
  readonly #context: UpstreamContext;
  readonly #binds: Binds;
  readonly #pace: Pace;
  readonly #health: UpstreamHealth;
  readonly #filter: UpstreamFilter | undefined;
  readonly #multi: MultiBatches<OnItsWay> | undefined;
  readonly #retry: RetryPolicy;
  readonly #window: number;
  readonly #holds: HoldTimes;
  #mode: UpstreamMode = 'stopped';
  #disarm: (() => void) | undefined;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #sent = 0;
  #responseMs = 0;

  /** Throws RangeError for settings that cannot be. */
  constructor(settings: ConnectorSettings, context: UpstreamContext) {
    this.settings = settings;
    this.group = context.group;
    this.label = `connector=${settings.name}`;
    this.#context = context;
    this.#profile = submissionProfile(settings, context.nodeId, () => this.#binds.isKin);
    this.#filter = upstreamFilter(settings);
    this.#multi = settings.submitMulti === true ? new MultiBatches() : undefined;
    this.#retry = retryPolicy(settings.retry);
    this.#health = new UpstreamHealth(settings, this.counters, context.clock, {
      onSlower: () => this.#slowDown(),
      onOpen: (openMs, nowMs) => this.#wakeIn(openMs, nowMs),
      onBreaker: (isOpen, detail) => context.events.onBreaker?.(this.name, isOpen, detail),
      onUnhonoured: (session, why) => this.#binds.renew(session, 'void', why),
    });
    this.#window = settings.window ?? 10;
    const { perSecond, burst } = settings;
    this.#pace = new Pace(
      perSecond === undefined ? undefined : { perSecond, burst },
      context.clock.monotonicMs(),
    );
    this.#holds = new HoldTimes(context.clock.monotonicMs());
    this.#binds = new Binds(settings, context, {
      onSendable: () => {
        this.#health.breaker.tryNow(context.clock.monotonicMs());
        this.wake();
      },
      onRoom: () => this.wake(),
    });
  }

  get name(): string {
    return this.settings.name;
  }

  get mode(): UpstreamMode {
    return this.#mode;
  }

  get binds(): Binds {
    return this.#binds;
  }

  /** Whether it would take messages if it had room: bound, running, and not failing. */
  get isUsable(): boolean {
    if (this.#mode !== 'running' || !this.#binds.canSend) return false;
    return this.#health.breaker.state(this.#context.clock.monotonicMs()) !== 'open';
  }

  /** State of its circuit breaker. */
  get breaker(): 'closed' | 'open' | 'probing' {
    return this.#health.breaker.state(this.#context.clock.monotonicMs());
  }

  /** Requests without answer. */
  get outstanding(): number {
    return this.#binds.outstanding;
  }

  /** Requests that may be without answer at once. */
  get window(): number {
    return this.#window * Math.max(1, this.#binds.sending.length);
  }

  /** How long it takes to answer, milliseconds, smoothed; 0 before the first answer. */
  get responseMs(): number {
    return this.#responseMs;
  }

  /** Messages per second that it lets out now; Infinity: as many as the window allows. */
  get perSecond(): number {
    return this.#pace.perSecond;
  }

  /** How long its circuit breaker stays open, and how often it has opened. */
  get breakerPauseMs(): number {
    return this.#health.breaker.pauseMs;
  }

  get breakerOpened(): number {
    return this.#health.breaker.opened;
  }

  /** What kept it from taking more during the last seconds. */
  holdShares(): HoldShares {
    return this.#holds.shares(this.#context.clock.monotonicMs());
  }

  /** Milliseconds since the start that it was held so. */
  heldMs(hold: Hold): number {
    return this.#holds.totalMs(hold, this.#context.clock.monotonicMs());
  }

  /** Makes its binds. */
  start(): void {
    if (this.#mode === 'running') return;
    this.#mode = 'running';
    this.#binds.start();
    this.wake();
  }

  /** Keeps its binds and sends nothing. */
  pause(): void {
    if (this.#mode !== 'running') return;
    this.#mode = 'paused';
    this.#held(undefined);
  }

  /** Takes nothing more, waits up to `drainMs` for open answers, unbinds. */
  async stop(drainMs: number): Promise<void> {
    this.#mode = drainMs > 0 ? 'draining' : 'stopped';
    this.#held(undefined);
    this.#disarm?.();
    this.#disarm = undefined;
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    await this.#binds.stop(drainMs);
    // It may have been started again meanwhile.
    if (this.#mode === 'draining') this.#mode = 'stopped';
  }

  /** How many messages it takes now. When it is a pace or a pause that keeps it from more, `onRoom` comes by itself. */
  capacity(): number {
    if (this.#mode !== 'running') return 0;
    const { windowFree } = this.#binds;
    const free = Math.min(windowFree, this.group.room);
    if (free <= 0) {
      this.group.isShort = true;
      if (this.#binds.sending.length > 0) this.#held(windowFree <= 0 ? 'window' : 'disk');
      return 0;
    }
    const nowMs = this.#context.clock.monotonicMs();
    const passing = this.#health.room(nowMs);
    const room = Math.min(free, passing, this.#pace.room(nowMs));
    const hold = room < 1 && passing >= 1 ? 'rate' : undefined;
    if (this.#holds.isNews(hold)) this.#holds.note(hold, nowMs);
    if (hold === 'rate') this.#wakeIn(this.#pace.untilRoomMs(nowMs), nowMs);
    // The answer to the one that tries it tells of room.
    else if (room < 1) this.group.isShort = true;
    return Math.max(0, room);
  }

  /** Sends a message; `answered` is told once, never before this returns but for what cannot be sent at all. */
  send(message: Message, answered: Answered): void {
    const { clock } = this.#context;
    const nowMs = clock.nowMs();
    const refusal = this.#filter?.reasonAgainstStored(message, nowMs) ?? this.#reasonAgainstPiece(message);
    const pdu = refusal === undefined ? this.#profile.pduOf(message, nowMs) : { reason: refusal };
    if ('reason' in pdu) {
      this.counters.unfit += 1;
      answered(message, { kind: 'unfit', reason: pdu.reason }, this);
      return;
    }
    if (pdu.command === 'submit_sm' && this.#multi?.add(message, pdu, { message, answered }) === true) return;
    const session = this.#binds.freest();
    if (session === undefined) answered(message, unsent, this);
    else this.#transmit(message, pdu, session, answered);
  }

  /** Sends what `send` has gathered for a submit_multi: to be called after the last of what is handed over at once. */
  flush(): void {
    if (this.#multi === undefined) return;
    for (const batch of this.#multi.take()) {
      const session = this.#binds.freest();
      if (session !== undefined) this.#transmitTogether(batch, session);
      else for (const { about } of batch.members) about.answered(about.message, unsent, this);
    }
  }

  /** Whether its own filters refuse such a text, or it cannot carry one of its pieces, as they are stored. */
  refuses(facts: MessageFacts, pieces: readonly Uint8Array[]): boolean {
    return this.#filter?.reasonAgainst(facts) !== undefined || !this.#profile.carries(pieces);
  }

  /** A piece that could go stays here, too, when another of its text cannot: no handset could join them. */
  #reasonAgainstPiece({ memo }: Message): string | undefined {
    if (!this.#profile.isPicky || !trailOf(memo).unfit.includes(this.name)) return undefined;
    return `${this.settings.defaultAlphabet} lacks a character of the whole text, and UCS-2 has no room for it`;
  }

  /** The request that a message becomes here, or why it cannot be said. For trials: nothing is sent. */
  requestFor(message: Message): ReturnType<SubmissionProfile['pduOf']> {
    return this.#profile.pduOf(message, this.#context.clock.nowMs());
  }

  /** A customer has bound here: it may be this upstream, which is then another Chappe by our name. */
  reconsider(): void {
    const { home } = this.#context;
    if (home === undefined || this.#binds.isKin) return;
    this.#binds.isKin = this.#binds.sending.some((session) => isKin(session, home));
  }

  /** The status of its answer to a request that was no submission. */
  heed(status: number, session: Session): void {
    this.#health.heed(status, session);
  }

  /** Milliseconds until the next try of a message that failed here; undefined: it is given up. */
  retryMs(message: Message, answer: Extract<Answer, { kind: 'later' }>): number | undefined {
    const { status: error } = answer;
    const isAllFull = answer.errorClass === 'full' && this.#health.isFull;
    const errorClass = isAllFull ? 'throttled' : answer.errorClass;
    return this.#retry({ message, attempts: message.attempts + 1, errorClass, error }, this.#context.random);
  }

  #transmit(message: Message, pdu: UpstreamPdu, session: Session, answered: Answered): void {
    const nowMs = this.#leaves(1);
    const isTimed = this.#sent % timedEvery === 0 || this.#responseMs === 0;
    // Not the PDU itself: it would be kept until the answer.
    const willTell = isAwaited(pdu);
    session.send(pdu, (result: RequestResult) => {
      if (isTimed) this.#timed(this.#context.clock.monotonicMs() - nowMs);
      answered(message, this.#health.heard(result, session, willTell), this);
      this.group.offer();
    });
    this.#binds.used(session);
  }

  #transmitTogether(batch: Batch<OnItsWay>, session: Session): void {
    this.#leaves(batch.members.length);
    session.send(multiPdu(batch), (result: RequestResult) => {
      for (const { destination, about } of batch.members) {
        const answer = this.#health.heard(resultFor(result, destination), session, isAwaited(batch.first));
        about.answered(about.message, answer, this);
      }
      this.group.offer();
    });
    this.#binds.used(session);
  }

  /** So many messages leave now. */
  #leaves(count: number): number {
    const nowMs = this.#context.clock.monotonicMs();
    for (let left = count; left > 0; left -= 1) this.#pace.take(nowMs);
    this.#health.passed();
    this.counters.submitted += count;
    this.#sent += 1;
    return nowMs;
  }

  #held(hold: Hold | undefined): void {
    if (this.#holds.isNews(hold)) this.#holds.note(hold, this.#context.clock.monotonicMs());
  }

  #timed(tookMs: number): void {
    this.responseTimes.note(tookMs);
    this.#responseMs += (tookMs - this.#responseMs) * (this.#responseMs === 0 ? 1 : smoothing);
  }

  #slowDown(): void {
    const nowMs = this.#context.clock.monotonicMs();
    this.#pace.slowDown(nowMs);
    this.#wakeIn(this.#pace.untilRoomMs(nowMs), nowMs);
  }

  #wakeIn(delayMs: number, nowMs: number): void {
    // Answers still come while it stops: a timer would outlive it.
    if (this.#mode !== 'running') return;
    const atMs = nowMs + Math.max(tickMs, delayMs);
    if (atMs >= this.#wakeAtMs) return;
    this.#disarm?.();
    this.#wakeAtMs = atMs;
    this.#disarm = this.#context.clock.setTimer(() => {
      this.#disarm = undefined;
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.wake();
    }, atMs - nowMs);
  }

  /** More may be sent now: what waits for it is told. */
  wake(): void {
    // Without a bind it is not the window that holds it.
    if (this.#binds.sending.length === 0) this.#held(undefined);
    if (this.#mode === 'running') this.#context.onRoom(this);
  }
}

/** Whether a receipt is asked for: SMPP 3.4 5.2.17, bits 1 and 0. */
function isAwaited(pdu: UpstreamPdu): boolean {
  return pdu.command !== 'broadcast_sm' && ((pdu.registered_delivery ?? 0) & 3) !== 0;
}

/** Throws the RangeError that making an upstream of these settings would. */
export function checkConnector(settings: ConnectorSettings): void {
  submissionProfile(settings);
  upstreamFilter(settings);
  statusClasses(settings);
}
