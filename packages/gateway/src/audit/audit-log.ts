/**
 * The audit: one durable line for each change, in the control store, newest first to read. It is bounded by age and by
 * octets: the eldest lines go. What is written while nobody could have changed anything is not much, so that an attacker
 * cannot push out what it did by doing more of it: wrong keys are told in sums.
 */
import type { Clock, ControlChange, ControlStore } from '@chappe/center';
import { type AuditEntry, type AuditLine, lineOfValue, valueOfLine } from './audit-line.ts';

/** How much is kept. */
export interface AuditLimits {
  /** Default 400 days. */
  readonly keptMs: number;
  /** Of all lines, default 32 MiB: some 150,000. */
  readonly octets: number;
}

/** Which lines are wanted; all conditions must hold. */
export interface AuditQuery {
  readonly by?: string | undefined;
  readonly what?: string | undefined;
  readonly target?: string | undefined;
  /** Only later ones: a day, a time, or `at` of a line, compared as text. */
  readonly after?: string | undefined;
  /** Only earlier ones; `next` of the page before. */
  readonly before?: string | undefined;
  /** 1 to 1,000, default 100. */
  readonly limit?: number | undefined;
}

/** One page, newest first. `next`: there may be more. */
export interface AuditPage {
  readonly lines: readonly AuditLine[];
  readonly next: string | undefined;
}

const kind = 'audit';
/** Octets of all lines, kept in the same write as they. */
const sizeKind = 'audit-size';
const sizeKey = 'octets';
const dayMs = 86_400_000;
const defaultLimits: AuditLimits = { keptMs: 400 * dayMs, octets: 32 * 1024 * 1024 };
const defaultPage = 100;
const maxPage = 1_000;
// Read at once: the store reads in the thread of the messages.
const readAtOnce = 500;
// Looked through for one page; a query that finds next to nothing must end all the same.
const maxRead = 20_000;
const keyOctets = 40;
// 2026-03-01T12:00:00.000Z
const timeCharacters = 24;

/** The lines of one data folder. */
export class AuditLog {
  readonly #control: ControlStore;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #limits: AuditLimits;
  #octets: number | undefined;
  #lastMs = 0;
  #lastNumber = 0;
  #prunedDay = 0;
  /** The write under way, and those before it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(control: ControlStore, clock: Pick<Clock, 'nowMs'>, limits: Partial<AuditLimits> = {}) {
    this.#control = control;
    this.#clock = clock;
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** Writes lines; durable when it settles. Rejects as the store does; then none was written. */
  append(...entries: readonly AuditEntry[]): Promise<void> {
    const done = this.#last.then(() => this.#append(entries));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** One page of the lines that fulfil the conditions. Rejects as the store does. */
  async search(query: AuditQuery = {}): Promise<AuditPage> {
    const { by, what, target, after } = query;
    const limit = Math.min(Math.max(query.limit ?? defaultPage, 1), maxPage);
    const isWanted = (line: AuditLine): boolean =>
      (by === undefined || line.by === by) &&
      (what === undefined || line.what === what) &&
      (target === undefined || line.target === target);
    const lines: AuditLine[] = [];
    let { before } = query;
    for (let read = 0; read < maxRead; read += readAtOnce) {
      const found = await this.#control.list(kind, { after, before, limit: readAtOnce, isDescending: true });
      for (const { key, value } of found) {
        const line = lineOfValue(key, value);
        if (line !== undefined && isWanted(line)) lines.push(line);
        if (lines.length === limit) return { lines, next: key };
      }
      if (found.length < readAtOnce) return { lines, next: undefined };
      before = found.at(-1)?.key;
    }
    return { lines, next: before };
  }

  async #append(entries: readonly AuditEntry[]): Promise<void> {
    const changes: ControlChange[] = [];
    let octets = this.#octets ?? (await this.#load());
    for (const entry of entries) {
      const value = valueOfLine(entry);
      changes.push({ kind, key: this.#nextKey(), value });
      octets += keyOctets + Buffer.byteLength(value);
    }
    const gone = await this.#eldest(octets);
    octets -= gone.octets;
    await this.#control.write([
      ...changes,
      ...gone.keys.map((key) => ({ kind, key, value: undefined })),
      { kind: sizeKind, key: sizeKey, value: String(octets) },
    ]);
    this.#octets = octets;
  }

  /** What was written before: how much, and up to when. */
  async #load(): Promise<number> {
    const [newest] = await this.#control.list(kind, { limit: 1, isDescending: true });
    const newestMs = Date.parse(newest?.key.slice(0, timeCharacters) ?? '');
    if (!Number.isNaN(newestMs)) this.#lastMs = newestMs + 1;
    const octets = Number(await this.#control.get(sizeKind, sizeKey));
    return Number.isSafeInteger(octets) && octets > 0 ? octets : 0;
  }

  /** Lines that are to go so that `octets` become as few as may be, and those that are too old. */
  async #eldest(octets: number): Promise<{ readonly keys: readonly string[]; readonly octets: number }> {
    const nowMs = this.#clock.nowMs();
    const day = Math.floor(nowMs / dayMs);
    const keys: string[] = [];
    let gone = 0;
    // How old they are is looked at once a day.
    if (octets <= this.#limits.octets && day === this.#prunedDay) return { keys, octets: gone };
    this.#prunedDay = day;
    const oldest = new Date(nowMs - this.#limits.keptMs).toISOString();
    let after: string | undefined;
    for (;;) {
      const found = await this.#control.list(kind, { after, limit: readAtOnce });
      for (const { key, value } of found) {
        if (key >= oldest && octets - gone <= this.#limits.octets) return { keys, octets: gone };
        keys.push(key);
        gone += keyOctets + Buffer.byteLength(value);
      }
      if (found.length < readAtOnce) return { keys, octets: gone };
      after = found.at(-1)?.key;
    }
  }

  /** Later than all before it, also when the clock was set back. */
  #nextKey(): string {
    const nowMs = this.#clock.nowMs();
    this.#lastNumber = nowMs > this.#lastMs ? 0 : this.#lastNumber + 1;
    this.#lastMs = Math.max(this.#lastMs, nowMs);
    return `${new Date(this.#lastMs).toISOString()}-${String(this.#lastNumber).padStart(6, '0')}`;
  }
}
