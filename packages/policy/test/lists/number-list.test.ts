import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NumberList, numberList } from '../../src/lists/number-list.ts';
import { encodeDigits, NumberSet } from '../../src/lists/number-set.ts';

const list = (...entries: string[]): NumberList => numberList(entries, 'filters.blockTo');

describe('a list of numbers', () => {
  it.each([
    ['447700900123', '447700900123', true],
    ['447700900123', '+447700900123', true],
    ['+44 7700 (900) 123', '447700900123', true],
    ['44.7700-900123', '447700900123', true],
    ['447700900123', '44770090012', false],
    ['447700900123', '4477009001234', false],
    ['44770090*', '447700900123', true],
    ['44770090*', '44770090', true],
    ['44770090*', '4477009', false],
    ['+44 77*', '447700900123', true],
    ['0044*', '0044770', true],
    ['0044*', '44770', false],
    ['044', '44', false],
    ['44', '044', false],
    ['*', '447700900123', true],
    ['*', 'ACME', true],
    ['*', '', true],
    ['ACME', 'acme', true],
    ['acme', 'ACME', true],
    ['ACME', 'ACME2', false],
    ['ACME*', 'Acme Shop', true],
    ['A.C-ME', 'a.c-me', true],
    ['SPAM', ' SPAM', true],
    ['SPAM*', '\tspammer ', true],
    [' SPAM ', 'SPAM', true],
    ['44*', '44ACME', true],
    ['44acme*', '44', false],
    ['1234567890123456', '1234567890123456', true],
    ['1234567890123456', '123456789012345', false],
    ['123456789012345', '123456789012345', true],
    ['1234567890123456*', '12345678901234567', true],
    ['123456789012345*', '12345678901234567', true],
    ['12345678901234567890123456789012', '12345678901234567890123456789012', true],
    ['447', '', false],
    ['447', '+', false],
  ])('%s holds %s: %s', (entry, address, expected) => {
    expect(list(entry).has(address)).toBe(expected);
  });

  it('is empty when nothing is in it', () => {
    expect(list().has('447700900123')).toBe(false);
    expect(list().size).toBe(0);
  });

  it('counts what differs', () => {
    expect(list('44', '+44', '44*', 'ACME', 'acme', 'A*').size).toBe(4);
  });

  it.each([
    [['44', ''], 'filters.blockTo[1]: is empty'],
    [['+'], 'filters.blockTo[0]: is empty'],
    [['4*4'], 'filters.blockTo[0]: "4*4" has a "*" inside'],
    [['44**'], 'filters.blockTo[0]: "44**" has a "*" inside'],
    [['x'.repeat(66)], 'filters.blockTo[0]: has more than 65 characters'],
  ])('%j cannot be', (entries, message) => {
    expect(() => list(...entries)).toThrow(RangeError);
    expect(() => list(...entries)).toThrow(message);
  });

  it('bounds the names', () => {
    const names = Array.from({ length: 100_001 }, (_, index) => `name${index}`);
    expect(() => numberList(names, 'filters.blockFrom')).toThrow(
      'filters.blockFrom[100000]: more than 100000',
    );
  });

  it('says what a plain search says', () => {
    const digit = fc.constantFrom('0', '1', '4', 'a');
    const address = fc.tuple(
      fc.constantFrom('', '', '+'),
      fc.string({ unit: digit, maxLength: 18, size: 'max' }),
    );
    const entry = fc
      .tuple(fc.string({ unit: digit, minLength: 1, maxLength: 18, size: 'max' }), fc.boolean())
      .map(([digits, isPrefix]) => (isPrefix ? `${digits.slice(0, 4)}*` : digits));
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 30, size: 'max' }),
        fc.array(address, { maxLength: 30, size: 'max' }),
        (entries, asked) => {
          const compiled = list(...entries);
          const addresses = [
            ...asked.map((parts) => parts.join('')),
            ...entries.map((text) => text.replace('*', '')),
          ];
          for (const text of addresses) {
            const bare = text.replace('+', '');
            const naive = entries.some((item) =>
              item.endsWith('*') ? bare.startsWith(item.slice(0, -1)) : bare === item,
            );
            expect(compiled.has(text), text).toBe(naive);
          }
        },
      ),
    );
  });
});

describe('a set of numbers', () => {
  it('encodes digits with their leading zeros', () => {
    const codes = ['0', '00', '1', '01', '10', '999999999999999', '000000000000000'].map((text) =>
      encodeDigits(text),
    );
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => Number.isSafeInteger(code) && code > 0)).toBe(true);
    for (const text of ['', '1234567890123456', '12a', '+1']) expect(encodeDigits(text)).toBe(0);
    expect(encodeDigits('+44', 1)).toBe(encodeDigits('44'));
  });

  it('takes at most 22 octets a number when there are many', () => {
    const set = new NumberSet();
    for (let index = 0; index < 1_000_000; index += 1) set.add(1_447_700_000_000 + index);
    expect(set.size).toBe(1_000_000);
    expect(set.octets).toBeLessThanOrEqual(22_000_000);
  });

  it('does what a Set does', () => {
    const value = fc.integer({ min: 1, max: 60 });
    const step = fc.tuple(fc.constantFrom('add', 'delete', 'has'), value);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const set = new NumberSet();
        const model = new Set<number>();
        for (const [what, item] of steps) {
          if (what === 'add') expect(set.add(item)).toBe(!model.has(item) && model.add(item) !== undefined);
          else if (what === 'delete') expect(set.delete(item)).toBe(model.delete(item));
          else expect(set.has(item)).toBe(model.has(item));
          expect(set.size).toBe(model.size);
        }
        for (let item = 0; item <= 61; item += 1) expect(set.has(item)).toBe(model.has(item));
      }),
    );
  });
});
