/**
 * Slows the guessing of passwords. Wrong passwords are counted for the account and for the address; after five, the
 * next is tried only after a delay that doubles from 1 s to 60 s, one at a time. An address that is the account's own
 * (in its `allowFrom`, or one that the right password has come from) is counted by itself, so that guesses from
 * elsewhere never keep the owner out. Names that nobody has are counted like accounts: nothing tells them apart.
 */
import { BoundedMap } from './bounded-map.ts';

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
}

/** Somebody may mistype; more is a guess. */
const freeFailures = 5;
const firstDelayMs = 1_000;
const maxDelayMs = 60_000;
// Longer than the longest delay: waiting that long is no faster than guessing on.
const forgetAfterMs = 15 * 60_000;
// To make room for one more try, a guesser must fail under as many other names from as many other addresses; each
// costs a run of scrypt, and all of them take longer than the longest delay.
const maxCounted = 10_000;
// Only right passwords fill it: twice the sessions that a server holds.
const maxKnown = 20_000;

/** The failures of all accounts and addresses. Times are monotonic milliseconds. */
export class Guesses {
  readonly #accounts = new BoundedMap<Failures>(maxCounted);
  readonly #addresses = new BoundedMap<Failures>(maxCounted);
  /** Failures of an account from addresses of its own. */
  readonly #own = new BoundedMap<Failures>(maxCounted);
  /** Accounts and addresses that a right password has come from. */
  readonly #known = new BoundedMap<true>(maxKnown);

  /** Whether the address is the account's own. */
  isOwn({ account, address, isListed }: Guess): boolean {
    return isListed || this.#known.has(pair(account, address));
  }

  /** Whether this one has to wait. */
  isHeld(guess: Guess, nowMs: number): boolean {
    return this.#places(guess).some(({ table, key }) => isHeld(table.get(key), nowMs));
  }

  /** Begins a try; undefined: it has to wait. Every try that has begun is to be ended, by what is returned. */
  begin(guess: Guess, nowMs: number): EndTry | undefined {
    if (this.isHeld(guess, nowMs)) return undefined;
    const begun = this.#places(guess).map(({ table, key }) => {
      const failures = remembered(table.get(key), nowMs) ?? {
        count: 0,
        running: 0,
        lastMs: 0,
        heldUntilMs: 0,
      };
      failures.running += 1;
      failures.lastMs = nowMs;
      table.set(key, failures);
      return { table, key, failures };
    });
    return (right, endMs) => {
      for (const { table, key, failures } of begun) {
        failures.running -= 1;
        if (right === false) {
          fail(failures, endMs);
          // It may have been pushed out of a full table meanwhile.
          table.set(key, failures);
        } else if (failures.count === 0 && failures.running === 0) table.delete(key);
      }
    };
  }

  /** A right password has come: the address is one of the account's own from now on, with no failure. */
  welcome({ account, address }: Guess): void {
    const key = pair(account, address);
    this.#known.set(key, true);
    this.#own.delete(key);
  }

  #places(guess: Guess): readonly Place[] {
    const { account, address } = guess;
    if (this.isOwn(guess)) return [{ table: this.#own, key: pair(account, address) }];
    return [
      { table: this.#accounts, key: account },
      { table: this.#addresses, key: address },
    ];
  }
}

function isHeld(failures: Failures | undefined, nowMs: number): boolean {
  if (failures === undefined || failures.count < freeFailures || nowMs - failures.lastMs >= forgetAfterMs)
    return false;
  return failures.running > 0 || nowMs < failures.heldUntilMs;
}

function remembered(failures: Failures | undefined, nowMs: number): Failures | undefined {
  if (failures === undefined || failures.running > 0) return failures;
  return nowMs - failures.lastMs >= forgetAfterMs ? undefined : failures;
}

function fail(failures: Failures, nowMs: number): void {
  failures.count += 1;
  failures.lastMs = nowMs;
  if (failures.count < freeFailures) return;
  failures.heldUntilMs = nowMs + Math.min(maxDelayMs, firstDelayMs * 2 ** (failures.count - freeFailures));
}

/** No address has a space. */
function pair(account: string, address: string): string {
  return `${address} ${account}`;
}
