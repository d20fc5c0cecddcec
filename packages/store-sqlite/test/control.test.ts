// Both control stores keep what control-store.ts promises.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlChange, type ControlStore, MemoryControl } from '@chappe/center';
import { SqliteControl } from '@chappe/store-sqlite';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';

const folders: string[] = [];
const open: ControlStore[] = [];

afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

function sqlite(): ControlStore {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-control-'));
  folders.push(folder);
  return SqliteControl.open(folder);
}

const stores: readonly (readonly [string, () => ControlStore])[] = [
  ['memory', () => new MemoryControl()],
  ['sqlite', sqlite],
];

describe.each(stores)('%s control store', (_name, make) => {
  function opened(): ControlStore {
    const store = make();
    open.push(store);
    return store;
  }

  function put(kind: string, ...keys: readonly string[]): ControlChange[] {
    return keys.map((key) => ({ kind, key, value: `value of ${key}` }));
  }

  async function keysOf(store: ControlStore, kind: string, range = {}): Promise<string[]> {
    return (await store.list(kind, range)).map(({ key }) => key);
  }

  test('what was never written is not there', async () => {
    const store = opened();
    expect(await store.get('a', 'x')).toBeUndefined();
    expect(await store.list('a')).toEqual([]);
  });

  test('an entry is read, written over and taken away; kinds are apart', async () => {
    const store = opened();
    await store.write([
      { kind: 'a', key: 'x', value: '1' },
      { kind: 'b', key: 'x', value: '2' },
    ]);
    expect(await store.get('a', 'x')).toBe('1');
    expect(await store.get('b', 'x')).toBe('2');
    await store.write([{ kind: 'a', key: 'x', value: '3' }]);
    expect(await store.list('a')).toEqual([{ key: 'x', value: '3' }]);
    await store.write([{ kind: 'a', key: 'x', value: undefined }]);
    expect(await store.get('a', 'x')).toBeUndefined();
    expect(await store.list('a')).toEqual([]);
    expect(await store.get('b', 'x')).toBe('2');
  });

  test('taking away what is not there is no fault', async () => {
    const store = opened();
    await store.write([{ kind: 'a', key: 'x', value: undefined }]);
    expect(await store.list('a')).toEqual([]);
  });

  test('an empty value and an empty batch', async () => {
    const store = opened();
    await store.write([]);
    await store.write([{ kind: 'a', key: 'x', value: '' }]);
    expect(await store.get('a', 'x')).toBe('');
    expect(await store.list('a')).toEqual([{ key: 'x', value: '' }]);
  });

  test('changes of a batch count in their order', async () => {
    const store = opened();
    await store.write([
      { kind: 'a', key: 'x', value: '1' },
      { kind: 'a', key: 'x', value: undefined },
      { kind: 'a', key: 'y', value: '1' },
      { kind: 'a', key: 'y', value: '2' },
    ]);
    expect(await store.list('a')).toEqual([{ key: 'y', value: '2' }]);
  });

  test('a list is in the order of the keys, whatever the order of writing', async () => {
    const store = opened();
    await store.write(put('a', 'b', 'B', '10', '9', 'é', 'a/2', 'a', 'a/10', '~', ' '));
    const expected = [' ', '10', '9', 'B', 'a', 'a/10', 'a/2', 'b', '~', 'é'];
    expect(await keysOf(store, 'a')).toEqual(expected);
  });

  const prefixes: readonly (readonly [string, readonly string[]])[] = [
    ['', ['2026-01-31/x', '2026-02-01/x', '2026-02-01/y', '2026-02-02/x', '%']],
    ['2026-02-01/', ['2026-02-01/x', '2026-02-01/y']],
    ['2026-02-0', ['2026-02-01/x', '2026-02-01/y', '2026-02-02/x']],
    ['2026-02-01/x', ['2026-02-01/x']],
    ['2026-02-01/xx', []],
    // Not a pattern.
    ['%', ['%']],
    ['2026-02-__', []],
  ];
  test.each(prefixes)('prefix %j', async (prefix, expected) => {
    const store = opened();
    await store.write(put('a', '2026-02-01/x', '2026-02-02/x', '2026-01-31/x', '2026-02-01/y', '%'));
    await store.write(put('b', '2026-02-01/z'));
    expect(await keysOf(store, 'a', { prefix })).toEqual([...expected].sort());
  });

  test('a list goes on after a key, which need not be there, as far as its limit', async () => {
    const store = opened();
    await store.write(put('a', '1', '2', '3', '4', '5'));
    expect(await keysOf(store, 'a', { limit: 2 })).toEqual(['1', '2']);
    expect(await keysOf(store, 'a', { after: '2', limit: 2 })).toEqual(['3', '4']);
    expect(await keysOf(store, 'a', { after: '4', limit: 2 })).toEqual(['5']);
    expect(await keysOf(store, 'a', { after: '35' })).toEqual(['4', '5']);
    expect(await keysOf(store, 'a', { after: '5' })).toEqual([]);
    expect(await keysOf(store, 'a', { limit: 0 })).toEqual([]);
    expect(await keysOf(store, 'a', { limit: 100 })).toHaveLength(5);
  });

  test('prefix, after and limit hold together', async () => {
    const store = opened();
    await store.write(put('a', 'k1', 'k2', 'k3', 'k4', 'l1', 'j1'));
    expect(await keysOf(store, 'a', { prefix: 'k', after: 'k1', limit: 2 })).toEqual(['k2', 'k3']);
    expect(await keysOf(store, 'a', { prefix: 'k', after: 'a', limit: 9 })).toEqual(['k1', 'k2', 'k3', 'k4']);
    expect(await keysOf(store, 'a', { prefix: 'k', after: 'k9' })).toEqual([]);
  });

  test('the other way round, before a key and between two', async () => {
    const store = opened();
    await store.write(put('a', 'k1', 'k2', 'k3', 'k4', 'l1', 'j1', '', '\u{ffff}', '\u{10000}'));
    const down = { isDescending: true };
    expect(await keysOf(store, 'a', down)).toEqual([
      '\u{10000}',
      '\u{ffff}',
      'l1',
      'k4',
      'k3',
      'k2',
      'k1',
      'j1',
      '',
    ]);
    expect(await keysOf(store, 'a', { ...down, before: '\u{10000}', limit: 2 })).toEqual(['\u{ffff}', 'l1']);
    expect(await keysOf(store, 'a', { ...down, prefix: 'k', limit: 2 })).toEqual(['k4', 'k3']);
    expect(await keysOf(store, 'a', { ...down, prefix: 'k', before: 'k3' })).toEqual(['k2', 'k1']);
    expect(await keysOf(store, 'a', { ...down, prefix: 'k', before: 'z', after: 'k2' })).toEqual([
      'k4',
      'k3',
    ]);
    expect(await keysOf(store, 'a', { before: 'k2' })).toEqual(['', 'j1', 'k1']);
    expect(await keysOf(store, 'a', { before: 'k2', after: '' })).toEqual(['j1', 'k1']);
    expect(await keysOf(store, 'a', { before: '' })).toEqual([]);
    expect(await keysOf(store, 'a', { before: 'k1', after: 'k3' })).toEqual([]);
  });

  test('texts of any length and script come back as they were', async () => {
    const store = opened();
    const value = `{"note":"Zoë \\u0000 ' \\" 😀 ${'x'.repeat(100_000)}"}`;
    await store.write([{ kind: "it's", key: 'ключ 😀 ";--', value }]);
    expect(await store.get("it's", 'ключ 😀 ";--')).toBe(value);
    expect(await store.list("it's", { prefix: 'ключ' })).toEqual([{ key: 'ключ 😀 ";--', value }]);
  });

  test('what a list has given stays as it was', async () => {
    const store = opened();
    await store.write(put('a', 'x'));
    const before = await store.list('a');
    await store.write([{ kind: 'a', key: 'x', value: 'new' }]);
    expect(before).toEqual([{ key: 'x', value: 'value of x' }]);
  });

  test('behaves as a plain map under any sequence of batches', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'B', '/', '1', 'é'),
      minLength: 1,
      maxLength: 3,
    });
    const change = fc.record({
      kind: fc.constantFrom('k', 'l'),
      key: text,
      value: fc.option(fc.string({ unit: 'grapheme', maxLength: 4 }), { nil: undefined }),
    });
    const range = fc.record(
      { prefix: text, after: text, limit: fc.integer({ min: 0, max: 4 }) },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 6 }),
        range,
        async (batches, wanted) => {
          const store = make();
          const model = new Map<string, string>();
          for (const batch of batches) {
            await store.write(batch);
            for (const { kind, key, value } of batch) {
              if (value === undefined) model.delete(`${kind} ${key}`);
              else model.set(`${kind} ${key}`, value);
            }
          }
          const expected = [...model]
            .filter(([name]) => name.startsWith('k '))
            .map(([name, value]) => ({ key: name.slice(2), value }))
            .filter(({ key }) => key.startsWith(wanted.prefix ?? '') && key > (wanted.after ?? ''))
            .sort((a, b) => (a.key < b.key ? -1 : 1))
            .slice(0, wanted.limit ?? Number.POSITIVE_INFINITY);
          expect(await store.list('k', wanted)).toEqual(expected);
          for (const { key, value } of expected) expect(await store.get('k', key)).toBe(value);
          await store.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});
