/**
 * What has been acknowledged and is not in the day files yet. A commit is appended to the journal and synced; its changes are
 * merged with those that came before, and go into the day files some seconds later, in slices between which commits go on.
 * Whoever reads a day file has what concerns him put there first.
 */
import type { CenterError, Replay } from '@chappe/center';
import { isAside } from './aside.ts';
import type { DayFiles } from './day-files.ts';
import { DiskRoom } from './disk-room.ts';
import { failureOf, fileFailure } from './failure.ts';
import { exists } from './folder.ts';
import { FRAME_OCTETS } from './frame.ts';
import { Journal, type JournalDisk } from './journal.ts';
import { type JournalState, journalState, recordsOf } from './journal-files.ts';
import type { FolderLock } from './lock.ts';
import { LogSyncs } from './log-syncs.ts';
import { MergedChanges } from './merged-changes.ts';
import { Records, type RecordWriter } from './records.ts';
import type { Concern } from './requests.ts';
import { type DayOperations, isWhole } from './row.ts';

/** For so long changes of a message are waited for before it goes into its day file. */
const WINDOW_MS = 2_000;
/** What has no change to wait for goes together with what comes until then. */
const SOON_MS = 100;
/** Messages of one slice: what they have in common in the file is written once. */
const SLICE = 2_000;
/** With more in memory than this nobody waits for changes. */
const MANY_OCTETS = 40 * 1024 * 1024;
/** With more than this, commits wait. */
const MAX_OCTETS = 64 * 1024 * 1024;
/** How often the logs of day files are synced, so that segments of the journal can be used again. */
const SYNC_MS = 1_000;
/** After a failure: the pause before the next try. */
const PAUSE_MS = 500;

/** The commits of one folder, for the thread that writes. */
export class Commits {
  readonly #folder: string;
  readonly #files: DayFiles;
  readonly #lock: FolderLock;
  /** There is none yet while that of the process before is read. */
  readonly #journal: Journal;
  readonly #merged: MergedChanges = new MergedChanges();
  /** Appended, and not on the disk for sure. */
  #appended: { readonly frame: number; readonly octets: Uint8Array }[] = [];
  /** The last frame that has been merged. */
  #lastFrame = 0;
  readonly #logs: LogSyncs;
  readonly #room: DiskRoom;
  #syncedMs = 0;
  #isSyncing = false;
  #timer: NodeJS.Timeout | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #isFenced = false;
  /** Why what is in the journal does not get into the day files; undefined: it does. */
  failure: CenterError | undefined;
  #syncFailure: CenterError | undefined;
  /** Segments of the process before, whose frames are in the day files. */
  #old: readonly string[];
  #replay: Replay = { commits: 0, changes: 0 };

  /** Puts into the day files what was in the journal only when the last process ended. Throws a CenterError. */
  constructor(folder: string, files: DayFiles, lock: FolderLock, calls?: JournalDisk) {
    this.#folder = folder;
    this.#files = files;
    this.#lock = lock;
    this.#logs = new LogSyncs(files);
    this.#room = new DiskRoom(folder);
    const state = journalState(folder);
    this.#old = state.paths;
    this.#read(state.needed);
    this.#lastFrame = state.lastFrame;
    this.#journal = new Journal(folder, { frame: state.lastFrame, use: state.lastUse }, calls);
  }

  /**
   * To be called when whoever had the folder before is fenced: what he has appended until then is put into the day files, too,
   * and his journal is taken away. Returns what was read of it. Throws a CenterError.
   */
  takeOver(): Replay {
    const paths = this.#old;
    if (paths.length > 0) {
      const { needed } = journalState(this.#folder, paths);
      this.#read(needed.filter(({ number }) => number > this.#lastFrame));
      try {
        this.#journal.follow(paths);
      } catch (error) {
        throw this.#journalFailure(error);
      }
      this.#old = [];
      this.#lastFrame = this.#journal.frame;
    }
    const replay = this.#replay;
    this.#replay = { commits: 0, changes: 0 };
    return replay;
  }

  #read(frames: JournalState['needed']): void {
    let { commits, changes } = this.#replay;
    for (const { number, records } of recordsOf(frames)) {
      commits += 1;
      changes += this.#merge(number, records, true);
      if (this.#merged.octets > MAX_OCTETS) this.#apply(this.#merged.all());
    }
    this.#apply(this.#merged.all());
    this.#logs.syncNow();
    this.#replay = { commits, changes };
  }

  /** Octets that stand in the journal and not in the day files. */
  get octets(): number {
    return this.#merged.octets;
  }

  /** Whether anything of that day is not in its file yet. */
  hasDay(day: number): boolean {
    return this.#merged.hasDay(day);
  }

  /**
   * Appends the changes of one commit: they are durable, and in force, when `sync` has settled. `octets`: room for the head of
   * a frame, and the records. Rejects with a CenterError; then it is as if it had not been called.
   */
  async append(octets: Uint8Array, records: number, isRefusable: boolean): Promise<void> {
    if (isRefusable) {
      // It may have room again, or whatever it lacked.
      if (this.failure !== undefined) this.#applyNow(this.#next());
      this.#room.check(this.#merged.octets);
    }
    this.#appended.push({ frame: await this.#frame(octets, records), octets });
  }

  /** Makes changes durable that the caller then makes in the day files himself, and says so by `wrote`. */
  async appendOwn(writer: RecordWriter): Promise<number> {
    const { records } = writer;
    const frame = await this.#frame(writer.take(), records);
    try {
      await this.#journal.sync();
    } catch (error) {
      throw this.#journalFailure(error);
    }
    return frame;
  }

  /** The caller has written to the files of these days; `frame`: what he has said before, see `appendOwn`. */
  wrote(days: Iterable<number>, frame: number = this.#lastFrame): void {
    this.#logs.wrote(days);
    this.#lastFrame = frame;
    this.#arm();
  }

  async #frame(octets: Uint8Array, records: number): Promise<number> {
    try {
      return this.#journal.append(octets, records);
    } catch (error) {
      const failure = this.#journalFailure(error);
      if (failure.code !== 'CHAPPE_STORE_DISK_FULL') throw failure;
    }
    // Segments that are not needed any more may make room.
    await this.finish();
    try {
      return this.#journal.append(octets, records);
    } catch (error) {
      throw this.#journalFailure(error);
    }
  }

  /** Rejects with a CenterError; then nothing of what was appended is in force. */
  async sync(): Promise<void> {
    const appended = this.#appended;
    this.#appended = [];
    try {
      await this.#journal.sync();
    } catch (error) {
      throw this.#journalFailure(error);
    }
    for (const { frame, octets } of appended) this.#merge(frame, new Records(octets.subarray(FRAME_OCTETS)));
    this.#relieve();
    this.#arm();
  }

  /** What concerns somebody is in the day files when it returns. Throws a CenterError. */
  settle(concern: Concern): void {
    this.#applyNow(this.#concerned(concern));
  }

  /** The same for all that is there now, in slices. Rejects with a CenterError. */
  async settleAll(): Promise<void> {
    const ids = this.#concerned('all');
    for (let at = 0; at < ids.length; at += SLICE) {
      if (at > 0) await new Promise<void>((settle) => setImmediate(settle));
      this.#applyNow(ids.slice(at, at + SLICE));
    }
  }

  /** What waits is in the day files when it returns; some of what is there may not wait any more. Throws a CenterError. */
  settleWaiting(): void {
    this.#applyNow(this.#merged.waiting());
  }

  /** The same of what waits or is at an upstream, and is to be looked at by then. */
  settleEnding(nowMs: number): void {
    this.#applyNow(this.#merged.ending(nowMs));
  }

  /** Whether something of that message is not in its day file. */
  has(id: number): boolean {
    return this.#merged.has(id);
  }

  /** All is in the day files, and the journal says so, when it settles: a day can be thrown away. Rejects with a CenterError. */
  async finish(): Promise<void> {
    this.settle('all');
    this.#logs.syncNow();
    this.#journal.applied(this.#appliedFrame());
    try {
      await this.#journal.note();
    } catch (error) {
      throw this.#journalFailure(error);
    }
  }

  /** Whether a file of the journal is gone: then all is put into the day files, and another one is begun. */
  mend(): string | undefined {
    const path = this.#journal.lost();
    if (path === undefined) return undefined;
    this.settle('all');
    this.#logs.syncNow();
    this.#journal.applied(this.#appliedFrame());
    this.#journal.leave();
    return path;
  }

  /** Puts all into the day files; then there is no journal. Where that cannot be done, it stays for the next start. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      this.settle('all');
      this.#logs.syncNow();
      this.#journal.applied(this.#appliedFrame());
      await this.#journal.remove();
    } catch {
      this.#journal.close();
    }
    clearTimeout(this.#timer);
  }

  #merge(frame: number, records: Records, isDoubtful = false): number {
    this.#lastFrame = frame;
    const onNew = (day: number): unknown => this.#files.unfinished.add(day);
    return this.#merged.add({ frame, records, nowMs: performance.now(), isDoubtful }, onNew);
  }

  #concerned(concern: Concern): number[] {
    if (concern === 'all') return this.#merged.all();
    if (concern === 'unfinished') return this.#merged.unfinished();
    return this.#merged.has(concern) ? [concern] : [];
  }

  /** Commits do not get further ahead of the day files than memory allows. */
  #relieve(): void {
    try {
      while (this.#merged.octets > MAX_OCTETS)
        this.#applyNow(this.#merged.next(SLICE, Number.POSITIVE_INFINITY));
    } catch {
      // Whoever can be refused is, from now on.
    }
  }

  /** Throws a CenterError, which is why from then on what can be refused is. */
  #applyNow(ids: readonly number[]): void {
    if (ids.length === 0) return;
    try {
      this.#apply(ids);
      this.failure = undefined;
    } catch (error) {
      this.failure = failureOf(error, '');
      this.#arm();
      throw this.failure;
    }
  }

  #apply(ids: readonly number[]): void {
    this.#refuseFenced();
    for (const day of this.#merged.operations(ids)) this.#applyDay(day);
    this.#merged.done(ids);
  }

  /** Who has begun since has read the journal: what is left here is his. */
  #refuseFenced(): void {
    try {
      this.#lock.check();
    } catch (error) {
      this.#isFenced = true;
      throw error;
    }
  }

  #applyDay({ day, operations }: DayOperations): void {
    // Changes of a day whose file is gone (purged) have nothing to change.
    const isThere = this.#files.isOpen(day) || this.#files.aside.get(day) !== undefined;
    if (!isThere && !operations.some(isWhole) && !exists(this.#files.path(day))) return;
    try {
      this.#files.on(day, (file) => file.apply(operations));
      this.#logs.wrote([day]);
    } catch (error) {
      if (!isAside(error)) throw error;
      // It is kept for the time when the file is whole again.
      this.#files.aside.keep({ day, operations });
    }
    this.#files.closeIdle();
  }

  /** Sets the timer for what is to be done next, or sets it earlier. */
  #arm(): void {
    const delayMs = this.#delayMs();
    if (delayMs === undefined || this.#isFenced) return;
    const atMs = performance.now() + delayMs;
    if (this.#timer !== undefined && this.#timerMs <= atMs) return;
    clearTimeout(this.#timer);
    this.#timerMs = atMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#work();
    }, delayMs);
  }

  /** Until there is something to do; undefined: there is nothing. */
  #delayMs(): number | undefined {
    if (this.failure !== undefined) return PAUSE_MS;
    if (this.#merged.octets > MANY_OCTETS) return 0;
    if (this.#merged.ready >= SLICE) return 0;
    if (this.#merged.ready > 0) return SOON_MS;
    if (this.#merged.size > 0) return Math.max(1, this.#merged.sinceMs + WINDOW_MS - performance.now());
    return this.#logs.isNeeded && !this.#isSyncing ? SYNC_MS : undefined;
  }

  /** One slice. */
  #work(): void {
    try {
      this.#applyNow(this.#next());
      if (this.#logs.isNeeded && performance.now() - this.#syncedMs >= SYNC_MS) void this.#syncLogs();
    } catch {
      // It is tried again.
    }
    this.#arm();
  }

  #next(): number[] {
    const isMuch = this.#merged.octets > MANY_OCTETS;
    return this.#merged.next(SLICE, isMuch ? Number.POSITIVE_INFINITY : performance.now() - WINDOW_MS);
  }

  /** The last frame of which, and of all before, everything is in the day files. */
  #appliedFrame(): number {
    return Math.min(this.#merged.firstFrame - 1, this.#lastFrame);
  }

  async #syncLogs(): Promise<void> {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    const frame = this.#appliedFrame();
    try {
      await this.#logs.sync();
      this.#journal.applied(frame);
      if (this.failure === this.#syncFailure) this.failure = undefined;
      this.#syncFailure = undefined;
    } catch (error) {
      this.#syncFailure = failureOf(error, this.#folder);
      this.failure ??= this.#syncFailure;
    }
    this.#syncedMs = performance.now();
    this.#isSyncing = false;
    this.#arm();
  }

  #journalFailure(error: unknown): CenterError {
    return fileFailure(error, this.#journal.path);
  }
}
