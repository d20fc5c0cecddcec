/** What is in a file that nobody writes, counted from its rows. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { DayContent } from './manifest.ts';
import { openDatabase } from './open-database.ts';
import type { TallyRow } from './requests.ts';
import { recountSql, talliesSql } from './schema.ts';

const CHUNK_OCTETS = 1024 * 1024;

/** SHA-256 of a file, hexadecimal. Throws the error of the file system. */
export function sumOf(path: string): string {
  const sum = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_OCTETS);
  const file = openSync(path, 'r');
  try {
    for (let octets = -1; octets !== 0; ) {
      octets = readSync(file, chunk, 0, CHUNK_OCTETS, null);
      sum.update(chunk.subarray(0, octets));
    }
  } finally {
    closeSync(file);
  }
  return sum.digest('hex');
}

/** What was written into a file is on the disk when this returns. Throws the error of the file system. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What is in a day's file. Throws the error of SQLite, or a RangeError where its money does not add up. */
export function dayContent(path: string): DayContent {
  return withStill(path, (database) => {
    const counts = `SELECT (SELECT count(*) FROM msg) AS messages,
      (SELECT count(*) FROM msg WHERE place < 3) + (SELECT count(*) FROM note) AS unfinished,
      max((SELECT coalesce(max(id), -1) FROM msg), (SELECT coalesce(max(id), -1) FROM note)) AS highestId,
      (SELECT coalesce(max(short), -1) FROM msg WHERE short IS NOT NULL) AS highestShort`;
    const found = database.prepare(counts).get() as unknown as Omit<DayContent, 'tallies'>;
    const { messages, unfinished, highestId, highestShort } = found;
    const tallies = talliesOf(database, path);
    return { messages, unfinished, highestId, highestShort, tallies };
  });
}

/** How many entries a `control.db` has. Throws the error of SQLite. */
export function entriesIn(path: string): number {
  const sql = 'SELECT count(*) AS count FROM entry';
  return withStill(path, (database) => (database.prepare(sql).get() as { count: number }).count);
}

/** Its sums, which must be those of its rows; files of version 1 have none. */
function talliesOf(database: DatabaseSync, path: string): readonly TallyRow[] {
  const has = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'tally'").get();
  if (has === undefined) return [];
  const kept = rowsOf(database, `${talliesSql} WHERE messages > 0 ORDER BY account`);
  if (isDeepStrictEqual(kept, rowsOf(database, `${recountSql} ORDER BY account`))) return kept;
  throw new RangeError(`the sums of money in ${path} are not those of its messages`);
}

function rowsOf(database: DatabaseSync, sql: string): readonly TallyRow[] {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement.all() as unknown as TallyRow[];
}

/** Opened so that nothing is made beside it. */
function withStill<T>(path: string, read: (database: DatabaseSync) => T): T {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const database = openDatabase(url, { readOnly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}
