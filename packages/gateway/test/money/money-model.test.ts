// The ledger against a simple model that remembers every message and entry for ever: whatever is accepted, refused,
// ended, credited, forgotten and crashed, every balance and cap is what the model says, and verify finds nothing.
import { type ControlStore, MemoryControl } from '@chappe/center';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CreditSettings } from '../../../policy/src/settings/account.ts';
import type { ReserveResult } from '../../src/money/account-credit.ts';
import { Ledger } from '../../src/money/ledger.ts';
import { Books, type Row } from './books.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const settings: Readonly<Record<string, CreditSettings | undefined>> = {
  pre: { mode: 'prepaid', perDay: 500 },
  post: { mode: 'postpaid', limit: 300, perMonth: 900 },
  free: undefined,
};
const accounts = Object.keys(settings);
const account = fc.constantFrom(...accounts);

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('accept' as const),
      account,
      price: fc.constantFrom(0, 1, 7, 50),
      segments: fc.integer({ min: 1, max: 4 }),
      // What becomes of it: stored; refused by the store; the process ends before or after the commit.
      fate: fc.constantFrom('stored', 'stored', 'stored', 'stored', 'refused', 'crash before', 'crash after'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      pick: fc.nat(),
      charged: fc.boolean(),
      fate: fc.constantFrom('told', 'told', 'told', 'told', 'crash after'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('credit' as const),
      account,
      amount: fc.integer({ min: -100, max: 400 }).filter((amount) => amount !== 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('forget' as const),
      keepDays: fc.nat(3),
      fate: fc.constantFrom('done', 'done', 'crash before', 'crash after one', 'no'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(2 * DAY_MS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Everything that ever happened, and sums over all of it. */
class Model {
  readonly rows: Row[] = [];
  readonly entries: { readonly account: string; readonly amount: number }[] = [];

  #sum(account: string, counts: (row: Row) => boolean): number {
    return this.rows
      .filter((row) => row.account === account && counts(row))
      .reduce((sum, { price }) => sum + price, 0);
  }

  balance(account: string): number {
    const entered = this.entries
      .filter((one) => one.account === account)
      .reduce((sum, { amount }) => sum + amount, 0);
    return entered - this.#sum(account, ({ state }) => state !== 'released');
  }

  reserved(account: string): number {
    return this.#sum(account, ({ state }) => state === 'reserved');
  }

  /** Of the days that begin like this: `2026-03` is a month. */
  spent(account: string, days: string): number {
    return this.#sum(
      account,
      (row) => row.state !== 'released' && new Date(row.acceptedMs).toISOString().startsWith(days),
    );
  }

  decide(account: string, total: number, nowMs: number): ReserveResult {
    const {
      mode,
      limit = Number.POSITIVE_INFINITY,
      perDay,
      perMonth,
    } = settings[account] ?? { mode: 'postpaid' };
    const now = new Date(nowMs).toISOString();
    if (total === 0) return 'ok';
    if (this.balance(account) - total < (mode === 'prepaid' ? 0 : -limit)) return 'no-credit';
    if (this.spent(account, now.slice(0, 10)) + total > (perDay ?? Number.POSITIVE_INFINITY))
      return 'day-cap';
    if (this.spent(account, now.slice(0, 7)) + total > (perMonth ?? Number.POSITIVE_INFINITY))
      return 'month-cap';
    return 'ok';
  }
}

/** The ledger over a store of messages, with crashes. */
class System {
  readonly model = new Model();
  readonly books = new Books();
  readonly control: ControlStore = new MemoryControl();
  ledger!: Ledger;
  // Near the end of a month.
  nowMs: number = Date.UTC(2026, 2, 29, 18);

  async open(): Promise<void> {
    this.ledger = await Ledger.open(this.control, this.books.tallies, this.nowMs);
    for (const name of accounts) this.ledger.account(name).configure(settings[name]);
  }

  async run(one: Action): Promise<void> {
    if (one.do === 'wait') this.nowMs += one.ms;
    else if (one.do === 'crash') await this.open();
    else if (one.do === 'accept') await this.#accept(one);
    else if (one.do === 'end') await this.#end(one);
    else if (one.do === 'forget') await this.#forget(one);
    else {
      await this.ledger.credit(
        { account: one.account, amount: one.amount, kind: 'adjustment', by: 'x' },
        this.nowMs,
      );
      this.model.entries.push(one);
    }
  }

  async #accept(one: Extract<Action, { do: 'accept' }>): Promise<void> {
    const credit = this.ledger.account(one.account);
    const decision = credit.reserve(one.price, one.segments, this.nowMs);
    expect(decision).toBe(this.model.decide(one.account, one.price * one.segments, this.nowMs));
    if (decision !== 'ok') return;
    if (one.fate === 'refused') credit.release(one.price, one.segments, this.nowMs);
    if (one.fate === 'stored' || one.fate === 'crash after') {
      for (let segment = 0; segment < one.segments; segment += 1)
        this.model.rows.push(this.books.insert(one.account, one.price, this.nowMs));
    }
    if (one.fate === 'crash before' || one.fate === 'crash after') await this.open();
  }

  async #end(one: Extract<Action, { do: 'end' }>): Promise<void> {
    const open = this.books.rows.filter(({ state }) => state === 'reserved');
    const row = open[one.pick % Math.max(1, open.length)];
    if (row === undefined) return;
    this.books.end(row, one.charged);
    if (one.fate === 'told') this.ledger.account(row.account).settle(row.price, one.charged, row.acceptedMs);
    else await this.open();
  }

  async #forget(one: Extract<Action, { do: 'forget' }>): Promise<void> {
    const before = new Date(this.nowMs - one.keepDays * DAY_MS).toISOString().slice(0, 10);
    const tallies = this.books.forgettable(before);
    await this.ledger.carryForward(tallies);
    const days = [...new Set(tallies.map(({ day }) => day))].sort();
    if (one.fate === 'done') this.books.forget(new Set(days));
    if (one.fate === 'crash after one') this.books.forget(new Set(days.slice(0, 1)));
    if (one.fate !== 'done' && one.fate !== 'no') await this.open();
  }

  async check(): Promise<void> {
    const now = new Date(this.nowMs).toISOString();
    for (const name of accounts) {
      const credit = this.ledger.account(name);
      expect(this.ledger.balance(name)).toBe(this.model.balance(name));
      expect(credit.reserved).toBe(this.model.reserved(name));
      expect(credit.spentDay(this.nowMs)).toBe(this.model.spent(name, now.slice(0, 10)));
      expect(credit.spentMonth(this.nowMs)).toBe(this.model.spent(name, now.slice(0, 7)));
    }
    expect(await this.ledger.verify(this.books.recount)).toEqual([]);
  }

  /** Entries and days of statements, forgotten ones included, add up to the balances. */
  async checkStatements(): Promise<void> {
    for (const name of accounts) {
      let sum = 0;
      let after: string | undefined;
      do {
        const page = await this.ledger.statement(name, { after, limit: 3 });
        for (const line of page.lines)
          sum += line.kind === 'entry' ? line.entry.amount : -(line.day.settled + line.day.reserved);
        after = page.next;
      } while (after !== undefined);
      expect(sum).toBe(this.model.balance(name));
    }
  }
}

test('money adds up whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 60, size: 'max' }), async (actions) => {
      const system = new System();
      await system.open();
      for (const one of actions) {
        await system.run(one);
        await system.check();
      }
      await system.checkStatements();
    }),
    { numRuns: 100 },
  );
});
