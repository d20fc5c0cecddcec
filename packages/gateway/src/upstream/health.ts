/** What the answers of one upstream say about itself: whether it is well, wants less, or no longer honours a bind. */

import type { ConnectorSettings } from '@chappe/policy';
import { statusName } from '@chappe/protocol';
import type { Clock, RequestResult, Session } from '@chappe/smpp';
import { type Answer, answerOf, type Unhonoured } from './answer.ts';
import { BindTrust } from './bind-trust.ts';
import { Breaker } from './breaker.ts';
import { type StatusClasses, statusClasses } from './statuses.ts';
import type { UpstreamCounters } from './upstream-counters.ts';

/** Who acts on what is found out. */
export interface HealthListener {
  /** It was told to slow down. */
  onSlower(): void;
  /** Nothing is let through for so long. */
  onOpen(openMs: number, nowMs: number): void;
  /** The circuit breaker has opened, or closed again. */
  onBreaker(isOpen: boolean, detail: string): void;
  /** A bind is to be made anew. */
  onUnhonoured(session: Session, why: string): void;
}

// An upstream may answer with any 32-bit number; in the field a dozen are met.
const maxStatuses = 100;
// One handset whose messages are full is met again and again; so many without another answer are all of an account.
const fullInRow = 10;
/** Those beyond: a number that no answer has. */
const otherStatus = -1;

/** The health of one upstream. */
export class UpstreamHealth {
  readonly breaker: Breaker;
  readonly #trust: BindTrust = new BindTrust();
  /** Answers since the last that was none, which said that a queue is full. */
  #full = 0;
  readonly #classes: StatusClasses;
  readonly #counters: UpstreamCounters;
  readonly #clock: Clock;
  readonly #listener: HealthListener;

  /** Throws RangeError for statuses that cannot be. */
  constructor(
    settings: ConnectorSettings,
    counters: UpstreamCounters,
    clock: Clock,
    listener: HealthListener,
  ) {
    this.breaker = new Breaker(settings.breaker);
    this.#classes = statusClasses(settings);
    this.#counters = counters;
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Its queue for all that comes from here is full, not that of a handset: what it refuses is for it to take soon. */
  get isFull(): boolean {
    return this.#full > fullInRow;
  }

  /** How many may leave: any number; one while it is tried; none. */
  room(nowMs: number): number {
    return Math.min(this.breaker.room(nowMs), this.#trust.room);
  }

  /** One or several leave. */
  passed(): void {
    this.breaker.passed();
    this.#trust.passed();
  }

  /** What the result of a submission is for its message. `isAwaited`: a receipt was asked for. */
  heard(result: RequestResult, session: Session, isAwaited: boolean): Answer {
    const answer = answerOf(result, this.#classes, isAwaited);
    this.#trust.heard();
    if (answer.kind === 'unhonoured') return this.#rebind(session, answer);
    this.#judge(answer, session);
    return answer;
  }

  #judge(answer: Answer, session: Session): void {
    const counters = this.#counters;
    if (answer.kind !== 'later' || answer.errorClass !== 'full') this.#full = 0;
    switch (answer.kind) {
      case 'taken':
        counters.taken += 1;
        if (answer.isAwaited) counters.receiptsAsked += 1;
        this.#isWell();
        return;
      case 'refused':
        counters.refused += 1;
        this.#count(answer.status);
        this.#isWell();
        return;
      case 'slower':
        counters.throttled += 1;
        this.#count(answer.status);
        this.#isWell();
        this.#listener.onSlower();
        return;
      case 'later':
        counters.postponed += 1;
        this.#count(answer.status);
        if (answer.errorClass === 'system') this.#failed();
        else this.#isWell();
        if (answer.errorClass === 'full') this.#full += 1;
        if (this.isFull) this.#listener.onSlower();
        return;
      case 'unknown':
        counters.unanswered += 1;
        // A lost connection is one failure, however much was on its way.
        if (!answer.isLost || this.#trust.isFirstLost(session)) this.#failed();
        else this.breaker.neutral();
        return;
      default:
        this.breaker.neutral();
    }
  }

  /** The status of an answer to another request than a submission: whether the bind is still honoured. */
  heed(status: number, session: Session): void {
    if (this.#classes.classify(status) === 'rebind')
      this.#unhonoured(session, { kind: 'unhonoured', status });
  }

  #rebind(session: Session, unhonoured: Unhonoured): Answer {
    const answer = this.#unhonoured(session, unhonoured);
    this.#counters.postponed += 1;
    this.#count(unhonoured.status);
    if (answer.kind === 'later') this.#failed();
    else this.breaker.neutral();
    return answer;
  }

  #unhonoured(session: Session, unhonoured: Unhonoured): Answer {
    const { status } = unhonoured;
    const answer = this.#trust.unhonoured(session, unhonoured);
    const name = statusName(status) ?? `0x${status.toString(16).padStart(8, '0')}`;
    this.#listener.onUnhonoured(session, `a request was answered with ${name}: bound anew`);
    return answer;
  }

  #count(status: number): void {
    const { statuses } = this.#counters;
    const key = statuses.size < maxStatuses || statuses.has(status) ? status : otherStatus;
    statuses.set(key, (statuses.get(key) ?? 0) + 1);
  }

  #isWell(): void {
    this.#trust.honoured();
    if (this.breaker.succeeded()) this.#listener.onBreaker(false, 'it answers again');
  }

  #failed(): void {
    const nowMs = this.#clock.monotonicMs();
    const { opened } = this.breaker;
    const openMs = this.breaker.failed(nowMs);
    if (this.breaker.opened > opened)
      this.#listener.onBreaker(true, `too many failures in a row, for ${openMs} ms`);
    if (openMs > 0) this.#listener.onOpen(openMs, nowMs);
  }
}
