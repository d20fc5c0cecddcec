import { describe, expect, it } from 'vitest';
import { Rules } from '../../src/routes/rules.ts';
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
