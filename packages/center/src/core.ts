import { Awaiting } from './awaiting.ts';
import { DiskWatch } from './disk-watch.ts';
import type { CenterError } from './errors.ts';
import { type CommitEvents, GroupCommit } from './group-commit.ts';
import { hookError } from './hooks.ts';
import type { LiveMessage } from './lanes/lane.ts';
import type { Message, MessageId } from './message.ts';
import { type IdGenerator, idGenerator, shortPublicId } from './message-id.ts';
import { type CenterCounters, newCounters, type Settings } from './options.ts';
import { Shares } from './shares.ts';
import type { Submitted } from './submission.ts';

/** What the parts of a center share. */
export class Core {
  readonly settings: Settings;
  readonly commits: GroupCommit;
  readonly disk: DiskWatch;
  readonly counters: CenterCounters = newCounters();
  /** Everything in memory, by id. */
  readonly live: Map<MessageId, LiveMessage> = new Map();
  /** Those of them that wait for the receipt of an upstream. */
  readonly awaiting: Awaiting = new Awaiting();
  ids: IdGenerator;
  nextShort = 0;
  /** Unfinished messages, receipts and notices included, on disk and in memory. */
  unfinished = 0;
  /** Drafts taken and not yet on disk. */
  readonly unsaved: Shares;
  /** What is in the log of the store. */
  logOctets = 0;
  /** Octets of all in `live`. */
  octets = 0;
  readonly #runTurn: () => void;
  #isTurnDue = false;

  /** `runTurn`: what is done once at the end of each turn in which something happened. */
  constructor(settings: Settings, events: CommitEvents, runTurn: () => void) {
    const { unsavedMessages, unsavedOctets, diskStalledMs, diskGivenUpMs } = settings.limits;
    this.unsaved = new Shares({ messages: unsavedMessages, octets: unsavedOctets });
    const waits = { stalledAfterMs: diskStalledMs, givenUpAfterMs: diskGivenUpMs };
    this.disk = new DiskWatch(settings.clock, waits, {
      onStalled: (error) => {
        this.commits.stall(error);
        settings.onError(error);
      },
      onGivenUp: (error) => this.commits.giveUp(error),
      onRecovered: () => {
        this.commits.resume();
        this.wantTurn();
      },
    });
    this.settings = { ...settings, store: this.disk.watched(settings.store) };
    this.commits = new GroupCommit(this.settings.store, settings.clock, events);
    this.ids = idGenerator(settings.clock, 0);
    this.#runTurn = runTurn;
  }

  /** Everything of one turn of the event loop shares a commit: the work is done in one microtask after it. */
  wantTurn(): void {
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    queueMicrotask(() => {
      this.#isTurnDue = false;
      this.#runTurn();
    });
  }

  /**
   * True when the memory, not the store, has the word about a message: the store brings it up after a commit that failed
   * although it was written, and which is made again.
   */
  isOurs(id: MessageId): boolean {
    return this.live.has(id) || this.commits.refusedIds.has(id);
  }

  /** Takes a message into memory. */
  keep(message: LiveMessage): void {
    this.live.set(message.id, message);
    this.octets += message.octets;
  }

  /** A message leaves the memory. */
  drop(message: LiveMessage): void {
    if (this.live.delete(message.id)) this.octets -= message.octets;
  }

  /** Tells somebody who waits; what he throws hits nobody else. */
  tell(who: () => void, name: string): void {
    try {
      who();
    } catch (cause) {
      this.settings.onError(hookError(name, cause));
    }
  }

  /** Tells whoever submitted. */
  answer(done: Submitted, error: CenterError | undefined, messages: readonly Message[]): void {
    try {
      done(error, messages);
    } catch (cause) {
      this.settings.onError(hookError("a submission's `done`", cause));
    }
  }

  /** The next public id of the short form. */
  takeShortId(): string {
    const counter = this.nextShort;
    this.nextShort = (counter + 1) >>> 0;
    return shortPublicId(counter);
  }

  /** True when the memory holds more than it should. */
  get isTight(): boolean {
    const { memoryMessages, memoryOctets } = this.settings.limits;
    return (
      this.live.size - this.awaiting.size >= memoryMessages ||
      this.octets - this.awaiting.octets >= memoryOctets
    );
  }
}
