/**
 * The logs of day files are synced once for many transactions; until then what they hold is in the journal, too. It is done by
 * name: locks of the operating system are on other files, and are not lost with it.
 */
import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { DayFiles } from './day-files.ts';
import { fileFailure } from './failure.ts';

/** Those of one folder. */
export class LogSyncs {
  readonly #files: DayFiles;
  /** Days to whose log something was written that has not been synced. */
  readonly #days: Set<number> = new Set();
  /** Those of them whose sync has failed: what it was to write may be lost, and is read and written once more. */
  readonly #failed: Set<number> = new Set();

  constructor(files: DayFiles) {
    this.#files = files;
  }

  get isNeeded(): boolean {
    return this.#days.size > 0;
  }

  wrote(days: Iterable<number>): void {
    for (const day of days) this.#days.add(day);
  }

  /** All that has been written until now is on the disk when it settles. Rejects with a CenterError. */
  async sync(): Promise<void> {
    const days = [...this.#days];
    this.#days.clear();
    for (const [at, day] of days.entries()) {
      try {
        if (this.#failed.has(day)) this.#copy(day);
        else await syncLog(this.#files.path(day));
      } catch (error) {
        this.wrote(days.slice(at));
        this.#failed.add(day);
        throw fileFailure(error, this.#files.path(day));
      }
    }
  }

  /** The same, while everybody waits. Throws a CenterError. */
  syncNow(): void {
    for (const day of [...this.#days]) {
      try {
        if (this.#failed.has(day)) this.#copy(day);
        else syncLogNow(this.#files.path(day));
        this.#days.delete(day);
      } catch (error) {
        this.#failed.add(day);
        throw fileFailure(error, this.#files.path(day));
      }
    }
  }

  /** What is in the log is read, and written into the file, which is synced. */
  #copy(day: number): void {
    this.#files.on(day, (file) => file.checkpoint());
    this.#failed.delete(day);
  }
}

/** A log that is gone stands in its file, which was synced. */
async function syncLog(path: string): Promise<void> {
  try {
    const file = await open(`${path}-wal`, 'r+');
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function syncLogNow(path: string): void {
  try {
    const file = openSync(`${path}-wal`, 'r+');
    try {
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
