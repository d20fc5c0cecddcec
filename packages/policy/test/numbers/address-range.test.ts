import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAddressRange } from '../../src/numbers/address-range.ts';

const holds = (pattern: string, address: string): boolean =>
  compileAddressRange(pattern)?.matches(address) ?? false;

describe('address_range', () => {
  it.each([
    ['12345', '12345', true],
    ['4477', '447700900123', true],
    ['4477', '44', false],
    ['+4477', '447700900123', true],
    ['4477', '+447700900123', true],
    ['4477', '134477', false],
    ['^4477', '447700900123', true],
    ['^4477$', '447700900123', false],
    ['^4477$', '4477', true],
    ['12345$', '12345', true],
    ['12345$', '123456', false],
    ['44[0-57]1', '4431', true],
    ['44[0-57]1', '4471', true],
    ['44[0-57]1', '4461', false],
    ['44[^0-5]', '446', true],
    ['44[^0-5]', '443', false],
    ['44.*9$', '4412349', true],
    ['44.*9$', '441239 8', false],
    ['44.*9$', '449', true],
    ['^(44|33)7', '337', true],
    ['^(44|33)7', '347', false],
    ['a?1*', '9', true],
    ['a?1*$', '111', true],
    ['a?1*$', 'a', true],
    ['a?1*$', 'b', false],
    ['44|33$', '4499', true],
    ['44|33$', '3399', false],
    ['44|33$', '33', true],
    ['44$|33', '449', false],
    ['44$|33', '339', true],
    ['1|2|3', '3', true],
    ['1|2|3', '2', true],
    ['1|2|3', '4', false],
    ['(1*)*2', '1112', true],
    ['(1*)*2', '1113', false],
    ['1+2', '112', true],
    ['1+2', '2', false],
    ['\\d\\d\\.', '12.', true],
    ['\\d\\d\\.', '123', false],
    ['...', '12', false],
    ['', '12', false],
  ])('%s holds %s: %s', (pattern, address, expected) => {
    expect(holds(pattern, address)).toBe(expected);
  });

  it.each(['[12', '(12', '12)', '1{2}', '**', '1**', 'x'.repeat(65), '((((((((((1))))))))))', '\\'])(
    'a pattern outside the subset is no range: %s',
    (pattern) => {
      expect(compileAddressRange(pattern)).toBeUndefined();
    },
  );

  it('the longer literal beginning is the more specific range', () => {
    const specific = (pattern: string): number => compileAddressRange(pattern)?.specificity ?? -1;
    expect(specific('447700')).toBeGreaterThan(specific('4477'));
    expect(specific('^4477.*')).toBe(4);
    expect(specific('447*')).toBe(2);
    expect(specific('44|3')).toBe(0);
  });

  it('agrees with RegExp on the shared subset, anchored at the beginning', () => {
    const atom = fc.oneof(
      fc.constantFrom('0', '1', '2', '.', '[01]', '[^1]', '\\d', '(0|1)', '(12|0*)', '(1)'),
      fc.constantFrom('1*', '0?', '2+', '.*', '(01)*', '(0|1)+', '[12]?'),
    );
    const pattern = fc.array(fc.oneof(atom, fc.constantFrom('|')), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pattern, fc.boolean(), fc.stringMatching(/^[0-3]{0,8}$/), (parts, tail, address) => {
        const text = parts.join('').replace(/^\|+|\|+$/g, '') + (tail ? '$' : '');
        const range = compileAddressRange(text);
        if (range === undefined || text === '') return;
        const oracle = new RegExp(`^(?:${text})`);
        expect(range.matches(address)).toBe(oracle.test(address));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no more than linear time on what makes a backtracking matcher explode', () => {
    const range = compileAddressRange('(((((1*)*)*)*)*)*2$');
    const started = process.cpuUsage().user;
    expect(range?.matches('1'.repeat(65))).toBe(false);
    // A backtracking matcher needs more than the age of the universe here.
    expect(process.cpuUsage().user - started).toBeLessThan(200_000);
  });
});
