import { renameSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type {
  Clock,
  ControlChange,
  ControlEntry,
  ControlListener,
  ControlNews,
  ControlRange,
  ControlStore,
  StoreLook,
} from '@chappe/center';
import {
  CenterError,
  type CenterErrorCode,
  ControlWatchers,
  defaultKnownWrites,
  makeFile,
  newsAfter,
  refuseLinks,
  systemClock,
} from '@chappe/center';
import { ControlCopy, hasSoundCopy, restoreFromCopy } from './control-copy.ts';
import {
  applyChanges,
  controlVersion,
  isSound,
  knownRevisions,
  makeTables,
  newsSince,
} from './control-table.ts';
import { controlAdvice, damagedText, failureOf, isDamage } from './failure.ts';
import { exists, makeFolder } from './folder.ts';
import { openDatabase } from './open-database.ts';
import { freeName, MAX_REPLACED, putBack, Whereabouts } from './put-back.ts';
import { applicationId } from './schema.ts';

/** Options of the control store on SQLite. */
export interface SqliteControlOptions {
  /** Default: that of this machine. */
  readonly clock?: Clock | undefined;
  /** Of how many writes it is known what they changed, see `watch`. Default 10,000. */
  readonly knownWrites?: number | undefined;
}

/** How often it is looked for writes of others, while anybody watches. */
const LOOK_MS = 1_000;
/** Higher than any character of a key: the end of a prefix's range. */
const LAST = '\u{10ffff}';

/**
 * Entries in `control.db` of the data folder, each write synced, and in a copy beside it. In this thread: writes are rare
 * and small. The folder is locked by the store of the messages, which is opened first.
 */
export class SqliteControl implements ControlStore {
  readonly #path: string;
  #database: DatabaseSync;
  #whereabouts: Whereabouts;
  /** How often another file has stood in its place. */
  #replaced = 0;
  readonly #copy: ControlCopy;
  readonly #copyPath: string;
  readonly #reports: CenterError[] = [];
  readonly #clock: Clock;
  readonly #knownWrites: number;
  readonly #watchers: ControlWatchers = new ControlWatchers((after) => this.#newsAfter(after));
  #disarm: (() => void) | undefined;

  private constructor(
    path: string,
    database: DatabaseSync,
    copyPath: string,
    { clock = systemClock, knownWrites = defaultKnownWrites }: SqliteControlOptions,
  ) {
    this.#clock = clock;
    this.#knownWrites = knownWrites;
    this.#path = path;
    this.#copyPath = copyPath;
    this.#database = database;
    this.#whereabouts = new Whereabouts(path);
    this.#copy = ControlCopy.open(copyPath, database);
  }

  /**
   * Opens or makes the file; where it is gone and its copy is there, that takes its place. Throws a CenterError: damaged,
   * newer, or not readable; nothing is changed then.
   */
  static open(folder: string, options: SqliteControlOptions = {}): SqliteControl {
    const path = join(resolve(folder), 'control.db');
    const copyPath = join(resolve(folder), 'control-copy.db');
    let database: DatabaseSync | undefined;
    try {
      makeFolder(resolve(folder));
      refuseLinks(resolve(folder));
      if (!exists(path)) restoreFromCopy(copyPath, path);
      makeFile(path);
      database = openDatabase(path, { timeout: 1_000 });
      setUp(database, path);
      if (!isSound(database)) {
        const text = damagedText(path, 'not all of it can be read');
        throw new CenterError('CHAPPE_STORE_DAMAGED', text, { path });
      }
      return new SqliteControl(path, database, copyPath, options);
    } catch (error) {
      database?.close();
      throw withCopy(failureOf(error, path), copyPath);
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
    const { prefix = '', after, before, isDescending = false, limit = -1 } = range;
    const end = prefix + LAST;
    // One bound on each side: the index is walked between them, and no further than the limit.
    const sql = `SELECT key, value FROM entry WHERE kind = ? AND key >= max(?, ?) AND key < min(?, ?)
      AND key IS NOT ? ORDER BY key ${isDescending ? 'DESC' : 'ASC'} LIMIT ?`;
    return this.#try(() =>
      this.#database
        .prepare(sql)
        .all(kind, prefix, after ?? '', end, before ?? end, after ?? null, limit)
        .map((row) => ({ key: row.key as string, value: row.value as string })),
    );
  }

  write(changes: readonly ControlChange[]): Promise<void> {
    return this.#try(() => {
      if (changes.length === 0) return;
      // What is written into a file that is gone would be gone with the process.
      this.#putBack();
      const knownWrites = this.#knownWrites;
      const revision = applyChanges(this.#database, changes, { revision: undefined, knownWrites });
      this.#copy.write(changes, { revision, knownWrites });
      this.#watchers.tell();
    });
  }

  revision(): Promise<number> {
    return this.#try(() => knownRevisions(this.#database).last);
  }

  watch(listener: ControlListener, after?: number): () => void {
    const from = after ?? this.#last();
    if (from === undefined) return () => undefined;
    const end = this.#watchers.add(listener, from);
    this.#arm();
    return () => {
      end();
      if (this.#watchers.isEmpty) this.#disarm?.();
      if (this.#watchers.isEmpty) this.#disarm = undefined;
    };
  }

  async look(): Promise<StoreLook> {
    if (!this.#database.isOpen) return nothingWrong;
    try {
      this.#putBack();
      this.#copy.look();
    } catch (error) {
      const { message } = failureOf(error, this.#path);
      const text =
        `${this.#path} was taken away, replaced or cut off while it is in use, and cannot be put back (${message}): ` +
        'nothing is taken until it can; do not stop this process before';
      return {
        ...nothingWrong,
        failure: new CenterError('CHAPPE_STORE_GONE', text, { path: this.#path }),
      };
    }
    const reports = this.#reports.splice(0);
    return { reports, restored: reports.length, failure: undefined };
  }

  /** The last revision; undefined: nothing is told any more. Where it cannot be read now, all is told anew when it can. */
  #last(): number | undefined {
    if (!this.#database.isOpen) return undefined;
    try {
      return knownRevisions(this.#database).last;
    } catch {
      return Number.MAX_SAFE_INTEGER;
    }
  }

  #newsAfter(after: number): readonly ControlNews[] {
    if (!this.#database.isOpen) return [];
    return newsAfter(after, knownRevisions(this.#database), () => newsSince(this.#database, after));
  }

  /** Whoever writes through this object tells at once; what others write has to be looked for. */
  #arm(): void {
    this.#disarm ??= this.#clock.setTimer(() => {
      this.#disarm = undefined;
      if (this.#watchers.isEmpty) return;
      this.#watchers.tell();
      this.#arm();
    }, LOOK_MS);
  }

  /** Writes what is open under its name again, where it has lost it. Throws the error of SQLite or the file system. */
  #putBack(): void {
    const fate = this.#whereabouts.look();
    if (fate === 'here' || (fate === 'replaced' && this.#replaced >= MAX_REPLACED)) return;
    let other: string | undefined;
    try {
      other = putBack(this.#database, this.#path, fate === 'replaced');
      if (fate === 'replaced') this.#replaced += 1;
    } catch (error) {
      // Not even what is open is whole.
      if (!isDamage(failureOf(error, this.#path)) || !this.#heal()) throw error;
      return;
    }
    this.#openAnew();
    const kept = other === undefined ? '' : `; the file that stood there is ${other} now`;
    this.#tell(
      'CHAPPE_STORE_GONE',
      `was taken away, or replaced, while it was in use, and has been put back${kept}`,
    );
  }

  /** Puts the copy, which has every write, in the place of a damaged file; false when there is none. */
  #heal(): boolean {
    if (!this.#copy.isWhole || !this.#copy.isSound()) return false;
    const away = freeName(this.#path, 'damaged');
    if (exists(this.#path)) renameSync(this.#path, away);
    restoreFromCopy(this.#copyPath, this.#path);
    this.#openAnew();
    const text = `was damaged: its copy, which has all that it held, has taken its place; it is ${basename(away)} now`;
    this.#tell('CHAPPE_STORE_DAMAGED', text);
    return true;
  }

  #openAnew(): void {
    try {
      this.#database.close();
    } catch {
      // It is of no file any more.
    }
    this.#database = openDatabase(this.#path, { timeout: 1_000 });
    setUp(this.#database, this.#path);
    this.#whereabouts = new Whereabouts(this.#path);
    this.#copy.follow(this.#database);
  }

  /** For whoever looks next. */
  #tell(code: CenterErrorCode, what: string): void {
    this.#reports.push(new CenterError(code, `${this.#path} ${what}`, { path: this.#path }));
  }

  async close(): Promise<void> {
    this.#watchers.clear();
    this.#disarm?.();
    this.#copy.close();
    if (this.#database.isOpen) this.#database.close();
  }

  async #try<T>(work: () => T): Promise<T> {
    if (!this.#database.isOpen) throw new CenterError('CHAPPE_STORE_CLOSED', `${this.#path} is closed`);
    try {
      return work();
    } catch (error) {
      const failure = failureOf(error, this.#path);
      try {
        if (isDamage(failure) && this.#heal()) return work();
      } catch {
        // What was wrong first is what counts.
      }
      throw failure;
    }
  }
}

const nothingWrong: StoreLook = { reports: [], restored: 0, failure: undefined };

/** What to do about a damaged file, where there is a copy of it: nothing need be lost. */
function withCopy(error: CenterError, copyPath: string): CenterError {
  if (error.code !== 'CHAPPE_STORE_DAMAGED' || error.path === undefined || !hasSoundCopy(copyPath))
    return error;
  const text = error.message.replace(
    controlAdvice,
    `move it away and start again: its copy ${copyPath} has all that it held and takes its place`,
  );
  return new CenterError(error.code, text, { cause: error.cause, path: error.path });
}

function setUp(database: DatabaseSync, path: string): void {
  const version = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0]);
  if (version > controlVersion) {
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
  if (version < controlVersion) makeTables(database, version);
}
