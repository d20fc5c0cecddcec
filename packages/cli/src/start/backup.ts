/** Backups of a running program, for the HTTP API. */
import type { MakeBackup } from '@chappe/api';
import { type Store, systemClock } from '@chappe/center';
import type { Logger } from 'pino';

/** Makes backups of a store, with a line in the log about each; undefined where it keeps nothing. */
export function backupsOf(store: Store, version: string, log: Logger): MakeBackup | undefined {
  const backup = store.backup?.bind(store);
  if (backup === undefined) return undefined;
  return async (folder, onFixed) => {
    try {
      const made = await backup(folder, { version, nowMs: () => systemClock.nowMs(), onFixed });
      log.info(made, 'backup made');
      return made;
    } catch (error) {
      log.warn({ where: 'backup', err: error }, `no backup was made: ${(error as Error).message}`);
      throw error;
    }
  };
}
