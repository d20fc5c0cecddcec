import { parseReceiptDate } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import { TimeZone } from '../../../policy/src/time-zone.ts';
import { ReceiptClock } from '../../src/correlation/receipt-clock.ts';

const at = (text: string): number => Date.parse(text);

/** What a receipt that comes at `now` says with that date. */
function read(clock: ReceiptClock, date: string, now: string): string {
  const nowMs = at(now);
  const time = clock.timeOf(parseReceiptDate(date, clock.offsetMinutes(nowMs)), nowMs);
  return new Date(time ?? Number.NaN).toISOString();
}

describe('the clock of an operator', () => {
  // From 2026-10-25T01:00Z on Paris is one hour ahead, not two.
  it.each([
    ['2610250240', '2026-10-25T00:41:00Z', '2026-10-25T00:40:00.000Z'],
    ['2610250230', '2026-10-25T01:31:00Z', '2026-10-25T01:30:00.000Z'],
    ['2610250155', '2026-10-25T05:00:00Z', '2026-10-24T23:55:00.000Z'],
    ['2610251200', '2026-10-25T13:00:00Z', '2026-10-25T11:00:00.000Z'],
    ['2603290130', '2026-03-29T06:00:00Z', '2026-03-29T00:30:00.000Z'],
    ['2603290330', '2026-03-29T06:00:00Z', '2026-03-29T01:30:00.000Z'],
    ['2607011200', '2026-12-01T00:00:00Z', '2026-07-01T10:00:00.000Z'],
  ])('in Paris: %s, read at %s', (date, now, expected) => {
    expect(read(new ReceiptClock({ timeZone: 'Europe/Paris' }), date, now)).toBe(expected);
  });

  it('of a fixed offset, or of none', () => {
    const now = '2026-10-25T05:00:00Z';
    expect(read(new ReceiptClock({ offsetMinutes: 330 }), '2610250730', now)).toBe(
      '2026-10-25T02:00:00.000Z',
    );
    expect(read(new ReceiptClock(), '2610250200', now)).toBe('2026-10-25T02:00:00.000Z');
    expect(new ReceiptClock({ offsetMinutes: 60, timeZone: 'UTC' }).offsetMinutes(0)).toBe(0);
  });

  it('a zone that nobody knows is refused by name', () => {
    expect(() => new ReceiptClock({ timeZone: 'Mars/Olympus' })).toThrow(/no time zone "Mars\/Olympus"/);
  });

  it.each([
    ['120', 120],
    ['-90', -90],
    ['0', 0],
  ])('a zone may be written in minutes: %s', (name, minutes) => {
    expect(new TimeZone(name).offsetMs(at('2026-07-20T12:00:00Z'))).toBe(minutes * 60_000);
  });
});
