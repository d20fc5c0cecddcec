/**
 * Whether the files of a data folder are still there. What is open and has lost its name is put back; as long as that
 * cannot be done nothing more is written, since whoever is told that it is stored would be told wrong.
 */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { CenterError, dayOfNumber } from '@chappe/center';
import type { DayFiles } from './day-files.ts';
import { failureOf } from './failure.ts';
import { daysIn } from './folder.ts';
import type { FolderLock } from './lock.ts';
import { type Fate, MAX_REPLACED } from './put-back.ts';
import type { FileReport, FilesLook } from './requests.ts';

/** Looks after the files of one folder, for the thread that writes. */
export class FileWatch {
  readonly #folder: string;
  readonly #files: DayFiles;
  readonly #lock: FolderLock;
  readonly #mendJournal: () => string | undefined;
  /** Days that have a file. */
  readonly #known: Set<number>;
  /** Those of them that are about to be forgotten. */
  readonly #leaving: Set<number> = new Set();
  /** How often another file has stood in the place of a day's. */
  readonly #replaced: Map<number, number> = new Map();
  /** Files that cannot be put back, in this look. */
  #lost = 0;
  /** Why nothing is written. */
  failure: CenterError | undefined;

  /** `mendJournal`: puts right what is gone of the journal, and says which file that was. */
  constructor(folder: string, files: DayFiles, lock: FolderLock, mendJournal: () => string | undefined) {
    this.#folder = folder;
    this.#mendJournal = mendJournal;
    this.#files = files;
    this.#lock = lock;
    this.#known = new Set(daysIn(folder));
  }

  /** These days are taken away by ourselves. */
  leave(days: readonly number[]): void {
    for (const day of days) {
      this.#known.delete(day);
      this.#leaving.add(day);
    }
  }

  /** Looks at all of them, and puts back what can be. */
  look(): FilesLook {
    const reports: FileReport[] = [];
    const days: number[] = [];
    this.failure = undefined;
    this.#lost = 0;
    try {
      this.#lookAtLock(reports);
      for (const day of this.#files.open()) this.#lookAtOpen(day, reports, days);
      this.#lookAtOthers(reports);
      const journal = this.#mendJournal();
      if (journal !== undefined) reports.push(journalMended(journal));
    } catch (error) {
      this.failure ??= unusable(this.#folder, failureOf(error, this.#folder));
    }
    const { failure } = this;
    const restored = reports.length - this.#lost;
    return {
      reports,
      restored,
      days: days.map(dayOfNumber),
      failure: failure === undefined ? undefined : reportOf(failure),
    };
  }

  #lookAtLock(reports: FileReport[]): void {
    const path = this.#lock.lookAgain();
    if (path !== undefined) reports.push(restored(path, 'gone', undefined));
  }

  #lookAtOpen(day: number, reports: FileReport[], days: number[]): void {
    const path = this.#files.path(day);
    const fate = this.#files.fateOf(day);
    const replaced = this.#replaced.get(day) ?? 0;
    if (fate === 'here' || (fate === 'replaced' && replaced >= MAX_REPLACED)) return;
    if (fate === 'cut') {
      this.#files.setAside(day, 'it was cut off while it was in use');
      return;
    }
    try {
      const other = this.#files.putBack(day, fate === 'replaced');
      if (fate === 'replaced') this.#replaced.set(day, replaced + 1);
      reports.push(restored(path, fate, other));
      days.push(day);
    } catch (error) {
      this.failure ??= notRestored(path, fate, failureOf(error, path));
    }
  }

  /** Files that are not open: what is gone of these is gone. */
  #lookAtOthers(reports: FileReport[]): void {
    // The folder itself is gone: that throws.
    readdirSync(this.#folder);
    const there = new Set(daysIn(this.#folder));
    for (const day of this.#leaving) if (!there.has(day)) this.#leaving.delete(day);
    for (const day of this.#known) {
      if (there.has(day) || this.#files.isOpen(day)) continue;
      this.#known.delete(day);
      if (this.#files.aside.get(day) !== undefined) continue;
      this.#files.unfinished.delete(day);
      this.#lost += 1;
      reports.push(lost(this.#files.path(day)));
    }
    for (const day of there) if (!this.#leaving.has(day)) this.#known.add(day);
  }
}

const what: Readonly<Record<Fate, string>> = {
  here: 'is here',
  gone: 'was taken away',
  replaced: 'was replaced by another file',
  bare: 'has lost its log',
  cut: 'was cut off',
};

function restored(path: string, fate: Fate, other: string | undefined): FileReport {
  const kept = other === undefined ? '' : `; the file that stood there is ${other} now`;
  const text = `${path} ${what[fate]} while it was in use, and has been put back with all that was in it${kept}`;
  return { path, message: text };
}

function journalMended(path: string): FileReport {
  const text = `${path} was taken away while it was in use: what was in it is in the day files now, and another one is begun`;
  return { path, message: text };
}

function notRestored(path: string, fate: Fate, { message }: CenterError): CenterError {
  const text =
    `${path} ${what[fate]} while it is in use, and cannot be put back (${message}): nothing is taken until it can. Do not ` +
    'stop this process before: what was stored last is there only as long as it runs';
  return new CenterError('CHAPPE_STORE_GONE', text, { path });
}

/** Where another process has it, nothing is to be done here. */
function unusable(folder: string, failure: CenterError): CenterError {
  if (failure.code === 'CHAPPE_STORE_LOCKED' || failure.code === 'CHAPPE_STORE_FENCED') return failure;
  const text =
    `the data folder ${folder} is not what it was (${failure.message}): put it back; nothing is taken until then. Do not ` +
    'stop this process before: what was stored last is there only as long as it runs';
  return new CenterError('CHAPPE_STORE_GONE', text, { path: folder });
}

function lost(path: string): FileReport {
  const text = `${path} is gone: put it, or a backup of it, back and start again; else the messages of that day are lost`;
  return { path, message: text };
}

function reportOf({ code, message, path }: CenterError): FileReport {
  return { path: path ?? basename(message), message, isFenced: code === 'CHAPPE_STORE_FENCED' };
}
