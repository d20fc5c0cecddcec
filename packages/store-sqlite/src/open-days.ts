/**
 * Day files that are written: several slices of changes are one transaction, since what they have in common in a file is then
 * written once. What is in an open one nobody else can read; whoever is about to has it committed.
 */
import { CenterError } from '@chappe/center';
import { isAside } from './aside.ts';
import type { DayFile } from './day-file.ts';
import type { DayFiles } from './day-files.ts';
import { exists } from './folder.ts';
import type { LogSyncs } from './log-syncs.ts';
import type { Notice, WorkerRole } from './requests.ts';
import { type DayOperations, isWhole, type Operation } from './row.ts';

/** Messages of one transaction, about. */
const MANY = 4_000;

/** How day files are written. */
export type WritingRole = Pick<WorkerRole, 'path' | 'checkpointPages' | 'hasCheckpointer'>;

/** Those of one folder. */
export class OpenDays {
  readonly #role: WritingRole;
  readonly #files: DayFiles;
  readonly #logs: LogSyncs;
  readonly #tell: (notice: Notice) => void;
  readonly #open: Map<number, DayFile> = new Map();
  #messages = 0;
  /** Another thread copies a log into its file: it can begin anew if nothing is written to it meanwhile. */
  isCheckpointing = false;

  constructor(role: WritingRole, files: DayFiles, logs: LogSyncs, tell: (notice: Notice) => void) {
    this.#role = role;
    this.#files = files;
    this.#logs = logs;
    this.#tell = tell;
  }

  /** Nothing is in a transaction. */
  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Does what is to be done with so many messages. Throws a CenterError; then nothing is left of what was not committed. */
  apply(days: readonly DayOperations[], messages: number): void {
    for (const day of days) this.#apply(day);
    this.#messages += messages;
    if (this.#messages >= MANY) this.commit();
  }

  /** What has been done can be read by others when it returns. Throws a CenterError. */
  commit(): void {
    if (this.isEmpty) return;
    for (const file of this.#open.values()) file.commit();
    this.#logs.wrote(this.#open.keys());
    this.#wantCheckpoint();
    this.#open.clear();
    this.#messages = 0;
    this.#files.closeIdle();
  }

  /** One of them has failed: what was not committed is undone everywhere. */
  drop(): void {
    for (const day of this.#open.keys()) this.#files.close(day);
    this.#open.clear();
    this.#messages = 0;
  }

  #apply({ day, operations }: DayOperations): void {
    // Changes of a day whose file is gone (purged) have nothing to change.
    const isThere = this.#files.isOpen(day) || this.#files.aside.get(day) !== undefined;
    if (!isThere && !operations.some(isWhole) && !exists(this.#files.path(day))) return;
    try {
      this.#files.on(day, (file) => this.#applyTo(file, day, operations));
    } catch (error) {
      // What was done in it before is to be kept, too: all of it is asked for once more.
      if (!isAside(error) || this.#open.has(day)) throw error;
      // It is kept for the time when the file is whole again.
      this.#files.aside.keep({ day, operations });
    }
  }

  #applyTo(file: DayFile, day: number, operations: readonly Operation[]): void {
    const open = this.#open.get(day);
    // It has been opened afresh since, and its transaction is gone.
    if (open !== undefined && open !== file)
      throw new CenterError('CHAPPE_STORE_IO', `${file.path} failed while it was written`, {
        path: file.path,
      });
    file.apply(operations);
    this.#open.set(day, file);
  }

  #wantCheckpoint(): void {
    const { checkpointPages, hasCheckpointer } = this.#role;
    if (hasCheckpointer !== true || this.isCheckpointing) return;
    for (const [day, file] of this.#open) {
      if (file.logPages <= checkpointPages) continue;
      this.isCheckpointing = true;
      this.#tell({ notice: 'checkpoint', day });
      return;
    }
  }
}
