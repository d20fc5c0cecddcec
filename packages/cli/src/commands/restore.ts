/** `chappe restore`: checks a backup, and lays it back as a data folder. */

import type { Backup } from '@chappe/center';
import { systemClock } from '@chappe/center';
import { printable } from '@chappe/protocol';
import { checkBackup, restoreBackup } from '@chappe/store-sqlite';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { RestoreValues } from '../settings/backup.ts';
import { contentLines } from './backup-lines.ts';
import type { Shown } from './show.ts';

type RestoreRun = Run<RestoreValues>;

/** Runs it; the exit code is 7 when a checked backup is not whole. */
export async function runRestore(run: RestoreRun): Promise<ExitCode> {
  try {
    return await restore(run);
  } catch (error) {
    if (run.signal.aborted) return exitCodes.interrupted;
    throw error;
  }
}

async function restore(run: RestoreRun): Promise<ExitCode> {
  const { values, words, terminal, signal } = run;
  const [backup, ...more] = words;
  if (backup === undefined || more.length > 0)
    throw usage('name the folder of the backup', 'chappe restore BACKUP --data FOLDER');
  if (values.check) return await check(run, backup);
  if (values.data === undefined) throw usage('name the data folder to make of it: --data FOLDER');
  const { data: folder, replace: isReplacing } = values;
  const nowMs = systemClock.nowMs();
  const { replaced, ...restored } = await restoreBackup({ backup, folder, isReplacing, nowMs, signal });
  const shown = shownOf(restored.backup);
  if (values.json) {
    terminal.out(JSON.stringify({ ...shown, data: folder, replaced: replaced ?? null }));
    return exitCodes.ok;
  }
  if (values.quiet) return exitCodes.ok;
  terminal.out(`restored into ${printable(folder)}`);
  for (const line of contentLines(shown)) terminal.out(line);
  if (replaced !== undefined) terminal.out(`what was there before is ${printable(replaced)} now`);
  for (const line of consequences) terminal.talk(line);
  return exitCodes.ok;
}

const consequences: readonly string[] = [
  'What waited at that moment may have been sent since: it is marked as uncertain, and is sent again.',
  'What came after that moment is not there: messages, receipts, credits, entries. No id of then comes again.',
];

async function check({ values, terminal, signal }: RestoreRun, folder: string): Promise<ExitCode> {
  const { backup, version, flaws } = await checkBackup(folder, signal);
  const isOk = flaws.length === 0;
  if (values.json) terminal.out(JSON.stringify({ ok: isOk, version, flaws, ...shownOf(backup) }));
  else {
    for (const flaw of flaws) terminal.out(printable(flaw));
    if (isOk && !values.quiet) {
      terminal.out(`the backup is whole; made by ${printable(version)}`);
      for (const line of contentLines(shownOf(backup))) terminal.out(line);
    }
  }
  return isOk ? exitCodes.ok : exitCodes.assertion;
}

function shownOf({ momentMs, aside, ...rest }: Backup): Shown {
  return { ...rest, moment: new Date(momentMs).toISOString(), daysAside: aside };
}
