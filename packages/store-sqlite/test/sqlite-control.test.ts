// The control store on disk: what a crash, another version or another program leave behind.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CenterError, type ControlChange } from '@chappe/center';
import { SqliteControl } from '@chappe/store-sqlite';
import { afterEach, expect, test } from 'vitest';

const folders: string[] = [];
const open: SqliteControl[] = [];

afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-control-'));
  folders.push(folder);
  return folder;
}

function opened(folder: string): SqliteControl {
  const store = SqliteControl.open(folder);
  open.push(store);
  return store;
}

function checksum(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function failureOf(work: () => unknown): CenterError {
  try {
    work();
  } catch (error) {
    if (error instanceof CenterError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('entries are there after closing and opening again', async () => {
  const folder = newFolder();
  const first = opened(folder);
  await first.write([
    { kind: 'a', key: 'x', value: '1' },
    { kind: 'a', key: 'y', value: '2' },
  ]);
  await first.write([{ kind: 'a', key: 'x', value: undefined }]);
  await first.close();
  expect(await opened(folder).list('a')).toEqual([{ key: 'y', value: '2' }]);
});

test('entries are there when nobody closed the file', async () => {
  const folder = newFolder();
  await opened(folder).write([{ kind: 'a', key: 'x', value: '1' }]);
  // A second connection reads what is on the disk, log included, as a process after a crash does.
  const after = new DatabaseSync(join(folder, 'control.db'), { readOnly: true });
  expect(after.prepare('SELECT kind, key, value FROM entry').all()).toEqual([
    { kind: 'a', key: 'x', value: '1' },
  ]);
  after.close();
});

test('a batch that fails in the middle leaves nothing, and the store goes on', async () => {
  const store = opened(newFolder());
  await store.write([{ kind: 'a', key: 'x', value: 'old' }]);
  const bad = { kind: 'a', key: 'z', value: Symbol('no text') } as unknown as ControlChange;
  const batch: ControlChange[] = [
    { kind: 'a', key: 'x', value: 'new' },
    { kind: 'a', key: 'y', value: 'new' },
    bad,
  ];
  await expect(store.write(batch)).rejects.toBeInstanceOf(CenterError);
  expect(await store.list('a')).toEqual([{ key: 'x', value: 'old' }]);
  await store.write([{ kind: 'a', key: 'y', value: 'later' }]);
  expect(await store.get('a', 'y')).toBe('later');
});

test('the file and its log are readable by their owner only, as is a folder that had to be made', async () => {
  const folder = join(newFolder(), 'made', 'here');
  await opened(folder).write([{ kind: 'a', key: 'x', value: '1' }]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const names = readdirSync(folder);
  expect(names).toContain('control.db');
  expect(names).toContain('control.db-wal');
  for (const name of names)
    expect(`${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`).toBe(`${name} 600`);
});

test('a file that was made and never written is taken as new', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'control.db'), '');
  const store = opened(folder);
  await store.write([{ kind: 'a', key: 'x', value: '1' }]);
  expect(await store.get('a', 'x')).toBe('1');
});

/** As version 1 made it. */
function makeFirst(path: string, keys: readonly string[]): void {
  const first = new DatabaseSync(path);
  first.exec(`CREATE TABLE entry(kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(kind, key))
    WITHOUT ROWID; PRAGMA application_id = ${0x43485050}; PRAGMA user_version = 1`);
  for (const key of keys) first.prepare("INSERT INTO entry VALUES('a', ?, '1')").run(key);
  first.close();
}

test('a file of version 1 is brought up, with its copy: entries are as they were, and writes are told from then on', async () => {
  const folder = newFolder();
  const path = join(folder, 'control.db');
  const copyPath = join(folder, 'control-copy.db');
  makeFirst(path, ['x', 'y']);
  makeFirst(copyPath, ['x', 'y']);
  const store = opened(folder);
  expect((await store.list('a')).map(({ key }) => key)).toEqual(['x', 'y']);
  expect(await store.revision()).toBe(0);
  const heard: number[] = [];
  store.watch(({ revision }) => heard.push(revision), 0);
  await store.write([{ kind: 'a', key: 'z', value: '1' }]);
  expect(heard).toEqual([1]);
  await store.close();
  // What it is told later is in the copy, too: that takes the place of a file that is gone.
  rmSync(path);
  const restored = opened(folder);
  expect((await restored.list('a')).map(({ key }) => key)).toEqual(['x', 'y', 'z']);
  expect(await restored.revision()).toBe(1);
  await restored.close();
  const version = new DatabaseSync(copyPath, { readOnly: true }).prepare('PRAGMA user_version').get();
  expect(version).toEqual({ user_version: 2 });
});

test('a copy of version 1 that takes the place of a file that is gone is brought up', async () => {
  const folder = newFolder();
  makeFirst(join(folder, 'control-copy.db'), ['x']);
  const store = opened(folder);
  await store.write([{ kind: 'a', key: 'y', value: '1' }]);
  expect((await store.list('a')).map(({ key }) => key)).toEqual(['x', 'y']);
  expect(await store.revision()).toBe(1);
});

test('a newer file is refused and left untouched', async () => {
  const folder = newFolder();
  const path = join(folder, 'control.db');
  await opened(folder).close();
  const newer = new DatabaseSync(path);
  newer.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 3');
  newer.close();
  const before = checksum(path);
  const error = failureOf(() => SqliteControl.open(folder));
  expect(error).toMatchObject({ code: 'CHAPPE_STORE_NEWER', path });
  expect(error.message).toMatch(/newer version.*another data folder.*nothing was changed/);
  expect(checksum(path)).toBe(before);
  expect(readdirSync(folder)).toEqual(['control.db']);
});

test('a file that is no database is refused and left untouched', () => {
  const folder = newFolder();
  const path = join(folder, 'control.db');
  writeFileSync(path, 'accounts: and a text that is long enough to be a header\n'.repeat(50));
  const before = checksum(path);
  expect(failureOf(() => SqliteControl.open(folder))).toMatchObject({ code: 'CHAPPE_STORE_DAMAGED', path });
  expect(checksum(path)).toBe(before);
});

// Fails for now: the journal mode is set before the look at what is in the file, which rewrites its header.
test('the database of another program is refused and left untouched', () => {
  const folder = newFolder();
  const path = join(folder, 'control.db');
  const foreign = new DatabaseSync(path);
  foreign.exec("CREATE TABLE recipes(name); INSERT INTO recipes VALUES('soup')");
  foreign.close();
  const before = checksum(path);
  const error = failureOf(() => SqliteControl.open(folder));
  expect(error).toMatchObject({ code: 'CHAPPE_STORE_DAMAGED', path });
  expect(error.message).toMatch(/another program/);
  expect(checksum(path)).toBe(before);
  expect(readdirSync(folder)).toEqual(['control.db']);
});

// Fails for now: application_id is written, never read.
test('the database of another program is refused whatever version it gives itself', () => {
  const folder = newFolder();
  const path = join(folder, 'control.db');
  const foreign = new DatabaseSync(path);
  foreign.exec('CREATE TABLE recipes(name); PRAGMA user_version = 1; PRAGMA application_id = 7');
  foreign.close();
  const before = checksum(path);
  expect(failureOf(() => SqliteControl.open(folder))).toMatchObject({ code: 'CHAPPE_STORE_DAMAGED', path });
  expect(checksum(path)).toBe(before);
});

// SQLite compares UTF-8 octets, which puts characters beyond U+FFFF last.
test('keys beyond the basic plane are in the order of code points too', async () => {
  const store = opened(newFolder());
  const keys = ['\uff00', '😀', 'a'];
  await store.write(keys.map((key) => ({ kind: 'a', key, value: '' })));
  expect((await store.list('a')).map(({ key }) => key)).toEqual(['a', '\uff00', '😀']);
});

test('a closed store refuses by name; closing twice is no fault', async () => {
  const store = opened(newFolder());
  await store.close();
  await store.close();
  const expected = { code: 'CHAPPE_STORE_CLOSED', message: expect.stringContaining('control.db') };
  await expect(store.get('a', 'x')).rejects.toMatchObject(expected);
  await expect(store.list('a')).rejects.toMatchObject(expected);
  await expect(store.write([{ kind: 'a', key: 'x', value: '1' }])).rejects.toMatchObject(expected);
});
