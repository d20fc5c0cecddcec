import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Center, type Message } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { draft, ScriptedConnector, startRig } from '../../center/test/support/rig.ts';
import { SimulatedClock, settle } from '../../center/test/support/simulated-clock.ts';
import { isDayFile } from '../src/folder.ts';
import { checkSqliteVersion } from '../src/sqlite-store.ts';

const open: SqliteStore[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'chappe-sqlite-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function opened(path: string, options: object = {}): Promise<SqliteStore> {
  const store = await SqliteStore.open({ path, ...options });
  open.push(store);
  return store;
}

/** A store with some messages of one day, closed again; returns the day's file. */
async function written(
  path: string,
): Promise<{ readonly file: string; readonly messages: readonly Message[] }> {
  const store = await opened(path);
  const center = new Center({ store });
  await center.start();
  const messages = await center.submitAll(Array.from({ length: 50 }, () => draft()));
  await center.stop();
  const name = readdirSync(path).find((one) => /^\d.*\.db$/.test(one)) as string;
  return { file: join(path, name), messages };
}

function checksum(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Waits for something that real threads bring about. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((done) => setTimeout(done, 5));
}

test('the data folder and all in it are readable by their owner only', async () => {
  const path = join(folder(), 'data');
  const store = await opened(path);
  const center = new Center({ store });
  await center.start();
  await center.submitOne(draft());
  await store.settle();
  expect(statSync(path).mode & 0o777).toBe(0o700);
  const names = readdirSync(path);
  expect(names.some((name) => name.endsWith('-wal'))).toBe(true);
  for (const name of names)
    expect(`${name} ${(statSync(join(path, name)).mode & 0o777).toString(8)}`).toBe(`${name} 600`);
  await center.stop();
});

test('a folder in use is refused, naming the process; it is free again afterwards', async () => {
  const path = folder();
  const first = await opened(path);
  await expect(SqliteStore.open({ path })).rejects.toMatchObject({
    code: 'CHAPPE_STORE_LOCKED',
    message: expect.stringContaining(`process ${process.pid}`),
    path,
  });
  await first.close();
  await (await opened(path)).close();
});

test('a newer data folder is refused and left untouched', async () => {
  const path = folder();
  const { file } = await written(path);
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 6');
  database.close();
  const before = checksum(file);
  await expect(SqliteStore.open({ path })).rejects.toMatchObject({
    code: 'CHAPPE_STORE_NEWER',
    message: expect.stringMatching(/schema 6, this one knows 5.*use another data folder/),
    path: file,
  });
  expect(checksum(file)).toBe(before);
});

test('disk full: refused and not stored, what is stored stays; with room again it goes on by itself', async () => {
  const path = folder();
  const store = await opened(path, { maxFileBytes: 200_000 });
  const { center, clock, out } = await startRig({ store, clock: new SimulatedClock() });
  center.attach('out', out);
  out.room = 0;
  const content = new Uint8Array(2_000);
  const accepted: Message[] = [];
  let refusal: { code?: string } | undefined;
  while (refusal === undefined) {
    await center.submitOne(draft({ content })).then(
      (message) => accepted.push(message),
      (error: { code?: string }) => {
        refusal = error;
      },
    );
  }
  expect(refusal.code).toBe('CHAPPE_STORE_DISK_FULL');
  expect(accepted.length).toBeGreaterThan(5);
  expect(center.failure?.code).toBe('CHAPPE_STORE_DISK_FULL');
  await expect(center.submitOne(draft({ content }))).rejects.toMatchObject({
    code: 'CHAPPE_STORE_DISK_FULL',
  });

  await store.setMaxFileBytes(0);
  await until(async () => {
    await clock.advance(100);
    return center.failure === undefined && center.commits.pending === 0;
  });
  const later = await center.submitOne(draft({ content }));
  out.room = 100;
  out.ready?.();
  await until(() => center.counters.delivered === accepted.length + 1);
  expect(out.ids).toEqual([...accepted, later].map(({ id }) => id));
  const [count] = await store.counts();
  expect(count?.segments).toBe(accepted.length + 1);
  await center.stop({ drainMs: 0 });
});

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'ignore' });
}

function tmpfs(): string | undefined {
  const path = folder();
  if (process.getuid?.() !== 0) return undefined;
  try {
    run('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', path]);
  } catch {
    return undefined;
  }
  onTestFinished(() => run('umount', ['-l', path]));
  return path;
}

test('a real full disk: the same, down to the operating system', async (context) => {
  const path = tmpfs();
  if (path === undefined) {
    console.warn('NOT TESTED: a really full disk needs root and mount');
    return context.skip();
  }
  const ballast = join(path, 'ballast');
  writeFileSync(ballast, Buffer.alloc(6_000_000));
  const store = await opened(path);
  const { center, clock } = await startRig({ store, clock: new SimulatedClock() });
  const content = new Uint8Array(20_000);
  const accepted: Message[] = [];
  let refusal: { code?: string } | undefined;
  while (refusal === undefined) {
    await center.submitOne(draft({ content })).then(
      (message) => accepted.push(message),
      (error: { code?: string }) => {
        refusal = error;
      },
    );
  }
  expect(refusal.code).toBe('CHAPPE_STORE_DISK_FULL');
  rmSync(ballast);
  await until(async () => {
    await clock.advance(100);
    return center.failure === undefined && center.commits.pending === 0;
  });
  accepted.push(await center.submitOne(draft({ content })));
  await center.stop({ drainMs: 0 });
  const again = await opened(path);
  const recovery = await again.recover(clock.nowMs());
  expect(recovery.waiting.reduce((sum, { count }) => sum + count, 0)).toBe(accepted.length);
  for (const { id } of accepted) expect((await again.find(id))?.id).toBe(id);
  await again.close();
});

test('at midnight the next day gets its own file, and both are served', async () => {
  const path = folder();
  const clock = new SimulatedClock(Date.UTC(2026, 2, 1, 23, 59, 59));
  const store = await opened(path);
  const { center, out, back } = await startRig({ store, clock });
  const first = await center.submitOne(draft({ receiptWanted: 1 }));
  clock.jump(2_000);
  const second = await center.submitOne(draft({ receiptWanted: 1 }));
  await store.settle();
  expect(readdirSync(path).filter(isDayFile)).toEqual(['2026-03-01.db', '2026-03-02.db']);
  center.attach('out', out);
  await until(() => center.counters.delivered === 2);
  center.attach('account:acme', back);
  await until(() => center.counters.receiptsDelivered === 2);
  expect(out.ids).toEqual([first.id, second.id]);
  expect(back.got.map(({ of }) => of)).toEqual([first.id, second.id]);
  expect((await center.find(first.id))?.timeline).toMatch(/receipt-delivered/);
  const page = await center.search({});
  expect(page.messages.map(({ id }) => id)).toEqual([second.id, first.id]);
  await center.stop({ drainMs: 0 });
});

test('a search over its time ends with what it has and says where to go on', async () => {
  const path = folder();
  const store = await opened(path, { searchTimeoutMs: 0 });
  const center = new Center({ store });
  await center.start();
  for (let at = 0; at < 6; at += 1)
    await center.submitAll(Array.from({ length: 1_000 }, () => draft({ text: `t${at}` })));
  const first = await center.search({ text: 't0', limit: 10 });
  expect(first).toMatchObject({ partial: true, messages: [] });
  let pages = 1;
  let found = 0;
  for (let beforeId = first.nextBeforeId; beforeId !== undefined; pages += 1) {
    const page = await center.search({ text: 't0', limit: 1_000, beforeId });
    found += page.messages.length;
    beforeId = page.nextBeforeId;
  }
  expect(found).toBe(1_000);
  expect(pages).toBeGreaterThan(2);
  await center.stop();
});

test('an old SQLite is refused', () => {
  expect(() => checkSqliteVersion('3.51.2')).toThrow(/SQLite 3.51.2 may damage.*3.51.3/);
  expect(() => checkSqliteVersion('3.7.17')).toThrow();
  for (const version of ['3.51.3', '3.52.0', '4.0.0'])
    expect(() => checkSqliteVersion(version)).not.toThrow();
});

test('a data folder that cannot be made is a clear error', async () => {
  const path = folder();
  writeFileSync(join(path, 'file'), '');
  await expect(SqliteStore.open({ path: join(path, 'file', 'data') })).rejects.toMatchObject({
    code: 'CHAPPE_STORE_IO',
    message: expect.stringContaining('cannot be made'),
  });
});

test('a file system that makes no folders is told as quickly', async () => {
  // mkdir with `recursive` never ends there; the path exists on Linux only, elsewhere it is just another bad one.
  const path = join('/proc', 'chappe', 'data');
  await expect(SqliteStore.open({ path })).rejects.toMatchObject({ code: 'CHAPPE_STORE_IO' });
});

test('two accounts that both wait on disk after a restart take turns', async () => {
  const path = folder();
  const store = await opened(path);
  const center = new Center({ store });
  await center.start();
  for (let at = 0; at < 3; at += 1)
    await center.submitAll(Array.from({ length: 1_000 }, () => draft({ account: 'big' })));
  const small = await center.submitOne(draft({ account: 'small' }));
  await center.stop();
  const next = new Center({ store: await opened(path), limits: { laneMessages: 200 } });
  const out = new ScriptedConnector();
  await next.start();
  expect(next.unfinished).toBe(3_001);
  out.room = 0;
  next.attach('out', out);
  await until(() => next.depth('out').queued > 100);
  await settle();
  out.answer = () => undefined;
  out.room = 30;
  out.ready?.();
  await until(() => out.got.length === 30);
  expect(out.ids.indexOf(small.id)).toBeGreaterThanOrEqual(0);
  expect(out.ids.indexOf(small.id)).toBeLessThan(20);
  await next.stop({ drainMs: 0 });
});
