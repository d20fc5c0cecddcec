import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectGarbage } from '../../../../test/support/garbage.ts';
import { PathCursor, type PrefixEntry, PrefixTrie } from '../../src/lists/prefix-trie.ts';

function valuesOn(trie: PrefixTrie, text: string, from = 0, others?: Int32Array): number[] {
  const cursor = new PathCursor(trie);
  cursor.start(text, from, others);
  const found: number[] = [];
  for (let value = cursor.next(); value >= 0; value = cursor.next()) found.push(value);
  return found;
}

function ascendingOnce(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

describe('prefix trie', () => {
  const trie = new PrefixTrie([
    ['44', 5],
    ['4477', 2],
    ['447700900123', 9],
    ['4477', 7],
    ['33', 1],
    ['44', 2],
  ]);

  it.each([
    ['447700900123', [2, 5, 7, 9]],
    ['4477009001234', [2, 5, 7, 9]],
    ['44770090012', [2, 5, 7]],
    ['447', [2, 5]],
    ['44', [2, 5]],
    ['4', []],
    ['', []],
    ['331', [1]],
    ['55', []],
    [':', []],
    ['/', []],
    ['4é', []],
  ])('%j has the values %j, each once and ascending', (text, values) => {
    expect(valuesOn(trie, text)).toEqual(values);
  });

  it.each([
    ['447700900123', 9],
    ['44770090012', 2],
    ['4470', 2],
    ['33', 1],
    ['3', -1],
    ['', -1],
  ])('%j has %j at its longest prefix', (text, value) => {
    expect(trie.longest(text)).toBe(value);
  });

  it('begins where it is told', () => {
    expect(trie.longest('+4470', 1)).toBe(2);
    expect(valuesOn(trie, '+33', 1)).toEqual([1]);
  });

  it('merges another list', () => {
    expect(valuesOn(trie, '4477', 0, Int32Array.of(0, 2, 3, 11))).toEqual([0, 2, 3, 5, 7, 11]);
    expect(valuesOn(trie, '9', 0, Int32Array.of(4, 6))).toEqual([4, 6]);
  });

  it('holds all texts by the empty prefix', () => {
    const all = new PrefixTrie([['', 3]]);
    expect(all.longest('')).toBe(3);
    expect(all.longest('x')).toBe(3);
    expect(valuesOn(all, 'x')).toEqual([3]);
  });

  it('may be empty', () => {
    const empty = new PrefixTrie([]);
    expect(empty.longest('1')).toBe(-1);
    expect(valuesOn(empty, '1')).toEqual([]);
  });

  // Few characters, so that prefixes meet; and some that no numbering plan has.
  const text = fc.string({ unit: fc.constantFrom('0', '1', '2', '9', 'a', 'é', '\u{ffff}'), maxLength: 8 });

  it('finds what trying all prefixes finds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, fc.nat(20)), { maxLength: 40 }),
        fc.array(text, { minLength: 1, maxLength: 20 }),
        (entries: PrefixEntry[], texts) => {
          const built = new PrefixTrie(entries);
          for (const one of texts) {
            const held = entries.filter(([prefix]) => one.startsWith(prefix));
            expect(valuesOn(built, one)).toEqual(ascendingOnce(held.map(([, value]) => value)));
            const length = Math.max(...held.map(([prefix]) => prefix.length));
            const longest = held.filter(([prefix]) => prefix.length === length).map(([, value]) => value);
            expect(built.longest(one)).toBe(held.length === 0 ? -1 : Math.min(...longest));
          }
        },
      ),
    );
  });
});

describe('100,000 prefixes', () => {
  // Every number once: multiplying by an odd number permutes the residues of a power of two.
  const prefixes = Array.from({ length: 100_000 }, (_, index) => {
    const scattered = Math.imul(index, 0x9e3779b1) >>> 0;
    return String(scattered).slice(0, 4 + (index % 6));
  });
  const values = new Map<string, number>();
  prefixes.forEach((prefix, index) => {
    if (!values.has(prefix)) values.set(prefix, index);
  });
  const entries = prefixes.map((prefix, index): PrefixEntry => [prefix, index]);
  const texts = Array.from({ length: 2_000 }, (_, index) => {
    const scattered = Math.imul(index + 7, 0x85ebca6b) >>> 0;
    return `${scattered}${index}`.padEnd(12, '0').slice(0, 12);
  });

  function longestByMap(text: string): number {
    for (let length = text.length; length > 0; length -= 1) {
      const value = values.get(text.slice(0, length));
      if (value !== undefined) return value;
    }
    return -1;
  }

  it('are all found', () => {
    const trie = new PrefixTrie(entries);
    for (const [prefix, value] of values) expect(trie.longest(prefix)).toBe(value);
    let found = 0;
    for (const text of texts) {
      const wanted = longestByMap(text);
      if (wanted >= 0) found += 1;
      expect(trie.longest(text)).toBe(wanted);
    }
    expect(found).toBeGreaterThan(1_000);
  });

  it('take less than 16 MB, and lookups keep nothing', () => {
    collectGarbage();
    const before = process.memoryUsage();
    const trie = new PrefixTrie(entries);
    const cursor = new PathCursor(trie);
    collectGarbage();
    const built = process.memoryUsage();
    const grown = built.heapUsed - before.heapUsed + built.arrayBuffers - before.arrayBuffers;
    expect(grown).toBeLessThan(16_000_000);
    let sum = 0;
    for (let round = 0; round < 50; round += 1) {
      for (const text of texts) {
        sum += trie.longest(text);
        cursor.start(text);
        for (let value = cursor.next(); value >= 0; value = cursor.next()) sum += 1;
      }
    }
    collectGarbage();
    const after = process.memoryUsage();
    expect(sum).toBeGreaterThan(0);
    expect(after.arrayBuffers).toBeLessThanOrEqual(built.arrayBuffers);
    expect(after.heapUsed - built.heapUsed).toBeLessThan(500_000);
  });
});
