/** The writing thread's side of the store: all day files that are in use, one transaction at a time. */
import type { Claim, Expiry, MessageId, Owner, Recovery, Waiting } from '@chappe/center';
import { CenterError, dayNumberOfId, dayOfNumber, fencedError, Room, timelineLine } from '@chappe/center';
import { adoptFiles } from './adopt-files.ts';
import { asideError } from './aside.ts';
import { Commits } from './commits.ts';
import { type DayFile, tableOfRow } from './day-file.ts';
import { DayFiles } from './day-files.ts';
import { FileWatch } from './file-watch.ts';
import { checkFolder, daysIn, exists } from './folder.ts';
import { FRAME_OCTETS } from './frame.ts';
import { faultsIn } from './integrity.ts';
import { FolderLock } from './lock.ts';
import { keepLostLogs } from './lost-logs.ts';
import { backupError } from './manifest.ts';
import { Moment } from './moment.ts';
import { noPlace, RecordWriter } from './records.ts';
import type {
  ClaimedRows,
  Concern,
  CutRows,
  FileReport,
  LogState,
  Notice,
  Request,
  Row,
  WorkerRole,
} from './requests.ts';
import { restoredIn } from './restored.ts';
import { opMark } from './row.ts';
import { columns, placeCodes } from './schema.ts';
import { bodyOf } from './shared-bodies.ts';
import { type Commit, Turns } from './turns.ts';

const prioAt = columns.indexOf('prio');
const dueAt = columns.indexOf('due');
const placeAt = columns.indexOf('place');

/** Works on the day files of one folder. */
export class Writer {
  readonly #role: WorkerRole;
  readonly #lock: FolderLock;
  readonly #watch: FileWatch;
  readonly #tell: (notice: Notice) => void;
  readonly #files: DayFiles;
  readonly #commits: Commits;
  readonly #marks: RecordWriter = new RecordWriter(FRAME_OCTETS);
  /** Days whose log was damaged when the folder was opened: what was written last may be lost. */
  readonly #doubtful: Map<number, FileReport>;
  readonly #turns: Turns = new Turns({
    append: (commit) => this.#append(commit),
    sync: () => this.#commits.sync(),
    one: (request) => this.#do(request),
  });
  /** The only one, as long as the folder is locked. */
  #owner: Owner = { node: 0, nodes: 1, epoch: 0, leaseMs: Number.POSITIVE_INFINITY };

  /**
   * Locks the folder, looks at all files, and puts into them what only the journal has. `tell`: hears what nobody has asked
   * for. Throws a CenterError.
   */
  constructor(role: WorkerRole, tell: (notice: Notice) => void = () => undefined) {
    this.#role = role;
    checkFolder(role.path);
    this.#lock = new FolderLock(role.path);
    adoptFiles(role.path);
    this.#tell = tell;
    this.#files = new DayFiles(role, tell);
    // Before a file is opened, which ends its log where it is damaged.
    this.#doubtful = keepLostLogs(daysIn(role.path), this.#files);
    this.#commits = new Commits(role, this.#files, this.#lock, tell);
    this.#watch = new FileWatch(role.path, this.#files, this.#lock, () => this.#commits.mend());
  }

  /**
   * Answers one request; in turn, but for those that wait for no disk. Rejects with a CenterError.
   */
  answer(request: Request): Promise<unknown> {
    if (request.ask === 'settle') return this.#settle(request.concern);
    if (request.ask === 'checkpoint') return Promise.resolve(this.#commits.checkpointed());
    return this.#turns.ask(request);
  }

  async #append(commit: Commit): Promise<void> {
    this.#check(commit);
    for (const day of commit.refusableDays) {
      // New messages can go into another day. What became of the old ones is kept for the time when it is whole again.
      const aside = this.#files.aside.get(day);
      if (aside !== undefined) throw asideError(aside);
    }
    await this.#commits.append(commit.octets, commit.records, commit.refusableDays.length > 0);
  }

  async #settle(concern: Concern): Promise<void> {
    if (concern === 'all') await this.#commits.settleAll();
    else this.#commits.settle(concern);
  }

  #do(request: Request): unknown {
    this.#commits.commit();
    if (marking.has(request.ask)) this.#check(request);
    switch (request.ask) {
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
        return this.#limit(request.maxFileBytes);
      case 'aside-tallies':
        this.#commits.settle('all');
        return this.#files.aside.tallies();
      case 'set-aside':
        this.#files.setAside(request.day, request.why);
        return undefined;
      case 'close-finished':
        return this.#closeFinished(request.beforeDay);
      case 'hold':
        return this.#hold(request.moment);
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

  #limit(maxFileBytes: number): void {
    this.#files.limit(maxFileBytes);
    this.#commits.settle('all');
  }

  #hold(memory: SharedArrayBuffer): void {
    const moment = new Moment(memory);
    try {
      for (const { path, message } of this.#doubtful.values())
        throw backupError(`${message}: start the server once, which marks what is in doubt`, path);
      this.#commits.settle('all');
    } catch (error) {
      moment.giveUp();
      throw error;
    }
    moment.hold();
  }

  async #claim(claim: Claim): Promise<ClaimedRows> {
    this.#commits.settleWaiting();
    const days = [...this.#files.unfinished].sort((a, b) => a - b);
    const found = this.#files.onEach(days, (file) => file.claim(claim)).flat();
    found.sort(
      (a, b) => num(b, prioAt) - num(a, prioAt) || num(a, dueAt) - num(b, dueAt) || num(a, 0) - num(b, 0),
    );
    const { rows, isCut } = firstOf(found, claim);
    const marked = await this.#mark(rows, true);
    const due = this.#files.onEach(days, (file) => file.nextDueMs(claim.lane, claim.account));
    return { rows: marked, isCut, nextDueMs: Math.min(...due, Number.POSITIVE_INFINITY) };
  }

  /**
   * Those that were marked: all but those of days that turn out to be damaged. `isDurable`: the mark is on the disk before they
   * may leave, so that after a power loss it is known that they may have. Else a lost one means only that they are where they
   * were before.
   */
  async #mark(found: readonly Row[], isDurable: boolean): Promise<readonly Row[]> {
    if (found.length === 0) return found;
    const rows = found.flatMap((row) => this.#current(row));
    if (rows.length === 0) return rows;
    const frame = isDurable ? await this.#noteMarks(rows) : undefined;
    const byDay = Map.groupBy(rows, (row) => dayNumberOfId(num(row, 0)));
    this.#files.onEach([...byDay.keys()], (file, day) => file.mark(byDay.get(day) ?? []));
    this.#commits.wrote(byDay.keys(), frame);
    if (this.#files.aside.size === 0) return rows;
    return rows.filter((row) => this.#files.aside.get(dayNumberOfId(num(row, 0))) === undefined);
  }

  #noteMarks(rows: readonly Row[]): Promise<number> {
    for (const row of rows) {
      this.#marks.begin(opMark, tableOfRow(row), noPlace, num(row, 0));
      this.#marks.end();
    }
    return this.#commits.appendOwn(this.#marks);
  }

  /** A row with what has come to it and is not in its file; none when it is not where it was any more. */
  #current(row: Row): Row[] {
    const id = num(row, 0);
    if (!this.#commits.has(id)) return [row];
    this.#commits.settle(id);
    const now = this.#files.on(dayNumberOfId(id), (file) => file.findIn(id, num(row, placeAt)));
    return now === undefined ? [] : [now];
  }

  async #take(id: MessageId, place: number): Promise<Row | undefined> {
    this.#commits.settle(id);
    const day = dayNumberOfId(id);
    const isThere = this.#files.isOpen(day) || this.#files.aside.get(day) !== undefined;
    if (!isThere && !exists(this.#files.path(day))) return undefined;
    const row = this.#files.on(day, (file) => file.findIn(id, place));
    // One that an upstream has leaves no second time for that.
    if (row !== undefined) await this.#mark([row], place === placeCodes.waiting);
    this.#files.closeIdle();
    return row;
  }

  async #expired({ nowMs, limit, octets }: Expiry): Promise<CutRows> {
    this.#commits.settleEnding(nowMs);
    const room = new Room(limit, octets);
    const found = this.#files.onEach([...this.#files.unfinished], (file) => {
      const rows: Row[] = [];
      if (!room.isUsedUp) file.expired(nowMs, room, rows);
      return rows;
    });
    // What becomes of them is stored before anybody hears of it.
    const rows = await this.#mark(found.flat(), false);
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
      if (day === newest || this.#commits.hasDay(day)) continue;
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
    this.#commits.settle('all');
    this.#owner = { ...this.#owner, epoch: this.#lock.begin() };
    const replay = this.#commits.takeOver();
    for (const day of this.#files.aside.numbers()) this.#takeBack(day, nowMs);
    const waiting: Waiting[] = [];
    let uncertain = 0;
    let sent = 0;
    // A folder that was laid back goes on above what it may have lost.
    let { highestId, highestShort } = restoredIn(this.#role.path);
    const line = timelineLine(nowMs, 'recovered', 'uncertain=1');
    for (const day of daysIn(this.#role.path)) {
      const lostLog = this.#doubtful.get(day);
      if (lostLog !== undefined) this.#tell({ notice: 'trouble', report: lostLog });
      const [found] = this.#files.onEach([day], (file) => {
        if (lostLog !== undefined) file.doubt(line);
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
    this.#doubtful.clear();
    const aside = this.#files.aside.all();
    return { owner: this.#owner, highestId, highestShort, waiting, sent, uncertain, aside, replay };
  }

  /** A day that was set aside before: when its file is whole again, what was kept of it is made there. */
  #takeBack(day: number, nowMs: number): void {
    if (faultsIn(this.#files.path(day), { isDay: true }).length > 0) return;
    let file: DayFile | undefined;
    try {
      file = this.#files.fresh(day);
      for (const operations of this.#files.aside.kept(day)) file.apply(operations);
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
    let octets = this.#commits.octets;
    let trouble: string | undefined;
    const logs = this.#files.onEach(this.#files.open(), (file) => file.log(this.#role.checkpointPages));
    for (const log of logs) {
      octets += log.octets;
      trouble ??= log.trouble;
    }
    return { octets, trouble };
  }

  /** Closes the files of days before that hold nothing unfinished; returns those days. */
  async #closeFinished(beforeDay: number): Promise<string[]> {
    this.#commits.settle('all');
    const finished: number[] = [];
    for (const day of daysIn(this.#role.path)) {
      if (day >= beforeDay) continue;
      const [isUnfinished] = this.#files.onEach([day], (file) => file.hasUnfinished());
      if (isUnfinished !== false) continue;
      this.#files.close(day);
      this.#files.unfinished.delete(day);
      finished.push(day);
    }
    // A crash must not bring back from the journal what is thrown away now.
    if (finished.length > 0) await this.#commits.finish();
    this.#watch.leave(finished);
    return finished.map(dayOfNumber);
  }

  async #close(): Promise<void> {
    // The last moment in which what is open can be put back.
    this.#watch.look();
    await this.#commits.close();
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
