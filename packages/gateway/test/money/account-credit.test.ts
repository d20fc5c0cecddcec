import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CreditSettings } from '../../../policy/src/settings/account.ts';
import { AccountCredit, type CreditOpening } from '../../src/money/account-credit.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const noon = Date.UTC(2026, 2, 10, 12);

function account(settings?: CreditSettings, opening: Partial<CreditOpening> = {}): AccountCredit {
  const credit = new AccountCredit({
    balance: 0,
    reserved: 0,
    spentDay: 0,
    spentMonth: 0,
    nowMs: noon,
    ...opening,
  });
  credit.configure(settings);
  return credit;
}

describe('balance', () => {
  test('asking sets nothing aside', () => {
    const credit = account({ mode: 'prepaid', perDay: 80 }, { balance: 100 });
    expect(credit.wouldReserve(101, noon)).toBe('no-credit');
    expect(credit.wouldReserve(81, noon)).toBe('day-cap');
    for (let i = 0; i < 3; i += 1) expect(credit.wouldReserve(80, noon)).toBe('ok');
    expect(credit).toMatchObject({ balance: 100, reserved: 0 });
    expect(credit.spentDay(noon)).toBe(0);
  });

  test('prepaid: down to nothing and no further, all segments or none', () => {
    const credit = account({ mode: 'prepaid' }, { balance: 100 });
    expect(credit.reserve(30, 3, noon)).toBe('ok');
    expect(credit.reserve(11, 1, noon)).toBe('no-credit');
    expect(credit.reserve(6, 2, noon)).toBe('no-credit');
    expect(credit.balance).toBe(10);
    expect(credit.reserve(10, 1, noon)).toBe('ok');
    expect(credit).toMatchObject({ balance: 0, reserved: 100 });
  });

  test('postpaid: down to the limit, or without bound', () => {
    const limited = account({ mode: 'postpaid', limit: 50 });
    expect(limited.reserve(50, 1, noon)).toBe('ok');
    expect(limited.reserve(1, 1, noon)).toBe('no-credit');
    expect(limited.balance).toBe(-50);
    expect(account({ mode: 'postpaid', limit: 0 }).reserve(1, 1, noon)).toBe('no-credit');
    expect(account({ mode: 'postpaid' }).reserve(1e12, 100, noon)).toBe('ok');
    expect(account().reserve(1e12, 100, noon)).toBe('ok');
  });

  test('what costs nothing is taken even from an account that owes', () => {
    const credit = account({ mode: 'prepaid', perDay: 0 }, { balance: -7 });
    expect(credit.reserve(0, 5, noon)).toBe('ok');
    expect(credit.reserve(1, 1, noon)).toBe('no-credit');
  });

  test('an entry counts at once, and bounds change without touching what is spent', () => {
    const credit = account({ mode: 'prepaid' });
    expect(credit.reserve(1, 1, noon)).toBe('no-credit');
    credit.credited(5);
    expect(credit.reserve(5, 1, noon)).toBe('ok');
    credit.configure({ mode: 'postpaid', limit: 2 });
    expect(credit.reserve(3, 1, noon)).toBe('no-credit');
    expect(credit.reserve(2, 1, noon)).toBe('ok');
    credit.configure({ mode: 'prepaid' });
    expect(credit.reserve(1, 1, noon)).toBe('no-credit');
    credit.configure(undefined);
    expect(credit.reserve(1, 1, noon)).toBe('ok');
    expect(credit).toMatchObject({ balance: -3, reserved: 8 });
    expect(credit.spentDay(noon)).toBe(8);
  });

  test('sums stay exact without a bound', () => {
    const max = Number.MAX_SAFE_INTEGER;
    const credit = account(undefined, { balance: -max + 10 });
    expect(credit.reserve(11, 1, noon)).toBe('no-credit');
    expect(credit.reserve(10, 1, noon)).toBe('ok');
    expect(credit.balance).toBe(-max);
    const rich = account(undefined, { balance: max });
    expect(rich.reserve(max, 2, noon)).toBe('no-credit');
    expect(rich.reserve(max, 1, noon)).toBe('ok');
    expect(rich.balance).toBe(0);
  });

  test('charged, given back, and not stored', () => {
    const credit = account({ mode: 'prepaid' }, { balance: 100 });
    credit.reserve(10, 4, noon);
    credit.settle(10, true, noon);
    expect(credit).toMatchObject({ balance: 60, reserved: 30 });
    credit.settle(10, false, noon);
    expect(credit).toMatchObject({ balance: 70, reserved: 20 });
    credit.release(10, 2, noon);
    expect(credit).toMatchObject({ balance: 90, reserved: 0 });
    expect(credit.spentDay(noon)).toBe(10);
  });
});

describe('caps', () => {
  test('the day, and from midnight UTC the next', () => {
    const credit = account({ mode: 'postpaid', perDay: 100 });
    expect(credit.reserve(60, 1, noon)).toBe('ok');
    expect(credit.reserve(41, 1, noon)).toBe('day-cap');
    expect(credit.reserve(40, 1, noon + 12 * HOUR_MS - 1)).toBe('ok');
    expect(credit.reserve(1, 1, noon + 12 * HOUR_MS - 1)).toBe('day-cap');
    expect(credit.reserve(100, 1, noon + 12 * HOUR_MS)).toBe('ok');
    expect(credit.reserve(1, 1, noon + 13 * HOUR_MS)).toBe('day-cap');
  });

  test('the month, and from the first the next', () => {
    const last = Date.UTC(2026, 3, 1) - 1;
    const credit = account({ mode: 'postpaid', perDay: 60, perMonth: 100 });
    expect(credit.reserve(60, 1, noon)).toBe('ok');
    expect(credit.reserve(41, 1, last)).toBe('month-cap');
    expect(credit.reserve(61, 1, last)).toBe('day-cap');
    expect(credit.reserve(40, 1, last)).toBe('ok');
    expect(credit.reserve(1, 1, last)).toBe('month-cap');
    expect(credit.reserve(60, 1, last + 1)).toBe('ok');
    expect(credit.spentMonth(last + 1)).toBe(60);
  });

  test('a cap of nothing lets nothing through that costs', () => {
    expect(account({ mode: 'postpaid', perDay: 0 }).reserve(1, 1, noon)).toBe('day-cap');
    expect(account({ mode: 'postpaid', perMonth: 0 }).reserve(1, 1, noon)).toBe('month-cap');
  });

  test('credit is looked at before caps, and nothing is set aside when one refuses', () => {
    const credit = account({ mode: 'prepaid', perDay: 5, perMonth: 5 }, { balance: 10 });
    expect(credit.reserve(11, 1, noon)).toBe('no-credit');
    expect(credit.reserve(6, 1, noon)).toBe('day-cap');
    expect(credit).toMatchObject({ balance: 10, reserved: 0 });
    expect(credit.spentDay(noon)).toBe(0);
    expect(credit.spentMonth(noon)).toBe(0);
  });

  test('what is given back counts on the day it was reserved', () => {
    const credit = account({ mode: 'postpaid', perDay: 100, perMonth: 150 });
    expect(credit.reserve(100, 1, noon)).toBe('ok');
    const tomorrow = noon + DAY_MS;
    expect(credit.reserve(50, 1, tomorrow)).toBe('ok');
    expect(credit.reserve(1, 1, tomorrow)).toBe('month-cap');
    // Of yesterday: this month has room again, today is as full as before.
    credit.settle(100, false, noon);
    expect(credit.spentDay(tomorrow)).toBe(50);
    expect(credit.spentMonth(tomorrow)).toBe(50);
    expect(credit.reserve(51, 1, tomorrow)).toBe('day-cap');
    expect(credit.reserve(50, 1, tomorrow)).toBe('ok');
    // Of today.
    credit.settle(50, false, tomorrow);
    expect(credit.spentDay(tomorrow)).toBe(50);
    // Of the month before.
    const nextMonth = Date.UTC(2026, 3, 1);
    expect(credit.spentMonth(nextMonth)).toBe(0);
    credit.settle(50, false, tomorrow);
    expect(credit.spentMonth(nextMonth)).toBe(0);
    expect(credit).toMatchObject({ balance: 0, reserved: 0 });
  });

  test('what is given back of the month before makes no room in this one', () => {
    const nextMonth = Date.UTC(2026, 3, 1);
    const credit = account({ mode: 'postpaid', perMonth: 100 });
    credit.reserve(70, 1, noon);
    credit.reserve(100, 1, nextMonth);
    credit.settle(70, false, noon);
    expect(credit.spentMonth(nextMonth)).toBe(100);
    expect(credit.reserve(1, 1, nextMonth)).toBe('month-cap');
  });

  test('the opening counts', () => {
    const credit = account(
      { mode: 'postpaid', perDay: 10, perMonth: 20 },
      { spentDay: 8, spentMonth: 15, reserved: 8, balance: -15 },
    );
    expect(credit.reserve(3, 1, noon)).toBe('day-cap');
    expect(credit.reserve(2, 1, noon)).toBe('ok');
    expect(credit.reserve(4, 1, noon + DAY_MS)).toBe('month-cap');
    expect(credit.reserve(3, 1, noon + DAY_MS)).toBe('ok');
  });

  test('a clock set back opens no day again', () => {
    const credit = account({ mode: 'postpaid', perDay: 100 });
    credit.reserve(100, 1, noon);
    credit.reserve(100, 1, noon + DAY_MS);
    expect(credit.reserve(1, 1, noon)).toBe('day-cap');
    expect(credit.reserve(1, 1, noon + DAY_MS)).toBe('day-cap');
  });

  test('a message stored after midnight and reserved before leaves no day below nothing', () => {
    const midnight = noon + 12 * HOUR_MS;
    const credit = account({ mode: 'postpaid', perDay: 100 });
    credit.reserve(100, 1, midnight - 1);
    credit.settle(100, false, midnight);
    expect(credit.spentDay(midnight)).toBe(0);
    expect(credit.reserve(101, 1, midnight)).toBe('day-cap');
  });
});

test('whatever happens, balance + reserved + settled is what was credited, and no bound is passed', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('reserve' as const),
      price: fc.nat(50),
      segments: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({
      do: fc.constantFrom('charge' as const, 'release' as const, 'unreserve' as const),
      pick: fc.nat(),
    }),
    fc.record({ do: fc.constant('wait' as const), hours: fc.nat(30) }),
    fc.record({ do: fc.constant('credit' as const), amount: fc.integer({ min: -50, max: 500 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const settings = { mode: 'postpaid', limit: 200, perDay: 400, perMonth: 900 } as const;
      const credit = account(settings);
      const messages: { price: number; atMs: number; state: 'reserved' | 'charged' | 'released' }[] = [];
      let credited = 0;
      let nowMs = Date.UTC(2026, 2, 30, 20);
      const spentSince = (sinceMs: number): number =>
        messages
          .filter((one) => one.atMs >= sinceMs && one.state !== 'released')
          .reduce((sum, one) => sum + one.price, 0);
      for (const one of steps) {
        if (one.do === 'wait') nowMs += one.hours * HOUR_MS;
        else if (one.do === 'credit') {
          credited += one.amount;
          credit.credited(one.amount);
        } else if (one.do === 'reserve') {
          if (credit.reserve(one.price, one.segments, nowMs) !== 'ok') continue;
          for (let at = 0; at < one.segments; at += 1)
            messages.push({ price: one.price, atMs: nowMs, state: 'reserved' });
          if (one.price > 0) expect(credit.balance).toBeGreaterThanOrEqual(-200);
        } else {
          const open = messages.filter(({ state }) => state === 'reserved');
          const picked = open[one.pick % Math.max(1, open.length)];
          if (picked === undefined) continue;
          picked.state = one.do === 'charge' ? 'charged' : 'released';
          if (one.do === 'unreserve') credit.release(picked.price, 1, picked.atMs);
          else credit.settle(picked.price, one.do === 'charge', picked.atMs);
        }
        const sum = (state: string): number =>
          messages.filter((each) => each.state === state).reduce((total, { price }) => total + price, 0);
        expect(credit.reserved).toBe(sum('reserved'));
        expect(credit.balance + credit.reserved + sum('charged')).toBe(credited);
        const now = new Date(nowMs);
        expect(credit.spentDay(nowMs)).toBe(spentSince(nowMs - (nowMs % DAY_MS)));
        expect(credit.spentMonth(nowMs)).toBe(
          spentSince(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)),
        );
        expect(credit.spentDay(nowMs)).toBeLessThanOrEqual(400);
        expect(credit.spentMonth(nowMs)).toBeLessThanOrEqual(900);
      }
    }),
  );
});
