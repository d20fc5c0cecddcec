import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentKeys } from '../../src/message/recent-keys.ts';

const words = fc.string({ unit: 'binary', maxLength: 6 });

describe('recent keys', () => {
  it('every pair of words is a key of its own, whatever stands in them and wherever they part', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(words, words), { maxLength: 60 }), (pairs) => {
        const keys = new RecentKeys<string>(1_000);
        const expected = new Map<string, string>();
        for (const [at, [first, second]] of pairs.entries()) {
          keys.note(first, second, `value ${at}`);
          expected.set(JSON.stringify([first, second]), `value ${at}`);
        }
        for (const [first, second] of pairs)
          expect(keys.get(first, second)).toBe(expected.get(JSON.stringify([first, second])));
      }),
    );
  });

  it.each([
    [
      ['ab', 'c'],
      ['a', 'bc'],
    ],
    [
      ['', 'a'],
      ['a', ''],
    ],
    [
      ['', ''],
      ['\0', ''],
    ],
    [
      ['a', ''],
      ['a', '\0'],
    ],
    [
      ['a\0', 'b'],
      ['a', '\0b'],
    ],
    [
      ['1234', '5678'],
      ['5678', '1234'],
    ],
    [
      ['é', 'x'],
      ['e', 'x'],
    ],
  ] as const)('%j is not %j', (one, other) => {
    const keys = new RecentKeys<number>(10);
    keys.note(one[0], one[1], 1);
    expect(keys.get(other[0], other[1])).toBeUndefined();
    keys.note(other[0], other[1], 2);
    expect(keys.get(one[0], one[1])).toBe(1);
    expect(keys.get(other[0], other[1])).toBe(2);
  });

  it('of hundreds of thousands that are much alike, no two are one', () => {
    const count = 300_000;
    const keys = new RecentKeys<number>(count);
    for (let at = 0; at < count; at += 1)
      keys.note(`id-${at.toString(36)}`, String(447_700_900_000 + at), at);
    let wrong = 0;
    for (let at = 0; at < count; at += 1)
      if (keys.get(`id-${at.toString(36)}`, String(447_700_900_000 + at)) !== at) wrong += 1;
    expect(wrong).toBe(0);
    expect(keys.size).toBe(count);
    expect(keys.get('id-0', '447700900001')).toBeUndefined();
  });

  it('keeps the latest half surely, and forgets what is elder than all of them', () => {
    const half = 100;
    const keys = new RecentKeys<number>(half);
    for (let at = 0; at < 10 * half; at += 1) {
      keys.note('key', String(at), at);
      expect(keys.size).toBeLessThanOrEqual(2 * half);
      expect(keys.get('key', String(at))).toBe(at);
      if (at >= half) expect(keys.get('key', String(at - half + 1))).toBe(at - half + 1);
      if (at >= 2 * half) expect(keys.get('key', String(at - 2 * half))).toBeUndefined();
    }
  });
});
