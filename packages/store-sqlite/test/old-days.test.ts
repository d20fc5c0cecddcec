/** What a day costs does not depend on how many there were before it: days that hold nothing unfinished cost nothing. */
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message, Place } from '@chappe/center';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DAY_MS, idAt, message, NOON_MS } from '../../center/src/conformance/given.ts';
import type { Change } from '../../center/src/store.ts';
import { DayFile } from '../src/day-file.ts';
import { Reader } from '../src/reader.ts';
import type { Writer } from '../src/writer.ts';
import { commit as commitTo, openWriter, roleIn } from './support/writer.ts';

let path: string;
let writer: Writer;
let reader: Reader;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'chappe-days-'));
  writer = openWriter(path);
  reader = new Reader(roleIn(path, { chappeStore: 'reader' }));
});
afterEach(async () => {
  vi.restoreAllMocks();
  reader.answer({ ask: 'close' });
  await writer.answer({ ask: 'close' });
  rmSync(path, { recursive: true, force: true });
});

const commit = (op: Change['op'], one: Message, place: Place): Promise<void> =>
  commitTo(writer, [{ op, message: one, place, line: '' }]);

const at = (day: number): Message =>
  message(idAt(NOON_MS + day * DAY_MS), { dueMs: NOON_MS + day * DAY_MS, expiresMs: NOON_MS + 100 * DAY_MS });

/** A day on which a message was stored and delivered, and on which the clock was looked at every second. */
async function passDay(day: number): Promise<void> {
  const one = at(day);
  await commit('insert', one, 'memory');
  await commit('update', { ...one, state: 'delivered', doneMs: one.dueMs + 1 }, 'done');
  await look(day);
  await look(day);
}

const look = (day: number): Promise<unknown> =>
  writer.answer({ ask: 'expired', expiry: { nowMs: NOON_MS + day * DAY_MS, limit: 10, octets: 1_000 } });

const claim = (day: number): Promise<unknown> => {
  const nowMs = NOON_MS + day * DAY_MS;
  const asked = {
    lane: 'out',
    account: 'acme',
    limit: 10,
    octets: 1_000,
    nowMs,
    beforeId: Number.MAX_SAFE_INTEGER,
  };
  return writer.answer({ ask: 'claim', claim: asked });
};

/** Descriptors of files in the folder. */
function descriptors(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path);
    } catch {
      return false;
    }
  }).length;
}

describe.skipIf(process.platform !== 'linux')('a folder of 40 days', () => {
  it('asks as many files, and holds as many descriptors, as one of three days', async () => {
    const claims = vi.spyOn(DayFile.prototype, 'claim');
    const expired = vi.spyOn(DayFile.prototype, 'expired');
    const asked: number[] = [];
    const open: number[] = [];
    for (let day = 0; day < 40; day += 1) {
      await passDay(day);
      claims.mockClear();
      expired.mockClear();
      await claim(day);
      await look(day);
      asked.push(claims.mock.calls.length + expired.mock.calls.length);
      open.push(descriptors());
    }
    expect(Math.max(...asked.slice(3))).toBeLessThanOrEqual(asked[2] as number);
    // A log may be synced just then, by a descriptor of its own.
    expect(Math.max(...open.slice(6))).toBeLessThanOrEqual(1 + Math.max(...open.slice(0, 6)));
  });

  it('opens no finished day to find what is at an upstream, waits in a lane, or is alike', async () => {
    for (let day = 0; day < 40; day += 1) await passDay(day);
    const ask = (): void => {
      reader.answer({ ask: 'upstream-id', group: 'up', ids: ['r'], begins: false });
      reader.answer({ ask: 'lane', lane: 'out', limit: 10, beforeId: Number.MAX_SAFE_INTEGER });
      reader.answer({ ask: 'matching', match: { destination: '447700900123' }, limit: 10 });
    };
    ask();
    reader.answer({ ask: 'close' });
    ask();
    // The day that is not over, with its log.
    expect(descriptors()).toBeLessThanOrEqual(4 * 6);
    expect(reader.answer({ ask: 'find', id: at(3).id })).toBeDefined();
  });
});

describe('an old day that still holds something', () => {
  it.each<readonly [string, Partial<Message>, Place]>([
    ['waits', {}, 'waiting'],
    ['is at an upstream', { upstreamId: 'r', group: 'up' }, 'sent'],
    ['is in memory', {}, 'memory'],
    ['is a receipt', { kind: 'receipt' }, 'waiting'],
  ])('is asked until that is over: one that %s', async (_, fields, place) => {
    const old = { ...at(0), ...(place === 'sent' ? { dueMs: NOON_MS + 100 * DAY_MS } : {}), ...fields };
    await commit('insert', old, place);
    for (let day = 1; day < 10; day += 1) await passDay(day);
    if (place === 'memory') await commit('update', old, 'waiting');
    const ask = async (): Promise<number> => {
      if (place === 'sent')
        return (
          reader.answer({
            ask: 'upstream-id',
            group: 'up',
            ids: ['r'],
            begins: false,
          }) as readonly unknown[]
        ).length;
      return ((await claim(10)) as { readonly rows: readonly unknown[] }).rows.length;
    };
    expect(await ask()).toBe(1);
    const over = { ...old, state: 'delivered' as const, doneMs: 1 };
    commit(fields.kind === 'receipt' ? 'remove' : 'update', over, 'done');
    for (let day = 10; day < 30; day += 1) await passDay(day);
    const claims = vi.spyOn(DayFile.prototype, 'claim');
    expect(await ask()).toBe(0);
    expect(claims.mock.calls.length).toBeLessThanOrEqual(3);
  });
});
