/** A clock that is ahead for a moment gives nobody a second day: caps and quotas go on where they were, also over restarts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countsThisMonth, countsToday } from '../../src/money/standing.ts';
import { submission } from '../rig.ts';
import { account, via, World, type WorldSettings } from './world.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-clock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const dayMs = 86_400_000;

async function life(settings: WorldSettings, given?: World): Promise<World> {
  const store = await SqliteStore.open({ path: folder });
  const more = given === undefined ? {} : { given };
  return await World.start(settings, more, store, SqliteControl.open(folder));
}

/** Wall clock, so many milliseconds ahead of what it was, for so long that it is believed. */
async function shift({ clock, rig }: World, aheadMs: number): Promise<void> {
  const { nowMs } = clock;
  clock.nowMs = () => nowMs.call(clock) + aheadMs;
  for (let minute = 0; minute < 12; minute += 1) await clock.advance(60_000);
  expect(rig.errors.splice(0)).toMatchObject([
    ['clock', {}],
    ['clock', {}],
  ]);
}

/** How many of some messages are taken. */
async function taken(world: World, count: number): Promise<number> {
  const esme = await world.esme();
  let ok = 0;
  for (let n = 0; n < count; n += 1) {
    const answer = esme.request<'submit_sm'>(submission({ registered_delivery: 0 }));
    let status: number | undefined;
    answer.then((response) => {
      status = response.command_status;
    });
    await world.until(() => status !== undefined);
    if (status === 0) ok += 1;
  }
  await esme.drop();
  return ok;
}

const priced = (limits: object): WorldSettings => ({
  accounts: [account('acme', limits)],
  connectors: ['op'],
  routes: [via(['op'], undefined, { price: { perSegment: 1_000_000 } })],
});

describe.each([
  ['a cap', { credit: { mode: 'postpaid', perDay: 3_000_000 } }],
  ['a quota', { quota: { day: 3 } }],
] as const)('%s of three a day', (_, limits) => {
  it('is one day, however often the process starts when the clock is right again', async () => {
    let world = await life(priced(limits));
    // A moment of tomorrow: one message, and no id goes back behind it.
    await shift(world, dayMs);
    let sum = await taken(world, 1);
    await shift(world, -dayMs);
    for (let start = 0; start < 3; start += 1) {
      sum += await taken(world, 5);
      await world.stop({ keep: true });
      world = await life(priced(limits), world);
      // There are messages of tomorrow: whoever starts is told.
      expect(world.rig.errors.splice(0)).toMatchObject([['center', { code: 'CHAPPE_CENTER_CLOCK' }]]);
    }
    sum += await taken(world, 5);
    expect(sum).toBe(3);
    await world.stop();
  });
});

it.each([
  ['2026-07-20', '2026-07-20', true, true],
  ['2026-07-21', '2026-07-20', true, true],
  ['2026-07-22', '2026-07-20', false, true],
  ['2026-07-19', '2026-07-20', false, true],
  ['2026-08-01', '2026-07-31', true, true],
  ['2026-08-02', '2026-07-31', false, false],
  ['2099-01-01', '2026-07-20', false, false],
  ['2026-06-30', '2026-07-01', false, false],
  ['2027-01-01', '2026-12-31', true, true],
])('what is of %s counts on %s: %s, and in its month: %s', (day, today, isToday, isThisMonth) => {
  expect([countsToday(day, today), countsThisMonth(day, today)]).toEqual([isToday, isThisMonth]);
});
