/** Ids of late, bounded. */
import type { MessageId } from '@chappe/center';

// What happened to one of them stands in its timeline within a commit; this many are never under way.
const most = 10_000;

/** Remembers ids; the eldest goes when there are too many. */
export class RecentIds {
  readonly #ids: Set<MessageId> = new Set();

  has(id: MessageId): boolean {
    return this.#ids.has(id);
  }

  /** Gives what takes it back. */
  add(id: MessageId): () => void {
    this.#ids.add(id);
    if (this.#ids.size > most) for (const eldest of this.#ids.values()) return this.#forget(eldest, id);
    return () => this.#ids.delete(id);
  }

  #forget(eldest: MessageId, id: MessageId): () => void {
    this.#ids.delete(eldest);
    return () => this.#ids.delete(id);
  }
}
