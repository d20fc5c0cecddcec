import type { DatabaseSync } from 'node:sqlite';
import { failureOf } from './failure.ts';
import { PAGE_OCTETS } from './make-day-file.ts';
import type { LogState } from './requests.ts';

/**
 * What stands in the log of a database and not in its file. Twice the pages after which it is copied by itself: that does
 * not work, which SQLite keeps to itself; it is tried once more, to hear why.
 */
export function logState(database: DatabaseSync, path: string, checkpointPages: number): LogState {
  const waiting = logPages(database);
  if (waiting <= 2 * checkpointPages) return { octets: waiting * PAGE_OCTETS, trouble: undefined };
  try {
    const octets = logPages(database, 'PASSIVE') * PAGE_OCTETS;
    if (octets <= 2 * checkpointPages * PAGE_OCTETS) return { octets, trouble: undefined };
    const mb = Math.round(octets / 1_000_000);
    const text = `the log of ${path} has grown to ${mb} MB: another program reads the file and does not end`;
    return { octets, trouble: text };
  } catch (error) {
    const { message } = failureOf(error, path);
    const text = `what is in the log of ${path} cannot be copied into the file: ${message}`;
    return { octets: waiting * PAGE_OCTETS, trouble: text };
  }
}

/** Pages of the log that are not in the file; `PASSIVE`: after having copied what can be. */
export function logPages(database: DatabaseSync, mode: 'NOOP' | 'PASSIVE' = 'NOOP'): number {
  const { log, checkpointed } = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get() as {
    readonly log: number;
    readonly checkpointed: number;
  };
  return Math.max(0, log - checkpointed);
}
