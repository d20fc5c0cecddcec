/** Receipts that wait for their messages to be known, by what the message may be called. */

/** A receipt that waits. */
export interface PendingReceipt {
  /** What its message may be called; likeliest first. */
  readonly names: readonly string[];
  /**
   * An upstream has just given one of the names to a message. `isAlone`: no other receipt waits for it. True: that is the
   * message meant, and it has the receipt.
   */
  found(name: string, isAlone: boolean): boolean;
  /** Nothing came in time. */
  giveUp(): void;
  /** It cannot be waited for any longer: the gateway stops. */
  refuse(): void;
}

/** One that waits here, and how long. */
export interface TimedReceipt extends PendingReceipt {
  /** Monotonic milliseconds. */
  readonly sinceMs: number;
  readonly untilMs: number;
  disarm?: (() => void) | undefined;
}

/** Receipts that wait; the caller bounds how many. */
export class PendingReceipts {
  readonly #all: Set<TimedReceipt> = new Set();
  // Numbers in several forms: what is one receipt's id may be another form of the next one's.
  readonly #byName: Map<string, Set<TimedReceipt>> = new Map();

  get size(): number {
    return this.#all.size;
  }

  /** The one that has waited longest. */
  get eldest(): TimedReceipt | undefined {
    return this.#all.values().next().value;
  }

  /** Those that wait for that name. */
  of(name: string): Iterable<TimedReceipt> {
    return this.#byName.get(name) ?? [];
  }

  add(pending: TimedReceipt): void {
    this.#all.add(pending);
    for (const name of pending.names) {
      const others = this.#byName.get(name);
      if (others === undefined) this.#byName.set(name, new Set([pending]));
      else others.add(pending);
    }
  }

  /** Takes one away; false when it had gone. */
  end(pending: TimedReceipt): boolean {
    if (!this.#all.delete(pending)) return false;
    pending.disarm?.();
    for (const name of pending.names) {
      const others = this.#byName.get(name);
      others?.delete(pending);
      if (others?.size === 0) this.#byName.delete(name);
    }
    return true;
  }

  /** An upstream has given that name to a message: the one of those that wait that was meant, and waits no more. */
  tell(name: string, nowMs: number): TimedReceipt | undefined {
    const waiting = this.#byName.get(name);
    if (waiting === undefined) return undefined;
    for (const one of waiting) {
      if (one.untilMs <= nowMs || !one.found(name, waiting.size === 1)) continue;
      this.end(one);
      return one;
    }
    return undefined;
  }

  /** Takes all away. */
  clear(): readonly TimedReceipt[] {
    const all = [...this.#all];
    for (const pending of all) this.end(pending);
    return all;
  }
}
