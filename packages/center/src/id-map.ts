import type { MessageId } from './message.ts';

const FIRST_SIZE = 1 << 10;
const NOBODY = -1;

/**
 * A map by message id. Ids are too large for small integers: a Map keeps an object for each, hashes it anew for every question,
 * and its collector walks through all of them. This is a table of numbers beside one of values, in no order.
 */
export class IdMap<T> {
  #ids: Float64Array = new Float64Array(FIRST_SIZE).fill(NOBODY);
  #values: (T | undefined)[] = new Array<T | undefined>(FIRST_SIZE).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: MessageId): T | undefined {
    return this.#values[this.#find(id)];
  }

  has(id: MessageId): boolean {
    return this.#ids[this.#find(id)] === id;
  }

  set(id: MessageId, value: T): void {
    let at = this.#find(id);
    if (this.#ids[at] !== id) {
      if (2 * (this.#size + 1) > this.#ids.length) {
        this.#resize(2 * this.#ids.length);
        at = this.#find(id);
      }
      this.#ids[at] = id;
      this.#size += 1;
    }
    this.#values[at] = value;
  }

  /** True when it was there. */
  delete(id: MessageId): boolean {
    const mask = this.#ids.length - 1;
    let hole = this.#find(id);
    if (this.#ids[hole] !== id) return false;
    this.#size -= 1;
    // Whoever stands behind only because the place was taken moves up.
    for (let at = (hole + 1) & mask; this.#ids[at] !== NOBODY; at = (at + 1) & mask) {
      const home = placeOf(this.#ids[at] as number, mask);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#ids[hole] = this.#ids[at] as number;
      this.#values[hole] = this.#values[at];
      hole = at;
    }
    this.#ids[hole] = NOBODY;
    this.#values[hole] = undefined;
    if (mask >= FIRST_SIZE && 16 * this.#size < mask) this.#resize((mask + 1) / 4);
    return true;
  }

  /** Where an id is, or the free place where it would be. */
  #find(id: number): number {
    const ids = this.#ids;
    const mask = ids.length - 1;
    let at = placeOf(id, mask);
    for (let found = ids[at]; found !== id && found !== NOBODY; found = ids[at]) at = (at + 1) & mask;
    return at;
  }

  #resize(size: number): void {
    const ids = this.#ids;
    const values = this.#values;
    this.#ids = new Float64Array(size).fill(NOBODY);
    this.#values = new Array<T | undefined>(size).fill(undefined);
    for (let at = 0; at < ids.length; at += 1) {
      const id = ids[at] as number;
      if (id === NOBODY) continue;
      const place = this.#find(id);
      this.#ids[place] = id;
      this.#values[place] = values[at];
    }
  }
}

/** Ids that follow each other stand apart: low and high bits are mixed. */
function placeOf(id: number, mask: number): number {
  const low = id | 0;
  const high = (id / 0x1_0000_0000) | 0;
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) & mask;
}
