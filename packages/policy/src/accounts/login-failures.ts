/**
 * Slows the guessing of passwords. After five wrong ones the next is tried only after a delay that doubles from 1 s on,
 * one at a time. Counted are:
 *
 * - the account and the address together, up to 60 s: so guesses from one address hold back that address;
 * - the address alone, up to 60 s: one password tried under many names;
 * - the account alone, which bounds what many addresses can do. Those that have failed there before share turns up to
 *   15 s apart. Those that have not share other turns, up to 60 s apart, which they do not have to win from guessers:
 *   each of them has one, then it is one of the first kind for a day.
 *
 * An address that is the account's own (in its `allowFrom`, or one that the right password has come from) is counted by
 * itself, so that guesses from elsewhere never keep the owner out. Names that nobody has are counted like accounts:
 * nothing tells them apart.
 */
import { BoundedMap } from './bounded-map.ts';
import { networkKey } from './networks.ts';

/** Who tries. */
export interface Guess {
  readonly account: string;
  /** As `addressKey` writes it. */
  readonly address: string;
  /** Whether the address is in the account's networks. */
  readonly isListed: boolean;
}

interface Failures {
  count: number;
  /** Passwords being tried now. */
  running: number;
  lastMs: number;
  heldUntilMs: number;
}

/** Ends a try. `right`: undefined when the password could not be tried after all. */
export type EndTry = (right: boolean | undefined, nowMs: number) => void;

interface Place {
  readonly table: BoundedMap<Failures>;
  readonly key: string;
  readonly longestMs: number;
}

/** Somebody may mistype; more is a guess. */
const freeFailures = 5;
const firstDelayMs = 1_000;
const longestMs = 60_000;
// Shorter than what holds back one address: a few guessers alone cannot take all turns of those that mistyped once.
const longestOfManyMs = 15_000;
// Longer than the longest delay: waiting that long is no faster than guessing on.
const forgetAfterMs = 15 * 60_000;
// Whoever wants all turns of new addresses needs some 1,440 of them a day.
const failedBeforeMs = 24 * 3_600_000;
// To make room for one more try, a guesser must fail under as many other names from as many other addresses; each
// costs a run of scrypt, and all of them take longer than the longest delay.
const maxCounted = 10_000;
const maxFailedBefore = 50_000;
// Only right passwords fill it: as many accounts as there can be.
const maxKnownAccounts = 100_000;
/** Addresses of an account that are remembered as its own; those that came later count. */
export const maxKnownAddresses = 10;

/** The failures of all accounts and addresses. Times are monotonic milliseconds. */
export class LoginFailures {
  readonly #pairs = new BoundedMap<Failures>(maxCounted);
  readonly #addresses = new BoundedMap<Failures>(maxCounted);
  /** Failures of an account from addresses that have failed there before, and from those that have not. */
  readonly #again = new BoundedMap<Failures>(maxCounted);
  readonly #fresh = new BoundedMap<Failures>(maxCounted);
  /** When an account and a network last failed together. */
  readonly #failedBefore = new BoundedMap<number>(maxFailedBefore);
  /** Failures of an account from addresses of its own. */
  readonly #own = new BoundedMap<Failures>(maxCounted);
  /** Addresses that the right password of an account has come from, the latest last. */
  readonly #known = new BoundedMap<readonly string[]>(maxKnownAccounts);

  /** Whether the address is the account's own. */
  isOwn({ account, address, isListed }: Guess): boolean {
    return isListed || this.#known.get(account)?.includes(address) === true;
  }

  /** Whether nobody has guessed at anything from there, as far as is remembered. */
  isFresh({ account, address }: Guess, nowMs: number): boolean {
    return !this.hasGuessed(address, nowMs) && !this.#hasFailed(account, address, nowMs);
  }

  /** Whether more wrong passwords have come from an address, under whatever names, than somebody mistypes. */
  hasGuessed(address: string, nowMs: number): boolean {
    const failures = this.#addresses.get(address);
    return failures !== undefined && failures.count >= freeFailures && !isForgotten(failures, nowMs);
  }

  /** Whether this one has to wait. */
  isHeld(guess: Guess, nowMs: number): boolean {
    return this.#places(guess, nowMs).some(({ table, key }) => isHeld(table.get(key), nowMs));
  }

  /** Begins a try; undefined: it has to wait. Every try that has begun is to be ended, by what is returned. */
  begin(guess: Guess, nowMs: number): EndTry | undefined {
    if (this.isHeld(guess, nowMs)) return undefined;
    const begun = this.#places(guess, nowMs).map((place) => ({ place, failures: running(place, nowMs) }));
    return (right, endMs) => {
      // Of many tries at once from a new address only the first was one of a new address.
      const places = right === false ? this.#places(guess, endMs) : [];
      for (const { place, failures } of begun) {
        failures.running -= 1;
        if (failures.count === 0 && failures.running === 0) place.table.delete(place.key);
      }
      for (const place of places) fail(place, endMs);
      if (right === false && !this.isOwn(guess)) {
        this.#failedBefore.set(pair(guess.account, networkKey(guess.address)), endMs);
      }
    };
  }

  /**
   * A right password has come: the address is one of the account's own from now on, with no failure. True when it was
   * not before.
   */
  welcome({ account, address }: Pick<Guess, 'account' | 'address'>): boolean {
    this.#own.delete(pair(account, address));
    const known = this.#known.get(account) ?? [];
    if (known.includes(address)) return false;
    this.#known.set(account, [...known.slice(1 - maxKnownAddresses), address]);
    return true;
  }

  /** Addresses that are remembered as an account's own. */
  knownOf(account: string): readonly string[] {
    return this.#known.get(account) ?? [];
  }

  #places(guess: Guess, nowMs: number): readonly Place[] {
    const { account, address } = guess;
    const together = pair(account, address);
    if (this.isOwn(guess)) return [{ table: this.#own, key: together, longestMs }];
    return [
      { table: this.#pairs, key: together, longestMs },
      { table: this.#addresses, key: address, longestMs },
      this.#hasFailed(account, address, nowMs)
        ? { table: this.#again, key: account, longestMs: longestOfManyMs }
        : { table: this.#fresh, key: account, longestMs },
    ];
  }

  #hasFailed(account: string, address: string, nowMs: number): boolean {
    const lastMs = this.#failedBefore.get(pair(account, networkKey(address)));
    return lastMs !== undefined && nowMs - lastMs < failedBeforeMs;
  }
}

function isHeld(failures: Failures | undefined, nowMs: number): boolean {
  if (failures === undefined || failures.count < freeFailures || isForgotten(failures, nowMs)) return false;
  return failures.running > 0 || nowMs < failures.heldUntilMs;
}

function isForgotten({ lastMs }: Failures, nowMs: number): boolean {
  return nowMs - lastMs >= forgetAfterMs;
}

/** The failures of a place, one try more under way. */
function running(place: Place, nowMs: number): Failures {
  const failures = failuresAt(place, nowMs);
  failures.running += 1;
  failures.lastMs = nowMs;
  place.table.set(place.key, failures);
  return failures;
}

function fail(place: Place, nowMs: number): void {
  const failures = failuresAt(place, nowMs);
  failures.count += 1;
  failures.lastMs = nowMs;
  // It may have been pushed out of a full table meanwhile.
  place.table.set(place.key, failures);
  if (failures.count < freeFailures) return;
  failures.heldUntilMs =
    nowMs + Math.min(place.longestMs, firstDelayMs * 2 ** (failures.count - freeFailures));
}

function failuresAt({ table, key }: Place, nowMs: number): Failures {
  const failures = table.get(key);
  if (failures !== undefined && (failures.running > 0 || !isForgotten(failures, nowMs))) return failures;
  return { count: 0, running: 0, lastMs: 0, heldUntilMs: 0 };
}

/** No address has a space. */
function pair(account: string, address: string): string {
  return `${address} ${account}`;
}
