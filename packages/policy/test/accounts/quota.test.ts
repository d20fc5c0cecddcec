import { describe, expect, it } from 'vitest';
import { Quota } from '../../src/accounts/quota.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const noon = at('2026-07-20T12:00:00');

function take(quota: Quota, segments: number, nowMs: number): boolean {
  const fits = quota.fits(segments, nowMs);
  if (fits) quota.add(segments);
  return fits;
}

describe('quota', () => {
  it('ends a day at its limit and begins the next at midnight UTC', () => {
    const quota = new Quota({ day: 10 }, 'quota');
    expect(take(quota, 9, noon)).toBe(true);
    expect(take(quota, 2, noon)).toBe(false);
    expect(take(quota, 1, noon)).toBe(true);
    expect(take(quota, 1, at('2026-07-20T23:59:59.999'))).toBe(false);
    expect(take(quota, 10, at('2026-07-21T00:00:00'))).toBe(true);
    expect(quota.used(at('2026-07-21T00:00:01'))).toEqual({ day: 10, month: 20 });
  });

  it('ends a month at its limit and begins the next on its first day', () => {
    const quota = new Quota({ month: 100 }, 'quota');
    for (let day = 20; day <= 29; day += 1) expect(take(quota, 10, at(`2026-07-${day}T12:00:00`))).toBe(true);
    expect(take(quota, 1, at('2026-07-31T23:59:59'))).toBe(false);
    expect(take(quota, 100, at('2026-08-01T00:00:00'))).toBe(true);
  });

  it('knows the same month of another year as another', () => {
    const quota = new Quota({ month: 1 }, 'quota');
    expect(take(quota, 1, noon)).toBe(true);
    expect(take(quota, 1, at('2027-07-20T12:00:00'))).toBe(true);
  });

  it('goes on after a restart', () => {
    const quota = new Quota({ day: 10, month: 100 }, 'quota');
    quota.restore(9, 50, noon);
    expect(quota.used(noon)).toEqual({ day: 9, month: 50 });
    expect(take(quota, 2, noon)).toBe(false);
    expect(take(quota, 1, noon)).toBe(true);
    expect(quota.used(at('2026-07-21T00:00:00'))).toEqual({ day: 0, month: 51 });
  });

  it('counts without a limit too, and takes back', () => {
    const quota = new Quota({}, 'quota');
    expect(take(quota, 7, noon)).toBe(true);
    quota.add(-3);
    expect(quota.used(noon)).toEqual({ day: 4, month: 4 });
    quota.add(-100);
    expect(quota.used(noon)).toEqual({ day: 0, month: 0 });
  });

  it('0 allows nothing', () => {
    expect(take(new Quota({ day: 0 }, 'quota'), 1, noon)).toBe(false);
  });

  it('a clock set back over midnight gives no second quota', () => {
    const quota = new Quota({ day: 10 }, 'quota');
    take(quota, 10, at('2026-07-21T00:00:05'));
    expect(take(quota, 1, at('2026-07-20T23:59:55'))).toBe(false);
    expect(take(quota, 1, at('2026-07-21T00:00:06'))).toBe(false);
    expect(take(quota, 1, at('2026-07-22T00:00:00'))).toBe(true);
  });

  it('a clock that was years wrong is believed when it is right', () => {
    const quota = new Quota({ day: 10 }, 'quota');
    take(quota, 10, at('2031-01-01T00:00:00'));
    expect(take(quota, 1, noon)).toBe(true);
  });

  it('new settings go on from the counts', () => {
    const before = new Quota({ day: 10 }, 'quota');
    take(before, 8, noon);
    const after = new Quota({ day: 9 }, 'quota', before);
    expect(take(after, 2, noon)).toBe(false);
    expect(take(after, 1, noon)).toBe(true);
  });

  it.each([[{ day: -1 }], [{ day: 1.5 }], [{ day: Number.NaN }], [{ month: Number.POSITIVE_INFINITY }]])(
    '%j is refused by name',
    (settings) => {
      const field = 'day' in settings ? 'day' : 'month';
      expect(() => new Quota(settings, 'account "a": quota')).toThrow(`account "a": quota.${field}`);
    },
  );
});
