// The small pure parts: states, ids, retry, timeline, queues.
import {
  dayNumberOfId,
  dayOfId,
  defaultRetryDelays,
  type ErrorClass,
  firstIdAt,
  hexPublicId,
  idGenerator,
  idTimeMs,
  isFinalState,
  type MessageState,
  maxTimelineSteps,
  mayFollow,
  messageStates,
  nodeOfId,
  parsePublicId,
  retryPolicy,
  shortPublicId,
  timelineSteps,
} from '@chappe/center';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deque } from '../src/lanes/deque.ts';
import { Heap } from '../src/memory/heap.ts';
import { shortCounterOf } from '../src/message-id.ts';
import { timelineLine, withStep } from '../src/timeline.ts';
import { SimulatedClock } from './support/simulated-clock.ts';

describe('states', () => {
  const finals: MessageState[] = [
    'delivered',
    'expired',
    'deleted',
    'undeliverable',
    'accepted',
    'unknown',
    'rejected',
    'skipped',
  ];
  const legal = new Set([
    'scheduled scheduled',
    'scheduled enroute',
    'scheduled expired',
    'scheduled deleted',
    'scheduled rejected',
    'enroute enroute',
    'enroute scheduled',
    ...finals.map((state) => `enroute ${state}`),
  ]);
  test.each(messageStates.flatMap((from) => messageStates.map((to) => [from, to] as const)))(
    '%s to %s',
    (from, to) => expect(mayFollow(from, to)).toBe(legal.has(`${from} ${to}`)),
  );
  test('final states are those that nothing follows', () => {
    expect(messageStates.filter(isFinalState)).toEqual(finals);
  });
  test('the codes in stores never change', () => {
    expect(messageStates).toEqual(['scheduled', 'enroute', ...finals]);
  });
});

describe('ids', () => {
  test('ascend, follow each other within a call, and never go back with the clock or a restart', () => {
    const clock = new SimulatedClock();
    const ids = idGenerator(clock, 0);
    const first = ids.take(3);
    expect(idTimeMs(first)).toBe(clock.nowMs());
    expect(ids.take(1)).toBe(first + 3);
    clock.jump(-3_600_000);
    expect(ids.take(5_000)).toBe(first + 4);
    expect(idGenerator(clock, first + 9_000).take(1)).toBe(first + 9_001);
    clock.jump(7_200_000);
    expect(idTimeMs(ids.take(1))).toBe(clock.nowMs());
  });

  test('those of one call are of one day', () => {
    const clock = new SimulatedClock(Date.UTC(2026, 2, 1, 23, 59, 59, 999));
    const ids = idGenerator(clock, 0);
    const first = ids.take(4_095);
    expect(dayOfId(first)).toBe('2026-03-01');
    const next = ids.take(2);
    expect([dayOfId(next), dayOfId(next + 1)]).toEqual(['2026-03-02', '2026-03-02']);
    expect(next).toBe(firstIdAt(Date.UTC(2026, 2, 2)));
  });

  describe.each([2, 4, 32, 1_024])('of %d nodes that share a store', (nodes) => {
    const generators = (clock: SimulatedClock, highest = 0) =>
      Array.from({ length: nodes }, (_, node) => idGenerator(clock, highest, { node, nodes }));

    test('are never the same, in one millisecond too; those of one call follow each other, and all ascend', () => {
      const clock = new SimulatedClock();
      const all = generators(clock, firstIdAt(clock.nowMs()) + 7);
      const runs: (readonly [first: number, last: number])[] = [];
      const last = new Map<number, number>();
      for (const count of [1, 1_000, 3_095, 4_096, 2, 1, 900]) {
        for (const [node, ids] of all.entries()) {
          const first = ids.take(count);
          expect(first).toBeGreaterThan(last.get(node) ?? 0);
          expect(ids.next).toBe(first + count);
          expect([nodeOfId(first, nodes), nodeOfId(first + count - 1, nodes)]).toEqual([node, node]);
          runs.push([first, first + count - 1]);
          last.set(node, first + count - 1);
        }
        clock.jump(count === 2 ? 5_000 : 0);
      }
      runs.sort(([a], [b]) => a - b);
      expect(runs.findIndex(([first], at) => at > 0 && first <= (runs[at - 1]?.[1] ?? 0))).toBe(-1);
      // Never of a time before the message came: searches by time begin there.
      for (const ids of all) expect(idTimeMs(ids.take(1))).toBeGreaterThanOrEqual(clock.nowMs());
      expect(() => all[0]?.take(4_097)).toThrow(RangeError);
    });

    test('are of one day for each call, and of none that is left out', () => {
      const clock = new SimulatedClock(Date.UTC(2026, 2, 1, 23, 59, 59, 0));
      for (const ids of generators(clock)) {
        for (let round = 0; round < 1_100; round += 1) {
          const first = ids.take(4_000);
          if (dayNumberOfId(first) !== dayNumberOfId(first + 3_999)) throw new Error(`${first}`);
        }
        ids.skipDay();
        const next = ids.take(1);
        expect(idTimeMs(next) % 86_400_000).toBeLessThan(nodes);
      }
    });

    test('short ones are dealt out in turn', () => {
      const seen = new Set<number>();
      for (let node = 0; node < nodes; node += 1) {
        let counter = shortCounterOf(0xffff_f123, { node, nodes });
        for (let at = 0; at < 8; at += 1) {
          seen.add(counter >>> 0);
          counter = (counter + nodes) >>> 0;
        }
      }
      expect(seen.size).toBe(8 * nodes);
    });
  });

  test('those that one node alone makes are what they would be without any', () => {
    const clock = new SimulatedClock();
    const plain = idGenerator(clock, 5);
    const alone = idGenerator(clock, 5, { node: 0, nodes: 1 });
    for (const count of [1, 4_096, 9_000, 3]) expect(alone.take(count)).toBe(plain.take(count));
    expect(shortCounterOf(12_345, { node: 0, nodes: 1 })).toBe(12_345);
  });

  test('public ids of both forms are read back in any case', () => {
    const id = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(id, word, (anId, aWord) => {
        const hex = hexPublicId(anId, aWord);
        expect(hex.length).toBe(22);
        expect(parsePublicId(hex.toUpperCase())).toEqual({ form: 'hex', id: anId, tag: aWord, tagBits: 32 });
        const short = shortPublicId(aWord);
        expect(short.length).toBe(8);
        expect(parsePublicId(short)).toEqual({ form: 'short', counter: aWord });
      }),
    );
  });

  test.each([
    '',
    'x',
    '1234567',
    '123456789',
    'g2345678',
    '\u00101234567',
    `${'f'.repeat(22)}`,
    '1'.repeat(23),
  ])('%j is none of ours', (text) => expect(parsePublicId(text)).toBeUndefined());
});

describe('retry', () => {
  const classes = Object.keys(defaultRetryDelays) as ErrorClass[];
  test.each(classes)('%s: delays grow to the longest, spread by a quarter, and end', (errorClass) => {
    const policy = retryPolicy();
    const { firstMs, longestMs, attempts: most } = defaultRetryDelays[errorClass];
    const at = (attempts: number, chance: number): number | undefined =>
      policy({ message: undefined as never, attempts, errorClass, error: 0 }, () => chance);
    expect(at(1, 0.5)).toBe(firstMs);
    expect(at(1, 0)).toBe(firstMs * 0.75);
    expect(at(2, 0.5)).toBeGreaterThan(firstMs);
    if (Number.isFinite(most)) {
      expect(at(most - 1, 0.5)).toBeLessThanOrEqual(longestMs);
      expect(at(most, 0.5)).toBeUndefined();
    } else expect(at(10_000, 0.5)).toBe(longestMs);
  });
});

describe('timeline', () => {
  test('is read back as it was written', () => {
    const line = timelineLine(5, 'retry', 'error=8\nclass=busy');
    expect(timelineSteps(timelineLine(1, 'accepted') + line)).toEqual([
      { atMs: 1, step: 'accepted', detail: '' },
      { atMs: 5, step: 'retry', detail: 'error=8 class=busy' },
    ]);
  });

  test('keeps its beginning and its end, and counts what it dropped', () => {
    const begin = 1_790_000_000_000;
    let timeline = '';
    for (let at = 0; at < 1_000; at += 1)
      timeline = withStep(timeline, timelineLine(begin + at, 'retry', 'x=1'));
    const steps = timelineSteps(timeline);
    expect(steps.length).toBeLessThanOrEqual(maxTimelineSteps);
    expect(steps[0]?.atMs).toBe(begin);
    expect(steps.at(-1)?.atMs).toBe(begin + 999);
    const dropped = steps.filter(({ step }) => step === 'dropped');
    expect(dropped.length).toBe(1);
    expect(Number(dropped[0]?.detail.slice(6)) + steps.length - 1).toBe(1_000);
  });

  test('no line is longer than its limit', () => {
    expect(timelineLine(1, 'x', 'y'.repeat(10_000)).length).toBeLessThan(300);
  });
});

describe('queues', () => {
  test('a deque is an array with two ends', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constantFrom('push' as const, 'unshift' as const), item: fc.nat() }),
      fc.constant({ do: 'shift' as const, item: 0 }),
      fc.record({ do: fc.constant('filter' as const), item: fc.integer({ min: 2, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const deque = new Deque<number>();
        let model: number[] = [];
        for (const { do: what, item } of steps) {
          if (what === 'push') model.push(item);
          if (what === 'unshift') model.unshift(item);
          if (what === 'filter') {
            model = model.filter((one) => one % item !== 0);
            deque.filter((one) => one % item !== 0);
          } else if (what === 'shift') expect(deque.shift()).toBe(model.shift());
          else deque[what](item);
          expect(deque.size).toBe(model.length);
          expect(deque.peek()).toBe(model[0]);
        }
      }),
    );
  });

  test('a heap gives its items back in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (items) => {
        const heap = new Heap<number>((a, b) => a < b);
        for (const item of items) heap.push(item);
        const out: number[] = [];
        for (let item = heap.pop(); item !== undefined; item = heap.pop()) out.push(item);
        expect(out).toEqual(items.toSorted((a, b) => a - b));
      }),
    );
  });
});
