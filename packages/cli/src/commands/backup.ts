/** `chappe backup`: a copy of all that is durable, as of one moment, of a running Chappe or of a folder that nobody uses. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@chappe/center';
import { printable } from '@chappe/protocol';
import { SqliteStore, userOf } from '@chappe/store-sqlite';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { BackupValues } from '../settings/backup.ts';
import { contentLines } from './backup-lines.ts';
import { objectOf, printDone, type Shown } from './show.ts';
import { ask } from './verbs.ts';

type BackupRun = Run<BackupValues>;

const path = '/api/v1/backup';
const lookMs = 500;

/** Runs it. */
export async function runBackup(run: BackupRun): Promise<ExitCode> {
  const [folder, ...more] = run.words;
  if (folder === undefined || more.length > 0)
    throw usage('name the folder to make the backup in', 'chappe backup FOLDER');
  const made =
    run.values.data === undefined
      ? await askForIt(run, resolve(folder))
      : await makeIt(run, run.values.data, resolve(folder));
  if (run.values.json) run.terminal.out(JSON.stringify(made));
  else {
    printDone(run, `backup made: ${printable(String(made.folder))}`, made);
    if (!run.values.quiet) for (const line of contentLines(made)) run.terminal.out(line);
  }
  return exitCodes.ok;
}

/** The running one makes it, since it alone knows a moment at which all is whole. */
async function askForIt(run: BackupRun, folder: string): Promise<Shown> {
  let answer = objectOf(await ask(run, { method: 'POST', path, body: { folder } }));
  if (!run.values.quiet && !run.values.json && answer.state === 'running')
    run.terminal.talk(`as of ${printable(String(answer.moment))}; copying`);
  while (answer.state === 'running') {
    try {
      await pause(lookMs, undefined, { signal: run.signal });
    } catch {
      throw new Failure(exitCodes.interrupted, 'interrupted', 'the server goes on making the backup');
    }
    answer = objectOf(await ask(run, { path }));
    if (answer.folder !== folder) throw new Failure(exitCodes.rejected, 'another backup was begun meanwhile');
  }
  if (answer.state === 'done') return answer;
  throw new Failure(exitCodes.rejected, `no backup was made: ${printable(String(answer.why))}`);
}

async function makeIt(run: BackupRun, data: string, folder: string): Promise<Shown> {
  if (statSync(data, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw usage(`there is no folder ${data}`, 'name the folder that `data` of the configuration names');
  const user = userOf(data);
  if (user !== undefined)
    throw usage(
      `the data folder ${data} is in use by process ${user}`,
      'leave out --data: the running one makes the backup',
    );
  const store = await SqliteStore.open({ path: resolve(data) });
  try {
    const { momentMs, aside, ...made } = await store.backup(folder, {
      version: run.version,
      nowMs: () => systemClock.nowMs(),
    });
    const moment = new Date(momentMs).toISOString();
    return { state: 'done', ...made, moment, daysAside: aside };
  } finally {
    await store.close();
  }
}
