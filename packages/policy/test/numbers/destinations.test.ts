import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileDestinations, holdsDestination } from '../../src/numbers/destinations.ts';
import { atOnce } from '../../src/slices.ts';

const holds = (prefixes: readonly string[], number: string): boolean =>
  holdsDestination(atOnce(compileDestinations(prefixes, 'destinations')), number);

describe('destinations', () => {
  it.each<[string[], string, boolean]>([
    [['44'], '447700900123', true],
    [['44'], '+447700900123', true],
    [['+44'], '447700900123', true],
    [['44*'], '447700900123', true],
    [['44'], '44', true],
    [['44'], '4', false],
    [['44'], '', false],
    [['44'], '+', false],
    [['44'], '0044770', false],
    [['44'], '33612345678', false],
    [['44'], 'ACME', false],
    [['44'], '44ACME', true],
    [['44', '447'], '448', true],
    [['447', '449'], '448', false],
    [['60100'], '60100', true],
    [['*'], 'ACME', true],
    [['*'], '', true],
    [[], '447700900123', false],
  ])('%j and %s: %s', (prefixes, number, expected) => {
    expect(holds(prefixes, number)).toBe(expected);
  });

  it('agree with looking at every prefix', () => {
    const digits = fc.stringMatching(/^[0-3]{1,5}$/);
    fc.assert(
      fc.property(
        fc.array(digits, { maxLength: 30 }),
        fc.stringMatching(/^[0-3]{0,7}$/),
        (prefixes, number) => {
          expect(holds(prefixes, number)).toBe(prefixes.some((prefix) => number.startsWith(prefix)));
        },
      ),
    );
  });

  it('hold 300,000 prefixes', () => {
    const prefixes = Array.from({ length: 300_000 }, (_, index) => `4${String(index * 7).padStart(7, '0')}`);
    const list = atOnce(compileDestinations(prefixes, 'destinations'));
    expect(holdsDestination(list, '400000149999')).toBe(true);
    expect(holdsDestination(list, '400000159999')).toBe(false);
    expect(holdsDestination(list, '420999939999')).toBe(true);
  });

  it.each(['', '+', 'abc', '44-7', '4*4', '1234567890123456', ' 44'])('%j is refused by name', (prefix) => {
    expect(() => atOnce(compileDestinations(['44', prefix], 'account "a": destinations'))).toThrow(
      `account "a": destinations[1]: "${prefix}" is no prefix`,
    );
  });
});
