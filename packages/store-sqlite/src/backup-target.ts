/** The folder that a backup is to be made in. */
import { chmodSync, readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { CenterError } from '@chappe/center';
import { makeFolder } from './folder.ts';
import { backupError } from './manifest.ts';

const FOLDER_MODE = 0o700;

/** Makes it, readable by its owner only. Throws a CenterError: there is something in it, it lies in the data folder, or cannot be. */
export function makeTarget(folder: string, data: string): void {
  if (isWithin(folder, data)) throw within(folder, data);
  try {
    makeFolder(folder);
    // A link may lead there all the same.
    if (isWithin(realpathSync(folder), realpathSync(data))) throw within(folder, data);
    if (readdirSync(folder).length > 0)
      throw backupError(`${folder} is not empty: a backup is made in a new folder`, folder);
    chmodSync(folder, FOLDER_MODE);
  } catch (error) {
    if (error instanceof CenterError) throw error;
    const text = `the folder ${folder} cannot be made or written: ${(error as Error).message}`;
    throw new CenterError('CHAPPE_STORE_BACKUP', text, { cause: error, path: folder });
  }
}

function isWithin(folder: string, data: string): boolean {
  const way = relative(data, folder);
  return !way.startsWith('..') && !isAbsolute(way);
}

function within(folder: string, data: string): CenterError {
  return backupError(`${folder} lies in the data folder ${data}: a backup is made elsewhere`, folder);
}
