/**
 * A file that somebody takes away, or puts another one in the place of, stays whole for whoever has it open, and is gone
 * with him. It is noticed by its name meaning another file, and put back from what is open.
 */
import { chmodSync, closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { makeFile, syncFolder } from '@chappe/center';

const FILE_MODE = 0o600;

/** A file that is another one so often in one run is on a file system whose numbers of files mean nothing. */
export const MAX_REPLACED = 5;

/** What has become of an open file. bare: its log is gone, or another one. cut: it has lost its end. */
export type Fate = 'here' | 'gone' | 'replaced' | 'bare' | 'cut';

/** An open database and its log, as they are called in their folder. */
export class Whereabouts {
  readonly #path: string;
  readonly #file: string | undefined;
  #log: string | undefined;
  #octets = 0;

  /** To be made when the file has been opened, and is in use. */
  constructor(path: string) {
    this.#path = path;
    this.#file = identityOf(path);
    this.#log = identityOf(`${path}-wal`);
  }

  /** Looks at the names. Costs some microseconds. */
  look(): Fate {
    const found = statSync(this.#path, { throwIfNoEntry: false });
    if (found === undefined) return 'gone';
    if (`${found.dev} ${found.ino}` !== this.#file) return 'replaced';
    const log = identityOf(`${this.#path}-wal`);
    // Made when the first one has something to write.
    this.#log ??= log;
    if (log !== this.#log) return 'bare';
    // A file of a day never gets shorter.
    if (found.size < this.#octets) return 'cut';
    this.#octets = found.size;
    return 'here';
  }
}

/**
 * Writes what is open under its name again; what stands there and is none of ours is kept under another one, which is
 * returned. The connection is of the file that is gone, and is to be closed. Throws the error of SQLite or the file system;
 * then everything is as it was, or `.new` beside the name has it all.
 */
export function putBack(database: DatabaseSync, path: string, isOther: boolean): string | undefined {
  const beside = `${path}.new`;
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${beside}${suffix}`, { force: true });
  makeFile(beside);
  database.prepare('VACUUM INTO ?').run(beside);
  chmodSync(beside, FILE_MODE);
  sync(beside);
  const other =
    isOther && lstatSync(path, { throwIfNoEntry: false }) !== undefined
      ? freeName(path, 'replaced')
      : undefined;
  if (other !== undefined) renameSync(path, other);
  // A log of the file that was there would be read into this one.
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  syncFolder(dirname(path));
  renameSync(beside, path);
  syncFolder(dirname(path));
  return other === undefined ? undefined : basename(other);
}

/** Device and number of a file; undefined: there is none. */
export function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev} ${found.ino}`;
}

function sync(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A name beside a file that nothing has: `control.db.replaced-1`. */
export function freeName(path: string, what: string): string {
  for (let at = 1; ; at += 1) {
    const name = `${path}.${what}-${at}`;
    if (lstatSync(name, { throwIfNoEntry: false }) === undefined) return name;
  }
}
