/** Binds that ask for numbers which are not their account's: their address_range counts for nothing, and that is told. */
import type { PeerFault } from '../peer-faults.ts';
import type { Bind } from '../routing.ts';
import type { Accounts } from './accounts.ts';
import { BoundedMap } from './bounded-map.ts';
import { overlaps } from './number-owners.ts';

// Peers can fill it: beyond this the eldest is told again.
const maxTold = 1_000;

/** Tells of each account and range once. */
export class IgnoredRanges {
  readonly #told = new BoundedMap<true>(maxTold);
  readonly #accounts: Accounts;
  readonly #tell: (fault: PeerFault) => void;

  constructor(accounts: Accounts, tell: (fault: PeerFault) => void) {
    this.#accounts = accounts;
    this.#tell = tell;
  }

  /** Looks at a bind that has come. */
  look({ account: name, range, session }: Bind): void {
    if (range === undefined) return;
    const numbers = this.#accounts.get(name)?.ownNumbers ?? [];
    if (overlaps(numbers, range.literal, (number) => range.matches(number))) return;
    const key = `${name}\n${range.pattern}`;
    if (this.#told.has(key)) return;
    this.#told.set(key, true);
    this.#tell({
      peer: `${name} ${session.remote.address}`,
      what:
        `address_range ${range.pattern} holds no number of this account and counts for nothing; ` +
        'what handsets write there is its only with ownNumbers of the account, or by a rule of mo',
    });
  }
}
