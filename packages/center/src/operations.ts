/** query, cancel, replace: the memory is asked first, then the store. Slow callers: these use promises. */

import type { Outcome } from './connector.ts';
import type { Core } from './core.ts';
import type { Dispatch } from './dispatch.ts';
import type { LiveMessage } from './lanes/lane.ts';
import { liveMessage, remeasure, snapshot } from './lanes/live-message.ts';
import type { Draft, Message, MessageId } from './message.ts';
import { isTagOf, parsePublicId } from './message-id.ts';
import type { Settlement } from './settlement.ts';
import { isFinalState } from './states.ts';
import type { Match } from './store.ts';
import { timelineLine, withStep } from './timeline.ts';

/** Names a message: by id or by what its submitter was told. With `account`, others' messages are not found. */
export interface MessageRef {
  readonly id?: MessageId | undefined;
  readonly publicId?: string | undefined;
  readonly account?: string | undefined;
}

/** in-flight: a connector has it, or an upstream. final: it is over. */
export type CancelResult = 'cancelled' | 'not-found' | 'final' | 'in-flight';
/** As CancelResult. */
export type ReplaceResult = 'replaced' | 'not-found' | 'final' | 'in-flight';

/** What replace changes; what is left out stays. */
export interface Replacement {
  readonly content?: Uint8Array | undefined;
  readonly text?: string | undefined;
  readonly dueMs?: number | undefined;
  readonly expiresMs?: number | undefined;
  readonly receiptWanted?: number | undefined;
  readonly priority?: Draft['priority'];
  readonly detail?: string | undefined;
  /** A message with a longer public id gets one of 8 digits as well; the one that it had still finds it. */
  readonly idForm?: 'short' | undefined;
  readonly lane?: string | undefined;
  /** Only if it is in this lane; else `not-found`, and nothing changes. */
  readonly fromLane?: string | undefined;
  /** Whose message it is from now on. Not for messages that cost something: their money is the old one's. */
  readonly account?: string | undefined;
  readonly memo?: string | undefined;
}

/** Messages that one cancelMatching or retryMatching touches at most. */
const MAX_MATCHES = 1_000;
/** A message may move between memory and disk while it is looked for. */
const LOOKS = 3;

/** The operations on single messages. */
export class Operations {
  readonly #core: Core;
  readonly #dispatch: Dispatch;
  readonly #settlement: Settlement;

  constructor(core: Core, dispatch: Dispatch, settlement: Settlement) {
    this.#core = core;
    this.#dispatch = dispatch;
    this.#settlement = settlement;
  }

  /** The message as it is now, or undefined. */
  async find(ref: MessageRef): Promise<Message | undefined> {
    const { store } = this.#core.settings;
    let found: Message | undefined;
    if (ref.id !== undefined) {
      found = this.#core.live.get(ref.id) ?? (await store.find(ref.id));
    } else {
      const parsed = parsePublicId(ref.publicId ?? '');
      if (parsed === undefined) return undefined;
      if (parsed.form === 'short') found = await store.findByShort(parsed.counter);
      else {
        found = this.#core.live.get(parsed.id) ?? (await store.find(parsed.id));
        if (found !== undefined && (!isTagOf(parsed, found.tag) || found.head !== parsed.id))
          return undefined;
      }
    }
    if (found === undefined || this.#core.commits.refusedIds.has(found.id)) return undefined;
    if (ref.account !== undefined && found.account !== ref.account) return undefined;
    return this.freshest(found);
  }

  /** The message as the memory has it, if it does. A copy. */
  freshest(message: Message): Message {
    const live = this.#core.live.get(message.id);
    return live === undefined ? message : snapshot(live);
  }

  async cancel(ref: MessageRef, detail: string = 'cancelled'): Promise<CancelResult> {
    const got = await this.#obtain(ref);
    if (typeof got === 'string') return got;
    const stored = storedPromise(got);
    this.#settlement.finish(got, 'deleted', 0, detail);
    await stored;
    return 'cancelled';
  }

  async replace(ref: MessageRef, changes: Replacement): Promise<ReplaceResult> {
    const got = await this.#obtain(ref);
    if (typeof got === 'string') return got;
    if (changes.fromLane !== undefined && got.lane !== changes.fromLane) {
      await this.#store(got, 'update');
      return 'not-found';
    }
    const nowMs = this.#core.settings.clock.nowMs();
    if (changes.content !== undefined) {
      got.content = changes.content;
      got.text = changes.text;
      got.isReplaced = true;
      this.#core.octets += remeasure(got);
    }
    if (changes.idForm === 'short' && got.idForm !== 'short') {
      got.idForm = 'short';
      got.publicId = this.#core.takeShortId();
    }
    got.lane = changes.lane ?? got.lane;
    got.account = changes.account ?? got.account;
    got.memo = changes.memo ?? got.memo;
    got.dueMs = changes.dueMs ?? got.dueMs;
    got.expiresMs = changes.expiresMs ?? got.expiresMs;
    got.receiptWanted = changes.receiptWanted ?? got.receiptWanted;
    got.priority = changes.priority ?? got.priority;
    got.state = got.dueMs > nowMs && got.attempts === 0 ? 'scheduled' : 'enroute';
    got.timeline = withStep(got.timeline, timelineLine(nowMs, 'replaced', changes.detail));
    await this.#store(got, 'replace');
    return 'replaced';
  }

  /** One more line for the timeline of a message, whatever its state; false when there is no such message. */
  async note(id: MessageId, step: string, detail: string): Promise<boolean> {
    const live = this.#core.live.get(id);
    if (live?.phase === 'saving') await storedPromise(live);
    const message = this.#core.live.get(id) ?? (await this.#core.settings.store.find(id));
    // While the disk fails, lines are not gathered for it.
    if (message === undefined || this.#core.commits.failure !== undefined) return false;
    const line = timelineLine(this.#core.settings.clock.nowMs(), step, detail);
    // What the memory has is written over the row with its next step.
    const still = this.#core.live.get(id);
    if (still !== undefined && still.phase !== 'saving') still.timeline = withStep(still.timeline, line);
    const change = { ...liveMessage(message), phase: 'gone' as const };
    this.#core.commits.addOutcome({ op: 'line', message: change, place: 'done', line });
    this.#core.wantTurn();
    return true;
  }

  /** Ids of unfinished messages alike that no upstream has, the last submitted first; flying ones too. */
  matching(match: Match): Promise<readonly MessageId[]> {
    // What is in memory is on the disk as well.
    return this.#core.settings.store.matching(match, MAX_MATCHES);
  }

  /** Cancels all messages alike; returns how many. */
  async cancelMatching(match: Match): Promise<number> {
    const ids = await this.matching(match);
    const results = await Promise.all(ids.map((id) => this.cancel({ id })));
    return results.filter((result) => result === 'cancelled').length;
  }

  /** Makes a waiting message due now; false when it does not wait on disk. `detail`: told in its timeline. */
  async retryNow(id: MessageId, detail?: string): Promise<boolean> {
    const stored = await this.#core.settings.store.take(id, 'waiting', this.#core.lease.owner);
    if (stored === undefined || this.#core.isOurs(id)) return false;
    const message = this.#fetched(stored);
    const nowMs = this.#core.settings.clock.nowMs();
    message.state = 'enroute';
    message.dueMs = Math.min(message.dueMs, nowMs);
    // Whoever asks for it by hand stands in its story; what the system does by itself would fill it.
    if (detail !== undefined)
      message.timeline = withStep(message.timeline, timelineLine(nowMs, 'due-now', detail));
    if (this.#dispatch.lanes.get(message.lane)?.connector !== undefined) {
      this.#core.keep(message);
      this.#dispatch.enqueueNow(message);
      return true;
    }
    await this.#store(message, 'update');
    return true;
  }

  /** Makes all waiting messages alike due now; returns how many. */
  async retryMatching(match: Match): Promise<number> {
    const ids = await this.#core.settings.store.matching(match, MAX_MATCHES);
    const results = await Promise.all(ids.map((id) => this.retryNow(id)));
    return results.filter(Boolean).length;
  }

  /** The final word about a message that an upstream had accepted; false when none waits for it. */
  async settle(id: MessageId, outcome: Outcome): Promise<boolean> {
    const live = this.#core.live.get(id);
    if (live !== undefined) {
      return new Promise((settled) => this.#settleLive(live, () => outcome, settled));
    }
    const stored = await this.#core.settings.store.take(id, 'sent', this.#core.lease.owner);
    if (stored === undefined || this.#core.isOurs(id)) return false;
    const message = liveMessage(stored);
    this.#core.keep(message);
    return new Promise((settled) => this.#settleNow(message, outcome, settled));
  }

  /**
   * The word about an earlier attempt of a message that waits for another one, or is at an upstream by another one; false
   * when it has ended, or is just being sent.
   */
  async conclude(id: MessageId, outcome: Outcome): Promise<boolean> {
    const got = await this.#obtain({ id });
    if (got === 'in-flight') return this.settle(id, outcome);
    if (typeof got === 'string') return false;
    const stored = storedPromise(got);
    // The attempt was counted when it was not answered.
    got.attempts -= 1;
    this.#settlement.settle(got, outcome);
    await stored;
    return true;
  }

  /**
   * The same for a message that is in memory; false when it does not wait there, and then `done` is not called. `done` is
   * told whether it was settled, once that is on disk.
   */
  settleAwaited(
    id: MessageId,
    outcomeOf: (message: Message) => Outcome,
    done: (isSettled: boolean) => void,
  ): boolean {
    const message = this.#core.live.get(id);
    if (message === undefined || !this.#core.awaiting.has(message)) return false;
    this.#settleLive(message, outcomeOf, done);
    return true;
  }

  #settleLive(
    message: LiveMessage,
    outcomeOf: (message: Message) => Outcome,
    done: (isSettled: boolean) => void,
  ): void {
    if (message.phase === 'saving' && message.savingPlace === 'sent') {
      // Its receipt was quicker than the disk.
      this.#core.awaiting.claim(message);
      chainStored(message, () => this.#settleLive(message, outcomeOf, done));
    } else if (message.phase === 'sent') this.#settleNow(message, outcomeOf(message), done);
    else done(false);
  }

  #settleNow(message: LiveMessage, outcome: Outcome, done: (isSettled: boolean) => void): void {
    this.#core.awaiting.delete(message);
    message.phase = 'saving';
    message.feed = this.#dispatch.feedOf(message);
    chainStored(message, () => done(true));
    // The attempt was counted when the upstream accepted it.
    message.attempts -= 1;
    this.#settlement.settle(message, outcome);
  }

  /** Takes a message out of its queue or from the disk, so that nobody else moves it. */
  async #obtain(ref: MessageRef): Promise<LiveMessage | 'not-found' | 'final' | 'in-flight'> {
    for (let look = 0; look < LOOKS; look += 1) {
      const found = await this.find(ref);
      if (found === undefined) return 'not-found';
      if (isFinalState(found.state)) return 'final';
      const live = this.#core.live.get(found.id);
      if (live !== undefined) {
        const got = await this.#obtainLive(live);
        if (got !== 'again') return got;
        continue;
      }
      const stored = await this.#core.settings.store.take(found.id, 'waiting', this.#core.lease.owner);
      if (stored !== undefined && !this.#core.isOurs(found.id)) return this.#fetched(stored);
      if (found.upstreamId !== undefined && !this.#core.live.has(found.id)) return 'in-flight';
    }
    return 'in-flight';
  }

  async #obtainLive(live: LiveMessage): Promise<LiveMessage | 'in-flight' | 'again'> {
    const lane = this.#dispatch.lanes.get(live.lane);
    if (live.phase === 'sent') return 'in-flight';
    if (live.phase === 'queued') {
      lane?.withdraw(live);
      live.phase = 'saving';
      return live;
    }
    if (live.phase === 'flying') {
      if (lane?.connector?.cancel?.(live) !== true) return 'in-flight';
      this.#dispatch.landedFromFlight(live);
      live.phase = 'saving';
      return live;
    }
    await new Promise<void>((settle) => chainStored(live, settle));
    return 'again';
  }

  #fetched(stored: Message): LiveMessage {
    const message = liveMessage(stored);
    message.phase = 'saving';
    message.feed = this.#dispatch.feedOf(message);
    message.feed.waiting -= 1;
    this.#core.keep(message);
    return message;
  }

  #store(message: LiveMessage, op: 'replace' | 'update'): Promise<void> {
    message.savingPlace = 'waiting';
    const stored = storedPromise(message);
    this.#core.commits.addOutcome({ op, message, place: 'waiting', line: '' });
    this.#core.wantTurn();
    return stored;
  }
}

function storedPromise(message: LiveMessage): Promise<void> {
  return new Promise((settle) => chainStored(message, settle));
}

/** Calls `then` after the next commit of the message, behind those who wait for it already. */
function chainStored(message: LiveMessage, then: () => void): void {
  const before = message.whenStored;
  message.whenStored =
    before === undefined
      ? then
      : () => {
          try {
            before();
          } finally {
            then();
          }
        };
}
