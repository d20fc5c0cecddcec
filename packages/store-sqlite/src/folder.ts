/** The data folder: a file for each day, and a lock. */
import { closeSync, mkdirSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CenterError, dayNumber, dayOfNumber, refuseLinks } from '@chappe/center';
import { damagedText } from './failure.ts';
import { applicationId, schemaVersion } from './schema.ts';

const DAY_FILE = /^(\d{4}-\d{2}-\d{2})\.db$/;
/** No day's, but what older programs take for one: see older-guard.ts. Ids end before that day. */
export const GUARD_FILE = '2094-01-01.db';
/** What a database begins with. */
export const MAGIC = 'SQLite format 3\0';
const HEADER_OCTETS = 100;
// sqlite.org/fileformat.html 1.3
/** Where the header of a database has its `user_version`. */
export const USER_VERSION_AT = 60;
const FOLDER_MODE = 0o700;

/** The file of a day. */
export function dayPath(folder: string, day: number): string {
  return join(folder, `${dayOfNumber(day)}.db`);
}

/** Whether a file of that name holds the messages of a day. */
export function isDayFile(name: string): boolean {
  return DAY_FILE.test(name) && name !== GUARD_FILE;
}

/** The days that have a file, ascending. */
export function daysIn(folder: string): number[] {
  return readdirSync(folder)
    .filter(isDayFile)
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
