import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MoAction } from '../../../policy/src/settings/mo-route.ts';
import { stickyAccount } from '../../src/lanes/sticky-account.ts';
import { MoHandlers } from '../../src/mo/actions.ts';
import type { MoActionContext, MoArrival } from '../../src/mo/context.ts';

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
  const handlers = new MoHandlers();
  const settings = (spread: string, names: readonly string[] = accounts): MoAction => ({
    kind: 'accounts',
    accounts: names,
    spread,
  });
  const choose = (action: MoAction, handset: string, set?: string): readonly string[] => {
    const messages = [{ source: { ton: 1, npi: 1, digits: handset } }];
    const result = handlers
      .prepared(action)
      .run({} as MoActionContext, { messages, set } as unknown as MoArrival);
    if (!('kind' in result) || result.kind !== 'taken') throw new Error('not taken');
    for (const { account, lane } of result.targets) expect(lane).toBe(`account:${account}`);
    return result.targets.map(({ account }) => account);
  };

  it('round-robin: in turn, each rule with its own turn', () => {
    const one = settings('round-robin');
    const other = settings('round-robin', ['x', 'y']);
    const turns = handsets.slice(0, 5).map((handset) => choose(one, handset));
    expect(turns).toEqual([['a'], ['b'], ['c'], ['d'], ['a']]);
    expect(choose(other, '1')).toEqual(['x']);
    expect(choose(one, '1')).toEqual(['b']);
  });

  it('round-robin: segments of one message take no turn and stay together', () => {
    const action = settings('round-robin');
    const sets = handsets.slice(0, 40).map((set) => choose(action, '1', set));
    expect(handsets.slice(0, 40).map((set) => choose(action, '2', set))).toEqual(sets);
    expect(new Set(sets.flat()).size).toBe(4);
    expect(choose(action, '1')).toEqual(['a']);
  });

  it('all, and lists of none and one', () => {
    expect(choose(settings('all'), '1')).toEqual(accounts);
    for (const spread of ['round-robin', 'sticky', 'all']) {
      expect(choose(settings(spread, []), '1')).toEqual([]);
      expect(choose(settings(spread, ['a']), '1', 's')).toEqual(['a']);
    }
  });
});
