/** Backups over HTTP: one at a time, begun by an admin, and told until they are done. */
import { type Backup, CenterError } from '@chappe/center';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MakeBackup } from '../src/index.ts';
import { type ManagedRig, startManaged } from './managed-rig.ts';

const momentMs = Date.UTC(2026, 2, 1, 12);
const made: Backup = {
  folder: '/b/1',
  momentMs,
  files: 3,
  octets: 4_096,
  messages: 7,
  unfinished: 2,
  accounts: 1,
  entries: 5,
  aside: [],
};
const folder = '/b/1';

async function rigWith(makeBackup?: MakeBackup): Promise<ManagedRig> {
  const rig = await startManaged({ makeBackup });
  onTestFinished(() => rig.close());
  return rig;
}

describe('a backup', () => {
  it('is answered when its moment is fixed, and told when it is done', async () => {
    const { promise, resolve } = Promise.withResolvers<Backup>();
    const rig = await rigWith(async (_, onFixed) => {
      onFixed(momentMs);
      return await promise;
    });
    expect(await rig.admin('GET', 'backup')).toMatchObject({ status: 404, json: { code: 'not_found' } });
    const begun = await rig.admin('POST', 'backup', { folder });
    const running = { state: 'running', folder, moment: '2026-03-01T12:00:00.000Z', files: null, why: null };
    expect(begun).toMatchObject({ status: 202, json: running });
    expect((await rig.admin('GET', 'backup')).json).toMatchObject(running);
    resolve(made);
    await promise;
    expect((await rig.admin('GET', 'backup')).json).toEqual({
      state: 'done',
      folder,
      moment: '2026-03-01T12:00:00.000Z',
      why: null,
      files: 3,
      octets: 4_096,
      messages: 7,
      unfinished: 2,
      accounts: 1,
      entries: 5,
      daysAside: [],
    });
  });

  it('that cannot be begun is refused with its reason, and the last one stays', async () => {
    const failures = [
      new CenterError('CHAPPE_STORE_BACKUP', '/b/1 is not empty'),
      new CenterError('CHAPPE_STORE_DISK_FULL', 'no room for /b/1'),
    ];
    const rig = await rigWith(async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return made;
    });
    const first = await rig.admin('POST', 'backup', { folder });
    expect(first).toMatchObject({ status: 409, json: { code: 'conflict', detail: '/b/1 is not empty' } });
    const second = await rig.admin('POST', 'backup', { folder });
    expect(second).toMatchObject({ status: 503, json: { code: 'store_failed', detail: 'no room for /b/1' } });
    expect(await rig.admin('GET', 'backup')).toMatchObject({ status: 404 });
    expect((await rig.admin('POST', 'backup', { folder })).json).toMatchObject({ state: 'done' });
  });

  it('that fails later says why', async () => {
    const rig = await rigWith(async (_, onFixed) => {
      onFixed(momentMs);
      throw new CenterError('CHAPPE_STORE_DISK_FULL', 'no room for /b/1');
    });
    expect((await rig.admin('POST', 'backup', { folder })).status).toBe(202);
    const { json } = await rig.admin('GET', 'backup');
    expect(json).toMatchObject({ state: 'failed', folder, why: 'no room for /b/1', octets: null });
  });

  it.each(['b', './b', '', '/b\0', 7])('needs a whole path, and %j is none', async (given) => {
    const rig = await rigWith(async () => made);
    const { status, json } = await rig.admin('POST', 'backup', { folder: given });
    expect([status, json.field]).toEqual([400, 'folder']);
  });

  it('cannot be made where nothing is kept', async () => {
    const rig = await rigWith();
    const { status, json } = await rig.admin('POST', 'backup', { folder });
    expect([status, json.code]).toEqual([409, 'conflict']);
  });
});
