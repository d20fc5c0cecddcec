import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Throughput } from '../../src/accounts/throughput.ts';

const now = Date.UTC(2026, 6, 20);

describe('throughput', () => {
  it('lets a burst of one second through, then one segment for each part of a second', () => {
    const bucket = new Throughput({ perSecond: 10 }, 'throughput');
    for (let segment = 0; segment < 10; segment += 1) expect(bucket.take(1, now)).toBe(0);
    expect(bucket.take(1, now)).toBeCloseTo(-100);
    expect(bucket.take(1, now + 99)).toBeCloseTo(-1);
    expect(bucket.take(1, now + 100)).toBe(0);
    expect(bucket.take(1, now + 100)).toBeCloseTo(-100);
  });

  it('counts segments, and what was refused costs nothing', () => {
    const bucket = new Throughput({ perSecond: 10, burst: 5 }, 'throughput');
    expect(bucket.take(3, now)).toBe(0);
    expect(bucket.take(3, now)).toBeCloseTo(-100);
    expect(bucket.take(2, now)).toBe(0);
  });

  it('is full again after a pause, and no fuller', () => {
    const bucket = new Throughput({ perSecond: 10, burst: 5 }, 'throughput');
    bucket.take(5, now);
    expect(bucket.take(5, now + 3_600_000)).toBe(0);
    expect(bucket.take(1, now + 3_600_000)).toBeLessThan(0);
  });

  it('has a burst of at least one', () => {
    const bucket = new Throughput({ perSecond: 0.1 }, 'throughput');
    expect(bucket.take(1, now)).toBe(0);
    expect(bucket.take(1, now)).toBeCloseTo(-10_000);
    expect(bucket.take(1, now + 10_000)).toBe(0);
  });

  it('more segments than a burst go when the bucket is full, and are paid for afterwards', () => {
    const bucket = new Throughput({ perSecond: 10, burst: 5 }, 'throughput');
    expect(bucket.take(20, now)).toBe(0);
    expect(bucket.take(1, now + 1_599)).toBeLessThan(0);
    expect(bucket.take(1, now + 1_600)).toBe(0);
    const other = new Throughput({ perSecond: 10, burst: 5 }, 'throughput');
    other.take(1, now);
    expect(other.take(20, now)).toBeCloseTo(-100);
  });

  it('shapes up to 5 s, then refuses', () => {
    const bucket = new Throughput({ perSecond: 10, burst: 1, excess: 'shape' }, 'throughput');
    expect(bucket.take(1, now)).toBe(0);
    for (let segment = 1; segment <= 50; segment += 1) expect(bucket.take(1, now)).toBeCloseTo(segment * 100);
    expect(bucket.take(1, now)).toBeCloseTo(-5_100);
    expect(bucket.take(1, now + 100)).toBeCloseTo(5_000);
  });

  it('a clock that steps back stops nobody, and gives nothing away', () => {
    const bucket = new Throughput({ perSecond: 10, burst: 2 }, 'throughput');
    expect(bucket.take(2, now)).toBe(0);
    expect(bucket.take(1, now - 3_600_000)).toBeCloseTo(-100);
    expect(bucket.take(1, now - 3_600_000 + 100)).toBe(0);
    expect(bucket.take(1, now - 3_600_000 + 100)).toBeLessThan(0);
  });

  it('new settings go on from the segments that were taken', () => {
    const slow = new Throughput({ perSecond: 1, burst: 1 }, 'throughput');
    expect(slow.take(100, now)).toBe(0);
    expect(new Throughput({ perSecond: 1, burst: 1 }, 'throughput', slow).take(1, now)).toBeCloseTo(-100_000);
    expect(new Throughput({ perSecond: 100, burst: 1 }, 'throughput', slow).take(1, now)).toBeCloseTo(-1_000);
    expect(new Throughput({ perSecond: 1 }, 'throughput').take(1, now)).toBe(0);
  });

  it('never lets more through than burst and rate allow, whatever comes when', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 1, max: 5 })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 5, max: 50 }),
        fc.boolean(),
        steps,
        (perSecond, burst, shape, list) => {
          const bucket = new Throughput(
            { perSecond, burst, excess: shape ? 'shape' : 'reject' },
            'throughput',
          );
          let at = now;
          let sent = 0;
          let dueMs = now;
          for (const [pauseMs, segments] of list) {
            at += pauseMs;
            const waitMs = bucket.take(segments, at);
            if (waitMs < 0) continue;
            expect(waitMs).toBeLessThanOrEqual(5_000);
            sent += segments;
            // What was shaped comes no earlier than what was taken before it.
            expect(at + waitMs).toBeGreaterThanOrEqual(dueMs - 1e-3);
            dueMs = Math.max(dueMs, at + waitMs);
            expect(sent).toBeLessThanOrEqual(burst + ((at + waitMs - now) / 1_000) * perSecond + 1e-3);
          }
        },
      ),
    );
  });

  it('keeps a fast rate exactly', () => {
    const bucket = new Throughput({ perSecond: 30_000, burst: 30 }, 'throughput');
    let taken = 0;
    for (let ms = 0; ms < 10_000; ms += 1) while (bucket.take(1, now + ms) === 0) taken += 1;
    expect(Math.abs(taken - 300_000)).toBeLessThan(40);
  });

  it.each([
    [{ perSecond: 0 }, 'perSecond'],
    [{ perSecond: -1 }, 'perSecond'],
    [{ perSecond: Number.NaN }, 'perSecond'],
    [{ perSecond: Number.POSITIVE_INFINITY }, 'perSecond'],
    [{ perSecond: 10, burst: 0 }, 'burst'],
    [{ perSecond: 10, burst: Number.NaN }, 'burst'],
  ])('%j is refused by name', (settings, field) => {
    expect(() => new Throughput(settings, 'account "a": throughput')).toThrow(
      `account "a": throughput.${field}`,
    );
  });
});
