/** A backup is checked, and laid back as a data folder. */
import { chmodSync, copyFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Backup, type CenterError, replaceFile, syncFolder, timelineLine } from '@chappe/center';
import { dayContent, entriesIn, sumOf, syncFile } from './contents.ts';
import { DayFile } from './day-file.ts';
import { failureOf } from './failure.ts';
import { daysIn, exists, makeFolder } from './folder.ts';
import { faultsIn } from './integrity.ts';
import { epochOf, FolderLock } from './lock.ts';
import { type BackupFile, backupError, type Manifest, readManifest } from './manifest.ts';
import { freeName } from './put-back.ts';
import { writeRestored } from './restored.ts';
import { summaryOf } from './summary.ts';

const FILE_MODE = 0o600;

/** What is to be said of a backup. */
export interface BackupReport {
  readonly backup: Backup;
  /** Of the program that made it. */
  readonly version: string;
  /** What is wrong with it, for people; none: it can be laid back. */
  readonly flaws: readonly string[];
}

/** What is laid back, and where. */
export interface RestoreOptions {
  readonly backup: string;
  /** The data folder. */
  readonly folder: string;
  /** One that is there is moved aside. Default false: it must be new or empty. */
  readonly isReplacing?: boolean | undefined;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** Ends it between two files. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of it. */
export interface Restored {
  readonly backup: Backup;
  /** Where the data folder of before is now; undefined: there was none. */
  readonly replaced: string | undefined;
}

/**
 * Looks at every octet of a backup, and adds up its money; changes nothing. `signal` ends it between two files. Rejects with a
 * CenterError where it is none, or with the reason of the signal.
 */
export async function checkBackup(folder: string, signal?: AbortSignal): Promise<BackupReport> {
  const path = resolve(folder);
  const manifest = readManifest(path);
  const flaws: string[] = [];
  for (const file of manifest.files) {
    await breath(signal);
    const flaw = flawOf(path, file);
    if (flaw !== undefined) flaws.push(flaw);
  }
  return { backup: ofManifest(path, manifest), version: manifest.version, flaws };
}

/** Each file takes a while, and signals are heard between two only. */
async function breath(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((settle) => setImmediate(settle));
  signal?.throwIfAborted();
}

/**
 * Checks it and lays it back. What waited at its moment may have been sent since, so it is marked as uncertain; ids of since
 * then do not come again. Rejects with a CenterError, or the reason of the signal; then the data folder is as it was.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { isReplacing = false, nowMs, signal } = options;
  const from = resolve(options.backup);
  const to = resolve(options.folder);
  const hasOld = exists(to) && readdirSync(to).length > 0;
  if (hasOld && !isReplacing)
    throw backupError(`${to} is not empty: name a new folder, or have this one moved aside`, to);
  if (hasOld && !isDataFolder(to)) throw backupError(`${to} is no data folder: it stays where it is`, to);
  const [flaw] = (await checkBackup(from, signal)).flaws;
  if (flaw !== undefined) throw backupError(`the backup ${from} is not whole: ${flaw}`, from);
  const lock = hasOld ? new FolderLock(to) : undefined;
  try {
    const manifest = readManifest(from);
    const beside = freeName(to, 'restoring');
    const epoch = Math.max(manifest.epoch, hasOld ? epochOf(to) : 0);
    await fill({ from, beside, manifest, epoch, nowMs, signal });
    const replaced = moveAll(beside, to, hasOld);
    return { backup: ofManifest(from, manifest), replaced };
  } catch (error) {
    signal?.throwIfAborted();
    throw failureOf(error, to);
  } finally {
    lock?.release();
  }
}

function isDataFolder(folder: string): boolean {
  return daysIn(folder).length > 0 || ['control.db', 'lock.db'].some((name) => exists(join(folder, name)));
}

interface Filling {
  readonly from: string;
  readonly beside: string;
  readonly manifest: Manifest;
  readonly epoch: number;
  readonly nowMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Makes the data folder under another name; nothing is left of it where that fails. */
async function fill({ from, beside, manifest, epoch, nowMs, signal }: Filling): Promise<void> {
  try {
    makeFolder(beside);
    for (const { name, sha256 } of manifest.files) {
      await breath(signal);
      copyFileSync(join(from, name), join(beside, name));
      chmodSync(join(beside, name), FILE_MODE);
      syncFile(join(beside, name));
      if (sumOf(join(beside, name)) !== sha256)
        throw backupError(`the copy of ${name} is not what was read: is the disk sound?`, join(beside, name));
    }
    const days = manifest.files.flatMap(({ day }) => (day === undefined ? [] : [day]));
    writeRestored(beside, manifest.moment, nowMs, days);
    const line = timelineLine(nowMs, 'recovered', 'uncertain=1');
    for (const { name, day } of manifest.files)
      if (day !== undefined && day.unfinished > 0) doubt(join(beside, name), line);
    // Whoever still runs on what was here before is fenced by who begins with it now.
    replaceFile(join(beside, 'lock.epoch'), `${epoch} 0\n`);
    syncFolder(beside);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC'
      ? backupError(`no room on the disk for ${beside}: nothing was laid back`, beside)
      : error;
  }
}

function doubt(path: string, line: string): void {
  const file = DayFile.open(path, { checkpointPages: 8_000, maxFileBytes: 0 });
  try {
    file.doubt(line);
  } finally {
    file.close();
  }
}

/** Puts it in its place; returns where what was there is now. */
function moveAll(beside: string, to: string, hasOld: boolean): string | undefined {
  const replaced = hasOld ? freeName(to, 'replaced') : undefined;
  try {
    if (replaced !== undefined) renameSync(to, replaced);
    try {
      renameSync(beside, to);
    } catch (error) {
      if (replaced !== undefined) renameSync(replaced, to);
      throw error;
    }
    syncFolder(dirname(to));
    return replaced;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    const why = (error as Error).message;
    throw backupError(
      `${to} cannot be put in place (${why}); if a disk is mounted there, name a folder on it`,
      to,
    );
  }
}

function flawOf(folder: string, file: BackupFile): string | undefined {
  const { name, octets, sha256, day, entries, isAside } = file;
  const path = join(folder, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return `${name} is missing`;
  if (found.size !== octets) return `${name} has ${found.size} octets, not ${octets}`;
  try {
    if (sumOf(path) !== sha256) return `${name} has been changed since: its SHA-256 is another one`;
    if (isAside || (day === undefined && entries === undefined)) return undefined;
    const [fault] = faultsIn(path, { isStill: true, isDay: day !== undefined });
    if (fault !== undefined) return `${name} is damaged: ${fault.what}`;
    const isSame = day === undefined ? entriesIn(path) === entries : isDeepStrictEqual(dayContent(path), day);
    return isSame ? undefined : `${name} does not hold what backup.json says`;
  } catch (error) {
    return `${name}: ${(failureOf(error, path) as CenterError).message}`;
  }
}

function ofManifest(folder: string, { moment, files }: Manifest): Backup {
  return summaryOf(folder, Date.parse(moment), files);
}
