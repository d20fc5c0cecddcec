/**
 * Days whose file is damaged. The file is left as it is; beside it stands `2026-03-01.aside`: why, and every change of its
 * messages from then on, one a line, synced. When the file is whole again at a start, they are made there.
 */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DayAside, Tally } from '@chappe/center';
import { CenterError, dayNumber, dayOfNumber, syncFolder } from '@chappe/center';
import { damagedText } from './failure.ts';
import { dayPath, exists } from './folder.ts';
import { fromKept, type Kept, toKept } from './kept-operations.ts';
import type { TallyRow } from './requests.ts';
import type { DayOperations, Operation } from './row.ts';
import { TallyAside } from './tally-aside.ts';

const ASIDE_FILE = /^(\d{4}-\d{2}-\d{2})\.aside$/;
const FILE_MODE = 0o600;

/** One of them. */
interface Entry {
  readonly aside: DayAside;
  readonly tallies: TallyAside | undefined;
  journal: number | undefined;
}

/** The first line of what stands beside a file. */
interface Head {
  readonly why: string;
  /** Its sums of money then; left out where they could not be read. */
  readonly tallies?: readonly TallyRow[] | undefined;
}

/** The days of one folder that are set aside, for the thread that writes. */
export class AsideDays {
  readonly #folder: string;
  readonly #days: Map<number, Entry> = new Map();

  /** Those of earlier runs whose file is still there: one that was moved away is to be done without. */
  constructor(folder: string) {
    this.#folder = folder;
    for (const name of readdirSync(folder)) {
      const day = dayNumber(ASIDE_FILE.exec(name)?.[1] ?? '');
      if (!Number.isSafeInteger(day) || !exists(dayPath(folder, day))) continue;
      this.#enter(day, this.#head(day) ?? { why: 'nobody knows' });
      for (const operations of this.kept(day)) this.#days.get(day)?.tallies?.follow(operations);
    }
  }

  get(day: number): DayAside | undefined {
    return this.#days.get(day)?.aside;
  }

  get size(): number {
    return this.#days.size;
  }

  numbers(): number[] {
    return [...this.#days.keys()];
  }

  all(): DayAside[] {
    return [...this.#days.values()].map(({ aside }) => aside);
  }

  /** Their sums of money, as far as they are known. */
  tallies(): Tally[] {
    return [...this.#days.values()].flatMap(({ aside, tallies }) => tallies?.all(aside.day) ?? []);
  }

  /** Sets a day aside, for good. Throws the error of the file system; then it is not. */
  add(day: number, why: string, tallies: readonly TallyRow[] | undefined): DayAside {
    const journal = openSync(this.#path(day), 'a', FILE_MODE);
    // One that was there before has its reason, and what came after it.
    const known = this.#head(day);
    const head = known ?? { why, tallies };
    const entry = this.#enter(day, head);
    entry.journal = journal;
    try {
      if (known === undefined) append(journal, JSON.stringify(head));
      syncFolder(this.#folder);
    } catch (error) {
      this.#days.delete(day);
      closeSync(journal);
      throw error;
    }
    for (const operations of this.kept(day)) entry.tallies?.follow(operations);
    return entry.aside;
  }

  /** Keeps what is to be done in a day that is set aside; durable when it returns. Throws the error of the file system. */
  keep({ day, operations }: DayOperations): void {
    const entry = this.#days.get(day);
    if (entry === undefined) throw new RangeError(`${dayOfNumber(day)} is not set aside`);
    entry.journal ??= openSync(this.#path(day), 'a', FILE_MODE);
    append(entry.journal, JSON.stringify(toKept(operations)));
    entry.tallies?.follow(operations);
  }

  /** What was kept of a day, in order. What a crash cut off was never said to be stored. */
  kept(day: number): (readonly Operation[])[] {
    const kept: (readonly Operation[])[] = [];
    for (const line of this.#lines(day).slice(1)) {
      try {
        kept.push(fromKept(JSON.parse(line) as Kept));
      } catch {
        // A line that is not whole.
      }
    }
    return kept;
  }

  /** The day is back: its file has all that was kept. */
  release(day: number): void {
    this.#close(day);
    this.#days.delete(day);
    rmSync(this.#path(day), { force: true });
    syncFolder(this.#folder);
  }

  close(): void {
    for (const day of this.#days.keys()) this.#close(day);
  }

  #enter(day: number, { why, tallies }: Head): Entry {
    const hasTallies = tallies !== undefined;
    const aside = { day: dayOfNumber(day), path: dayPath(this.#folder, day), why, hasTallies };
    const entry = { aside, tallies: hasTallies ? new TallyAside(tallies) : undefined, journal: undefined };
    this.#days.set(day, entry);
    return entry;
  }

  #head(day: number): Head | undefined {
    try {
      return JSON.parse(this.#lines(day)[0] ?? '') as Head;
    } catch {
      return undefined;
    }
  }

  #path(day: number): string {
    return join(this.#folder, `${dayOfNumber(day)}.aside`);
  }

  #lines(day: number): string[] {
    return readFileSync(this.#path(day), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  #close(day: number): void {
    const entry = this.#days.get(day);
    if (entry?.journal === undefined) return;
    closeSync(entry.journal);
    entry.journal = undefined;
  }
}

/** Whoever asks for a message of such a day is told this. */
export function asideError({ day, path, why }: Pick<DayAside, 'day' | 'path' | 'why'>): CenterError {
  const text = `${damagedText(path, why)}. Until then the messages of ${day} are set aside: nothing is done with them`;
  return new CenterError('CHAPPE_STORE_ASIDE', `${text}, and nothing said; those of other days go on`, {
    path,
  });
}

/** True for what is said of a day that is set aside. */
export function isAside(error: unknown): boolean {
  return (error as CenterError).code === 'CHAPPE_STORE_ASIDE';
}

function append(file: number, line: string): void {
  // First the end of a line: one that a full disk cut off must not take this one along.
  const text = Buffer.from(`\n${line}`);
  for (let at = 0; at < text.length; ) at += writeSync(file, text, at);
  fsyncSync(file);
}
