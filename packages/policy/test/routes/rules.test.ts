import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectGarbage } from '../../../../test/support/garbage.ts';
import type { MessageFacts } from '../../src/facts.ts';
import { textsOf } from '../../src/lists/list-file.ts';
import { type RuleSettings, Rules } from '../../src/routes/rules.ts';
import { factsOf } from './facts-of.ts';

/** Tries rule after rule, knowing nothing of the compiled form. */
function naive(rules: readonly RuleSettings[], facts: MessageFacts): string | undefined {
  const holdsName = (patterns: readonly string[] | undefined, name: string): boolean =>
    patterns === undefined ||
    patterns.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name));
  const bare = (text: string): string => (text.startsWith('+') ? text.slice(1) : text);
  return rules.find(
    (rule) =>
      rule.disabled !== true &&
      holdsName(rule.accounts, facts.account) &&
      holdsName(rule.from && textsOf(rule.from), facts.source.digits) &&
      (rule.to === undefined ||
        textsOf(rule.to).some((prefix) => bare(facts.destination.digits).startsWith(bare(prefix)))) &&
      (rule.text === undefined || facts.text?.includes(rule.text) === true) &&
      (rule.codings === undefined || rule.codings.includes(facts.coding)) &&
      facts.segments >= (rule.segments?.min ?? 0) &&
      facts.segments <= (rule.segments?.max ?? 999) &&
      (rule.tags === undefined || rule.tags.some((tag) => facts.tags.includes(tag))) &&
      (rule.when === undefined || facts.priority === 2),
  )?.name;
}

const few = { minLength: 1, maxLength: 3 };
const digits = fc.string({ unit: fc.constantFrom('1', '2'), maxLength: 4 });
const number = fc.tuple(fc.constantFrom('', '', '+'), digits).map((parts) => parts.join(''));
const account = fc.constantFrom('a', 'ab', 'b', '');
const sender = fc.constantFrom('X', 'XY', '', '12');
const possible = {
  accounts: fc.array(fc.constantFrom('a', 'a*', 'b', '*'), few),
  from: fc.array(fc.constantFrom('X', 'X*', '', '1*'), few),
  to: fc.array(number, { maxLength: 3 }),
  text: fc.constantFrom('one', 'two'),
  codings: fc.array(fc.constantFrom('gsm7', 'ucs2'), few),
  segments: fc.record({ min: fc.integer({ min: 1, max: 2 }) }, { requiredKeys: [] }),
  tags: fc.array(fc.constantFrom('t', 'u'), few),
  when: fc.constant('msg.priority == 2'),
  disabled: fc.boolean(),
};
// One to three conditions each: rules with all of them match nothing, and then the order shows nothing.
const conditions = fc
  .tuple(fc.record(possible), fc.subarray(Object.keys(possible), { minLength: 1, maxLength: 3 }))
  .map(([all, keys]) => Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key))));
const tables = fc
  .array(conditions, { maxLength: 12 })
  .map((rules) => rules.map((rule, index): RuleSettings => ({ name: `r${index}`, ...rule })));
const message = fc
  .record({
    account,
    from: sender,
    to: number,
    text: fc.constantFrom('one', 'two three', undefined),
    coding: fc.constantFrom('gsm7', 'ucs2'),
    segments: fc.integer({ min: 1, max: 3 }),
    tags: fc.array(fc.constantFrom('t', 'u', 'v'), { maxLength: 3 }),
    priority: fc.constantFrom(0, 2),
  })
  .map((fields) => factsOf(fields as Parameters<typeof factsOf>[0]));

describe('rules', () => {
  it('match as if all were tried in order', () => {
    let matched = 0;
    fc.assert(
      fc.property(tables, fc.array(message, { minLength: 1, maxLength: 15 }), (settings, messages) => {
        const rules = new Rules(settings);
        for (const facts of messages) {
          const expected = naive(settings, facts);
          if (expected !== undefined) matched += 1;
          expect(rules.match(facts)?.name).toBe(expected);
          expect(rules.explain(facts).find(({ outcome }) => outcome === 'chosen')?.rule).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
    expect(matched).toBeGreaterThan(1_000);
  });

  it('take the first, not the most specific', () => {
    const rules = new Rules([
      { name: 'uk', to: ['44'] },
      { name: 'mobile', to: ['447'] },
      { name: 'rest' },
      { name: 'never', to: ['33'] },
    ]);
    expect(rules.match(factsOf())?.name).toBe('uk');
    expect(rules.match(factsOf({ to: '33123' }))?.name).toBe('rest');
  });

  it('skip what is disabled', () => {
    const rules = new Rules([
      { name: 'a', disabled: true },
      { name: 'b', disabled: false },
    ]);
    expect(rules.match(factsOf())?.name).toBe('b');
  });

  it('may be none', () => {
    const rules = new Rules([]);
    expect(rules.match(factsOf())).toBeUndefined();
    expect(rules.find(factsOf())).toBe(-1);
    expect(rules.explain(factsOf())).toEqual([]);
  });

  it('know a thousand accounts apart, seen in any order and again', () => {
    const rules = new Rules([
      { name: 'first', accounts: ['c7*'], to: ['33'] },
      ...Array.from({ length: 1_000 }, (_, at) => ({ name: `r${at}`, accounts: [`c${at}`] })),
      { name: 'rest' },
    ]);
    for (const at of [0, 999, 7, 7, 500, 0, 71, 999]) {
      expect(rules.match(factsOf({ account: `c${at}` }))?.name).toBe(`r${at}`);
    }
    expect(rules.match(factsOf({ account: 'c1000' }))?.name).toBe('rest');
    expect(rules.match(factsOf({ account: 'c71', to: '331' }))?.name).toBe('first');
    expect(rules.match(factsOf({ account: '' }))?.name).toBe('rest');
  });

  it('keep no more for accounts than they may, however many come', () => {
    // 20,000 rules leave room for the views of some hundred accounts.
    const rules = new Rules(
      Array.from({ length: 20_000 }, (_, at) => ({ name: `r${at}`, accounts: [`c${at}`] })),
    );
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < 1_000; at += 1) expect(rules.find(factsOf({ account: `c${at}` }))).toBe(at);
    collectGarbage();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(rules.find(factsOf({ account: 'c0' }))).toBe(0);
  });
});

describe('100,000 prefixes over 100 rules', () => {
  const settings = Array.from({ length: 100 }, (_, rule) => ({
    name: `r${rule}`,
    to: Array.from({ length: 1_000 }, (_unused, at) => String(1_000_000 + at * 100 + rule)),
  }));
  const rules = new Rules<RuleSettings>([...settings, { name: 'rest' }]);

  it('find their rules', () => {
    for (let number = 1_000_000; number < 1_100_000; number += 37) {
      expect(rules.match(factsOf({ to: `${number}55` }))?.name).toBe(`r${number % 100}`);
    }
    expect(rules.match(factsOf({ to: '1100000' }))?.name).toBe('rest');
  });
});
