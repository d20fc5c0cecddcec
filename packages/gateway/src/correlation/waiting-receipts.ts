/** Receipts that wait for their messages to be known, by what the message may be called. */

/** A receipt that waits. */
export interface Held {
  /** Likeliest first. */
  readonly references: readonly string[];
  /**
   * An upstream has just given one of the references to a message. `isAlone`: no other receipt waits for it. True: that
   * is the message meant, and it has the receipt.
   */
  found(reference: string, isAlone: boolean): boolean;
  /** Nothing came in time. */
  giveUp(): void;
  /** It cannot be waited for any longer: the gateway stops. */
  refuse(): void;
}

/** One that waits here. */
export interface Waiting extends Held {
  /** Monotonic milliseconds. */
  readonly sinceMs: number;
  readonly untilMs: number;
  disarm?: (() => void) | undefined;
}

/** Receipts that wait; the caller bounds how many. */
export class WaitingReceipts {
  readonly #all: Set<Waiting> = new Set();
  // Numbers in several forms: what is one receipt's id may be another form of the next one's.
  readonly #byReference: Map<string, Set<Waiting>> = new Map();

  get size(): number {
    return this.#all.size;
  }

  /** The one that has waited longest. */
  get eldest(): Waiting | undefined {
    return this.#all.values().next().value;
  }

  /** Those that wait for that reference. */
  of(reference: string): Iterable<Waiting> {
    return this.#byReference.get(reference) ?? [];
  }

  add(waiting: Waiting): void {
    this.#all.add(waiting);
    for (const reference of waiting.references) {
      const others = this.#byReference.get(reference);
      if (others === undefined) this.#byReference.set(reference, new Set([waiting]));
      else others.add(waiting);
    }
  }

  /** Takes one away; false when it had gone. */
  end(waiting: Waiting): boolean {
    if (!this.#all.delete(waiting)) return false;
    waiting.disarm?.();
    for (const reference of waiting.references) {
      const others = this.#byReference.get(reference);
      others?.delete(waiting);
      if (others?.size === 0) this.#byReference.delete(reference);
    }
    return true;
  }

  /** An upstream has given that reference to a message: the one of those that wait that was meant, and waits no more. */
  tell(reference: string, nowMs: number): Waiting | undefined {
    const waiting = this.#byReference.get(reference);
    if (waiting === undefined) return undefined;
    for (const one of waiting) {
      if (one.untilMs <= nowMs || !one.found(reference, waiting.size === 1)) continue;
      this.end(one);
      return one;
    }
    return undefined;
  }

  /** Takes all away. */
  clear(): readonly Waiting[] {
    const all = [...this.#all];
    for (const waiting of all) this.end(waiting);
    return all;
  }
}
