import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type {
  Backup,
  BackupOptions,
  Change,
  Claim,
  Claimed,
  DayAside,
  DayCount,
  Expired,
  Expiry,
  Match,
  Message,
  MessageId,
  MessagePage,
  Owner,
  Recovered,
  Recovery,
  SearchPage,
  SearchQuery,
  Store,
  StoreEvents,
  StoreLog,
  StoreLook,
  Tally,
} from '@chappe/center';
import { CenterError, dayNumber, dayNumberOfId, firstIdAt } from '@chappe/center';
import { asideError } from './aside.ts';
import { makeTarget } from './backup-target.ts';
import { ChangeEncoder } from './encode-changes.ts';
import { makeFolder } from './folder.ts';
import { backupError } from './manifest.ts';
import type {
  ClaimedRows,
  Concern,
  CutRows,
  FileReport,
  FilesLook,
  LogState,
  Notice,
  PageRows,
  Request,
  Row,
  SearchRows,
  WorkerRole,
} from './requests.ts';
import { decodeRow } from './row.ts';
import { isVersionAtLeast, leastSqliteVersion, placeCodes } from './schema.ts';
import { StoreThread } from './thread.ts';

/** Options of the SQLite store. */
export interface SqliteStoreOptions {
  /** The data folder; made when there is none, readable by its owner only. */
  readonly path: string;
  /** What runs in the store's threads; default: `sqlite/worker.js` beside this module. See `runStoreWorker`. */
  readonly workerUrl?: URL | undefined;
  /** Pages of 4 KiB in the write-ahead log before it is copied into the day file. Default 8,000 (32 MB). */
  readonly checkpointPages?: number | undefined;
  /** A day file grows no larger; then commits reject as on a full disk. Default 0: no limit. */
  readonly maxFileBytes?: number | undefined;
  /** A search ends with what it has after this. Default 2,000 ms. */
  readonly searchTimeoutMs?: number | undefined;
}

const DEFAULT_CHECKPOINT_PAGES = 8_000;
const DEFAULT_SEARCH_TIMEOUT_MS = 2_000;
/** Octets of a commit. */
const MAX_COPIED = 128 * 1024;

/**
 * Messages in SQLite: a folder with a file for each day, written by one thread in WAL mode with a sync for each commit,
 * read by another. One process at a time.
 */
export class SqliteStore implements Store {
  readonly #role: Omit<WorkerRole, 'chappeStore'>;
  readonly #workerUrl: URL | undefined;
  readonly #writer: StoreThread;
  readonly #encoder: ChangeEncoder = new ChangeEncoder();
  #reader: StoreThread | undefined;
  /** Started when a log is to be copied for the first time: small folders never need it. */
  #checkpointer: StoreThread | undefined;
  /** Makes a backup now. */
  #copier: StoreThread | undefined;
  #hasBegun = false;
  readonly #aside: Map<string, DayAside> = new Map();
  #events: StoreEvents | undefined;
  /** Files are not where they should be: what is not found may be there all the same. */
  #gone: CenterError | undefined;
  #isClosed = false;

  private constructor(role: Omit<WorkerRole, 'chappeStore'>, workerUrl: URL | undefined) {
    this.#role = role;
    this.#workerUrl = workerUrl;
    const writing = { ...role, chappeStore: 'writer', hasCheckpointer: true } as const;
    this.#writer = new StoreThread(writing, workerUrl, this.#hear);
  }

  /**
   * Opens or makes a data folder. Rejects with a CenterError: SQLite too old, folder in use, a file newer; nothing is
   * changed then. Days whose file is damaged are set aside, see `watch`.
   */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    checkSqliteVersion(process.versions.sqlite ?? '0.0.0');
    const path = resolve(options.path);
    try {
      makeFolder(path);
    } catch (cause) {
      const why = (cause as Error).message;
      throw new CenterError('CHAPPE_STORE_IO', `the data folder ${path} cannot be made: ${why}`, {
        cause,
        path,
      });
    }
    const role = {
      path,
      checkpointPages: options.checkpointPages ?? DEFAULT_CHECKPOINT_PAGES,
      maxFileBytes: options.maxFileBytes ?? 0,
      searchTimeoutMs: options.searchTimeoutMs ?? DEFAULT_SEARCH_TIMEOUT_MS,
    };
    const store = new SqliteStore(role, options.workerUrl);
    try {
      await store.#writer.ready;
    } catch (error) {
      await store.#writer.close();
      throw error;
    }
    return store;
  }

  /** The data folder. */
  get path(): string {
    return this.#role.path;
  }

  watch(events: StoreEvents): void {
    this.#events = events;
  }

  async recover(nowMs: number, node = 0): Promise<Recovery> {
    if (node !== 0)
      throw new CenterError(
        'CHAPPE_STORE_FAILED',
        `a data folder has room for one node, which is 0, not ${node}`,
      );
    this.#hasBegun = true;
    const recovery = (await this.#writer.ask({ ask: 'recover', nowMs })) as Recovery;
    for (const aside of recovery.aside ?? []) this.#setAside(aside);
    return recovery;
  }

  async renew(owner: Owner): Promise<void> {
    await this.#writer.ask({ ask: 'renew', epoch: owner.epoch });
  }

  /** There is nobody to take over: who has the folder keeps it as long as it is locked. */
  async recoverLapsed(owner: Owner): Promise<Recovered> {
    await this.renew(owner);
    return { nodes: [], waiting: [], uncertain: 0 };
  }

  commit(changes: readonly Change[], owner?: Owner): Promise<void> {
    const encoded = this.#encoder.encode(changes);
    const request = { ask: 'commit', epoch: owner?.epoch, ...encoded } as const;
    // To hand few octets over takes longer than to copy them.
    const isLarge = encoded.octets.length > MAX_COPIED;
    return this.#writer.ask(request, isLarge ? [encoded.octets.buffer] : undefined) as Promise<void>;
  }

  async claim(claim: Claim, owner?: Owner): Promise<Claimed> {
    const request = { ask: 'claim', claim, epoch: owner?.epoch } as const;
    const { rows, isCut, nextDueMs } = (await this.#writer.ask(request)) as ClaimedRows;
    return { messages: rows.map(decodeRow), isCut, nextDueMs };
  }

  async take(id: MessageId, from: 'waiting' | 'sent', owner?: Owner): Promise<Message | undefined> {
    const request = { ask: 'take', id, place: placeCodes[from], epoch: owner?.epoch } as const;
    return this.#known(await this.#writer.ask(request));
  }

  async takeExpired(expiry: Expiry, owner?: Owner): Promise<Expired> {
    const request = { ask: 'expired', expiry, epoch: owner?.epoch } as const;
    const { rows, isCut } = (await this.#writer.ask(request)) as CutRows;
    return { messages: rows.map(decodeRow), isCut };
  }

  matching(match: Match, limit: number): Promise<readonly MessageId[]> {
    return this.#read({ ask: 'matching', match, limit }, 'all') as Promise<readonly MessageId[]>;
  }

  async find(id: MessageId): Promise<Message | undefined> {
    return this.#known(await this.#read({ ask: 'find', id }, id));
  }

  async findByShort(counter: number): Promise<Message | undefined> {
    return this.#known(await this.#read({ ask: 'short', counter }, 'all'));
  }

  async findByUpstreamId(group: string, ids: readonly string[], begins = false): Promise<readonly Message[]> {
    const rows = (await this.#read(
      { ask: 'upstream-id', group, ids, begins },
      'unfinished',
    )) as readonly Row[];
    return rows.map(decodeRow);
  }

  async waitingIn(lane: string, limit: number, beforeId?: MessageId): Promise<MessagePage> {
    const request = { ask: 'lane', lane, limit, beforeId: beforeId ?? Number.MAX_SAFE_INTEGER } as const;
    const { rows, nextBeforeId } = (await this.#read(request, 'unfinished')) as PageRows;
    return { messages: rows.map(decodeRow), nextBeforeId };
  }

  counts(): Promise<readonly DayCount[]> {
    return this.#read({ ask: 'counts' }, 'all') as Promise<readonly DayCount[]>;
  }

  tallies(): Promise<readonly Tally[]> {
    return this.#withAside(() => this.#read({ ask: 'tallies', days: undefined }, 'all'));
  }

  recount(): Promise<readonly Tally[]> {
    return this.#withAside(() => this.#read({ ask: 'recount' }, 'all'));
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    const { rows, ...rest } = (await this.#read({ ask: 'search', query }, 'all')) as SearchRows;
    return { messages: rows.map(decodeRow), ...rest };
  }

  async purge(
    beforeMs: number,
    onForget: (tallies: readonly Tally[]) => Promise<void> = () => Promise.resolve(),
  ): Promise<readonly string[]> {
    const beforeDay = dayNumberOfId(firstIdAt(beforeMs));
    const days = (await this.#writer.ask({ ask: 'close-finished', beforeDay })) as string[];
    if (days.length > 0)
      await onForget((await this.#read({ ask: 'tallies', days }, 'all')) as readonly Tally[]);
    if (days.length > 0 && this.#reader !== undefined) await this.#reader.ask({ ask: 'forget', days });
    // Here and not in the writer: unlinking half a gigabyte takes longer than a commit may.
    for (const day of days) {
      for (const suffix of ['', '-wal', '-shm'])
        await rm(join(this.path, `${day}.db${suffix}`), { force: true });
    }
    return days;
  }

  async log(): Promise<StoreLog> {
    const { octets, trouble } = (await this.#writer.ask({ ask: 'log' })) as LogState;
    return {
      octets,
      // A backup reads each file for a while, and ends.
      trouble:
        trouble === undefined || this.#copier !== undefined
          ? undefined
          : new CenterError('CHAPPE_STORE_LOG', trouble),
    };
  }

  async look(): Promise<StoreLook> {
    const { reports, restored, days, failure } = (await this.#writer.ask({ ask: 'look' })) as FilesLook;
    if (days.length > 0 && this.#reader !== undefined) await this.#reader.ask({ ask: 'forget', days });
    this.#gone = failure === undefined ? undefined : goneError(failure);
    return { reports: reports.map(goneError), restored, failure: this.#gone };
  }

  /** All that has been committed is in the day files when it settles: for whoever looks at these himself. */
  async settle(): Promise<void> {
    await this.#writer.ask({ ask: 'settle', concern: 'all' });
  }

  /** Changes the largest size of day files; 0: no limit. */
  async setMaxFileBytes(maxFileBytes: number): Promise<void> {
    await this.#writer.ask({ ask: 'limit', maxFileBytes });
  }

  /**
   * Makes a backup in a folder that is new or empty: all that was asked of the store before `onMoment` returns is in it, and
   * nothing of what is asked later. Commits go on meanwhile. Rejects with a CenterError; then nothing is in the folder.
   */
  async backup(folder: string, options: BackupOptions): Promise<Backup> {
    const { version, nowMs, onMoment, onFixed } = options;
    const target = resolve(folder);
    if (this.#isClosed) throw new CenterError('CHAPPE_STORE_CLOSED', `the store in ${this.path} is closed`);
    if (this.#copier !== undefined) throw backupError('another backup is being made: wait for it', target);
    makeTarget(target, this.path);
    const copier = new StoreThread({ ...this.#role, chappeStore: 'copier' }, this.#workerUrl, this.#hear);
    this.#copier = copier;
    let isWaiting = true;
    try {
      await copier.ready;
      const moment = new SharedArrayBuffer(4);
      const fixed = copier.ask({ ask: 'fix', moment, isStill: !this.#hasBegun });
      fixed.catch(() => undefined);
      // The one place where the moment is fixed: the writer answers in order.
      onMoment?.();
      const momentMs = nowMs();
      const held = this.#writer.ask({ ask: 'hold', moment });
      held.catch(() => undefined);
      // Whoever gives it up says why.
      await held;
      await fixed;
      isWaiting = false;
      onFixed?.(momentMs);
      return (await copier.ask({ ask: 'copy', folder: target, momentMs, version })) as Backup;
    } finally {
      this.#copier = undefined;
      // It would wait for a moment that does not come.
      await (isWaiting ? copier.abort() : copier.close());
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#copier?.abort();
    await this.#reader?.close();
    await this.#checkpointer?.close();
    await this.#writer.close();
  }

  #known(row: unknown): Message | undefined {
    if (row !== undefined) return decodeRow(row as Row);
    if (this.#gone !== undefined) throw this.#gone;
    return undefined;
  }

  /** The sums of the days that can be read, and those last known of the others. */
  async #withAside(read: () => Promise<unknown>): Promise<readonly Tally[]> {
    const tallies = (await read()) as readonly Tally[];
    if (this.#aside.size === 0) return tallies;
    return [...tallies, ...((await this.#writer.ask({ ask: 'aside-tallies' })) as readonly Tally[])];
  }

  /**
   * Asks the reading thread, when what concerns it is in the day files; it is started by the first who asks, since many
   * programs never search.
   */
  async #read(request: Request, concern: Concern): Promise<unknown> {
    if (this.#isClosed) throw new CenterError('CHAPPE_STORE_CLOSED', `the store in ${this.path} is closed`);
    await this.#writer.ask({ ask: 'settle', concern });
    if (this.#reader === undefined) {
      this.#reader = new StoreThread({ ...this.#role, chappeStore: 'reader' }, this.#workerUrl, this.#hear);
      // Its failure to start is told to whoever asked.
      this.#reader.ready.catch(() => undefined);
      for (const aside of this.#aside.values()) this.#tellReader(aside);
    }
    return this.#reader.ask(request);
  }

  /** What a thread says unasked. The writer has the last word on which days are set aside. */
  readonly #hear = (notice: Notice): void => {
    if (notice.notice === 'aside') this.#setAside(notice.aside);
    else if (notice.notice === 'checkpoint') void this.#checkpoint(notice.day);
    else if (notice.notice === 'trouble') {
      const { path, message } = notice.report;
      this.#events?.onTrouble(new CenterError('CHAPPE_STORE_DAMAGED', message, { path }));
    } else if (!this.#isClosed)
      this.#writer.ask({ ask: 'set-aside', day: notice.day, why: notice.why }).catch(() => undefined);
  };

  /** What goes wrong with it is seen by whoever looks at the log. */
  async #checkpoint(day: number): Promise<void> {
    if (this.#isClosed) return;
    this.#checkpointer ??= new StoreThread(
      { ...this.#role, chappeStore: 'checkpointer' },
      this.#workerUrl,
      this.#hear,
    );
    await this.#checkpointer.ask({ ask: 'checkpoint', day }).catch(() => undefined);
    await this.#writer.ask({ ask: 'checkpoint', day }).catch(() => undefined);
  }

  #setAside(aside: DayAside): void {
    if (this.#aside.has(aside.day)) return;
    this.#aside.set(aside.day, aside);
    this.#tellReader(aside);
    this.#events?.onAside(aside, asideError(aside));
  }

  #tellReader({ day, why }: DayAside): void {
    this.#reader?.ask({ ask: 'set-aside', day: dayNumber(day), why }).catch(() => undefined);
  }
}

/** Refuses a SQLite whose WAL mode may damage files. */
export function checkSqliteVersion(version: string): void {
  if (isVersionAtLeast(version, leastSqliteVersion)) return;
  throw new CenterError(
    'CHAPPE_STORE_SQLITE_TOO_OLD',
    `SQLite ${version} may damage databases in WAL mode (fixed in ${leastSqliteVersion}): use a newer Node; 22.23 and 24.21 will do`,
  );
}

function goneError({ path, message, isFenced = false }: FileReport): CenterError {
  return new CenterError(isFenced ? 'CHAPPE_STORE_FENCED' : 'CHAPPE_STORE_GONE', message, { path });
}
