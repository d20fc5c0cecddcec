import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stickyAccount } from '../../src/lanes/sticky-account.ts';
import { AccountSelector, LastSenders } from '../../src/mo/account-selector.ts';

const accounts = ['a', 'b', 'c', 'd'];
const handsets = Array.from({ length: 4_000 }, (_, at) => `4477009${String(at).padStart(5, '0')}`);

describe('sticky', () => {
  it('spreads neighbouring numbers evenly', () => {
    const shares = new Map<string, number>();
    for (const handset of handsets) {
      const account = stickyAccount(accounts, handset);
      shares.set(account, (shares.get(account) ?? 0) + 1);
    }
    // 1,000 each; five standard deviations are 137.
    for (const account of accounts) expect(Math.abs((shares.get(account) ?? 0) - 1_000)).toBeLessThan(137);
  });

  it('whatever the list: the order does not matter, and who leaves moves only its own handsets', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(names, fc.string(), fc.nat(), (list, handset, at) => {
        const chosen = stickyAccount(list, handset);
        expect(list).toContain(chosen);
        expect(stickyAccount([...list].reverse(), handset)).toBe(chosen);
        const gone = list[at % list.length] as string;
        if (gone === chosen) return;
        expect(
          stickyAccount(
            list.filter((name) => name !== gone),
            handset,
          ),
        ).toBe(chosen);
      }),
    );
  });

  it('name and number do not run into each other', () => {
    const pairs = handsets.slice(0, 64).map((handset) => stickyAccount(['4', '44'], handset));
    expect(new Set(pairs).size).toBe(2);
  });
});

describe('spreads', () => {
  it('round-robin: in turn, each rule with its own turn', () => {
    const spread = new AccountSelector();
    const one = { kind: 'accounts', accounts, spread: 'round-robin' } as const;
    const other = { ...one, accounts: ['x', 'y'] };
    const turns = handsets.slice(0, 5).map((handset) => spread.choose(one, handset, undefined));
    expect(turns).toEqual([['a'], ['b'], ['c'], ['d'], ['a']]);
    expect(spread.choose(other, '1', undefined)).toEqual(['x']);
    expect(spread.choose(one, '1', undefined)).toEqual(['b']);
  });

  it('round-robin: segments of one message take no turn and stay together', () => {
    const spread = new AccountSelector();
    const action = { kind: 'accounts', accounts, spread: 'round-robin' } as const;
    const sets = handsets.slice(0, 40).map((set) => spread.choose(action, '1', set));
    expect(handsets.slice(0, 40).map((set) => spread.choose(action, '2', set))).toEqual(sets);
    expect(new Set(sets.flat()).size).toBe(4);
    expect(spread.choose(action, '1', undefined)).toEqual(['a']);
  });

  it('all, and lists of none and one', () => {
    const spread = new AccountSelector();
    expect(spread.choose({ kind: 'accounts', accounts, spread: 'all' }, '1', undefined)).toEqual(accounts);
    for (const kind of ['round-robin', 'sticky', 'all'] as const) {
      expect(spread.choose({ kind: 'accounts', accounts: [], spread: kind }, '1', undefined)).toEqual([]);
      expect(spread.choose({ kind: 'accounts', accounts: ['a'], spread: kind }, '1', 's')).toEqual(['a']);
    }
  });
});

describe('last writers', () => {
  it('the last one counts, for that sender and handset', () => {
    const writers = new LastSenders();
    writers.note('a', 'ACME', '44');
    writers.note('b', 'ACME', '+44');
    writers.note('c', '+60100', '44');
    expect(writers.of('ACME', '44')).toBe('b');
    expect(writers.of('60100', '+44')).toBe('c');
    expect(writers.of('ACM', 'E44')).toBeUndefined();
    expect(writers.of('44', 'ACME')).toBeUndefined();
  });

  it('at most so many, the latest half of them surely', () => {
    const most = 10;
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 200 }), (notes) => {
        const writers = new LastSenders(most);
        for (const [at, handset] of notes.entries()) writers.note(`account${at}`, 'S', String(handset));
        expect(writers.size).toBeLessThanOrEqual(most);
        const latest = new Map<number, number>();
        for (const [at, handset] of notes.entries()) {
          latest.delete(handset);
          latest.set(handset, at);
        }
        for (const [handset, at] of [...latest].slice(-(most / 2))) {
          expect(writers.of('S', String(handset))).toBe(`account${at}`);
        }
      }),
    );
  });
});
