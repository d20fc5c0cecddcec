/** `backup.json`: what is in a backup. Written last, so that a copy without it is known to be unfinished. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CenterError, replaceFile } from '@chappe/center';
import { exists } from './folder.ts';
import type { TallyRow } from './requests.ts';

const NAME = 'backup.json';
const FORMAT = 1;
/** What a backup may hold: nothing is ever written under another name. */
const FILE = /^(\d{4}-\d{2}-\d{2}\.(db(-wal)?|aside)|control\.db|sealing\.key|tls\.pem|restored\.json)$/;

/** What is in a day's file. */
export interface DayContent {
  readonly messages: number;
  /** Of those, and of receipts: not over. */
  readonly unfinished: number;
  readonly highestId: number;
  /** Highest counter of a short public id; -1: none. */
  readonly highestShort: number;
  /** Sums of money by account. */
  readonly tallies: readonly TallyRow[];
}

/** One file. */
export interface BackupFile {
  readonly name: string;
  readonly octets: number;
  readonly sha256: string;
  /** What is in it; left out where it is no day's, or the day's was set aside. */
  readonly day?: DayContent | undefined;
  /** It is of a day that was set aside: it was copied as it is, damaged. */
  readonly isAside?: true | undefined;
  /** How many entries it has: of `control.db`. */
  readonly entries?: number | undefined;
}

/** All of it. */
export interface Manifest {
  readonly format: number;
  /** Of the program that made it. */
  readonly version: string;
  /** As of when everything is. */
  readonly moment: string;
  /** How often the data folder had been begun with. */
  readonly epoch: number;
  readonly files: readonly BackupFile[];
}

/** Writes it; it is on the disk when this returns. Throws the error of the file system. */
export function writeManifest(folder: string, manifest: Omit<Manifest, 'format'>): void {
  replaceFile(join(folder, NAME), `${JSON.stringify({ format: FORMAT, ...manifest }, undefined, 2)}\n`);
}

/** Reads it. Throws a CenterError where there is none, or one that cannot be read. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, NAME);
  if (!exists(path))
    throw backupError(`${folder} has no ${NAME}: it is no backup, or one that was not finished`, path);
  let manifest: Manifest | undefined;
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch (error) {
    throw backupError(`${path} cannot be read: ${(error as Error).message}`, path);
  }
  if (manifest.format > FORMAT)
    throw backupError(`${path} was written by a newer version (${manifest.version}): use that one`, path);
  const isOne = Array.isArray(manifest.files) && manifest.files.every(({ name }) => FILE.test(name));
  if (!isOne || !Number.isFinite(Date.parse(manifest.moment)))
    throw backupError(`${path} is not what a backup says of itself`, path);
  return manifest;
}

/** Something about a backup that does not go. */
export function backupError(message: string, path: string): CenterError {
  return new CenterError('CHAPPE_STORE_BACKUP', message, { path });
}
