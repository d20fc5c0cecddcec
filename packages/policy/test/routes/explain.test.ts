import { describe, expect, it } from 'vitest';
import { ListFile } from '../../src/lists/list-file.ts';
import { NumberTable } from '../../src/lists/number-table.ts';
import { Rules } from '../../src/routes/rules.ts';
import { checkRoutes } from '../../src/routes/validate.ts';
import { factsOf } from './facts-of.ts';

describe('explanations', () => {
  it('say of each rule what became of it', () => {
    const rules = new Rules([
      { name: 'fr', to: ['336', '337'], text: 'never looked at' },
      { name: 'old', disabled: true },
      { name: 'big', to: ['44'], segments: { min: 2 } },
      { name: 'uk', to: ['44', '+4477'], accounts: ['acme'] },
      { name: 'rest' },
    ]);
    expect(rules.explain(factsOf())).toEqual([
      {
        rule: 'fr',
        index: 0,
        outcome: 'fails',
        field: 'to',
        words: 'to: 447700900123 is none of 336, 337',
      },
      { rule: 'old', index: 1, outcome: 'disabled', field: undefined, words: 'it is disabled' },
      { rule: 'big', index: 2, outcome: 'fails', field: 'segments', words: 'segments: 1 is not at least 2' },
      { rule: 'uk', index: 3, outcome: 'chosen', field: undefined, words: 'all hold: to 4477, accounts' },
      {
        rule: 'rest',
        index: 4,
        outcome: 'matches',
        field: undefined,
        words: 'it has no conditions, but another came first',
      },
    ]);
  });

  it('say the first condition that fails, the cheapest first', () => {
    const rules = new Rules([{ name: 'a', when: 'false', text: 'x', segments: { min: 9 }, accounts: ['z'] }]);
    expect(rules.explain(factsOf())[0]?.field).toBe('segments');
  });

  it('are bounded, and the chosen rule is among them wherever it stands', () => {
    const many = Array.from({ length: 3_000 }, (_, at) => ({ name: `r${at}`, to: ['33'] }));
    const rules = new Rules([...many, { name: 'chosen' }, { name: 'after' }]);
    const verdicts = rules.explain(factsOf());
    expect(verdicts).toHaveLength(1_000);
    expect(verdicts.at(-2)?.rule).toBe('r998');
    expect(verdicts.at(-1)).toMatchObject({ rule: 'chosen', index: 3_000, outcome: 'chosen' });
    const none = new Rules(many).explain(factsOf());
    expect(none).toHaveLength(1_000);
    expect(none.every(({ outcome }) => outcome === 'fails')).toBe(true);
    const first = new Rules([{ name: 'chosen' }, ...many]).explain(factsOf());
    expect(first).toHaveLength(1_000);
    expect(first[0]?.outcome).toBe('chosen');
  });
});

describe('files of a rule', () => {
  const file = (name: string, kind: 'addresses' | 'prefixes', ...entries: string[]): ListFile => {
    const table = new NumberTable();
    for (const entry of entries) table.add(entry, name);
    return new ListFile(name, kind, entries.join(), table);
  };
  const to = file('ported.txt', 'prefixes', '4477009*', '33*');
  const from = file('senders.txt', 'addresses', 'BANK*', '60100');

  it('match beside what stands there, in the order of the rules', () => {
    const rules = new Rules([
      { name: 'file', to: [to, '49'] },
      { name: 'sender', from: [from, 'ACME'], to: ['1'] },
      { name: 'uk', to: ['44'] },
    ]);
    const ruleOf = (digits: string, sender = 'x') => rules.match(factsOf({ from: sender, to: digits }))?.name;
    expect(ruleOf('447700900123')).toBe('file');
    expect(ruleOf('+447700900123')).toBe('file');
    expect(ruleOf('4916')).toBe('file');
    expect(ruleOf('336')).toBe('file');
    expect(ruleOf('447712345678')).toBe('uk');
    expect(ruleOf('1212', 'bank of x')).toBe('sender');
    expect(ruleOf('1212', '60100')).toBe('sender');
    expect(ruleOf('1212', 'ACME')).toBe('sender');
    expect(ruleOf('1212', 'other')).toBeUndefined();
  });

  it('are named in words, and what is in them is not', () => {
    const rules = new Rules([
      { name: 'a', to: [file('de.txt', 'prefixes', '49*'), '331'] },
      { name: 'b', from: [from] },
      { name: 'c', to: [to] },
    ]);
    expect(rules.explain(factsOf()).map(({ outcome, words }) => [outcome, words])).toEqual([
      ['fails', 'to: 447700900123 begins with none of 331, file:de.txt'],
      ['fails', expect.stringMatching(/^from: .* is none of file:senders\.txt$/)],
      ['chosen', 'all hold: to file:ported.txt'],
    ]);
  });

  it('cover no other rule, and are covered by none', () => {
    const via = { kind: 'via' as const, groups: [[{ connector: 'op' }]] };
    const flaws = checkRoutes(
      [
        { name: 'file', to: [to], action: via },
        { name: 'inside', to: ['33'], action: via },
        { name: 'wide', to: ['44'], action: via },
        { name: 'after', to: [to], action: via },
      ],
      new Set(['op']),
      undefined,
    );
    expect(flaws).toEqual([]);
  });
});
