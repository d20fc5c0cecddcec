import type { ControlChange, ControlEntry, ControlRange, ControlStore } from './control-store.ts';

/** Keeps entries in memory: for the sandbox and for tests. */
export class MemoryControl implements ControlStore {
  readonly #kinds: Map<string, Map<string, string>> = new Map();

  async get(kind: string, key: string): Promise<string | undefined> {
    return this.#kinds.get(kind)?.get(key);
  }

  async list(kind: string, range: ControlRange = {}): Promise<readonly ControlEntry[]> {
    const { prefix = '', after, limit } = range;
    const entries = [...(this.#kinds.get(kind) ?? [])]
      .filter(([key]) => key.startsWith(prefix) && (after === undefined || key > after))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value }));
    return limit === undefined ? entries : entries.slice(0, limit);
  }

  async write(changes: readonly ControlChange[]): Promise<void> {
    for (const { kind, key, value } of changes) {
      const entries = this.#kinds.get(kind) ?? new Map<string, string>();
      if (value === undefined) entries.delete(key);
      else entries.set(key, value);
      this.#kinds.set(kind, entries);
    }
  }

  async close(): Promise<void> {
    this.#kinds.clear();
  }
}
