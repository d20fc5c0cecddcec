import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CenterError } from '../errors.ts';
import { damagedText, failureOf } from '../sqlite/failure.ts';
import { makeFolder } from '../sqlite/folder.ts';
import { makeFile, refuseLinks } from '../sqlite/safe-files.ts';
import { applicationId } from '../sqlite/schema.ts';
import type { ControlChange, ControlEntry, ControlRange, ControlStore } from './control-store.ts';

/** PRAGMA user_version of the files this version writes. */
const VERSION = 1;
/** Higher than any character of a key: the end of a prefix's range. */
const LAST = '\u{10ffff}';

/**
 * Entries in `control.db` of the data folder, each write synced. In this thread: writes are rare and small. The folder
 * is locked by the store of the messages, which is opened first.
 */
export class SqliteControl implements ControlStore {
  readonly #path: string;
  readonly #database: DatabaseSync;

  private constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
  }

  /** Opens or makes the file. Throws a CenterError: damaged, newer, or not readable; nothing is changed then. */
  static open(folder: string): SqliteControl {
    const path = join(resolve(folder), 'control.db');
    let database: DatabaseSync | undefined;
    try {
      makeFolder(resolve(folder));
      refuseLinks(resolve(folder));
      makeFile(path);
      database = new DatabaseSync(path, { timeout: 1_000 });
      setUp(database, path);
      return new SqliteControl(path, database);
    } catch (error) {
      database?.close();
      throw failureOf(error, path);
    }
  }

  get(kind: string, key: string): Promise<string | undefined> {
    return this.#try(() => {
      const row = this.#database
        .prepare('SELECT value FROM entry WHERE kind = ? AND key = ?')
        .get(kind, key) as { value: string } | undefined;
      return row?.value;
    });
  }

  list(kind: string, range: ControlRange = {}): Promise<readonly ControlEntry[]> {
    const { prefix = '', after = '', limit = -1 } = range;
    return this.#try(() =>
      this.#database
        .prepare(
          'SELECT key, value FROM entry WHERE kind = ? AND key >= ? AND key < ? AND (key > ? OR ?) ORDER BY key LIMIT ?',
        )
        .all(kind, prefix, prefix + LAST, after, range.after === undefined ? 1 : 0, limit)
        .map((row) => ({ key: row.key as string, value: row.value as string })),
    );
  }

  write(changes: readonly ControlChange[]): Promise<void> {
    return this.#try(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        for (const { kind, key, value } of changes) {
          if (value === undefined)
            this.#database.prepare('DELETE FROM entry WHERE kind = ? AND key = ?').run(kind, key);
          else
            this.#database
              .prepare('INSERT OR REPLACE INTO entry(kind, key, value) VALUES(?, ?, ?)')
              .run(kind, key, value);
        }
        this.#database.exec('COMMIT');
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  async #try<T>(work: () => T): Promise<T> {
    if (!this.#database.isOpen) throw new CenterError('CHAPPE_STORE_CLOSED', `${this.#path} is closed`);
    try {
      return work();
    } catch (error) {
      throw failureOf(error, this.#path);
    }
  }
}

function setUp(database: DatabaseSync, path: string): void {
  const version = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0]);
  if (version > VERSION) {
    throw new CenterError(
      'CHAPPE_STORE_NEWER',
      `${path} was written by a newer version: start that one, or use another data folder; nothing was changed`,
      { path },
    );
  }
  // Looked at before anything is written: the database of another program stays as it is.
  const { count } = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get() as {
    count: number;
  };
  const id = Number(Object.values(database.prepare('PRAGMA application_id').get() ?? {})[0]);
  if (version === 0 ? count > 0 : id !== applicationId) {
    throw new CenterError(
      'CHAPPE_STORE_DAMAGED',
      damagedText(path, 'it is the database of another program'),
      {
        path,
      },
    );
  }
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  if (version > 0) return;
  database.exec(
    `BEGIN; CREATE TABLE entry(kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(kind, key))
     WITHOUT ROWID; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${VERSION}; COMMIT`,
  );
}
