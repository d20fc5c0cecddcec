/** One day's database, open for writing, with its statements prepared. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Claim, Waiting } from '@chappe/center';
import { CenterError, Room } from '@chappe/center';
import { Addresses, hasAddresses } from './addresses.ts';
import { prepare, type Statements, tables } from './day-statements.ts';
import { failureOf } from './failure.ts';
import { checkOurs, exists } from './folder.ts';
import { logPages, logState } from './log-state.ts';
import { makeDayFile, PAGE_OCTETS } from './make-day-file.ts';
import { openDatabase } from './open-database.ts';
import { type Fate, putBack, Whereabouts } from './put-back.ts';
import type { LogState, Row, TallyRow } from './requests.ts';
import {
  chargeWidth,
  MAX_TIMELINE,
  type Operation,
  opBody,
  opCharge,
  opDone,
  opInsert,
  opLine,
  opMark,
  opNew,
  opRemove,
  opReplace,
  opUpdate,
} from './row.ts';
import { columns, talliesSql, unfinishedSql, upgradeSql } from './schema.ts';
import { bodyOf, SharedBodies } from './shared-bodies.ts';

/** How a file is opened. */
export interface DayFileOptions {
  readonly checkpointPages: number;
  readonly maxFileBytes: number;
  /** Another thread copies the log into the file; default false: it is done here. */
  readonly hasCheckpointer?: boolean | undefined;
}

/** Where that thread does not come to it, the log is copied here when it has so many times the pages. */
const SAFETY = 8;

/** A log that a burst made large is cut back to this. */
const LOG_LIMIT_OCTETS = 64 * 1024 * 1024;
const destinationAt = columns.indexOf('destination');

/** A day's database. Its methods throw what SQLite throws; `failureOf` says what it means. */
export class DayFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements: readonly [Statements, Statements];
  readonly #line: StatementSync;
  readonly #keepBody: StatementSync;
  readonly #bodies: SharedBodies;
  readonly #whereabouts: Whereabouts;
  /** Files of versions before 5 have an index of their own. */
  readonly #addresses: Addresses | undefined;
  #cacheKib = 0;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;

  private constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.#database = database;
    this.#whereabouts = new Whereabouts(path);
    this.#statements = [prepare(database, 'msg'), prepare(database, 'note')];
    // A line that is there already came with a change that is made once more, after a crash.
    this.#line = database.prepare(
      `UPDATE msg SET timeline = coalesce(timeline, '') || ?1 WHERE id = ?2 ` +
        `AND length(coalesce(timeline, '')) < ${MAX_TIMELINE} AND instr(coalesce(timeline, ''), ?1) = 0`,
    );
    this.#keepBody = database.prepare('INSERT OR REPLACE INTO shared(id, content, text) VALUES(?, ?, ?)');
    this.#bodies = new SharedBodies(database);
    this.#addresses = hasAddresses(database) ? new Addresses(database) : undefined;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
  }

  /** Opens the file of a day, and makes it when there is none. Throws a CenterError. */
  static open(path: string, options: DayFileOptions): DayFile {
    let database: DatabaseSync | undefined;
    try {
      if (!exists(path)) makeDayFile(path);
      database = openDatabase(path, { timeout: 1_000 });
      setUp(database, path, options);
      return new DayFile(path, database);
    } catch (error) {
      database?.close();
      throw failureOf(error, path);
    }
  }

  /**
   * Does all of them in a transaction that stays open until `commit`; what others of these methods change goes in there, too.
   * When it throws, nothing is left of it.
   */
  apply(operations: readonly Operation[]): void {
    const begin = this.#database.isTransaction ? undefined : this.#begin;
    try {
      begin?.run();
      if (begin !== undefined) this.#addresses?.begin();
      for (const operation of operations) this.#do(operation);
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  /** Ends the transaction that `apply` has begun, if there is one; it is on the disk once the log has been synced. */
  commit(): void {
    if (!this.#database.isTransaction) return;
    try {
      this.#commit.run();
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  /** Pages of its log that are not in the file. */
  get logPages(): number {
    return logPages(this.#database);
  }

  /** Due waiting rows of one account in one lane, in order inside each table and priority. */
  claim({ lane, account, limit, octets, nowMs, beforeId }: Claim): Row[] {
    const found: Row[] = [];
    for (let prio = 3; prio >= 0 && found.length < limit; prio -= 1) {
      for (const { claim } of this.#statements) {
        const room = new Room(limit, octets);
        this.#read(claim.iterate(lane, account, prio, nowMs, beforeId, limit), room, found);
      }
    }
    return found;
  }

  /** Marks rows as being in memory. */
  mark(rows: readonly Row[]): void {
    this.#transaction(() => {
      for (const row of rows) this.#statements[tableOfRow(row)].mark.run(row[0] as number);
    });
  }

  /** When the next waiting row of an account in a lane is due. */
  nextDueMs(lane: string, account: string): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { nextDue } of this.#statements) {
      for (let prio = 0; prio <= 3; prio += 1) {
        const [due] = nextDue.get(lane, account, prio) as unknown as [number | null];
        if (due !== null && due < least) least = due;
      }
    }
    return least;
  }

  /** The row with that id, if it has that place. */
  findIn(id: number, place: number): Row | undefined {
    for (const { find } of this.#statements) {
      const row = find.get(id) as unknown as Row | undefined;
      if (row === undefined) continue;
      return row[columns.indexOf('place')] === place ? this.#bodies.whole(row) : undefined;
    }
    return undefined;
  }

  /** Adds rows past their validity, as far as there is room. */
  expired(nowMs: number, room: Room, found: Row[]): void {
    for (const { expired } of this.#statements)
      if (!room.isUsedUp) this.#read(expired.iterate(nowMs), room, found);
  }

  /** Rows in memory wait again, with a line in their timeline; returns how many. */
  recover(line: string): number {
    let changed = 0;
    this.#transaction(() => {
      for (const [table, guard] of [
        ['msg', 'INDEXED BY msg_memory'],
        ['note', ''],
      ]) {
        // Taken for its receipt, which was not stored: it is at its upstream as before.
        this.#database.exec(
          `UPDATE ${table} ${guard} SET place = 1 WHERE place = 2 AND reference IS NOT NULL`,
        );
        const sql = `UPDATE ${table} ${guard} SET place = 0, timeline = coalesce(timeline, '') || ? WHERE place = 2`;
        changed += Number(this.#database.prepare(sql).run(line).changes);
      }
    });
    return changed;
  }

  /** Nobody knows what became of those that wait while the file was away. */
  doubt(line: string): void {
    this.#transaction(() => {
      for (const table of tables)
        this.#database
          .prepare(`UPDATE ${table} SET timeline = coalesce(timeline, '') || ? WHERE place = 0`)
          .run(line);
    });
  }

  /** What waits, by lane and account. */
  waiting(): Waiting[] {
    return tables.flatMap((table) =>
      this.#database
        .prepare(
          `SELECT lane, account, count(*) AS count,${table === 'note' ? ' count(*) AS notes,' : ''} min(due) AS nextDueMs FROM ${table} WHERE place = 0 GROUP BY lane, account`,
        )
        .all()
        .map((row) => row as unknown as Waiting),
    );
  }

  /** How many are at an upstream. */
  sent(): number {
    const sql = `SELECT (SELECT count(*) FROM msg WHERE place = 1) + (SELECT count(*) FROM note WHERE place = 1) AS count`;
    return (this.#database.prepare(sql).get() as unknown as { count: number }).count;
  }

  /** Its sums of money, one row for each account. */
  tallies(): TallyRow[] {
    const statement = this.#database.prepare(talliesSql);
    statement.setReturnArrays(true);
    return statement.all() as unknown as TallyRow[];
  }

  /** Highest id and highest short counter; -1 when there is none. */
  highest(): { readonly id: number; readonly short: number } {
    const sql = `SELECT max((SELECT coalesce(max(id), -1) FROM msg), (SELECT coalesce(max(id), -1) FROM note)) AS id,
      (SELECT coalesce(max(short), -1) FROM msg WHERE short IS NOT NULL) AS short`;
    return this.#database.prepare(sql).get() as unknown as { id: number; short: number };
  }

  /** True while it holds a row that is not final. */
  hasUnfinished(): boolean {
    return (this.#database.prepare(unfinishedSql).get() as unknown as { found: number }).found === 1;
  }

  /** See WorkerRole.maxFileBytes. */
  limit(maxFileBytes: number): void {
    limitPages(this.#database, maxFileBytes);
  }

  /** See `logState`. */
  log(checkpointPages: number): LogState {
    return logState(this.#database, this.path, checkpointPages);
  }

  /** Copies what is in its log into the file, synced. Throws the error of SQLite, or a CenterError where somebody reads it. */
  checkpoint(): void {
    const { busy } = this.#database.prepare('PRAGMA wal_checkpoint(RESTART)').get() as {
      readonly busy: number;
    };
    if (busy !== 0)
      throw new CenterError('CHAPPE_STORE_LOCKED', `${this.path} is read by another`, { path: this.path });
  }

  /** What has become of the file, as it is called. */
  fate(): Fate {
    return this.#whereabouts.look();
  }

  /** See `putBack`. */
  putBack(isOther: boolean): string | undefined {
    return putBack(this.#database, this.path, isOther);
  }

  /** Octets, in KiB, that its page cache may take. */
  cache(kib: number): void {
    if (kib === this.#cacheKib) return;
    this.#cacheKib = kib;
    this.#database.exec(`PRAGMA cache_size = -${kib}; PRAGMA shrink_memory`);
  }

  close(): void {
    this.#database.close();
  }

  #read(rows: Iterable<unknown>, room: Room, found: Row[]): void {
    this.#bodies.forget();
    for (const row of rows as Iterable<Row>) {
      found.push(this.#bodies.whole(row));
      room.take(bodyOf(found.at(-1) as Row));
      if (room.isUsedUp) return;
    }
  }

  #transaction(work: () => void): void {
    this.commit();
    this.#begin.run();
    try {
      work();
      this.#commit.run();
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  #undo(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    this.#addresses?.read();
  }

  #address(table: 0 | 1, row: Operation['values']): void {
    if (table === 0) this.#addresses?.add(row[destinationAt] as string, row[0] as number);
  }

  #do({ op, table, values }: Operation): void {
    const statements = this.#statements[table];
    switch (op) {
      case opInsert:
        statements.insert.run(...values);
        this.#address(table, values);
        break;
      case opNew:
      case opReplace:
        statements.replace.run(...values);
        this.#address(table, values);
        break;
      case opBody:
        this.#keepBody.run(...values);
        break;
      case opDone:
        statements.done.run(...values);
        break;
      case opCharge:
        statements.charge.run(...values.slice(chargeWidth));
        break;
      case opUpdate:
        statements.update.run(...values);
        break;
      case opRemove:
        statements.remove.run(...values);
        break;
      case opLine:
        this.#line.run(...values);
        break;
      case opMark:
        statements.mark.run(...values);
        break;
      default:
        throw new CenterError('CHAPPE_STORE_FAILED', `unknown operation ${op}`);
    }
  }
}

/** 1 for receipts and notices: bit 1 of the kind. */
export function tableOfRow(row: Row): 0 | 1 {
  return ((row[4] as number) & 2) === 0 ? 0 : 1;
}

function limitPages(database: DatabaseSync, maxFileBytes: number): void {
  const pages = maxFileBytes === 0 ? 0xffff_fffe : Math.max(1, Math.floor(maxFileBytes / PAGE_OCTETS));
  database.exec(`PRAGMA max_page_count = ${pages}`);
}

function setUp(database: DatabaseSync, path: string, options: DayFileOptions): void {
  const pragma = (name: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  // Looked at before anything is written: what is none of ours stays as it is.
  checkOurs(database, path);
  // What is acknowledged is in the journal; the log of this file is synced before that forgets it.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(
    `PRAGMA wal_autocheckpoint = ${options.hasCheckpointer === true ? SAFETY * options.checkpointPages : options.checkpointPages}; PRAGMA journal_size_limit = ${LOG_LIMIT_OCTETS}`,
  );
  database.exec('PRAGMA temp_store = MEMORY');
  // A row that replaces another one is the end of that one: its money must be taken away.
  database.exec('PRAGMA recursive_triggers = ON');
  limitPages(database, options.maxFileBytes);
  const upgrade = upgradeSql(pragma('user_version'));
  if (upgrade !== undefined) database.exec(`BEGIN IMMEDIATE; ${upgrade} COMMIT`);
}
