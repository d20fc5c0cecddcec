import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePrice } from '../../src/routes/price.ts';
import { Router } from '../../src/routes/router.ts';
import type { PriceSettings } from '../../src/settings/route.ts';
import { factsOf, routeVia } from './facts-of.ts';

function priceOf(price: PriceSettings | undefined, digits: string): number | undefined {
  return compilePrice(routeVia('a', { price }))({ ton: 1, npi: 1, digits });
}

describe('numbers without a price', () => {
  const byPrefix = { '4477': 12_300 };

  it.each([
    [{ byPrefix }, '447700900123', 12_300],
    [{ byPrefix }, '4433', 0],
    [{ byPrefix, unlisted: 'free' }, '4433', 0],
    [{ byPrefix, unlisted: 'reject' }, '4433', undefined],
    [{ byPrefix, unlisted: 'reject' }, '447700900123', 12_300],
    [{ unlisted: 'reject' }, '4433', undefined],
  ] as const)('%j to %s: %j', (price, digits, amount) => {
    expect(priceOf(price, digits)).toBe(amount);
  });

  it('are not refused where there is a price for all', () => {
    expect(() => priceOf({ perSegment: 1, unlisted: 'reject' }, '44')).toThrow('price.unlisted');
  });
});

describe('prices', () => {
  const price: PriceSettings = {
    perSegment: 50_000,
    byPrefix: { '44': 20_000, '4477': 15_000, '447700900123': 0, '+336': 41_000 },
  };
  it.each([
    [price, '4412345', 20_000],
    [price, '447700900124', 15_000],
    [price, '+447700900124', 15_000],
    [price, '447700900123', 0],
    [price, '33612', 41_000],
    [price, '33512', 50_000],
    [price, '', 50_000],
    [{ byPrefix: { '44': 1 } }, '33', 0],
    [{ byPrefix: { '': 3, '44': 1 } }, '33', 3],
    [{ perSegment: 7 }, '33', 7],
    [{ byPrefix: {} }, '33', 0],
    [undefined, '33', 0],
  ])('%j to %j: %j', (settings, digits, amount) => {
    expect(priceOf(settings, digits)).toBe(amount);
  });

  it('are those of the longest prefix', () => {
    const digits = fc.string({ unit: fc.constantFrom('1', '2'), maxLength: 6 });
    fc.assert(
      fc.property(fc.dictionary(digits, fc.nat(), { noNullPrototype: true }), digits, (byPrefix, number) => {
        const longest = Object.keys(byPrefix)
          .filter((prefix) => number.startsWith(prefix))
          .sort((a, b) => b.length - a.length)[0];
        expect(priceOf({ perSegment: 5, byPrefix }, number)).toBe(
          longest === undefined ? 5 : byPrefix[longest],
        );
      }),
    );
  });

  it.each<readonly [PriceSettings, RegExp]>([
    [{ perSegment: -1 }, /^route "a": price.perSegment: -1 is no price/],
    [{ perSegment: 0.5 }, /price.perSegment: 0.5 is no price: give whole millionths/],
    [{ byPrefix: { '44': Number.NaN } }, /price.byPrefix.44: NaN/],
    [{ byPrefix: { '44': 1, '+44': 2 } }, /price.byPrefix.\+44: 44 is there too/],
  ])('%j is refused', (settings, words) => {
    expect(() => priceOf(settings, '1')).toThrow(RangeError);
    expect(() => priceOf(settings, '1')).toThrow(words);
  });
});

describe('router', () => {
  const table = [
    routeVia('op-a', { to: ['44'], price: { perSegment: 20_000 } }),
    routeVia('op-b', { to: ['33'] }),
  ];

  it('gives the compiled route and counts', () => {
    const router = new Router(table);
    const route = router.route(factsOf());
    expect(route?.settings).toBe(table[0]);
    expect(route?.index).toBe(0);
    expect(route?.priceOf(factsOf().destination)).toBe(20_000);
    expect(router.route(factsOf({ to: '1' }))).toBeUndefined();
    router.route(factsOf());
    expect(router.hits()).toEqual([
      { route: 'op-a', hits: 2, whenFailures: 0 },
      { route: 'op-b', hits: 0, whenFailures: 0 },
    ]);
    expect(router.unrouted).toBe(1);
  });

  it('does not count what it is only asked', () => {
    const router = new Router(table);
    expect(router.peek(factsOf())?.settings.name).toBe('op-a');
    expect(router.peek(factsOf({ to: '1' }))).toBeUndefined();
    expect(router.explain(factsOf()).map(({ outcome }) => outcome)).toEqual(['chosen', 'fails']);
    expect(router.hits().every(({ hits }) => hits === 0)).toBe(true);
    expect(router.unrouted).toBe(0);
  });

  it('goes on counting after a reload, by name', () => {
    const failing = routeVia('odd', { when: 'msg.tags[0] == "x"' });
    const before = new Router([failing, ...table]);
    before.route(factsOf());
    before.route(factsOf({ to: '1' }));
    const after = new Router(
      [routeVia('new', { to: ['99'] }), table[1] ?? failing, failing, routeVia('op-a')],
      before,
    );
    after.route(factsOf());
    expect(after.hits()).toEqual([
      { route: 'new', hits: 0, whenFailures: 0 },
      { route: 'op-b', hits: 0, whenFailures: 0 },
      { route: 'odd', hits: 0, whenFailures: 3 },
      { route: 'op-a', hits: 2, whenFailures: 0 },
    ]);
    expect(after.unrouted).toBe(1);
  });

  it('refuses a table by route and field', () => {
    expect(() => new Router([routeVia('a', { text: '(' })])).toThrow(/^route "a": text: /);
    expect(() => new Router([routeVia('a', { price: { perSegment: -1 } })])).toThrow(/^route "a": price/);
  });
});
