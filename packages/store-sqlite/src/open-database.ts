import type { DatabaseSync, DatabaseSyncOptions } from 'node:sqlite';

/**
 * Opens a database file. SQLite is loaded when the first one is opened: whoever keeps everything in memory, as a sandbox
 * in a test does, hears no word of Node 22 about an experimental feature. Throws the error of SQLite.
 */
export function openDatabase(path: string | URL, options?: DatabaseSyncOptions): DatabaseSync {
  const sqlite = process.getBuiltinModule('node:sqlite');
  return new sqlite.DatabaseSync(path, options ?? {});
}
