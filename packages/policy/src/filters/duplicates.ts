/**
 * The duplicate guard: how often the same content went from the same sender to the same receiver within a
 * window. Kept as a ring in the order of time with a hash table over it; the window is exact (sliding) for
 * the last 1,048,576 messages that were let through, 34 MB at worst; of older ones the eldest are forgotten,
 * so a duplicate may pass but no original is refused. SHA-256 stands for the content: no text is kept.
 */
import { createHash, hash } from 'node:crypto';
import type { DuplicateFilter } from '../settings/filters.ts';

/** Whose message to whom, and what it says. Texts and octets are never the same. */
export interface Repeatable {
  readonly account: string;
  readonly destination: string;
  readonly content: string | Uint8Array;
}

const smallest = 1_024;
const largest = 1_048_576;
/** A week: beyond it the ring holds no busy gateway's messages anyway. */
const maxWindowMs = 7 * 86_400_000;
// Each is a step of a walk for every message.
const maxMost = 1_000;
/** 128 bits of a hash: the birthday of a million messages is 2^-89 away. */
const wordsPerHash = 4;
const none = -1;

/** Remembers what was let through. The constructor throws a RangeError that names `place` and the field. */
export class DuplicateGuard {
  readonly #windowMs: number;
  readonly #most: number;
  readonly #largest: number;
  #capacity = smallest;
  #hashes = new Uint32Array(smallest * wordsPerHash);
  /** When each was let through; -Infinity: taken back. */
  #times = new Float64Array(smallest);
  /** The next elder entry with the same place in the table. */
  #elder = new Int32Array(smallest).fill(none);
  #table = new Int32Array(smallest).fill(none);
  /** Slot of the eldest. */
  #first = 0;
  #size = 0;

  /** `maxEntries`: a power of two from 1,024, for tests. */
  constructor(filter: DuplicateFilter, place: string, maxEntries: number = largest) {
    const { windowMs, most = 1 } = filter;
    if (!(windowMs >= 1 && windowMs <= maxWindowMs)) {
      throw new RangeError(`${place}.windowMs: must be 1 to ${maxWindowMs} (7 days)`);
    }
    if (!Number.isInteger(most) || most < 1 || most > maxMost) {
      throw new RangeError(`${place}.most: must be a whole number from 1 to ${maxMost}`);
    }
    this.#windowMs = windowMs;
    this.#most = most;
    this.#largest = maxEntries;
  }

  /** Messages it remembers. */
  get size(): number {
    return this.#size;
  }

  /** Octets that its tables take. */
  get octets(): number {
    return this.#hashes.byteLength + this.#times.byteLength + this.#elder.byteLength + this.#table.byteLength;
  }

  /**
   * True when the message may go; then it is remembered. False when as many as may have gone in the last
   * `windowMs`: it is not remembered, so the window does not start anew. `nowMs`: wall clock; entries of the
   * future (the clock was put back) do not count.
   */
  admit(message: Repeatable, nowMs: number): boolean {
    this.#expire(nowMs);
    const digest = digestOf(message);
    let count = 0;
    let takenBack = none;
    for (let slot = this.#chain(digest); slot !== none; slot = this.#elder[slot] as number) {
      if (!this.#is(slot, digest)) continue;
      const ageMs = nowMs - (this.#times[slot] as number);
      if (ageMs >= 0 && ageMs < this.#windowMs) count += 1;
      else if (ageMs === Infinity) takenBack = slot;
      if (count >= this.#most) return false;
    }
    // A submission that is refused elsewhere and tried again without end must not make its chain longer each
    // time.
    if (takenBack === none) this.#push(digest, nowMs);
    else this.#times[takenBack] = nowMs;
    return true;
  }

  /**
   * Takes the last admission of that message back: it was refused or lost elsewhere, and may be tried again.
   */
  forget(message: Repeatable): void {
    const digest = digestOf(message);
    let last = none;
    for (let slot = this.#chain(digest); slot !== none; slot = this.#elder[slot] as number) {
      const isLater = last === none || (this.#times[slot] as number) > (this.#times[last] as number);
      if (isLater && this.#is(slot, digest)) last = slot;
    }
    if (last !== none) this.#times[last] = -Infinity;
  }

  #push(digest: Buffer, nowMs: number): void {
    if (this.#size === this.#capacity) this.#makeRoom();
    const slot = (this.#first + this.#size) & (this.#capacity - 1);
    for (let word = 0; word < wordsPerHash; word += 1) {
      this.#hashes[slot * wordsPerHash + word] = digest.readUInt32LE(word * 4);
    }
    this.#times[slot] = nowMs;
    this.#link(slot);
    this.#size += 1;
  }

  #is(slot: number, digest: Buffer): boolean {
    for (let word = 0; word < wordsPerHash; word += 1) {
      if (this.#hashes[slot * wordsPerHash + word] !== digest.readUInt32LE(word * 4)) return false;
    }
    return true;
  }

  /** The youngest entry whose hash begins alike; the others follow by `#elder`. */
  #chain(digest: Buffer): number {
    return this.#table[digest.readUInt32LE(0) & (this.#capacity - 1)] as number;
  }

  #placeOf(slot: number): number {
    return (this.#hashes[slot * wordsPerHash] as number) & (this.#capacity - 1);
  }

  #link(slot: number): void {
    const place = this.#placeOf(slot);
    this.#elder[slot] = this.#table[place] as number;
    this.#table[place] = slot;
  }

  #expire(nowMs: number): void {
    while (this.#size > 0 && nowMs - (this.#times[this.#first] as number) >= this.#windowMs)
      this.#dropFirst();
  }

  /** The eldest of all is the last of its chain. */
  #dropFirst(): void {
    const slot = this.#first;
    const place = this.#placeOf(slot);
    if (this.#table[place] === slot) this.#table[place] = none;
    else {
      let younger = this.#table[place] as number;
      while (this.#elder[younger] !== slot) younger = this.#elder[younger] as number;
      this.#elder[younger] = none;
    }
    this.#first = (slot + 1) & (this.#capacity - 1);
    this.#size -= 1;
  }

  #makeRoom(): void {
    if (this.#capacity >= this.#largest) {
      this.#dropFirst();
      return;
    }
    const mask = this.#capacity - 1;
    const hashes = this.#hashes;
    const times = this.#times;
    const first = this.#first;
    this.#capacity *= 2;
    this.#hashes = new Uint32Array(this.#capacity * wordsPerHash);
    this.#times = new Float64Array(this.#capacity);
    this.#elder = new Int32Array(this.#capacity).fill(none);
    this.#table = new Int32Array(this.#capacity).fill(none);
    this.#first = 0;
    for (let to = 0; to < this.#size; to += 1) {
      const from = (first + to) & mask;
      for (let word = 0; word < wordsPerHash; word += 1) {
        this.#hashes[to * wordsPerHash + word] = hashes[from * wordsPerHash + word] as number;
      }
      this.#times[to] = times[from] as number;
      this.#link(to);
    }
  }
}

/** Account and destination come from C-octet strings, so a NUL cannot stand in them. */
function digestOf({ account, destination, content }: Repeatable): Buffer {
  const whose = `${account}\0${destination}\0`;
  if (typeof content === 'string') return hash('sha256', `t${whose}${content}`, 'buffer');
  return createHash('sha256').update(`o${whose}`).update(content).digest();
}
