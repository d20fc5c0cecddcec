/** What an operator of the gateway has to hear of once: numbers that are asked for in vain, and numbers that are nobody's. */
import type { Accounts } from '@chappe/policy';
import { BoundedMap, overlaps } from '@chappe/policy';
import type { Bind } from '../lanes/binds.ts';
import type { PeerFault } from '../observation/peer-faults.ts';
import type { Received } from './received.ts';

// Peers can fill it: beyond this the eldest is told again.
const maxNoticed = 1_000;

/** Tells of each thing once. */
export class MoNotices {
  readonly #noticed = new BoundedMap<true>(maxNoticed);
  /** Undefined in a sandbox, where binds have the numbers that they ask for. */
  readonly #accounts: Accounts | undefined;
  readonly #tell: (fault: PeerFault) => void;

  constructor(accounts: Accounts | undefined, tell: (fault: PeerFault) => void) {
    this.#accounts = accounts;
    this.#tell = tell;
  }

  /** A bind has come. Of an account that asks for numbers which are not its own, the address_range counts for nothing. */
  bound({ account: name, range, session }: Bind): void {
    if (range === undefined || this.#accounts === undefined) return;
    const numbers = this.#accounts.get(name)?.ownNumbers ?? [];
    if (overlaps(numbers, range.literal, (number) => range.matches(number))) return;
    this.#once(`${name}\n${range.pattern}`, {
      peer: `${name} ${session.remote.address}`,
      what:
        `address_range ${range.pattern} holds no number of this account and counts for nothing; ` +
        'what handsets write there is its only with ownNumbers of the account, or by a rule of mo',
    });
  }

  /** Nobody takes a message from a handset: it waits. */
  unclaimed({ connector, destination }: Pick<Received, 'connector' | 'destination'>): void {
    this.#once(destination.digits, {
      peer: connector,
      what:
        `what handsets write to ${destination.digits} is taken by nobody and waits (chappe held ls): ` +
        'give the number to an account by ownNumbers, make a rule of mo, or say by unclaimed what becomes of it',
    });
  }

  #once(key: string, fault: PeerFault): void {
    if (this.#noticed.has(key)) return;
    this.#noticed.set(key, true);
    this.#tell(fault);
  }
}
