/** `chappe check --data`: whether every page of the files of a data folder can be read. */

import { statSync } from 'node:fs';
import { printable } from '@chappe/protocol';
import { checkData, type FileFault, type FileReport, userOf } from '@chappe/store-sqlite';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { CheckValues } from '../settings/check.ts';

const pageOctets = 4096;
const maxShown = 10;
const megabyte = 1_000_000;

/** Checks one file after the other. The exit code is 7 when one of them is damaged. */
export async function checkDataFolder(folder: string, run: Run<CheckValues>): Promise<ExitCode> {
  const { values, terminal, signal } = run;
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw usage(`there is no folder ${folder}`, 'name the folder that `data` of the configuration names');
  const inUse = userOf(folder);
  const reports: FileReport[] = [];
  if (inUse !== undefined && !values.json && !values.quiet)
    terminal.talk(`${printable(folder)} is in use by process ${inUse}: what it writes meanwhile is not seen`);
  for (const report of checkData(folder)) {
    reports.push(report);
    if (!values.json) for (const line of linesOf(report, values.quiet)) terminal.out(line);
    // One file after the other: Ctrl-C ends it between two.
    await new Promise<void>((settle) => setImmediate(settle));
    if (signal.aborted) return exitCodes.interrupted;
  }
  const damaged = reports.filter(({ faults }) => faults.length > 0);
  const isOk = damaged.length === 0;
  if (values.json)
    terminal.out(JSON.stringify({ ok: isOk, inUse: inUse ?? null, files: reports.map(jsonOf) }));
  else if (!isOk) terminal.talk(adviceFor(damaged));
  return isOk ? exitCodes.ok : exitCodes.assertion;
}

function linesOf({ file, octets, faults, aside }: FileReport, isQuiet: boolean): string[] {
  const size = `${(octets / megabyte).toFixed(1)} MB`;
  if (faults.length === 0) {
    const back = aside === undefined ? '' : '; it was set aside, and is taken back at the next start';
    return isQuiet ? [] : [`${file}  ${size}  whole${back}`];
  }
  const shown = faults.slice(0, maxShown).map((fault) => `  ${placeOf(fault)}${printable(fault.what)}`);
  const more = faults.length > maxShown ? [`  and ${faults.length - maxShown} more`] : [];
  return [`${file}  ${size}  damaged${aside === undefined ? '' : ', set aside'}`, ...shown, ...more];
}

function placeOf({ page, of }: FileFault): string {
  if (page === undefined) return '';
  const from = (page - 1) * pageOctets;
  const name = of === undefined ? '' : ` of ${of}`;
  return `page ${page}${name} (octets ${from} to ${from + pageOctets - 1}): `;
}

function jsonOf({ file, octets, faults, aside }: FileReport): object {
  return {
    file,
    octets,
    faults: faults.map(({ page, of, what }) => ({ page: page ?? null, of: of ?? null, what })),
    aside: aside ?? null,
  };
}

function adviceFor(damaged: readonly FileReport[]): string {
  const [{ file } = { file: '' }] = damaged;
  const rescue = `sqlite3 ${file} .recover | sqlite3 new.db`;
  return (
    `${damaged.length === 1 ? 'one file is' : `${damaged.length} files are`} damaged: with the server stopped, put a backup ` +
    `in its place, or what can be rescued (${rescue}), without its -wal and -shm; see "Damaged files" in docs/gateway.md`
  );
}
