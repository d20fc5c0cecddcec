import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Message } from '@chappe/center';
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
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 4 });
    database.close();
  });
});

/** As version 3 had it. */
function withoutFields(database: DatabaseSync): void {
  for (const table of ['msg', 'note'])
    for (const column of ['answered', 'sent', 'operror', 'origin'])
      database.exec(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  database.exec('PRAGMA user_version = 3');
}

describe('a data folder of version 2', () => {
  it('is read as it is, and takes contents in common from then on', async () => {
    let store = await SqliteStore.open({ path: folder });
    const old = message(idAt(NOON_MS), { content: new Uint8Array(300).fill(7), text: 'old' });
    await store.recover(NOON_MS);
    await insert(store, [old]);
    await store.close();
    const database = new DatabaseSync(join(folder, `${day}.db`));
    withoutFields(database);
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

describe('a data folder of version 3', () => {
  const nothing = {
    answeredAs: undefined,
    sentMs: 0,
    operatorError: undefined,
    isReplaced: false,
    origin: undefined,
  };
  const pieces = { first: 'a1', came: 3, total: 9, missing: [1, 4, 5, 6, 9] };
  /** Timelines as that version wrote them, without the acceptance by the centre. */
  const stories: readonly (readonly [string, string, Partial<Message>, Partial<Message>])[] = [
    ['nothing', '', {}, nothing],
    ['an id', '7 sent lane=via:a attempt=1 reference=1f connector=a\n', {}, { answeredAs: '1f', sentMs: 7 }],
    [
      'an id that was written otherwise, and an error code',
      '7 sent lane=via:a attempt=1 reference=1f connector=a id=001F\n9 undeliverable lane=via:a attempt=1 error=27 connector=a stat=UNDELIV err=0x1B network=3:27\n',
      {},
      { answeredAs: '001F', sentMs: 7, operatorError: '0x1B' },
    ],
    [
      'two upstreams, of which the second said no error code',
      '7 sent lane=via:a>b attempt=1 reference=1 connector=a\n8 retry lane=via:a>b attempt=1 error=5 class=system afterMs=0 connector=a stat=UNDELIV err=005 next=1\n9 sent lane=via:a>b attempt=2 reference=2 connector=b id=02\n10 delivered lane=via:a>b attempt=2 connector=b stat=DELIVRD\n',
      {},
      { answeredAs: '02', sentMs: 9 },
    ],
    [
      'what came after its end, and words of a peer',
      '7 sent lane=via:a attempt=1 reference=1 connector=a\n8 delivered lane=via:a attempt=1 connector=a stat=DELIVRD err=000\n9 later connector=a stat=UNDELIV err=013\n10 noted it was sent again id=9 replaced\n',
      {},
      { answeredAs: '1', sentMs: 7, operatorError: '000' },
    ],
    ['no receipt', '7 accepted lane=via:a attempt=1 connector=a reference=00A\n', {}, { answeredAs: '00A' }],
    ['another text', '7 replaced session=3\n', {}, { isReplaced: true }],
  ];
  const origins: readonly (readonly [string, string, Partial<Message>])[] = [
    [
      'a connector',
      'connector=op_a deliver_sm=3 rule=none',
      { origin: { connector: 'op_a', group: 'op_a', pieces: undefined } },
    ],
    [
      'a piece that waits',
      'connector=a deliver_sm=3 group=g part=2/3 reference=7',
      { origin: { connector: 'a', group: 'g', pieces: undefined } },
    ],
    [
      'what was put together',
      'connector=a deliver_sm=3 rule=r parts=3/9 set=a1 missing=1,4-6,9',
      { origin: { connector: 'a', group: 'a', pieces } },
    ],
    ['no connector', 'session=3', {}],
  ];

  it('tells of each message what its timeline told', async () => {
    const all = [
      ...stories.map(([, story, fields], at) =>
        message(idAt(NOON_MS, at), { ...fields, timeline: `1 accepted session=3 connector=x\n${story}` }),
      ),
      ...origins.map(([, detail], at) =>
        message(idAt(NOON_MS, 100 + at), { kind: 'mo', timeline: `1 accepted ${detail}\n` }),
      ),
    ];
    let store = await SqliteStore.open({ path: folder });
    await store.recover(NOON_MS);
    await insert(store, all);
    await store.close();
    const database = new DatabaseSync(join(folder, `${day}.db`));
    withoutFields(database);
    database.close();
    store = await SqliteStore.open({ path: folder });
    await store.recover(NOON_MS);
    for (const [at, [what, , , told]] of stories.entries())
      expect([what, await store.find(idAt(NOON_MS, at))]).toEqual([
        what,
        { ...all[at], ...nothing, ...told, content: expect.anything() },
      ]);
    for (const [at, [what, , told]] of origins.entries())
      expect([what, await store.find(idAt(NOON_MS, 100 + at))]).toEqual([
        what,
        expect.objectContaining({ ...nothing, ...told }),
      ]);
    // What is stored from now on says it itself, whatever its timeline is like.
    const fresh = message(idAt(NOON_MS, 200), { timeline: '1 accepted\n7 sent lane=via:a reference=1f\n' });
    await insert(store, [fresh]);
    expect(await store.find(fresh.id)).toMatchObject(nothing);
    // One that ends now, and one that goes on, keep theirs.
    const [ended, moved] = [await store.find(idAt(NOON_MS, 2)), await store.find(idAt(NOON_MS, 3))];
    if (ended === undefined || moved === undefined) throw new Error('two messages');
    const over = { ...ended, state: 'expired', doneMs: NOON_MS } as const;
    const again = { ...moved, group: 'up', upstreamId: '3', answeredAs: undefined, sentMs: NOON_MS + 1 };
    await store.commit([change('update', over, 'done'), change('update', again, 'sent')]);
    expect(await store.find(ended.id)).toEqual(over);
    expect(await store.find(moved.id)).toEqual(again);
    await store.close();
  });

  it('and so do changes that were kept beside a day that is set aside', async () => {
    let store = await SqliteStore.open({ path: folder });
    await store.recover(NOON_MS);
    const [free, priced, sent] = [0, 1, 2].map((at) => message(idAt(NOON_MS, at), { price: at % 2 }));
    if (free === undefined || priced === undefined || sent === undefined) throw new Error('three messages');
    await insert(store, [free, priced, sent], 'memory');
    await store.close();
    const told = '1 accepted\n7 sent lane=via:a attempt=1 reference=1f connector=a id=1F\n';
    const stat = '8 undeliverable lane=via:a attempt=1 error=7 connector=a stat=UNDELIV err=007\n';
    const flags = 3 << 2;
    const inserted = [
      ...[idAt(NOON_MS, 3), 1, null, null, flags | 1, 'acme', 'parts', '447', '7', 0, null, 0, NOON_MS],
      ...[NOON_MS + hourMs, NOON_MS, 0, 1, 0, 0, null, null, null, null, null, 0, 'text'],
      ...['1 accepted connector=a group=g\n', 0, 0, null, null],
    ];
    // As version 3 wrote it: opcode, table, values.
    const values = [
      ...[1, 0, 5, 1, 7, NOON_MS + 8, told + stat, free.id],
      ...[6, 0, 'acme', 1, 5, 1, 7, NOON_MS + 8, told + stat, 2, priced.id],
      ...[2, 0, 'via:a', NOON_MS, 1, 1, 1, 0, 'up', '1f', told, 'r|a', sent.id],
      ...[0, 0, ...inserted],
      ...[5, 0, '9 later x=1\n', sent.id],
    ];
    const head = JSON.stringify({ why: 'a test', tallies: [['acme', 1, 1, 1, 0, 0]] });
    await writeFile(join(folder, `${day}.aside`), `\n${head}\n${JSON.stringify({ values, bytes: '' })}`);
    store = await SqliteStore.open({ path: folder });
    await store.recover(NOON_MS);
    const fields = { answeredAs: '1F', operatorError: '007', state: 'undeliverable' };
    expect(await store.find(free.id)).toMatchObject({ ...fields, doneMs: NOON_MS + 8 });
    expect(await store.find(priced.id)).toMatchObject({ ...fields, charged: false });
    expect(await store.find(sent.id)).toMatchObject({
      ...{ answeredAs: '1F', sentMs: 7, upstreamId: '1f', group: 'up', memo: 'r|a' },
      timeline: `${told}9 later x=1\n`,
    });
    expect(await store.find(idAt(NOON_MS, 3))).toMatchObject({
      ...{ kind: 'mo', text: 'text', origin: { connector: 'a', group: 'g', pieces: undefined } },
    });
    expect(await store.tallies()).toMatchObject([{ account: 'acme', released: 1, reserved: 0 }]);
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
