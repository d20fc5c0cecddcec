import { describe, expect, it, vi } from 'vitest';
import type { MessageFacts } from '../../src/facts.ts';
import { Router } from '../../src/routes/router.ts';
import { factsOf, matches, routeVia, whyNot } from './facts-of.ts';

describe('when', () => {
  const rich = factsOf({
    from: '447700900001',
    segments: 300,
    priority: 3,
    coding: 'ucs2',
    tags: ['vip', 'uk'],
    connector: 'op-a',
    nowMs: Date.parse('2026-07-19T22:59:59.999Z'),
  });
  it.each<readonly [string, MessageFacts, boolean]>([
    ['msg.segments > 3 && hour >= 22', rich, true],
    ['msg.segments > 3 && hour >= 23', rich, false],
    ['msg.segments == 300', rich, true],
    ['msg.from == "447700900001" && msg.to.startsWith("4477")', rich, true],
    ['msg.text.contains("code")', rich, true],
    ['msg.text == ""', factsOf({ text: undefined }), true],
    ['msg.coding == "ucs2"', rich, true],
    ['msg.priority == 3', rich, true],
    ['msg.account == account && account == "acme"', rich, true],
    ['msg.connector == "op-a"', rich, true],
    ['"vip" in msg.tags', rich, true],
    ['"gold" in msg.tags', rich, false],
    ['msg.tags.exists(t, t.startsWith("v"))', rich, true],
    // 2026-07-19 is a Sunday.
    ['weekday == 0', rich, true],
    ['weekday >= 1 && weekday <= 5', factsOf(), true],
    ['hour == 12', factsOf(), true],
    ['hour == 23 && weekday == 3', factsOf({ nowMs: -1 }), true],
    ['msg.segments > 3 ? account == "x" : account == "acme"', factsOf(), true],
    ['size(msg.text) <= 17', factsOf(), true],
    ['msg.text.matches("c.de")', factsOf(), true],
    ['msg.text.matches("^c.de")', factsOf(), false],
    [`(msg.text + "!").matches( r'\\d{4}!$' )`, factsOf(), true],
    ['msg.text . matches ("code") && !msg.text.matches("OTP")', factsOf(), true],
    ['msg.tags.exists(t, t.matches("^v.p$")) || msg.from == "matches(x)"', rich, true],
    ['msg.tags.filter(t, t != "uk").exists(t, t == "vip")', rich, true],
  ])('%s', (expression, facts, expected) => {
    expect(matches({ when: expression }, facts)).toBe(expected);
  });

  it('uses no regular expression of JavaScript on the text', () => {
    const test = vi.spyOn(RegExp.prototype, 'test');
    const exec = vi.spyOn(RegExp.prototype, 'exec');
    const router = new Router([routeVia('a', { when: 'msg.text.matches("a+")' })]);
    test.mockClear();
    exec.mockClear();
    router.route(factsOf({ text: 'secret aaa' }));
    const seen = [...test.mock.calls, ...exec.mock.calls].flat();
    vi.restoreAllMocks();
    expect(seen.filter((text) => text.includes('secret'))).toEqual([]);
    expect(router.hits()[0]?.hits).toBe(1);
  });

  it('that fails counts as not matching, and is counted', () => {
    const router = new Router([routeVia('a', { when: 'msg.tags[1] == "vip"' }), routeVia('rest')]);
    expect(router.route(factsOf({ tags: ['x'] }))?.settings.name).toBe('rest');
    expect(router.route(factsOf({ tags: ['x', 'vip'] }))?.settings.name).toBe('a');
    expect(router.route(factsOf({ tags: [] }))?.settings.name).toBe('rest');
    router.peek(factsOf());
    router.explain(factsOf());
    expect(router.hits()).toEqual([
      { route: 'a', hits: 1, whenFailures: 2 },
      { route: 'rest', hits: 2, whenFailures: 0 },
    ]);
    expect(whyNot({ when: 'msg.segments / 0 == 1' }, factsOf())).toBe(
      'when: "msg.segments / 0 == 1" failed: division by zero',
    );
  });

  it('sees each message afresh', () => {
    const router = new Router([
      routeVia('a', { when: 'msg.segments == 1' }),
      routeVia('b', { when: 'msg.segments == 2' }),
    ]);
    const names = [1, 2, 1, 3, 2].map((segments) => router.route(factsOf({ segments }))?.settings.name);
    expect(names).toEqual(['a', 'b', 'a', undefined, 'b']);
  });

  it('is not evaluated when something cheaper fails', () => {
    const router = new Router([routeVia('a', { when: 'msg.tags[9] == ""', segments: { min: 2 } })]);
    router.route(factsOf());
    expect(router.hits()[0]?.whenFailures).toBe(0);
  });
});
