import { CenterError } from '../errors.ts';
import type { ControlChange, ControlEntry, ControlRange, ControlStore } from './control-store.ts';

/** Keeps entries in memory: for the sandbox and for tests. */
export class MemoryControl implements ControlStore {
  readonly #kinds: Map<string, Map<string, string>> = new Map();
  #isClosed = false;

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
    for (const { kind, key, value } of changes) {
      const entries = this.#kinds.get(kind) ?? new Map<string, string>();
      if (value === undefined) entries.delete(key);
      else entries.set(key, value);
      this.#kinds.set(kind, entries);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #check(): void {
    if (this.#isClosed) throw new CenterError('CHAPPE_STORE_CLOSED', 'the memory control store is closed');
  }
}

/** By code points, as SQLite does. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
