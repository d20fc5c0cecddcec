import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines, type Sleeper } from '../../src/session/deadlines.ts';
import { SimulatedClock } from '../../src/simulated-clock.ts';

class Noter implements Sleeper {
  wakeAtMs = Number.POSITIVE_INFINITY;
  readonly woken: number[] = [];
  onWake(nowMs: number): void {
    this.woken.push(nowMs);
  }
}

test('one timer for all, woken in time, whatever is armed and disarmed', async () => {
  const step = fc.record({ who: fc.nat(4), inMs: fc.integer({ min: 1, max: 40 }), disarm: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const clock = new SimulatedClock();
      const deadlines = new Deadlines(clock);
      const sleepers = Array.from({ length: 5 }, () => new Noter());
      const due = new Map<Noter, number>();
      for (const { who, inMs, disarm } of steps) {
        const sleeper = sleepers[who]!;
        const atMs = clock.monotonicMs() + inMs;
        if (disarm) {
          deadlines.disarm(sleeper);
          due.delete(sleeper);
        } else {
          deadlines.arm(sleeper, atMs);
          due.set(sleeper, Math.min(due.get(sleeper) ?? Number.POSITIVE_INFINITY, atMs));
        }
        expect(clock.armed).toBeLessThanOrEqual(1);
      }
      const expected = sleepers.map((sleeper) => (due.has(sleeper) ? [due.get(sleeper)] : []));
      await clock.advance(50);
      expect(sleepers.map(({ woken }) => woken)).toEqual(expected);
      expect(clock.armed).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test('a sleeper that arms itself for the past is woken again, without starving the others', async () => {
  const clock = new SimulatedClock();
  const deadlines = new Deadlines(clock);
  let times = 0;
  const eager: Sleeper = {
    wakeAtMs: Number.POSITIVE_INFINITY,
    onWake: (nowMs) => {
      if (++times < 5) deadlines.arm(eager, nowMs - 1);
    },
  };
  const other = new Noter();
  deadlines.arm(eager, clock.monotonicMs() + 5);
  deadlines.arm(other, clock.monotonicMs() + 5);
  await clock.advance(5);
  expect(times).toBe(5);
  expect(other.woken).toHaveLength(1);
});

test('10,000 gone sessions do not stay in the heap', () => {
  const clock = new SimulatedClock();
  const deadlines = new Deadlines(clock);
  for (let i = 0; i < 10_000; i++) {
    const sleeper = new Noter();
    deadlines.arm(sleeper, clock.monotonicMs() + 60_000);
    deadlines.disarm(sleeper);
  }
  expect(clock.armed).toBe(0);
});
