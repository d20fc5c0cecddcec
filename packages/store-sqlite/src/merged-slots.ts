/** The slots of messages in `MergedChanges`: everything that is known of one, as numbers, and two chains through them. */
import { IdMap } from '@chappe/center';
import type { Place } from './merged-row.ts';
import { noPlace, type Records } from './records.ts';

/** No slot. */
export const NONE = -1;
const FIRST_SLOTS = 1_024;
/** Changes beside the row that stand in a slot; more of one message are rare. */
const LATER = 3;

// Bits of `#flags`.
const tableBit = 1;
const removedBit = 2;
const newBit = 4;
const readyBit = 8;

/** The ends of a chain of slots, and how each is followed and preceded. */
class Chain {
  first = NONE;
  last = NONE;
  size = 0;
  next: Int32Array = new Int32Array(FIRST_SLOTS);
  previous: Int32Array = new Int32Array(FIRST_SLOTS);

  append(slot: number): void {
    this.next[slot] = NONE;
    this.previous[slot] = this.last;
    if (this.last === NONE) this.first = slot;
    else this.next[this.last] = slot;
    this.last = slot;
    this.size += 1;
  }

  remove(slot: number): void {
    const next = this.next[slot] as number;
    const previous = this.previous[slot] as number;
    if (previous === NONE) this.first = next;
    else this.next[previous] = next;
    if (next === NONE) this.last = previous;
    else this.previous[next] = previous;
    this.size -= 1;
  }

  grow(slots: number): void {
    this.next = grown(this.next, slots);
    this.previous = grown(this.previous, slots);
  }
}

/** The slots of one folder. */
export class MergedSlots {
  readonly #index: IdMap<number> = new IdMap();
  /** In the order in which the first change of each came. */
  readonly #ages: Chain = new Chain();
  /** Those that have no change to wait for. */
  readonly #readyOnes: Chain = new Chain();
  #capacity = FIRST_SLOTS;
  #free: number[] = [];
  #used = 0;
  #ids: Float64Array = new Float64Array(FIRST_SLOTS);
  #frames: Float64Array = new Float64Array(FIRST_SLOTS);
  #since: Float64Array = new Float64Array(FIRST_SLOTS);
  #ends: Float64Array = new Float64Array(FIRST_SLOTS);
  #flags: Uint8Array = new Uint8Array(FIRST_SLOTS);
  #places: Uint8Array = new Uint8Array(FIRST_SLOTS);
  /** Chunk and offset of the row. */
  #rows: Int32Array = new Int32Array(2 * FIRST_SLOTS);
  /** How many came after it, and chunk and offset of each. */
  #laterCounts: Uint8Array = new Uint8Array(FIRST_SLOTS);
  #later: Int32Array = new Int32Array(2 * LATER * FIRST_SLOTS);
  /** Those that have no room in their slot. */
  readonly #more: Map<number, number[]> = new Map();
  readonly #chunks: (Records | undefined)[] = [];
  /** How many records of each chunk are needed. */
  readonly #needed: number[] = [];
  readonly #freeChunks: number[] = [];
  /** Octets of the chunks that are needed. */
  octets = 0;

  get size(): number {
    return this.#index.size;
  }

  get ready(): number {
    return this.#readyOnes.size;
  }

  get oldest(): number {
    return this.#ages.first;
  }

  newer(slot: number): number {
    return this.#ages.next[slot] as number;
  }

  /** The slot of a message. */
  of(id: number): number {
    return this.#index.get(id) ?? NONE;
  }

  idOf(slot: number): number {
    return this.#ids[slot] as number;
  }

  tableOf(slot: number): 0 | 1 {
    return ((this.#flags[slot] as number) & tableBit) as 0 | 1;
  }

  frameOf(slot: number): number {
    return this.#frames[slot] as number;
  }

  sinceMsOf(slot: number): number {
    return this.#since[slot] as number;
  }

  endMsOf(slot: number): number {
    return this.#ends[slot] as number;
  }

  placeOf(slot: number): number {
    return this.#places[slot] as number;
  }

  isNew(slot: number): boolean {
    return ((this.#flags[slot] as number) & newBit) !== 0;
  }

  isRemoved(slot: number): boolean {
    return ((this.#flags[slot] as number) & removedBit) !== 0;
  }

  isReady(slot: number): boolean {
    return ((this.#flags[slot] as number) & readyBit) !== 0;
  }

  rowOf(slot: number): Place | undefined {
    const chunk = this.#rows[2 * slot] as number;
    if (chunk === NONE) return undefined;
    return { records: this.#chunks[chunk] as Records, at: this.#rows[2 * slot + 1] as number };
  }

  laterOf(slot: number): Place[] {
    const places: Place[] = [];
    this.#eachLater(slot, (chunk, at) => places.push({ records: this.#chunks[chunk] as Records, at }));
    return places;
  }

  /** Ids, the one whose first change came first comes first. */
  ids(isWanted: (slot: number) => boolean): number[] {
    const ids: number[] = [];
    for (let slot = this.#ages.first; slot !== NONE; slot = this.#ages.next[slot] as number)
      if (isWanted(slot)) ids.push(this.idOf(slot));
    return ids;
  }

  /** Ids of those that have no change to wait for, at most so many. */
  readyIds(limit: number, isWanted: (slot: number) => boolean): number[] {
    const ids: number[] = [];
    const { next } = this.#readyOnes;
    for (let slot = this.#readyOnes.first; slot !== NONE && ids.length < limit; slot = next[slot] as number)
      if (isWanted(slot)) ids.push(this.idOf(slot));
    return ids;
  }

  add(id: number, frame: number, sinceMs: number, isNew: boolean): number {
    let slot = this.#free.pop();
    if (slot === undefined) {
      if (this.#used === this.#capacity) this.#grow();
      slot = this.#used;
      this.#used += 1;
    }
    this.#index.set(id, slot);
    this.#ids[slot] = id;
    this.#frames[slot] = frame;
    this.#since[slot] = sinceMs;
    this.#ends[slot] = Number.POSITIVE_INFINITY;
    this.#flags[slot] = isNew ? newBit : 0;
    this.#places[slot] = noPlace;
    this.#rows[2 * slot] = NONE;
    this.#laterCounts[slot] = 0;
    this.#ages.append(slot);
    return slot;
  }

  remove(slot: number): void {
    this.setReady(slot, false);
    this.#dropRecords(slot);
    this.#ages.remove(slot);
    this.#index.delete(this.idOf(slot));
    this.#free.push(slot);
  }

  setPlace(slot: number, place: number, endMs: number): void {
    this.#places[slot] = place;
    this.#ends[slot] = endMs;
  }

  setReady(slot: number, isReady: boolean): void {
    if (isReady === this.isReady(slot)) return;
    this.#flags[slot] = (this.#flags[slot] as number) ^ readyBit;
    if (isReady) this.#readyOnes.append(slot);
    else this.#readyOnes.remove(slot);
  }

  /** The whole row of it is there: what came before is in it. */
  setRow(slot: number, chunk: number, at: number): void {
    this.#dropRecords(slot);
    const table = (this.#chunks[chunk] as Records).table(at);
    this.#flags[slot] = ((this.#flags[slot] as number) & ~(removedBit | tableBit)) | table;
    this.#rows[2 * slot] = chunk;
    this.#rows[2 * slot + 1] = at;
    this.#need(chunk);
  }

  /** Its row in the file is to be taken away. */
  setRemoved(slot: number, table: 0 | 1): void {
    this.#dropRecords(slot);
    this.#flags[slot] = ((this.#flags[slot] as number) & ~tableBit) | removedBit | table;
    this.setPlace(slot, noPlace, Number.POSITIVE_INFINITY);
  }

  /** A change comes to it; none comes to what is taken away. */
  addLater(slot: number, chunk: number, at: number): void {
    if (this.isRemoved(slot)) return;
    const count = this.#laterCounts[slot] as number;
    if (count < LATER) {
      this.#later[2 * (LATER * slot + count)] = chunk;
      this.#later[2 * (LATER * slot + count) + 1] = at;
      this.#laterCounts[slot] = count + 1;
    } else {
      const more = this.#more.get(slot) ?? [];
      more.push(chunk, at);
      this.#more.set(slot, more);
    }
    this.#need(chunk);
  }

  /** Changes are not needed any more, if all of them may go. */
  dropLater(slot: number, mayGo: (op: number) => boolean): void {
    if (this.#laterCounts[slot] === 0) return;
    const kept: number[] = [];
    this.#eachLater(slot, (chunk, at) => {
      if (!mayGo((this.#chunks[chunk] as Records).op(at))) kept.push(chunk, at);
    });
    const before = 2 * ((this.#laterCounts[slot] as number) + (this.#more.get(slot)?.length ?? 0) / 2);
    if (kept.length === before) return;
    for (let index = 0; index < kept.length; index += 2) this.#need(kept[index] as number);
    this.#dropLaterOnes(slot);
    for (let index = 0; index < kept.length; index += 2) {
      this.addLater(slot, kept[index] as number, kept[index + 1] as number);
      this.#needLess(kept[index] as number);
    }
  }

  /** The records of a frame come; they stay until none of them is needed. */
  addChunk(records: Records): number {
    const chunk = this.#freeChunks.pop() ?? this.#chunks.length;
    this.#chunks[chunk] = records;
    // Until `sealChunk`.
    this.#needed[chunk] = 1;
    this.octets += records.octets.length;
    return chunk;
  }

  /** All records of the frame have been taken. */
  sealChunk(chunk: number): void {
    this.#needLess(chunk);
  }

  #need(chunk: number): void {
    this.#needed[chunk] = (this.#needed[chunk] as number) + 1;
  }

  #needLess(chunk: number): void {
    const needed = (this.#needed[chunk] as number) - 1;
    this.#needed[chunk] = needed;
    if (needed > 0) return;
    this.octets -= (this.#chunks[chunk] as Records).octets.length;
    this.#chunks[chunk] = undefined;
    this.#freeChunks.push(chunk);
  }

  #dropRecords(slot: number): void {
    const chunk = this.#rows[2 * slot] as number;
    if (chunk !== NONE) this.#needLess(chunk);
    this.#rows[2 * slot] = NONE;
    this.#dropLaterOnes(slot);
  }

  #dropLaterOnes(slot: number): void {
    if (this.#laterCounts[slot] === 0) return;
    this.#eachLater(slot, (chunk) => this.#needLess(chunk));
    this.#laterCounts[slot] = 0;
    this.#more.delete(slot);
  }

  #eachLater(slot: number, take: (chunk: number, at: number) => void): void {
    const count = this.#laterCounts[slot] as number;
    for (let index = 2 * LATER * slot; index < 2 * (LATER * slot + count); index += 2)
      take(this.#later[index] as number, this.#later[index + 1] as number);
    const more = count === LATER ? this.#more.get(slot) : undefined;
    if (more === undefined) return;
    for (let index = 0; index < more.length; index += 2)
      take(more[index] as number, more[index + 1] as number);
  }

  #grow(): void {
    const slots = 2 * this.#capacity;
    this.#capacity = slots;
    this.#ids = grown(this.#ids, slots);
    this.#frames = grown(this.#frames, slots);
    this.#since = grown(this.#since, slots);
    this.#ends = grown(this.#ends, slots);
    this.#flags = grown(this.#flags, slots);
    this.#places = grown(this.#places, slots);
    this.#rows = grown(this.#rows, 2 * slots);
    this.#laterCounts = grown(this.#laterCounts, slots);
    this.#later = grown(this.#later, 2 * LATER * slots);
    this.#ages.grow(slots);
    this.#readyOnes.grow(slots);
  }
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
