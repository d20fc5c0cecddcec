/** The data folder: a file for each day, and a lock. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CenterError } from '../errors.ts';
import { dayNumber, dayOfNumber } from '../message-id.ts';
import { openDatabase } from '../open-database.ts';
import { damagedText, failureOf } from './failure.ts';
import { makeFile, refuseLinks, replaceFile } from './safe-files.ts';
import { applicationId, schemaVersion } from './schema.ts';

const DAY_FILE = /^(\d{4}-\d{2}-\d{2})\.db$/;
const MAGIC = 'SQLite format 3\0';
const HEADER_OCTETS = 100;
// Offset of user_version in a database header (sqlite.org/fileformat.html 1.3).
const USER_VERSION_AT = 60;
const FOLDER_MODE = 0o700;

/** The file of a day. */
export function dayPath(folder: string, day: number): string {
  return join(folder, `${dayOfNumber(day)}.db`);
}

/** The days that have a file, ascending. */
export function daysIn(folder: string): number[] {
  return readdirSync(folder)
    .map((name) => DAY_FILE.exec(name)?.[1])
    .filter((day) => day !== undefined)
    .map(dayNumber)
    .filter((day) => Number.isSafeInteger(day))
    .sort((a, b) => a - b);
}

/**
 * Makes the folder and those above it, readable by their owner only. One by one: the recursive call of the platform
 * never ends where a file system makes no folders (/proc).
 */
export function makeFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  const parent = dirname(folder);
  if (found === undefined && parent !== folder) makeFolder(parent);
  mkdirSync(folder, { mode: FOLDER_MODE });
}

/** Looks at every file before any is opened: a newer one must stay as it is, and nothing is done. Throws a CenterError. */
export function checkFolder(folder: string): void {
  refuseLinks(folder);
  for (const day of daysIn(folder)) checkHeader(dayPath(folder, day));
}

function checkHeader(path: string): void {
  const header = Buffer.alloc(HEADER_OCTETS);
  const file = openSync(path, 'r');
  let octets: number;
  try {
    octets = readSync(file, header, 0, HEADER_OCTETS, 0);
  } finally {
    closeSync(file);
  }
  // What is damaged is set aside when it is used.
  if (octets < HEADER_OCTETS || header.toString('latin1', 0, MAGIC.length) !== MAGIC) return;
  checkVersion(path, header.readUInt32BE(USER_VERSION_AT));
}

/** Refuses a file of a newer schema. */
function checkVersion(path: string, version: number): void {
  if (version <= schemaVersion) return;
  throw new CenterError(
    'CHAPPE_STORE_NEWER',
    `${path} was written by a newer version (schema ${version}, this one knows ${schemaVersion}): ` +
      'start the newer version, or use another data folder; nothing was changed',
    { path },
  );
}

/** Refuses what is no day file of ours, before anything is written. Throws a CenterError, or the error of SQLite. */
export function checkOurs(database: DatabaseSync, path: string): void {
  const pragma = (name: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  checkVersion(path, pragma('user_version'));
  const isOurs = pragma('application_id') === applicationId && pragma('user_version') > 0;
  if (isOurs) return;
  const what = pragma('page_count') === 0 ? 'it is empty' : 'it is the database of another program';
  throw new CenterError('CHAPPE_STORE_DAMAGED', damagedText(path, what), { path });
}

/** True when there is such a file. */
export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Locks a folder for this process. The lock is the operating system's and ends with the process, however that ends; the
 * file beside it only says who holds it. Throws a CenterError that names the holder.
 */
export function lockFolder(folder: string): { release(): void } {
  const holder = join(folder, 'lock.pid');
  const path = join(folder, 'lock.db');
  // A lock that somebody has taken away holds nobody off: the one who had it may still be there.
  if (!exists(path) && isOther(readHolder(holder))) throw lockLost(folder, path, holder);
  makeFile(path);
  const database = openDatabase(path);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    const failure = failureOf(cause, path);
    if (failure.code !== 'CHAPPE_STORE_LOCKED') throw failure;
    throw new CenterError(
      'CHAPPE_STORE_LOCKED',
      `the data folder ${folder} is in use by process ${readHolder(holder)}: stop that one, or use another folder`,
      { cause, path: folder },
    );
  }
  replaceFile(holder, `${process.pid}\n`);
  return {
    release: () => {
      // Nobody has it any more; after a crash the name of the dead stays.
      rmSync(holder, { force: true });
      database.close();
    },
  };
}

/** Whether a process of that number runs that is not this one. */
function isOther(holder: string): boolean {
  const pid = Number(holder);
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function lockLost(folder: string, path: string, holder: string): CenterError {
  return new CenterError(
    'CHAPPE_STORE_LOCKED',
    `${path} is gone, and process ${readHolder(holder)}, which had locked the data folder, runs: stop that one; if it is ` +
      `no Chappe, take ${holder} away`,
    { path: folder },
  );
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return 'unknown';
  }
}
