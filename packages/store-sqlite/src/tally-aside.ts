/** The sums of money of a day that is set aside: as they stood then, and what the messages in memory have changed since. */
import type { Tally } from '@chappe/center';
import type { TallyRow } from './requests.ts';
import { type DayChanges, opCharge, opWidths } from './row.ts';
import { chargeSettled } from './schema.ts';

// Of `opCharge`, after opcode and table: account and price; the charge and the id at the end.
const ACCOUNT_AT = 0;
const PRICE_AT = 1;
const CHARGED_AT = 9;
const ID_AT = 10;

/** Those of one day. */
export class TallyAside {
  readonly #accounts: Map<string, Omit<Tally, 'day'>> = new Map();
  /** Messages that have ended since: a change may come twice. */
  readonly #ended: Set<number> = new Set();

  constructor(rows: readonly TallyRow[]) {
    for (const [account, messages, accepted, reserved, settled, released] of rows)
      this.#accounts.set(account, { account, messages, accepted, reserved, settled, released });
  }

  all(day: string): Tally[] {
    return [...this.#accounts.values()].map((sums) => ({ day, ...sums }));
  }

  /** Counts the messages that end by these changes. */
  follow({ values }: DayChanges): void {
    for (let at = 0; at < values.length; ) {
      const op = values[at] as number;
      const row = at + 2;
      at = row + (opWidths[op] as number);
      if (op === opCharge) this.#end(values.slice(row, at));
    }
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
