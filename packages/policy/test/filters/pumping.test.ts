import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PumpingAlarm, PumpingWatch, pumpingLimits } from '../../src/filters/pumping.ts';
import type { PumpingSettings } from '../../src/settings/filters.ts';

const startMs = Date.UTC(2026, 2, 10, 12);
const minuteMs = 60_000;

/** mulberry32: the same traffic every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function digitsOf(random: () => number, count: number): string {
  let digits = '';
  for (let at = 0; at < count; at += 1) digits += Math.floor(random() * 10);
  return digits;
}

/** Sends numbers, one every `everyMs`; what was told, and after how many messages. */
function replay(
  watch: PumpingWatch,
  numbers: readonly string[],
  everyMs = 10,
  account = 'acme',
): (PumpingAlarm & { readonly after: number })[] {
  return numbers.flatMap((digits, at) => {
    const alarm = watch.note(account, digits, startMs + at * everyMs);
    return alarm === undefined ? [] : [{ ...alarm, after: at + 1 }];
  });
}

function block(prefix: string, count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${String((from + at) % 1_000).padStart(3, '0')}`);
}

describe('replays', () => {
  test('10,000 messages to one block of 1,000 consecutive numbers', () => {
    const alarms = replay(new PumpingWatch(), block('447700900', 10_000));
    expect(alarms).toEqual([
      {
        account: 'acme',
        kind: 'sequential',
        prefix: '447700900',
        value: 50,
        atMs: startMs + 490,
        stopped: false,
        after: 50,
      },
      { ...alarms[1], kind: 'prefix-share', prefix: '447700', value: 1, after: 201 },
    ]);
  });

  test('the same in any order, among ten times as much honest traffic', () => {
    const random = seeded(1);
    const numbers: string[] = [];
    for (let at = 0; at < 10_000; at += 1) {
      for (let other = 0; other < 10; other += 1)
        numbers.push(`49${1_500 + Math.floor(random() * 300)}${digitsOf(random, 7)}`);
      numbers.push(`447700900${digitsOf(random, 3)}`);
    }
    const alarms = replay(new PumpingWatch(), numbers, 1);
    expect(alarms).toMatchObject([{ kind: 'sequential', prefix: '447700900', stopped: false }]);
    expect(alarms[0]?.after).toBeLessThan(1_000);
  });

  test('spread over the blocks of one range: told by the share of its prefix', () => {
    const random = seeded(2);
    const numbers = Array.from({ length: 2_000 }, () => `252612${digitsOf(random, 6)}`);
    expect(replay(new PumpingWatch(), numbers)).toMatchObject([
      { kind: 'prefix-share', prefix: '252612', after: 200 },
    ]);
  });

  test('stopped: what comes after the alarm is refused', () => {
    const watch = new PumpingWatch({ action: 'stop' });
    let taken = 0;
    for (const [at, digits] of block('447700900', 10_000).entries()) {
      if (watch.isStopped('acme', digits)) continue;
      taken += 1;
      watch.note('acme', digits, startMs + at);
    }
    expect(taken).toBe(50);
  });

  const honest: readonly (readonly [string, (random: () => number) => string])[] = [
    [
      'random numbers over 40 prefixes',
      (random) => `${331_200 + 1_111 * Math.floor(random() * 40)}${digitsOf(random, 5)}`,
    ],
    ['customers of a bank in one country', (random) => `4479${digitsOf(random, 8)}`],
    [
      'customers of a bank in a small country',
      (random) => `3567${random() < 0.5 ? 9 : 7}${digitsOf(random, 6)}`,
    ],
  ];
  test.each(honest)('%s: nothing is told', (_name, number) => {
    const random = seeded(3);
    const numbers = Array.from({ length: 10_000 }, () => number(random));
    expect(replay(new PumpingWatch(), numbers)).toEqual([]);
  });

  test('a bank that writes to each of its 2,000 customers again and again: nothing is told', () => {
    const random = seeded(4);
    const customers = Array.from({ length: 2_000 }, () => `4479${digitsOf(random, 8)}`);
    const numbers = Array.from({ length: 20_000 }, () => customers[Math.floor(random() * 2_000)] ?? '');
    expect(replay(new PumpingWatch(), numbers)).toEqual([]);
  });

  test('one handset that gets a thousand messages among others is no block', () => {
    const random = seeded(5);
    const numbers = Array.from({ length: 3_000 }, (_, at) =>
      at % 3 === 0 ? '447700900123' : `4479${digitsOf(random, 8)}`,
    );
    expect(replay(new PumpingWatch(), numbers)).toEqual([]);
  });
});

describe('blocks', () => {
  const quiet: PumpingSettings = { sequential: 5, windowMs: minuteMs, least: 10_000 };

  test('count different numbers', () => {
    const watch = new PumpingWatch(quiet);
    const numbers = ['1', '1', '2', '2', '2', '1', '3', '4', '4', '1'].map((digit) => `4477009000${digit}5`);
    expect(replay(watch, numbers)).toEqual([]);
    expect(replay(watch, ['447700900995'])).toMatchObject([{ prefix: '447700900', value: 5 }]);
  });

  test('are apart by block and by account', () => {
    const watch = new PumpingWatch(quiet);
    expect(replay(watch, block('447700900', 4))).toEqual([]);
    expect(replay(watch, block('447700901', 4))).toEqual([]);
    expect(replay(watch, block('447700900', 4, 500), 10, 'other')).toEqual([]);
    expect(replay(watch, ['447700900999'])).toHaveLength(1);
  });

  test('are told once per window, and again in the next', () => {
    const watch = new PumpingWatch(quiet);
    const at = replay(watch, block('447700900', 300), 1_000).map(({ after }) => after);
    expect(at).toEqual([5, 65, 125, 185, 245]);
  });

  test('are not told when their numbers come slower than the window', () => {
    expect(replay(new PumpingWatch(quiet), block('447700900', 100), 16_000)).toEqual([]);
  });

  test('all numbers of a block can be asked for', () => {
    const watch = new PumpingWatch({ ...quiet, sequential: 1_000 });
    const numbers = [...block('447700900', 999), ...block('447700900', 999)];
    expect(replay(watch, numbers, 1)).toEqual([]);
    expect(replay(watch, ['447700900999'])).toHaveLength(1);
  });

  test('a clock set back starts a block anew and does not silence it', () => {
    const watch = new PumpingWatch(quiet);
    for (const digits of block('447700900', 5)) watch.note('acme', digits, startMs + 1e12);
    expect(replay(watch, block('447700900', 5))).toHaveLength(1);
  });

  test('forgotten ones leave nothing of their numbers to those that take their place', () => {
    const watch = new PumpingWatch(quiet);
    for (let row = 0; row < 600; row += 1) {
      expect(replay(watch, block(String(447_700_000 + row), 4), 0)).toEqual([]);
    }
    for (let row = 0; row < 600; row += 1) {
      expect(replay(watch, block(String(447_700_000 + row), 4, 4), 0).length).toBe(0);
    }
  });
});

describe('shares', () => {
  const settings: PumpingSettings = { least: 10, prefixShare: 0.5, windowMs: minuteMs, sequential: 1_000 };
  const spread = (count: number): string[] =>
    Array.from({ length: count }, (_, at) => `33${1_000 + at}55555`);

  test('are looked at from so many messages on', () => {
    expect(replay(new PumpingWatch(settings), block('447700900', 9))).toEqual([]);
    expect(replay(new PumpingWatch(settings), block('447700900', 10))).toMatchObject([
      { value: 1, after: 10 },
    ]);
  });

  test('at the share and not below', () => {
    expect(replay(new PumpingWatch(settings), [...spread(6), ...block('447700900', 5)])).toEqual([]);
    expect(replay(new PumpingWatch(settings), [...spread(6), ...block('447700900', 6)])).toMatchObject([
      { prefix: '447700', value: 0.5, after: 12 },
    ]);
  });

  test('old messages do not count', () => {
    const watch = new PumpingWatch(settings);
    expect(replay(watch, block('447700900', 100), minuteMs / 9)).toEqual([]);
    expect(replay(new PumpingWatch(settings), block('447700900', 100), minuteMs / 10)).toHaveLength(10);
  });

  test('are told once per window', () => {
    const watch = new PumpingWatch(settings);
    expect(replay(watch, block('447700900', 150), 1_000).map(({ after }) => after)).toEqual([10, 70, 130]);
  });

  test('of the last messages only: a new fashion is seen after much honest traffic', () => {
    const watch = new PumpingWatch({ ...settings, prefixShare: 0.8 });
    const alarms = replay(watch, [...spread(5_000), ...block('447700900', 300)], 1);
    expect(alarms).toMatchObject([{ kind: 'prefix-share' }]);
    expect(alarms[0]?.after).toBeLessThan(5_256);
  });

  test('an alarm of the block does not swallow that of the prefix', () => {
    const watch = new PumpingWatch({ ...settings, sequential: 10 });
    expect(replay(watch, block('447700900', 20)).map(({ kind, after }) => [kind, after])).toEqual([
      ['sequential', 10],
      ['prefix-share', 11],
    ]);
  });
});

describe('stops', () => {
  const settings: PumpingSettings = { action: 'stop', sequential: 5 };

  test('hold for that account and prefix until released', () => {
    const watch = new PumpingWatch(settings);
    expect(replay(watch, block('447700900', 5))).toMatchObject([{ stopped: true }]);
    expect(watch.isStopped('acme', '447700900777')).toBe(true);
    expect(watch.isStopped('acme', '447700901777')).toBe(false);
    expect(watch.isStopped('acme', '44770090077')).toBe(false);
    expect(watch.isStopped('other', '447700900777')).toBe(false);
    expect(watch.stops()).toEqual([{ account: 'acme', prefix: '447700900' }]);
    expect(watch.release('acme')).toBe(true);
    expect(watch.release('acme')).toBe(false);
    expect(watch.isStopped('acme', '447700900777')).toBe(false);
    expect(watch.stops()).toEqual([]);
    // Looked at afresh: it takes as many again.
    expect(replay(watch, block('447700900', 4, 100))).toEqual([]);
    expect(replay(watch, block('447700900', 1, 200))).toHaveLength(1);
  });

  test('by share hold for the six digits', () => {
    const watch = new PumpingWatch({ action: 'stop', least: 10, sequential: 1_000 });
    replay(watch, block('447700900', 10));
    expect(watch.isStopped('acme', '447700123456')).toBe(true);
    expect(watch.isStopped('acme', '447701123456')).toBe(false);
  });

  test('stay when settings change; an alarm that only tells stops nothing', () => {
    const watch = new PumpingWatch(settings);
    replay(watch, block('447700900', 5));
    watch.take(pumpingLimits({ sequential: 5 }));
    expect(watch.isStopped('acme', '447700900777')).toBe(true);
    expect(replay(watch, block('447700901', 5))).toMatchObject([{ stopped: false }]);
    expect(watch.isStopped('acme', '447700901777')).toBe(false);
  });

  test('of a thousand prefixes become one of the account', () => {
    const watch = new PumpingWatch({ ...settings, least: 10_000 });
    for (let row = 0; row < 1_000; row += 1) replay(watch, block(String(100_000_000 + row), 5), 0);
    expect(watch.stops()).toHaveLength(1_000);
    expect(watch.isStopped('acme', '999999999999')).toBe(false);
    for (let row = 1_000; row < 1_100; row += 1) replay(watch, block(String(100_000_000 + row), 5), 0);
    expect(watch.stops().length).toBeLessThanOrEqual(1_001);
    expect(watch.isStopped('acme', '999999999999')).toBe(true);
    watch.release('acme');
    expect(watch.isStopped('acme', '999999999999')).toBe(false);
  });
});

describe('what is not a number', () => {
  test.each([
    '',
    '12345',
    '123456',
    'ACME',
    '+447700900123',
    '4477009001２3',
    '1234567890123456',
    '4477 00900',
  ])('%j is passed over', (digits) => {
    const watch = new PumpingWatch({ sequential: 2, least: 1, prefixShare: 0.1 });
    expect(replay(watch, [digits, digits, digits])).toEqual([]);
    expect(watch.isStopped('acme', digits)).toBe(false);
  });

  test('any text is taken without a throw', () => {
    const watch = new PumpingWatch({ sequential: 2, least: 1, action: 'stop' });
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (account, digits, nowMs) => {
        watch.note(account, digits, nowMs);
        watch.isStopped(account, digits);
      }),
    );
  });

  test('the shortest and the longest number', () => {
    const watch = new PumpingWatch({ sequential: 2, least: 10_000 });
    expect(replay(watch, ['1234567', '1234568'])).toMatchObject([{ prefix: '1234' }]);
    expect(replay(watch, ['999999999999998', '999999999999999'])).toMatchObject([{ prefix: '999999999999' }]);
    expect(replay(watch, ['0000001', '0000002'])).toMatchObject([{ prefix: '0000' }]);
  });
});

test('agrees with a simple model that forgets nothing', () => {
  const settings = { sequential: 4, prefixShare: 0.6, least: 8, windowMs: 1_000 };
  const message = fc.record({
    account: fc.constantFrom('a', 'b'),
    digits: fc
      .tuple(fc.constantFrom('100000', '100001', '2000009'), fc.nat(9))
      .map(([head, low]) => `${head}00${low}`),
    afterMs: fc.nat(200),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 120 }), (messages) => {
      const watch = new PumpingWatch(settings);
      const blocks = new Map<string, { sinceMs: number; numbers: Set<string>; told: boolean }>();
      const last = new Map<string, { prefix: string; atMs: number }[]>();
      const told = new Map<string, number>();
      let nowMs = startMs;
      for (const { account, digits, afterMs } of messages) {
        nowMs += afterMs;
        let expected: string | undefined;
        const name = `${account}/${digits.slice(0, -3)}`;
        let one = blocks.get(name);
        if (one === undefined || nowMs - one.sinceMs >= settings.windowMs) {
          one = { sinceMs: nowMs, numbers: new Set(), told: false };
          blocks.set(name, one);
        }
        one.numbers.add(digits);
        if (!one.told && one.numbers.size >= settings.sequential) {
          one.told = true;
          expected = 'sequential';
        } else {
          const prefix = digits.slice(0, 6);
          const recent = [...(last.get(account) ?? []), { prefix, atMs: nowMs }].filter(
            ({ atMs }) => nowMs - atMs < settings.windowMs,
          );
          last.set(account, recent);
          const count = recent.filter((each) => each.prefix === prefix).length;
          const until = told.get(`${account}/${prefix}`) ?? 0;
          if (
            recent.length >= settings.least &&
            count >= settings.prefixShare * recent.length &&
            nowMs >= until
          ) {
            told.set(`${account}/${prefix}`, nowMs + settings.windowMs);
            expected = 'prefix-share';
          }
        }
        expect(watch.note(account, digits, nowMs)?.kind).toBe(expected);
      }
    }),
  );
});

test('accounts beyond a thousand push out the one that was silent longest', () => {
  const watch = new PumpingWatch({ sequential: 3, least: 10_000 });
  watch.note('busy', '447700900001', startMs);
  watch.note('silent', '447700900001', startMs);
  watch.note('silent', '447700900002', startMs);
  for (let at = 0; at < 999; at += 1) {
    if (at === 500) watch.note('busy', '447700900002', startMs);
    watch.note(`account ${at}`, '447700900001', startMs);
  }
  expect(watch.note('busy', '447700900003', startMs)).toMatchObject({ account: 'busy' });
  expect(watch.note('silent', '447700900003', startMs)).toBeUndefined();
});

describe('settings', () => {
  const bad: readonly (readonly [PumpingSettings, RegExp])[] = [
    [{ sequential: 1 }, /pumping\.sequential is 1: use a whole number from 2 to 1000/],
    [{ sequential: 1_001 }, /sequential/],
    [{ sequential: 2.5 }, /sequential/],
    [{ prefixShare: 0 }, /prefixShare is 0: use a share above 0 and up to 1/],
    [{ prefixShare: 1.01 }, /prefixShare/],
    [{ prefixShare: Number.NaN }, /prefixShare/],
    [{ least: 0 }, /least/],
    [{ least: 10_001 }, /least .*10000/],
    [{ windowMs: 0 }, /windowMs/],
    [{ windowMs: 86_400_001 }, /windowMs/],
  ];
  test.each(bad)('%o is refused', (settings, message) => {
    expect(() => new PumpingWatch(settings)).toThrow(RangeError);
    expect(() => new PumpingWatch(settings)).toThrow(message);
  });

  test('that are refused leave those before in force', () => {
    const watch = new PumpingWatch({ sequential: 5 });
    expect(() => pumpingLimits({ sequential: 2, least: 0 })).toThrow(RangeError);
    expect(replay(watch, block('447700900', 4))).toEqual([]);
  });
});
