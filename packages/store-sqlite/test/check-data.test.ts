/** What is said of the files of a data folder: page by page, and nothing is changed by it. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CenterError, Message } from '@chappe/center';
import { checkData, SqliteControl, SqliteStore, userOf } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { change, DAY_MS, idAt, insert, message, NOON_MS } from '../../center/src/conformance/given.ts';
import { logFault } from '../src/log-fault.ts';

let root: string;
let path: string;
let open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chappe-check-'));
  path = join(root, 'data');
});
afterEach(async () => {
  for (const one of open) await one.close();
  open = [];
  rmSync(root, { recursive: true, force: true });
});

const PAGE = 4096;
const file = (name = '2026-03-01.db'): string => join(path, name);

async function opened(): Promise<SqliteStore> {
  const store = await SqliteStore.open({ path });
  open.push(store);
  return store;
}

/** Two days and the entries. */
async function filled(): Promise<SqliteStore> {
  const store = await opened();
  await store.recover(NOON_MS);
  for (const day of [0, 1])
    await insert(
      store,
      Array.from({ length: 90 }, (_, at) => message(idAt(NOON_MS + day * DAY_MS, at))),
    );
  await store.settle();
  const control = SqliteControl.open(path);
  await control.write(
    Array.from({ length: 500 }, (_, at) => ({ kind: 'kind', key: String(at), value: 'x'.repeat(50) })),
  );
  await control.close();
  return store;
}

function overwrite(name: string, at: number, octets: Uint8Array): void {
  const handle = openSync(file(name), 'r+');
  writeSync(handle, octets, 0, octets.length, at);
  closeSync(handle);
}

const contents = (): Map<string, string> =>
  new Map(readdirSync(path).map((name) => [name, readFileSync(file(name), 'latin1')]));

const report = (): Record<string, unknown> =>
  Object.fromEntries([...checkData(path)].map(({ file: name, faults }) => [name, faults]));

const whole = { '2026-03-01.db': [], '2026-03-02.db': [], 'control.db': [], 'control-copy.db': [] };

describe('a folder that nobody uses', () => {
  it('is whole, and as it was', async () => {
    await (await filled()).close();
    const before = contents();
    expect(userOf(path)).toBeUndefined();
    expect(report()).toEqual(whole);
    expect(contents()).toEqual(before);
  });

  it.each([
    ['a page of a day', '2026-03-01.db', 5, 'page 6'],
    ['a page of entries', 'control.db', 3, 'page 4'],
    ['a page of their copy', 'control-copy.db', 3, 'page 4'],
  ])('%s: its file and page are named, the others are whole', async (_, name, page, said) => {
    await (await filled()).close();
    overwrite(name, page * PAGE, new Uint8Array(PAGE).fill(0xee));
    const before = contents();
    const found = report();
    expect(found[name]).toContainEqual(
      expect.objectContaining({ page: page + 1, what: expect.stringContaining(said) }),
    );
    expect({ ...found, [name]: [] }).toEqual(whole);
    expect(contents()).toEqual(before);
  });

  it('names the table or index of the page', async () => {
    await (await filled()).close();
    const database = new DatabaseSync(file(), { readOnly: true });
    const { rootpage } = database
      .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'msg_account'")
      .get() as {
      readonly rootpage: number;
    };
    database.close();
    overwrite('2026-03-01.db', (rootpage - 1) * PAGE, new Uint8Array(PAGE).fill(0xee));
    expect(report()['2026-03-01.db']).toContainEqual(
      expect.objectContaining({ page: rootpage, of: 'msg_account' }),
    );
  });

  it.each<readonly [string, () => void, RegExp]>([
    ['nothing', () => writeFileSync(file(), ''), /it is empty/],
    ['zeros', () => overwrite('2026-03-01.db', 0, new Uint8Array(statSync(file()).size)), /not a database/],
    [
      'a header of something else',
      () => overwrite('2026-03-01.db', 0, new Uint8Array(50).fill(7)),
      /not a database/,
    ],
    ['half of it', () => writeFileSync(file(), readFileSync(file()).subarray(0, 9_000)), /malformed|page/],
    ['a newer version', () => version(9), /newer version/],
    ['another program’s', () => version(0), /another program/],
  ])('%s', async (_, harm, said) => {
    await (await filled()).close();
    harm();
    const [found] = [...checkData(path)];
    expect(found).toMatchObject({ file: '2026-03-01.db', faults: [{ what: expect.stringMatching(said) }] });
  });

  it('says what was set aside, and why', async () => {
    await (await filled()).close();
    writeFileSync(file(), 'no database');
    await (await opened()).recover(NOON_MS);
    await open.pop()?.close();
    expect([...checkData(path)][0]).toMatchObject({ file: '2026-03-01.db', aside: 'file is not a database' });
  });
});

function version(number: number): void {
  const database = new DatabaseSync(file());
  database.exec(`PRAGMA user_version = ${number}`);
  database.close();
}

it('a folder in use is looked at, too, and goes on', async () => {
  const store = await filled();
  expect(userOf(path)).toBe(process.pid);
  expect(report()).toEqual(whole);
  await insert(store, [message(idAt(NOON_MS, 1_000))]);
  expect((await store.find(idAt(NOON_MS, 1_000)))?.account).toBe('acme');
});

/** The log of today, as a kill leaves it: with some transactions, the last of which is synced. */
async function killed(): Promise<readonly Message[]> {
  const store = await opened();
  await store.recover(NOON_MS);
  const messages = Array.from({ length: 12 }, (_, at) => message(idAt(NOON_MS, at)));
  for (const one of messages) {
    await insert(store, [one]);
    await store.settle();
  }
  const kept = new Map(
    ['2026-03-01.db', '2026-03-01.db-wal'].map((name) => [name, readFileSync(file(name))]),
  );
  await store.close();
  open = [];
  for (const [name, octets] of kept) writeFileSync(file(name), octets);
  return messages;
}

describe('a log', () => {
  const log = '2026-03-01.db-wal';
  // A frame of its end; whole transactions stand behind it.
  const inTheMiddle = (): number => 32 + 10 * (PAGE + 24) + 500;

  it('is whole after a kill, also when the last transaction is torn', async () => {
    await killed();
    expect(logFault(file(log))).toBeUndefined();
    expect(report()['2026-03-01.db']).toEqual([]);
    overwrite(log, statSync(file(log)).size - 3_000, new Uint8Array(2_000).fill(0xee));
    expect(logFault(file(log))).toBeUndefined();
    writeFileSync(file(log), readFileSync(file(log)).subarray(0, statSync(file(log)).size - 5_000));
    expect(logFault(file(log))).toBeUndefined();
    expect(logFault(file('none'))).toBeUndefined();
  });

  it.each<readonly [string, () => void, RegExp]>([
    [
      'in the middle',
      () => overwrite(log, inTheMiddle(), new Uint8Array(9).fill(0xee)),
      /transactions behind it/,
    ],
    [
      'zeros in the middle',
      () => overwrite(log, inTheMiddle(), new Uint8Array(PAGE)),
      /transactions behind it/,
    ],
    ['its header', () => overwrite(log, 0, new Uint8Array(20)), /header/],
  ])('damaged: %s', async (_, harm, said) => {
    const messages = await killed();
    harm();
    const damaged = readFileSync(file(log));
    expect(report()['2026-03-01.db']).toContainEqual(
      expect.objectContaining({ what: expect.stringMatching(said) }),
    );
    // It is said at the start, kept, and what waits is marked: it may have left since.
    const store = await opened();
    const troubles: CenterError[] = [];
    store.watch({ onAside: () => undefined, onTrouble: (error) => void troubles.push(error) });
    const recovery = await store.recover(NOON_MS + 5);
    expect(troubles).toMatchObject([
      {
        code: 'CHAPPE_STORE_DAMAGED',
        message: expect.stringMatching(/the log of .* is damaged .*may be missing/),
      },
    ]);
    expect(readFileSync(file(`${log}.damaged-1`)).equals(damaged)).toBe(true);
    const left = recovery.waiting.reduce((sum, { count }) => sum + count, 0);
    expect(left).toBeLessThan(messages.length);
    for (const one of (await store.search({})).messages)
      expect(one.timeline).toContain(`${NOON_MS + 5} recovered uncertain=1`);
    await store.commit([change('insert', message(idAt(NOON_MS, 900)), 'waiting')]);
    await store.close();
    await (await opened()).recover(NOON_MS);
    expect(troubles.length).toBe(1);
  });
});
