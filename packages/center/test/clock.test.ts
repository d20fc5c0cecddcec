/** Clocks that jump, or are wrong from the start: nothing is lost by them, and ids stay numbers. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Center, idGenerator, MemoryStore, SteadyClock } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { patient } from '../../../test/support/patience.ts';
import { draft, startRig } from './support/rig.ts';
import { SimulatedClock, settle } from './support/simulated-clock.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;
const start = Date.UTC(2026, 2, 1, 12);

describe('a clock that jumps', () => {
  it.each([
    ['a little', [[hourMs, 'believed']]],
    ['a little back', [[-2 * hourMs, 'believed']]],
    ['a day', [[dayMs, 'held']]],
    ['a day back', [[-dayMs, 'held']]],
    ['to 2099', [[73 * yearMs, 'held']]],
    ['to 1970', [[-56 * yearMs, 'held']]],
    ['to nowhere', [[8.7e15, 'held']]],
  ] as const)('%s', (_, [[byMs, expected]]) => {
    const clock = new SimulatedClock(start);
    const told: string[] = [];
    const steady = new SteadyClock(clock, (error) => told.push(error.message));
    clock.jump(byMs);
    expect(steady.nowMs()).toBe(expected === 'believed' ? start + byMs : start);
    expect(told).toHaveLength(expected === 'held' ? 1 : 0);
  });

  it('goes on from before by the monotonic clock, says so once, and is believed when it is back', async () => {
    const clock = new SimulatedClock(start);
    const told: string[] = [];
    const steady = new SteadyClock(clock, (error) => told.push(error.message));
    clock.jump(dayMs);
    for (let at = 1; at <= 5; at += 1) {
      await clock.advance(60_000);
      expect(steady.nowMs()).toBe(start + at * 60_000);
    }
    clock.jump(-dayMs + 1_000);
    expect(steady.nowMs()).toBe(start + 5 * 60_000 + 1_000);
    expect(told).toEqual([
      expect.stringContaining('jumped by +24.0 hours to 2026-03-02T12:01: 2026-03-01T12:01 goes on'),
      expect.stringContaining('the clock is back'),
    ]);
  });

  it('is believed after ten minutes, if it can be true', async () => {
    const clock = new SimulatedClock(start);
    const told: string[] = [];
    const steady = new SteadyClock(clock, (error) => told.push(error.message));
    clock.jump(dayMs);
    expect(steady.nowMs()).toBe(start);
    await clock.advance(599_000);
    expect(steady.nowMs()).toBe(start + 599_000);
    await clock.advance(1_000);
    expect(steady.nowMs()).toBe(start + dayMs + 600_000);
    expect(told).toHaveLength(2);
    clock.jump(100 * yearMs);
    expect(steady.nowMs()).toBe(start + dayMs + 600_000);
    await clock.advance(10 * hourMs);
    expect(steady.nowMs()).toBe(start + dayMs + 600_000 + 10 * hourMs);
  });

  it('that is slewed, corrected, or read rarely is believed at once', async () => {
    const clock = new SimulatedClock(start);
    const told: unknown[] = [];
    const steady = new SteadyClock(clock, (error) => told.push(error));
    for (let at = 0; at < 200; at += 1) {
      await clock.advance((at % 7) * 20_000);
      clock.jump(((at % 5) - 2) * 1_000);
      expect(steady.nowMs()).toBe(clock.nowMs());
    }
    await clock.advance(3 * dayMs);
    expect([steady.nowMs(), told]).toEqual([clock.nowMs(), []]);
  });
});

describe('a center whose clock jumps', () => {
  it.each([
    ['to 2099 and back', 73 * yearMs],
    ['a day ahead and back', dayMs],
    ['to 1970 and back', -56 * yearMs],
  ])('%s: nothing expires, nothing is forgotten, ids go on', async (_, byMs) => {
    const path = mkdtempSync(join(tmpdir(), 'chappe-clock-'));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    const clock = new SimulatedClock(start);
    const { center, out, errors } = await startRig({ clock, store: await SqliteStore.open({ path }) });
    const waiting = await center.submitOne(draft());
    clock.jump(byMs);
    for (let at = 0; at < 3; at += 1) await clock.advance(2_000);
    const meanwhile = await center.submitOne(draft());
    await clock.advance(2_000);
    clock.jump(-byMs);
    await clock.advance(2_000);
    const after = await center.submitOne(draft());
    expect([waiting.id < meanwhile.id, meanwhile.id < after.id, Number.isSafeInteger(after.id)]).toEqual([
      true,
      true,
      true,
    ]);
    center.attach('out', out);
    for (let turn = 0; turn < patient(3_000) && out.got.length < 3; turn += 1) {
      await clock.advance(1);
      await new Promise((go) => setTimeout(go, 1));
    }
    expect(out.ids).toEqual([waiting.id, meanwhile.id, after.id]);
    expect(errors.every((error) => (error as { code?: string }).code === 'CHAPPE_CENTER_CLOCK')).toBe(true);
    expect(readdirSync(path).filter((name) => /^2026.*\.db$/.test(name))).toEqual(['2026-03-01.db']);
    await center.stop({ drainMs: 0 });
    // And it starts again.
    const again = new Center({ store: await SqliteStore.open({ path }), clock });
    await again.start();
    expect(await again.find(after.id)).toBeDefined();
    await again.stop({ drainMs: 0 });
  });
});

describe('a clock that is wrong at the start', () => {
  it.each([0, Date.UTC(2024, 11, 31), Date.UTC(2090, 0, 1), Date.UTC(2099, 0, 1)])(
    '%i: refused',
    async (wallMs) => {
      const store = new MemoryStore();
      const center = new Center({ store, clock: new SimulatedClock(wallMs) });
      await expect(center.start()).rejects.toMatchObject({
        code: 'CHAPPE_CENTER_CLOCK',
        message: expect.stringContaining('set it right and start again'),
      });
    },
  );

  it('behind what is stored: told, and ids go on above', async () => {
    const store = new MemoryStore();
    store.close = async () => undefined;
    const first = await startRig({ store, clock: new SimulatedClock(start) });
    const { id } = await first.center.submitOne(draft());
    await first.center.stop();
    const second = await startRig({ store, clock: new SimulatedClock(start - 30 * dayMs) });
    await settle();
    expect(second.errors.map(({ message }) => message)).toEqual([expect.stringContaining('is it right?')]);
    expect((await second.center.submitOne(draft())).id).toBeGreaterThan(id);
    await second.center.stop();
  });
});

describe('ids', () => {
  it.each([0, -1e15, Date.UTC(2094, 8, 7), Date.UTC(2300, 0, 1), Number.MAX_VALUE, Number.NaN])(
    'by a clock that says %d are numbers that grow',
    (wallMs) => {
      const highest = 12_345_678;
      const ids = idGenerator({ ...new SimulatedClock(), nowMs: () => wallMs } as never, highest);
      let last = highest;
      for (let at = 0; at < 10; at += 1) {
        const id = ids.take(3);
        expect([Number.isSafeInteger(id), id > last]).toEqual([true, true]);
        last = id + 2;
      }
      expect(last).toBeLessThan(highest + 100);
    },
  );
});

it('day files of times that no id can be of are left alone', async () => {
  const path = mkdtempSync(join(tmpdir(), 'chappe-clock-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const first = await SqliteStore.open({ path });
  await first.recover(start);
  await first.close();
  const { writeFileSync } = await import('node:fs');
  for (const day of ['1970-01-01', '2094-09-08', '2099-01-01']) writeFileSync(join(path, `${day}.db`), '');
  const store = await SqliteStore.open({ path });
  expect((await store.recover(start)).highestId).toBe(0);
  await store.purge(start);
  await store.close();
  expect(readdirSync(path)).toContain('2099-01-01.db');
});
