import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { change, idAt, insert, message, NOON_MS } from '../../center/src/conformance/given.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-upgrade-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const day = '2026-03-01';
const hourMs = 3_600_000;

/** As version 1 made its files. */
const table = `(
  id INTEGER PRIMARY KEY, tag INTEGER NOT NULL, head INTEGER, short INTEGER, flags INTEGER NOT NULL,
  account TEXT NOT NULL, lane TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL,
  numbering INTEGER NOT NULL, service TEXT, prio INTEGER NOT NULL, due INTEGER NOT NULL, exp INTEGER NOT NULL,
  accepted INTEGER NOT NULL, place INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL,
  error INTEGER NOT NULL, done INTEGER, about INTEGER, connector TEXT, reference TEXT, client TEXT,
  content BLOB NOT NULL, text TEXT, timeline TEXT)`;
const firstSchema = `
CREATE TABLE msg ${table};
CREATE TABLE note ${table};
CREATE INDEX msg_queue ON msg(lane, account, prio, due) WHERE place = 0;
CREATE INDEX note_queue ON note(lane, account, prio, due) WHERE place = 0;
CREATE INDEX msg_expiry ON msg(exp) WHERE place <= 1;
CREATE INDEX note_expiry ON note(exp) WHERE place <= 1;
CREATE INDEX msg_memory ON msg(id) WHERE place = 2;
CREATE INDEX msg_account ON msg(account);
CREATE INDEX msg_destination ON msg(destination);
CREATE INDEX msg_reference ON msg(connector, reference) WHERE place = 1;
CREATE INDEX msg_short ON msg(short) WHERE short IS NOT NULL;
PRAGMA application_id = ${0x43485050};
PRAGMA user_version = 1;`;

interface OldRow {
  readonly id: number;
  /** 0 waiting, 1 at an upstream, 2 in memory, 3 over. */
  readonly place: number;
  /** 1 enroute, 2 delivered. */
  readonly state?: number;
  readonly reference?: string;
  /** 2: a receipt. */
  readonly kind?: number;
}

function makeFirst(rows: readonly OldRow[]): void {
  const database = new DatabaseSync(join(folder, `${day}.db`));
  database.exec(`PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; ${firstSchema}`);
  for (const { id, place, state = 1, reference, kind = 0 } of rows) {
    const names =
      'id, tag, flags, account, lane, source, destination, numbering, prio, due, exp, accepted, place, state, attempts, error, connector, reference, content, text, timeline';
    database
      .prepare(
        `INSERT INTO ${kind === 0 ? 'msg' : 'note'}(${names}) VALUES(${names.replace(/[a-z]+/g, '?')})`,
      )
      .run(
        id,
        0x01020304,
        kind | (3 << 2),
        'acme',
        'out',
        'Chappe',
        '447700900123',
        0,
        0,
        NOON_MS,
        NOON_MS + hourMs,
        NOON_MS,
        place,
        state,
        0,
        0,
        reference === undefined ? null : 'up',
        reference ?? null,
        new Uint8Array([1, 2, 3]),
        'hello',
        `${NOON_MS} accepted\n`,
      );
  }
  database.close();
}

describe('a data folder of version 1', () => {
  it('is read as it was: what waited waits, what was sent is found, what was over is over', async () => {
    const ids = Array.from({ length: 5 }, (_, sequence) => idAt(NOON_MS, sequence));
    const [waiting, sent, lost, over, receipt] = ids as [number, number, number, number, number];
    makeFirst([
      { id: waiting, place: 0 },
      { id: sent, place: 1, reference: 'r1' },
      { id: lost, place: 2 },
      { id: over, place: 3, state: 2 },
      { id: receipt, place: 0, kind: 2 },
    ]);
    const store = await SqliteStore.open({ path: folder });
    const recovery = await store.recover(NOON_MS + 1_000);
    expect(recovery).toMatchObject({ sent: 1, uncertain: 1, highestId: receipt });
    expect(recovery.waiting).toEqual([
      { lane: 'out', account: 'acme', count: 2, nextDueMs: NOON_MS },
      expect.anything(),
    ]);
    for (const id of ids) {
      const found = await store.find(id);
      expect(found).toMatchObject({ id, price: 0, charged: undefined, memo: undefined, idForm: 'hex' });
      expect([...(found?.content ?? [])]).toEqual([1, 2, 3]);
    }
    expect((await store.findByUpstreamId('up', ['r1'])).map(({ id }) => id)).toEqual([sent]);
    const claim = {
      lane: 'out',
      account: 'acme',
      limit: 10,
      octets: 1_000,
      nowMs: NOON_MS,
      beforeId: idAt(NOON_MS + 1),
    };
    expect((await store.claim(claim)).messages.map(({ id }) => id)).toEqual([waiting, lost, receipt]);
    expect((await store.find(over))?.state).toBe('delivered');
    expect(await store.tallies()).toEqual([]);
    expect(await store.counts()).toEqual([{ day, account: 'acme', segments: 4 }]);
    await store.close();
  });

  it('what was sent has no late receipt: it ends with its validity as before', async () => {
    const id = idAt(NOON_MS);
    makeFirst([{ id, place: 1, reference: 'r1' }]);
    const store = await SqliteStore.open({ path: folder });
    await store.recover(NOON_MS);
    const expired = async (nowMs: number): Promise<readonly number[]> =>
      (await store.takeExpired({ nowMs, limit: 10, octets: 1_000 })).messages.map((one) => one.id);
    expect(await expired(NOON_MS + hourMs - 1)).toEqual([]);
    expect(await expired(NOON_MS + hourMs)).toEqual([id]);
    await store.close();
  });

  it('takes messages with a price from then on, and is of this version after a restart', async () => {
    makeFirst([{ id: idAt(NOON_MS), place: 0 }]);
    let store = await SqliteStore.open({ path: folder });
    await store.recover(NOON_MS);
    const one = message(idAt(NOON_MS, 7), { price: 12, memo: 'route' });
    await insert(store, [one], 'memory');
    await store.commit([change('update', { ...one, state: 'delivered', charged: true }, 'done')]);
    await store.close();
    store = await SqliteStore.open({ path: folder });
    await store.recover(NOON_MS);
    expect(await store.find(one.id)).toMatchObject({ price: 12, charged: true, memo: 'route' });
    expect(await store.tallies()).toEqual([
      { day, account: 'acme', messages: 1, accepted: 12, reserved: 0, settled: 12, released: 0 },
    ]);
    await store.close();
    const database = new DatabaseSync(join(folder, `${day}.db`));
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    database.close();
  });
});

describe('a data folder of version 2', () => {
  it('is read as it is, and takes contents in common from then on', async () => {
    let store = await SqliteStore.open({ path: folder });
    const old = message(idAt(NOON_MS), { content: new Uint8Array(300).fill(7), text: 'old' });
    await store.recover(NOON_MS);
    await insert(store, [old]);
    await store.close();
    const database = new DatabaseSync(join(folder, `${day}.db`));
    database.exec(`DROP TABLE shared; ALTER TABLE msg DROP COLUMN body; ALTER TABLE note DROP COLUMN body;
      PRAGMA user_version = 2`);
    database.close();
    store = await SqliteStore.open({ path: folder });
    const recovery = await store.recover(NOON_MS);
    expect(recovery.waiting).toMatchObject([{ lane: 'out', account: 'acme', count: 1 }]);
    const [first, second] = [1, 2].map((at) => message(idAt(NOON_MS, at), { content: old.content }));
    if (first === undefined || second === undefined) throw new Error('two messages');
    const body = first.id;
    await store.commit([first, second].map((one) => ({ ...change('insert', one, 'waiting'), body })));
    const claim = {
      lane: 'out',
      account: 'acme',
      limit: 9,
      octets: 9_000,
      nowMs: NOON_MS,
      beforeId: 2 ** 53,
    };
    const { messages } = await store.claim(claim);
    expect(messages.map(({ id, content, text }) => [id, content.length, text])).toEqual([
      [old.id, 300, 'old'],
      [first.id, 300, 'hello'],
      [second.id, 300, 'hello'],
    ]);
    await store.close();
  });
});

describe('a day file that is being made', () => {
  it('has no name before it is whole; what a crash left of it is made anew', async () => {
    const store = await SqliteStore.open({ path: folder });
    await store.recover(NOON_MS);
    await writeFile(join(folder, `${day}.db.new`), 'what a crash left');
    const today = message(idAt(NOON_MS));
    expect(await store.find(today.id)).toBeUndefined();
    await insert(store, [today]);
    expect((await store.search({})).messages.map(({ id }) => id)).toEqual([today.id]);
    await store.close();
  });

  it('searches under way while days are made do not fail', async () => {
    const store = await SqliteStore.open({ path: folder });
    await store.recover(NOON_MS);
    for (let at = 0; at < 12; at += 1) {
      const one = message(idAt(NOON_MS + at * 24 * hourMs));
      const searches = [store.search({}), store.find(one.id), store.tallies()];
      const stored = insert(store, [one]);
      searches.push(store.search({ text: 'hello' }), store.waitingIn('out', 10) as never);
      await Promise.all([...searches, stored]);
      expect((await store.search({})).messages).toHaveLength(at + 1);
    }
    await store.close();
  });
});
