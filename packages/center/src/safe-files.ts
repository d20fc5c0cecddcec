/**
 * Files of the data folder, made so that nobody who can write there can make us write elsewhere: a name that is there
 * already, as a symbolic link for instance, is never followed.
 */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CenterError } from './errors.ts';

const FILE_MODE = 0o600;
const WRITABLE_BY_OTHERS = 0o022;
/** What we write ourselves; anything else in the folder is none of ours. */
const OUR_FILES =
  /^(\d{4}-\d{2}-\d{2}\.(db|aside)|control(-copy)?\.db|lock\.(db|pid|epoch)|journal-\d+\.log|sealing\.key|tls\.pem|restored\.json)(-wal|-shm|-journal|\.new)?$/;

/**
 * Puts a whole file in the place of another, or of none, readable by its owner only; it is there wholly or not at all,
 * also after a crash. Throws the error of the file system.
 */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.new`;
  // Left from a crash, or put there by somebody: the name itself goes, not what it may lead to.
  rmSync(beside, { force: true });
  const file = openSync(beside, 'wx', FILE_MODE);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  syncFolder(dirname(path));
}

/** Makes an empty file where there is none, readable by its owner only. Throws the error of the file system. */
export function makeFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) closeSync(openSync(path, 'wx', FILE_MODE));
}

/** What has a new name in a folder is on the disk under it when this returns. */
export function syncFolder(folder: string): void {
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Refuses a folder in which a file of ours is a symbolic link. Throws a CenterError that names it. */
export function refuseLinks(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isSymbolicLink() || !OUR_FILES.test(entry.name)) continue;
    const path = join(folder, entry.name);
    throw new CenterError(
      'CHAPPE_STORE_DAMAGED',
      `${path} is a symbolic link: put the file itself there, or take the link away; nothing was changed`,
      { path },
    );
  }
}

/**
 * Who else may write into the data folder, in a sentence with what to do; undefined: nobody. Such a one can take messages
 * away, or put others there. Windows has no such bits. `uid`: whom we run as, default that of the process.
 */
export function looseFolder(
  folder: string,
  uid: number | undefined = process.getuid?.(),
): string | undefined {
  if (process.platform === 'win32') return undefined;
  const { mode, uid: owner } = statSync(folder);
  if ((mode & WRITABLE_BY_OTHERS) !== 0) {
    const text = (mode & 0o7777).toString(8).padStart(4, '0');
    return `others may write into the data folder ${folder} (mode ${text}): chmod go-w ${folder}`;
  }
  // An owner may always; root may everywhere.
  if (owner === uid || owner === 0) return undefined;
  return `the data folder ${folder} belongs to another user (uid ${owner}), who may write into it: chown -R ${uid} ${folder}`;
}
