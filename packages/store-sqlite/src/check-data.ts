/** Whether the files of a data folder are whole: for who wants to know, in a folder that is in use or not. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDayFile } from './folder.ts';
import { type FileFault, faultsIn } from './integrity.ts';
import { logFault } from './log-fault.ts';
import { openDatabase } from './open-database.ts';

const OTHERS = ['control.db', 'control-copy.db'];
/** What is to be said of one file. */
export interface FileReport {
  /** Its name in the folder. */
  readonly file: string;
  readonly octets: number;
  readonly faults: readonly FileFault[];
  /** Why it was set aside; undefined: it was not. */
  readonly aside: string | undefined;
}

/** Which process has the folder open; undefined: none, or one that does not say who it is. */
export function userOf(folder: string): number | undefined {
  if (!isLocked(folder)) return undefined;
  try {
    return Number(readFileSync(join(folder, 'lock.pid'), 'latin1')) || 0;
  } catch {
    return 0;
  }
}

/** Looks at one file after the other, in the order of their names; changes nothing. Throws the error of the file system. */
export function* checkData(folder: string): Generator<FileReport> {
  const names = readdirSync(folder);
  for (const file of [...names.filter(isDayFile).sort(), ...OTHERS]) {
    if (!names.includes(file)) continue;
    const path = join(folder, file);
    const faults = faultsOf(path, isLocked(folder), isDayFile(file));
    yield { file, octets: statSync(path).size, faults, aside: asideOf(path) };
  }
}

function faultsOf(path: string, isInUse: boolean, isDay: boolean): FileFault[] {
  if (statSync(path).size === 0) return isDay ? [plain('it is empty')] : [];
  const log = `${path}-wal`;
  const hasLog = (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const hadIndex = existsSync(`${path}-shm`);
  const faults = faultsIn(path, { isStill: !isInUse && !hasLog, isDay });
  // Whose log is written meanwhile can only be looked at by who writes it.
  const inLog = isInUse ? undefined : logFault(log);
  if (inLog !== undefined) faults.push(plain(`its log: ${inLog}`));
  if (!isInUse && !hadIndex) rmSync(`${path}-shm`, { force: true });
  return faults;
}

function plain(what: string): FileFault {
  return { page: undefined, of: undefined, what };
}

function asideOf(path: string): string | undefined {
  try {
    const [, head = ''] = readFileSync(path.replace(/\.db$/, '.aside'), 'utf8').split('\n', 2);
    return String((JSON.parse(head) as { readonly why?: unknown }).why);
  } catch {
    return undefined;
  }
}

function isLocked(folder: string): boolean {
  const path = join(folder, 'lock.db');
  if (!existsSync(path)) return false;
  const database = openDatabase(path, { readOnly: true });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}
