import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Latencies } from '../../src/bench/latencies.ts';
import { ReceiptBook } from '../../src/bench/receipt-book.ts';
import { isCrossed, readThreshold } from '../../src/bench/threshold.ts';

describe('latencies', () => {
  it('are 0 when there are none', () => {
    const none = new Latencies();
    expect([none.count, none.maxMs, none.percentile(0.99), none.meanMs]).toEqual([0, 0, 0, 0]);
  });

  it('give every percentile to 2 %, whatever the durations', () => {
    const values = fc.array(fc.double({ min: 0.001, max: 600_000, noNaN: true }), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(values, fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1), (durations, part) => {
        const latencies = new Latencies();
        for (const ms of durations) latencies.record(ms);
        const sorted = [...durations].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
        const got = latencies.percentile(part);
        expect(got).toBeGreaterThanOrEqual(exact * 0.98 - 0.001);
        expect(got).toBeLessThanOrEqual(exact * 1.02 + 0.001);
        expect(latencies.maxMs).toBe(sorted.at(-1));
      }),
    );
  });

  it('survive what makes no sense', () => {
    const latencies = new Latencies();
    latencies.record(-5);
    latencies.record(1e12);
    expect(latencies.percentile(0.5)).toBeLessThan(0.002);
    expect(latencies.count).toBe(2);
  });
});

describe('thresholds', () => {
  const measures = { submitted: 1000, errors: 5, submit_p99: 49, rate: 800 };

  it.each([
    ['submit_p99>50ms', false],
    ['submit_p99>=49ms', true],
    ['submit_p99>0.04s', true],
    ['errors>0.4%', true],
    ['errors>0.5%', false],
    ['errors>4', true],
    ['rate<1000/s', true],
    ['rate < 800', false],
    ['lost>0', false],
  ])('%s: %s', (text, crossed) => {
    expect(isCrossed(readThreshold(text), measures)).toBe(crossed);
  });

  it.each(['submit_p99', 'p99>5ms', 'submit_p99>5', 'errors>5ms', 'errors>five', ''])(
    'refuses %j',
    (text) => {
      expect(() => readThreshold(text)).toThrow(TypeError);
    },
  );
});

describe('the book of receipts', () => {
  it('tells those that came, came early, came twice, and belong to others', () => {
    const book = new ReceiptBook();
    expect(book.accepted('a', 10)).toBeUndefined();
    expect(book.came('a', 15)).toBe(10);
    expect(book.came('a', 16)).toBeUndefined();
    expect(book.came('b', 20)).toBeUndefined();
    expect(book.came('b', 21)).toBeUndefined();
    expect(book.accepted('b', 18)).toBe(20);
    expect(book.came('b', 22)).toBeUndefined();
    expect(book.came('stranger', 30)).toBeUndefined();
    expect(book.accepted('c', 31)).toBeUndefined();
    const { awaited, received, missing, duplicates, strangers } = book;
    expect({ awaited, received, missing, duplicates, strangers }).toEqual({
      awaited: 3,
      received: 2,
      missing: 1,
      duplicates: 3,
      strangers: 1,
    });
  });
});
