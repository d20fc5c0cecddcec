import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldTimes, holds } from '../../src/observation/hold-times.ts';

describe('hold times', () => {
  it('add up what has held it, the present hold included', () => {
    const times = new HoldTimes(1_000);
    times.note('window', 1_000);
    expect(times.totalMs('window', 3_000)).toBe(2_000);
    times.note(undefined, 4_000);
    times.note('rate', 5_000);
    expect(holds.map((hold) => times.totalMs(hold, 5_500))).toEqual([3_000, 500, 0]);
  });

  it('a steady hold is the whole of the time, however long ago it began and however rarely one looks', () => {
    for (const everyMs of [100, 4_999, 5_000, 9_999, 3_600_000]) {
      const times = new HoldTimes(0);
      times.note('window', 0);
      for (let at = everyMs; at < everyMs * 5; at += everyMs)
        expect(times.shares(at), `${everyMs}`).toEqual({ window: 1, rate: 0, disk: 0 });
    }
  });

  it('are forgotten after ten seconds', () => {
    const times = new HoldTimes(0);
    times.note('rate', 0);
    times.note(undefined, 60_000);
    expect(times.shares(60_001).rate).toBeGreaterThan(0.9);
    for (let at = 61_000; at <= 70_000; at += 1_000) times.shares(at);
    expect(times.shares(70_001)).toEqual({ window: 0, rate: 0, disk: 0 });
    expect(times.totalMs('rate', 70_001)).toBe(60_000);
  });

  it('know the last seconds, not what was before', () => {
    const times = new HoldTimes(0);
    for (let at = 0; at < 30_000; at += 100) {
      times.note('window', at);
      times.note(undefined, at + 25);
    }
    expect(times.shares(30_000).window).toBeCloseTo(0.25, 2);
    for (let at = 30_000; at < 45_000; at += 100) {
      times.note('rate', at);
      times.note(undefined, at + 75);
    }
    const shares = times.shares(45_000);
    expect(shares.rate).toBeCloseTo(0.75, 2);
    expect(shares.window).toBe(0);
  });

  it('are never more than the time that has passed', () => {
    const step = fc.record({
      hold: fc.option(fc.constantFrom(...holds), { nil: undefined }),
      afterMs: fc.integer({ min: 0, max: 20_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const times = new HoldTimes(0);
        const sums = { window: 0, rate: 0, disk: 0 };
        let nowMs = 0;
        let hold: (typeof holds)[number] | undefined;
        for (const next of steps) {
          if (hold !== undefined) sums[hold] += next.afterMs;
          nowMs += next.afterMs;
          const { window, rate, disk } = times.shares(nowMs);
          expect(Math.min(window, rate, disk)).toBeGreaterThanOrEqual(0);
          expect(window + rate + disk).toBeLessThanOrEqual(1.000_001);
          expect(times.isNews(next.hold)).toBe(next.hold !== hold);
          times.note(next.hold, nowMs);
          hold = next.hold;
          expect(holds.map((one) => times.totalMs(one, nowMs))).toEqual(holds.map((one) => sums[one]));
        }
      }),
    );
  });
});
