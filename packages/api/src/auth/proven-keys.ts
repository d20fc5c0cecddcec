/** Keys that were right from an address: they go on being asked for nothing, whoever else guesses from there. */
import { addressKey } from '@chappe/gateway';

// A key is used from some few machines; who has more waits for a moment where somebody guesses.
const maxAddressesEach = 20;
// As many keys as there may be, of those that were used lately.
const maxKeys = 10_000;

/** Pairs of key and address. A key is known by its hash; nothing is kept over a restart. */
export class ProvenKeys {
  /** By hash: the addresses, least recently used first. */
  readonly #addresses = new Map<string, Set<string>>();

  /** Whether it was right from there before. */
  has(hash: string, address: string): boolean {
    return this.#addresses.get(hash)?.has(addressKey(address)) === true;
  }

  /** It is right from there. */
  add(hash: string, address: string): void {
    const place = addressKey(address);
    const known = this.#addresses.get(hash) ?? new Set();
    known.delete(place);
    known.add(place);
    for (const eldest of known) {
      if (known.size <= maxAddressesEach) break;
      known.delete(eldest);
    }
    this.#addresses.delete(hash);
    this.#addresses.set(hash, known);
    for (const eldest of this.#addresses.keys()) {
      if (this.#addresses.size <= maxKeys) break;
      this.#addresses.delete(eldest);
    }
  }
}
