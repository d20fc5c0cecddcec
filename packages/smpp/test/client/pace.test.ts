import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reconnectDelayMs } from '../../src/client/backoff.ts';
import { congestedWindow, Pace } from '../../src/client/pace.ts';

/** Asks as fast as it is told it may, and counts what leaves in a time. */
function leave(pace: Pace, fromMs: number, untilMs: number): number {
  let count = 0;
  for (let nowMs = fromMs; nowMs < untilMs; ) {
    const waitMs = pace.take(nowMs);
    if (waitMs === 0) count++;
    else nowMs += waitMs;
    if (count > 1_000_000) break;
  }
  return count;
}

test('in any second no more leave than the rate and one burst', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 50 }), (perSecond, burst) => {
      const pace = new Pace({ perSecond, burst }, 0);
      for (let second = 0; second < 5; second++) {
        const count = leave(pace, second * 1000, (second + 1) * 1000);
        expect(count).toBeLessThanOrEqual(perSecond + burst);
        expect(count).toBeGreaterThanOrEqual(Math.min(perSecond - 1, 1));
      }
    }),
  );
});

test('"slow down" stops at once, halves the rate, and the rate comes back step by step', () => {
  const pace = new Pace({ perSecond: 100, burst: 1 }, 0);
  const before = leave(pace, 0, 1_000);
  pace.slowDown(1_000);
  pace.slowDown(1_001);
  pace.slowDown(1_002);
  expect(leave(pace, 1_002, 1_250)).toBe(0);
  const second = leave(pace, 1_300, 2_300);
  expect(second).toBeLessThan(before * 0.65);
  expect(second).toBeGreaterThan(before * 0.3);
  const later = leave(pace, 9_000, 10_000);
  expect(later).toBeGreaterThan(second);
  expect(leave(pace, 70_000, 71_000)).toBeGreaterThan(95);
});

test('without a rate of its own, "slow down" halves what was really sent, and is forgotten after a minute', () => {
  const pace = new Pace(undefined, 0);
  expect(pace.perSecond).toBe(Number.POSITIVE_INFINITY);
  for (let i = 0; i < 1_000; i++) expect(pace.take(i)).toBe(0);
  pace.slowDown(1_000);
  expect(pace.perSecond).toBeGreaterThan(300);
  expect(pace.perSecond).toBeLessThan(700);
  pace.take(62_000);
  expect(pace.perSecond).toBe(Number.POSITIVE_INFINITY);
});

test('the window follows congestion_state (SMPP 5.0 4.8.4.18)', () => {
  const after = (state: number) => congestedWindow(100, state, 1_000);
  expect([0, 79, 80, 89, 90, 99, 100].map(after)).toEqual([101, 101, 100, 100, 90, 90, 1]);
  expect(congestedWindow(1_000, 0, 1_000)).toBe(1_000);
  expect(congestedWindow(1, 95, 1_000)).toBe(1);
});

test('waits double up to the cap, and jitter only shortens them', () => {
  const waits = [0, 1, 2, 10, 1_000].map((attempt) => reconnectDelayMs({ jitter: 0 }, attempt, Math.random));
  expect(waits).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const wait = reconnectDelayMs({ minMs: 500, maxMs: 60_000, jitter: 0.5 }, attempt, () => random);
      expect(wait).toBeGreaterThanOrEqual(250);
      expect(wait).toBeLessThanOrEqual(60_000);
    }),
  );
});
