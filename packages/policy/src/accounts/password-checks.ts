/**
 * Checks of passwords with little work: few scrypt runs at a time, the rest waits for its turn, equal checks share one
 * run, and what has been found out is not found out again.
 *
 * A found-out password is remembered as its HMAC under a key that is no part of what is stored of an account, over the
 * hash too: a new hash forgets the old answer. Comparing such digests need not take constant time, since nobody outside
 * can make one.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { BoundedMap } from './bounded-map.ts';
import { type Derive, matches, matchesAtOnce, type PasswordHash, scryptInPool } from './password.ts';
import { Turns } from './turns.ts';

/** Asked and told about a check that costs a run; not about one whose answer is known or under way. */
export interface Gate {
  /** Its turn has come. False: it is not run, and its answer is `held`. */
  enter(): boolean;
  /** It has been run. Undefined: it could not be. */
  leave(right: boolean | undefined): void;
}

/** Who is served first: addresses that are the account's own, those that have not guessed at anything, the others. */
export type CheckRank = 'own' | 'fresh' | 'other';

/** One password to be checked. */
export interface Check {
  readonly name: string;
  readonly password: string;
  readonly hash: PasswordHash;
  readonly rank: CheckRank;
  /** Those of one rank are served in turn, by address. */
  readonly address: string;
  readonly gate: Gate;
}

/** `busy`: too many are waiting. `held`: the gate did not let it in. */
export type CheckResult = 'right' | 'wrong' | 'busy' | 'held';

// Each run takes 16 MiB and a thread of the pool, which has four.
const maxRunsAtOnce = 4;
// As many connections as a server takes, of each rank: who waits is not made to come again. 10,000 are some 10 MB.
const maxWaiting = 10_000;
// Of accounts, so peers cannot fill it: twice the sessions that a server holds.
const maxRight = 20_000;
// Of any name, so peers can: 10,000 names are about 4 MB.
const maxWrongNames = 10_000;
// A client with an old password says the same again and again; more than a few such clients is no accident.
const wrongPerName = 4;

interface Waiting {
  readonly check: Check;
  readonly digest: string;
  readonly resolve: (result: CheckResult) => void;
  readonly reject: (error: unknown) => void;
}

/** The checks of one gateway. */
export class PasswordChecks {
  readonly #derive: Derive;
  readonly #key: Uint8Array;
  readonly #right = new BoundedMap<string>(maxRight);
  readonly #wrong = new BoundedMap<readonly string[]>(maxWrongNames);
  readonly #underWay = new Map<string, Promise<CheckResult>>();
  readonly #waiting: Readonly<Record<CheckRank, Turns<Waiting>>> = {
    own: new Turns(),
    fresh: new Turns(),
    other: new Turns(),
  };
  #running = 0;

  /** `derive`: default scrypt in the thread pool. `key`: of digests; default one that ends with the process. */
  constructor(derive: Derive = scryptInPool, key: Uint8Array = randomBytes(32)) {
    this.#derive = derive;
    this.#key = key;
  }

  /** The digest of the password that was found right last; undefined: none was, or it costs nothing to find out again. */
  rightOf(name: string): string | undefined {
    return this.#right.get(name);
  }

  /** Takes up what `rightOf` gave under the same key. It counts as long as the account has the hash that it had then. */
  restoreRight(name: string, digest: string): void {
    this.#right.set(name, digest);
  }

  /** At once when the answer is known, or costs nothing. Rejects when scrypt fails. */
  check(check: Check): CheckResult | Promise<CheckResult> {
    const digest = this.#digestOf(check);
    const known = this.#recall(check.name, digest);
    if (known !== undefined) return known;
    if (check.hash.cost === undefined) return this.#atOnce(check, digest);
    // One that is served earlier does not join one that stands among those behind it.
    const key = `${check.rank} ${digest}`;
    const same = this.#underWay.get(key);
    if (same !== undefined) return same;
    const queue = this.#waiting[check.rank];
    if (queue.size >= maxWaiting) return 'busy';
    const result = new Promise<CheckResult>((resolve, reject) => {
      queue.push(check.address, { check, digest, resolve, reject });
    }).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, result);
    this.#runNext();
    return result;
  }

  #atOnce({ name, password, hash, gate }: Check, digest: string): CheckResult {
    if (!gate.enter()) return 'held';
    const right = matchesAtOnce(password, hash);
    // A right one is found out again as fast as it is remembered; a wrong one that comes again is no other guess.
    if (!right) this.#remember(name, digest, false);
    gate.leave(right);
    return right ? 'right' : 'wrong';
  }

  #runNext(): void {
    const { own, fresh, other } = this.#waiting;
    while (this.#running < maxRunsAtOnce) {
      const next = own.shift() ?? fresh.shift() ?? other.shift();
      if (next === undefined) return;
      // The same may have been found out for another address meanwhile.
      const known = this.#recall(next.check.name, next.digest);
      if (known !== undefined) next.resolve(known);
      else if (next.check.gate.enter()) this.#run(next);
      else next.resolve('held');
    }
  }

  #run({ check, digest, resolve, reject }: Waiting): void {
    this.#running += 1;
    matches(check.password, check.hash, this.#derive).then(
      (right) => {
        this.#remember(check.name, digest, right);
        this.#leave(check, right);
        resolve(right ? 'right' : 'wrong');
      },
      (error: unknown) => {
        this.#leave(check, undefined);
        reject(error);
      },
    );
  }

  #leave(check: Check, right: boolean | undefined): void {
    this.#running -= 1;
    check.gate.leave(right);
    this.#runNext();
  }

  #digestOf({ name, password, hash }: Check): string {
    const hmac = createHmac('sha256', this.#key);
    // Lengths first: no two checks give the same octets.
    return hmac.update(`${name.length} ${hash.text.length} ${name}${hash.text}${password}`).digest('base64');
  }

  #recall(name: string, digest: string): 'right' | 'wrong' | undefined {
    if (this.#right.get(name) === digest) return 'right';
    return this.#wrong.get(name)?.includes(digest) === true ? 'wrong' : undefined;
  }

  #remember(name: string, digest: string, right: boolean): void {
    if (right) this.#right.set(name, digest);
    else this.#wrong.set(name, [...(this.#wrong.get(name) ?? []).slice(1 - wrongPerName), digest]);
  }
}
