import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addAmounts, formatAmount, multiplyAmount, parseAmount } from '../src/decimal.ts';

const max = Number.MAX_SAFE_INTEGER;
const amount = fc.maxSafeInteger();

describe('parseAmount', () => {
  const good: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['-0', 0],
    ['0.0', 0],
    ['1', 1_000_000],
    ['0.0125', 12_500],
    ['-0.0125', -12_500],
    ['0.000001', 1],
    ['0.1', 100_000],
    ['0.3', 300_000],
    ['12.340000', 12_340_000],
    ['007', 7_000_000],
    ['1000000', 1_000_000_000_000],
    ['9007199254.740991', max],
    ['-9007199254.740991', -max],
  ];
  test.each(good)('%s', (text, millionths) => {
    expect(parseAmount(text)).toBe(millionths);
  });

  const bad = [
    '',
    ' ',
    '1e3',
    '1E3',
    'NaN',
    'Infinity',
    '0x10',
    '+1',
    '--1',
    '-',
    '.',
    '.5',
    '5.',
    '1,5',
    '1 000',
    ' 1',
    '1\n',
    '1_000',
    '1.2.3',
    '0.0000001',
    '0.0000000',
    '٣',
    '9007199254.740992',
    '-9007199254.740992',
    '9007199255',
    '9999999999999999',
    '99999999999999999999999999',
  ];
  test.each(bad)('refuses %j', (text) => {
    expect(() => parseAmount(text)).toThrow(RangeError);
  });

  test('says what is wrong and what to write, without repeating a whole file', () => {
    expect(() => parseAmount('1e3')).toThrow(/"1e3" is not a plain decimal with at most 6 places: .*0\.0125/);
    expect(() => parseAmount('9007199255')).toThrow(/9007199254740991: use smaller amounts/);
    const text = 'x'.repeat(100_000);
    expect(() => parseAmount(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(text) }),
    );
  });
});

describe('formatAmount', () => {
  const shortest: readonly (readonly [number, string])[] = [
    [0, '0'],
    [-0, '0'],
    [1, '0.000001'],
    [-1, '-0.000001'],
    [12_500, '0.0125'],
    [100_000, '0.1'],
    [5_000_000, '5'],
    [50_000_000, '50'],
    [-1_250_000, '-1.25'],
    [max, '9007199254.740991'],
    [-max, '-9007199254.740991'],
  ];
  test.each(shortest)('%d', (millionths, text) => {
    expect(formatAmount(millionths)).toBe(text);
  });

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, max + 1])('refuses %d', (millionths) => {
    expect(() => formatAmount(millionths)).toThrow(RangeError);
  });

  test('is read back as what it was', () => {
    fc.assert(
      fc.property(amount, (millionths) => {
        expect(parseAmount(formatAmount(millionths))).toBe(millionths === 0 ? 0 : millionths);
      }),
    );
  });

  test('no shorter decimal has the same value', () => {
    fc.assert(
      fc.property(amount, (millionths) => {
        const [whole = '', fraction] = formatAmount(millionths).split('.');
        expect(whole).toMatch(/^-?(0|[1-9]\d*)$/);
        if (fraction !== undefined) expect(fraction).toMatch(/^\d{0,5}[1-9]$/);
      }),
    );
  });

  test('what is read and written again is the same text, but for needless zeros', () => {
    const plain = fc
      .tuple(fc.constantFrom('', '-'), fc.nat(2_000_000_000), fc.stringMatching(/^\d{0,5}[1-9]$/))
      .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`);
    fc.assert(
      fc.property(plain, fc.nat(6), (text, zeros) => {
        const fraction = text.slice(text.indexOf('.') + 1);
        const padded = text.padEnd(text.length + Math.min(zeros, 6 - fraction.length), '0');
        expect(formatAmount(parseAmount(padded))).toBe(text);
      }),
    );
  });
});

describe('sums and products', () => {
  test('are exact, or refused', () => {
    fc.assert(
      fc.property(amount, amount, fc.nat(1_000_000), (one, other, count) => {
        for (const [exact, work] of [
          [BigInt(one) + BigInt(other), () => addAmounts(one, other)],
          [BigInt(one) * BigInt(count), () => multiplyAmount(one, count)],
        ] as const) {
          if (exact >= -BigInt(max) && exact <= BigInt(max)) expect(work()).toBe(Number(exact));
          else expect(work).toThrow(RangeError);
        }
      }),
    );
  });

  test('at the bounds', () => {
    expect(addAmounts(max, 0)).toBe(max);
    expect(addAmounts(max, -max)).toBe(0);
    expect(() => addAmounts(max, 1)).toThrow(RangeError);
    expect(multiplyAmount(-5, 0)).toBe(0);
    expect(multiplyAmount(max, 1)).toBe(max);
    expect(() => multiplyAmount(max, 2)).toThrow(RangeError);
  });

  test.each([-1, 0.5, Number.NaN])('a count of %d is refused', (count) => {
    expect(() => multiplyAmount(1, count)).toThrow(/count/);
  });
});
