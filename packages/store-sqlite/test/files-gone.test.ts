/**
 * Files that are taken away, or replaced, under the store. What was said to be stored is there for the next process: a
 * kill is a copy of the folder, opened elsewhere.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CenterError, Message } from '@chappe/center';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { change, DAY_MS, idAt, insert, message, NOON_MS } from '../../center/src/conformance/given.ts';
import { draft, startRig } from '../../center/test/support/rig.ts';
import { settle } from '../../center/test/support/simulated-clock.ts';

let root: string;
let path: string;
let open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chappe-gone-'));
  path = join(root, 'data');
});
afterEach(async () => {
  for (const one of open) await one.close().catch(() => undefined);
  open = [];
  rmSync(root, { recursive: true, force: true });
});

const today = '2026-03-01.db';
const at = (name: string): string => join(path, name);
const remove = (...names: readonly string[]): void => {
  for (const name of names) rmSync(at(name), { force: true });
};

async function opened(folder = path): Promise<SqliteStore> {
  const store = await SqliteStore.open({ path: folder });
  open.push(store);
  return store;
}

/** What the next process would find, were this one killed now. */
async function afterKill(): Promise<{ readonly ids: readonly number[]; readonly entries: unknown }> {
  const copy = mkdtempSync(join(root, 'copy-'));
  cpSync(path, copy, { recursive: true });
  rmSync(join(copy, 'lock.pid'), { force: true });
  const store = await opened(copy);
  await store.recover(NOON_MS);
  const { messages } = await store.search({ limit: 1_000 });
  await store.close();
  const control = SqliteControl.open(copy);
  const entries = await control.list('kind');
  await control.close();
  return { ids: messages.map(({ id }) => id).reverse(), entries };
}

const codes = (errors: readonly CenterError[]): unknown[] => errors.map(({ code }) => code);

const harms: readonly (readonly [string, () => void, string | undefined])[] = [
  ['deleted', () => remove(today), undefined],
  ['deleted with its log', () => remove(today, `${today}-wal`, `${today}-shm`), undefined],
  ['without its log', () => remove(`${today}-wal`), undefined],
  ['with another log', () => replace(`${today}-wal`, 'no log'), undefined],
  ['renamed', () => renameSync(at(today), at('yesterday.bak')), undefined],
  ['replaced by an empty file', () => replace(today, ''), `${today}.replaced-1`],
  ['replaced by an older copy', () => older(), `${today}.replaced-1`],
  ['replaced by what is none', () => replace(today, 'no database'), `${today}.replaced-1`],
  ['replaced by a folder', () => replaceByFolder(), `${today}.replaced-1`],
  ['gone with everything else', () => remove(...readdirSync(path)), undefined],
];

/** As an editor or `mv` does: another file of that name. */
function replace(name: string, text: string): void {
  writeFileSync(at(`${name}.tmp`), text);
  renameSync(at(`${name}.tmp`), at(name));
}

function replaceByFolder(): void {
  remove(today);
  mkdirSync(at(today));
}

function older(): void {
  cpSync(at(today), at('older'));
  renameSync(at('older'), at(today));
}

describe.each(harms)('a file in use is %s', (_, harm, kept) => {
  it('put back with all that was stored, said once, and what comes after is stored too', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    const messages = Array.from({ length: 9 }, (_, at) => message(idAt(NOON_MS, at)));
    await insert(store, messages.slice(0, 3));
    await store.settle();
    expect((await store.find(messages[0]?.id as number))?.id).toBe(messages[0]?.id);
    expect(await store.look()).toEqual({ reports: [], restored: 0, failure: undefined });
    harm();
    // Not seen yet, and acknowledged.
    await insert(store, messages.slice(3, 6));
    await store.settle();
    const look = await store.look();
    expect(look.failure).toBeUndefined();
    const about = look.reports.filter((error) => error.path === at(today));
    expect(about).toMatchObject([
      { code: 'CHAPPE_STORE_GONE', message: expect.stringMatching(/has been put back/) },
    ]);
    expect(about[0]?.message.includes('the file that stood there')).toBe(kept !== undefined);
    if (kept !== undefined) expect(existsSync(at(kept))).toBe(true);
    expect(look.restored).toBe(look.reports.length);
    await insert(store, messages.slice(6));
    await store.settle();
    expect((await afterKill()).ids).toEqual(messages.map(({ id }) => id));
    // The thread that reads has the new file, too.
    expect((await store.find(messages[8]?.id as number))?.id).toBe(messages[8]?.id);
    expect(await store.look()).toEqual({ reports: [], restored: 0, failure: undefined });
    expect(readdirSync(path).filter((name) => name.endsWith('.new'))).toEqual([]);
  });
});

describe('what cannot be put back', () => {
  it('is refused as long as it lasts: nothing is stored that would be gone, nothing is claimed', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    const [one, two, three] = [0, 1, 2].map((sequence) => message(idAt(NOON_MS, sequence))) as Message[];
    await insert(store, [one as Message]);
    await store.settle();
    renameSync(path, join(root, 'elsewhere'));
    const { reports, failure } = await store.look();
    expect([reports, failure?.code, failure?.message]).toEqual([
      [],
      'CHAPPE_STORE_GONE',
      expect.stringMatching(/ENOENT|cannot be put back/),
    ]);
    const gone = expect.objectContaining({ code: 'CHAPPE_STORE_GONE' });
    await expect(insert(store, [two as Message])).rejects.toEqual(gone);
    const claim = { lane: 'out', account: 'acme', limit: 9, octets: 1e6, nowMs: NOON_MS, beforeId: 2 ** 53 };
    await expect(store.claim(claim)).rejects.toEqual(gone);
    await expect(store.take(one?.id as number, 'waiting')).rejects.toEqual(gone);
    await expect(store.find(three?.id as number)).rejects.toEqual(gone);
    renameSync(join(root, 'elsewhere'), path);
    expect(await store.look()).toEqual({ reports: [], restored: 0, failure: undefined });
    await insert(store, [two as Message]);
    await store.settle();
    expect((await afterKill()).ids).toEqual([one?.id, two?.id]);
  });

  it('a day that nobody had open is said to be gone, once; the others go on', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    const days = Array.from({ length: 12 }, (_, day) => message(idAt(NOON_MS + day * DAY_MS)));
    for (const one of days) {
      await store.commit([change('insert', one, 'memory')]);
      await store.commit([change('update', { ...one, state: 'delivered', doneMs: 1 }, 'done')]);
    }
    await store.close();
    const again = await opened();
    // Files of days that are over are closed when there are more of them.
    await again.recover(NOON_MS);
    await insert(again, [message(idAt(NOON_MS + 12 * DAY_MS))]);
    await again.settle();
    remove(today, `${today}-wal`);
    const { reports, restored, failure } = await again.look();
    expect([reports.map(({ message: text }) => text), restored, failure]).toEqual([
      [expect.stringMatching(/2026-03-01\.db is gone: put it, or a backup of it, back/)],
      0,
      undefined,
    ]);
    expect((await again.look()).reports).toEqual([]);
    expect((await again.find(days[1]?.id as number))?.state).toBe('delivered');
    expect(existsSync(at(today))).toBe(false);
  });

  it('days that are forgotten are not missed', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    const old = message(idAt(NOON_MS - 3 * DAY_MS));
    await store.commit([change('insert', old, 'memory')]);
    await store.commit([change('update', { ...old, state: 'delivered', doneMs: 1 }, 'done')]);
    await insert(store, [message(idAt(NOON_MS))]);
    await store.settle();
    await store.purge(NOON_MS, async () => {
      expect((await store.look()).reports).toEqual([]);
    });
    expect((await store.look()).reports).toEqual([]);
    expect(readdirSync(path).filter((name) => name.startsWith('2026-02'))).toEqual([]);
  });

  it('where every look finds another file, the numbers of files mean nothing: it is not copied for ever', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    await insert(store, [message(idAt(NOON_MS))]);
    await store.settle();
    let restored = 0;
    for (let look = 0; look < 12; look += 1) {
      older();
      restored += (await store.look()).restored;
    }
    expect(restored).toBe(5);
  });

  it('what cannot be put back for long is refused for as long', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    await insert(store, [message(idAt(NOON_MS))]);
    await store.settle();
    replace(today, '');
    // In the way of the copy.
    mkdirSync(at(`${today}.new`));
    for (let look = 0; look < 12; look += 1)
      expect((await store.look()).failure).toMatchObject({ code: 'CHAPPE_STORE_GONE', path: at(today) });
    rmSync(at(`${today}.new`), { recursive: true });
    expect(await store.look()).toMatchObject({ restored: 1, failure: undefined });
    expect((await afterKill()).ids).toEqual([idAt(NOON_MS)]);
  });

  it('a file that is cut off while it is in use is damaged: set aside', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    const told: unknown[] = [];
    store.watch({ onAside: (aside) => void told.push(aside), onTrouble: () => undefined });
    await insert(store, [message(idAt(NOON_MS))]);
    await store.settle();
    await store.look();
    truncateSync(at(today), 4_096);
    expect((await store.look()).failure).toBeUndefined();
    expect(told).toMatchObject([{ day: '2026-03-01', why: expect.stringMatching(/cut off/) }]);
  });
});

it('a file on its way back when the process ended gets its name at the next start; one that is not whole does not', async () => {
  const store = await opened();
  await store.recover(NOON_MS);
  const one = message(idAt(NOON_MS));
  await insert(store, [one]);
  await store.settle();
  await store.close();
  renameSync(at(today), at(`${today}.new`));
  writeFileSync(at('2026-02-20.db.new'), readFileSync(at(`${today}.new`)).subarray(0, 9_000));
  const again = await opened();
  expect((await again.recover(NOON_MS)).aside).toEqual([]);
  expect((await again.find(one.id))?.id).toBe(one.id);
  expect(existsSync(at('2026-02-20.db'))).toBe(false);
});

describe('the lock', () => {
  it.each([
    ['lock.db', ['lock.db']],
    ['lock.pid', ['lock.pid']],
    ['both', ['lock.db', 'lock.pid']],
  ])('%s gone: taken again, and a second process is held off as before', async (_, names) => {
    const store = await opened();
    await store.recover(NOON_MS);
    remove(...names);
    const { failure, reports } = await store.look();
    expect([failure, reports.length]).toEqual([undefined, names.includes('lock.db') ? 1 : 0]);
    expect(readFileSync(at('lock.pid'), 'latin1')).toBe(`${process.pid}\n`);
    await expect(SqliteStore.open({ path })).rejects.toMatchObject({ code: 'CHAPPE_STORE_LOCKED' });
    expect((await store.look()).reports).toEqual([]);
  });

  it('taken by another process meanwhile: this one writes no more, until it has it again', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    remove('lock.db', 'lock.pid');
    const other = await opened();
    const { failure } = await store.look();
    expect(failure?.message).toMatch(/is in use by process/);
    await expect(insert(store, [message(idAt(NOON_MS))])).rejects.toMatchObject({
      code: 'CHAPPE_STORE_LOCKED',
    });
    await other.close();
    expect((await store.look()).failure).toBeUndefined();
    await insert(store, [message(idAt(NOON_MS))]);
    await store.settle();
  });
});

describe('control.db', () => {
  it.each([
    ['deleted', () => remove('control.db')],
    ['deleted with its log', () => remove('control.db', 'control.db-wal', 'control.db-shm')],
    ['without its log', () => remove('control.db-wal')],
    ['replaced', () => replace('control.db', '')],
    ['gone with its copy', () => remove('control.db', 'control-copy.db')],
    ['its copy gone', () => remove('control-copy.db')],
    ['its copy replaced', () => replace('control-copy.db', '')],
    ['damaged', () => writeFileSync(at('control.db'), Buffer.alloc(20_000, 0xee), { flag: 'r+' })],
    ['cut off', () => truncateSync(at('control.db'), 100)],
  ])('%s: what it held and what comes is there after a kill', async (name, harm) => {
    const store = await opened();
    await store.recover(NOON_MS);
    const control = SqliteControl.open(path);
    open.push(control);
    await control.write([{ kind: 'kind', key: 'a', value: '1' }]);
    expect(await control.look()).toMatchObject({ reports: [] });
    harm();
    if (!/copy/.test(name)) expect(await control.list('kind')).toHaveLength(1);
    await control.write([{ kind: 'kind', key: 'b', value: '2' }]);
    const look = await control.look();
    expect(look.failure).toBeUndefined();
    const isTold = !/^its copy|damaged|cut/.test(name);
    if (isTold) expect(codes(look.reports)).toEqual(['CHAPPE_STORE_GONE']);
    expect((await afterKill()).entries).toEqual([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ]);
    expect(await control.look()).toEqual({ reports: [], restored: 0, failure: undefined });
    // Each of the two has it all.
    remove('control.db', 'control.db-wal', 'control.db-shm');
    expect((await afterKill()).entries).toHaveLength(2);
  });
});

describe('a center', () => {
  it('says it once, goes on, and refuses only as long as it cannot be put back', async () => {
    const store = await opened();
    const { center, clock, errors, out } = await startRig({ store });
    center.attach('out', out);
    out.room = 0;
    const told = (): unknown[] => codes(errors as CenterError[]);
    // A thread answers, and time passes meanwhile only as it is told to.
    const looks = async (): Promise<void> => {
      await clock.advance(1_100);
      await store.log();
      await settle();
    };
    const first = await center.submitOne(draft());
    await store.settle();
    remove(today, `${today}-wal`);
    await looks();
    expect([told(), center.files.restored, center.failure]).toEqual([['CHAPPE_STORE_GONE'], 1, undefined]);
    const second = await center.submitOne(draft());
    renameSync(path, join(root, 'elsewhere'));
    await looks();
    expect([center.failure?.code, told().length]).toEqual(['CHAPPE_STORE_GONE', 2]);
    await expect(center.submitOne(draft())).rejects.toMatchObject({ code: 'CHAPPE_STORE_GONE' });
    await looks();
    await looks();
    expect(told().length).toBe(2);
    renameSync(join(root, 'elsewhere'), path);
    await looks();
    expect(center.failure).toBeUndefined();
    const third = await center.submitOne(draft());
    expect((await afterKill()).ids).toEqual([first.id, second.id, third.id]);
    expect(told().length).toBe(2);
    // It can be stopped without its folder, too.
    renameSync(path, join(root, 'elsewhere'));
    await looks();
    const stopped = center.stop({ drainMs: 100 });
    for (let turn = 0; turn < 20; turn += 1) await clock.advance(20);
    await stopped;
    expect(told().length).toBe(3);
  });
});
