/** Names and passwords from the network: checked with guesses slowed down, by whatever door they came. */
import type { Clock } from '@chappe/smpp';
import type { Accounts } from './accounts.ts';
import { type Guess, Guesses } from './guesses.ts';
import { addressKey } from './networks.ts';
import type { CheckResult, Gate } from './password-checks.ts';

/** One check at a time in the life of a gateway: it remembers who has guessed, and who has been right. */
export class Credentials {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #guesses = new Guesses();

  constructor(accounts: Accounts, clock: Clock) {
    this.#accounts = accounts;
    this.#clock = clock;
  }

  /**
   * Checks a name and password that came from an address; at once when the answer is known. `held`: too many wrong
   * ones have come from there or for that name; it was not tried. `busy`: too many checks are waiting. Unknown names
   * and wrong passwords take the same work. Rejects when scrypt fails.
   */
  check(name: string, password: string, address: string): CheckResult | Promise<CheckResult> {
    const isListed = this.#accounts.get(name)?.networks?.(address) === true;
    const guess: Guess = { account: name, address: addressKey(address), isListed };
    // Before anything is looked up: what is known must not answer guesses faster than they are allowed.
    if (this.#guesses.isHeld(guess, this.#clock.monotonicMs())) return 'held';
    const result = this.#accounts.check(name, password, this.#guesses.isOwn(guess), this.#gateOf(guess));
    return typeof result === 'string'
      ? this.#welcomed(guess, result)
      : result.then((late) => this.#welcomed(guess, late));
  }

  #gateOf(guess: Guess): Gate {
    let end: ReturnType<Guesses['begin']>;
    return {
      enter: () => {
        end = this.#guesses.begin(guess, this.#clock.monotonicMs());
        return end !== undefined;
      },
      leave: (right) => end?.(right, this.#clock.monotonicMs()),
    };
  }

  #welcomed(guess: Guess, result: CheckResult): CheckResult {
    if (result === 'right') this.#guesses.welcome(guess);
    return result;
  }
}
