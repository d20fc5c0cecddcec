/** A damaged file of one day stops nothing else: whatever the damage, whenever it comes, whoever comes across it. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type CenterError, type Change, type DayAside, type Message, parsePublicId } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  change,
  claimAll,
  DAY_MS,
  idAt,
  insert,
  message,
  NOON_MS,
} from '../../center/src/conformance/given.ts';
import { DayFile } from '../src/day-file.ts';
import type { ClaimedRows, Notice, WorkerRole } from '../src/requests.ts';
import { Writer } from '../src/writer.ts';

let path: string;
let stores: SqliteStore[] = [];
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'chappe-damage-'));
});
afterEach(async () => {
  for (const store of stores) await store.close();
  stores = [];
  rmSync(path, { recursive: true, force: true });
});

const PAGE = 4096;
const yesterday = '2026-03-01';
const file = (): string => join(path, `${yesterday}.db`);

/** What yesterday and today hold. Enough for indexes of several pages. */
const of = (day: 0 | 1, sequence: number, fields: Partial<Message> = {}): Message =>
  message(idAt(NOON_MS + day * DAY_MS, sequence), {
    acceptedMs: NOON_MS + day * DAY_MS,
    dueMs: NOON_MS + day * DAY_MS,
    expiresMs: NOON_MS + 100 * DAY_MS,
    price: 10,
    text: 'x'.repeat(300),
    ...fields,
  });
const waiting = (day: 0 | 1): Message => of(day, 1);
const other = (day: 0 | 1): Message => of(day, 6);
const sent = (day: 0 | 1): Message =>
  of(day, 2, { group: 'up', upstreamId: `r${day}`, dueMs: NOON_MS + 90 * DAY_MS });
const short = (day: 0 | 1): Message =>
  of(day, 3, { idForm: 'short', publicId: `0000000${day}`, lane: 'held' });
const note = (day: 0 | 1): Message => of(day, 4, { kind: 'receipt', price: 0, account: 'notes' });
const old = (day: 0 | 1): Message => of(day, 5, { expiresMs: NOON_MS - 1, account: 'old' });

interface Opened {
  readonly store: SqliteStore;
  readonly told: { readonly aside: DayAside; readonly error: CenterError }[];
  readonly troubles: CenterError[];
}

async function opened(): Promise<Opened> {
  const store = await SqliteStore.open({ path });
  stores.push(store);
  const told: Opened['told'] = [];
  const troubles: CenterError[] = [];
  store.watch({
    onAside: (aside, error) => void told.push({ aside, error }),
    onTrouble: (error) => void troubles.push(error),
  });
  return { store, told, troubles };
}

/** Lays out what yesterday and today hold: made once, and copied from then on. */
async function fill(): Promise<void> {
  if (filled !== undefined) {
    lay(filled);
    return;
  }
  const { store } = await opened();
  await store.recover(NOON_MS);
  for (const day of [0, 1] as const) {
    await insert(store, [waiting(day), short(day), note(day), old(day), other(day)]);
    await insert(store, [sent(day)], 'sent');
    const over = Array.from({ length: 120 }, (_, at) => of(day, 100 + at, { account: `a${at % 7}` }));
    await insert(store, over, 'memory');
    const ended = over.map((one) => ({
      ...one,
      state: 'delivered' as const,
      doneMs: NOON_MS,
      charged: true,
    }));
    await store.commit(ended.map((one) => change('update', one, 'done')));
  }
  await store.close();
  filled = new Map(readdirSync(path).map((name) => [name, readFileSync(join(path, name))]));
}

/** The folder as `fill` left it. */
let filled: ReadonlyMap<string, Buffer> | undefined;
function lay(files: ReadonlyMap<string, Buffer>): void {
  for (const [name, octets] of files) writeFileSync(join(path, name), octets);
}

/** The folder as `fill` left it, with another file of yesterday. */
async function refill(sound: Buffer): Promise<void> {
  for (const name of readdirSync(path)) rmSync(join(path, name));
  lay(filled ?? new Map());
  writeFileSync(file(), sound);
}

function overwrite(at: number, octets: Uint8Array): void {
  const handle = openSync(file(), 'r+');
  writeSync(handle, octets, 0, octets.length, at);
  closeSync(handle);
}

const size = (): number => statSync(file()).size;

/** Damages that leave nothing to go by. */
const whole: readonly (readonly [string, () => void])[] = [
  ['all pages but the first', () => overwrite(PAGE, new Uint8Array(size() - PAGE).fill(0xee))],
  ['zeros', () => overwrite(0, new Uint8Array(size()))],
  ['its header', () => overwrite(0, new Uint8Array(60).fill(7))],
  ['the schema', () => overwrite(100, new Uint8Array(PAGE - 100).fill(0xff))],
  ['another program’s database', () => foreign('CREATE TABLE recipes(name)')],
  ['nothing but a table of ours', () => foreign('CREATE TABLE msg(id INTEGER PRIMARY KEY)')],
  ['a version before the first', () => versioned(0)],
  ['cut to nothing', () => writeFileSync(file(), '')],
  ['cut in the header', () => writeFileSync(file(), readFileSync(file()).subarray(0, 50))],
  ['cut after a page', () => writeFileSync(file(), readFileSync(file()).subarray(0, PAGE))],
  [
    'cut in the middle',
    () => writeFileSync(file(), readFileSync(file()).subarray(0, Math.floor(size() / 2))),
  ],
];

function foreign(sql: string): void {
  rmSync(file());
  const database = new DatabaseSync(file());
  database.exec(sql);
  database.close();
}

function versioned(version: number): void {
  const database = new DatabaseSync(file());
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
}

/** What the operations say, in one store; those that take something take different messages. */
async function ask(store: SqliteStore): Promise<Record<string, unknown>> {
  const ids = (messages: readonly Message[]): number[] => messages.map(({ id }) => id);
  const days = (rows: readonly { readonly day: string }[]): string[] => [
    ...new Set(rows.map(({ day }) => day)),
  ];
  const { messages, aside } = await store.search({ account: 'acme', limit: 1_000 });
  const expiry = { nowMs: NOON_MS + 2 * DAY_MS, limit: 10, octets: 1e6 };
  const both = { destination: '447700900123', account: 'acme' };
  return {
    search: ids(messages),
    aside,
    found: (await store.find(sent(1).id))?.id,
    short: (await store.findByShort(counterOf(short(1))))?.id,
    references: ids(await store.findByUpstreamId('up', ['r0', 'r1'])),
    lane: ids((await store.waitingIn('held', 10)).messages),
    alike: await store.matching(both, 10),
    counts: days(await store.counts()),
    tallies: days(await store.tallies()),
    recount: days(await store.recount()),
    log: (await store.log()).trouble,
    forgotten: await store.purge(NOON_MS - DAY_MS),
    expired: ids((await store.takeExpired(expiry)).messages),
    taken: (await store.take(other(1).id, 'waiting'))?.id,
    claimed: await claimAll(store, NOON_MS + 2 * DAY_MS),
    stored: await store.commit([ended(waiting(0)), ended(waiting(1))]),
    after: (await store.find(waiting(1).id))?.state,
  };
}

const ended = (one: Message): Change =>
  change('update', { ...one, state: 'delivered', doneMs: 1, charged: true }, 'done');

/** What they say of today, when there is nothing else. */
const today = {
  search: [other(1).id, short(1).id, sent(1).id, waiting(1).id],
  aside: [yesterday],
  found: sent(1).id,
  short: short(1).id,
  references: [sent(1).id],
  lane: [short(1).id],
  alike: [other(1).id, short(1).id, waiting(1).id],
  counts: ['2026-03-02'],
  tallies: ['2026-03-02'],
  recount: ['2026-03-02'],
  log: undefined,
  forgotten: [],
  expired: [old(1).id],
  taken: other(1).id,
  claimed: [waiting(1).id],
  stored: undefined,
  after: 'delivered',
};

/** The part of what they say that is of today. */
function ofToday(said: Record<string, unknown>): Record<string, unknown> {
  const isToday = (one: unknown): boolean =>
    typeof one === 'number' ? one >= idAt(NOON_MS + DAY_MS) : one !== yesterday;
  const part = (value: unknown): unknown => (Array.isArray(value) ? value.filter(isToday) : value);
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, part(value)]));
}

function counterOf({ publicId }: Message): number {
  const parsed = parsePublicId(publicId);
  return parsed?.form === 'short' ? parsed.counter : -1;
}

const aside = expect.objectContaining({
  code: 'CHAPPE_STORE_ASIDE',
  path: expect.stringMatching(/2026-03-01\.db$/),
});

describe.each(whole)('a file of yesterday that is damaged: %s', (_, damage) => {
  it('found at the start: today goes on, yesterday is left as it is', async () => {
    await fill();
    damage();
    const before = readFileSync(file());
    const { store, told } = await opened();
    const recovery = await store.recover(NOON_MS);
    expect(recovery.waiting.map(({ account, count }) => [account, count]).sort()).toEqual(
      [
        ['acme', 2],
        ['acme', 1],
        ['notes', 1],
        ['old', 1],
      ].sort(),
    );
    expect(recovery.sent).toBe(1);
    expect(told).toMatchObject([{ aside: { day: yesterday, path: file() }, error: aside }]);
    expect(recovery.aside).toEqual([told[0]?.aside]);
    expect(await ask(store)).toEqual(today);
    for (const asked of [
      () => store.find(sent(0).id),
      () => store.take(waiting(0).id, 'waiting'),
      () => store.take(sent(0).id, 'sent'),
    ])
      await expect(asked()).rejects.toEqual(aside);
    await expect(store.findByShort(counterOf(short(0)))).rejects.toEqual(aside);
    expect(told.length).toBe(1);
    await store.close();
    expect(readFileSync(file()).equals(before)).toBe(true);
    // And at the next start it is as it was.
    const again = await opened();
    expect((await again.store.recover(NOON_MS)).aside).toMatchObject([{ day: yesterday }]);
  });
});

describe.each(whole.filter(([name]) => !/database|version/.test(name)))(
  'a file of yesterday that is damaged while it runs: %s',
  (_, damage) => {
    it('today goes on', async () => {
      await fill();
      const { store, told } = await opened();
      await store.recover(NOON_MS);
      damage();
      const { aside: _left, ...rest } = today;
      expect(ofToday(await ask(store))).toMatchObject(rest);
      await expect(store.find(sent(0).id)).rejects.toEqual(aside);
      expect(told).toMatchObject([{ aside: { day: yesterday, path: file() }, error: aside }]);
    });
  },
);

it('any one page: each question is answered for today, and wholly or not at all for yesterday', async () => {
  await fill();
  const sound = readFileSync(file());
  const { store } = await opened();
  await store.recover(NOON_MS);
  const right = await ask(store);
  await store.close();
  const results = new Set<string>();
  for (let page = 1; page < sound.length / PAGE; page += 1) {
    await refill(sound);
    overwrite(page * PAGE, new Uint8Array(PAGE).fill(0xee));
    const one = await opened();
    await one.store.recover(NOON_MS);
    const said = await ask(one.store);
    const { aside: _left, ...rest } = today;
    expect(ofToday(said)).toMatchObject(rest);
    for (const [name, value] of Object.entries(said)) {
      if (name === 'aside') continue;
      expect([page, name, [right[name], rest[name as keyof typeof rest]]]).toEqual([
        page,
        name,
        expect.arrayContaining([value]),
      ]);
    }
    results.add(`${one.told.length} ${said.aside}`);
    await one.store.close();
  }
  // Some are come across by a question, some by none of these.
  expect([...results].sort()).toEqual(['0 undefined', `1 ${yesterday}`, '1 undefined'].sort());
});

describe('a day that is set aside', () => {
  const broken = async (): Promise<{ readonly sound: Buffer; readonly store: SqliteStore }> => {
    await fill();
    const sound = readFileSync(file());
    overwrite(PAGE, new Uint8Array(size() - PAGE).fill(0xee));
    const { store } = await opened();
    await store.recover(NOON_MS);
    return { sound, store };
  };
  const journal = (): string => join(path, `${yesterday}.aside`);

  it('takes no new message; what became of its own ones is kept, and made in a file that is whole at a start', async () => {
    const { sound, store } = await broken();
    const fresh = { ...change('insert', of(0, 900), 'waiting'), isRefusable: true } as const;
    await expect(store.commit([fresh, ended(waiting(0)), ended(waiting(1))])).rejects.toEqual(aside);
    // As the center does then.
    await store.commit([change('remove', of(0, 900), 'done'), ended(waiting(0)), ended(waiting(1))]);
    await store.commit([change('insert', of(0, 901, { kind: 'receipt', of: old(0).id }), 'waiting')]);
    await store.close();
    writeFileSync(file(), sound);
    const { store: again, told } = await opened();
    const recovery = await again.recover(NOON_MS + 9);
    expect([told, recovery.aside, existsSync(journal())]).toEqual([[], [], false]);
    const found = await again.find(waiting(0).id);
    expect([found?.state, found?.charged, found?.timeline.includes('uncertain')]).toEqual([
      'delivered',
      true,
      false,
    ]);
    expect([await again.find(of(0, 900).id), (await again.find(of(0, 901).id))?.kind]).toEqual([
      undefined,
      'receipt',
    ]);
    // It may be an older copy: nobody knows whether what waits there has left since.
    expect((await again.find(other(0).id))?.timeline).toContain(`${NOON_MS + 9} recovered uncertain=1`);
    expect((await again.find(sent(0).id))?.timeline).not.toContain('uncertain');
    const sums = await again.tallies();
    expect(sums).toEqual(await again.recount());
    expect(sums.find(({ day, account }) => day === yesterday && account === 'acme')).toMatchObject({
      settled: 10,
    });
  });

  it('keeps what was kept when its file is still damaged, or comes later; what a crash cut off takes nothing along', async () => {
    const { sound, store } = await broken();
    await store.commit([ended(waiting(0))]);
    await store.close();
    appendFileSync(journal(), '\n{"values":[1,0,');
    let one = await opened();
    expect((await one.store.recover(NOON_MS)).aside).toMatchObject([
      { day: yesterday, why: expect.stringMatching(/malformed/) },
    ]);
    await one.store.commit([ended(other(0))]);
    await one.store.close();
    // Moved away to be repaired: it is done without meanwhile.
    rmSync(file());
    one = await opened();
    expect((await one.store.recover(NOON_MS)).aside).toEqual([]);
    expect(await one.store.find(sent(0).id)).toBeUndefined();
    await one.store.close();
    writeFileSync(file(), sound);
    one = await opened();
    await one.store.recover(NOON_MS);
    expect((await one.store.find(waiting(0).id))?.state).toBe('delivered');
    expect((await one.store.find(other(0).id))?.state).toBe('delivered');
  });

  it('where the disk cannot keep in mind that it is, fails as before, and nothing is dropped', async () => {
    await fill();
    overwrite(PAGE, new Uint8Array(size() - PAGE).fill(0xee));
    const { store } = await opened();
    // In the way of what stands beside it.
    mkdirSync(journal());
    await expect(store.recover(NOON_MS)).rejects.toMatchObject({
      code: 'CHAPPE_STORE_DAMAGED',
      path: file(),
    });
    rmdirSync(journal());
    expect((await store.recover(NOON_MS)).aside).toMatchObject([{ day: yesterday }]);
  });
});

describe('the money of a day that is set aside', () => {
  const sums = { account: 'acme', day: yesterday };
  const of = async (store: SqliteStore): Promise<unknown> => {
    const tallies = await store.tallies();
    // Whoever compares the two finds no difference.
    expect((await store.recount()).filter(({ day }) => day === yesterday)).toEqual(
      tallies.filter(({ day }) => day === yesterday),
    );
    return tallies.find(({ day, account }) => day === yesterday && account === 'acme');
  };

  it('stays known, and follows what is kept of its messages; also after a restart, and when it is back', async () => {
    await fill();
    const sound = readFileSync(file());
    let { store, told } = await opened();
    await store.recover(NOON_MS);
    // Its sums have just changed: they are in the memory of whoever writes them.
    await store.commit([ended(short(0))]);
    await store.settle();
    overwrite(PAGE, new Uint8Array(size() - PAGE).fill(0xee));
    await expect(store.find(sent(0).id)).rejects.toEqual(aside);
    // The thread that writes is told behind the answer.
    await store.log();
    expect(told).toMatchObject([{ aside: { day: yesterday, hasTallies: true } }]);
    expect(await of(store)).toEqual({
      ...sums,
      messages: 4,
      accepted: 40,
      reserved: 30,
      settled: 10,
      released: 0,
    });
    await store.commit([ended(waiting(0))]);
    // As after an unclear failure.
    await store.commit([
      ended(waiting(0)),
      change('update', { ...other(0), state: 'expired', charged: false }, 'done'),
    ]);
    const after = { ...sums, messages: 4, accepted: 40, reserved: 10, settled: 20, released: 10 };
    expect(await of(store)).toEqual(after);
    await store.close();
    ({ store, told } = await opened());
    await store.recover(NOON_MS);
    expect(told).toMatchObject([{ aside: { hasTallies: true } }]);
    expect(await of(store)).toEqual(after);
    await store.close();
    // A backup from before the last change of the file itself.
    writeFileSync(file(), sound);
    ({ store } = await opened());
    await store.recover(NOON_MS);
    expect(await of(store)).toEqual({ ...after, reserved: 20, settled: 10 });
  });

  it('is said to be unknown where nothing of it can be read', async () => {
    await fill();
    overwrite(0, new Uint8Array(size()));
    const { store, told } = await opened();
    await store.recover(NOON_MS);
    expect(told).toMatchObject([{ aside: { hasTallies: false } }]);
    await store.commit([ended(waiting(0))]);
    expect(await of(store)).toBeUndefined();
  });
});

it('a day whose money cannot be read is not forgotten, whoever finds that out', async () => {
  await fill();
  const { store } = await opened();
  await store.recover(NOON_MS);
  for (const one of [waiting(0), short(0), other(0), sent(0), old(0)]) await store.commit([ended(one)]);
  await store.commit([change('remove', note(0), 'done')]);
  await store.close();
  const database = new DatabaseSync(file(), { readOnly: true });
  const { rootpage } = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'tally'").get() as {
    readonly rootpage: number;
  };
  database.close();
  overwrite((rootpage - 1) * PAGE, new Uint8Array(PAGE).fill(0xee));
  const { store: again } = await opened();
  await again.recover(NOON_MS);
  const carried: unknown[] = [];
  const purge = (): Promise<readonly string[]> =>
    again.purge(NOON_MS + 12 * 3_600_000, async (tallies) => void carried.push(...tallies));
  await expect(purge()).rejects.toEqual(aside);
  await again.log();
  expect(await purge()).toEqual([]);
  expect([carried, existsSync(file())]).toEqual([[], true]);
});

describe('a file that cannot be read', () => {
  const claim = {
    lane: 'out',
    account: 'acme',
    limit: 9,
    octets: 1e6,
    nowMs: NOON_MS + 2 * DAY_MS,
    beforeId: 2 ** 53,
  };
  const role = (): WorkerRole => ({
    path,
    checkpointPages: 8_000,
    maxFileBytes: 0,
    searchTimeoutMs: 2_000,
    chappeStore: 'writer',
  });

  it.each([
    ['a bad sector', 266, 11, true],
    ['short reads', 522, 11, true],
    ['a write that fails', 778, 40, false],
    ['no descriptor left', 14, 40, false],
    ['a full disk', 13, 40, false],
    ['a bad sector for a moment', 266, 8, false],
  ])('%s: set aside when it lasts and is of this file alone', async (_, errcode, times, isAside) => {
    await fill();
    const notices: Notice[] = [];
    const writer = new Writer(role(), (notice) => notices.push(notice));
    await writer.answer({ ask: 'recover', nowMs: NOON_MS });
    const { claim: real } = DayFile.prototype;
    let left = times;
    vi.spyOn(DayFile.prototype, 'claim').mockImplementation(function failing(this: DayFile, asked) {
      if (this.path !== file() || left === 0) return real.call(this, asked);
      left -= 1;
      throw Object.assign(new Error('disk I/O error'), { errcode });
    });
    const claims: (number | string)[] = [];
    for (let at = 0; at < times + 1; at += 1) {
      try {
        const { rows } = (await writer.answer({ ask: 'claim', claim })) as ClaimedRows;
        claims.push(...rows.map((row) => row[0] as number));
      } catch (error) {
        claims.push((error as CenterError).code);
      }
    }
    vi.restoreAllMocks();
    await writer.answer({ ask: 'close' });
    expect(notices.length).toBe(isAside ? 1 : 0);
    // Today's came in any case; yesterday's when it was no lasting fault.
    expect(claims.filter((one) => typeof one === 'number').sort()).toEqual(
      [...(isAside ? [] : [other(0).id, waiting(0).id]), other(1).id, waiting(1).id].sort(),
    );
  });
});
