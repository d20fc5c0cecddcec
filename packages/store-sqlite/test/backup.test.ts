/** Backups: everything as of one moment, whatever is written meanwhile; and what becomes of a folder that is made of one. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackupOptions, type Message, shortPublicId } from '@chappe/center';
import { checkBackup, restoreBackup, SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { change, DAY_MS, idAt, insert, message, NOON_MS } from '../../center/src/conformance/given.ts';
import { Moment } from '../src/moment.ts';
import { SHORT_IDS_PASSED } from '../src/restored.ts';

let root: string;
let path: string;
let to: string;
let open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chappe-backup-'));
  path = join(root, 'data');
  to = join(root, 'backups', 'one');
});
afterEach(async () => {
  for (const one of open.reverse()) await one.close();
  open = [];
  rmSync(root, { recursive: true, force: true });
});

const LATER_MS = NOON_MS + 30 * DAY_MS;
const options: BackupOptions = { version: '1.2.3', nowMs: () => NOON_MS };
const refused = (part: string) => ({
  code: 'CHAPPE_STORE_BACKUP',
  message: expect.stringContaining(part),
});

async function opened(folder = path): Promise<SqliteStore> {
  const store = await SqliteStore.open({ path: folder });
  open.push(store);
  return store;
}

async function begun(folder = path): Promise<SqliteStore> {
  const store = await opened(folder);
  await store.recover(NOON_MS);
  return store;
}

function control(folder = path): SqliteControl {
  const entries = SqliteControl.open(folder);
  open.push(entries);
  return entries;
}

const priced = (at: number, day = 0): Message =>
  message(idAt(NOON_MS + day * DAY_MS, at), { price: 100, account: `a${at % 3}` });

async function restored(): Promise<SqliteStore> {
  const folder = join(root, 'again');
  await restoreBackup({ backup: to, folder, nowMs: LATER_MS });
  return opened(folder);
}

const idsIn = async (store: SqliteStore): Promise<number[]> =>
  (await store.search({ limit: 1_000 })).messages.map(({ id }) => id).sort((a, b) => a - b);

describe('the moment', () => {
  it('has all that was asked for before it, and nothing of what was asked for after', async () => {
    const store = await begun();
    const entries = control();
    await entries.write([{ kind: 'k', key: 'before', value: '1' }]);
    await insert(store, [priced(1), priced(2, 1)]);
    const more: Promise<unknown>[] = [];
    const made = await store.backup(to, {
      ...options,
      onMoment: () => more.push(insert(store, [priced(3)])),
      nowMs: () => {
        // After the moment is asked for, and maybe before it is there.
        queueMicrotask(() => more.push(insert(store, [priced(4)])));
        return NOON_MS;
      },
      onFixed: () => {
        for (let at = 10; at < 40; at += 1) more.push(insert(store, [priced(at), priced(at, 2)]));
        more.push(entries.write([{ kind: 'k', key: 'after', value: '1' }]));
      },
    });
    await Promise.all(more);
    expect(made).toMatchObject({ folder: to, momentMs: NOON_MS, messages: 3, unfinished: 3, accounts: 3 });
    expect(made).toMatchObject({ entries: 1, aside: [] });
    expect(await idsIn(store)).toHaveLength(64);
    const again = await restored();
    expect(await idsIn(again)).toEqual([priced(1).id, priced(3).id, priced(2, 1).id]);
    expect(await again.recount()).toEqual(await again.tallies());
    const list = await control(again.path).list('k');
    expect(list).toEqual([{ key: 'before', value: '1' }]);
  });

  it('is the same for messages and entries, also while both are written', async () => {
    const store = await begun();
    const entries = control();
    let isDone = false;
    const writing = (async () => {
      for (let at = 1; !isDone; at += 1) {
        await entries.write([{ kind: 'k', key: String(at), value: 'x'.repeat(100) }]);
        await insert(store, [priced(at)]);
      }
    })();
    for (let round = 0; round < 5; round += 1) {
      const { messages, entries: written } = await store.backup(join(root, `b${round}`), options);
      expect([0, 1]).toContain(written - messages);
    }
    isDone = true;
    await writing;
  });

  it('is lost for both threads when one of them fails', () => {
    const memory = new SharedArrayBuffer(4);
    Atomics.store(new Int32Array(memory), 0, 1);
    const work = (): void => {
      throw new Error('no');
    };
    expect(() => new Moment(memory).fix(work)).toThrow('no');
    expect(() => new Moment(memory).hold()).toThrow('nothing was copied');
    expect(() => new Moment(memory).fix(() => undefined)).toThrow('nothing was copied');
  });

  it('needs nobody who has begun: a folder that is not in use is copied too', async () => {
    const store = await begun();
    await insert(store, [priced(1)]);
    await store.close();
    const still = await opened();
    const before = readFileSync(join(path, 'lock.epoch'), 'latin1');
    expect(await still.backup(to, options)).toMatchObject({ messages: 1 });
    expect(readFileSync(join(path, 'lock.epoch'), 'latin1')).toBe(before);
  });
});

describe('a backup that cannot be made', () => {
  it('has a folder of its own, new or empty, outside of the data', async () => {
    const store = await begun();
    await expect(store.backup(join(path, 'b'), options)).rejects.toMatchObject(refused('lies in'));
    await expect(store.backup(path, options)).rejects.toMatchObject(refused('lies in'));
    mkdirSync(to, { recursive: true });
    expect(await store.backup(to, options)).toMatchObject({ folder: to });
    expect(statSync(to).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(to)) expect(statSync(join(to, name)).mode & 0o777, name).toBe(0o600);
    await expect(store.backup(to, options)).rejects.toMatchObject(refused('not empty'));
    writeFileSync(join(root, 'file'), '');
    await expect(store.backup(join(root, 'file', 'b'), options)).rejects.toMatchObject(refused('cannot be'));
  });

  it('is the only one at a time', async () => {
    const store = await begun();
    const first = store.backup(to, options);
    await expect(store.backup(join(root, 'two'), options)).rejects.toMatchObject(refused('another backup'));
    await first;
    await store.backup(join(root, 'two'), options);
  });

  it('leaves nothing that looks like one, and the store goes on', async () => {
    const store = await begun();
    await insert(store, [priced(1)]);
    const failing = store.backup(to, {
      ...options,
      // In the way of the copy.
      onFixed: () => mkdirSync(join(to, '2026-03-01.db')),
    });
    await expect(failing).rejects.toMatchObject({ name: 'CenterError' });
    expect(readdirSync(to)).toEqual([]);
    await expect(checkBackup(to)).rejects.toMatchObject(refused('no backup.json'));
    await insert(store, [priced(2)]);
    expect(await store.backup(to, options)).toMatchObject({ messages: 2 });
  });

  it('does not hold up the end of the store, and is unfinished then', async () => {
    const store = await begun();
    await insert(store, [priced(1)]);
    let closing: Promise<void> | undefined;
    const ended = store.backup(to, {
      ...options,
      onFixed: () => {
        closing = store.close();
      },
    });
    await expect(ended).rejects.toMatchObject({ code: 'CHAPPE_STORE_CLOSED' });
    await closing;
    await expect(checkBackup(to)).rejects.toMatchObject(refused('no backup.json'));
    expect(await (await begun()).find(priced(1).id)).toBeDefined();
  });

  it('is not made of a folder whose log has lost something: what is in doubt there nobody has marked', async () => {
    const store = await begun();
    for (let at = 0; at < 50; at += 1) {
      await insert(store, [priced(at)]);
      await store.settle();
    }
    const log = readFileSync(join(path, '2026-03-01.db-wal'));
    const whole = readFileSync(join(path, '2026-03-01.db'));
    await store.close();
    log.fill(0xff, 9_000, 9_500);
    writeFileSync(join(path, '2026-03-01.db'), whole);
    writeFileSync(join(path, '2026-03-01.db-wal'), log);
    const still = await opened();
    await expect(still.backup(to, options)).rejects.toMatchObject(refused('start the server once'));
  });
});

it('days that are set aside are in it as they are', async () => {
  const store = await begun();
  await insert(store, [priced(1), priced(2, 1)]);
  await store.close();
  writeFileSync(join(path, '2026-03-01.db'), 'no database');
  const again = await begun();
  const changed = change('line', priced(1), 'waiting');
  await again.commit([{ ...changed, line: '1 x\n' }]);
  expect(await again.backup(to, options)).toMatchObject({ aside: ['2026-03-01'], messages: 1 });
  const laid = await restored();
  const { aside } = await laid.recover(LATER_MS);
  expect(aside).toMatchObject([{ day: '2026-03-01' }]);
  expect(readFileSync(join(laid.path, '2026-03-01.db'), 'utf8')).toBe('no database');
  expect(readFileSync(join(laid.path, '2026-03-01.aside'), 'utf8')).toContain('schema');
});

describe('a folder made of one', () => {
  it('marks what waited as uncertain, and goes on above all ids of before', async () => {
    const store = await begun();
    const short = message(idAt(NOON_MS, 7), { idForm: 'short', publicId: shortPublicId(41) });
    await insert(store, [priced(1), short]);
    await store.backup(to, options);
    const laid = await restored();
    const recovery = await laid.recover(LATER_MS);
    expect(recovery.highestId).toBe(idAt(LATER_MS));
    expect(recovery.highestShort).toBe(41 + SHORT_IDS_PASSED);
    expect((await laid.find(priced(1).id))?.timeline).toContain(`${LATER_MS} recovered uncertain=1`);
    expect(recovery.owner.epoch).toBe(2);
    await laid.close();
    // A backup of it keeps that in mind.
    const third = await opened(laid.path);
    const next = join(root, 'next');
    await third.backup(next, options);
    await restoreBackup({ backup: next, folder: join(root, 'third'), nowMs: NOON_MS });
    expect(await (await opened(join(root, 'third'))).recover(NOON_MS)).toMatchObject({
      highestId: idAt(LATER_MS),
    });
  });

  it('is made where nothing is, or moves aside what is there, and never takes the place of one in use', async () => {
    const store = await begun();
    await insert(store, [priced(1)]);
    await store.backup(to, options);
    await insert(store, [priced(2)]);
    const replace = { backup: to, folder: path, nowMs: LATER_MS, isReplacing: true };
    await expect(restoreBackup({ ...replace, isReplacing: false })).rejects.toMatchObject(
      refused('not empty'),
    );
    await expect(restoreBackup(replace)).rejects.toMatchObject({
      code: 'CHAPPE_STORE_LOCKED',
      message: expect.stringContaining(`in use by process ${process.pid}`),
    });
    expect(readdirSync(root).sort()).toEqual(['backups', 'data']);
    await expect(restoreBackup({ ...replace, folder: root })).rejects.toMatchObject(
      refused('no data folder'),
    );
    await store.close();
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(restoreBackup({ ...replace, signal: aborted })).rejects.toThrow('enough');
    expect(readdirSync(root).sort()).toEqual(['backups', 'data']);
    const { replaced = '' } = await restoreBackup(replace);
    expect(replaced).toBe(`${path}.replaced-1`);
    const laid = await begun();
    expect(await idsIn(laid)).toEqual([priced(1).id]);
    expect(await idsIn(await opened(replaced))).toEqual([priced(1).id, priced(2).id]);
  });

  it('has the key of sealed entries, where that lies in the data folder', async () => {
    const store = await begun();
    writeFileSync(join(path, 'sealing.key'), 'k'.repeat(64));
    writeFileSync(join(path, 'notes.txt'), 'none of ours');
    await store.backup(to, options);
    const laid = await restored();
    expect(readFileSync(join(laid.path, 'sealing.key'), 'utf8')).toBe('k'.repeat(64));
    expect(existsSync(join(laid.path, 'notes.txt'))).toBe(false);
  });
});

describe('a backup that is not what it was', () => {
  beforeEach(async () => {
    const store = await begun();
    await insert(store, [priced(1)]);
    control();
    await store.backup(to, options);
    expect(await checkBackup(to)).toMatchObject({ flaws: [], version: '1.2.3', backup: { messages: 1 } });
  });

  const day = (): string => join(to, '2026-03-01.db');
  const edit = (was: string | RegExp, is: string): void => {
    const file = join(to, 'backup.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(was, is));
  };

  it.each([
    ['a file is gone', () => rmSync(day()), 'is missing'],
    ['one is cut off', () => truncateSync(day(), 4096), 'octets, not'],
    ['one has grown', () => appendFileSync(day(), 'x'), 'octets, not'],
    [
      'an octet is another one',
      () => {
        const octets = readFileSync(day());
        octets.writeUInt8(octets.readUInt8(5_000) ^ 1, 5_000);
        writeFileSync(day(), octets);
      },
      'has been changed',
    ],
    ['its numbers are others', () => edit('"messages": 1', '"messages": 2'), 'does not hold'],
  ])('%s', async (_, damage, says) => {
    damage();
    expect((await checkBackup(to)).flaws).toEqual([expect.stringContaining(says)]);
    const folder = join(root, 'again');
    await expect(restoreBackup({ backup: to, folder, nowMs: LATER_MS })).rejects.toMatchObject(refused(says));
    expect(existsSync(folder)).toBe(false);
  });

  it.each([
    ['it was not finished', () => rmSync(join(to, 'backup.json')), 'was not finished'],
    ['it is of a newer version', () => edit('"format": 1', '"format": 2'), 'newer version'],
    ['it is cut off', () => truncateSync(join(to, 'backup.json'), 90), 'cannot be read'],
    ['it names a file elsewhere', () => edit('"control.db"', '"../control.db"'), 'not what a backup says'],
  ])('%s', async (_, damage, says) => {
    damage();
    await expect(checkBackup(to)).rejects.toMatchObject(refused(says));
  });
});
