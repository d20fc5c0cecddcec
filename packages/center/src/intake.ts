import type { Core } from './core.ts';
import type { Dispatch } from './dispatch.ts';
import { CenterError } from './errors.ts';
import type { LiveMessage } from './lanes/lane.ts';
import type { Draft, IdForm, MessageId, Place } from './message.ts';
import { publicIdOf } from './message-id.ts';
import { octetsOf, octetsOfCall } from './octets.ts';
import type { Change } from './store.ts';
import type { Submission, Submitted } from './submission.ts';
import { timelineLine } from './timeline.ts';

const TAG_VALUES = 0x1_0000_0000;
/** Shorter contents are not worth a row of their own. */
const SHARED_OCTETS = 256;

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
    const octets = octetsOfCall(drafts);
    const refusal = this.#refusal(drafts, octets);
    if (refusal !== undefined) {
      this.#refuse(drafts, done, refusal);
      return;
    }
    const nowMs = core.settings.clock.nowMs();
    const first = core.ids.take(drafts.length);
    // All messages before anything is done with one of them: a draft that cannot be one leaves nothing behind.
    const messages: LiveMessage[] = [];
    for (let at = 0; at < drafts.length; at += 1)
      messages.push(this.message(drafts[at] as Draft, first + at, nowMs, messages[0]));
    const account = (drafts[0] as Draft).account;
    const share = core.unsaved.take(account, messages.length, octets);
    if (share === undefined) {
      this.#refuse(drafts, done, this.#tooMany(account));
      return;
    }
    const inserts = this.#insertions(messages, nowMs);
    core.commits.addSubmission({ messages, inserts, done, share, octets });
    core.wantTurn();
  }

  /** Settles when all that the account has submitted by now is on disk, or refused. */
  stored(account: string): Promise<void> {
    const share = this.#core.unsaved.of(account);
    if (share.messages === 0) return Promise.resolve();
    // Nothing, behind the others.
    return new Promise((settle) => {
      const done = (): void => settle();
      this.#core.commits.addSubmission({ messages: [], inserts: [], done, share, octets: 0 });
      this.#core.wantTurn();
    });
  }

  #refuse(drafts: readonly Draft[], done: Submitted, refusal: CenterError): void {
    this.#core.counters.refused += drafts.length;
    queueMicrotask(() => this.#core.answer(done, refusal, []));
  }

  #insertions(messages: readonly LiveMessage[], nowMs: number): Change[] {
    const bodies = messages.length === 1 ? undefined : sharedBodies(messages);
    const inserts: Change[] = [];
    for (const message of messages) {
      const place = this.#admitted(message, nowMs);
      const body = bodies?.get(message.content);
      const insert: Change = { op: 'insert', message, place, line: '', isRefusable: true };
      inserts.push(body === undefined ? insert : { ...insert, body });
    }
    return inserts;
  }

  /** The change that stores a message which the center makes itself, where it belongs. */
  insertion(message: LiveMessage, nowMs: number): Change {
    return { op: 'insert', message, place: this.#admitted(message, nowMs), line: '' };
  }

  #admitted(message: LiveMessage, nowMs: number): Place {
    const place = this.#dispatch.admit(message, nowMs);
    this.#core.keep(message);
    return place;
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
      upstreamId: undefined,
      answeredAs: undefined,
      sentMs: 0,
      operatorError: undefined,
      isReplaced: false,
      origin: draft.origin,
      group: undefined,
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
      octets: octetsOf(draft),
    };
  }

  /** After the commit of a submission: it is told, and its messages go their way. */
  accepted(submission: Submission): void {
    const { counters } = this.#core;
    this.#release(submission);
    this.#core.unfinished += submission.messages.length;
    for (const { segments } of submission.messages) counters.accepted += segments;
    this.#core.answer(submission.done, undefined, submission.messages);
  }

  /** After the failure of its commit: nothing of it is stored. */
  refused(submission: Submission, error: CenterError): void {
    this.#release(submission);
    this.#core.counters.refused += submission.messages.length;
    for (const message of submission.messages) {
      this.#core.drop(message);
      this.#dispatch.abandon(message);
    }
    this.#core.answer(submission.done, error, []);
  }

  #publicId(form: IdForm, id: MessageId, tag: number): string {
    return form === 'short' ? this.#core.takeShortId() : publicIdOf(form, id, tag);
  }

  #release({ share, messages, octets }: Submission): void {
    this.#core.unsaved.give(share, messages.length, octets);
  }

  #tooMany(account: string): CenterError {
    const { messages, octets } = this.#core.unsaved.of(account);
    return new CenterError(
      'CHAPPE_CENTER_FULL',
      `${messages} messages of ${account} (${octets} octets) wait for the disk; try again later`,
    );
  }

  #refusal(drafts: readonly Draft[], octets: number): CenterError | undefined {
    const { limits } = this.#core.settings;
    const failure = this.#core.commits.failure;
    if (failure !== undefined) return failure;
    if (drafts.length === 0 || drafts.length > limits.draftsPerCall) {
      return new CenterError(
        'CHAPPE_CENTER_DRAFT',
        `a call takes 1 to ${limits.draftsPerCall} drafts, not ${drafts.length}`,
      );
    }
    if (octets > limits.callOctets) {
      return new CenterError(
        'CHAPPE_CENTER_DRAFT',
        `the ${drafts.length} drafts of a call have ${octets} octets, which is over ${limits.callOctets}`,
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

/** The contents that several messages have, each with the first message that has it. */
function sharedBodies(messages: readonly LiveMessage[]): ReadonlyMap<Uint8Array, MessageId> | undefined {
  const first = new Map<Uint8Array, LiveMessage>();
  let shared: Map<Uint8Array, MessageId> | undefined;
  for (const message of messages) {
    const { content } = message;
    const other = first.get(content);
    if (other === undefined) first.set(content, message);
    else if (content.length >= SHARED_OCTETS && other.text === message.text) {
      shared ??= new Map();
      shared.set(content, other.id);
    }
  }
  return shared;
}
