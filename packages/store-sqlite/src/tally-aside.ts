/** The sums of money of a day that is set aside: as they stood then, and what the messages in memory have changed since. */
import type { Tally } from '@chappe/center';
import type { TallyRow } from './requests.ts';
import { type Operation, opCharge, opInsert, opNew } from './row.ts';
import { chargeOpen, chargeSettled, columns } from './schema.ts';

// Of `opCharge`: account and price; the charge and the id at the end.
const ACCOUNT_AT = 0;
const PRICE_AT = 1;
const CHARGED_AT = 9;
const ID_AT = 10;
// Of a whole row.
const accountAt = columns.indexOf('account');
const priceAt = columns.indexOf('price');
const chargedAt = columns.indexOf('charged');

/** Those of one day. */
export class TallyAside {
  readonly #accounts: Map<string, Omit<Tally, 'day'>> = new Map();
  /** Messages that have begun since: they may come twice. */
  readonly #begun: Set<number> = new Set();
  /** Messages that have ended since: a change may come twice. */
  readonly #ended: Set<number> = new Set();

  constructor(rows: readonly TallyRow[]) {
    for (const [account, messages, accepted, reserved, settled, released] of rows)
      this.#accounts.set(account, { account, messages, accepted, reserved, settled, released });
  }

  all(day: string): Tally[] {
    return [...this.#accounts.values()].map((sums) => ({ day, ...sums }));
  }

  /** Counts the messages that begin or end by them. */
  follow(operations: readonly Operation[]): void {
    for (const { op, values } of operations) {
      if (op === opCharge) this.#end(values);
      else if ((op === opInsert || op === opNew) && (values[priceAt] as number) > 0) this.#begin(values);
    }
  }

  /** A message that was acknowledged, and was not in the file yet. */
  #begin(row: readonly unknown[]): void {
    const id = row[0] as number;
    if (this.#begun.has(id)) return;
    this.#begun.add(id);
    const account = row[accountAt] as string;
    const price = row[priceAt] as number;
    const charged = row[chargedAt] as number;
    const none = { account, messages: 0, accepted: 0, reserved: 0, settled: 0, released: 0 };
    const sums = this.#accounts.get(account) ?? none;
    const part = (isSo: boolean): number => (isSo ? price : 0);
    this.#accounts.set(account, {
      account,
      messages: sums.messages + 1,
      accepted: sums.accepted + price,
      reserved: sums.reserved + part(charged === chargeOpen),
      settled: sums.settled + part(charged === chargeSettled),
      released: sums.released + part(charged !== chargeOpen && charged !== chargeSettled),
    });
  }

  #end(row: readonly unknown[]): void {
    const id = row[ID_AT] as number;
    const sums = this.#accounts.get(row[ACCOUNT_AT] as string);
    if (sums === undefined || this.#ended.has(id)) return;
    this.#ended.add(id);
    const price = row[PRICE_AT] as number;
    const isSettled = row[CHARGED_AT] === chargeSettled;
    this.#accounts.set(sums.account, {
      ...sums,
      reserved: sums.reserved - price,
      settled: sums.settled + (isSettled ? price : 0),
      released: sums.released + (isSettled ? 0 : price),
    });
  }
}
