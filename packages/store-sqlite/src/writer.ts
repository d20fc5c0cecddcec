/** The writing thread's side of the store: all day files that are in use, one transaction at a time. */
import { copyFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Claim, Expiry, MessageId, Owner, Recovery, Waiting } from '@chappe/center';
import { CenterError, dayNumberOfId, dayOfNumber, fencedError, Room, timelineLine } from '@chappe/center';
import { adoptFiles } from './adopt-files.ts';
import { isAside } from './aside.ts';
import type { DayFile } from './day-file.ts';
import { DayFiles } from './day-files.ts';
import { FileWatch } from './file-watch.ts';
import { checkFolder, daysIn, exists } from './folder.ts';
import { faultsIn } from './integrity.ts';
import { FolderLock } from './lock.ts';
import { logFault } from './log-fault.ts';
import { Moment } from './moment.ts';
import { freeName } from './put-back.ts';
import type { ClaimedRows, CutRows, LogState, Notice, Request, Row, WorkerRole } from './requests.ts';
import { restoredIn } from './restored.ts';
import type { DayChanges } from './row.ts';
import { columns, placeCodes } from './schema.ts';
import { bodyOf } from './shared-bodies.ts';

const prioAt = columns.indexOf('prio');
const dueAt = columns.indexOf('due');
/** Works on the day files of one folder. */
export class Writer {
  readonly #role: WorkerRole;
  readonly #lock: FolderLock;
  readonly #watch: FileWatch;
  readonly #tell: (notice: Notice) => void;
  readonly #files: DayFiles;
  /** The only one, as long as the folder is locked. */
  #owner: Owner = { node: 0, nodes: 1, epoch: 0, leaseMs: Number.POSITIVE_INFINITY };

  /** Locks the folder and looks at all files. `tell`: hears what nobody has asked for. Throws a CenterError. */
  constructor(role: WorkerRole, tell: (notice: Notice) => void = () => undefined) {
    this.#role = role;
    checkFolder(role.path);
    this.#lock = new FolderLock(role.path);
    adoptFiles(role.path);
    this.#tell = tell;
    this.#files = new DayFiles(role, tell);
    this.#watch = new FileWatch(role.path, this.#files, this.#lock);
  }

  /** Answers one request. Throws a CenterError. */
  answer(request: Request): unknown {
    if (marking.has(request.ask)) this.#check(request);
    switch (request.ask) {
      case 'commit':
        return this.#commit(request.days);
      case 'claim':
        return this.#claim(request.claim);
      case 'recover':
        return this.#recover(request.nowMs);
      case 'renew':
        return undefined;
      case 'take':
        return this.#take(request.id, request.place);
      case 'expired':
        return this.#expired(request.expiry);
      case 'log':
        return this.#log();
      case 'look':
        return this.#watch.look();
      case 'limit':
        return this.#files.limit(request.maxFileBytes);
      case 'aside-tallies':
        return this.#files.aside.tallies();
      case 'set-aside':
        this.#files.setAside(request.day, request.why);
        return undefined;
      case 'close-finished':
        return this.#closeFinished(request.beforeDay);
      case 'hold':
        return new Moment(request.moment).hold();
      case 'close':
        return this.#close();
      default:
        throw new CenterError('CHAPPE_STORE_FAILED', `the writer does not answer ${request.ask}`);
    }
  }

  /** Whoever asks may write now. Throws a CenterError. */
  #check(request: Request): void {
    if (this.#watch.failure !== undefined) throw this.#watch.failure;
    const epoch = 'epoch' in request ? request.epoch : undefined;
    if (epoch !== undefined && epoch !== this.#owner.epoch) throw fencedError({ ...this.#owner, epoch });
    this.#lock.check();
  }

  #commit(days: readonly DayChanges[]): void {
    for (const changes of days) {
      // Changes of a day whose file is gone (purged) have nothing to change.
      if (
        !this.#files.isOpen(changes.day) &&
        this.#files.aside.get(changes.day) === undefined &&
        !changes.hasNew &&
        !exists(this.#files.path(changes.day))
      )
        continue;
      this.#apply(changes);
    }
    this.#files.closeIdle();
  }

  #apply(changes: DayChanges): void {
    const { day } = changes;
    try {
      this.#files.on(day, (file) => file.apply(changes));
      if (changes.hasNew) this.#files.unfinished.add(day);
    } catch (error) {
      // New messages can go into another day. What became of the old ones is kept for the time when it is whole again.
      if (!isAside(error) || changes.isRefusable) throw error;
      this.#files.aside.keep(changes);
    }
  }

  #claim(claim: Claim): ClaimedRows {
    const days = [...this.#files.unfinished].sort((a, b) => a - b);
    const found = this.#files.onEach(days, (file) => file.claim(claim)).flat();
    found.sort(
      (a, b) => num(b, prioAt) - num(a, prioAt) || num(a, dueAt) - num(b, dueAt) || num(a, 0) - num(b, 0),
    );
    const { rows, isCut } = firstOf(found, claim);
    const marked = this.#mark(rows, true);
    const due = this.#files.onEach(days, (file) => file.nextDueMs(claim.lane, claim.account));
    return { rows: marked, isCut, nextDueMs: Math.min(...due, Number.POSITIVE_INFINITY) };
  }

  /** Those that were marked: all but those of days that turn out to be damaged. */
  #mark(rows: readonly Row[], isSynced: boolean): readonly Row[] {
    const byDay = Map.groupBy(rows, (row) => dayNumberOfId(num(row, 0)));
    this.#files.onEach([...byDay.keys()], (file, day) => file.mark(byDay.get(day) ?? [], isSynced));
    if (this.#files.aside.size === 0) return rows;
    return rows.filter((row) => this.#files.aside.get(dayNumberOfId(num(row, 0))) === undefined);
  }

  #take(id: MessageId, place: number): Row | undefined {
    const day = dayNumberOfId(id);
    const isThere = this.#files.isOpen(day) || this.#files.aside.get(day) !== undefined;
    if (!isThere && !exists(this.#files.path(day))) return undefined;
    const row = this.#files.on(day, (file) => file.findIn(id, place));
    // One that an upstream has leaves no second time for that.
    if (row !== undefined) this.#files.on(day, (file) => file.mark([row], place === placeCodes.waiting));
    this.#files.closeIdle();
    return row;
  }

  #expired({ nowMs, limit, octets }: Expiry): CutRows {
    const room = new Room(limit, octets);
    const found = this.#files.onEach([...this.#files.unfinished], (file) => {
      const rows: Row[] = [];
      if (!room.isUsedUp) file.expired(nowMs, room, rows);
      return rows;
    });
    // What becomes of them is stored before anybody hears of it.
    const rows = this.#mark(found.flat(), false);
    this.#lookAtOne();
    return { rows, isCut: room.isUsedUp };
  }

  /**
   * Looks at one of the days, in turn: what holds nothing unfinished any more is closed, and costs nothing from then on.
   * Nothing new comes to a day that is over, since ids never go back.
   */
  #lookAtOne(): void {
    const newest = this.#newest();
    for (const day of this.#files.unfinished) {
      if (day === newest) continue;
      this.#files.unfinished.delete(day);
      // Behind the others: the next look is at another one.
      const [isUnfinished] = this.#files.onEach([day], (file) => file.hasUnfinished());
      if (isUnfinished === true) this.#files.unfinished.add(day);
      else if (isUnfinished === false) this.#files.close(day);
      return;
    }
  }

  #newest(): number {
    let newest = -1;
    for (const day of this.#files.unfinished) if (day > newest) newest = day;
    return newest;
  }

  #recover(nowMs: number): Recovery {
    this.#owner = { ...this.#owner, epoch: this.#lock.begin() };
    for (const day of this.#files.aside.numbers()) this.#takeBack(day, nowMs);
    const waiting: Waiting[] = [];
    let uncertain = 0;
    let sent = 0;
    // A folder that was laid back goes on above what it may have lost.
    let { highestId, highestShort } = restoredIn(this.#role.path);
    const line = timelineLine(nowMs, 'recovered', 'uncertain=1');
    for (const day of daysIn(this.#role.path)) {
      const isInDoubt = this.#hasLostLog(day);
      const [found] = this.#files.onEach([day], (file) => {
        if (isInDoubt) file.doubt(line);
        const highest = file.highest();
        if (!file.hasUnfinished()) return { highest };
        const marked = file.recover(line);
        return { highest, more: { marked, waiting: file.waiting(), sent: file.sent() } };
      });
      if (found === undefined) continue;
      highestId = Math.max(highestId, found.highest.id);
      highestShort = Math.max(highestShort, found.highest.short);
      if (found.more === undefined) continue;
      this.#files.unfinished.add(day);
      uncertain += found.more.marked;
      waiting.push(...found.more.waiting);
      sent += found.more.sent;
      this.#files.closeIdle();
    }
    const aside = this.#files.aside.all();
    return { owner: this.#owner, highestId, highestShort, waiting, sent, uncertain, aside };
  }

  /**
   * Whether what was written last is lost with a damaged log. What waits may have left since then; what of it can be read is
   * in the file as soon as that is opened, so the log is kept as it was.
   */
  #hasLostLog(day: number): boolean {
    const path = this.#files.path(day);
    if (this.#files.isOpen(day) || this.#files.aside.get(day) !== undefined) return false;
    const fault = logFault(`${path}-wal`);
    if (fault === undefined) return false;
    const kept = freeName(`${path}-wal`, 'damaged');
    copyFileSync(`${path}-wal`, kept);
    const message =
      `the log of ${path} is damaged (${fault}): what was stored last before the process ended may be missing, and what ` +
      `waits is marked as uncertain; the log is kept as ${basename(kept)}`;
    this.#tell({ notice: 'trouble', report: { path, message } });
    return true;
  }

  /** A day that was set aside before: when its file is whole again, what was kept of it is made there. */
  #takeBack(day: number, nowMs: number): void {
    if (faultsIn(this.#files.path(day), { isDay: true }).length > 0) return;
    let file: DayFile | undefined;
    try {
      file = this.#files.fresh(day);
      for (const changes of this.#files.aside.kept(day)) file.apply(changes);
      // It may be an older copy: what waits there may have left since.
      file.doubt(timelineLine(nowMs, 'recovered', 'uncertain=1'));
    } catch {
      // As it was: why stands beside it.
      file?.close();
      return;
    }
    file.close();
    this.#files.aside.release(day);
  }

  #log(): LogState {
    let octets = 0;
    let trouble: string | undefined;
    const logs = this.#files.onEach(this.#files.open(), (file) => file.log(this.#role.checkpointPages));
    for (const log of logs) {
      octets += log.octets;
      trouble ??= log.trouble;
    }
    return { octets, trouble };
  }

  /** Closes the files of days before that hold nothing unfinished; returns those days. */
  #closeFinished(beforeDay: number): string[] {
    const finished: number[] = [];
    for (const day of daysIn(this.#role.path)) {
      if (day >= beforeDay) continue;
      const [isUnfinished] = this.#files.onEach([day], (file) => file.hasUnfinished());
      if (isUnfinished !== false) continue;
      this.#files.close(day);
      this.#files.unfinished.delete(day);
      finished.push(day);
    }
    this.#watch.leave(finished);
    return finished.map(dayOfNumber);
  }

  #close(): void {
    // The last moment in which what is open can be put back.
    this.#watch.look();
    for (const day of this.#files.open()) this.#files.close(day);
    this.#files.aside.close();
    this.#lock.release();
  }
}

/** What must not be done while it would be gone with the process. */
const marking: ReadonlySet<Request['ask']> = new Set([
  'commit',
  'renew',
  'claim',
  'take',
  'expired',
  'close-finished',
]);

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
