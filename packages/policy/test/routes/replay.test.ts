import { describe, expect, it } from 'vitest';
import type { MessageFacts } from '../../src/facts.ts';
import { compareRoutes, RouteTrial } from '../../src/routes/replay.ts';
import { Router } from '../../src/routes/router.ts';
import { wayOf } from '../../src/routes/words.ts';
import type { RouteAction, RouteSettings } from '../../src/settings/route.ts';
import { factsOf, routeVia } from './facts-of.ts';

function messages(count: number, given: Parameters<typeof factsOf>[0]): MessageFacts[] {
  return Array.from({ length: count }, () => factsOf(given));
}

describe('a replay', () => {
  const before = new Router([
    routeVia('uk', { to: ['44'], price: { perSegment: 20 } }),
    routeVia('fr', { to: ['33'], price: { perSegment: 40 } }),
    routeVia('es', { to: ['34'], price: { perSegment: 30 } }),
    { name: 'bad', to: ['99'], action: { kind: 'reject', status: 0x0b }, price: { perSegment: 1_000 } },
  ]);
  const after = new Router([
    // Fewer go there, one connector is another, one costs more, one is no longer refused.
    routeVia('mobile', { to: ['447'], price: { perSegment: 15 } }),
    routeVia('uk', { to: ['44'], price: { perSegment: 20 } }),
    { ...routeVia('other'), name: 'fr', to: ['33'], price: { perSegment: 40 } },
    routeVia('es', { to: ['34'], price: { perSegment: 35 } }),
    routeVia('bad', { to: ['99'], price: { perSegment: 7 } }),
  ]);
  const yesterday = [
    ...messages(50, { to: '447700900123', segments: 2 }),
    ...messages(7, { to: '441234' }),
    ...messages(30, { to: '336' }),
    ...messages(3, { to: '346' }),
    ...messages(2, { to: '991' }),
    ...messages(1, { to: '1' }),
  ];
  const comparison = compareRoutes(yesterday, before, after);

  it('counts what changes', () => {
    expect(comparison).toMatchObject({
      messages: 93,
      segments: 143,
      changed: 82,
      repriced: 55,
      priceBefore: 50 * 2 * 20 + 7 * 20 + 30 * 40 + 3 * 30,
      priceAfter: 50 * 2 * 15 + 7 * 20 + 30 * 40 + 3 * 35 + 2 * 7,
      otherMessages: 0,
    });
  });

  it('says from where to where, the most first', () => {
    expect(comparison.flows).toEqual([
      {
        before: { route: 'uk', way: 'uk' },
        after: { route: 'mobile', way: 'mobile' },
        messages: 50,
        segments: 100,
        priceBefore: 2_000,
        priceAfter: 1_500,
      },
      {
        before: { route: 'fr', way: 'fr' },
        after: { route: 'fr', way: 'other' },
        messages: 30,
        segments: 30,
        priceBefore: 1_200,
        priceAfter: 1_200,
      },
      {
        before: { route: 'es', way: 'es' },
        after: { route: 'es', way: 'es' },
        messages: 3,
        segments: 3,
        priceBefore: 90,
        priceAfter: 105,
      },
      {
        before: { route: 'bad', way: 'rejected with 0xb' },
        after: { route: 'bad', way: 'bad' },
        messages: 2,
        segments: 2,
        priceBefore: 0,
        priceAfter: 14,
      },
    ]);
  });

  it('gives 20 examples', () => {
    expect(comparison.examples).toHaveLength(20);
    expect(comparison.examples[0]).toEqual({
      account: 'acme',
      from: 'ACME',
      to: '447700900123',
      segments: 2,
      before: { route: 'uk', way: 'uk' },
      after: { route: 'mobile', way: 'mobile' },
      priceBefore: 40,
      priceAfter: 30,
    });
  });

  it('leaves the counters of both tables alone', () => {
    expect([...before.hits(), ...after.hits()].every(({ hits }) => hits === 0)).toBe(true);
    expect(before.unrouted + after.unrouted).toBe(0);
  });

  it('of a table against itself changes nothing', () => {
    expect(compareRoutes(yesterday, before, before)).toMatchObject({ changed: 0, repriced: 0, flows: [] });
  });

  it('sees messages that lose or find their route', () => {
    const lost = compareRoutes(messages(2, {}), before, new Router([]));
    expect(lost.flows).toMatchObject([{ after: { route: undefined, way: 'no route' }, messages: 2 }]);
    const found = compareRoutes(messages(2, {}), new Router([]), before);
    expect(found.flows).toMatchObject([{ before: { route: undefined }, after: { route: 'uk' } }]);
  });

  it('can be looked at while it goes on', () => {
    const trial = new RouteTrial(before, after);
    trial.add(factsOf());
    const first = trial.result();
    trial.add(factsOf());
    expect(first.flows[0]?.messages).toBe(1);
    expect(trial.result().flows[0]?.messages).toBe(2);
  });

  it('tells 1,000 pairs apart and counts the rest', () => {
    const routes = (prefix: string): RouteSettings[] =>
      Array.from({ length: 1_500 }, (_, at) => routeVia(`${prefix}${at}`, { to: [String(10_000 + at)] }));
    const all = Array.from({ length: 1_500 }, (_, at) => factsOf({ to: String(10_000 + at) }));
    const result = compareRoutes([...all, ...all], new Router(routes('a')), new Router(routes('b')));
    expect(result.changed).toBe(3_000);
    expect(result.flows).toHaveLength(1_000);
    expect(result.otherMessages).toBe(1_000);
  });
});

describe('ways in words', () => {
  it.each<readonly [RouteAction, string]>([
    [
      {
        kind: 'via',
        groups: [
          [{ connector: 'op-a', weight: 70 }, { connector: 'op-c' }],
          [{ connector: 'op-b', weight: 5 }],
        ],
      },
      'op-a 70, op-c 1; else op-b',
    ],
    [{ kind: 'reject', status: 0x45 }, 'rejected with 0x45'],
    [{ kind: 'drop' }, 'dropped'],
    [{ kind: 'hold' }, 'held'],
  ])('%j', (action, words) => {
    expect(wayOf(action)).toBe(words);
  });
});
