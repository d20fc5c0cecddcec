import { afterEach, describe, expect, it, vi } from 'vitest';
import { type RuleSettings, Rules } from '../../src/routes/rules.ts';
import type { TimeOfDay } from '../../src/settings/conditions.ts';
import { TimeZone } from '../../src/time-zone.ts';
import { factsOf, matches } from './facts-of.ts';

function isWithin(time: TimeOfDay | readonly TimeOfDay[], at: string): boolean {
  const list: readonly TimeOfDay[] = Array.isArray(time) ? time : [time as TimeOfDay];
  return matches({ time: list }, factsOf({ nowMs: Date.parse(at) }));
}

describe('time of day', () => {
  const day: TimeOfDay = { from: '08:00', until: '20:00' };
  const night: TimeOfDay = { from: '22:00', until: '06:00' };
  it.each<readonly [TimeOfDay | readonly TimeOfDay[], string, boolean]>([
    [day, '2026-07-20T07:59:59.999Z', false],
    [day, '2026-07-20T08:00:00.000Z', true],
    [day, '2026-07-20T19:59:59.999Z', true],
    [day, '2026-07-20T20:00:00.000Z', false],
    [night, '2026-07-20T21:59:59.999Z', false],
    [night, '2026-07-20T22:00:00.000Z', true],
    [night, '2026-07-21T00:00:00.000Z', true],
    [night, '2026-07-21T05:59:59.999Z', true],
    [night, '2026-07-21T06:00:00.000Z', false],
    [{ from: '00:00', until: '24:00' }, '2026-07-20T23:59:59.999Z', true],
    [{ from: '20:00', until: '24:00' }, '2026-07-20T23:59:59.999Z', true],
    [{ from: '20:00', until: '24:00' }, '2026-07-21T00:00:00.000Z', false],
    [{ from: '20:00', until: '00:00' }, '2026-07-20T23:59:59.999Z', true],
    [{ from: '20:00', until: '00:00' }, '2026-07-21T00:00:00.000Z', false],
    [{ from: '8:00', until: '20:00' }, '2026-07-20T08:00:00.000Z', true],
    // 2026-07-20 is a Monday.
    [{ ...day, days: ['mon'] }, '2026-07-20T12:00:00.000Z', true],
    [{ ...day, days: ['sun', 'tue', 'wed', 'thu', 'fri', 'sat'] }, '2026-07-20T12:00:00.000Z', false],
    [{ ...day, days: ['sat', 'sun'] }, '2026-07-19T12:00:00.000Z', true],
    [{ ...day, days: [] }, '2026-07-20T12:00:00.000Z', false],
    // A night belongs to the day on which it begins.
    [{ ...night, days: ['fri'] }, '2026-07-24T23:00:00.000Z', true],
    [{ ...night, days: ['fri'] }, '2026-07-25T05:00:00.000Z', true],
    [{ ...night, days: ['fri'] }, '2026-07-24T05:00:00.000Z', false],
    [{ ...night, days: ['fri'] }, '2026-07-25T23:00:00.000Z', false],
    [{ ...night, days: ['sat'] }, '2026-07-26T05:00:00.000Z', true],
    // Of a list, one must hold.
    [[{ ...day, days: ['sun'] }, night], '2026-07-20T23:00:00.000Z', true],
    [[{ ...day, days: ['sun'] }, night], '2026-07-20T12:00:00.000Z', false],
    // Before 1970 too: 1969-12-31 was a Wednesday.
    [{ ...day, days: ['wed'] }, '1969-12-31T12:00:00.000Z', true],
  ])('%j at %s: %j', (time, at, expected) => {
    expect(isWithin(time, at)).toBe(expected);
  });
});

describe('time zones', () => {
  const london: TimeOfDay = { from: '09:00', until: '17:00', timeZone: 'Europe/London' };
  it.each<readonly [TimeOfDay, string, boolean]>([
    // Clocks go forward on 2026-03-29 at 01:00 UTC: 09:00 is 09:00 UTC the day before and 08:00 UTC on the day.
    [london, '2026-03-28T08:59:59.999Z', false],
    [london, '2026-03-28T09:00:00.000Z', true],
    [london, '2026-03-29T07:59:59.999Z', false],
    [london, '2026-03-29T08:00:00.000Z', true],
    [london, '2026-03-29T15:59:59.999Z', true],
    [london, '2026-03-29T16:00:00.000Z', false],
    // The hour from 01:00 to 02:00 is not there on that day.
    [{ ...london, from: '00:30', until: '01:30' }, '2026-03-29T00:30:00.000Z', true],
    [{ ...london, from: '00:30', until: '01:30' }, '2026-03-29T00:59:59.999Z', true],
    [{ ...london, from: '00:30', until: '01:30' }, '2026-03-29T01:00:00.000Z', false],
    [{ ...london, from: '02:00', until: '02:01' }, '2026-03-29T01:00:00.000Z', true],
    // Clocks go back on 2026-10-25 at 01:00 UTC: the hour from 01:00 to 02:00 is there twice.
    [{ ...london, from: '01:00', until: '02:00' }, '2026-10-24T23:59:59.999Z', false],
    [{ ...london, from: '01:00', until: '02:00' }, '2026-10-25T00:00:00.000Z', true],
    [{ ...london, from: '01:00', until: '02:00' }, '2026-10-25T00:59:59.999Z', true],
    [{ ...london, from: '01:00', until: '02:00' }, '2026-10-25T01:00:00.000Z', true],
    [{ ...london, from: '01:00', until: '02:00' }, '2026-10-25T01:59:59.999Z', true],
    [{ ...london, from: '01:00', until: '02:00' }, '2026-10-25T02:00:00.000Z', false],
    // The day of the week is the local one: Monday evening in London is Tuesday morning in Auckland.
    [
      { from: '08:00', until: '10:00', timeZone: 'Pacific/Auckland', days: ['tue'] },
      '2026-07-20T21:00:00.000Z',
      true,
    ],
    [
      { from: '08:00', until: '10:00', timeZone: 'Pacific/Auckland', days: ['mon'] },
      '2026-07-20T21:00:00.000Z',
      false,
    ],
    // Offsets that are no full hours.
    [{ from: '05:45', until: '05:46', timeZone: 'Asia/Kathmandu' }, '2026-07-20T00:00:00.000Z', true],
    [{ from: '08:29', until: '08:30', timeZone: 'America/St_Johns' }, '2026-07-20T10:59:59.999Z', true],
    [{ from: '12:00', until: '12:01', timeZone: 'UTC' }, '2026-07-20T12:00:00.000Z', true],
  ])('%j at %s: %j', (time, at, expected) => {
    expect(isWithin(time, at)).toBe(expected);
  });

  it('agrees with Intl through the year, in both directions of time', () => {
    const zone = new TimeZone('Europe/London');
    const hours = Array.from({ length: 366 * 24 }, (_, hour) => Date.UTC(2026, 0, 1) + hour * 3_600_000);
    const summer = (ms: number): boolean => ms >= Date.UTC(2026, 2, 29, 1) && ms < Date.UTC(2026, 9, 25, 1);
    for (const ms of [...hours, ...hours.toReversed()]) {
      expect(zone.offsetMs(ms)).toBe(summer(ms) ? 3_600_000 : 0);
    }
  });
});

describe('many messages', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('ask Intl once a minute', () => {
    const asked = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
    const made = vi.spyOn(Intl, 'DateTimeFormat');
    const time = [{ from: '08:00', until: '20:00', timeZone: 'Europe/London' }];
    const rules = new Rules<RuleSettings>([
      { name: 'a', time, text: 'never' },
      { name: 'b', time },
    ]);
    expect(made).toHaveBeenCalledTimes(1);
    const start = Date.UTC(2026, 6, 20, 12);
    for (let second = 0; second < 600; second += 1) {
      expect(rules.match(factsOf({ nowMs: start + second * 1_000 }))?.name).toBe('b');
    }
    expect(asked).toHaveBeenCalledTimes(10);
    expect(made).toHaveBeenCalledTimes(1);
  });
});
