import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DelayQueue } from '../src/handsets/delay-queue.ts';

function taken<T>(queue: DelayQueue<T>, nowMs: number): T[] {
  const items: T[] = [];
  queue.takeDue(nowMs, (item) => items.push(item));
  return items;
}

describe('delay queue', () => {
  it('gives items when they are due, in order, never before', () => {
    const queue = new DelayQueue<string>({ tickMs: 5 });
    queue.add(101, 'late');
    queue.add(52, 'early');
    queue.add(53, 'early too');
    expect(queue.deadline()).toBe(55);
    expect(taken(queue, 54)).toEqual([]);
    expect(taken(queue, 55)).toEqual(['early', 'early too']);
    expect(queue.deadline()).toBe(105);
    expect(taken(queue, 1_000)).toEqual(['late']);
    expect(queue.deadline()).toBe(Number.POSITIVE_INFINITY);
    expect(queue.size).toBe(0);
  });

  it('takes no more than its capacity', () => {
    const queue = new DelayQueue<number>({ capacity: 2 });
    expect([queue.add(1, 1), queue.add(2, 2), queue.add(3, 3)]).toEqual([true, true, false]);
    expect(queue.room).toBe(0);
    expect(taken(queue, 100)).toEqual([1, 2]);
    expect(queue.room).toBe(2);
  });

  it('takes one item back', () => {
    const queue = new DelayQueue<number>();
    for (const item of [1, 2, 3]) queue.add(10, item);
    expect(queue.remove((item) => item === 2)).toBe(2);
    expect(queue.remove((item) => item === 2)).toBeUndefined();
    expect(queue.size).toBe(2);
    expect(taken(queue, 100)).toEqual([1, 3]);
  });

  it('an item added while others are taken is not lost', () => {
    const queue = new DelayQueue<string>({ tickMs: 5 });
    queue.add(5, 'first');
    const seen: string[] = [];
    queue.takeDue(5, (item) => {
      seen.push(item);
      if (item === 'first') queue.add(5, 'again');
    });
    expect(seen).toEqual(['first', 'again']);
    expect(queue.size).toBe(0);
  });

  it('agrees with sorting, for any times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 }), (times) => {
        const queue = new DelayQueue<number>({ tickMs: 1 });
        for (const time of times) queue.add(time, time);
        const out: number[] = [];
        while (queue.size > 0) out.push(...taken(queue, queue.deadline()));
        expect(out).toEqual([...times].sort((a, b) => a - b));
      }),
    );
  });

  it('drains in order', () => {
    const queue = new DelayQueue<number>({ tickMs: 1 });
    for (const time of [5, 1, 3]) queue.add(time, time);
    expect(queue.drain()).toEqual([1, 3, 5]);
    expect(queue.size).toBe(0);
    expect(queue.deadline()).toBe(Number.POSITIVE_INFINITY);
  });
});
