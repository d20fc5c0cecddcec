import { describe, expect, it } from 'vitest';
import { matchesSearch, parseSearch, type Searchable, SearchError } from '../src/history/search-language.ts';

const now = Date.UTC(2026, 6, 20, 12);
const message: Searchable = {
  publicId: 'a1b2',
  kind: 'mt',
  account: 'acme',
  source: { digits: 'ACME' },
  destination: { digits: '447700900123' },
  state: 'delivered',
  acceptedMs: now - 60_000,
  text: 'Your code is 1234, do not share it',
  clientReference: 'order-7',
};
const holds = (query: string): boolean => matchesSearch(parseSearch(query, now), message);

describe('search language', () => {
  it.each([
    ['', true],
    ['to:447700900123', true],
    ['to:+447700900123', true],
    ['to:44770090012', false],
    ['to:4477*', true],
    ['to:4478*', false],
    ['from:ACME', true],
    ['from:acme', false],
    ['account:ac*', true],
    ['state:delivered', true],
    ['state:DELIVRD', true],
    ['is:final', true],
    ['is:failed', false],
    ['-is:failed', true],
    ['-to:4477*', false],
    ['text:CODE', true],
    ['"code is"', true],
    ['code 1234', true],
    ['code 9999', false],
    ['text:"do not"', true],
    ['-text:"do not"', false],
    ['id:a1b2', true],
    ['kind:mo', false],
    ['ref:order-7', true],
    ['after:2m', true],
    ['after:30s', false],
    ['before:30s', true],
    ['after:2026-07-20 before:2026-07-21', true],
    ['after:2026-07-20T11:59:30Z', false],
    [`after:${(now - 61_000) / 1_000}`, true],
    [`before:${now - 60_000}`, false],
    ['to:4477* from:ACME state:delivered code', true],
  ])('%s: %s', (query, expected) => {
    expect(holds(query)).toBe(expected);
  });

  it.each([
    ['colour:red', 0],
    ['to:44 state:gone', 6],
    ['after:yesterday', 0],
    ['text:"open', 5],
    ['to:', 0],
    ['-after:10m', 0],
    ['x'.repeat(1_001), 1_000],
    ['a '.repeat(21), 40],
  ])('%s is refused with its place', (query, at) => {
    expect(() => parseSearch(query, now)).toThrow(SearchError);
    try {
      parseSearch(query, now);
    } catch (error) {
      expect((error as SearchError).at).toBe(at);
    }
  });
});
