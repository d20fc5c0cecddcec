/** A bounded map that many owners share: whoever has the most makes room for the others. */

/** Forgets the eldest entry of the owner with the most when it is full. */
export class FairMap<V> {
  readonly #owners = new Map<string, Map<string, V>>();
  readonly #most: number;
  #size = 0;

  /** `most`: entries kept, at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Entries of all owners. */
  get size(): number {
    return this.#size;
  }

  get(owner: string, key: string): V | undefined {
    return this.#owners.get(owner)?.get(key);
  }

  /** Sets, which makes it the youngest of its owner. */
  set(owner: string, key: string, value: V): void {
    this.delete(owner, key);
    if (this.#size >= this.#most) this.#forget();
    const own = this.#owners.get(owner) ?? new Map<string, V>();
    this.#owners.set(owner, own);
    own.set(key, value);
    this.#size += 1;
  }

  delete(owner: string, key: string): void {
    const own = this.#owners.get(owner);
    if (own?.delete(key) !== true) return;
    this.#size -= 1;
    if (own.size === 0) this.#owners.delete(owner);
  }

  #forget(): void {
    let largest = '';
    let size = 0;
    for (const [owner, own] of this.#owners) {
      if (own.size <= size) continue;
      largest = owner;
      size = own.size;
    }
    const eldest = this.#owners.get(largest)?.keys().next();
    if (eldest?.done === false) this.delete(largest, eldest.value);
  }
}
