import type { Connector, Outcome } from './connector.ts';
import { Core } from './core.ts';
import { Dispatch } from './dispatch.ts';
import { CenterError } from './errors.ts';
import type { Batch } from './group-commit.ts';
import { asCenterError } from './group-commit.ts';
import { Intake } from './intake.ts';
import { depthOf, type LaneDepth, noDepth } from './lanes/depth.ts';
import type { LiveMessage } from './lanes/lane.ts';
import { snapshot } from './lanes/live-message.ts';
import type { Draft, Message, MessageId } from './message.ts';
import {
  type CancelResult,
  type MessageRef,
  Operations,
  type Replacement,
  type ReplaceResult,
} from './operations.ts';
import {
  type CenterCounters,
  type CenterHooks,
  type CenterLimits,
  type CenterOptions,
  settingsOf,
} from './options.ts';
import { Replacing } from './replacing.ts';
import { Settlement } from './settlement.ts';
import { checkTime } from './steady-clock.ts';
import type {
  DayAside,
  DayCount,
  Match,
  MessagePage,
  Recovery,
  Replay,
  SearchPage,
  SearchQuery,
  Tally,
} from './store.ts';
import type { Submitted } from './submission.ts';
import { Sweep } from './sweep.ts';

// A commit takes milliseconds; who counts waits this long for those under way.
const MAX_COMMIT_WAIT_MS = 1_000;

/**
 * The message center: takes drafts, stores them, hands them to connectors in fair order, tries again, and ends every
 * message in exactly one final state with its receipt. What it has said yes to is on disk.
 */
export class Center {
  readonly counters: CenterCounters;
  readonly #core: Core;
  readonly #dispatch: Dispatch;
  readonly #intake: Intake;
  readonly #settlement: Settlement;
  readonly #operations: Operations;
  readonly #sweep: Sweep;
  readonly #replacing: Replacing;
  #state: 'new' | 'open' | 'running' | 'stopping' = 'new';
  #stopped: Promise<void> | undefined;

  constructor(options: CenterOptions) {
    const settings = settingsOf(options);
    this.#core = new Core(
      settings,
      options,
      {
        onCommitted: (batch) => this.#committed(batch),
        onRefused: (submissions, error) => {
          for (const submission of submissions) this.#intake.refused(submission, error);
        },
        onFailure: (error) => this.#core.tellFailure(error),
      },
      () => {
        this.#dispatch.pump();
        this.#core.commits.flush();
      },
      (waiting) => this.#dispatch.restore(waiting),
    );
    this.counters = this.#core.counters;
    this.#dispatch = new Dispatch(this.#core, {
      onReport: (message, outcome) => this.#settlement.settle(message, outcome),
      onExpired: (message) => this.#settlement.expire(message),
    });
    this.#intake = new Intake(this.#core, this.#dispatch);
    this.#settlement = new Settlement(this.#core, this.#dispatch, this.#intake);
    this.#operations = new Operations(this.#core, this.#dispatch, this.#settlement);
    this.#sweep = new Sweep(this.#core, this.#dispatch, this.#settlement);
    const store = (drafts: readonly Draft[]): Promise<readonly Message[]> => this.submitAll(drafts);
    this.#replacing = new Replacing(this.#core, this.#intake, this.#operations, store);
  }

  /** The limits in force. */
  get limits(): CenterLimits {
    return this.#core.settings.limits;
  }

  /** Why submissions are refused now (a failing disk); undefined: they are not. */
  get failure(): CenterError | undefined {
    return this.#core.commits.failure;
  }

  /** Unfinished messages, receipts and notices included. */
  get unfinished(): number {
    return this.#core.unfinished;
  }

  /**
   * Sets the hooks, all of them: those given before count no more. For parts that are made of an open center. Throws a
   * RangeError once it runs.
   */
  use(hooks: CenterHooks): void {
    if (this.#state !== 'new' && this.#state !== 'open')
      throw new RangeError('the center runs: its hooks are set before');
    this.#core.use(hooks);
  }

  /** `open` and `run`, for those who have nothing to do in between. */
  async start(): Promise<Recovery> {
    const recovery = await this.open();
    this.run();
    return recovery;
  }

  /**
   * Reads what the store holds. Nothing moves before `run`: no message is handed out, expires or is taken, so whoever
   * hears of what moves can be made ready meanwhile. Messages that were in memory at a crash are tried again, marked.
   */
  async open(): Promise<Recovery> {
    const nowMs = this.#core.settings.clock.nowMs();
    checkTime(nowMs);
    const recovery = await this.#core.lease.begin(nowMs, this.#core.settings.node);
    this.#core.begin(recovery, nowMs);
    this.#dispatch.restore(recovery.waiting);
    if (this.#state === 'new') this.#state = 'open';
    return recovery;
  }

  /** Begins, once `open` has settled. Does nothing while running, or after `stop`. */
  run(): void {
    if (this.#state !== 'open') return;
    this.#state = 'running';
    this.#dispatch.resume();
    this.#sweep.start();
  }

  /**
   * Takes 1 to 1,000 drafts; their ids follow each other, and they are stored whole or not at all. `done` is called
   * once: with the messages after the commit is on disk, or with an error. All drafts of one turn share a commit.
   */
  submit(drafts: readonly Draft[], done: Submitted): void {
    if (this.#state !== 'running') {
      const error = new CenterError('CHAPPE_CENTER_STOPPED', 'the center is not running');
      queueMicrotask(() => this.#core.answer(done, error, []));
      return;
    }
    for (const draft of drafts) {
      if (draft.replaceIfPresent === true) {
        this.#replacing.submit(drafts).then(
          (messages) => this.#core.answer(done, undefined, messages),
          (error: unknown) => this.#core.answer(done, asCenterError(error), []),
        );
        return;
      }
    }
    try {
      this.#intake.submit(drafts, done);
    } catch (cause) {
      const error = new CenterError('CHAPPE_CENTER_DRAFT', `not a draft: ${String(cause)}`, { cause });
      queueMicrotask(() => this.#core.answer(done, error, []));
    }
  }

  /** As `submit`, for callers that can afford a promise. Rejects with a CenterError. */
  submitAll(drafts: readonly Draft[]): Promise<readonly Message[]> {
    return new Promise((settle, reject) => {
      this.submit(drafts, (error, messages) =>
        error === undefined
          ? settle(messages.map((message) => snapshot(message as LiveMessage)))
          : reject(error),
      );
    });
  }

  /** As `submitAll`, for one. */
  async submitOne(draft: Draft): Promise<Message> {
    const [message] = await this.submitAll([draft]);
    return message as Message;
  }

  /** Connects a way out to a lane. The connector's `ready` is set. Another connector of the lane is detached. */
  attach(lane: string, connector: Connector): void {
    this.#dispatch.attach(lane, connector);
  }

  /** Disconnects a lane: its messages wait on disk. What the connector has it still reports. */
  detach(lane: string): void {
    this.#dispatch.detach(lane);
  }

  /** The message with its state as it is now; undefined when there is none, or it is another account's. */
  query(ref: MessageRef): Promise<Message | undefined> {
    return this.#operations.find(ref);
  }

  /** As `query`, by id alone. */
  find(id: MessageId): Promise<Message | undefined> {
    return this.#operations.find({ id });
  }

  /** Takes a message back, if no connector has it; it ends as `deleted`, as its timeline tells with `detail`. */
  cancel(ref: MessageRef, detail?: string): Promise<CancelResult> {
    return this.#operations.cancel(ref, detail);
  }

  /** Takes back all waiting messages alike (at most 1,000); returns how many. */
  cancelMatching(match: Match): Promise<number> {
    return this.#operations.cancelMatching(match);
  }

  /** Changes a message that no connector has. It keeps its id and its place by age. */
  replace(ref: MessageRef, changes: Replacement): Promise<ReplaceResult> {
    return this.#operations.replace(ref, changes);
  }

  /** Makes a message that waits for its time or its next attempt due now. `detail`: told in its timeline. */
  retryNow(id: MessageId, detail?: string): Promise<boolean> {
    return this.#operations.retryNow(id, detail);
  }

  /** The same for all messages alike (at most 1,000): a handset is back. Returns how many. */
  retryMatching(match: Match): Promise<number> {
    return this.#operations.retryMatching(match);
  }

  /** The final word about a message that an upstream had accepted. */
  settle(id: MessageId, outcome: Outcome): Promise<boolean> {
    return this.#operations.settle(id, outcome);
  }

  /** The same about one that is tried again, by an earlier attempt; false while it is just being sent. */
  conclude(id: MessageId, outcome: Outcome): Promise<boolean> {
    return this.#operations.conclude(id, outcome);
  }

  /** As `settle` without a promise, for one that waits in memory; false, and `done` is not called, when it does not. */
  settleAwaited(
    id: MessageId,
    outcomeOf: (message: Message) => Outcome,
    done: (isSettled: boolean) => void,
  ): boolean {
    return this.#operations.settleAwaited(id, outcomeOf, done);
  }

  /** The messages in memory that an upstream calls so and that await receipts, in their order; to be looked at at once. */
  awaited(group: string, upstreamId: string): Iterable<Message> {
    return this.#core.awaiting.called(group, upstreamId);
  }

  /** Appends a line to the timeline of a message, whatever its state; false when there is none, or the disk fails. */
  note(id: MessageId, step: string, detail: string): Promise<boolean> {
    return this.#operations.note(id, step, detail);
  }

  /** See `Store.findByUpstreamId`. */
  findByUpstreamId(group: string, ids: readonly string[], begins = false): Promise<readonly Message[]> {
    return this.#core.settings.store.findByUpstreamId(group, ids, begins);
  }

  /** Messages that wait on disk in a lane, newest first. For lanes that nothing is attached to. */
  waitingIn(lane: string, limit: number, beforeId?: MessageId): Promise<MessagePage> {
    return this.#core.settings.store.waitingIn(lane, limit, beforeId);
  }

  /** Moves a message that no connector has into another lane; as `replace`. */
  move(id: MessageId, lane: string, changes: Omit<Replacement, 'content' | 'text'>): Promise<ReplaceResult> {
    return this.#operations.replace({ id }, { ...changes, lane });
  }

  /** Messages of customers by day and account, as far as they are kept. */
  counts(): Promise<readonly DayCount[]> {
    return this.#core.settings.store.counts();
  }

  /** The money of the messages that are kept. */
  tallies(): Promise<readonly Tally[]> {
    return this.#core.settings.store.tallies();
  }

  /** The same, added up from the messages one by one: slow. What was submitted before is in it, unless the disk hangs. */
  async recount(): Promise<readonly Tally[]> {
    await this.#core.idle(MAX_COMMIT_WAIT_MS);
    return this.#core.settings.store.recount();
  }

  /** The highest priority that is queued in a lane; -1: nothing is in memory. */
  urgency(lane: string): number {
    return this.#dispatch.lanes.get(lane)?.topPriority ?? -1;
  }

  /** One page of a search, newest first; messages in memory are shown as they are now. */
  async search(query: SearchQuery): Promise<SearchPage> {
    const page = await this.#core.settings.store.search(query);
    return { ...page, messages: page.messages.map((message) => this.#operations.freshest(message)) };
  }

  /** Where the messages of each lane are. */
  depths(): readonly LaneDepth[] {
    return [...this.#dispatch.lanes.values()].map(depthOf);
  }

  /** Where the messages of one lane are. */
  depth(name: string): LaneDepth {
    const lane = this.#dispatch.lanes.get(name);
    return lane === undefined ? noDepth(name) : depthOf(lane);
  }

  /** How long the disk has finished nothing although something waits for it, milliseconds; 0: nothing waits. */
  get diskWaitMs(): number {
    return this.#core.disk.waitedMs;
  }

  /** Days whose file is damaged, files that were taken away and are back, and what stood in a journal only at the start. */
  get files(): { readonly aside: readonly DayAside[]; readonly restored: number; readonly replayed: Replay } {
    const { aside, files, replayed } = this.#core;
    return { aside: [...aside.values()], restored: files.restored, replayed };
  }

  /** Octets in the log of the store that are not yet where they belong, as of some seconds ago. */
  get storeLogOctets(): number {
    return this.#core.logOctets;
  }

  /** Messages in memory and their octets, about. */
  get inMemory(): { readonly messages: number; readonly octets: number } {
    return { messages: this.#core.live.size, octets: this.#core.octets };
  }

  /** Commits made, failed, and changes not stored yet. */
  get commits(): { readonly done: number; readonly failed: number; readonly pending: number } {
    const { commits, failures, pending } = this.#core.commits;
    return { done: commits, failed: failures, pending };
  }

  /**
   * Takes nothing more, waits up to `drainMs` for what connectors have, puts what is queued onto the disk and closes
   * the store. What a connector reports later is lost: it is tried again after the next start, marked uncertain. Asked
   * for again, it is the same stop. Rejects when the disk does not answer.
   */
  stop({ drainMs = 10_000 }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(drainMs);
    return this.#stopped;
  }

  async #stop(drainMs: number): Promise<void> {
    this.#state = 'stopping';
    this.#sweep.stop();
    this.#core.files.stop();
    this.#dispatch.isPaused = true;
    const { clock } = this.#core.settings;
    const endMs = clock.monotonicMs() + drainMs;
    while (this.#isBusy() && clock.monotonicMs() < endMs) {
      await new Promise<void>((settle) => void clock.setTimer(settle, Math.min(20, drainMs)));
    }
    for (const name of this.#dispatch.lanes.keys()) this.#dispatch.detach(name);
    this.#core.commits.flush();
    await this.#core.commits.idle();
    this.#dispatch.close();
    this.#core.commits.close();
    this.#core.lease.stop();
    await this.#core.disk.orStalled(this.#core.settings.store.close()).finally(() => this.#core.disk.stop());
  }

  #isBusy(): boolean {
    if (this.#core.lease.fenced !== undefined) return false;
    if (this.#core.commits.pending > 0) return true;
    for (const lane of this.#dispatch.lanes.values()) if (lane.flying > 0 || lane.claiming > 0) return true;
    return false;
  }

  #committed(batch: Batch): void {
    const { onChange } = this.#core.hooks;
    for (const submission of batch.submissions) {
      this.#intake.accepted(submission);
      for (const message of submission.messages) {
        onChange?.(message, message.state);
        this.#dispatch.landed(message as LiveMessage);
      }
    }
    for (const change of batch.outcomes) {
      // The removal of what was refused: nobody waits for it.
      if ((change.message as LiveMessage).phase === 'gone') continue;
      this.#settlement.stored(change);
      this.#dispatch.landed(change.message as LiveMessage);
    }
    this.#dispatch.pump();
    this.#core.commits.flush();
  }
}
