/**
 * The thread that copies the logs of day files into these: it takes a while and waits for the disk, which whoever answers
 * commits must not. Whoever writes to a log stands still meanwhile, so that it can begin anew.
 */
import { CenterError } from '@chappe/center';
import { dayPath, exists } from './folder.ts';
import { openDatabase } from './open-database.ts';
import type { Request } from './requests.ts';

/** Works on the day files of one folder. */
export class Checkpointer {
  readonly #folder: string;

  constructor({ path }: { readonly path: string }) {
    this.#folder = path;
  }

  /** Answers one request. Throws the error of SQLite. */
  answer(request: Request): unknown {
    switch (request.ask) {
      case 'checkpoint':
        return this.#checkpoint(request.day);
      case 'close':
        return undefined;
      default:
        throw new CenterError('CHAPPE_STORE_FAILED', `the checkpointer does not answer ${request.ask}`);
    }
  }

  /** A connection for each: whoever has a file open keeps its log from being taken away when it is closed or replaced. */
  #checkpoint(day: number): void {
    const path = dayPath(this.#folder, day);
    if (!exists(path)) return;
    const database = openDatabase(path, { timeout: 1_000 });
    try {
      database.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_checkpoint(PASSIVE)');
    } finally {
      database.close();
    }
  }
}
