/** Whether the event loop comes in time is told by probes, in time that is simulated. */
import type { Clock } from '@chappe/center';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../gateway/test/rig.ts';
import { addEventLoop } from '../src/metrics/process.ts';
import { readScrape } from './scrape.ts';

/** Shares of late probes after ten minutes in which each second begins with so many milliseconds of standing still. */
async function lateShare(stoodMs: number): Promise<number> {
  const clock = new SimulatedClock();
  const registry = new Registry();
  const end = addEventLoop(registry, clock as Clock);
  for (let second = 0; second < 600; second += 1) {
    await clock.leap(stoodMs);
    await clock.advance(1_000 - stoodMs);
  }
  const { samples } = readScrape(await registry.metrics());
  const count = (result: string): number =>
    samples.find(({ labels }) => labels.result === result)?.value ?? Number.NaN;
  end();
  expect(clock.armed).toBe(0);
  return count('late') / (count('late') + count('prompt'));
}

describe('the event loop', () => {
  it.each([0, 50, 100])('that stands for %i ms each second is never late', async (stoodMs) => {
    expect(await lateShare(stoodMs)).toBe(0);
  });

  // Whoever comes in the last 100 ms of it waits no longer than that.
  it.each([
    [300, 0.2],
    [600, 0.5],
    [900, 0.8],
  ])('that stands for %i ms each second is late for %d of the time', async (stoodMs, share) => {
    const late = await lateShare(stoodMs);
    expect(Math.abs(late - share)).toBeLessThan(0.05);
  });

  it('that stands for a day is late for all of it, and is not behind for ever', async () => {
    const clock = new SimulatedClock();
    const registry = new Registry();
    const end = addEventLoop(registry, clock as Clock);
    await clock.leap(24 * 3_600_000);
    await clock.advance(10_000);
    const { samples } = readScrape(await registry.metrics());
    const counts = samples.filter(({ name }) => name === 'chappe_event_loop_probes_total');
    expect(counts.map(({ value }) => value)).toEqual([10, 86_400]);
    end();
  });
});
