/** First power of two; grows by doubling. */
const FIRST_SIZE = 16;

/** A queue with two ends on a ring of slots: constant time at both. */
export class Deque<T> {
  #slots: (T | undefined)[] = new Array<T | undefined>(FIRST_SIZE);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = item;
    this.#size += 1;
  }

  unshift(item: T): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = item;
    this.#size += 1;
  }

  /** Puts an item near the head: behind those at the head that come before it. */
  unshiftBehind(item: T, isBefore: (other: T) => boolean): void {
    this.unshift(item);
    const { length } = this.#slots;
    for (let at = 1; at < this.#size; at += 1) {
      const next = (this.#head + at) & (length - 1);
      const other = this.#slots[next] as T;
      if (!isBefore(other)) return;
      this.#slots[(next - 1) & (length - 1)] = other;
      this.#slots[next] = item;
    }
  }

  peek(): T | undefined {
    return this.#slots[this.#head];
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#size -= 1;
    return item;
  }

  /** Takes out everything that `isWanted` refuses; the order of the rest stays. */
  filter(isWanted: (item: T) => boolean): void {
    for (let left = this.#size; left > 0; left -= 1) {
      const item = this.shift() as T;
      if (isWanted(item)) this.push(item);
    }
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Array<T | undefined>(old.length * 2);
    for (let at = 0; at < this.#size; at += 1) slots[at] = old[(this.#head + at) & (old.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}
