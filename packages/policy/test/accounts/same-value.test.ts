import { describe, expect, it } from 'vitest';
import { differingFields, sameValue } from '../../src/accounts/same-value.ts';

describe('settings by value', () => {
  it.each<[unknown, unknown, boolean]>([
    [1, 1, true],
    [1, '1', false],
    [undefined, null, false],
    [Number.NaN, Number.NaN, true],
    [{}, {}, true],
    [{ a: undefined }, {}, true],
    [{ a: undefined }, { b: undefined }, true],
    [{ a: false }, {}, false],
    [{ a: null }, {}, false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[1], [1, 2], false],
    [[], {}, false],
    [{ a: [{ b: { c: 1 } }] }, { a: [{ b: { c: 1, d: undefined } }] }, true],
    [{ a: [{ b: { c: 1 } }] }, { a: [{ b: { c: 2 } }] }, false],
    [{ constructor: 1 }, {}, false],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(sameValue(a, b)).toBe(expected);
    expect(sameValue(b, a)).toBe(expected);
  });

  it('names the fields that differ', () => {
    expect(differingFields({ a: 1, b: [1], c: 'x' }, { a: 1, b: [2], d: 'y' })).toEqual(['b', 'c', 'd']);
  });
});
