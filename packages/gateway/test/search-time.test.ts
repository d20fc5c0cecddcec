import { afterEach, describe, expect, it } from 'vitest';
import { timeOf } from '../src/history/search-time.ts';

const now = Date.UTC(2026, 6, 20, 12);
const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe.each(['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'])(
  'a time, on a machine in %s',
  (here) => {
    it.each([
      ['2026-07-20', Date.UTC(2026, 6, 20)],
      ['2026-07-20T12:00', Date.UTC(2026, 6, 20, 12)],
      ['2026-07-20 12:00', Date.UTC(2026, 6, 20, 12)],
      ['2026-07-20T12:00:30', Date.UTC(2026, 6, 20, 12, 0, 30)],
      ['2026-07-20T12:00:30.25', Date.UTC(2026, 6, 20, 12, 0, 30, 250)],
      ['2026-07-20T12:00Z', Date.UTC(2026, 6, 20, 12)],
      ['2026-07-20t12:00z', Date.UTC(2026, 6, 20, 12)],
      ['2026-07-20T12:00+02:00', Date.UTC(2026, 6, 20, 10)],
      ['2026-07-20T12:00+0200', Date.UTC(2026, 6, 20, 10)],
      ['2026-07-20T12:00-05:30', Date.UTC(2026, 6, 20, 17, 30)],
      ['2028-02-29', Date.UTC(2028, 1, 29)],
      ['1784541600', 1_784_541_600_000],
      ['1784541600123', 1_784_541_600_123],
      ['90s', now - 90_000],
      ['10m', now - 600_000],
      ['2h', now - 7_200_000],
      ['3d', now - 259_200_000],
    ])('%s', (text, expected) => {
      process.env.TZ = here;
      expect(timeOf(text, now)).toBe(expected);
    });

    it.each([
      '2026-02-30',
      '2026-13-01',
      '2026-00-10',
      '2026-07-20T24:00',
      '2026-07-20T12:60',
      '2026-07-20T12:00:60',
      '2026-07-20T12',
      '2026-7-20',
      '2026-07-20T12:00+15:00',
      '2026-07-20T12:00 CET',
      '20 July 2026',
      'yesterday',
      '12:00',
      '',
      '10',
    ])('%j is none', (text) => {
      process.env.TZ = here;
      expect(timeOf(text, now)).toBeUndefined();
    });
  },
);
