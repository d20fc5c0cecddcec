/** Rows of the memory store, and the heaps that they stand in. */
import type { Message, MessageId, Place } from '../message.ts';
import { Heap } from './heap.ts';

/** A message and where it is. */
export interface Row {
  message: Message;
  place: Place;
  /** Whose it is while it is in memory. */
  node: number;
  /** Grows when the row is queued again: older entries of heaps are passed over. */
  turn: number;
}

/** A row in a heap, as it was when it came there. */
export interface Entry {
  readonly row: Row;
  readonly turn: number;
  readonly id: MessageId;
  readonly key: number;
}

/** The order of heaps: by key, then by id. */
export function isEarlier(a: Entry, b: Entry): boolean {
  return a.key === b.key ? a.id < b.id : a.key < b.key;
}

/** Waiting rows of one account in one lane, by priority. */
export type Queues = readonly Heap<Entry>[];

/** One for each priority. */
export function emptyQueues(): Queues {
  return [new Heap(isEarlier), new Heap(isEarlier), new Heap(isEarlier), new Heap(isEarlier)];
}

/** The first entry that still holds; those that do not are dropped. */
export function valid(heap: Heap<Entry>): Entry | undefined {
  for (let entry = heap.peek(); entry !== undefined; entry = heap.peek()) {
    if (entry.row.turn === entry.turn) return entry;
    heap.pop();
  }
  return undefined;
}
