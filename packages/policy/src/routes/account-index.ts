/** Which rules each account can reach: a table with a rule for each of a thousand customers costs a message only its own. */
import type { Reading } from './condition.ts';

// Octets that the views of all accounts may take; beyond it they are made anew, which costs some nanoseconds a rule.
const maxOctets = 16 * 1024 * 1024;

/** A rule as far as this index knows it. */
export interface IndexedRule {
  readonly disabled: boolean;
  readonly hasPrefixes: boolean;
  /** Whether its `accounts` hold the account; undefined: it has none. */
  readonly accountHolds: ((reading: Reading) => boolean) | undefined;
}

/** What one account can reach. */
export interface AccountView {
  /** Rules without prefixes, ascending. */
  readonly open: Int32Array;
  /** 1 for each rule that it can reach; undefined: all. */
  readonly allowed: Uint8Array | undefined;
}

/** The views of all accounts, each made when the account is first seen. */
export class AccountIndex {
  readonly #rules: readonly IndexedRule[];
  readonly #views = new Map<string, AccountView>();
  readonly #maxViews: number;
  /** What can be reached when accounts are left aside. */
  readonly everybody: AccountView;
  readonly #isNeeded: boolean;
  #lastAccount = '';
  #lastView: AccountView | undefined;

  constructor(rules: readonly IndexedRule[]) {
    this.#rules = rules;
    this.#isNeeded = rules.some(({ accountHolds }) => accountHolds !== undefined);
    const octetsPerRule = Int32Array.BYTES_PER_ELEMENT + 1;
    this.#maxViews = Math.max(1, Math.floor(maxOctets / (octetsPerRule * (rules.length + 1))));
    this.everybody = { open: openRules(rules, undefined), allowed: undefined };
  }

  /** The view of the account of the message. */
  of(reading: Reading): AccountView {
    if (!this.#isNeeded) return this.everybody;
    const { account } = reading.facts;
    // Messages of one account come in runs.
    if (this.#lastView !== undefined && account === this.#lastAccount) return this.#lastView;
    const view = this.#views.get(account) ?? this.#add(account, reading);
    this.#lastAccount = account;
    this.#lastView = view;
    return view;
  }

  #add(account: string, reading: Reading): AccountView {
    if (this.#views.size >= this.#maxViews) this.#views.clear();
    const allowed = new Uint8Array(this.#rules.length);
    this.#rules.forEach(({ accountHolds }, index) => {
      if (accountHolds === undefined || accountHolds(reading)) allowed[index] = 1;
    });
    const view = { open: openRules(this.#rules, allowed), allowed };
    this.#views.set(account, view);
    return view;
  }
}

function openRules(rules: readonly IndexedRule[], allowed: Uint8Array | undefined): Int32Array {
  const open: number[] = [];
  rules.forEach(({ disabled, hasPrefixes }, index) => {
    if (!disabled && !hasPrefixes && (allowed === undefined || allowed[index] === 1)) open.push(index);
  });
  return Int32Array.from(open);
}
