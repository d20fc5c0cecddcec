import { magicNumbers } from '@chappe/sandbox';
import { describe, expect, it } from 'vitest';
import { magicOf } from '../src/handsets/magic.ts';

describe('magic numbers', () => {
  it('are fourteen suffixes of seven digits, in order, each with its meaning', () => {
    expect(magicNumbers).toHaveLength(14);
    for (const [at, { suffix, meaning }] of magicNumbers.entries()) {
      expect(suffix).toBe(`555${String(at + 1).padStart(4, '0')}`);
      expect(meaning.length).toBeGreaterThan(10);
    }
  });

  it.each(magicNumbers.map(({ suffix, magic }) => [suffix, magic]))('%s is %s', (suffix, magic) => {
    expect(magicOf(suffix)).toBe(magic);
    expect(magicOf(`44770${suffix}`)).toBe(magic);
    expect(magicOf(`+1${suffix}`)).toBe(magic);
  });

  it.each(['', '1', '5550000', '5550015', '555001', '44770055500019', '447700900001', '5559991'])(
    '%s is an ordinary number',
    (number) => {
      expect(magicOf(number)).toBeUndefined();
    },
  );
});
