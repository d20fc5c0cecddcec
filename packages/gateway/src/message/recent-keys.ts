/**
 * What was noted under two words not long ago. The words themselves are not kept: a keyed hash of 52 bits stands for them,
 * in a table of numbers. Tens of thousands of keys as text in a Map were 25 MB, which the collector walked through twice
 * a second.
 */
import { randomBytes } from 'node:crypto';

const FREE = -1;
const TWO_32 = 0x1_0000_0000;
// Between the two words: no number, sender or id of a message holds it.
const BORDER = 0xffff;
// Of the process. Peers choose the words: without knowing this they find none with the hash of another's.
const secret = new Int32Array(randomBytes(8).buffer.slice(0, 8));

/** The last `half` to `2 * half` keys, and what was noted last under each. */
export class RecentKeys<T> {
  readonly #half: number;
  // Two generations instead of an order: adding is what has to be quick, and the elder is thrown away as a whole.
  #young: Generation<T>;
  #old: Generation<T>;

  constructor(half: number) {
    this.#half = half;
    this.#young = new Generation(half);
    this.#old = new Generation(half);
  }

  /** Keys known now; one that was noted again may count twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  note(first: string, second: string, value: T): void {
    const hash = hashOf(first, second);
    if (this.#young.size >= this.#half && this.#young.get(hash) === undefined) {
      [this.#young, this.#old] = [this.#old, this.#young];
      this.#young.clear();
    }
    this.#young.set(hash, value);
  }

  get(first: string, second: string): T | undefined {
    const hash = hashOf(first, second);
    return this.#young.get(hash) ?? this.#old.get(hash);
  }
}

/** A table of hashes beside one of values, in no order; at most half full. It has its size when the first comes. */
class Generation<T> {
  readonly #places: number;
  #hashes: Float64Array | undefined;
  #values: (T | undefined)[] = [];
  size = 0;

  constructor(most: number) {
    this.#places = 2 ** Math.ceil(Math.log2(2 * most));
  }

  get(hash: number): T | undefined {
    return this.#hashes === undefined ? undefined : this.#values[placeOf(this.#hashes, hash)];
  }

  set(hash: number, value: T): void {
    if (this.#hashes === undefined) {
      this.#hashes = new Float64Array(this.#places).fill(FREE);
      this.#values = new Array<T | undefined>(this.#places).fill(undefined);
    }
    const at = placeOf(this.#hashes, hash);
    if (this.#hashes[at] === FREE) {
      this.#hashes[at] = hash;
      this.size += 1;
    }
    this.#values[at] = value;
  }

  clear(): void {
    this.#hashes?.fill(FREE);
    this.#values.fill(undefined);
    this.size = 0;
  }
}

/** Where a hash is, or the free place where it would be. */
function placeOf(hashes: Float64Array, hash: number): number {
  const mask = hashes.length - 1;
  let at = (hash % TWO_32) & mask;
  for (let found = hashes[at]; found !== hash && found !== FREE; found = hashes[at]) at = (at + 1) & mask;
  return at;
}

/**
 * HalfSipHash-1-3 (Aumasson and Bernstein) over the UTF-16 code units of both words, two at a time; 52 bits of its 64, as an
 * integer that a number holds exactly.
 */
function hashOf(first: string, second: string): number {
  const key0 = secret[0] as number;
  const key1 = secret[1] as number;
  let v0 = key0;
  let v1 = key1 ^ 0xee;
  let v2 = key0 ^ 0x6c79_6765;
  let v3 = key1 ^ 0x7465_6462;
  const length = first.length + 1 + second.length;
  // What is left after the last pair stands before the length, as its octets do in the original.
  const pairs = (length >> 1) + 1;
  let low = 0;
  // A round for each pair, then three for each half of the result, with nothing to take in.
  for (let round = 0; round < pairs + 6; round += 1) {
    let word = 0;
    if (round < pairs) {
      const high = round === pairs - 1 ? length & 0xffff : unitAt(first, second, 2 * round + 1);
      word = unitAt(first, second, 2 * round) | (high << 16);
    } else if (round === pairs) v2 ^= 0xee;
    else if (round === pairs + 3) {
      low = v1 ^ v3;
      v1 ^= 0xdd;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return ((v1 ^ v3) & 0xf_ffff) * TWO_32 + (low >>> 0);
}

/** A code unit of both words with the border between them; 0 behind the end. */
function unitAt(first: string, second: string, at: number): number {
  const border = first.length;
  if (at < border) return first.charCodeAt(at);
  if (at === border) return BORDER;
  const rest = at - border - 1;
  return rest < second.length ? second.charCodeAt(rest) : 0;
}
