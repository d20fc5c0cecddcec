/** Files that were on their way back to their names when the process ended: see put-back.ts. */
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '@chappe/center';
import { exists } from './folder.ts';
import { faultsIn } from './integrity.ts';

const ON_ITS_WAY = /^(\d{4}-\d{2}-\d{2}\.db)\.new$/;

/** Gives those their names that are whole and whose name is free. Throws the error of the file system. */
export function adoptFiles(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, ON_ITS_WAY.exec(name)?.[1] ?? '.');
    const beside = join(folder, name);
    if (exists(path) || faultsIn(beside, { isDay: true }).length > 0) continue;
    renameSync(beside, path);
    syncFolder(folder);
  }
}
