/** Places of one kind, such as readers of events, shared between callers: no account can take those of others. */
import { type Caller, callerKey } from './auth/caller.ts';

/** How many places there are. */
export interface ShareLimits {
  /** Of one account. */
  readonly each: number;
  /** Of all accounts together. */
  readonly accounts: number;
  /** Of those who run it, apart from the accounts' places. */
  readonly operators: number;
}

/** The places of one kind. Where nobody needs a key, all places are everybody's. */
export class Shares {
  readonly #limits: ShareLimits;
  readonly #taken = new Map<string, number>();
  #accounts = 0;
  #operators = 0;

  constructor(limits: ShareLimits) {
    this.#limits = limits;
  }

  /** Takes a place. Gives what gives it back, to be called once; undefined: there is none for that caller. */
  take(caller: Caller): (() => void) | undefined {
    const isAccount = caller.kind === 'account';
    const key = callerKey(caller);
    const own = this.#taken.get(key) ?? 0;
    const { each, accounts, operators } = this.#limits;
    if (isAccount && (own >= each || this.#accounts >= accounts)) return undefined;
    const rest = caller.kind === 'anybody' ? accounts + operators : operators;
    if (!isAccount && this.#operators >= rest) return undefined;
    this.#count(key, isAccount, 1);
    return () => this.#count(key, isAccount, -1);
  }

  #count(key: string, isAccount: boolean, change: number): void {
    const own = (this.#taken.get(key) ?? 0) + change;
    if (own === 0) this.#taken.delete(key);
    else this.#taken.set(key, own);
    if (isAccount) this.#accounts += change;
    else this.#operators += change;
  }
}
