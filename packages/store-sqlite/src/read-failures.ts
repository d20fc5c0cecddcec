/**
 * A bad sector is no damage to SQLite: each read of it fails, and every transaction that comes across it, for ever. When
 * nothing but failures has come from one file for a while, and the disk works beside it, that file is as good as damaged.
 */
import { accessSync, constants } from 'node:fs';
import type { CenterError } from '@chappe/center';

/** In a row; those who write try again for more than five seconds until then. */
const MAX_FAILURES = 10;
// Extended result codes of SQLite (sqlite.org/rescode.html) for reads: READ, SHORT_READ, CORRUPTFS.
const READS: ReadonlySet<number> = new Set([266, 522, 8458]);

/** Failures in a row, by day. */
export class ReadFailures {
  readonly #days: Map<number, number> = new Map();

  /** Counts one, if it is of that file and no other; true: that was the last straw. */
  note(day: number, { code, cause, path }: CenterError): boolean {
    if (code !== 'CHAPPE_STORE_IO') return false;
    const { errcode = 0 } = (cause ?? {}) as { readonly errcode?: number };
    // What cannot be opened may be for want of descriptors.
    if (!READS.has(errcode) && !isForbidden(path)) return false;
    const failures = (this.#days.get(day) ?? 0) + 1;
    this.#days.set(day, failures);
    return failures >= MAX_FAILURES;
  }

  /** It has worked. */
  forget(day: number): void {
    if (this.#days.size > 0) this.#days.delete(day);
  }
}

/** Whether this user may not read or write a file. */
function isForbidden(path: string | undefined): boolean {
  try {
    accessSync(path ?? '', constants.R_OK | constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}
