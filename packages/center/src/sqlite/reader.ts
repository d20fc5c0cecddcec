/** The reading thread's side of the store: finds and searches, which must never hold the writer up. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { CenterError } from '../errors.ts';
import type { MessageId, MessageKind } from '../message.ts';
import { dayNumber, dayNumberOfId, dayOfNumber, firstIdAt, parsePublicId } from '../message-id.ts';
import { messageStates } from '../states.ts';
import {
  type DayCount,
  type Match,
  maxPageOctets,
  type SearchQuery,
  type Tally,
  type ToldWord,
} from '../store.ts';
import { failureOf } from './failure.ts';
import { dayPath, daysIn, exists } from './folder.ts';
import type { PageRows, Request, Row, SearchRows, WorkerRole } from './requests.ts';
import { segmentsShift } from './row.ts';
import { chargeOpen, chargeReleased, chargeSettled, columns, textSql, unfinishedSql } from './schema.ts';
import { SharedBodies } from './shared-bodies.ts';

const all = columns.join(', ');
const TALLY = 'SELECT account, messages, accepted, reserved, settled, released FROM tally';
const RECOUNT = `SELECT account, count(*), sum(price), sum(CASE charged WHEN ${chargeOpen} THEN price ELSE 0 END),
  sum(CASE charged WHEN ${chargeSettled} THEN price ELSE 0 END),
  sum(CASE charged WHEN ${chargeReleased} THEN price ELSE 0 END) FROM msg WHERE price > 0 GROUP BY account`;
/** Rows looked at between two looks at the clock. */
const CHUNK = 2_000;
const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;
const MAX_REFERENCES = 256;
/** Files open at once. */
const MAX_FILES = 8;
const kinds: readonly MessageKind[] = ['mt', 'mo', 'receipt', 'notice'];

interface OpenFile {
  readonly database: DatabaseSync;
  readonly bodies: SharedBodies;
}

/** Reads the day files of one folder. */
export class Reader {
  readonly #role: WorkerRole;
  readonly #files: Map<number, OpenFile> = new Map();
  /** Days that are over and hold nothing unfinished any more. */
  readonly #finished: Set<number> = new Set();

  constructor(role: WorkerRole) {
    this.#role = role;
  }

  /** Answers one request. Throws a CenterError. */
  answer(request: Request): unknown {
    switch (request.ask) {
      case 'find':
        return this.#find(request.id);
      case 'short':
        return this.#short(request.counter);
      case 'reference':
        return this.#reference(request.connector, request.references, request.begins);
      case 'lane':
        return this.#lane(request.lane, request.limit, request.beforeId);
      case 'tallies':
        return this.#tallies(TALLY, request.days);
      case 'recount':
        return this.#tallies(RECOUNT, undefined);
      case 'counts':
        return this.#counts();
      case 'matching':
        return this.#matching(request.match, request.limit);
      case 'search':
        return this.#search(request.query);
      case 'forget':
        for (const day of request.days) this.#forget(dayNumber(day));
        return undefined;
      case 'close':
        for (const day of [...this.#files.keys()]) this.#close(day);
        return undefined;
      default:
        throw new CenterError('CHAPPE_STORE_FAILED', `the reader does not answer ${request.ask}`);
    }
  }

  #find(id: MessageId): Row | undefined {
    const day = dayNumberOfId(id);
    if (!exists(dayPath(this.#role.path, day))) return undefined;
    for (const table of ['msg', 'note']) {
      const [row] = this.#messages(day, `SELECT ${all} FROM ${table} WHERE id = ?`, [id]);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  #short(counter: number): Row | undefined {
    // Newest first: a counter that has gone round once means the later message.
    const sql = `SELECT ${all} FROM msg WHERE short = ? AND short IS NOT NULL ORDER BY id LIMIT 1`;
    for (const day of this.#days()) {
      const [row] = this.#messages(day, sql, [counter]);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  #reference(connector: string, references: readonly string[], begins: boolean): Row[] {
    // Along the index in both cases; U+10FFFF is above what any reference goes on with.
    const terms = begins
      ? references.map(() => '(reference >= ? AND reference < ?)').join(' OR ')
      : `reference IN (${references.map(() => '?').join(', ')})`;
    const values = begins ? references.flatMap((start) => [start, `${start}\u{10ffff}`]) : references;
    const sql = `SELECT ${all} FROM msg WHERE place = 1 AND connector = ? AND (${terms}) ORDER BY id LIMIT ${MAX_REFERENCES}`;
    return this.#unfinishedDays().flatMap((day) => this.#messages(day, sql, [connector, ...values]));
  }

  #lane(lane: string, limit: number, beforeId: MessageId): PageRows {
    const page = new Page(limit);
    const of = (table: string): string =>
      `SELECT ${all} FROM ${table} WHERE place = 0 AND lane = ? AND id < ?`;
    const sql = `${of('msg')} UNION ALL ${of('note')} ORDER BY id DESC LIMIT ?`;
    for (const day of this.#unfinishedDays()) {
      this.#fill(page, day, sql, [lane, beforeId, lane, beforeId, limit]);
      if (page.isFull) return { rows: page.rows, nextBeforeId: page.lastId };
    }
    return { rows: page.rows, nextBeforeId: undefined };
  }

  #counts(): DayCount[] {
    const sql = `SELECT account, sum((flags >> ${segmentsShift}) + 1) FROM msg WHERE (flags & 3) = 0 GROUP BY account`;
    return this.#days().flatMap((day) =>
      this.#rows(day, sql, []).map((row): DayCount => {
        const [account, segments] = row as unknown as [string, number];
        return { day: dayOfNumber(day), account, segments };
      }),
    );
  }

  #tallies(sql: string, days: readonly string[] | undefined): Tally[] {
    const wanted = this.#days().filter((day) => days === undefined || days.includes(dayOfNumber(day)));
    return wanted.flatMap((day) =>
      this.#rows(day, sql, []).map((row): Tally => {
        const [account, ...sums] = row as unknown as [string, ...number[]];
        const [messages = 0, accepted = 0, reserved = 0, settled = 0, released = 0] = sums;
        return { day: dayOfNumber(day), account, messages, accepted, reserved, settled, released };
      }),
    );
  }

  #matching(match: Match, limit: number): MessageId[] {
    const terms = ['destination = ?', 'place IN (0, 2)', '(flags & 3) = 0'];
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
    const sql = `SELECT id FROM msg WHERE ${terms.join(' AND ')} ORDER BY id DESC LIMIT ${limit}`;
    const ids: MessageId[] = [];
    for (const day of this.#unfinishedDays()) {
      for (const row of this.#rows(day, sql, values)) ids.push(row[0] as number);
      if (ids.length >= limit) break;
    }
    return ids.slice(0, limit);
  }

  #search(query: SearchQuery): SearchRows {
    const limit = Math.min(MAX_PAGE, Math.max(1, query.limit ?? DEFAULT_PAGE));
    const endMs = performance.now() + this.#role.searchTimeoutMs;
    const lowest = query.afterMs === undefined ? 0 : firstIdAt(query.afterMs);
    let before = query.beforeMs === undefined ? Number.MAX_SAFE_INTEGER : firstIdAt(query.beforeMs);
    before = Math.min(before, query.beforeId ?? Number.MAX_SAFE_INTEGER);
    const walk = walkOf(query);
    const page = new Page(limit);
    const { rows } = page;
    for (const day of this.#days()) {
      if (day > dayNumberOfId(before) || day < dayNumberOfId(lowest)) continue;
      let at = before;
      for (;;) {
        // One chunk of the index at a time: SQLite cannot be interrupted, so what it is asked for is bounded.
        const [bounds] = this.#rows(day, walk.boundsSql, [...walk.values, at, lowest]);
        const [floor, count] = (bounds ?? [null, 0]) as unknown as [number | null, number];
        if (floor === null) break;
        const values = [...walk.values, at, floor, ...walk.filterValues, limit - rows.length];
        this.#fill(page, day, walk.chunkSql, values);
        if (page.isFull) return { rows, nextBeforeId: page.lastId, partial: false };
        at = floor;
        before = floor;
        if (performance.now() > endMs) return { rows, nextBeforeId: floor, partial: true };
        if (count < CHUNK) break;
      }
    }
    return { rows, nextBeforeId: undefined, partial: false };
  }

  #days(): number[] {
    return daysIn(this.#role.path).reverse();
  }

  /** Those that may hold something unfinished, newest first: nothing new comes to a day that is over. */
  #unfinishedDays(): number[] {
    const days = this.#days().filter((day) => !this.#finished.has(day));
    const [newest] = days;
    for (const day of days) {
      if (day !== newest && this.#rows(day, unfinishedSql, [])[0]?.[0] === 0) this.#finished.add(day);
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
    this.#ask(day, sql, (statement, bodies) => {
      for (const row of statement.iterate(...values)) {
        page.add(bodies.whole(row as unknown as Row));
        if (page.isFull) break;
      }
    });
  }

  #ask<T>(
    day: number,
    sql: string,
    ask: (statement: StatementSync, bodies: SharedBodies) => T,
  ): T | undefined {
    const path = dayPath(this.#role.path, day);
    try {
      const file = this.#open(day, path);
      if (file === undefined) return undefined;
      const statement = file.database.prepare(sql);
      statement.setReturnArrays(true);
      file.bodies.forget();
      return ask(statement, file.bodies);
    } catch (error) {
      this.#close(day);
      // Forgotten since its name was read.
      if (!exists(path)) return undefined;
      throw failureOf(error, path);
    }
  }

  /** Undefined: the writer has made the file, and nothing is in it yet. */
  #open(day: number, path: string): OpenFile | undefined {
    const open = this.#files.get(day);
    if (open !== undefined) return open;
    for (const old of this.#files.keys()) {
      if (this.#files.size < MAX_FILES) break;
      this.#close(old);
    }
    const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
      readonly user_version: number;
    };
    if (version === 0) {
      database.close();
      return undefined;
    }
    const file = { database, bodies: new SharedBodies(database) };
    this.#files.set(day, file);
    return file;
  }

  #forget(day: number): void {
    this.#close(day);
    this.#finished.delete(day);
  }

  #close(day: number): void {
    this.#files.get(day)?.database.close();
    this.#files.delete(day);
  }
}

/** Rows of one page, newest first: it ends by their number and by their octets. */
class Page {
  readonly rows: Row[] = [];
  readonly #limit: number;
  #octets = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.rows.length >= this.#limit || this.#octets >= maxPageOctets;
  }

  /** The next page has lower ids. */
  get lastId(): MessageId {
    return this.rows.at(-1)?.[0] as number;
  }

  add(row: Row): void {
    this.rows.push(row);
    for (const value of row) {
      if (typeof value === 'string' || value instanceof Uint8Array) this.#octets += value.length;
    }
  }
}

/** How a search walks through a file: along one index, in chunks, newest first. */
interface Walk {
  readonly boundsSql: string;
  readonly chunkSql: string;
  readonly values: readonly string[];
  readonly filterValues: readonly (string | number)[];
}

function walkOf(query: SearchQuery): Walk {
  const { account, destination, prefix = false } = query;
  const isNotes = query.kinds?.some((kind) => kind === 'receipt' || kind === 'notice') === true;
  const table = isNotes ? '(SELECT * FROM msg UNION ALL SELECT * FROM note)' : 'msg';
  // An exact destination or account has an index that ends in the id; everything else walks the ids themselves.
  const along: [string, string][] = [];
  if (!prefix && !isNotes && destination !== undefined) along.push(['destination', destination]);
  else if (!prefix && !isNotes && account !== undefined) along.push(['account', account]);
  const { terms, values } = filtersOf(query);
  const where = [...along.map(([column]) => `${column} = ?`), 'id < ?', 'id >= ?'].join(' AND ');
  return {
    boundsSql: `SELECT min(id), count(*) FROM (SELECT id FROM ${table} WHERE ${where} ORDER BY id DESC LIMIT ${CHUNK})`,
    chunkSql: `SELECT ${all} FROM ${table} WHERE ${[where, ...terms].join(' AND ')} ORDER BY id DESC LIMIT ?`,
    values: along.map(([, value]) => value),
    filterValues: values,
  };
}

function filtersOf(query: SearchQuery): { terms: string[]; values: (string | number)[] } {
  const terms: string[] = [];
  const values: (string | number)[] = [];
  const like = (column: string, value: string | undefined): void => {
    if (value === undefined) return;
    terms.push(query.prefix === true ? `substr(${column}, 1, length(?)) = ?` : `${column} = ?`);
    values.push(...(query.prefix === true ? [value, value] : [value]));
  };
  like('account', query.account);
  like('source', query.source);
  like('destination', query.destination);
  const wanted = query.kinds ?? ['mt', 'mo'];
  terms.push(`(flags & 3) IN (${wanted.map((kind) => kinds.indexOf(kind)).join(', ')})`);
  if (query.states !== undefined) {
    terms.push(`state IN (${query.states.map((state) => messageStates.indexOf(state)).join(', ')})`);
  }
  if (query.text !== undefined) {
    terms.push(likeSql);
    values.push(likePattern(query.text));
  }
  for (const words of query.told ?? []) terms.push(`(${toldSql(words, values)})`);
  if (query.any !== undefined) {
    const { text, told, publicId } = query.any;
    values.push(likePattern(text));
    const others = told.length === 0 ? '' : ` OR ${toldSql(told, values)}`;
    const parsed = parsePublicId(publicId);
    const id = parsed === undefined || parsed.form === 'short' ? -1 : parsed.id;
    values.push(id);
    terms.push(`(${likeSql}${others} OR id = ?)`);
  }
  if (query.clientReference !== undefined) {
    terms.push('client = ?');
    values.push(query.clientReference);
  }
  return { terms, values };
}

const likeSql = `${textSql} LIKE ? ESCAPE '\\'`;

function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/** One of these words stands in the timeline; what they are is added to `values`. */
function toldSql(words: readonly ToldWord[], values: (string | number)[]): string {
  return words
    .map(({ word, isBeginning = false }) => {
      if (isBeginning) values.push(` ${word}`);
      else values.push(` ${word} `, ` ${word}\n`);
      return isBeginning ? 'instr(timeline, ?) > 0' : '(instr(timeline, ?) > 0 OR instr(timeline, ?) > 0)';
    })
    .join(' OR ');
}
