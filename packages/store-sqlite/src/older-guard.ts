/**
 * Keeps programs away that know of no journal: they would miss what stands only there. As long as there is one, a file lies
 * beside it that looks to them like the day file of a newer version; what they say of it is what is to be done.
 */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { exists, GUARD_FILE, MAGIC, USER_VERSION_AT } from './folder.ts';
import { schemaVersion } from './schema.ts';

const FILE_MODE = 0o600;
const HEADER_OCTETS = 100;

/** Puts it there; its name is on the disk when the caller has synced the folder. Throws the error of the file system. */
export function writeGuard(folder: string): void {
  const header = Buffer.alloc(HEADER_OCTETS);
  header.write(MAGIC, 'latin1');
  header.writeUInt32BE(schemaVersion + 1, USER_VERSION_AT);
  const file = openSync(join(folder, GUARD_FILE), 'w', FILE_MODE);
  try {
    writeSync(file, header);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Whether it is there. */
export function hasGuard(folder: string): boolean {
  return exists(join(folder, GUARD_FILE));
}

/** There is no journal any more. */
export function removeGuard(folder: string): void {
  rmSync(join(folder, GUARD_FILE), { force: true });
}
