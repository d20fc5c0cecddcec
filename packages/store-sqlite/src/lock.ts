/**
 * The lock of a data folder. It is the operating system's and ends with the process, however that ends; of the files beside
 * it one only says who holds it, and one how often the folder has been begun with: whoever did so last is its owner, also
 * where somebody has taken the lock away.
 */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CenterError, makeFile, replaceFile } from '@chappe/center';
import { failureOf } from './failure.ts';
import { exists } from './folder.ts';
import { openDatabase } from './open-database.ts';
import { identityOf } from './put-back.ts';

/** A lock that is held. */
export class FolderLock {
  readonly #folder: string;
  #database: DatabaseSync;
  #file: string | undefined;
  #epoch = 0;
  /** What stands in the file of the epoch while nobody else has begun; undefined: nobody has. */
  #mark: string | undefined;
  /** Of the file of the epoch, when it was last seen to say nothing of another. */
  #stamp: string | undefined;

  /** Locks a folder for this process. Throws a CenterError that names the holder. */
  constructor(folder: string) {
    this.#folder = folder;
    // A lock that somebody has taken away holds nobody off: the one who had it may still be there.
    if (!exists(this.#path) && isOther(this.#holder())) throw lockLost(folder, this.#path, this.#holder());
    this.#database = this.#take();
    this.#file = identityOf(this.#path);
    this.#sign();
  }

  /**
   * Locks it again where the file has been taken away, or replaced: its path is returned then. Throws a CenterError while
   * another process has the folder, which must not be written by two.
   */
  lookAgain(): string | undefined {
    this.check();
    if (this.#holder() !== String(process.pid) && identityOf(this.#path) === this.#file) this.#sign();
    const isHeld = identityOf(this.#path) === this.#file;
    if (!isHeld) {
      const database = this.#take();
      this.#database.close();
      this.#database = database;
      this.#file = identityOf(this.#path);
      this.#sign();
    }
    // Nobody else has the lock: what stands there otherwise is an older copy, or nothing.
    if (this.#mark !== undefined && this.#begun() !== this.#mark) this.#signEpoch(this.#mark);
    return isHeld ? undefined : this.#path;
  }

  /** Begins with the folder: whoever did before is fenced. Throws the error of the file system. */
  begin(): number {
    this.#epoch = Math.max(this.#epoch, epochIn(this.#begun())) + 1;
    this.#mark = `${this.#epoch} ${process.pid}`;
    this.#signEpoch(this.#mark);
    return this.#epoch;
  }

  /** Throws a CenterError where another has begun since `begin`. */
  check(): void {
    if (this.#mark === undefined) return;
    // Each commit asks: what has not been replaced since is not read again.
    const stamp = stampOf(this.#epochPath);
    if (stamp !== undefined && stamp === this.#stamp) return;
    const begun = this.#begun();
    // Where it cannot be read, is gone, or is an older copy that somebody has put back, nobody says that he has.
    if (begun === this.#mark || epochIn(begun) < this.#epoch) {
      this.#stamp = stamp;
      return;
    }
    const text = `another process (${begun?.split(' ')[1]}) has begun with the data folder ${this.#folder} since: nothing of what this one writes is stored any more; stop it`;
    throw new CenterError('CHAPPE_STORE_FENCED', text, { path: this.#folder });
  }

  release(): void {
    // Nobody has it any more; after a crash the name of the dead stays.
    if (this.#holder() === String(process.pid)) rmSync(this.#holderPath, { force: true });
    this.#database.close();
  }

  get #path(): string {
    return join(this.#folder, 'lock.db');
  }

  get #holderPath(): string {
    return join(this.#folder, 'lock.pid');
  }

  get #epochPath(): string {
    return join(this.#folder, 'lock.epoch');
  }

  #begun(): string | undefined {
    try {
      return readFileSync(this.#epochPath, 'latin1').trim();
    } catch {
      return undefined;
    }
  }

  #take(): DatabaseSync {
    makeFile(this.#path);
    const database = openDatabase(this.#path);
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      return database;
    } catch (cause) {
      database.close();
      const failure = failureOf(cause, this.#path);
      if (failure.code !== 'CHAPPE_STORE_LOCKED') throw failure;
      const text = `the data folder ${this.#folder} is in use by process ${this.#holder()}`;
      throw new CenterError('CHAPPE_STORE_LOCKED', `${text}: stop that one, or use another folder`, {
        cause,
        path: this.#folder,
      });
    }
  }

  #signEpoch(mark: string): void {
    replaceFile(this.#epochPath, `${mark}\n`);
  }

  #sign(): void {
    replaceFile(this.#holderPath, `${process.pid}\n`);
  }

  #holder(): string {
    try {
      return readFileSync(this.#holderPath, 'latin1').trim();
    } catch {
      return 'unknown';
    }
  }
}

/** Which file stands there, and since when; undefined: none. */
function stampOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev} ${found.ino} ${found.ctimeMs}`;
}

function epochIn(begun: string | undefined): number {
  return Number.parseInt(begun ?? '', 10) || 0;
}

/** How often a folder has been begun with, as far as it says. */
export function epochOf(folder: string): number {
  try {
    return epochIn(readFileSync(join(folder, 'lock.epoch'), 'latin1'));
  } catch {
    return 0;
  }
}

/** Whether a process of that number runs that is not this one. */
function isOther(holder: string): boolean {
  const pid = Number(holder);
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function lockLost(folder: string, path: string, holder: string): CenterError {
  const holderPath = join(folder, 'lock.pid');
  return new CenterError(
    'CHAPPE_STORE_LOCKED',
    `${path} is gone, and process ${holder}, which had locked the data folder, runs: stop that one; if it is ` +
      `no Chappe, take ${holderPath} away`,
    { path: folder },
  );
}
