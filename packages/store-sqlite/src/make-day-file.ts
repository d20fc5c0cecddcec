/** A new day's file: under another name until it is whole, so that an empty one is always a damaged one. */
import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFile, syncFolder } from '@chappe/center';
import { openDatabase } from './open-database.ts';
import { schemaSql } from './schema.ts';

/** Octets of a page of a day file. */
export const PAGE_OCTETS = 4096;

/** Makes it, readable by its owner only; SQLite gives its log the same mode. Throws the error of SQLite or the file system. */
export function makeDayFile(path: string): void {
  const beside = `${path}.new`;
  // Left from a crash, or put there by somebody: the name itself goes, not what it may lead to.
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${beside}${suffix}`, { force: true });
  makeFile(beside);
  const database = openDatabase(beside);
  try {
    database.exec(`PRAGMA page_size = ${PAGE_OCTETS}; PRAGMA synchronous = FULL; BEGIN; ${schemaSql} COMMIT`);
  } finally {
    database.close();
  }
  // A log of a file that was there before is none of this one.
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  renameSync(beside, path);
  // The name must be on the disk before the first message in it is acknowledged.
  syncFolder(dirname(path));
}
