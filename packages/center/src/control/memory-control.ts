import { CenterError } from '../errors.ts';
import {
  type ControlChange,
  type ControlEntry,
  type ControlListener,
  type ControlNews,
  type ControlRange,
  type ControlStore,
  defaultKnownWrites,
} from './control-store.ts';
import { ControlWatchers, newsAfter } from './control-watchers.ts';

/** Options of the memory control store. */
export interface MemoryControlOptions {
  /** Of how many writes it is known what they changed, see `watch`. Default 10,000. */
  readonly knownWrites?: number;
}

/** Keeps entries in memory: for the sandbox and for tests. */
export class MemoryControl implements ControlStore {
  readonly #kinds: Map<string, Map<string, string>> = new Map();
  /** The last writes, in order; the eldest are dropped many at once. */
  readonly #news: ControlNews[] = [];
  readonly #watchers: ControlWatchers = new ControlWatchers((after) => this.#newsAfter(after));
  readonly #knownWrites: number;
  #revision = 0;
  #isClosed = false;

  constructor({ knownWrites = defaultKnownWrites }: MemoryControlOptions = {}) {
    this.#knownWrites = knownWrites;
  }

  async get(kind: string, key: string): Promise<string | undefined> {
    this.#check();
    return this.#kinds.get(kind)?.get(key);
  }

  async list(kind: string, range: ControlRange = {}): Promise<readonly ControlEntry[]> {
    this.#check();
    const { prefix = '', after, before, isDescending = false, limit } = range;
    const isWanted = (key: string): boolean =>
      key.startsWith(prefix) &&
      (after === undefined || compare(key, after) > 0) &&
      (before === undefined || compare(key, before) < 0);
    const entries = [...(this.#kinds.get(kind) ?? [])]
      .filter(([key]) => isWanted(key))
      .sort(([a], [b]) => (isDescending ? compare(b, a) : compare(a, b)))
      .map(([key, value]) => ({ key, value }));
    return limit === undefined ? entries : entries.slice(0, limit);
  }

  async write(changes: readonly ControlChange[]): Promise<void> {
    this.#check();
    if (changes.length === 0) return;
    for (const { kind, key, value } of changes) {
      const entries = this.#kinds.get(kind) ?? new Map<string, string>();
      if (value === undefined) entries.delete(key);
      else entries.set(key, value);
      this.#kinds.set(kind, entries);
    }
    this.#note(changes);
  }

  async revision(): Promise<number> {
    this.#check();
    return this.#revision;
  }

  watch(listener: ControlListener, after: number = this.#revision): () => void {
    return this.#isClosed ? () => undefined : this.#watchers.add(listener, after);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watchers.clear();
  }

  #note(changes: readonly ControlChange[]): void {
    const changed = new Map(changes.map(({ kind, key }) => [`${kind}\0${key}`, { kind, key }]));
    this.#revision += 1;
    this.#news.push({ revision: this.#revision, changed: [...changed.values()] });
    if (this.#news.length >= 2 * this.#knownWrites) this.#news.splice(0, this.#knownWrites);
    this.#watchers.tell();
  }

  #newsAfter(after: number): readonly ControlNews[] {
    const first = Math.max(1, this.#revision - this.#knownWrites + 1);
    return newsAfter(after, { first, last: this.#revision }, () => this.#news.slice(after - this.#revision));
  }

  #check(): void {
    if (this.#isClosed) throw new CenterError('CHAPPE_STORE_CLOSED', 'the memory control store is closed');
  }
}

/** By code points, as SQLite does. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
