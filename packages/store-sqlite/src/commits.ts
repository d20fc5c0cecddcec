/**
 * What has been acknowledged and is not in the day files yet. A commit is appended to the journal and synced; its changes are
 * merged with those that came before, and go into the day files some seconds later, in slices between which commits go on.
 * Whoever reads a day file has what concerns him put there first.
 */
import type { CenterError, Replay } from '@chappe/center';
import type { DayFiles } from './day-files.ts';
import { DiskRoom } from './disk-room.ts';
import { failureOf, fileFailure } from './failure.ts';
import { FRAME_OCTETS } from './frame.ts';
import { Journal, type JournalDisk } from './journal.ts';
import { type JournalState, journalState, recordsOf } from './journal-files.ts';
import type { FolderLock } from './lock.ts';
import { LogSyncs } from './log-syncs.ts';
import { MergedChanges } from './merged-changes.ts';
import { OpenDays, type WritingRole } from './open-days.ts';
import { Records, type RecordWriter } from './records.ts';
import type { Concern, Notice } from './requests.ts';

/** For so long changes of a message are waited for before it goes into its day file. */
const WINDOW_MS = 2_000;
/** What has no change to wait for goes together with what comes until then. */
const SOON_MS = 100;
/** Messages that are written before it is looked whether somebody wants to commit. */
const SLICE = 250;
/** With so many that have no change to wait for, they are not waited for either. */
const MANY = 2_000;
/** With more in memory than this nobody waits for changes. */
const MANY_OCTETS = 40 * 1024 * 1024;
/** With more than this, commits wait. */
const MAX_OCTETS = 64 * 1024 * 1024;
/** How often the logs of day files are synced, about: much at once would hold up the syncs of the journal. */
const SYNC_MS = 200;

/** The commits of one folder, for the thread that writes. */
export class Commits {
  readonly #folder: string;
  readonly #files: DayFiles;
  readonly #lock: FolderLock;
  /** There is none yet while that of the process before is read. */
  readonly #journal: Journal;
  #merged: MergedChanges = new MergedChanges();
  /** What is in a transaction of these is not among `#merged` any more. */
  readonly #open: OpenDays;
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
  /** Slice follows slice. */
  #isBusy = false;
  /** Why what is in the journal does not get into the day files; undefined: it does. */
  failure: CenterError | undefined;
  #syncFailure: CenterError | undefined;
  /** Segments of the process before, whose frames are in the day files. */
  #old: readonly string[];
  #replay: Replay = { commits: 0, changes: 0 };

  /** Puts into the day files what was in the journal only when the last process ended. Throws a CenterError. */
  constructor(
    role: WritingRole,
    files: DayFiles,
    lock: FolderLock,
    tell: (notice: Notice) => void,
    calls?: JournalDisk,
  ) {
    const { path: folder } = role;
    this.#folder = folder;
    this.#files = files;
    this.#lock = lock;
    this.#logs = new LogSyncs(files);
    this.#open = new OpenDays(role, files, this.#logs, tell);
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
        throw fileFailure(error, this.#journal.path);
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
    this.#open.commit();
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
      if (this.failure !== undefined) this.#putNow(this.#next());
      this.#room.check(this.#merged.octets);
    }
    this.#appended.push({ frame: await this.#frame(octets, records), octets });
  }

  /** Makes changes durable that the caller then makes in the day files himself, and says so by `wrote`. */
  async appendOwn(writer: RecordWriter): Promise<number> {
    const { records } = writer;
    const frame = await this.#frame(writer.take(), records);
    await this.#told(() => this.#journal.sync());
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
      const failure = fileFailure(error, this.#journal.path);
      if (failure.code !== 'CHAPPE_STORE_DISK_FULL') throw failure;
    }
    // Segments that are not needed any more may make room.
    await this.finish();
    return this.#told(() => this.#journal.append(octets, records));
  }

  /** What it throws says what to do. */
  async #told<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileFailure(error, this.#journal.path);
    }
  }

  /** Rejects with a CenterError; then nothing of what was appended is in force. */
  async sync(): Promise<void> {
    const appended = this.#appended;
    this.#appended = [];
    await this.#told(() => this.#journal.sync());
    for (const { frame, octets } of appended) this.#merge(frame, new Records(octets.subarray(FRAME_OCTETS)));
    this.#relieve();
    this.#arm();
  }

  /** What concerns somebody is in the day files when it returns. Throws a CenterError. */
  settle(concern: Concern): void {
    this.#putNow(this.#concerned(concern));
  }

  /** The same for all that is there now, in slices. Rejects with a CenterError. */
  async settleAll(): Promise<void> {
    const ids = this.#concerned('all');
    for (let at = 0; at < ids.length; at += SLICE) {
      if (at > 0) await new Promise<void>((settle) => setImmediate(settle));
      this.#applyNow(ids.slice(at, at + SLICE));
    }
    this.commit();
  }

  /** What waits is in the day files when it returns; some of what is there may not wait any more. Throws a CenterError. */
  settleWaiting(): void {
    this.#putNow(this.#merged.waiting());
  }

  /** The same of what waits or is at an upstream, and is to be looked at by then. */
  settleEnding(nowMs: number): void {
    this.#putNow(this.#merged.ending(nowMs));
  }

  /** What has been written to the day files can be read by others when it returns. Throws a CenterError. */
  commit(): void {
    if (!this.#open.isEmpty) this.#guarded(() => this.#open.commit());
  }

  /** The log has been copied, or could not be. */
  checkpointed(): void {
    this.#open.isCheckpointing = false;
    this.#arm();
  }

  /** Whether something of that message is not in its day file. */
  has(id: number): boolean {
    return this.#merged.has(id);
  }

  /** All is in the day files, and the journal says so, when it settles: a day can be thrown away. Rejects with a CenterError. */
  async finish(): Promise<void> {
    this.#finishNow();
    await this.#told(() => this.#journal.note());
  }

  /** Whether a file of the journal is gone: then all is put into the day files, and another one is begun. */
  mend(): string | undefined {
    const path = this.#journal.lost();
    if (path !== undefined) this.#finishNow();
    if (path !== undefined) this.#journal.leave();
    return path;
  }

  /** Puts all into the day files; then there is no journal. Where that cannot be done, it stays for the next start. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      this.#finishNow();
      await this.#journal.remove();
    } catch {
      this.#journal.close();
    }
    clearTimeout(this.#timer);
  }

  #finishNow(): void {
    this.settle('all');
    this.#logs.syncNow();
    this.#journal.applied(this.#appliedFrame());
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

  /** Puts these into the day files, so that all can read them. Throws a CenterError. */
  #putNow(ids: readonly number[]): void {
    this.#applyNow(ids);
    this.commit();
  }

  /** The same, but for the end of the transaction. */
  #applyNow(ids: readonly number[]): void {
    if (ids.length > 0) this.#guarded(() => this.#apply(ids));
  }

  /** Throws a CenterError, which is why from then on what can be refused is. */
  #guarded(work: () => void): void {
    try {
      work();
      this.failure = undefined;
    } catch (error) {
      this.failure = failureOf(error, this.#folder);
      this.#isFenced = this.failure.code === 'CHAPPE_STORE_FENCED';
      if (!this.#open.isEmpty) this.#startAnew();
      this.#arm();
      throw this.failure;
    }
  }

  #apply(ids: readonly number[]): void {
    // Who has begun since has read the journal: what is left here is his.
    this.#lock.check();
    this.#open.apply(this.#merged.operations(ids), ids.length);
    this.#merged.done(ids);
  }

  /** What was in a transaction that has failed is in the journal, too. */
  #startAnew(): void {
    this.#open.drop();
    const last = this.#lastFrame;
    this.#merged = new MergedChanges();
    for (const { number, records } of recordsOf(this.#journal.notApplied()))
      if (number <= last) this.#merge(number, records, true);
    this.#lastFrame = last;
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
    if (this.failure !== undefined) return 5 * SYNC_MS;
    if (this.#merged.octets > MANY_OCTETS) return 0;
    if (this.#open.isCheckpointing) return 5 * SYNC_MS;
    if (this.#isBusy || this.#merged.ready >= MANY) return 0;
    if (this.#merged.ready > 0) return SOON_MS;
    if (this.#merged.size > 0) return Math.max(1, this.#merged.sinceMs + WINDOW_MS - performance.now());
    return this.#logs.isNeeded && !this.#isSyncing ? SYNC_MS : undefined;
  }

  /** One slice, or, when there is none left, the end of the transaction. */
  #work(): void {
    const isHeld = this.#open.isCheckpointing && this.#merged.octets <= MANY_OCTETS;
    try {
      const ids = isHeld ? [] : this.#next();
      this.#isBusy = ids.length > 0;
      if (ids.length > 0) this.#applyNow(ids);
      else this.commit();
      if (this.#logs.isNeeded && !this.#isSyncing && performance.now() - this.#syncedMs >= SYNC_MS)
        void this.#syncLogs();
    } catch {
      // It is tried again.
      this.#isBusy = false;
    }
    this.#arm();
  }

  #next(): number[] {
    const sinceMs =
      this.#merged.octets > MANY_OCTETS ? Number.POSITIVE_INFINITY : performance.now() - WINDOW_MS;
    return this.#merged.next(SLICE, sinceMs);
  }

  /** The last frame of which, and of all before, everything is in the day files. */
  #appliedFrame(): number {
    return Math.min(this.#merged.firstFrame - 1, this.#lastFrame);
  }

  async #syncLogs(): Promise<void> {
    this.#isSyncing = true;
    try {
      this.commit();
      const frame = this.#appliedFrame();
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
}
