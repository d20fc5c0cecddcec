import type { Core } from './core.ts';
import type { Dispatch } from './dispatch.ts';
import { CenterError } from './errors.ts';
import type { Submission, Submitted } from './group-commit.ts';
import type { LiveMessage } from './lanes/lane.ts';
import type { Draft, IdForm, MessageId } from './message.ts';
import { publicIdOf } from './message-id.ts';
import type { Change } from './store.ts';
import { timelineLine } from './timeline.ts';

const TAG_VALUES = 0x1_0000_0000;

/** Turns drafts into messages and into changes. */
export class Intake {
  readonly #core: Core;
  readonly #dispatch: Dispatch;

  constructor(core: Core, dispatch: Dispatch) {
    this.#core = core;
    this.#dispatch = dispatch;
  }

  /** Takes drafts; `done` is called once, never before this returns, when they are on disk or refused. */
  submit(drafts: readonly Draft[], done: Submitted): void {
    const core = this.#core;
    const refusal = this.#refusal(drafts);
    if (refusal !== undefined) {
      core.counters.refused += drafts.length;
      queueMicrotask(() => core.answer(done, refusal, []));
      return;
    }
    const nowMs = core.settings.clock.nowMs();
    const first = core.ids.take(drafts.length);
    // All messages before anything is done with one of them: a draft that cannot be one leaves nothing behind.
    const messages: LiveMessage[] = [];
    for (let at = 0; at < drafts.length; at += 1)
      messages.push(this.message(drafts[at] as Draft, first + at, nowMs, messages[0]));
    const inserts: Change[] = [];
    for (const message of messages) inserts.push(this.insertion(message, nowMs));
    core.unsaved += messages.length;
    core.commits.addSubmission(inserts, { messages, done });
    core.wantTurn();
  }

  /** The change that stores a new message where it belongs. */
  insertion(message: LiveMessage, nowMs: number): Change {
    const place = this.#dispatch.admit(message, nowMs);
    this.#core.live.set(message.id, message);
    return { op: 'insert', message, place, line: '' };
  }

  /** A message of a draft. `first`: the first message of the same call. */
  message(draft: Draft, id: MessageId, nowMs: number, first: LiveMessage | undefined): LiveMessage {
    const { clock: _clock, limits, random, route } = this.#core.settings;
    const dueMs = draft.dueMs ?? nowMs;
    const isNote = draft.kind === 'receipt' || draft.kind === 'notice';
    const shared = draft.sharesPublicId === true ? first : undefined;
    const tag = shared?.tag ?? Math.floor(random() * TAG_VALUES);
    const idForm = shared?.idForm ?? draft.idForm ?? 'hex';
    return {
      id,
      tag,
      publicId: shared?.publicId ?? this.#publicId(idForm, id, tag),
      idForm,
      head: shared?.head ?? id,
      kind: draft.kind,
      account: draft.account,
      lane: draft.lane ?? route(draft),
      source: draft.source,
      destination: draft.destination,
      serviceType: draft.serviceType ?? '',
      priority: draft.priority ?? 0,
      dueMs,
      expiresMs: draft.expiresMs ?? dueMs + (isNote ? limits.receiptValidityMs : limits.validityMs),
      acceptedMs: nowMs,
      state: dueMs > nowMs ? 'scheduled' : 'enroute',
      attempts: 0,
      error: 0,
      doneMs: 0,
      receiptWanted: draft.receiptWanted ?? 0,
      of: draft.of,
      reference: undefined,
      connector: undefined,
      content: draft.content,
      text: draft.text,
      clientReference: draft.clientReference,
      timeline: isNote ? '' : timelineLine(nowMs, 'accepted', draft.detail),
      price: draft.price ?? 0,
      charged: undefined,
      memo: draft.memo,
      segments: draft.segments ?? 1,
      phase: 'saving',
      feed: undefined,
      savingPlace: 'memory',
      toDisk: undefined,
      whenStored: undefined,
    };
  }

  /** After the commit of a submission: it is told, and its messages go their way. */
  accepted(submission: Submission): void {
    const { counters } = this.#core;
    this.#core.unsaved -= submission.messages.length;
    this.#core.unfinished += submission.messages.length;
    for (const { segments } of submission.messages) counters.accepted += segments;
    this.#core.answer(submission.done, undefined, submission.messages);
  }

  /** After the failure of its commit: nothing of it is stored. */
  refused(submission: Submission, error: CenterError): void {
    this.#core.unsaved -= submission.messages.length;
    this.#core.counters.refused += submission.messages.length;
    for (const message of submission.messages) {
      this.#core.live.delete(message.id);
      this.#dispatch.abandon(message);
    }
    this.#core.answer(submission.done, error, []);
  }

  #publicId(form: IdForm, id: MessageId, tag: number): string {
    return form === 'short' ? this.#core.takeShortId() : publicIdOf(form, id, tag);
  }

  #refusal(drafts: readonly Draft[]): CenterError | undefined {
    const { limits } = this.#core.settings;
    const failure = this.#core.commits.failure;
    if (failure !== undefined) return failure;
    if (drafts.length === 0 || drafts.length > limits.draftsPerCall) {
      return new CenterError(
        'CHAPPE_CENTER_DRAFT',
        `a call takes 1 to ${limits.draftsPerCall} drafts, not ${drafts.length}`,
      );
    }
    if (this.#core.unsaved + drafts.length > limits.unsavedMessages) {
      return new CenterError(
        'CHAPPE_CENTER_FULL',
        `${this.#core.unsaved} messages wait for the disk; try again later`,
      );
    }
    if (this.#core.unfinished + drafts.length > limits.unfinishedMessages) {
      return new CenterError(
        'CHAPPE_CENTER_FULL',
        `${this.#core.unfinished} messages are queued; try again later`,
      );
    }
    for (const { content } of drafts) {
      if (content.length > limits.contentOctets) {
        return new CenterError(
          'CHAPPE_CENTER_DRAFT',
          `a content of ${content.length} octets is over ${limits.contentOctets}`,
        );
      }
    }
    return undefined;
  }
}
