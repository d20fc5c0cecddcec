/** The door of @chappe/store-sqlite: the stores of a message centre on SQLite. */
export { checkData, type FileReport, userOf } from './check-data.ts';
export type { FileFault } from './integrity.ts';
export {
  type BackupReport,
  checkBackup,
  type Restored,
  type RestoreOptions,
  restoreBackup,
} from './restore.ts';
export { SqliteControl } from './sqlite-control.ts';
export { SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';
export { runStoreWorker } from './worker.ts';
