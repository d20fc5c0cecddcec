/** Logs of day files that are damaged when a folder is opened. */
import { copyFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { DayFiles } from './day-files.ts';
import { logFault } from './log-fault.ts';
import { freeName } from './put-back.ts';
import type { FileReport } from './requests.ts';

/**
 * Logs that are damaged: what was written last may be lost with them, and what waits may have left since then. What of one can
 * be read is in the file as soon as that is opened, so the log is kept as it was.
 */
export function keepLostLogs(days: readonly number[], files: DayFiles): Map<number, FileReport> {
  const reports = new Map<number, FileReport>();
  for (const day of days) {
    const path = files.path(day);
    if (files.aside.get(day) !== undefined) continue;
    const fault = logFault(`${path}-wal`);
    if (fault === undefined) continue;
    const kept = freeName(`${path}-wal`, 'damaged');
    copyFileSync(`${path}-wal`, kept);
    const message =
      `the log of ${path} is damaged (${fault}): what was stored last before the process ended may be missing, and what ` +
      `waits is marked as uncertain; the log is kept as ${basename(kept)}`;
    reports.set(day, { path, message });
  }
  return reports;
}
