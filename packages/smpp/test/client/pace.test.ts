import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

test('without a rate of its own, "slow down" halves what was really sent, and is forgotten after a while', () => {
  const pace = new Pace(undefined, 0);
  expect(pace.perSecond).toBe(Number.POSITIVE_INFINITY);
  for (let i = 0; i < 1_000; i++) expect(pace.take(i)).toBe(0);
  pace.slowDown(1_000);
  expect(pace.perSecond).toBeGreaterThan(300);
  expect(pace.perSecond).toBeLessThan(700);
  pace.take(62_000);
  expect(pace.perSecond).toBe(Number.POSITIVE_INFINITY);
});

/** A peer with a token bucket of its own, or one that takes nothing for a while. */
type Peer = (nowMs: number) => boolean;

function takingPerSecond(limit: number): Peer {
  let tokens = limit / 10;
  let lastMs = 0;
  return (nowMs) => {
    tokens = Math.min(Math.max(1, limit / 10), tokens + ((nowMs - lastMs) / 1000) * limit);
    lastMs = nowMs;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

/** Sends all it may for so many seconds; the answers come after `delayMs`. Taken and refused in each second. */
function run(pace: Pace, peer: Peer, seconds: number, delayMs: number, window = 1_000) {
  const taken = new Array<number>(seconds).fill(0);
  const refused = new Array<number>(seconds).fill(0);
  const answers: { readonly atMs: number; readonly isTaken: boolean }[] = [];
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs++) {
    while (answers.length > 0 && answers[0]!.atMs <= nowMs) {
      const { isTaken } = answers.shift()!;
      const counts = isTaken ? taken : refused;
      counts[Math.floor(nowMs / 1000)]!++;
      if (!isTaken) pace.slowDown(nowMs);
    }
    while (answers.length < window && pace.take(nowMs) === 0) {
      answers.push({ atMs: nowMs + delayMs, isTaken: peer(nowMs) });
      if (answers.length > 10_000) throw new Error('no end');
    }
  }
  return { taken, refused };
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

describe('a peer that takes nothing for a while', () => {
  const cases = [1, 3, 20, 120].flatMap((forS) => [5, 100, 1_000].map((delayMs) => [forS, delayMs] as const));
  test.each(cases)(
    'for %i s, answering in %i ms: hardly asked, and at full rate ten seconds after',
    (forS, delayMs) => {
      const pace = new Pace({ perSecond: 100 }, 0);
      const peer = takingPerSecond(1_000);
      const isDown = (nowMs: number) => nowMs >= 5_000 && nowMs < (5 + forS) * 1000;
      const { taken, refused } = run(pace, (nowMs) => !isDown(nowMs) && peer(nowMs), 5 + forS + 20, delayMs);
      expect(taken[4]).toBeGreaterThan(delayMs === 1_000 ? 0 : 90);
      // After the first seconds no more than it takes to see when it is over.
      const first = delayMs === 1_000 ? 15 : 6;
      expect(sum(refused.slice(5 + first, 5 + forS))).toBeLessThanOrEqual(3 * Math.max(0, forS - first));
      const back = 5 + forS + 11 + Math.ceil(delayMs / 1000);
      for (const count of taken.slice(back, back + 5)) expect(count).toBeGreaterThanOrEqual(95);
    },
  );

  test('though hardly anything was sent before: what waits then leaves at full rate', () => {
    const pace = new Pace({ perSecond: 100 }, 0);
    for (let second = 0; second < 20; second++) {
      pace.take(second * 1_000);
      if (second >= 10) pace.slowDown(second * 1_000 + 5);
    }
    expect(leave(pace, 30_000, 31_000)).toBeGreaterThanOrEqual(95);
  });

  test('without a rate of our own: back to what the window lets through', () => {
    const pace = new Pace(undefined, 0);
    const { taken } = run(pace, (nowMs) => nowMs < 5_000 || nowMs >= 25_000, 40, 10, 2);
    expect(taken[4]).toBeGreaterThanOrEqual(190);
    expect(taken[37]).toBeGreaterThanOrEqual(190);
  });
});

describe('a peer that takes less than our rate', () => {
  const cases = [50, 90, 10, 2].flatMap((limit) => [5, 200].map((delayMs) => [limit, delayMs] as const));
  test.each(cases)(
    '%i of 100/s, answering in %i ms: most of it is used, and little is refused',
    (limit, delayMs) => {
      for (const rate of [{ perSecond: 100 }, undefined]) {
        const { taken, refused } = run(new Pace(rate, 0), takingPerSecond(limit), 140, delayMs, 50);
        // The first 20 s find out.
        const settled = sum(taken.slice(20));
        expect(settled / 120).toBeGreaterThanOrEqual(limit * 0.7);
        expect(settled / 120).toBeLessThanOrEqual(limit * 1.01 + 1);
        expect(sum(refused.slice(20)) / (settled + 1)).toBeLessThan(limit <= 10 ? 0.25 : 0.1);
      }
    },
  );
});

test('a rate below one a second stays below', () => {
  const pace = new Pace({ perSecond: 0.5, burst: 1 }, 0);
  pace.take(0);
  pace.slowDown(10);
  expect(pace.perSecond).toBeLessThanOrEqual(0.5);
  expect(leave(pace, 10, 100_010)).toBeLessThanOrEqual(51);
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
