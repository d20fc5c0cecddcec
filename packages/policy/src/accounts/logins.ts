/** Names and passwords that come by other doors than a bind: the same rules, the same bounded work, the same guard. */
import type { Clock } from '@chappe/smpp';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import { Credentials } from './credentials.ts';

/** Who says to be whom. */
export interface Login {
  readonly name: string;
  readonly password: string;
  /** Of the caller. */
  readonly address: string;
  readonly isTls: boolean;
}

/** `refused` says nothing about why; `busy`: too many passwords are being checked, it is to come again. */
export type LoginResult = 'in' | 'refused' | 'busy';

/** Checks logins. One object for the life of a gateway: it remembers who has guessed. */
export class Logins {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #credentials: Credentials;

  constructor(accounts: Accounts, clock: Clock) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#credentials = new Credentials(accounts, clock);
  }

  /**
   * In an open gateway everybody is who they say. Else an account that is suspended, for other networks, for TLS only or
   * for certificates takes the work of a wrong password, and is answered as one. Rejects when scrypt fails.
   */
  async check({ name, password, address, isTls }: Login): Promise<LoginResult> {
    const accounts = this.#accounts;
    if (accounts.open) {
      accounts.ensure(name);
      return 'in';
    }
    const isShut = isShutFor(accounts.get(name), address, isTls);
    const checked = await this.#credentials.check(name, password, address, isShut);
    if (checked === 'busy') return 'busy';
    // As late as if it had been tried: whether it was is nobody's business.
    if (checked === 'held') await this.#pass(this.#credentials.lastRunMs);
    // Looked up now: it may have been suspended while the password was checked.
    const account = accounts.get(name);
    if (checked !== 'right' || account === undefined || isShutFor(account, address, isTls)) return 'refused';
    this.#credentials.welcome(name, address);
    return 'in';
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(resolve, ms);
    });
  }
}

function isShutFor(account: Account | undefined, address: string, isTls: boolean): boolean {
  if (account === undefined) return false;
  const { tlsOnly, clientCertificates } = account.settings;
  if (account.suspended || account.networks?.(address) === false) return true;
  return (tlsOnly === true && !isTls) || clientCertificates !== undefined;
}
