/** What becomes of a message after an attempt: its next state, its receipt, and the changes that store both. */
import type { Outcome } from './connector.ts';
import type { Core } from './core.ts';
import type { Dispatch } from './dispatch.ts';
import { CenterError } from './errors.ts';
import { asCenterError } from './group-commit.ts';
import type { Intake } from './intake.ts';
import type { LiveMessage } from './lanes/lane.ts';
import { liveMessage } from './lanes/live-message.ts';
import { type Draft, type Message, noticeOnRetry, receiptOnFailure, receiptOnSuccess } from './message.ts';
import { dayNumberOfId } from './message-id.ts';
import type { Step } from './options.ts';
import { type FinalState, type MessageState, mayFollow } from './states.ts';
import type { Change } from './store.ts';
import { timelineLine, withStep } from './timeline.ts';

type Accepted = Extract<Outcome, { kind: 'accepted' }>;
/** What an outcome says of an end beside the state. */
type End = Pick<Extract<Outcome, { kind: 'failed' }>, 'doneMs' | 'report' | 'operatorError' | 'discards'>;
type Failed = Omit<Extract<Outcome, { kind: 'retry' }>, 'kind'>;

/** Turns outcomes into changes. */
export class Settlement {
  readonly #core: Core;
  readonly #dispatch: Dispatch;
  readonly #intake: Intake;

  constructor(core: Core, dispatch: Dispatch, intake: Intake) {
    this.#core = core;
    this.#dispatch = dispatch;
    this.#intake = intake;
  }

  /** A connector's word about a message that flew. */
  settle(message: LiveMessage, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'delivered':
        message.attempts += 1;
        this.finish(message, 'delivered', 0, outcome.detail, outcome);
        break;
      case 'failed':
        message.attempts += 1;
        this.finish(message, outcome.state, outcome.error, outcome.detail, outcome);
        break;
      case 'accepted':
        message.attempts += 1;
        message.memo = outcome.memo ?? message.memo;
        if (outcome.upstreamId !== undefined) this.#sent(message, outcome.upstreamId, outcome);
        else {
          message.answeredAs = outcome.answeredAs ?? message.answeredAs;
          this.finish(message, 'accepted', 0, outcome.detail);
        }
        break;
      case 'retry':
        message.memo = outcome.memo ?? message.memo;
        message.lane = outcome.lane ?? message.lane;
        this.#retry(message, outcome);
        break;
      case 'unknown':
        this.#core.counters.uncertain += 1;
        message.memo = outcome.memo ?? message.memo;
        this.#retry(message, { ...outcome, errorClass: 'unknown', error: outcome.error ?? 0 });
        break;
      case 'again':
        message.attempts += 1;
        this.#again(message, outcome);
        break;
      case 'released':
        this.#dispatch.putBack(message);
    }
  }

  /** Ends a message. Its receipt, when one is wanted, is stored in the same commit. */
  finish(
    message: LiveMessage,
    state: FinalState,
    error: number,
    detail: string | undefined,
    told: End = {},
  ): void {
    const wait = this.#core.hooks.beforeEnd?.(message);
    if (wait === undefined) {
      this.#end(message, state, error, detail, told);
      return;
    }
    message.phase = 'saving';
    const end = (): void => this.#end(message, state, error, detail, told);
    wait.then(end, (cause: unknown) => {
      this.#core.settings.onError(asCenterError(cause));
      end();
    });
  }

  #end(
    message: LiveMessage,
    state: FinalState,
    error: number,
    detail: string | undefined,
    { doneMs, report, operatorError, discards }: End,
  ): void {
    if (!mayFollow(message.state, state)) {
      // A message that was never tried cannot have been delivered; the center brings no message here.
      const what = `message ${message.publicId} cannot go from ${message.state} to ${state}`;
      this.#core.settings.onError(new CenterError('CHAPPE_STORE_FAILED', what));
    }
    const nowMs = this.#core.settings.clock.nowMs();
    message.state = state;
    message.error = error;
    noteOperatorError(message, operatorError);
    message.doneMs = doneMs ?? nowMs;
    message.phase = 'saving';
    message.savingPlace = 'done';
    if (message.price > 0) message.charged = this.#core.hooks.isCharged(message, state);
    this.#core.wantTurn();
    if (message.kind === 'receipt' || message.kind === 'notice') {
      this.#finishNote(message, nowMs, detail);
      return;
    }
    message.timeline = withStep(message.timeline, this.#line(message, state, error, nowMs, detail));
    const change: Change = { op: 'update', message, place: 'done', line: '' };
    const wanted = state === 'delivered' ? receiptOnSuccess : receiptOnFailure;
    const more = this.#discarding(discards, message);
    if ((message.receiptWanted & wanted) === 0) this.#core.commits.addOutcome(change, ...more);
    else this.#withNotes(change, state, error, nowMs, report, more);
  }

  /** The removal of a message that waits on disk for nobody, where that is one transaction with what happens to another. */
  #discarding(stored: Message | undefined, beside: LiveMessage): readonly Change[] {
    if (stored === undefined || this.#core.isOurs(stored.id)) return [];
    // Files of days are written one after the other.
    if (dayNumberOfId(stored.id) !== dayNumberOfId(beside.id)) return [];
    const gone = liveMessage(stored);
    gone.phase = 'saving';
    gone.savingPlace = 'done';
    gone.state = 'deleted';
    gone.feed = this.#dispatch.feedOf(gone);
    gone.feed.waiting -= 1;
    this.#core.live.set(gone.id, gone);
    return [{ op: 'remove', message: gone, place: 'done', line: '' }];
  }

  /** No receipt has come in time: what becomes of it is asked; else it goes on waiting until its validity ends. */
  receiptOverdue(message: LiveMessage): void {
    const { onReceiptOverdue } = this.#core.hooks;
    const outcome = onReceiptOverdue(message);
    if (outcome === undefined) {
      // It was `sent` before: whoever counts those must not count it twice.
      this.#await(message, message.expiresMs, true);
      return;
    }
    // The attempt was counted when the upstream took it.
    message.attempts -= 1;
    this.settle(message, outcome);
  }

  /** The validity ended before the message could be delivered. */
  expire(message: LiveMessage): void {
    if (message.upstreamId !== undefined)
      this.finish(message, 'unknown', message.error, 'no word from upstream');
    else this.finish(message, 'expired', message.error, undefined);
  }

  /** After the commit of a change. */
  stored(change: Change): void {
    const { counters } = this.#core;
    const { message } = change;
    const isNote = message.kind === 'receipt' || message.kind === 'notice';
    if (change.op === 'insert') {
      // Those of submissions are counted with their submission.
      this.#core.unfinished += 1;
      counters.receipts += 1;
    } else if (change.place === 'done') {
      this.#core.unfinished -= 1;
      if (isNote && message.state === 'delivered') counters.receiptsDelivered += 1;
      else if (isNote) counters.receiptsFailed += 1;
      else this.#countFinal(message.state, message.segments);
    }
    if (change.isSilent !== true) this.#core.hooks.onChange?.(message, stepOf(change));
  }

  #finishNote(message: LiveMessage, nowMs: number, detail: string | undefined): void {
    // The row of a receipt goes when the receipt is over; what became of it is told by the message it is about.
    const line =
      message.of === undefined
        ? ''
        : timelineLine(nowMs, `${message.kind}-${message.state}`, this.#told(message, detail));
    this.#core.commits.addOutcome({ op: 'remove', message, place: 'done', line });
  }

  #retry(
    message: LiveMessage,
    { errorClass, error, afterMs, detail, operatorError, discards }: Failed,
  ): void {
    const { clock, random, retry } = this.#core.settings;
    const wasSent = message.upstreamId !== undefined;
    // What it was called is still known of it.
    message.answeredAs ??= message.upstreamId;
    message.upstreamId = undefined;
    message.group = undefined;
    message.attempts += 1;
    message.error = error;
    noteOperatorError(message, operatorError);
    const delayMs = afterMs ?? retry({ message, attempts: message.attempts, errorClass, error }, random);
    if (delayMs === undefined) {
      this.finish(message, errorClass === 'unknown' ? 'unknown' : 'undeliverable', error, detail);
      return;
    }
    const nowMs = clock.nowMs();
    const step = errorClass === 'unknown' ? 'uncertain' : 'retry';
    const told = `class=${errorClass} afterMs=${delayMs}${detail === undefined ? '' : ` ${detail}`}`;
    message.timeline = withStep(message.timeline, this.#line(message, step, error, nowMs, told));
    this.#core.counters.retried += 1;
    // The store has one that an upstream had taken as being there: that must be undone on disk first.
    if (delayMs <= 0 && !wasSent) {
      this.#dispatch.putBack(message);
      return;
    }
    const change = this.#wait(message, nowMs + Math.max(0, delayMs));
    const more = this.#discarding(discards, message);
    if ((message.receiptWanted & noticeOnRetry) === 0) this.#core.commits.addOutcome(change, ...more);
    else this.#withNotes(change, 'enroute', error, nowMs, undefined, more);
  }

  #again(message: LiveMessage, { afterMs, detail }: Extract<Outcome, { kind: 'again' }>): void {
    const nowMs = this.#core.settings.clock.nowMs();
    message.error = 0;
    const told = `afterMs=${afterMs}${detail === undefined ? '' : ` ${detail}`}`;
    message.timeline = withStep(message.timeline, this.#line(message, 'again', 0, nowMs, told));
    this.#core.commits.addOutcome(this.#wait(message, nowMs + Math.max(0, afterMs)));
  }

  /** The change by which it waits for another time. */
  #wait(message: LiveMessage, dueMs: number): Change {
    message.dueMs = dueMs;
    message.savingPlace = 'waiting';
    this.#core.wantTurn();
    return { op: 'update', message, place: 'waiting', line: '' };
  }

  #sent(message: LiveMessage, upstreamId: string, { group, answeredAs, lateMs, detail }: Accepted): void {
    const nowMs = this.#core.settings.clock.nowMs();
    message.upstreamId = upstreamId;
    message.answeredAs = answeredAs;
    message.sentMs = nowMs;
    message.group = group ?? this.#dispatch.lanes.get(message.lane)?.connector?.name ?? message.lane;
    const told = `reference=${upstreamId}${detail === undefined ? '' : ` ${detail}`}`;
    message.timeline = withStep(message.timeline, this.#line(message, 'sent', 0, nowMs, told));
    this.#core.counters.sent += 1;
    this.#await(message, lateMs ?? message.expiresMs);
  }

  #await(message: LiveMessage, lateMs: number, wasSent = false): void {
    message.dueMs = lateMs;
    message.phase = 'saving';
    message.savingPlace = 'sent';
    this.#core.awaiting.add(message);
    const change: Change = { op: 'update', message, place: 'sent', line: '' };
    const notice = wasSent ? undefined : this.#core.hooks.sentNotice(message);
    if (notice !== undefined) this.#core.commits.addOutcome(change, this.#noteOf(notice, message.sentMs));
    else this.#core.commits.addOutcome(wasSent ? { ...change, isSilent: true } : change);
    this.#core.wantTurn();
  }

  #withNotes(
    change: Change,
    state: MessageState,
    error: number,
    nowMs: number,
    report: unknown,
    more: readonly Change[],
  ): void {
    const drafts = this.#drafts(change.message as LiveMessage, state, error, report);
    const notes = drafts.map((draft) => this.#noteOf(draft, nowMs));
    this.#core.commits.addOutcome(change, ...notes, ...more);
  }

  #noteOf(draft: Draft, nowMs: number): Change {
    return this.#intake.insertion(
      this.#intake.message(draft, this.#core.ids.take(1), nowMs, undefined),
      nowMs,
    );
  }

  #drafts(message: LiveMessage, state: MessageState, error: number, report: unknown): readonly Draft[] {
    const made = this.#core.hooks.receipt(message, state, error, report);
    if (made === undefined) return [];
    return Array.isArray(made) ? (made as readonly Draft[]) : [made as Draft];
  }

  #line(
    message: LiveMessage,
    step: string,
    error: number,
    nowMs: number,
    detail: string | undefined,
  ): string {
    const code = error === 0 ? '' : ` error=${error}`;
    return timelineLine(
      nowMs,
      step,
      `lane=${message.lane} attempt=${message.attempts}${code}${detail === undefined ? '' : ` ${detail}`}`,
    );
  }

  #told(message: LiveMessage, detail: string | undefined): string {
    const attempt = message.attempts > 1 ? `attempt=${message.attempts} ` : '';
    return `${attempt}${detail ?? ''}`.trimEnd();
  }

  #countFinal(state: MessageState, segments: number): void {
    const { counters } = this.#core;
    if (state === 'delivered') counters.delivered += segments;
    else if (state === 'expired') counters.expired += segments;
    else if (state === 'deleted') counters.deleted += segments;
    else counters.failed += segments;
  }
}

function noteOperatorError(message: LiveMessage, told: string | undefined): void {
  if (told !== undefined) message.operatorError = told === '' ? undefined : told;
}

function stepOf({ op, place, message }: Change): Step {
  if (op === 'replace') return 'replaced';
  if (place === 'sent') return 'sent';
  if (op === 'update' && place === 'waiting') return 'retry';
  return message.state;
}
