/** Who has a data folder: the last one to begin with it, also where somebody has taken the lock away. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SqliteStore } from '@chappe/store-sqlite';
import { expect, it } from 'vitest';
import { change, idAt, insert, message, NEVER, NOON_MS } from '../../center/src/conformance/given.ts';
import { draft, startRig } from '../../center/test/support/rig.ts';
import { storesOf } from './support/stores.ts';

const stores = storesOf('owner');
const opened = (): Promise<SqliteStore> => stores.opened();

/** Another process opens the folder, whose lock is not there any more. */
async function openedBeside(): Promise<SqliteStore> {
  for (const name of ['lock.db', 'lock.pid']) rmSync(join(stores.root, name));
  return opened();
}

const epochs = (): string => readFileSync(join(stores.root, 'lock.epoch'), 'latin1').split(' ')[0] ?? '';
const fenced = { code: 'CHAPPE_STORE_FENCED', path: expect.stringContaining('chappe-owner-') };

it('whoever opens it beside another that still runs fences that one, at once and whole', async () => {
  const first = await opened();
  const { owner } = await first.recover(NOON_MS);
  await insert(first, [message(idAt(NOON_MS)), message(idAt(NOON_MS, 1))]);
  const second = await openedBeside();
  // Not before it has begun: what the first one stores until then the second one finds.
  await first.commit([change('insert', message(idAt(NOON_MS, 2)), 'memory')], owner);
  const recovery = await second.recover(NOON_MS);
  expect(recovery.owner.epoch).toBe(owner.epoch + 1);
  expect(recovery).toMatchObject({ uncertain: 1, highestId: idAt(NOON_MS, 2) });
  const claim = { lane: 'out', account: 'acme', limit: 9, octets: NEVER, nowMs: NOON_MS, beforeId: NEVER };
  await expect(insert(first, [message(idAt(NOON_MS, 3))])).rejects.toMatchObject(fenced);
  await expect(first.claim(claim, owner)).rejects.toMatchObject(fenced);
  await expect(first.take(idAt(NOON_MS), 'waiting', owner)).rejects.toMatchObject(fenced);
  await expect(first.renew(owner)).rejects.toMatchObject(fenced);
  expect((await first.look()).failure).toMatchObject(fenced);
  expect((await second.search({})).messages).toHaveLength(3);
  expect((await second.claim(claim, recovery.owner)).messages).toHaveLength(3);
});

it('one who comes back to a lock that nobody holds any more is fenced by whoever had it meanwhile', async () => {
  const first = await opened();
  const { owner } = await first.recover(NOON_MS);
  const second = await openedBeside();
  await second.recover(NOON_MS);
  await second.close();
  expect((await first.look()).failure).toMatchObject(fenced);
  await expect(first.renew(owner)).rejects.toMatchObject(fenced);
});

it('a center on it takes nothing more, and hands nothing out', async () => {
  const rig = await startRig({ store: await opened() });
  rig.out.answer = () => undefined;
  rig.out.room = 1;
  rig.center.attach('out', rig.out);
  await rig.center.submitAll([draft(), draft()]);
  await expect.poll(() => rig.out.got.length).toBe(1);
  await (await openedBeside()).recover(NOON_MS);
  await rig.clock.advance(1_000);
  await expect.poll(() => rig.center.failure?.code).toBe('CHAPPE_STORE_FENCED');
  rig.out.room = 9;
  rig.out.ready?.();
  await expect(rig.center.submitOne(draft())).rejects.toMatchObject(fenced);
  expect(rig.out.got).toHaveLength(1);
  expect(rig.errors).toMatchObject([fenced]);
  await rig.center.stop();
});

it('epochs grow from one process to the next, and go on where their file is taken away meanwhile', async () => {
  for (const epoch of ['1', '2']) {
    const store = await opened();
    await store.recover(NOON_MS);
    expect(epochs()).toBe(epoch);
    await store.close();
  }
  const store = await opened();
  const { owner } = await store.recover(NOON_MS);
  rmSync(join(stores.root, 'lock.epoch'));
  await store.renew(owner);
  await store.look();
  expect(epochs()).toBe('3');
  // An older copy is no sign of another one.
  writeFileSync(join(stores.root, 'lock.epoch'), '2 4711\n');
  await store.renew(owner);
  expect((await store.look()).failure).toBeUndefined();
  expect(epochs()).toBe('3');
});

it('one who only looks begins nothing', async () => {
  await (await opened()).close();
  expect(() => epochs()).toThrow(/ENOENT/);
});
