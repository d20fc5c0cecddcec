import { describe, expect, it } from 'vitest';
import { FairMap } from '../../src/accounts/fair-map.ts';

describe('a map that owners share', () => {
  it('forgets the eldest of whoever has the most', () => {
    const map = new FairMap<number>(10);
    for (let at = 0; at < 3; at += 1) map.set('small', `s${at}`, at);
    for (let at = 0; at < 1_000; at += 1) map.set('large', `l${at}`, at);
    expect(map.size).toBe(10);
    for (let at = 0; at < 3; at += 1) expect(map.get('small', `s${at}`)).toBe(at);
    expect(map.get('large', 'l992')).toBeUndefined();
    expect(map.get('large', 'l993')).toBe(993);
  });

  it('makes what is set again the youngest, and frees what is deleted', () => {
    const map = new FairMap<number>(2);
    map.set('one', 'a', 1);
    map.set('one', 'b', 2);
    map.set('one', 'a', 3);
    map.set('one', 'c', 4);
    expect(['a', 'b', 'c'].map((key) => map.get('one', key))).toEqual([3, undefined, 4]);
    map.delete('one', 'a');
    map.delete('one', 'a');
    map.delete('nobody', 'a');
    expect(map.size).toBe(1);
    map.set('other', 'd', 5);
    expect([map.get('one', 'c'), map.get('other', 'd')]).toEqual([4, 5]);
  });
});
