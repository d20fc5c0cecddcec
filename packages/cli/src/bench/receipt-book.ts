/** Which receipts are awaited, have come, came early or came twice. */

const seen = -1;

/** Keeps the books of one run: an entry per message until the end, so that duplicates are told from strangers. */
export class ReceiptBook {
  /** Send time of messages whose receipt is awaited; -1 once it has come. */
  readonly #messages = new Map<string, number>();
  /** Receipts that came before the response which names their id. */
  readonly #early = new Map<string, number>();
  /** Receipts that have come for messages of this run. */
  received = 0;
  duplicates = 0;
  awaited = 0;

  /** Receipts still to come. */
  get missing(): number {
    return this.awaited - this.received;
  }

  /** Receipts of messages that are not of this run. */
  get strangers(): number {
    return this.#early.size;
  }

  /** A message was accepted. Returns when its receipt came, if it came before. */
  accepted(id: string, sentMs: number): number | undefined {
    this.awaited++;
    const cameMs = this.#early.get(id);
    if (cameMs === undefined) {
      this.#messages.set(id, sentMs);
      return undefined;
    }
    this.#early.delete(id);
    this.#messages.set(id, seen);
    this.received++;
    return cameMs;
  }

  /** A receipt came. Returns the send time of its message; undefined for early, repeated and unknown ones. */
  came(id: string, nowMs: number): number | undefined {
    const sentMs = this.#messages.get(id);
    if (sentMs === undefined) {
      if (this.#early.has(id)) this.duplicates++;
      else this.#early.set(id, nowMs);
      return undefined;
    }
    if (sentMs === seen) {
      this.duplicates++;
      return undefined;
    }
    this.#messages.set(id, seen);
    this.received++;
    return sentMs;
  }
}
