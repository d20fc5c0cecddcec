/**
 * A copy of `control.db` that every write reaches too: what it holds (credits, suspensions, opt-outs, entries) is nowhere
 * else, and a damaged page must not take it away. It is a file by itself, without a log beside it.
 */
import { chmodSync, lstatSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { ControlChange } from '@chappe/center';
import { makeFile } from '@chappe/center';
import { applyChanges, hasSameEntries, isEmpty, isSound, type Numbering } from './control-table.ts';
import { openDatabase } from './open-database.ts';
import { identityOf } from './put-back.ts';

const FILE_MODE = 0o600;
const LOOKS = 60;

/** The copy beside an open database. */
export class ControlCopy {
  readonly #path: string;
  #original: DatabaseSync;
  #file: string | undefined;
  /** Looks in a row that found it missing. */
  #looks = 0;
  /** Undefined: there is nothing to copy yet, or it could not be kept up. */
  #copy: DatabaseSync | undefined;

  private constructor(path: string, original: DatabaseSync) {
    this.#path = path;
    this.#original = original;
  }

  /** Opens it; makes it anew where it has not what the original has, which is known to be sound. Never throws. */
  static open(path: string, original: DatabaseSync): ControlCopy {
    const copy = new ControlCopy(path, original);
    try {
      copy.#copy = openSound(path);
      copy.#file = identityOf(path);
      if (copy.#copy === undefined ? !isEmpty(original) : !hasSameEntries(original, path)) copy.#renew();
    } catch {
      // Without it everything works; there is one copy less. The disk that refuses it is told of by the original.
      copy.close();
    }
    return copy;
  }

  /** Whether every write has reached it. */
  get isWhole(): boolean {
    return this.#copy !== undefined;
  }

  /** Whether all of it can be read. Never throws. */
  isSound(): boolean {
    try {
      return this.#copy !== undefined && isSound(this.#copy);
    } catch {
      return false;
    }
  }

  /** The original is open anew. */
  follow(original: DatabaseSync): void {
    this.#original = original;
  }

  /** Makes it anew where it has been taken away, replaced, or could not be kept up. Never throws. */
  look(): void {
    const isUp = this.#copy !== undefined && identityOf(this.#path) === this.#file;
    // A disk that refuses it is not asked every time.
    this.#looks = isUp ? 0 : this.#looks + 1;
    if (isUp || this.#looks % LOOKS !== 1) return;
    this.close();
    this.#keepUp(() => undefined);
  }

  /** The same changes again, after the original has them. Never throws. */
  write(changes: readonly ControlChange[], numbering: Numbering): void {
    this.#keepUp((copy) => applyChanges(copy, changes, numbering));
  }

  #keepUp(work: (copy: DatabaseSync) => void): void {
    try {
      if (this.#copy === undefined && isEmpty(this.#original)) return;
      if (this.#copy === undefined) this.#renew();
      else work(this.#copy);
    } catch {
      // It stays behind; the next write makes it anew.
      this.close();
    }
  }

  #renew(): void {
    this.close();
    writeCopy(this.#original, this.#path);
    this.#copy = openSound(this.#path);
    this.#file = identityOf(this.#path);
  }

  close(): void {
    this.#copy?.close();
    this.#copy = undefined;
  }
}

/** Puts the copy where the original is gone; false when there is no sound one. Throws the error of the file system. */
export function restoreFromCopy(path: string, original: string): boolean {
  const copy = openSound(path);
  if (copy === undefined) return false;
  try {
    // The log of the one that is gone is of another file.
    for (const suffix of ['-wal', '-shm']) rmSync(`${original}${suffix}`, { force: true });
    writeCopy(copy, original);
  } finally {
    copy.close();
  }
  return true;
}

/** Whether there is a copy that could take the place of the original. */
export function hasSoundCopy(path: string): boolean {
  try {
    const copy = openSound(path);
    copy?.close();
    return copy !== undefined;
  } catch {
    return false;
  }
}

function openSound(path: string): DatabaseSync | undefined {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const database = openDatabase(path, { timeout: 1_000 });
  try {
    // Kept in one file, and no sync more than what keeps it from being torn: the original has been synced before.
    database.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL');
    if (isSound(database)) return database;
  } catch {
    // It is damaged, or no database at all.
  }
  database.close();
  return undefined;
}

function writeCopy(from: DatabaseSync, path: string): void {
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  makeFile(beside);
  from.prepare('VACUUM INTO ?').run(beside);
  chmodSync(beside, FILE_MODE);
  rmSync(`${path}-journal`, { force: true });
  renameSync(beside, path);
}
