/** A log that cannot be copied into its file grows in silence: it is noticed, measured and said. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MemoryStore, type StoreLog } from '@chappe/center';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idAt, message, NOON_MS } from '../../center/src/conformance/given.ts';
import { startRig } from '../../center/test/support/rig.ts';
import type { LogState } from '../src/requests.ts';
import type { Writer } from '../src/writer.ts';
import { commit, openWriter } from './support/writer.ts';

let path: string;
let writer: Writer;
const file = (): string => join(path, '2026-03-01.db');

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'chappe-log-'));
  writer = openWriter(path, { checkpointPages: 20 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await writer.answer({ ask: 'close' });
  rmSync(path, { recursive: true, force: true });
});

let count = 0;
async function write(messages: number): Promise<void> {
  for (let at = 0; at < messages; at += 1) {
    const one = message(idAt(NOON_MS, count++), { content: new Uint8Array(3_000) });
    await commit(writer, [{ op: 'insert', message: one, place: 'waiting', line: '' }]);
  }
}

const log = async (): Promise<LogState> => (await writer.answer({ ask: 'log' })) as LogState;

describe('the log of a day file', () => {
  it('is measured, and no trouble while it is copied', async () => {
    await write(200);
    expect(await log()).toMatchObject({ trouble: undefined });
    expect((await log()).octets).toBeLessThanOrEqual(40 * 4_096);
  });

  it('that a reader keeps from being copied is told, and is none once that has ended', async () => {
    await write(1);
    const reader = new DatabaseSync(file(), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM msg').get();
    await write(100);
    expect((await log()).octets).toBeGreaterThan(100 * 3_000);
    expect((await log()).trouble).toContain('another program reads the file and does not end');
    expect((await log()).trouble).toContain(file());
    reader.close();
    expect(await log()).toEqual({ octets: 0, trouble: undefined });
  });

  it('that the disk refuses to copy is told with the reason', async () => {
    await write(1);
    const reader = new DatabaseSync(file(), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM msg').get();
    await write(100);
    const { prepare } = DatabaseSync.prototype;
    vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function failing(
      this: DatabaseSync,
      sql: string,
    ) {
      if (sql.includes('PASSIVE')) throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
      return prepare.call(this, sql);
    });
    expect((await log()).trouble).toMatch(
      /cannot be copied into the file: the disk failed on .* disk I\/O error/,
    );
    vi.restoreAllMocks();
    reader.close();
  });
});

it('a center asks every ten seconds, keeps the size for metrics, and says what is wrong', async () => {
  class Logged extends MemoryStore {
    asked = 0;
    state: StoreLog = { octets: 5, trouble: undefined };
    async log(): Promise<StoreLog> {
      this.asked += 1;
      return this.state;
    }
  }
  const store = new Logged();
  const { center, clock, errors } = await startRig({ store });
  await clock.advance(31_000);
  expect([store.asked, center.storeLogOctets, errors]).toEqual([3, 5, []]);
  const trouble = Object.assign(new Error('it grows'), { code: 'CHAPPE_STORE_LOG' });
  store.state = { octets: 9, trouble: trouble as never };
  await clock.advance(11_000);
  expect([center.storeLogOctets, errors]).toEqual([9, [trouble]]);
  await center.stop();
});
