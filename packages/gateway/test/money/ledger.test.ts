import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tally } from '@chappe/center';
import { CenterError, type ControlStore, MemoryControl } from '@chappe/center';
import { SimulatedClock } from '@chappe/smpp';
import { SqliteControl } from '@chappe/store-sqlite';
import { describe, expect, test, vi } from 'vitest';
import { Ledger } from '../../src/money/ledger.ts';
import type { CreditRequest } from '../../src/money/ledger-entry.ts';
import { Books } from './books.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const noon = Date.UTC(2026, 2, 10, 12);

const topUp = (amount: number, account = 'acme'): CreditRequest => ({
  account,
  amount,
  kind: 'top-up',
  by: 'kim',
});

interface Rig {
  readonly control: ControlStore;
  readonly books: Books;
  open(nowMs?: number): Promise<Ledger>;
}

function rig(control: ControlStore = new MemoryControl()): Rig {
  const books = new Books();
  return { control, books, open: (nowMs = noon) => Ledger.open(control, books.tallies, nowMs) };
}

/** A message through ledger and store. */
function spend(
  ledger: Ledger,
  books: Books,
  price: number,
  atMs: number,
  charged?: boolean,
  account = 'acme',
): void {
  expect(ledger.account(account).reserve(price, 1, atMs)).toBe('ok');
  const row = books.insert(account, price, atMs);
  if (charged === undefined) return;
  books.end(row, charged);
  ledger.account(account).settle(price, charged, atMs);
}

function tally(day: string, account: string, settled: number, released = 0): Tally {
  return { day, account, messages: 1, accepted: settled + released, reserved: 0, settled, released };
}

describe('entries', () => {
  test('count when they are stored, and after a restart', async () => {
    const { control, open } = rig();
    const ledger = await open();
    expect(ledger.balance('acme')).toBe(0);
    const entry = await ledger.credit({ ...topUp(5_000), note: 'invoice 7' }, noon);
    expect(entry).toEqual({ ...topUp(5_000), note: 'invoice 7', at: '2026-03-10T12:00:00.000Z-0000' });
    await ledger.credit({ account: 'acme', amount: -1_000, kind: 'correction', by: 'kim' }, noon + 1);
    expect(ledger.balance('acme')).toBe(4_000);
    expect((await open()).balance('acme')).toBe(4_000);
    expect((await control.list('ledger')).map(({ key }) => key)).toEqual([
      '2026-03-10T12:00:00.000Z-0000',
      '2026-03-10T12:00:00.001Z-0000',
    ]);
  });

  test('of one millisecond all have their place, also after a restart with the clock set back', async () => {
    const { open } = rig();
    const ledger = await open();
    await Promise.all([1, 2, 3, 4].map((amount) => ledger.credit(topUp(amount), noon)));
    await ledger.credit(topUp(5), noon + 5);
    await ledger.credit(topUp(6), noon);
    const again = await open();
    await again.credit(topUp(7), noon);
    const { lines } = await again.statement('acme');
    expect(lines.map(({ at }) => at.slice(-9))).toEqual([
      '000Z-0000',
      '000Z-0001',
      '000Z-0002',
      '000Z-0003',
      '000Z-0004',
      '000Z-0005',
      '005Z-0000',
    ]);
    expect((await open()).balance('acme')).toBe(28);
  });

  const bad: readonly (readonly [Partial<CreditRequest>, RegExp])[] = [
    [{ account: '' }, /account/],
    [{ account: 'x'.repeat(65) }, /account/],
    [{ amount: 0 }, /amount 0 .*other than 0/],
    [{ amount: 0.5 }, /amount 0.5/],
    [{ amount: Number.NaN }, /amount NaN/],
    [{ amount: 2 ** 53 }, /amount/],
    [{ amount: -1 }, /top-up is above 0: .*correction/],
    [{ kind: 'refund', amount: -1 }, /refund is above 0/],
    [{ kind: 'gift' as 'refund' }, /"gift" is not known: use top-up, adjustment, refund, correction/],
    [{ note: 'x'.repeat(501) }, /note has 501/],
    [{ by: '' }, /by must name/],
    [{ by: 'x'.repeat(101) }, /by must name/],
  ];
  test.each(bad)('%o is refused and leaves nothing', async (change, message) => {
    const { control, open } = rig();
    const ledger = await open();
    const entry = ledger.credit({ ...topUp(1), ...change }, noon);
    await expect(entry).rejects.toThrow(RangeError);
    await expect(entry).rejects.toThrow(message);
    expect(await control.list('ledger')).toEqual([]);
  });

  test('may bring a balance to the last exact number and not beyond, reservations included', async () => {
    const max = Number.MAX_SAFE_INTEGER;
    const { books, open } = rig();
    const ledger = await open();
    await ledger.credit(topUp(max - 1), noon);
    spend(ledger, books, 10, noon);
    await expect(ledger.credit(topUp(2), noon)).rejects.toThrow(/beyond/);
    await ledger.credit(topUp(1), noon);
    expect(ledger.balance('acme')).toBe(max - 10);
    await ledger.credit({ account: 'low', amount: -max, kind: 'adjustment', by: 'kim' }, noon);
    const lower = { account: 'low', amount: -1, kind: 'adjustment', by: 'kim' } as const;
    await expect(ledger.credit(lower, noon)).rejects.toThrow(/beyond/);
    expect((await open()).balance('low')).toBe(-max);
  });

  test('that the store refuses change nothing, and the next one is made', async () => {
    const { control, books } = rig();
    let broken = true;
    const failing: ControlStore = {
      get: (kind, key) => control.get(kind, key),
      list: (kind, range) => control.list(kind, range),
      write: (changes) =>
        broken
          ? Promise.reject(new CenterError('CHAPPE_STORE_DISK_FULL', 'no room'))
          : control.write(changes),
      revision: () => control.revision(),
      watch: (listener, after) => control.watch(listener, after),
      close: () => control.close(),
    };
    const ledger = await Ledger.open(failing, books.tallies, noon);
    await expect(ledger.credit(topUp(5), noon)).rejects.toMatchObject({ code: 'CHAPPE_STORE_DISK_FULL' });
    expect(ledger.balance('acme')).toBe(0);
    broken = false;
    await ledger.credit(topUp(5), noon);
    expect(ledger.balance('acme')).toBe(5);
  });

  const unreadable: readonly (readonly [string, string, string])[] = [
    ['ledger', '2026-03-01T00:00:00.000Z-0000', '{"account":"acme","amount":"5","kind":"top-up"}'],
    ['ledger', '2026-03-01T00:00:00.000Z-0000', '{"account":"acme","amount":5,"kind":"gift"}'],
    ['ledger', '2026-03-01T00:00:00.000Z-0000', 'null'],
    ['ledger', '2026-03-01T00:00:00.000Z-0000', '{"acc'],
    ['ledger-day', '2026-03-01/acme', '{"messages":1,"accepted":5}'],
    ['ledger-day', '2026-03-01', '{"messages":1,"accepted":5,"settled":5,"released":0}'],
  ];
  test.each(unreadable)('%s %s as %s: the ledger does not open on it', async (kind, key, value) => {
    const { control, open } = rig();
    await control.write([{ kind, key, value }]);
    await expect(open()).rejects.toMatchObject({
      code: 'CHAPPE_STORE_DAMAGED',
      message: expect.stringMatching(new RegExp(`${kind} ${key} .*backup`)),
    });
  });
});

describe('opening', () => {
  test('balance, caps and reservations are those of entries and tallies', async () => {
    const { books, open } = rig();
    const before = await open();
    await before.credit(topUp(1_000), noon);
    spend(before, books, 5, Date.UTC(2026, 1, 28), true);
    spend(before, books, 10, Date.UTC(2026, 2, 1), true);
    spend(before, books, 20, noon - DAY_MS);
    spend(before, books, 40, noon, false);
    spend(before, books, 80, noon, true);
    spend(before, books, 160, noon);
    spend(before, books, 7, noon, true, 'other');
    const after = await open();
    expect(after.account('acme')).toMatchObject({ balance: 725, reserved: 180 });
    expect(after.account('acme').spentDay(noon)).toBe(240);
    expect(after.account('acme').spentMonth(noon)).toBe(270);
    expect(after.balance('other')).toBe(-7);
    expect(after.account('nobody').balance).toBe(0);
    expect(await after.verify(books.recount)).toEqual([]);
  });

  test('turnover may pass what one number holds; a balance may not', async () => {
    const big = 9_000_000_000_000_000;
    const { control, open } = rig();
    const ledger = await open();
    for (const day of ['2026-01-01', '2026-01-02', '2026-01-03']) {
      await ledger.carryForward([tally(day, 'acme', big)]);
    }
    const write = (at: string): Promise<void> =>
      control.write([{ kind: 'ledger', key: at, value: JSON.stringify({ ...topUp(big), note: '' }) }]);
    for (const at of ['1', '2', '3']) await write(at);
    expect((await open()).balance('acme')).toBe(0);
    await write('4');
    expect((await open()).balance('acme')).toBe(big);
    await write('5');
    await expect(open()).rejects.toMatchObject({ code: 'CHAPPE_STORE_DAMAGED' });
  });
});

describe('forgotten days', () => {
  const days = new Set(['2026-03-01', '2026-03-02']);

  async function spent(): Promise<Rig & { readonly ledger: Ledger }> {
    const one = rig();
    const ledger = await one.open(Date.UTC(2026, 2, 1));
    await ledger.credit(topUp(1_000), Date.UTC(2026, 2, 1));
    spend(ledger, one.books, 100, Date.UTC(2026, 2, 1, 5), true);
    spend(ledger, one.books, 30, Date.UTC(2026, 2, 1, 6), false);
    spend(ledger, one.books, 200, Date.UTC(2026, 2, 2), true);
    spend(ledger, one.books, 9, Date.UTC(2026, 2, 2), true, 'a/b');
    spend(ledger, one.books, 0, Date.UTC(2026, 2, 2), true, 'free');
    spend(ledger, one.books, 40, noon, true);
    return { ...one, ledger };
  }

  test('are carried forward: balance and month stay', async () => {
    const { books, control, ledger, open } = await spent();
    await ledger.carryForward(books.forgettable('2026-03-03'));
    books.forget(days);
    expect((await control.list('ledger-day')).map(({ key }) => key)).toEqual([
      '2026-03-01/acme',
      '2026-03-02/a/b',
      '2026-03-02/acme',
    ]);
    for (const one of [ledger, await open()]) {
      expect(one.balance('acme')).toBe(660);
      expect(one.balance('a/b')).toBe(-9);
      expect(one.account('acme').spentMonth(noon)).toBe(340);
      expect(one.account('acme').spentDay(noon)).toBe(40);
      expect(await one.verify(books.recount)).toEqual([]);
    }
  });

  test('count once when the process ends between carrying forward and forgetting', async () => {
    const { books, ledger, open } = await spent();
    await ledger.carryForward(books.forgettable('2026-03-03'));
    const again = await open();
    expect(again.balance('acme')).toBe(660);
    expect(again.account('acme').spentMonth(noon)).toBe(340);
    expect(await again.verify(books.recount)).toEqual([]);
    await again.carryForward(books.forgettable('2026-03-03'));
    books.forget(new Set(['2026-03-01']));
    expect((await open()).balance('acme')).toBe(660);
    books.forget(days);
    expect((await open()).balance('acme')).toBe(660);
    expect(await again.verify(books.recount)).toEqual([]);
  });

  test('with a message that has not ended stay: the call is refused and keeps nothing', async () => {
    const { books, control, ledger } = await spent();
    const open = { ...tally('2026-03-01', 'acme', 5), reserved: 1, accepted: 6 };
    await expect(ledger.carryForward([tally('2026-02-01', 'acme', 5), open])).rejects.toMatchObject({
      code: 'CHAPPE_STORE_FAILED',
      message: expect.stringContaining('2026-03-01'),
    });
    expect(await control.list('ledger-day')).toEqual([]);
    expect(await ledger.verify(books.recount)).toEqual([]);
  });

  test('a month is whole even when most of its days are forgotten', async () => {
    const { books, ledger, open } = await spent();
    await ledger.carryForward(books.forgettable('2026-03-03'));
    books.forget(days);
    const again = await open();
    again.account('acme').configure({ mode: 'postpaid', perMonth: 350 });
    expect(again.account('acme').reserve(11, 1, noon)).toBe('month-cap');
    expect(again.account('acme').reserve(10, 1, noon)).toBe('ok');
  });
});

describe('statement', () => {
  async function year(): Promise<Rig & { readonly ledger: Ledger }> {
    const one = rig();
    const ledger = await one.open();
    await ledger.credit(topUp(500), Date.UTC(2026, 2, 1, 8));
    await ledger.credit(topUp(1, 'other'), Date.UTC(2026, 2, 1, 9));
    spend(ledger, one.books, 100, Date.UTC(2026, 2, 1, 23), true);
    spend(ledger, one.books, 3, Date.UTC(2026, 2, 1, 23), true, 'other');
    spend(ledger, one.books, 20, Date.UTC(2026, 2, 2, 1), false);
    await ledger.carryForward(one.books.forgettable('2026-03-03'));
    one.books.forget(new Set(['2026-03-01', '2026-03-02']));
    await ledger.credit({ ...topUp(100), kind: 'refund', note: 'sorry' }, Date.UTC(2026, 2, 3));
    spend(ledger, one.books, 7, Date.UTC(2026, 2, 3), true);
    spend(ledger, one.books, 8, Date.UTC(2026, 2, 3));
    return { ...one, ledger };
  }

  const all = [
    '2026-03-01T08:00:00.000Z-0000',
    '2026-03-01T24',
    '2026-03-02T24',
    '2026-03-03T00:00:00.000Z-0000',
    '2026-03-03T24',
  ];

  test('lists entries and the sum of each day at its end, forgotten or not, of that account only', async () => {
    const { ledger } = await year();
    const { lines, next } = await ledger.statement('acme');
    expect(next).toBeUndefined();
    expect(lines).toEqual([
      { kind: 'entry', at: all[0], entry: { ...topUp(500), note: '', at: all[0] } },
      { kind: 'day', at: all[1], closed: true, day: tally('2026-03-01', 'acme', 100) },
      { kind: 'day', at: all[2], closed: true, day: tally('2026-03-02', 'acme', 0, 20) },
      { kind: 'entry', at: all[3], entry: { ...topUp(100), kind: 'refund', note: 'sorry', at: all[3] } },
      {
        kind: 'day',
        at: all[4],
        closed: false,
        day: { ...tally('2026-03-03', 'acme', 7), messages: 2, accepted: 15, reserved: 8 },
      },
    ]);
    expect((await ledger.statement('nobody')).lines).toEqual([]);
  });

  const ranges: readonly (readonly [{ after?: string; before?: string }, number, number])[] = [
    [{ after: '2026-03-01', before: '2026-03-02' }, 0, 2],
    [{ after: '2026-03-02' }, 2, 5],
    [{ before: '2026-03-03' }, 0, 3],
    [{ after: '2026-03', before: '2026-04' }, 0, 5],
    [{ after: '2026-03-01T08:00:00.000Z-0000' }, 1, 5],
    [{ after: '2026-03-01T24' }, 2, 5],
    [{ before: '2026-03-01T24' }, 0, 1],
    [{ before: '2026-03-02T10:00:00.000Z' }, 0, 2],
    [{ after: '2026-03-03T12:00:00.000Z' }, 4, 5],
    [{ after: '2027' }, 5, 5],
  ];
  test.each(ranges)('%o', async (range, from, to) => {
    const { ledger } = await year();
    const { lines } = await ledger.statement('acme', range);
    expect(lines.map(({ at }) => at)).toEqual(all.slice(from, to));
  });

  test.each([1, 2, 3, 4, 5])('in pages of %d it is the same', async (limit) => {
    const { ledger } = await year();
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await ledger.statement('acme', { after, limit });
      expect(page.lines.length).toBeLessThanOrEqual(limit);
      seen.push(...page.lines.map(({ at }) => at));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(all);
  });

  test('a day that is carried forward and not yet forgotten stands there once', async () => {
    const { books, ledger } = await year();
    const [row] = books.rows.filter(({ state }) => state === 'reserved');
    if (row !== undefined) books.end(row, true);
    await ledger.carryForward(books.forgettable('2026-03-04'));
    const { lines } = await ledger.statement('acme', { after: '2026-03-03T12:00:00.000Z' });
    expect(lines).toMatchObject([{ kind: 'day', closed: false, at: '2026-03-03T24' }]);
  });

  test('more entries than the store reads at once', async () => {
    const { control, open } = rig();
    await control.write(
      Array.from({ length: 1_234 }, (_, at) => ({
        kind: 'ledger',
        key: `2026-03-01T00:00:00.000Z-${String(at).padStart(4, '0')}`,
        value: JSON.stringify({ ...topUp(1, at % 2 === 0 ? 'acme' : 'other'), note: '' }),
      })),
    );
    const ledger = await open();
    expect(ledger.balance('acme')).toBe(617);
    expect((await ledger.statement('acme', { limit: 1_000 })).lines).toHaveLength(617);
    expect((await ledger.statement('other', { limit: 616 })).next).toBe('2026-03-01T00:00:00.000Z-1231');
  });

  test.each([0, 1_001, 1.5, Number.NaN])('a limit of %d is refused', async (limit) => {
    const { open } = rig();
    await expect((await open()).statement('acme', { limit })).rejects.toThrow(/limit .*1 to 1000/);
  });
});

describe('the sums of days beside their files', () => {
  test('stand in for a day that is gone at the next start, what was reserved as well; for no other', async () => {
    const { books, control, open } = rig();
    const ledger = await open();
    await ledger.credit(topUp(1_000), noon);
    spend(ledger, books, 100, noon - DAY_MS, true);
    spend(ledger, books, 30, noon - DAY_MS);
    spend(ledger, books, 5, noon, true);
    const clock = new SimulatedClock();
    const write = vi.spyOn(control, 'write');
    const failures: unknown[] = [];
    await ledger.keepSums(clock, { onError: (error) => void failures.push(error) });
    // The file of a day that goes on is right, not what stood beside it an hour ago.
    spend(ledger, books, 7, noon, true);
    expect((await open()).balance('acme')).toBe(858);
    await clock.advance(3_600_000);
    await new Promise<void>((done) => setImmediate(done));
    const writes = write.mock.calls.length;
    await clock.advance(3_600_000);
    await new Promise<void>((done) => setImmediate(done));
    // Nothing has changed: nothing is written.
    expect(write.mock.calls.length).toBe(writes);
    ledger.endSums();
    books.forget(new Set(['2026-03-09']));
    const without = await open();
    expect([without.balance('acme'), without.account('acme').reserved]).toEqual([858, 30]);
    expect(await without.verify(books.recount)).toEqual([]);
    // A start writes what is not there, and no more.
    await without.keepSums(clock, { onError: (error) => void failures.push(error) });
    without.endSums();
    expect([write.mock.calls.length, failures]).toEqual([writes, []]);
  });
});

describe('verify', () => {
  async function sound(): Promise<Rig & { readonly ledger: Ledger }> {
    const one = rig();
    const ledger = await one.open();
    await ledger.credit(topUp(1_000), noon);
    spend(ledger, one.books, 10, noon, true);
    spend(ledger, one.books, 20, noon, false);
    spend(ledger, one.books, 40, noon);
    expect(await ledger.verify(one.books.recount)).toEqual([]);
    return { ...one, ledger };
  }
  const at = { account: 'acme', day: '2026-03-10' };

  test('a tally that is not the sum of its messages', async () => {
    const { books, ledger } = await sound();
    books.spoil('2026-03-10', 'acme', { settled: 11, reserved: 39 });
    expect(await ledger.verify(books.recount)).toEqual([
      { ...at, where: 'tally', field: 'settled', expected: 10, found: 11 },
    ]);
    books.spoil('2026-03-10', 'acme', { settled: 9, reserved: 41, messages: 4 });
    expect(await ledger.verify(books.recount)).toEqual([
      { ...at, where: 'tally', field: 'messages', expected: 3, found: 4 },
      { ...at, where: 'tally', field: 'settled', expected: 10, found: 9 },
    ]);
  });

  test('a tally that does not add up in itself', async () => {
    const { books, ledger } = await sound();
    books.spoil('2026-03-10', 'acme', { reserved: 41 });
    expect(await ledger.verify(books.recount)).toEqual([
      { ...at, where: 'sum', field: 'accepted', expected: 71, found: 70 },
    ]);
    const spoilt = await books.tallies();
    expect(await ledger.verify(async () => spoilt)).toContainEqual({
      ...at,
      where: 'sum',
      field: 'accepted',
      expected: 71,
      found: 70,
    });
    expect((await ledger.verify(async () => spoilt)).filter(({ where }) => where === 'sum')).toHaveLength(1);
  });

  test('messages without a tally, and a tally without messages', async () => {
    const { books, ledger } = await sound();
    const rows = await books.recount();
    const ghost = { ...tally('2026-03-09', 'acme', 5) };
    expect(await ledger.verify(async () => [...rows, ghost])).toContainEqual({
      account: 'acme',
      day: '2026-03-09',
      where: 'tally',
      field: 'settled',
      expected: 5,
      found: 0,
    });
    expect(await ledger.verify(async () => [])).toContainEqual({
      ...at,
      where: 'tally',
      field: 'accepted',
      expected: 0,
      found: 70,
    });
  });

  test('an account that is held to have more or less than it has', async () => {
    const { books, ledger } = await sound();
    const credit = ledger.account('acme');
    credit.credited(3);
    const wrong = { account: 'acme', day: undefined, where: 'running', field: 'balance' };
    expect(await ledger.verify(books.recount)).toEqual([{ ...wrong, expected: 950, found: 953 }]);
    credit.credited(-3);
    credit.reserve(2, 1, noon);
    expect(await ledger.verify(books.recount)).toEqual([
      { ...wrong, expected: 950, found: 948 },
      { ...wrong, field: 'reserved', expected: 40, found: 42 },
    ]);
  });

  test('an account whose messages nobody reserved, and one with a reservation of nothing', async () => {
    const { books, ledger } = await sound();
    books.insert('ghost', 5, noon);
    ledger.account('empty').reserve(1, 1, noon);
    const found = await ledger.verify(books.recount);
    expect(found.map(({ account, field, expected, found: is }) => [account, field, expected, is])).toEqual([
      ['ghost', 'balance', -5, 0],
      ['ghost', 'reserved', 5, 0],
      ['empty', 'balance', 0, -1],
      ['empty', 'reserved', 0, 1],
    ]);
  });

  test('entries that came or went behind its back', async () => {
    const { books, control, ledger } = await sound();
    const [entry] = await control.list('ledger');
    await control.write([{ kind: 'ledger', key: entry?.key ?? '', value: undefined }]);
    expect(await ledger.verify(books.recount)).toMatchObject([
      { where: 'running', expected: -50, found: 950 },
    ]);
  });

  test('messages that come, end and are forgotten while it looks are no discrepancy', async () => {
    const { books, ledger } = await sound();
    for (const row of books.rows) if (row.state === 'reserved') books.end(row, true);
    ledger.account('acme').settle(40, true, noon);
    const later = noon + DAY_MS;
    const busy = async (): Promise<readonly Tally[]> => {
      spend(ledger, books, 3, later, true);
      const rows = await books.recount();
      spend(ledger, books, 5, later, false);
      // Between memory and disk.
      ledger.account('acme').reserve(7, 1, later);
      await ledger.carryForward(books.forgettable('2026-03-11'));
      books.forget(new Set(['2026-03-10']));
      return rows;
    };
    expect(await ledger.verify(busy)).toEqual([]);
  });

  test('what was carried forward wrongly of a day forgotten while it looks', async () => {
    const { books, control, ledger } = await sound();
    for (const row of books.rows) if (row.state === 'reserved') books.end(row, true);
    ledger.account('acme').settle(40, true, noon);
    let looks = 0;
    const read = async (): Promise<readonly Tally[]> => {
      looks += 1;
      return looks % 2 === 1 ? books.tallies() : [];
    };
    const other = await Ledger.open(control, async () => books.tallies(), noon);
    await other.carryForward([tally('2026-03-10', 'acme', 49, 20)]);
    const watched = await Ledger.open(control, read, noon);
    looks = 0;
    expect(await watched.verify(books.recount)).toContainEqual({
      ...at,
      where: 'closing',
      field: 'settled',
      expected: 50,
      found: 49,
    });
  });

  test('what is seen only once is on its way, not wrong', async () => {
    const { books, ledger } = await sound();
    const credit = ledger.account('acme');
    credit.reserve(5, 1, noon);
    let looks = 0;
    const recount = async (): Promise<readonly Tally[]> => {
      looks += 1;
      if (looks === 2) books.insert('acme', 5, noon);
      return books.recount();
    };
    expect(await ledger.verify(recount)).toEqual([]);
    expect(looks).toBeGreaterThan(1);
  });
});

test('on disk: entries and closings are there after opening again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-ledger-'));
  try {
    const control = SqliteControl.open(folder);
    const { books, open } = rig(control);
    const ledger = await open();
    await ledger.credit({ ...topUp(1_000), note: 'Zoë 😀 "x"' }, noon);
    spend(ledger, books, 10, noon - DAY_MS, true);
    await ledger.carryForward(books.forgettable('2026-03-10'));
    books.forget(new Set(['2026-03-09']));
    await control.close();
    const reopened = SqliteControl.open(folder);
    const again = await Ledger.open(reopened, books.tallies, noon);
    expect(again.balance('acme')).toBe(990);
    expect(await again.verify(books.recount)).toEqual([]);
    expect((await again.statement('acme')).lines).toMatchObject([
      { kind: 'day', day: { day: '2026-03-09', settled: 10 } },
      { kind: 'entry', entry: { note: 'Zoë 😀 "x"' } },
    ]);
    await reopened.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
