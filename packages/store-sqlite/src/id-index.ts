/** Where messages are, by id: a table of its own without objects, since a Map of hundreds of thousands keeps the collector busy. */

const FIRST_SIZE = 1 << 12;
const NOBODY = -1;

/** Numbers from 0 on by message id. */
export class IdIndex {
  #ids: Float64Array = new Float64Array(FIRST_SIZE).fill(NOBODY);
  #numbers: Int32Array = new Int32Array(FIRST_SIZE);
  /** How many ids there are. */
  size = 0;

  /** The number of an id; -1: it has none. */
  get(id: number): number {
    const at = this.#find(id);
    return this.#ids[at] === id ? (this.#numbers[at] as number) : NOBODY;
  }

  set(id: number, number: number): void {
    let at = this.#find(id);
    if (this.#ids[at] !== id) {
      if (2 * (this.size + 1) > this.#ids.length) {
        this.#resize(2 * this.#ids.length);
        at = this.#find(id);
      }
      this.#ids[at] = id;
      this.size += 1;
    }
    this.#numbers[at] = number;
  }

  delete(id: number): void {
    const { length } = this.#ids;
    let hole = this.#find(id);
    if (this.#ids[hole] !== id) return;
    this.size -= 1;
    // Whoever stands behind only because the place was taken moves up.
    for (let at = (hole + 1) & (length - 1); this.#ids[at] !== NOBODY; at = (at + 1) & (length - 1)) {
      const home = placeOf(this.#ids[at] as number, length);
      if (((at - home) & (length - 1)) < ((at - hole) & (length - 1))) continue;
      this.#ids[hole] = this.#ids[at] as number;
      this.#numbers[hole] = this.#numbers[at] as number;
      hole = at;
    }
    this.#ids[hole] = NOBODY;
    if (length > FIRST_SIZE && 16 * this.size < length) this.#resize(length / 4);
  }

  /** Where an id is, or the free place where it would be. */
  #find(id: number): number {
    const { length } = this.#ids;
    let at = placeOf(id, length);
    while (this.#ids[at] !== id && this.#ids[at] !== NOBODY) at = (at + 1) & (length - 1);
    return at;
  }

  #resize(size: number): void {
    const ids = this.#ids;
    const numbers = this.#numbers;
    this.#ids = new Float64Array(size).fill(NOBODY);
    this.#numbers = new Int32Array(size);
    for (let at = 0; at < ids.length; at += 1) {
      const id = ids[at] as number;
      if (id === NOBODY) continue;
      const place = this.#find(id);
      this.#ids[place] = id;
      this.#numbers[place] = numbers[at] as number;
    }
  }
}

/** Ids that follow each other stand apart: low and high bits are mixed. */
function placeOf(id: number, size: number): number {
  const low = id | 0;
  const high = (id / 0x1_0000_0000) | 0;
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) & (size - 1);
}
