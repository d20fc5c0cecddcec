/** A store whose last changes stand in the journal only: nothing is lost, and nobody can tell. */
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CenterError, Message, StoreEvents } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { change, DAY_MS, idAt, insert, message, NOON_MS } from '../../center/src/conformance/given.ts';
import { GUARD_FILE, USER_VERSION_AT } from '../src/folder.ts';
import { segmentsIn } from '../src/journal-files.ts';
import { schemaVersion } from '../src/schema.ts';
import { storesOf } from './support/stores.ts';

const stores = storesOf('journaled');
let path: string;
beforeEach(() => {
  path = join(stores.root, 'data');
});

const opened = (folder = path): Promise<SqliteStore> => stores.opened(folder);

/** As a kill leaves it: a copy of the files, without the lock. */
function killed(): string {
  const folder = mkdtempSync(join(stores.root, 'killed-'));
  for (const name of readdirSync(path))
    if (!name.startsWith('lock.') || name === 'lock.epoch') cpSync(join(path, name), join(folder, name));
  return folder;
}

const delivered = (one: Message): Message => ({
  ...one,
  state: 'delivered',
  doneMs: NOON_MS + 1,
  timeline: 'x\n',
});
const first = message(idAt(NOON_MS), { price: 3, text: 'Grüße' });
const second = message(idAt(NOON_MS, 1), { price: 4 });
const receipt = message(idAt(NOON_MS, 2), { kind: 'receipt', of: first.id });

async function lived(store: SqliteStore): Promise<void> {
  await insert(store, [first, second], 'memory');
  await store.commit([
    change('update', { ...delivered(first), charged: true }, 'done'),
    change('insert', receipt, 'memory'),
  ]);
  await store.commit([{ op: 'remove', message: receipt, place: 'done', line: '1 receipt-delivered\n' }]);
}

describe('after a kill', () => {
  it('what the journal has is there, by every way of looking, and once', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    await lived(store);
    const folder = killed();
    // None of it had reached a day file.
    expect(readdirSync(folder).filter((name) => name.startsWith('2026'))).toEqual([]);
    const again = await opened(folder);
    const { replay, uncertain, highestId } = await again.recover(NOON_MS);
    expect(replay).toEqual({ commits: 3, changes: 6 });
    expect([uncertain, highestId]).toEqual([1, second.id]);
    expect(await again.find(first.id)).toEqual({
      ...delivered(first),
      charged: true,
      timeline: 'x\n1 receipt-delivered\n',
    });
    expect(await again.find(receipt.id)).toBeUndefined();
    const sums = [
      { day: '2026-03-01', account: 'acme', messages: 2, accepted: 7, reserved: 4, settled: 3, released: 0 },
    ];
    expect([await again.tallies(), await again.recount()]).toEqual([sums, sums]);
    expect((await again.search({})).messages.map(({ id }) => id)).toEqual([second.id, first.id]);
    // Begun once more, there is nothing to be read.
    expect((await again.recover(NOON_MS)).replay).toEqual({ commits: 0, changes: 0 });
  });

  it('in the midst of the way into the day files, and again in the midst of the next start: the same', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    await insert(store, [first, second], 'memory');
    await store.find(first.id);
    await store.commit([change('update', { ...delivered(first), charged: true }, 'done')]);
    const once = killed();
    path = once;
    const interrupted = await opened(once);
    await interrupted.find(1);
    // It has read the journal, and has not begun.
    const twice = killed();
    const again = await opened(twice);
    const { replay } = await again.recover(NOON_MS);
    expect(replay?.commits).toBe(2);
    expect(await again.find(first.id)).toMatchObject({ state: 'delivered', charged: true });
    expect(await again.tallies()).toEqual(await again.recount());
  });

  it('and a power loss, which takes what the logs of the day files were not synced for', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    await insert(store, [first], 'memory');
    await store.settle();
    const before = killed();
    await insert(store, [second], 'memory');
    await store.commit([change('update', delivered(first), 'done')]);
    await store.settle();
    for (const segment of segmentsIn(path)) copyFileSync(segment, join(before, basename(segment)));
    const again = await opened(before);
    await again.recover(NOON_MS);
    expect((await again.find(first.id))?.state).toBe('delivered');
    expect((await again.find(second.id))?.id).toBe(second.id);
  });

  it('with a journal that is damaged nothing is opened, and all is as it was', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    await lived(store);
    await insert(store, [message(idAt(NOON_MS, 9))]);
    const folder = killed();
    const [file = ''] = segmentsIn(folder);
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] as number) ^ 1;
    writeFileSync(file, bytes);
    const names = readdirSync(folder);
    await expect(SqliteStore.open({ path: folder })).rejects.toMatchObject({
      code: 'CHAPPE_STORE_DAMAGED',
      message: expect.stringMatching(/the journal in .* is damaged.*move the journal files away/),
    });
    expect(readdirSync(folder).filter((name) => !name.startsWith('lock.'))).toEqual(
      names.filter((name) => !name.startsWith('lock.')),
    );
    expect(readFileSync(file)).toEqual(bytes);
    // As the line says.
    for (const segment of segmentsIn(folder)) rmSync(segment);
    await (await opened(folder)).recover(NOON_MS);
  });

  it('a day that was thrown away stays away', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    await insert(store, [first], 'memory');
    await store.commit([change('update', delivered(first), 'done')]);
    await insert(store, [message(idAt(NOON_MS + DAY_MS))]);
    expect(await store.purge(NOON_MS + DAY_MS / 2)).toEqual(['2026-03-01']);
    const again = await opened(killed());
    await again.recover(NOON_MS);
    expect((await again.search({})).messages.map(({ id }) => id)).toEqual([idAt(NOON_MS + DAY_MS)]);
  });
});

describe('a folder with a journal', () => {
  it('is none for a program that knows of no journal, until it is stopped in order', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    await lived(store);
    // As every version before looks at each file whose name is a day: magic and version.
    const guard = readFileSync(join(path, GUARD_FILE));
    expect(guard.toString('latin1', 0, 16)).toBe('SQLite format 3\0');
    expect(guard.readUInt32BE(USER_VERSION_AT)).toBeGreaterThan(schemaVersion);
    await store.close();
    expect(readdirSync(path).filter((name) => /journal|2094/.test(name))).toEqual([]);
  });

  it('that is taken away under it is noticed, and nothing of it is lost', async () => {
    const errors: CenterError[] = [];
    const store = await opened();
    const events: Partial<StoreEvents> = { onTrouble: (error) => errors.push(error) };
    store.watch(events as StoreEvents);
    await store.recover(NOON_MS);
    await lived(store);
    for (const segment of segmentsIn(path)) rmSync(segment);
    const { reports, restored, failure } = await store.look();
    expect(reports.map(({ message: text }) => text)).toEqual([
      expect.stringMatching(
        /journal-1\.log was taken away while it was in use: what was in it is in the day files now/,
      ),
    ]);
    expect([restored, failure]).toEqual([1, undefined]);
    await insert(store, [message(idAt(NOON_MS, 5))]);
    const again = await opened(killed());
    await again.recover(NOON_MS);
    expect((await again.search({})).messages).toHaveLength(3);
  });

  it('of which nobody reads holds no more than what is bounded', async () => {
    const store = await opened();
    await store.recover(NOON_MS);
    const content = new Uint8Array(10_000);
    for (let round = 0; round < 150; round += 1) {
      const ids = Array.from({ length: 100 }, (_, at) => idAt(NOON_MS, 100 * round + at));
      await insert(
        store,
        ids.map((id) => message(id, { content })),
        'memory',
      );
      // 64 MiB, and the commit that comes over it.
      expect((await store.log()).octets).toBeLessThan(120 * 1024 * 1024);
    }
    expect((await store.counts())[0]?.segments).toBe(15_000);
  });
});
