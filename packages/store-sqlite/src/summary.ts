import { basename } from 'node:path';
import type { Backup } from '@chappe/center';
import type { BackupFile } from './manifest.ts';

const DAY = /^\d{4}-\d{2}-\d{2}\.db$/;

/** What a backup holds, in numbers. */
export function summaryOf(folder: string, momentMs: number, files: readonly BackupFile[]): Backup {
  const days = files.flatMap(({ day }) => (day === undefined ? [] : [day]));
  const accounts = new Set(days.flatMap(({ tallies }) => tallies.map(([account]) => account)));
  return {
    folder,
    momentMs,
    files: files.length,
    octets: files.reduce((sum, { octets }) => sum + octets, 0),
    messages: days.reduce((sum, { messages }) => sum + messages, 0),
    unfinished: days.reduce((sum, { unfinished }) => sum + unfinished, 0),
    accounts: accounts.size,
    entries: files.reduce((sum, { entries = 0 }) => sum + entries, 0),
    aside: files
      .filter(({ name, isAside }) => isAside && DAY.test(name))
      .map(({ name }) => basename(name, '.db')),
  };
}
