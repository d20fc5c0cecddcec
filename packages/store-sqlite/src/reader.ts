/** The reading thread's side of the store: finds and searches, which must never hold the writer up. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MessageId } from '@chappe/center';
import {
  CenterError,
  type DayAside,
  type DayCount,
  dayNumber,
  dayNumberOfId,
  dayOfNumber,
  firstIdAt,
  type Match,
  type SearchQuery,
  type Tally,
} from '@chappe/center';
import { hasAddresses } from './addresses.ts';
import { asideError, isAside } from './aside.ts';
import { failureOf, isDamage, whyOf } from './failure.ts';
import { checkOurs, dayPath, daysIn, exists } from './folder.ts';
import { openDatabase } from './open-database.ts';
import { Page } from './page.ts';
import { ReadFailures } from './read-failures.ts';
import type { Notice, PageRows, Request, Row, SearchRows, TallyRow, WorkerRole } from './requests.ts';
import { segmentsMask, segmentsShift } from './row.ts';
import { columns, placeCodes, recountSql, talliesSql, unfinishedSql } from './schema.ts';
import { SharedBodies } from './shared-bodies.ts';
import { CHUNK, type Walk, type Walks, walksOf } from './walk.ts';

const all = columns.join(', ');
const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;
const MAX_REFERENCES = 256;
/** Files open at once. */
const MAX_FILES = 8;

interface OpenFile {
  readonly database: DatabaseSync;
  readonly bodies: SharedBodies;
  /** See addresses.ts. */
  readonly hasAddresses: boolean;
}

/** Which messages a search looks at. */
interface Span {
  readonly lowest: MessageId;
  /** Below this one; comes down as the search goes on. */
  highest: MessageId;
  readonly endMs: number;
}

/** Reads the day files of one folder. */
export class Reader {
  readonly #role: WorkerRole;
  readonly #files: Map<number, OpenFile> = new Map();
  /** Days that are over and hold nothing unfinished any more. */
  readonly #finished: Set<number> = new Set();
  /** Days whose file is damaged: nothing is read of them. */
  readonly #aside: Map<number, Pick<DayAside, 'day' | 'path' | 'why'>> = new Map();
  readonly #failures: ReadFailures = new ReadFailures();
  readonly #tell: (notice: Notice) => void;

  /** `tell`: hears of days that cannot be read. */
  constructor(role: WorkerRole, tell: (notice: Notice) => void = () => undefined) {
    this.#role = role;
    this.#tell = tell;
  }

  /** Answers one request. Throws a CenterError. */
  answer(request: Request): unknown {
    switch (request.ask) {
      case 'find':
        return this.#find(request.id);
      case 'short':
        return this.#short(request.counter);
      case 'upstream-id':
        return this.#upstreamId(request.group, request.ids, request.begins);
      case 'lane':
        return this.#lane(request.lane, request.limit, request.beforeId);
      case 'tallies':
        return this.#tallies(talliesSql, request.days);
      case 'recount':
        return this.#tallies(recountSql, undefined);
      case 'counts':
        return this.#counts();
      case 'matching':
        return this.#matching(request.match, request.limit);
      case 'search':
        return this.#search(request.query);
      case 'forget':
        for (const day of request.days) this.#forget(dayNumber(day));
        return undefined;
      case 'set-aside': {
        const { day, why } = request;
        this.#close(day);
        this.#aside.set(day, { day: dayOfNumber(day), path: dayPath(this.#role.path, day), why });
        return undefined;
      }
      case 'close':
        for (const day of [...this.#files.keys()]) this.#close(day);
        return undefined;
      default:
        throw new CenterError('CHAPPE_STORE_FAILED', `the reader does not answer ${request.ask}`);
    }
  }

  #find(id: MessageId): Row | undefined {
    const day = dayNumberOfId(id);
    if (!this.#aside.has(day) && !exists(dayPath(this.#role.path, day))) return undefined;
    for (const table of ['msg', 'note']) {
      const [row] = this.#messages(day, `SELECT ${all} FROM ${table} WHERE id = ?`, [id]);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  #refuseAside(days: Iterable<number>): void {
    for (const day of days) {
      const aside = this.#aside.get(day);
      if (aside !== undefined) throw asideError(aside);
    }
  }

  #short(counter: number): Row | undefined {
    // Newest first: a counter that has gone round once means the later message.
    const sql = `SELECT ${all} FROM msg WHERE short = ? AND short IS NOT NULL ORDER BY id LIMIT 1`;
    for (const day of this.#days()) {
      const [[row] = []] = this.#each([day], () => this.#messages(day, sql, [counter]));
      if (row !== undefined) return row;
    }
    // Nobody knows whether it is there.
    this.#refuseAside(this.#aside.keys());
    return undefined;
  }

  #upstreamId(group: string, ids: readonly string[], begins: boolean): Row[] {
    // Along the index in both cases; U+10FFFF is above what any id goes on with.
    const terms = begins
      ? ids.map(() => '(reference >= ? AND reference < ?)').join(' OR ')
      : `reference IN (${ids.map(() => '?').join(', ')})`;
    const values = begins ? ids.flatMap((start) => [start, `${start}\u{10ffff}`]) : ids;
    const sql = `SELECT ${all} FROM msg WHERE place = 1 AND connector = ? AND (${terms}) ORDER BY id LIMIT ${MAX_REFERENCES}`;
    return this.#each(this.#unfinishedDays(), (day) => this.#messages(day, sql, [group, ...values])).flat();
  }

  #lane(lane: string, limit: number, beforeId: MessageId): PageRows {
    const page = new Page(limit);
    const of = (table: string): string =>
      `SELECT ${all} FROM ${table} WHERE place = 0 AND lane = ? AND id < ?`;
    const sql = `${of('msg')} UNION ALL ${of('note')} ORDER BY id DESC LIMIT ?`;
    for (const day of this.#unfinishedDays()) {
      this.#each([day], () => this.#fill(page, day, sql, [lane, beforeId, lane, beforeId, limit]));
      if (page.isFull) return { rows: page.rows, nextBeforeId: page.lastId };
    }
    return { rows: page.rows, nextBeforeId: undefined };
  }

  #counts(): DayCount[] {
    const sql = `SELECT account, sum(((flags >> ${segmentsShift}) & ${segmentsMask}) + 1) FROM msg WHERE (flags & 3) = 0 GROUP BY account`;
    return this.#each(this.#days(), (day) =>
      this.#rows(day, sql, []).map((row): DayCount => {
        const [account, segments] = row as unknown as [string, number];
        return { day: dayOfNumber(day), account, segments };
      }),
    ).flat();
  }

  #tallies(sql: string, days: readonly string[] | undefined): Tally[] {
    const of = (day: number): Tally[] =>
      this.#rows(day, sql, []).map((row): Tally => {
        const [account, messages, accepted, reserved, settled, released] = row as unknown as TallyRow;
        return { day: dayOfNumber(day), account, messages, accepted, reserved, settled, released };
      });
    if (days === undefined) return this.#each(this.#days(), of).flat();
    // Whoever names days is about to forget them: none may be left out.
    return days.flatMap((day) => of(dayNumber(day)));
  }

  #matching(match: Match, limit: number): MessageId[] {
    const terms = ['destination = ?', '(flags & 3) = 0'];
    const values: (string | number)[] = [match.destination];
    for (const [column, value] of [
      ['account', match.account],
      ['source', match.source],
      ["coalesce(service, '')", match.serviceType],
    ]) {
      if (value === undefined) continue;
      terms.push(`${column} = ?`);
      values.push(value);
    }
    // Each place has an index of its own.
    const of = (place: number): string =>
      `SELECT id FROM msg WHERE place = ${place} AND ${terms.join(' AND ')}`;
    const sql = `${of(placeCodes.waiting)} UNION ALL ${of(placeCodes.memory)} ORDER BY id DESC LIMIT ${limit}`;
    values.push(...values);
    const ids: MessageId[] = [];
    for (const day of this.#unfinishedDays()) {
      for (const row of this.#each([day], () => this.#rows(day, sql, values)).flat())
        ids.push(row[0] as number);
      if (ids.length >= limit) break;
    }
    return ids.slice(0, limit);
  }

  #search(query: SearchQuery): SearchRows {
    const limit = Math.min(MAX_PAGE, Math.max(1, query.limit ?? DEFAULT_PAGE));
    const lowest = query.afterMs === undefined ? 0 : firstIdAt(query.afterMs);
    let highest = query.beforeMs === undefined ? Number.MAX_SAFE_INTEGER : firstIdAt(query.beforeMs);
    highest = Math.min(highest, query.beforeId ?? Number.MAX_SAFE_INTEGER);
    const span = { lowest, highest, endMs: performance.now() + this.#role.searchTimeoutMs };
    const walks = walksOf(query);
    const page = new Page(limit);
    const aside: string[] = [];
    for (const day of this.#days()) {
      if (day > dayNumberOfId(span.highest) || day < dayNumberOfId(lowest)) continue;
      const [end] = this.#each([day], () => this.#walkDay(day, walks, span, page));
      if (end === undefined) aside.push(dayOfNumber(day));
      else if (end !== 'done') return { ...end, rows: page.rows, ...(aside.length === 0 ? {} : { aside }) };
    }
    return {
      rows: page.rows,
      nextBeforeId: undefined,
      partial: false,
      ...(aside.length === 0 ? {} : { aside }),
    };
  }

  /** Goes through one day; unless it comes to its end: where to go on. */
  #walkDay(
    day: number,
    { plain, byPart }: Walks,
    span: Span,
    page: Page,
  ): Pick<SearchRows, 'nextBeforeId' | 'partial'> | 'done' {
    const parts = byPart === undefined ? undefined : this.#partsOf(day);
    if (byPart === undefined || parts === undefined) return this.#walk(day, plain, plain.values, span, page);
    for (const part of parts) {
      const end = this.#walk(day, byPart, [part, ...byPart.values], span, page);
      if (end !== 'done') return end;
    }
    return 'done';
  }

  /** The parts of a day's addresses, newest first; undefined: its file is of a version that has none. */
  #partsOf(day: number): number[] | undefined {
    const has = this.#ask(day, 'SELECT 1', () => this.#files.get(day)?.hasAddresses);
    if (has !== true) return undefined;
    return this.#rows(day, 'SELECT first FROM part ORDER BY first DESC', []).map(
      ([first]) => first as number,
    );
  }

  /** Along one index. `values`: where. */
  #walk(
    day: number,
    walk: Walk,
    values: readonly (string | number)[],
    span: Span,
    page: Page,
  ): Pick<SearchRows, 'nextBeforeId' | 'partial'> | 'done' {
    let at = span.highest;
    for (;;) {
      // One chunk of the index at a time: SQLite cannot be interrupted, so what it is asked for is bounded.
      const [bounds] = this.#rows(day, walk.boundsSql, [...values, at, span.lowest]);
      const [floor, count] = (bounds ?? [null, 0]) as unknown as [number | null, number];
      if (floor === null) return 'done';
      this.#fill(page, day, walk.chunkSql, [...values, at, floor, ...walk.filterValues, page.room]);
      if (page.isFull) return { nextBeforeId: page.lastId, partial: false };
      at = floor;
      span.highest = floor;
      if (performance.now() > span.endMs) return { nextBeforeId: floor, partial: true };
      if (count < CHUNK) return 'done';
    }
  }

  #days(): number[] {
    return daysIn(this.#role.path).reverse();
  }

  /** Those that may hold something unfinished, newest first: nothing new comes to a day that is over. */
  #unfinishedDays(): number[] {
    const days = this.#days().filter((day) => !this.#finished.has(day));
    const [newest] = days;
    for (const day of days) {
      if (day === newest) continue;
      const [[row] = []] = this.#each([day], () => this.#rows(day, unfinishedSql, []));
      if (row?.[0] === 0) this.#finished.add(day);
    }
    return days.filter((day) => !this.#finished.has(day));
  }

  #rows(day: number, sql: string, values: readonly (string | number)[]): Row[] {
    return this.#ask(day, sql, (statement) => statement.all(...values) as unknown as Row[]) ?? [];
  }

  /** Whole rows of messages. */
  #messages(day: number, sql: string, values: readonly (string | number)[]): Row[] {
    const ask = (statement: StatementSync, bodies: SharedBodies): Row[] =>
      (statement.all(...values) as unknown as Row[]).map((row) => bodies.whole(row));
    return this.#ask(day, sql, ask) ?? [];
  }

  /** Adds whole rows of messages to a page while there is room. */
  #fill(page: Page, day: number, sql: string, values: readonly (string | number)[]): void {
    const more = this.#ask(day, sql, (statement, bodies) => {
      const part = page.rest();
      for (const row of statement.iterate(...values)) {
        part.add(bodies.whole(row as unknown as Row));
        if (part.isFull) break;
      }
      return part.rows;
    });
    for (const row of more ?? []) page.add(row);
  }

  /** Undefined: there is nothing to ask. Rejects as being set aside when it is damaged: the writer hears of it. */
  #ask<T>(
    day: number,
    sql: string,
    ask: (statement: StatementSync, bodies: SharedBodies) => T,
  ): T | undefined {
    this.#refuseAside([day]);
    const path = dayPath(this.#role.path, day);
    for (let tries = 1; ; tries += 1) {
      try {
        const file = this.#open(day, path);
        const statement = file.database.prepare(sql);
        statement.setReturnArrays(true);
        file.bodies.forget();
        const found = ask(statement, file.bodies);
        this.#failures.forget(day);
        return found;
      } catch (error) {
        this.#close(day);
        // Forgotten since its name was read.
        if (!exists(path)) return undefined;
        const failure = failureOf(error, path);
        // Once more: it may just have been replaced.
        if (isDamage(failure) && tries === 1) continue;
        if (!isDamage(failure) && !this.#failures.note(day, failure)) throw failure;
        const why = whyOf(failure);
        this.#tell({ notice: 'damaged', day, why });
        throw asideError({ day: dayOfNumber(day), path, why });
      }
    }
  }

  /** What several days say; those that are set aside say nothing. */
  #each<T>(days: readonly number[], ask: (day: number) => T): T[] {
    const results: T[] = [];
    for (const day of days) {
      if (this.#aside.has(day)) continue;
      try {
        results.push(ask(day));
      } catch (error) {
        if (!isAside(error)) throw error;
      }
    }
    return results;
  }

  #open(day: number, path: string): OpenFile {
    const open = this.#files.get(day);
    if (open !== undefined) return open;
    for (const old of this.#files.keys()) {
      if (this.#files.size < MAX_FILES) break;
      this.#close(old);
    }
    const database = openDatabase(path, { readOnly: true, timeout: 1_000 });
    try {
      checkOurs(database, path);
      const file = { database, bodies: new SharedBodies(database), hasAddresses: hasAddresses(database) };
      this.#files.set(day, file);
      return file;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #forget(day: number): void {
    this.#close(day);
    this.#finished.delete(day);
    this.#aside.delete(day);
  }

  #close(day: number): void {
    this.#files.get(day)?.database.close();
    this.#files.delete(day);
  }
}
