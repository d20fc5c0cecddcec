/**
 * Sets of numbers by the million: open addressing over doubles. A JavaScript Set of strings takes some 100
 * octets for each number, this takes 8 to 22.
 */

// 10^15 with the leading 1 stays far below 2^53, so a double holds it exactly. E.164 has at most 15 digits.
const maxDigits = 15;
const smallest = 8;
// Linear probing stays short below this.
const maxLoad = 0.7;

/**
 * A number of 1 to 15 digits as one double: its digits after a 1, so that leading zeros count. 0 for anything
 * else. `from`: where the digits begin.
 */
export function encodeDigits(text: string, from = 0): number {
  const count = text.length - from;
  if (count < 1 || count > maxDigits) return 0;
  let value = 1;
  for (let at = from; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    value = value * 10 + digit;
  }
  return value;
}

/** A set of what `encodeDigits` makes. Grows by doubling; never holds 0. */
export class NumberSet {
  #slots: Float64Array<ArrayBuffer>;
  #size: number;

  /** Default: empty. `table` and `size`: those of another set, of which this one is made. */
  constructor(table: Float64Array<ArrayBuffer> = new Float64Array(smallest), size = 0) {
    this.#slots = table;
    this.#size = size;
  }

  /** What another set can be made of; it is then that one's. */
  get table(): Float64Array<ArrayBuffer> {
    return this.#slots;
  }

  /** How many numbers it holds. */
  get size(): number {
    return this.#size;
  }

  /** Octets that its table takes. */
  get octets(): number {
    return this.#slots.byteLength;
  }

  /** The numbers it holds, as their digits; in no order. */
  *digits(): Generator<string> {
    // Without the 1 that stands before them.
    for (const value of this.#slots) if (value !== 0) yield String(value).slice(1);
  }

  /** True when it holds the number. */
  has(value: number): boolean {
    const slots = this.#slots;
    return slots[slotOf(slots, value)] === value && value !== 0;
  }

  /** False when it was there before. */
  add(value: number): boolean {
    const slot = slotOf(this.#slots, value);
    if (this.#slots[slot] === value || value === 0) return false;
    this.#slots[slot] = value;
    this.#size += 1;
    if (this.#size > this.#slots.length * maxLoad) this.#grow();
    return true;
  }

  /** False when it was not there. */
  delete(value: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = slotOf(slots, value);
    if (slots[hole] !== value || value === 0) return false;
    // Those that were pushed along by the one that goes move back, so that no search ends at the hole too
    // early.
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = homeOf(slots[at] as number, mask);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at] as number;
      hole = at;
    }
    slots[hole] = 0;
    this.#size -= 1;
    return true;
  }

  #grow(): void {
    const larger = new Float64Array(this.#slots.length * 2);
    for (const value of this.#slots) {
      if (value !== 0) larger[slotOf(larger, value)] = value;
    }
    this.#slots = larger;
  }
}

/** Where the value is, or the free slot where it belongs. There always is a free one. */
function slotOf(slots: Float64Array, value: number): number {
  const mask = slots.length - 1;
  let at = homeOf(value, mask);
  while (slots[at] !== 0 && slots[at] !== value) at = (at + 1) & mask;
  return at;
}

/** Numbers of one block differ in the last digits only: both halves are mixed well (as MurmurHash3 ends). */
function homeOf(value: number, mask: number): number {
  let mixed = Math.imul((value / 0x1_0000_0000) >>> 0, 0x85eb_ca6b) ^ (value >>> 0);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) & mask;
}
