/** A message store as far as money goes: rows, and tallies that are kept beside them as triggers do. */
import type { Tally } from '@chappe/center';

/** One stored message. */
export interface Row {
  readonly account: string;
  readonly price: number;
  readonly acceptedMs: number;
  state: 'reserved' | 'settled' | 'released';
}

/** Rows by day, with tallies. */
export class Books {
  rows: Row[] = [];
  readonly #kept: Map<string, Tally> = new Map();

  insert(account: string, price: number, acceptedMs: number): Row {
    const row: Row = { account, price, acceptedMs, state: 'reserved' };
    this.rows.push(row);
    this.#move(row, { messages: 1, accepted: price, reserved: price });
    return row;
  }

  end(row: Row, charged: boolean): void {
    row.state = charged ? 'settled' : 'released';
    this.#move(row, { reserved: -row.price, [row.state]: row.price });
  }

  /** Days before `day` without unfinished rows. */
  forgettable(day: string): Tally[] {
    const days = new Set(this.rows.map(dayOf).filter((one) => one < day));
    for (const row of this.rows) if (row.state === 'reserved') days.delete(dayOf(row));
    return this.#tallies().filter((tally) => days.has(tally.day));
  }

  forget(days: ReadonlySet<string>): void {
    this.rows = this.rows.filter((row) => !days.has(dayOf(row)));
    for (const [key, { day }] of this.#kept) if (days.has(day)) this.#kept.delete(key);
  }

  /** Breaks a tally, as a mistake would. */
  spoil(day: string, account: string, change: Partial<Tally>): void {
    const key = `${day}/${account}`;
    const tally = this.#kept.get(key);
    if (tally === undefined) throw new Error(`no tally ${key}`);
    this.#kept.set(key, { ...tally, ...change });
  }

  readonly tallies = async (): Promise<readonly Tally[]> => this.#tallies();

  readonly recount = async (): Promise<readonly Tally[]> => {
    const counted = new Map<string, Tally>();
    for (const row of this.rows) {
      const key = `${dayOf(row)}/${row.account}`;
      const one = counted.get(key) ?? empty(row);
      counted.set(key, {
        ...one,
        messages: one.messages + 1,
        accepted: one.accepted + row.price,
        [row.state]: one[row.state] + row.price,
      });
    }
    return [...counted.values()];
  };

  #tallies(): Tally[] {
    return [...this.#kept.values()].map((tally) => ({ ...tally }));
  }

  #move(
    row: Row,
    change: Partial<Record<'messages' | 'accepted' | 'reserved' | 'settled' | 'released', number>>,
  ): void {
    const key = `${dayOf(row)}/${row.account}`;
    const one = this.#kept.get(key) ?? empty(row);
    this.#kept.set(key, {
      ...one,
      messages: one.messages + (change.messages ?? 0),
      accepted: one.accepted + (change.accepted ?? 0),
      reserved: one.reserved + (change.reserved ?? 0),
      settled: one.settled + (change.settled ?? 0),
      released: one.released + (change.released ?? 0),
    });
  }
}

function dayOf({ acceptedMs }: Row): string {
  return new Date(acceptedMs).toISOString().slice(0, 10);
}

function empty(row: Row): Tally {
  return {
    day: dayOf(row),
    account: row.account,
    messages: 0,
    accepted: 0,
    reserved: 0,
    settled: 0,
    released: 0,
  };
}
