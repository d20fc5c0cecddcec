import { Awaiting } from './awaiting.ts';
import { DiskWatch } from './disk-watch.ts';
import { type CenterError, isToldElsewhere } from './errors.ts';
import { type CommitEvents, GroupCommit } from './group-commit.ts';
import { hookError } from './hooks.ts';
import { IdMap } from './id-map.ts';
import type { LiveMessage } from './lanes/lane.ts';
import { Lease } from './lease.ts';
import type { Message, MessageId } from './message.ts';
import {
  dayNumber,
  dayOfId,
  type IdGenerator,
  idGenerator,
  idTimeMs,
  lastIdOfDay,
  shortCounterOf,
  shortPublicId,
} from './message-id.ts';
import {
  type CenterCounters,
  type CenterHooks,
  type Hooks,
  hooksOf,
  newCounters,
  type Settings,
} from './options.ts';
import { Shares } from './shares.ts';
import { clockBehind } from './steady-clock.ts';
import type { DayAside, Recovery, Replay, Waiting } from './store.ts';
import { StoreWatch } from './store-watch.ts';
import type { Submitted } from './submission.ts';

/** What the parts of a center share. */
export class Core {
  readonly settings: Settings;
  hooks: Hooks;
  readonly commits: GroupCommit;
  /** As whom it works on the store. */
  readonly lease: Lease;
  readonly disk: DiskWatch;
  readonly files: StoreWatch;
  /** What stood in a journal only when the process before ended. */
  replayed: Replay = { commits: 0, changes: 0 };
  readonly counters: CenterCounters = newCounters();
  /** Everything in memory, by id. */
  readonly live: IdMap<LiveMessage> = new IdMap();
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
  /** Days whose file is damaged. */
  readonly aside: Map<string, DayAside> = new Map();
  /** Octets of all in `live`. */
  octets = 0;
  readonly #runTurn: () => void;
  #isTurnDue = false;

  /**
   * `runTurn`: what is done once at the end of each turn in which something happened. `onRecovered`: messages of nodes that
   * have ended wait again.
   */
  constructor(
    settings: Settings,
    hooks: CenterHooks,
    events: CommitEvents,
    runTurn: () => void,
    onRecovered: (waiting: readonly Waiting[]) => void,
  ) {
    this.hooks = hooksOf(hooks, settings.onError);
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
    this.files = new StoreWatch(this.settings.store, settings.clock, {
      onReport: (error) => {
        if (error.code === 'CHAPPE_STORE_FENCED') this.lease.fence(error);
        else settings.onError(error);
      },
      onFailure: (error) => {
        this.commits.hold(this.lease.fenced ?? error);
        this.wantTurn();
      },
    });
    const { store } = this.settings;
    this.commits = new GroupCommit(
      (changes) => store.commit(changes, this.lease.owner),
      settings.clock,
      events,
    );
    this.lease = new Lease(store, settings.clock, {
      // What is in memory is another's now, and nothing of it is tried again.
      onFenced: (error) => {
        this.commits.hold(error);
        settings.onError(error);
      },
      onRecovered: ({ waiting, uncertain }) => {
        this.unfinished += uncertain;
        onRecovered(waiting);
      },
      onFailed: settings.onError,
    });
    this.ids = idGenerator(settings.clock, 0);
    this.settings.store.watch?.({
      onAside: (aside, error) => this.#setAside(aside, error),
      onTrouble: settings.onError,
    });
    this.#runTurn = runTurn;
  }

  /** Takes other hooks in the place of those that are there. */
  use(hooks: CenterHooks): void {
    this.hooks = hooksOf(hooks, this.settings.onError);
  }

  /** What was submitted before is on disk, or was refused; or so long a time is over. */
  async idle(mostMs: number): Promise<void> {
    await new Promise<void>((settle) => {
      const disarm = this.settings.clock.setTimer(settle, mostMs);
      void this.commits.idle().then(() => {
        disarm();
        settle();
      });
    });
  }

  /** Ids go on above those that the store has, and above those that it may have in files that it cannot read. */
  begin(recovery: Recovery, nowMs: number): void {
    const { owner, highestId, highestShort, aside = [], waiting, sent } = recovery;
    this.replayed = recovery.replay ?? this.replayed;
    this.unfinished = waiting.reduce((sum, { count }) => sum + count, sent);
    this.disk.start();
    this.files.start();
    const { clock, random, onError } = this.settings;
    const lastIds = aside.map(({ day }) => lastIdOfDay(dayNumber(day)));
    // The rest of a day that was set aside has ids of the next one: they are no sign of a wrong clock.
    const isMoved = lastIds.some((id) => dayOfId(id + 1) === dayOfId(highestId));
    const behind = isMoved ? undefined : clockBehind(nowMs, idTimeMs(highestId));
    if (behind !== undefined) onError(behind);
    this.ids = idGenerator(clock, Math.max(highestId, ...lastIds), owner);
    // An empty store starts anywhere, so that short ids of an older, deleted one do not come again soon.
    const isAnywhere = highestShort < 0 || aside.length > 0;
    this.nextShort = shortCounterOf(
      isAnywhere ? Math.floor(random() * 0x8000_0000) : highestShort + 1,
      owner,
    );
  }

  /** The rest of the day, new messages are stored in the file of the next one. */
  #setAside(aside: DayAside, error: CenterError): void {
    this.aside.set(aside.day, aside);
    if (dayOfId(this.ids.next) === aside.day) this.ids.skipDay();
    this.settings.onError(error);
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

  /** A commit, or another call of the store, has failed. What others notice first they tell. */
  tellFailure(error: CenterError): void {
    if (error.code === 'CHAPPE_STORE_FENCED') this.lease.fence(error);
    else if (!isToldElsewhere(error)) this.settings.onError(error);
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
    this.nextShort = (counter + this.lease.owner.nodes) >>> 0;
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
