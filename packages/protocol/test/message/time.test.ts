import { assert, date, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import {
  formatAbsoluteTime,
  formatRelativeTime,
  type ParseTimeOptions,
  parseTime,
} from '../../src/message/time.ts';
import { ContentError } from '../../src/text/content-error.ts';

const now = new Date('2026-03-15T10:20:30.500Z');

function at(text: string, options: Partial<ParseTimeOptions> = {}): string | undefined {
  const time = parseTime(text, { now, ...options });
  return time.kind === 'absolute' || time.kind === 'relative' ? time.at.toISOString() : undefined;
}

function reason(text: string, options: Partial<ParseTimeOptions> = {}): string | undefined {
  const time = parseTime(text, { now, ...options });
  return time.kind === 'invalid' ? time.reason : undefined;
}

interface Vector {
  readonly source: string;
  readonly text: string;
  readonly kind: string;
  readonly note?: string;
  readonly utc?: string;
  readonly now?: string;
  readonly rel?: { readonly [part: string]: number };
}

describeShared('vectors/time.json', () => {
  const vectors = readShared('vectors/time.json') as readonly Vector[];

  it('has them all', () => expect(vectors).toHaveLength(23));

  it.each(vectors)('$source "$text"', ({ text, kind, utc, now: base, rel }) => {
    const time = parseTime(text, { now: base ? new Date(base) : now });
    if (text === '') {
      // smppex calls it invalid; time-format.md: a NUL says that no time is given.
      expect(time).toEqual({ kind: 'none' });
    } else if (text === '070927233429849+') {
      // smpp.pdu stops at 48; time-format.md 1: accept 00-56, islands are 14 hours ahead.
      expect(time).toEqual({ kind: 'absolute', at: new Date('2007-09-27T11:19:29.800Z') });
    } else if (kind === 'absolute-format') {
      // What jsmpp writes at 11 1/4 hours ahead.
      expect(time).toEqual({ kind: 'absolute', at: new Date('2007-12-26T00:22:03.800Z') });
    } else {
      expect(time.kind).toBe(kind);
    }
    if (utc && time.kind !== 'invalid' && time.kind !== 'none') expect(time.at).toEqual(new Date(utc));
    if (rel) expect(time).toMatchObject(rel);
  });
});

describe('parseTime', () => {
  it.each([
    ['260315102030500+', '2026-03-15T10:20:30.500Z'],
    ['260315102030004-', '2026-03-15T11:20:30.000Z'],
    ['260315102030056+', '2026-03-14T20:20:30.000Z'],
    ['240229000000000+', '2024-02-29T00:00:00.000Z'],
  ])('reads %s', (text, expected) => expect(at(text)).toBe(expected));

  it.each([
    ['26031510203050+', 'length'],
    ['2603151020305000+', 'length'],
    ['260315102030', 'length'],
    ['26O315102030500+', 'digits'],
    ['260315102030500 ', 'sign'],
    ['260315102030500r', 'sign'],
    ['260015102030500+', 'month'],
    ['261315102030500+', 'month'],
    ['260431102030500+', 'day'],
    ['260400102030500+', 'day'],
    ['250229102030500+', 'day'],
    ['260315240000000+', 'hour'],
    ['260315106000000+', 'minute'],
    ['260315102060000+', 'second'],
    ['260315102030057+', 'offset'],
    ['000000006000000R', 'minute'],
    ['000000000060000R', 'second'],
  ])('refuses %s: %s', (text, expected) => expect(reason(text)).toBe(expected));

  it('reads years of two digits as those of this century, whenever that is', () => {
    for (let year = 0; year <= 99; year++) {
      const two = String(year).padStart(2, '0');
      for (const now of ['2000-01-01', '2026-03-15', '2060-06-06', '2099-12-31']) {
        const expected = `20${two}-12-31T23:59:00.000Z`;
        expect(at(`${two}1231235900000+`, { now: new Date(now) })).toBe(expected);
        expect(at(`${two}1231235900`, { now: new Date(now), localOffsetMinutes: 0 })).toBe(expected);
      }
    }
    expect(at('991231235900000+')).toBe('2099-12-31T23:59:00.000Z');
  });

  it.each([
    ['the example of the documents', '020610233429000R', '2028-09-26T09:54:59.500Z'],
    ['nothing', '000000000000000R', '2026-03-15T10:20:30.500Z'],
    ['months without days', '000100000000000R', '2026-04-15T10:20:30.500Z'],
    ['99 hours', '000000990000000R', '2026-03-19T13:20:30.500Z'],
    ['tenths and quarters that mean nothing', '000000000001999R', '2026-03-15T10:20:31.500Z'],
    ['what node-smpp pads', '000000020630000R', '2026-03-15T12:27:00.500Z'],
  ])('adds %s', (_, text, expected) => expect(at(text)).toBe(expected));

  it('steps by the calendar and stays in the month', () => {
    expect(at('000100000000000R', { now: new Date('2026-01-31T12:00:00Z') })).toBe(
      '2026-02-28T12:00:00.000Z',
    );
    expect(at('010000000000000R', { now: new Date('2024-02-29T12:00:00Z') })).toBe(
      '2025-02-28T12:00:00.000Z',
    );
    expect(at('001300000000000R', { now: new Date('2026-12-31T12:00:00Z') })).toBe(
      '2028-01-31T12:00:00.000Z',
    );
    expect(at('000101000000000R', { now: new Date('2026-01-31T12:00:00Z') })).toBe(
      '2026-03-01T12:00:00.000Z',
    );
  });

  it('reads a local time without zone where allowed', () => {
    expect(at('260315102030', { localOffsetMinutes: 60 })).toBe('2026-03-15T09:20:30.000Z');
    expect(reason('2603151020x0', { localOffsetMinutes: 0 })).toBe('digits');
    expect(reason('261315102030', { localOffsetMinutes: 0 })).toBe('month');
  });

  it('never throws', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 20 }), (text) => {
        expect(parseTime(text, { now, localOffsetMinutes: 0 }).kind).toMatch(
          /none|absolute|relative|invalid/,
        );
      }),
    );
  });
});

describe('formatting', () => {
  it('writes UTC', () => {
    expect(formatAbsoluteTime(new Date('2026-03-15T10:20:30.567Z'))).toBe('260315102030500+');
    expect(formatAbsoluteTime(new Date('2000-01-02T03:04:05Z'))).toBe('000102030405000+');
  });

  it.each([
    [0, '000000000000000R'],
    [0.2, '000000000001000R'],
    [61, '000000000101000R'],
    [86_400 + 3600, '000001010000000R'],
    [8_639_999, '000099235959000R'],
  ])('writes %d seconds as %s', (seconds, expected) => expect(formatRelativeTime(seconds)).toBe(expected));

  it.each([-1, 8_640_000, Number.NaN, Infinity])('refuses %d seconds', (seconds) => {
    expect(() => formatRelativeTime(seconds)).toThrow(ContentError);
    expect(() => formatRelativeTime(seconds)).toThrow(expect.objectContaining({ code: 'CHAPPE_TIME_RANGE' }));
  });

  it('refuses a date that is none', () => {
    for (const none of [new Date(Number.NaN), new Date('1999-12-31T23:59:59Z'), new Date('2100-01-01')]) {
      expect(() => formatAbsoluteTime(none)).toThrow(expect.objectContaining({ code: 'CHAPPE_TIME_RANGE' }));
    }
  });

  it('is read back', () => {
    const near = { min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true };
    assert(
      property(date(near), (time) => {
        const tenths = Math.floor(time.getTime() / 100) * 100;
        expect(parseTime(formatAbsoluteTime(time), { now })).toEqual({
          kind: 'absolute',
          at: new Date(tenths),
        });
      }),
    );
    assert(
      property(integer({ min: 0, max: 8_639_999 }), (seconds) => {
        const time = parseTime(formatRelativeTime(seconds), { now });
        expect(time).toMatchObject({ kind: 'relative', at: new Date(now.getTime() + seconds * 1000) });
      }),
    );
  });
});
