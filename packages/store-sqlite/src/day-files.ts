/**
 * The open files of days, and the bounds of what is wrong with one: a day whose file is damaged is set aside, and all
 * others go on.
 */
import type { CenterError } from '@chappe/center';
import { AsideDays, asideError, isAside } from './aside.ts';
import { DayFile } from './day-file.ts';
import { failureOf, isDamage, isSuspect, whyOf } from './failure.ts';
import { dayPath } from './folder.ts';
import type { Fate } from './put-back.ts';
import { ReadFailures } from './read-failures.ts';
import type { Notice, TallyRow, WorkerRole } from './requests.ts';

/** Day files open at once, beside those that hold unfinished rows. */
const MAX_IDLE_FILES = 4;

/** Page caches of files. */
const NEWEST_CACHE_KIB = 16_384;
const OLD_CACHE_KIB = 1_024;

/** Those of one folder, for the thread that writes. */
export class DayFiles {
  readonly #role: WorkerRole;
  readonly #files: Map<number, DayFile> = new Map();
  readonly #failures: ReadFailures = new ReadFailures();
  readonly #tell: (notice: Notice) => void;
  readonly aside: AsideDays;
  /** Days that hold, or may hold, unfinished rows. */
  readonly unfinished: Set<number> = new Set();
  /** Sums of money of the file that was found damaged last. */
  #lastTallies: { readonly day: number; readonly rows: readonly TallyRow[] } = { day: -1, rows: [] };
  #maxFileBytes: number;

  constructor(role: WorkerRole, tell: (notice: Notice) => void) {
    this.#role = role;
    this.#tell = tell;
    this.#maxFileBytes = role.maxFileBytes;
    this.aside = new AsideDays(role.path);
  }

  /** Days whose file is open. */
  open(): number[] {
    return [...this.#files.keys()];
  }

  /** Whether the file of a day is open. */
  isOpen(day: number): boolean {
    return this.#files.has(day);
  }

  /** What has become of an open file, as it is called. */
  fateOf(day: number): Fate {
    return this.#files.get(day)?.fate() ?? 'here';
  }

  /** Writes an open file under its name again, and opens it there: see `putBack`. Throws what that does. */
  putBack(day: number, isOther: boolean): string | undefined {
    const other = this.#files.get(day)?.putBack(isOther);
    this.close(day);
    this.#opened(day);
    return other;
  }

  /** See WorkerRole.maxFileBytes. */
  limit(maxFileBytes: number): void {
    this.#maxFileBytes = maxFileBytes;
    for (const file of this.#files.values()) file.limit(maxFileBytes);
  }

  /** Where the file of a day is, or would be. */
  path(day: number): string {
    return dayPath(this.#role.path, day);
  }

  /**
   * Works on a day's file. After a failure that leaves the connection in doubt, the file is opened afresh; when it is
   * damaged then, too, it is set aside. `work` may be done twice.
   */
  on<T>(day: number, work: (file: DayFile) => T): T {
    const aside = this.aside.get(day);
    if (aside !== undefined) throw asideError(aside);
    try {
      return this.#once(day, work);
    } catch (error) {
      if (!isDamage(error as CenterError)) throw this.#lasting(day, error as CenterError);
    }
    try {
      return this.#once(day, work);
    } catch (error) {
      const failure = error as CenterError;
      throw isDamage(failure) ? this.setAside(day, whyOf(failure), failure) : failure;
    }
  }

  /** The same for several; what is set aside is left out. */
  onEach<T>(days: readonly number[], work: (file: DayFile, day: number) => T): T[] {
    const results: T[] = [];
    for (const day of days) {
      if (this.aside.get(day) !== undefined) continue;
      try {
        results.push(this.on(day, (file) => work(file, day)));
      } catch (error) {
        if (!isAside(error)) throw error;
      }
    }
    return results;
  }

  #once<T>(day: number, work: (file: DayFile) => T): T {
    try {
      const result = work(this.#opened(day));
      this.#failures.forget(day);
      return result;
    } catch (error) {
      const failure = failureOf(error, this.path(day));
      // What stands in the memory of the connection may stand nowhere else any more.
      const rows = isDamage(failure) ? this.#talliesOf(day) : undefined;
      if (rows !== undefined) this.#lastTallies = { day, rows };
      if (isSuspect(failure)) this.close(day);
      throw failure;
    }
  }

  #talliesOf(day: number): readonly TallyRow[] | undefined {
    try {
      return this.#opened(day).tallies();
    } catch {
      return undefined;
    }
  }

  /** A connection beside those that are kept. Throws a CenterError. */
  fresh(day: number): DayFile {
    const { checkpointPages, hasCheckpointer } = this.#role;
    return DayFile.open(this.path(day), {
      checkpointPages,
      hasCheckpointer,
      maxFileBytes: this.#maxFileBytes,
    });
  }

  #opened(day: number): DayFile {
    let file = this.#files.get(day);
    if (file === undefined) {
      file = this.fresh(day);
      this.#files.set(day, file);
      this.#shareCache();
    }
    return file;
  }

  /** What to say of a failure that is no damage: it is, when it lasts. */
  #lasting(day: number, failure: CenterError): CenterError {
    if (!this.#failures.note(day, failure)) return failure;
    return this.setAside(day, whyOf(failure), failure);
  }

  /** The error to go on with. Where the disk keeps not even that in mind, everything is as before. */
  setAside(day: number, why: string, failure?: CenterError): CenterError {
    const known = this.aside.get(day);
    if (known !== undefined) return asideError(known);
    try {
      const { day: lastDay, rows } = this.#lastTallies;
      const aside = this.aside.add(day, why, lastDay === day ? rows : this.#talliesOf(day));
      this.close(day);
      this.unfinished.delete(day);
      this.#tell({ notice: 'aside', aside });
      return asideError(aside);
    } catch (error) {
      return failure ?? failureOf(error, this.path(day));
    }
  }

  /** The pages of the newest day are the ones that change; the others need few. */
  #shareCache(): void {
    const newest = Math.max(...this.#files.keys());
    for (const [day, file] of this.#files) file.cache(day === newest ? NEWEST_CACHE_KIB : OLD_CACHE_KIB);
  }

  /** Closes a file; whoever works on it next opens it again. */
  close(day: number): void {
    const file = this.#files.get(day);
    this.#files.delete(day);
    try {
      file?.close();
    } catch {
      // A connection that failed may fail to close; the next one reads what is on the disk.
    }
  }

  /** Closes what is open beyond what is in use. */
  closeIdle(): void {
    if (this.#files.size <= MAX_IDLE_FILES + this.unfinished.size) return;
    for (const day of this.#files.keys()) {
      if (this.#files.size <= MAX_IDLE_FILES) return;
      if (!this.unfinished.has(day)) this.close(day);
    }
  }
}
