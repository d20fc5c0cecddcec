/** What may leave is marked before it does: the mark of a claim is on the disk, not only on its way there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DAY_MS, idAt, message, NOON_MS } from '../../center/src/conformance/given.ts';
import type { Change } from '../../center/src/store.ts';
import { encodeChanges } from '../src/row.ts';
import { placeCodes } from '../src/schema.ts';
import { Writer } from '../src/writer.ts';

let path: string;
let writer: Writer;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'chappe-claims-'));
  writer = new Writer({
    path,
    checkpointPages: 8_000,
    maxFileBytes: 0,
    searchTimeoutMs: 2_000,
    chappeStore: 'writer',
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  writer.answer({ ask: 'close' });
  rmSync(path, { recursive: true, force: true });
});

const commit = (...changes: Change[]): void =>
  void writer.answer({ ask: 'commit', days: encodeChanges(changes) });

it.each([
  [
    'a claim',
    'FULL',
    () =>
      writer.answer({
        ask: 'claim',
        claim: { lane: 'out', account: 'acme', limit: 5, octets: 100, nowMs: NOON_MS, beforeId: 2 ** 53 },
      }),
  ],
  [
    'one that waits',
    'FULL',
    () => writer.answer({ ask: 'take', id: idAt(NOON_MS), place: placeCodes.waiting }),
  ],
  [
    'one at an upstream',
    'NORMAL',
    () => writer.answer({ ask: 'take', id: idAt(NOON_MS, 1), place: placeCodes.sent }),
  ],
  [
    'what has expired',
    'NORMAL',
    () => writer.answer({ ask: 'expired', expiry: { nowMs: NOON_MS + 9 * DAY_MS, limit: 9, octets: 100 } }),
  ],
] as const)('%s: %s', (_, synchronous, ask) => {
  const waiting = message(idAt(NOON_MS));
  const sent = message(idAt(NOON_MS, 1), { upstreamId: 'r', group: 'up' });
  commit({ op: 'insert', message: waiting, place: 'waiting', line: '' });
  commit({ op: 'insert', message: sent, place: 'sent', line: '' });
  // How SQLite syncs while the transaction of the marks is under way.
  const set: string[] = [];
  const { exec } = DatabaseSync.prototype;
  vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function noting(
    this: DatabaseSync,
    sql: string,
  ) {
    const found = /synchronous = (\w+)/.exec(sql)?.[1];
    if (found !== undefined) set.push(found);
    exec.call(this, sql);
  });
  ask();
  expect(set).toEqual(synchronous === 'FULL' ? [] : ['NORMAL', 'FULL']);
  const database = new DatabaseSync(join(path, '2026-03-01.db'), { readOnly: true });
  const { count } = database.prepare('SELECT count(*) AS count FROM msg WHERE place = 2').get() as {
    count: number;
  };
  database.close();
  expect(count).toBeGreaterThan(0);
});
