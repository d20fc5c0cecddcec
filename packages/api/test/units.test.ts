import { parseSearch } from '@chappe/gateway';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchText } from '../src/message-filter.ts';
import { Problem } from '../src/problem.ts';
import { durationMs, isoOf, momentMs } from '../src/times.ts';

describe('times', () => {
  it.each([
    ['30', 30_000],
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    ['0', 0],
    ['', undefined],
    ['1.5s', undefined],
    ['-1s', undefined],
    ['1w', undefined],
    ['1234567890', undefined],
  ])('%s is %s ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    ['2026-07-20T10:00:00Z', Date.UTC(2026, 6, 20, 10)],
    ['2026-07-20T10:00Z', Date.UTC(2026, 6, 20, 10)],
    ['2026-07-20T10:00:00.250+02:00', Date.UTC(2026, 6, 20, 8, 0, 0, 250)],
    ['10m', 1_000_000 + 600_000],
    ['2026-07-20', undefined],
    ['2026-07-20T10:00:00', undefined],
    ['2026-02-31T99:00:00Z', undefined],
    ['tomorrow', undefined],
  ])('%s is %s', (text, at) => {
    expect(momentMs(text, 1_000_000)).toBe(at);
  });

  it('never throws on a time, however far', () => {
    expect(isoOf(Number.MAX_SAFE_INTEGER)).toBe('+275760-09-13T00:00:00.000Z');
  });
});

describe('searchText', () => {
  it('makes one query of all parameters', () => {
    const query = parseSearch(
      searchText({ to: ' 4477*', text: 'two words', state: 'failed', q: '-from:x' }, 0, { kind: 'anybody' }),
      0,
    );
    expect(query.terms.map(({ key, value, prefix, negated }) => ({ key, value, prefix, negated }))).toEqual([
      { key: 'to', value: '4477', prefix: true, negated: false },
      { key: 'state', value: 'failed', prefix: false, negated: false },
      { key: 'text', value: 'two words', prefix: false, negated: false },
      { key: 'from', value: 'x', prefix: false, negated: true },
    ]);
  });

  it('never lets a value become more than a value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }), (value) => {
        let written: string;
        try {
          written = searchText({ text: value }, 0, { kind: 'anybody' });
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          return;
        }
        const { terms } = parseSearch(written, 0);
        expect(terms).toHaveLength(1);
        expect(terms[0]).toMatchObject({ key: 'text', value: value.toLowerCase(), negated: false });
      }),
    );
  });
});
