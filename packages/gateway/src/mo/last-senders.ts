/** Who last wrote to whom: answers go there. */
import { numberKey } from '@chappe/protocol';
import { RecentKeys } from '../message/recent-keys.ts';

// Pairs of sender and handset: some 3 MB. A conversation older than the last 100,000 begins anew.
const defaultPairs = 100_000;

/** Which account last wrote to a handset from a sender: answers go there. Bounded: the eldest pairs are forgotten. */
export class LastSenders {
  readonly #accounts: RecentKeys<string>;

  /** `pairs`: at most so many are known, at least half of it. */
  constructor(pairs: number = defaultPairs) {
    this.#accounts = new RecentKeys(Math.max(1, Math.floor(pairs / 2)));
  }

  /** Pairs known now. */
  get size(): number {
    return this.#accounts.size;
  }

  /** The account has written to the handset as that sender. To be called for every accepted message. */
  note(account: string, sender: string, handset: string): void {
    this.#accounts.note(numberKey(sender), numberKey(handset), account);
  }

  /** The account that last did; undefined when it is not known. */
  of(sender: string, handset: string): string | undefined {
    return this.#accounts.get(numberKey(sender), numberKey(handset));
  }
}
