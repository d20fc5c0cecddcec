/** Who last wrote to whom: answers go there. */
import { numberKey } from '@chappe/protocol';

// Pairs of sender and handset: some 15 MB. A conversation older than the last 100,000 begins anew.
const defaultPairs = 100_000;

/** Which account last wrote to a handset from a sender: answers go there. Bounded: the eldest pairs are forgotten. */
export class LastSenders {
  readonly #half: number;
  // Two generations: throwing the elder away as a whole costs nothing per message.
  #young = new Map<string, string>();
  #old = new Map<string, string>();

  /** `pairs`: at most so many are known, at least half of it. */
  constructor(pairs: number = defaultPairs) {
    this.#half = Math.max(1, Math.floor(pairs / 2));
  }

  /** Pairs known now. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The account has written to the handset as that sender. To be called for every accepted message. */
  note(account: string, sender: string, handset: string): void {
    const key = pairOf(sender, handset);
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, account);
  }

  /** The account that last did; undefined when it is not known. */
  of(sender: string, handset: string): string | undefined {
    const key = pairOf(sender, handset);
    return this.#young.get(key) ?? this.#old.get(key);
  }
}

// No address holds a line end: it is printable (validation.ts).
function pairOf(sender: string, handset: string): string {
  return `${numberKey(sender)}\n${numberKey(handset)}`;
}
