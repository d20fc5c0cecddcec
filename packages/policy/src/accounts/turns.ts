/** A queue in which everybody who has something waiting is served in turn: many of one do not stand before one of another. */
export class Turns<T> {
  /** By who waits, whose turn is next first; no list is empty. */
  readonly #waiting = new Map<string, T[]>();
  #size = 0;

  /** Items that wait. */
  get size(): number {
    return this.#size;
  }

  /** Waits behind what is there of the same one. */
  push(who: string, item: T): void {
    this.#size += 1;
    const list = this.#waiting.get(who);
    if (list === undefined) this.#waiting.set(who, [item]);
    else list.push(item);
  }

  /** The next item; its owner's next one has to wait until all others have had a turn. */
  shift(): T | undefined {
    const next = this.#waiting.entries().next();
    if (next.done === true) return undefined;
    const [who, list] = next.value;
    const item = list.shift();
    this.#size -= 1;
    this.#waiting.delete(who);
    if (list.length > 0) this.#waiting.set(who, list);
    return item;
  }
}
