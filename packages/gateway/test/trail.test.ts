import { describe, expect, it } from 'vitest';
import { trailOf, withoutTried, withTaken, withTried, withUnfit } from '../src/message/trail.ts';

const nothing = { route: '', tried: [], isTaken: false, unfit: [] };

describe('the memo of a routed message', () => {
  it.each([
    ['of none', undefined, nothing],
    ['of a route', 'uk', { ...nothing, route: 'uk' }],
    ['of one that has been tried', 'uk|a,b', { ...nothing, route: 'uk', tried: ['a', 'b'] }],
    ['of one without a route', '|a', { ...nothing, tried: ['a'] }],
    [
      'of one that was taken, and went on',
      'uk|a,*,b',
      { ...nothing, route: 'uk', tried: ['a', 'b'], isTaken: true },
    ],
    ['of a piece', 'uk|?c,?d,a', { ...nothing, route: 'uk', tried: ['a'], unfit: ['c', 'd'] }],
  ])('%s says so, however often it is asked', (_, memo, trail) => {
    expect(trailOf(memo)).toEqual(trail);
    expect(trailOf(memo)).toBe(trailOf(memo));
  });

  it('is added to, and a pause leaves what does not pass', () => {
    const tried = withTried(withTried(withUnfit('uk', ['c']), 'a'), 'b');
    expect(trailOf(tried)).toEqual({ route: 'uk', tried: ['a', 'b'], isTaken: false, unfit: ['c'] });
    const taken = withTaken(withTaken(tried));
    expect(trailOf(taken)).toEqual({ route: 'uk', tried: ['a', 'b'], isTaken: true, unfit: ['c'] });
    expect(trailOf(withoutTried(taken))).toEqual({ route: 'uk', tried: [], isTaken: true, unfit: ['c'] });
    expect([withoutTried('uk|a,b'), withoutTried(undefined)]).toEqual(['uk', '']);
    expect([withTried(undefined, 'a'), withTaken(undefined), withUnfit('uk', [])]).toEqual([
      '|a',
      '|*',
      'uk',
    ]);
  });

  it('is read right after many others', () => {
    for (let at = 0; at < 25_000; at += 1) trailOf(`route-${at}|a`);
    expect(trailOf('uk|a,b')).toEqual({ ...nothing, route: 'uk', tried: ['a', 'b'] });
  });
});
