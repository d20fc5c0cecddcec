/** Whether a database is whole, and where it is not. */
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../open-database.ts';

/** One thing that is wrong with a file. */
export interface FileFault {
  /** The page, from 1 on; undefined: it is of no single page. */
  readonly page: number | undefined;
  /** As SQLite says it. */
  readonly what: string;
}

const MAX_FAULTS = 100;

/** Reads all of a database and changes nothing; the first 100 faults. Never throws. */
export function faultsIn(path: string): FileFault[] {
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(path, { readOnly: true, timeout: 1_000 });
    const rows = database.prepare(`PRAGMA integrity_check(${MAX_FAULTS})`).all();
    const said = rows.map((row) => String(Object.values(row)[0])).filter((text) => text !== 'ok');
    return said.map((what) => ({ page: pageIn(what), what }));
  } catch (error) {
    const what = (error as Error).message;
    return [{ page: undefined, what }];
  } finally {
    database?.close();
  }
}

function pageIn(what: string): number | undefined {
  const found = /\bpage (\d+)/i.exec(what)?.[1];
  return found === undefined ? undefined : Number(found);
}
