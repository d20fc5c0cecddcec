/** What was written in a transaction that fails later is not lost: it is asked for once more, of the journal. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DAY_MS, idAt, insert, message, NOON_MS } from '../../center/src/conformance/given.ts';
import { DayFile } from '../src/day-file.ts';
import { segmentsIn } from '../src/journal-files.ts';
import type { Writer } from '../src/writer.ts';
import { commit, openWriter } from './support/writer.ts';

let path: string;
let writer: Writer;
let isClosed: boolean;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'chappe-open-'));
  writer = openWriter(path);
  isClosed = false;
});
afterEach(async () => {
  vi.restoreAllMocks();
  if (!isClosed) await writer.answer({ ask: 'close' });
  rmSync(path, { recursive: true, force: true });
});

const COUNT = 1_000;
/** Of two days, so that slices of both are in open transactions. */
const messages = Array.from({ length: COUNT }, (_, at) =>
  message(idAt(NOON_MS + (at % 2) * DAY_MS, at), { price: 2 }),
);

async function written(): Promise<void> {
  await commit(
    writer,
    messages.map((one) => ({ op: 'insert', message: one, place: 'memory', line: '' })),
    false,
  );
}

/** What a store finds there afterwards. */
async function found(): Promise<readonly number[]> {
  await writer.answer({ ask: 'close' });
  isClosed = true;
  expect(segmentsIn(path)).toEqual([]);
  const store = await SqliteStore.open({ path });
  const ids: number[] = [];
  for (let beforeId: number | undefined; ; ) {
    const page = await store.search({ limit: 1_000, beforeId });
    ids.push(...page.messages.map(({ id }) => id));
    beforeId = page.nextBeforeId;
    if (beforeId === undefined) break;
  }
  expect(await store.tallies()).toEqual(await store.recount());
  expect((await store.tallies()).reduce((sum, tally) => sum + tally.messages, 0)).toBe(COUNT);
  await store.close();
  return ids;
}

const all = messages.map(({ id }) => id).sort((a, b) => b - a);

it.each([
  ['a slice behind others', 'apply', 2],
  ['the end of it', 'commit', 0],
] as const)(
  '%s fails: it is said, refused as long as it is so, and all is there afterwards',
  async (_, method, after) => {
    await written();
    const real = DayFile.prototype[method];
    let calls = 0;
    let isFailing = true;
    vi.spyOn(DayFile.prototype, method).mockImplementation(function failing(this: DayFile, ...args: never[]) {
      calls += 1;
      if (isFailing && calls > after)
        throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
      return (real as (...values: never[]) => void).call(this, ...args);
    });
    const settle = (): Promise<unknown> => writer.answer({ ask: 'settle', concern: 'all' });
    await expect(settle()).rejects.toMatchObject({ code: 'CHAPPE_STORE_DISK_FULL' });
    calls = 0;
    await expect(settle()).rejects.toMatchObject({ code: 'CHAPPE_STORE_DISK_FULL' });
    isFailing = false;
    await settle();
    expect(await found()).toEqual(all);
  },
);

it('a file that has to be opened afresh in the midst of it loses nothing', async () => {
  await written();
  const real = DayFile.prototype.apply;
  let calls = 0;
  vi.spyOn(DayFile.prototype, 'apply').mockImplementation(function failing(this: DayFile, operations) {
    calls += 1;
    // Damaged for a moment: the file is closed, opened, and asked once more.
    if (calls === 3) throw Object.assign(new Error('database disk image is malformed'), { errcode: 11 });
    real.call(this, operations);
  });
  await writer.answer({ ask: 'settle', concern: 'all' }).catch(() => undefined);
  await writer.answer({ ask: 'settle', concern: 'all' });
  expect(calls).toBeGreaterThan(4);
  expect(await found()).toEqual(all);
});

it('a log that has grown is copied by a thread of its own, and begins anew', async () => {
  const store = await SqliteStore.open({ path: join(path, 'data'), checkpointPages: 50 });
  await store.recover(NOON_MS);
  for (let round = 0; round < 40; round += 1) {
    await insert(
      store,
      Array.from({ length: 100 }, (_, at) =>
        message(idAt(NOON_MS, 100 * round + at), { content: new Uint8Array(500) }),
      ),
      'memory',
    );
    await store.settle();
  }
  await vi.waitFor(async () => {
    await insert(store, [message(idAt(NOON_MS, 9_000))], 'memory');
    await store.settle();
    // Pages of what is in the log and not in the file: those of the last few commits.
    expect((await store.log()).octets).toBeLessThan(100 * 4_096);
  });
  expect(readdirSync(join(path, 'data'))).toContain('2026-03-01.db');
  expect((await store.search({ limit: 1 })).messages).toHaveLength(1);
  await store.close();
});
