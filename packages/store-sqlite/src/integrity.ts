/** Whether a database is whole, and where it is not. */
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { failureOf, whyOf } from './failure.ts';
import { checkOurs } from './folder.ts';
import { openDatabase } from './open-database.ts';

/** One thing that is wrong with a file. */
export interface FileFault {
  /** The page, from 1 on; undefined: it is of no single page. */
  readonly page: number | undefined;
  /** The table or index that the page is of; undefined where that cannot be told. */
  readonly of: string | undefined;
  /** As SQLite says it. */
  readonly what: string;
}

const MAX_FAULTS = 100;

/** What is known of a file that is looked at. */
export interface FileKind {
  /** Nobody has it open, and it has no log: no file is made beside it then. Default false. */
  readonly isStill?: boolean;
  /** It is to be a day's. Default false. */
  readonly isDay?: boolean;
}

/** Reads all of a database and changes nothing; the first 100 faults. Never throws. */
export function faultsIn(path: string, { isStill = false, isDay = false }: FileKind = {}): FileFault[] {
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(isStill ? stillUrl(path) : path, { readOnly: true, timeout: 1_000 });
    const faults = faultsOf(database);
    if (faults.length === 0 && isDay) checkOurs(database, path);
    return faults;
  } catch (error) {
    return [{ page: undefined, of: undefined, what: whyOf(failureOf(error, path)) }];
  } finally {
    database?.close();
  }
}

function stillUrl(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

function faultsOf(database: DatabaseSync): FileFault[] {
  const lines: string[] = [];
  try {
    for (const row of database.prepare(`PRAGMA integrity_check(${MAX_FAULTS})`).iterate())
      lines.push(...String(Object.values(row)[0]).split('\n'));
  } catch (error) {
    // It breaks off where it cannot go on; what it has said before is what matters.
    if (lines.length === 0) lines.push((error as Error).message);
  }
  const told = lines.filter((line) => line !== 'ok' && !line.startsWith('***'));
  const names = told.length === 0 ? new Map<number, string>() : namesOf(database);
  return told.map((what) => ({ page: numberIn(/\bpage (\d+)/i, what), of: nameIn(what, names), what }));
}

/** Tables and indexes by the page that they begin with. */
function namesOf(database: DatabaseSync): Map<number, string> {
  try {
    const rows = database.prepare('SELECT name, rootpage FROM sqlite_schema').all();
    return new Map(rows.map(({ name, rootpage }) => [Number(rootpage), String(name)]));
  } catch {
    return new Map();
  }
}

function nameIn(what: string, names: ReadonlyMap<number, string>): string | undefined {
  return names.get(numberIn(/\bTree (\d+)/i, what) ?? -1);
}

function numberIn(pattern: RegExp, what: string): number | undefined {
  const found = pattern.exec(what)?.[1];
  return found === undefined ? undefined : Number(found);
}
