/** A map from texts that forgets what was set longest ago when it is full: for tables that peers can fill. */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #most: number;

  /** `most`: entries kept, at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Sets, which makes it the youngest. */
  set(key: string, value: V): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#most) {
      const eldest = this.#entries.keys().next();
      if (eldest.done !== true) this.#entries.delete(eldest.value);
    }
    this.#entries.set(key, value);
  }

  /** Eldest first. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
