/** Lists in files: what a line may be, what is read again, and what a thread hands over. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type GatewaySettings, hashPassword, type ListFile } from '@chappe/policy';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type FileAccess, ListFiles, withLists } from '../src/list-files.ts';
import { type LoadedConfig, loadConfig } from '../src/load.ts';
import { loadInThread } from '../src/load-thread.ts';
import { realFiles } from '../src/load-worker.ts';
import { PasswordHashes } from '../src/passwords.ts';
import { pattern } from '../src/values/words.ts';

/** Files of a map, that count how often they are read. */
class Files implements FileAccess {
  readonly texts = new Map<string, string>();
  readonly marks = new Map<string, string>();
  reads = 0;

  read(path: string): string {
    this.reads += 1;
    const text = this.texts.get(path);
    if (text === undefined) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    return text;
  }

  mark(path: string): string | undefined {
    return this.marks.get(path);
  }
}

function read(text: string): ListFile {
  const files = new Files();
  files.texts.set('/x', text);
  return new ListFiles(files).list('x', '/x', 'addresses', pattern);
}

describe('a list file', () => {
  test('has a line for each entry, and comments', () => {
    const list = read('\uFEFF# do not call\r\n447700900123\r\n\r\n  4478*  # block\nACME#name\n#\n12');
    expect(list.size).toBe(4);
    for (const address of ['447700900123', '447811', 'acme', '+12']) expect(list.has(address)).toBe(true);
    expect(list.has('447700900124')).toBe(false);
  });

  test.each([
    ['44\n# 4*4\n4*4\n', /^x line 3: expected a sender or number, with \* only at the end/],
    ['4*4\n'.repeat(7), /^x line 1: .*; line 5: [^;]*; and 2 lines more$/],
    ['44\n-\n*\n', undefined],
  ])('%j', (text, wrong) => {
    if (wrong === undefined) expect(() => read(text)).not.toThrow();
    else expect(() => read(text)).toThrow(wrong);
  });

  test('may have a million numbers, whether its last line ends or not', () => {
    const lines: string[] = [];
    for (let index = 0; index < 1_000_000; index += 1) lines.push(`4477${10_000_000 + index * 3}`);
    const list = read(`${lines.join('\n')}\n`);
    expect(list.size).toBe(1_000_000);
    expect([list.has('447710000000'), list.has('447710000001')]).toEqual([true, false]);
  });

  test('is not read again while it is as it was, and is the same object while it says the same', () => {
    const files = new Files();
    const lists = new ListFiles(files);
    const list = (kind: 'addresses' | 'prefixes' = 'addresses') => lists.list('x', '/x', kind, pattern);
    files.texts.set('/x', '1\n2\n');
    files.marks.set('/x', 'mark 1');
    const first = list();
    expect(list()).toBe(first);
    expect(files.reads).toBe(1);
    // Touched.
    files.marks.set('/x', 'mark 2');
    expect(list()).toBe(first);
    expect(files.reads).toBe(2);
    files.texts.set('/x', '3\n');
    files.marks.set('/x', 'mark 3');
    const second = list();
    expect([second.has('1'), second.has('3')]).toEqual([false, true]);
    // The same file as prefixes is another list.
    expect(list('prefixes').has('34')).toBe(true);
    expect(second.has('34')).toBe(false);
    files.marks.clear();
    files.texts.clear();
    expect(() => list()).toThrow('x cannot be read: ENOENT');
  });

  test('does not put what is in it into texts', () => {
    expect(JSON.stringify(read('447700900123\n'))).not.toContain('7700');
  });
});

const base = `http: { listen: off }
accounts:
  - { systemId: acme, password: secret-1 }
connectors: [{ name: op-a, host: h.example, systemId: us }]
`;

/** A configuration on disk, read here and in a thread. */
function rig(text: string, files: { readonly [name: string]: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-lists-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const hashes = new PasswordHashes(hashPassword);
  const lists = new ListFiles(realFiles);
  const path = join(folder, 'chappe.yaml');
  const workerUrl = new URL('./support/load-worker.ts', import.meta.url);
  return {
    folder,
    lists,
    here: () =>
      loadConfig({ text, path, env: {}, readFile: realFiles.read, hashes, lists: new ListFiles(realFiles) }),
    inThread: (other = text) =>
      loadInThread({ text: other, path, env: { A: undefined }, hashes, lists, workerUrl }),
  };
}

function settingsOf(loaded: LoadedConfig): GatewaySettings {
  if (!loaded.ok) throw new Error(loaded.flaws[0]?.message);
  return loaded.config.settings;
}

function listsOf(settings: GatewaySettings): ListFile[] {
  const found: ListFile[] = [];
  withLists(settings, (list) => {
    found.push(list);
    return list;
  });
  return found;
}

const withFiles = `${base}routes:
  - { name: one, to: [{ file: to.txt }, "44"], from: { file: from.txt }, via: op-a, filters: { blockTo: { file: block.txt } } }
  - { name: all, via: op-a }
mo:
  - { name: m, to: { file: to.txt }, deliver: acme }
filters: { allowTo: { file: block.txt }, blockFrom: [x, { file: from.txt }] }
`;
const threeFiles = { 'to.txt': '336\n', 'from.txt': 'ACME\n44*\n', 'block.txt': '447700900123\n' };

describe('in a thread', () => {
  test('everything is read as it is without one', async () => {
    const { here, inThread } = rig(withFiles, threeFiles);
    const [plain, threaded] = await Promise.all([here(), inThread()]);
    expect(JSON.stringify(threaded)).toBe(JSON.stringify(plain));
    expect(threaded).toEqual(plain);
    const lists = listsOf(settingsOf(threaded));
    expect(lists.map(({ file }) => file)).toEqual([
      'block.txt',
      'from.txt',
      'from.txt',
      'to.txt',
      'block.txt',
      'to.txt',
    ]);
    const [block, from, , to] = lists;
    expect([block?.has('447700900123'), from?.has('acme'), to?.has('33612'), to?.has('331')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test('tables of more entries than one message takes are whole and in order', async () => {
    const routes = Array.from(
      { length: 1_234 },
      (_, at) => `  - { name: r${at}, to: "${1_000 + at}", via: op-a }\n`,
    );
    const { inThread } = rig(`${base}routes:\n${routes.join('')}`);
    const asked = vi.spyOn(Worker.prototype, 'postMessage');
    onTestFinished(() => asked.mockRestore());
    const settings = settingsOf(await inThread());
    // Routes in three messages, and one each of accounts and connectors: what lay ready together would be read in one turn.
    expect(asked.mock.calls.filter(([said]) => said === 'more')).toHaveLength(5);
    expect(settings.routes.map(({ name }) => name)).toEqual(routes.map((_, at) => `r${at}`));
    expect(settings.accounts.map(({ systemId }) => systemId)).toEqual(['acme']);
  });

  test('lists that did not change are the objects that they were; others are new; what nobody names is forgotten', async () => {
    const { folder, inThread, lists } = rig(withFiles, threeFiles);
    const first = settingsOf(await inThread());
    expect(lists.known.size).toBe(3);
    writeFileSync(join(folder, 'to.txt'), '49\n');
    utimesSync(join(folder, 'from.txt'), 1, 1);
    const second = settingsOf(await inThread());
    const [block, , from, to] = listsOf(second);
    const [blockBefore, , fromBefore, toBefore] = listsOf(first);
    expect(block).toBe(blockBefore);
    // Touched, and nothing else.
    expect(from).toBe(fromBefore);
    expect(to).not.toBe(toBefore);
    expect([to?.has('491'), to?.has('336')]).toEqual([true, false]);
    settingsOf(await inThread(`${base}routes: [{ name: all, via: op-a }]\n`));
    expect(lists.known.size).toBe(0);
  });

  test('passwords that are known are not hashed again', async () => {
    const { inThread } = rig(`${base}routes: [{ name: all, via: op-a }]\n`);
    const [one] = settingsOf(await inThread()).accounts;
    const [two] = settingsOf(await inThread()).accounts;
    expect(one?.passwordHash).toMatch(/^scrypt\$/);
    expect(two?.passwordHash).toBe(one?.passwordHash);
  });

  test('what is wrong is told with its place, and changes no list', async () => {
    const { folder, inThread, lists } = rig(withFiles, threeFiles);
    const before = listsOf(settingsOf(await inThread()));
    writeFileSync(join(folder, 'block.txt'), '4*4\n');
    const loaded = await inThread();
    expect(loaded).toMatchObject({ ok: false });
    expect(loaded.ok || loaded.flaws[0]).toMatchObject({
      message: expect.stringMatching(/^block\.txt line 1: expected a sender or number/),
      place: { line: 6 },
    });
    expect([...lists.known.values()].map(({ list }) => list)).toEqual(expect.arrayContaining(before));
  });

  test('a thread that cannot be had rejects', async () => {
    const lists = new ListFiles(realFiles);
    const hashes = new PasswordHashes(hashPassword);
    const workerUrl = new URL('file:///nowhere/load-worker.ts');
    await expect(
      loadInThread({ text: '', path: 'x.yaml', env: {}, hashes, lists, workerUrl }),
    ).rejects.toThrow(/nowhere/);
  });
});

test('the entries of a list can be given back', () => {
  const list = read('447700900123\n+44 77*\nACME\nBANK*\n007\n');
  expect(list.entries().toSorted()).toEqual(['007', '4477*', '447700900123', 'acme', 'bank*']);
  const files = new Files();
  files.texts.set('/x', '44\n0\n');
  expect(new ListFiles(files).list('x', '/x', 'prefixes', pattern).entries().toSorted()).toEqual(['0', '44']);
});
