import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlStore, MemoryControl } from '@chappe/center';
import { SqliteControl } from '@chappe/store-sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AuditEntry, AuditLog } from '../../src/index.ts';

const dayMs = 86_400_000;
const noon = Date.UTC(2026, 2, 1, 12);

function entry(change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    by: 'alice',
    via: 'api',
    address: '192.0.2.1',
    what: 'putAccount',
    target: 'acme',
    fields: ['binds'],
    ...change,
  };
}

function sqlite(): { readonly open: () => ControlStore } {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { open: () => SqliteControl.open(folder) };
}

test('lines are read newest first, and are there after a restart', async () => {
  const { open } = sqlite();
  const first = open();
  const clock = { ms: noon, nowMs: () => clock.ms };
  const log = new AuditLog(first, clock);
  await log.append(entry(), entry({ what: 'deleteAccount', fields: [] }));
  clock.ms += 1_500;
  await log.append(entry({ by: 'nobody', what: 'wrongKeys', target: '', fields: [], count: 7 }));
  await first.close();
  const second = open();
  // A clock that was set back meanwhile puts nothing before what was there.
  clock.ms -= dayMs;
  const again = new AuditLog(second, clock);
  await again.append(entry({ what: 'last' }));
  const { lines, next } = await again.search();
  expect(lines.map(({ at, what }) => `${at} ${what}`)).toEqual([
    '2026-03-01T12:00:01.501Z-000001 last',
    '2026-03-01T12:00:01.500Z-000000 wrongKeys',
    '2026-03-01T12:00:00.000Z-000001 deleteAccount',
    '2026-03-01T12:00:00.000Z-000000 putAccount',
  ]);
  expect(lines[1]).toEqual({
    at: lines[1]?.at,
    ...entry({ by: 'nobody', what: 'wrongKeys', target: '', fields: [], count: 7 }),
  });
  expect(next).toBeUndefined();
  await second.close();
});

describe('a search', () => {
  const clock = { ms: noon, nowMs: () => clock.ms };

  async function filled(): Promise<AuditLog> {
    const log = new AuditLog(new MemoryControl(), clock);
    for (let index = 0; index < 2_500; index += 1) {
      clock.ms = noon + index * 60_000;
      await log.append(
        entry({
          by: index % 2 === 0 ? 'alice' : 'bob',
          target: `t${index}`,
          what: index % 5 === 0 ? 'x' : 'y',
        }),
      );
    }
    return log;
  }

  test('finds by who, what, target and time, page by page', async () => {
    const log = await filled();
    expect((await log.search({ by: 'bob', limit: 2 })).lines.map(({ target }) => target)).toEqual([
      't2499',
      't2497',
    ]);
    expect((await log.search({ target: 't7' })).lines).toHaveLength(1);
    expect((await log.search({ what: 'x', by: 'bob', limit: 1_000 })).lines).toHaveLength(250);
    expect((await log.search({ by: 'nobody' })).lines).toEqual([]);
    const day = await log.search({ after: '2026-03-02', before: '2026-03-03', limit: 1_000 });
    const rest = await log.search({ after: '2026-03-02', before: day.next, limit: 1_000 });
    expect(day.lines.length + rest.lines.length).toBe(24 * 60);
    const seen = new Set<string>();
    let before: string | undefined;
    for (let page = 0; page < 30; page += 1) {
      const { lines, next } = await log.search({ before, limit: 100 });
      for (const { target } of lines) seen.add(target);
      before = next;
      if (next === undefined) break;
    }
    expect(seen.size).toBe(2_500);
  });
});

describe('is bounded', () => {
  test('in octets: the eldest go', async () => {
    const clock = { ms: noon, nowMs: () => clock.ms };
    const control = new MemoryControl();
    const log = new AuditLog(control, clock, { octets: 20_000 });
    for (let index = 0; index < 500; index += 1) await log.append(entry({ target: `t${index}` }));
    const { lines } = await log.search({ limit: 1_000 });
    expect(lines[0]?.target).toBe('t499');
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.length).toBeLessThan(150);
    // What it counts is what is there, also for who comes after it.
    const later = new AuditLog(control, clock, { octets: 20_000 });
    for (let index = 0; index < 500; index += 1) await later.append(entry({ target: `u${index}` }));
    expect((await later.search({ limit: 1_000 })).lines.length).toBe(lines.length);
  });

  test('in age', async () => {
    const clock = { ms: noon, nowMs: () => clock.ms };
    const log = new AuditLog(new MemoryControl(), clock, { keptMs: 10 * dayMs });
    for (let day = 0; day < 30; day += 1) {
      await log.append(entry({ target: `t${day}` }));
      clock.ms += dayMs;
    }
    const { lines } = await log.search();
    expect(lines.map(({ target }) => target)).toEqual(Array.from({ length: 11 }, (_, at) => `t${29 - at}`));
  });

  test('in what one line may have', async () => {
    const log = new AuditLog(new MemoryControl(), { nowMs: () => noon });
    const long = 'x'.repeat(100_000);
    await log.append(entry({ target: long, by: long, fields: Array(10_000).fill(long) }));
    const [line] = (await log.search()).lines;
    expect(JSON.stringify(line).length).toBeLessThan(12_000);
  });
});

test('a store that fails says so, and the next line is written', async () => {
  const control = new MemoryControl();
  const log = new AuditLog(control, { nowMs: () => noon });
  const write = control.write.bind(control);
  control.write = () => Promise.reject(new Error('no room'));
  await expect(log.append(entry())).rejects.toThrow('no room');
  control.write = write;
  await log.append(entry({ what: 'second' }));
  expect((await log.search()).lines.map(({ what }) => what)).toEqual(['second']);
});

test('what is no line is passed over', async () => {
  const control = new MemoryControl();
  await control.write([
    { kind: 'audit', key: '2026-01-01T00:00:00.000Z-000000', value: 'nonsense' },
    { kind: 'audit', key: '2026-01-01T00:00:00.000Z-000001', value: '{"via":"elsewhere"}' },
    { kind: 'audit', key: '2026-01-01T00:00:00.000Z-000002', value: 'null' },
  ]);
  const log = new AuditLog(control, { nowMs: () => noon });
  await log.append(entry());
  expect((await log.search()).lines).toHaveLength(1);
});
