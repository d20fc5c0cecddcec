/**
 * Things that are due later, in order: one structure and one armed timer for all of them, instead of a timer for
 * each. Due times are rounded up to ticks; what falls into one tick comes out together, in the order of arrival,
 * so that the center commits it together. Adding and taking cost the same however many wait: a heap orders the
 * ticks, of which there are few, and each holds a list.
 */

/** Options of a delay queue. */
export interface DelayQueueOptions {
  /** Length of one tick, default 5 ms. */
  readonly tickMs?: number;
  /** How many items it takes, default 100,000: `add` then says no. */
  readonly capacity?: number;
}

/** An ordered queue of items with due times. Knows no clock: times are given. */
export class DelayQueue<T> {
  readonly #tickMs: number;
  readonly #capacity: number;
  readonly #lists = new Map<number, T[]>();
  readonly #heap: number[] = [];
  #size = 0;

  constructor(options: DelayQueueOptions = {}) {
    this.#tickMs = options.tickMs ?? 5;
    this.#capacity = options.capacity ?? 100_000;
  }

  /** Number of items that wait. */
  get size(): number {
    return this.#size;
  }

  /** How many more items it takes. */
  get room(): number {
    return this.#capacity - this.#size;
  }

  /** Adds an item. False: the queue is full, nothing was added. */
  add(dueMs: number, item: T): boolean {
    if (this.#size >= this.#capacity) return false;
    const tick = Math.ceil(dueMs / this.#tickMs);
    const list = this.#lists.get(tick);
    if (list === undefined) {
      this.#lists.set(tick, [item]);
      this.#push(tick);
    } else list.push(item);
    this.#size += 1;
    return true;
  }

  /** When the next item is due; Infinity when none waits. */
  deadline(): number {
    const tick = this.#heap[0];
    return tick === undefined ? Number.POSITIVE_INFINITY : tick * this.#tickMs;
  }

  /** Calls `each` for all items that are due at `nowMs`, oldest first, and returns how many they were. */
  takeDue(nowMs: number, each: (item: T) => void): number {
    let taken = 0;
    for (let tick = this.#heap[0]; tick !== undefined && tick * this.#tickMs <= nowMs; tick = this.#heap[0]) {
      this.#pop();
      const list = this.#lists.get(tick) ?? [];
      this.#lists.delete(tick);
      this.#size -= list.length;
      taken += list.length;
      for (const item of list) each(item);
    }
    return taken;
  }

  /** Takes out the first item for which `is` holds. Looks at every item: for rare events such as a cancel. */
  remove(is: (item: T) => boolean): T | undefined {
    for (const list of this.#lists.values()) {
      const at = list.findIndex(is);
      if (at < 0) continue;
      this.#size -= 1;
      return list.splice(at, 1)[0];
    }
    return undefined;
  }

  /** Takes all items out, due or not. */
  drain(): T[] {
    const all = [...this.#heap].sort((a, b) => a - b).flatMap((tick) => this.#lists.get(tick) ?? []);
    this.#heap.length = 0;
    this.#lists.clear();
    this.#size = 0;
    return all;
  }

  #push(tick: number): void {
    const heap = this.#heap;
    let at = heap.push(tick) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if (above <= tick) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = tick;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
      const below = heap[child] as number;
      if (below >= last) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}
