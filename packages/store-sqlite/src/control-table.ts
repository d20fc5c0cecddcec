/** The tables of `control.db` and of its copy. */
import type { DatabaseSync } from 'node:sqlite';
import type { ControlChange, ControlName, ControlNews } from '@chappe/center';
import { applicationId } from './schema.ts';

/** PRAGMA user_version of the files this version writes. */
export const controlVersion = 2;

const entrySql = `CREATE TABLE entry(kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(kind, key))
  WITHOUT ROWID;`;
/** What the last writes have changed: a row for each entry. The highest revision is that of the last write. */
const changeSql = `CREATE TABLE change(revision INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY(revision, kind, key)) WITHOUT ROWID;`;

/** Makes everything in an empty file, or brings a file of an older version to this one. */
export function makeTables(database: DatabaseSync, version: number): void {
  const sql = [
    version < 1 ? `${entrySql} PRAGMA application_id = ${applicationId};` : '',
    version < 2 ? changeSql : '',
  ];
  database.exec(`BEGIN IMMEDIATE; ${sql.join(' ')} PRAGMA user_version = ${controlVersion}; COMMIT`);
}

/** Revisions: of the first write of which it is known what it changed, and of the last write; 0: there was none. */
export function knownRevisions(database: DatabaseSync): { readonly first: number; readonly last: number } {
  // One each: SQLite finds either at an end of the index, and would read all of it for both.
  const sql = `SELECT coalesce((SELECT min(revision) FROM change), 0) AS first,
    coalesce((SELECT max(revision) FROM change), 0) AS last`;
  return database.prepare(sql).get() as { first: number; last: number };
}

/** What the writes after a revision have changed. */
export function newsSince(database: DatabaseSync, after: number): readonly ControlNews[] {
  const rows = database
    .prepare('SELECT revision, kind, key FROM change WHERE revision > ? ORDER BY revision')
    .all(after) as unknown as readonly (ControlName & { readonly revision: number })[];
  const news = new Map<number, ControlName[]>();
  for (const { revision, kind, key } of rows) {
    const changed = news.get(revision) ?? [];
    changed.push({ kind, key });
    news.set(revision, changed);
  }
  return [...news].map(([revision, changed]) => ({ revision, changed }));
}

/** Which revision a write gets, and how many of those before it are known on. */
export interface Numbering {
  /** Undefined: that after the last one. */
  readonly revision: number | undefined;
  readonly knownWrites: number;
}

/** Makes changes, all or nothing; returns the revision of that. Throws the error of SQLite. */
export function applyChanges(
  database: DatabaseSync,
  changes: readonly ControlChange[],
  { revision: given, knownWrites }: Numbering,
): number {
  const put = database.prepare('INSERT OR REPLACE INTO entry(kind, key, value) VALUES(?, ?, ?)');
  const take = database.prepare('DELETE FROM entry WHERE kind = ? AND key = ?');
  const note = database.prepare('INSERT OR IGNORE INTO change(revision, kind, key) VALUES(?, ?, ?)');
  database.exec('BEGIN IMMEDIATE');
  try {
    const revision = given ?? knownRevisions(database).last + 1;
    for (const { kind, key, value } of changes) {
      if (value === undefined) take.run(kind, key);
      else put.run(kind, key, value);
      note.run(revision, kind, key);
    }
    database.prepare('DELETE FROM change WHERE revision <= ?').run(revision - knownWrites);
    database.exec('COMMIT');
    return revision;
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

/** Whether there is nothing in it, and never was. Throws the error of SQLite. */
export function isEmpty(database: DatabaseSync): boolean {
  return (
    database.prepare('SELECT 1 FROM entry LIMIT 1').get() === undefined && knownRevisions(database).last === 0
  );
}

/** Whether the file at `path` has the same entries, and knows the same of how they came. Throws the error of SQLite. */
export function hasSameEntries(database: DatabaseSync, path: string): boolean {
  database.prepare('ATTACH DATABASE ? AS copy').run(path);
  try {
    const has = "SELECT 1 FROM copy.sqlite_schema WHERE name = 'change'";
    if (database.prepare(has).get() === undefined) return false;
    const differs = (one: string, other: string): boolean =>
      database.prepare(`SELECT 1 FROM (SELECT * FROM ${one} EXCEPT SELECT * FROM ${other}) LIMIT 1`).get() !==
      undefined;
    return !['entry', 'change'].some(
      (table) => differs(`main.${table}`, `copy.${table}`) || differs(`copy.${table}`, `main.${table}`),
    );
  } finally {
    database.exec('DETACH DATABASE copy');
  }
}
