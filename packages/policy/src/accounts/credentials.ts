/** Names and passwords from the network: checked with guesses slowed down, by whatever door they came. */
import { addressKey, type Clock } from '@chappe/smpp';
import type { Accounts } from './accounts.ts';
import type { BindMemory } from './bind-memory.ts';
import { type Guess, LoginFailures } from './login-failures.ts';
import type { CheckRank, CheckResult, Gate } from './password-checks.ts';

/** One check at a time in the life of a gateway: it remembers who has guessed, and who has been right. */
export class Credentials {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #memory: BindMemory | undefined;
  readonly #guesses = new LoginFailures();
  #lastRunMs = 0;

  /** `memory`: what was known before the process began. */
  constructor(accounts: Accounts, clock: Clock, memory?: BindMemory) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#memory = memory;
    for (const { account, address } of memory?.known() ?? []) this.#guesses.welcome({ account, address });
  }

  /** How long the last check took that had to be made, milliseconds. */
  get lastRunMs(): number {
    return this.#lastRunMs;
  }

  /**
   * Checks a name and password that came from an address; at once when the answer is known. `isShut`: no password of
   * that account is right now; then it is treated like the name of nobody. `held`: too many wrong ones have come from
   * there or for that name; it was not tried. `busy`: too many checks are waiting. Unknown names and wrong passwords take
   * the same work. Rejects when scrypt fails.
   */
  check(
    name: string,
    password: string,
    address: string,
    isShut: boolean,
  ): CheckResult | Promise<CheckResult> {
    const guess = this.#guessOf(name, address);
    const nowMs = this.#clock.monotonicMs();
    // Before anything is looked up: what is known must not answer guesses faster than they are allowed.
    if (this.#guesses.isHeld(guess, nowMs)) return 'held';
    const rank: CheckRank = this.#guesses.isOwn(guess)
      ? 'own'
      : this.#guesses.isFresh(guess, nowMs)
        ? 'fresh'
        : 'other';
    const gate = this.#gateOf(guess);
    return this.#accounts.check({ name, password, rank, address: guess.address, gate }, isShut);
  }

  /** Somebody was let in: the address is one of the account's own from now on. */
  welcome(name: string, address: string): void {
    const guess = this.#guessOf(name, address);
    this.#guesses.welcome(guess);
    this.#memory?.note(name, this.#guesses.knownOf(name));
  }

  /** Whether more wrong passwords have come from an address, under whatever names, than somebody mistypes. */
  hasGuessed(address: string): boolean {
    return this.#guesses.hasGuessed(addressKey(address), this.#clock.monotonicMs());
  }

  #guessOf(account: string, address: string): Guess {
    const isListed = this.#accounts.get(account)?.isListed(address) === true;
    return { account, address: addressKey(address), isListed };
  }

  #gateOf(guess: Guess): Gate {
    let end: ReturnType<LoginFailures['begin']>;
    let sinceMs = 0;
    return {
      enter: () => {
        sinceMs = this.#clock.monotonicMs();
        end = this.#guesses.begin(guess, sinceMs);
        return end !== undefined;
      },
      leave: (right) => {
        const nowMs = this.#clock.monotonicMs();
        this.#lastRunMs = nowMs - sinceMs;
        end?.(right, nowMs);
      },
    };
  }
}
