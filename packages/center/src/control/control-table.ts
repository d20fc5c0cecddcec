/** The one table of `control.db` and of its copy. */
import type { DatabaseSync } from 'node:sqlite';
import type { ControlChange } from './control-store.ts';

/** Makes changes, all or nothing. Throws the error of SQLite. */
export function applyChanges(database: DatabaseSync, changes: readonly ControlChange[]): void {
  const put = database.prepare('INSERT OR REPLACE INTO entry(kind, key, value) VALUES(?, ?, ?)');
  const take = database.prepare('DELETE FROM entry WHERE kind = ? AND key = ?');
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const { kind, key, value } of changes) {
      if (value === undefined) take.run(kind, key);
      else put.run(kind, key, value);
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Whether all of it can be read and has the table. Throws the error of SQLite for what is no database. */
export function isSound(database: DatabaseSync): boolean {
  const found = database.prepare('PRAGMA quick_check(1)').get();
  if (Object.values(found ?? {})[0] !== 'ok') return false;
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'entry'").get() !== undefined;
}

/** Whether there is nothing in it. Throws the error of SQLite. */
export function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM entry LIMIT 1').get() === undefined;
}

/** Whether the file at `path` has the same entries. Throws the error of SQLite. */
export function hasSameEntries(database: DatabaseSync, path: string): boolean {
  database.prepare('ATTACH DATABASE ? AS copy').run(path);
  try {
    const differs = (one: string, other: string): boolean =>
      database
        .prepare(`SELECT 1 FROM (SELECT * FROM ${one}.entry EXCEPT SELECT * FROM ${other}.entry) LIMIT 1`)
        .get() !== undefined;
    return !differs('main', 'copy') && !differs('copy', 'main');
  } finally {
    database.exec('DETACH DATABASE copy');
  }
}
