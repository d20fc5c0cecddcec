/** The writing thread's side of the store: all day files that are in use, one transaction at a time. */
import { CenterError } from '../errors.ts';
import type { MessageId } from '../message.ts';
import { dayNumberOfId, dayOfNumber } from '../message-id.ts';
import { Room } from '../room.ts';
import type { Claim, Expiry, Recovery, Waiting } from '../store.ts';
import { timelineLine } from '../timeline.ts';
import { DayFile } from './day-file.ts';
import { failureOf, isSuspect } from './failure.ts';
import { checkFolder, dayPath, daysIn, exists, lockFolder } from './folder.ts';
import type { ClaimedRows, CutRows, LogState, Request, Row, WorkerRole } from './requests.ts';
import type { DayChanges } from './row.ts';
import { columns, placeCodes } from './schema.ts';
import { bodyOf } from './shared-bodies.ts';

const prioAt = columns.indexOf('prio');
const dueAt = columns.indexOf('due');
/** Day files open at once, beside those that hold unfinished rows. */
const MAX_IDLE_FILES = 4;

/** Page caches of files. */
const NEWEST_CACHE_KIB = 16_384;
const OLD_CACHE_KIB = 1_024;

/** Works on the day files of one folder. */
export class Writer {
  readonly #role: WorkerRole;
  readonly #lock: { release(): void };
  readonly #files: Map<number, DayFile> = new Map();
  /** Days that hold, or may hold, unfinished rows. */
  readonly #unfinished: Set<number> = new Set();
  #maxFileBytes: number;

  /** Locks the folder and looks at all files. Throws a CenterError. */
  constructor(role: WorkerRole) {
    this.#role = role;
    this.#maxFileBytes = role.maxFileBytes;
    checkFolder(role.path);
    this.#lock = lockFolder(role.path);
  }

  /** Answers one request. Throws a CenterError. */
  answer(request: Request): unknown {
    switch (request.ask) {
      case 'commit':
        return this.#commit(request.days);
      case 'claim':
        return this.#claim(request.claim);
      case 'recover':
        return this.#recover(request.nowMs);
      case 'take':
        return this.#take(request.id, request.place);
      case 'expired':
        return this.#expired(request.expiry);
      case 'log':
        return this.#log();
      case 'limit':
        return this.#limit(request.maxFileBytes);
      case 'close-finished':
        return this.#closeFinished(request.beforeDay);
      case 'close':
        return this.#close();
      default:
        throw new CenterError('CHAPPE_STORE_FAILED', `the writer does not answer ${request.ask}`);
    }
  }

  #commit(days: readonly DayChanges[]): void {
    for (const changes of days) {
      // Changes of a day whose file is gone (purged) have nothing to change.
      if (!this.#files.has(changes.day) && changes.bytes.length === 0 && !exists(this.#path(changes.day)))
        continue;
      this.#on(changes.day, (file) => file.apply(changes));
      if (changes.bytes.length > 0) this.#unfinished.add(changes.day);
    }
    this.#closeIdle();
  }

  #claim(claim: Claim): ClaimedRows {
    const days = [...this.#unfinished].sort((a, b) => a - b);
    const found = days.flatMap((day) => this.#on(day, (file) => file.claim(claim)));
    found.sort(
      (a, b) => num(b, prioAt) - num(a, prioAt) || num(a, dueAt) - num(b, dueAt) || num(a, 0) - num(b, 0),
    );
    const { rows, isCut } = firstOf(found, claim);
    this.#mark(rows, true);
    let nextDueMs = Number.POSITIVE_INFINITY;
    for (const day of days) {
      nextDueMs = Math.min(
        nextDueMs,
        this.#on(day, (file) => file.nextDueMs(claim.lane, claim.account)),
      );
    }
    return { rows, isCut, nextDueMs };
  }

  #mark(rows: readonly Row[], isSynced: boolean): void {
    const byDay = Map.groupBy(rows, (row) => dayNumberOfId(num(row, 0)));
    for (const [day, ofDay] of byDay) this.#on(day, (file) => file.mark(ofDay, isSynced));
  }

  #take(id: MessageId, place: number): Row | undefined {
    const day = dayNumberOfId(id);
    if (!exists(this.#path(day))) return undefined;
    const row = this.#on(day, (file) => file.findIn(id, place));
    // One that an upstream has leaves no second time for that.
    if (row !== undefined) this.#mark([row], place === placeCodes.waiting);
    this.#closeIdle();
    return row;
  }

  #expired({ nowMs, limit, octets }: Expiry): CutRows {
    const rows: Row[] = [];
    const room = new Room(limit, octets);
    for (const day of this.#unfinished)
      if (!room.isUsedUp) this.#on(day, (file) => file.expired(nowMs, room, rows));
    // What becomes of them is stored before anybody hears of it.
    this.#mark(rows, false);
    this.#lookAtOne();
    return { rows, isCut: room.isUsedUp };
  }

  /**
   * Looks at one of the days, in turn: what holds nothing unfinished any more is closed, and costs nothing from then on.
   * Nothing new comes to a day that is over, since ids never go back.
   */
  #lookAtOne(): void {
    const newest = this.#newest();
    for (const day of this.#unfinished) {
      if (day === newest) continue;
      this.#unfinished.delete(day);
      // Behind the others: the next look is at another one.
      if (this.#on(day, (file) => file.hasUnfinished())) this.#unfinished.add(day);
      else this.#closeFile(day);
      return;
    }
  }

  #newest(): number {
    let newest = -1;
    for (const day of this.#unfinished) if (day > newest) newest = day;
    return newest;
  }

  #recover(nowMs: number): Recovery {
    const waiting: Waiting[] = [];
    let uncertain = 0;
    let sent = 0;
    let highestId = 0;
    let highestShort = -1;
    for (const day of daysIn(this.#role.path)) {
      this.#on(day, (file) => {
        const highest = file.highest();
        highestId = Math.max(highestId, highest.id);
        highestShort = Math.max(highestShort, highest.short);
        if (!file.hasUnfinished()) return;
        this.#unfinished.add(day);
        uncertain += file.recover(timelineLine(nowMs, 'recovered', 'uncertain=1'));
        waiting.push(...file.waiting());
        sent += file.sent();
      });
      this.#closeIdle();
    }
    return { highestId, highestShort, waiting, sent, uncertain };
  }

  #log(): LogState {
    let octets = 0;
    let trouble: string | undefined;
    for (const file of this.#files.values()) {
      const log = file.log(this.#role.checkpointPages);
      octets += log.octets;
      trouble ??= log.trouble;
    }
    return { octets, trouble };
  }

  #limit(maxFileBytes: number): void {
    this.#maxFileBytes = maxFileBytes;
    for (const file of this.#files.values()) file.limit(maxFileBytes);
  }

  /** Closes the files of days before that hold nothing unfinished; returns those days. */
  #closeFinished(beforeDay: number): string[] {
    const finished: string[] = [];
    for (const day of daysIn(this.#role.path)) {
      if (day >= beforeDay) continue;
      if (this.#on(day, (file) => file.hasUnfinished())) continue;
      this.#closeFile(day);
      this.#unfinished.delete(day);
      finished.push(dayOfNumber(day));
    }
    return finished;
  }

  #close(): void {
    for (const day of [...this.#files.keys()]) this.#closeFile(day);
    this.#lock.release();
  }

  #path(day: number): string {
    return dayPath(this.#role.path, day);
  }

  /** Works on a day's file. After a failure that leaves the connection in doubt, the file is opened afresh. */
  #on<T>(day: number, work: (file: DayFile) => T): T {
    let file = this.#files.get(day);
    if (file === undefined) {
      const { path: folder, checkpointPages } = this.#role;
      file = DayFile.open(this.#path(day), { folder, checkpointPages, maxFileBytes: this.#maxFileBytes });
      this.#files.set(day, file);
      this.#shareCache();
    }
    try {
      return work(file);
    } catch (error) {
      const failure = failureOf(error, file.path);
      if (isSuspect(failure)) this.#closeFile(day);
      throw failure;
    }
  }

  /** The pages of the newest day are the ones that change; the others need few. */
  #shareCache(): void {
    const newest = Math.max(...this.#files.keys());
    for (const [day, file] of this.#files) file.cache(day === newest ? NEWEST_CACHE_KIB : OLD_CACHE_KIB);
  }

  #closeFile(day: number): void {
    const file = this.#files.get(day);
    this.#files.delete(day);
    try {
      file?.close();
    } catch {
      // A connection that failed may fail to close; the next one reads what is on the disk.
    }
  }

  #closeIdle(): void {
    if (this.#files.size <= MAX_IDLE_FILES + this.#unfinished.size) return;
    for (const day of this.#files.keys()) {
      if (this.#files.size <= MAX_IDLE_FILES) return;
      if (!this.#unfinished.has(day)) this.#closeFile(day);
    }
  }
}

/** As many of these rows as a claim takes. */
function firstOf(found: readonly Row[], { limit, octets }: Claim): CutRows {
  const rows: Row[] = [];
  const room = new Room(limit, octets);
  for (const row of found) {
    if (room.isUsedUp) break;
    rows.push(row);
    room.take(bodyOf(row));
  }
  return { rows, isCut: room.isUsedUp };
}

function num(row: Row, at: number): number {
  return row[at] as number;
}
