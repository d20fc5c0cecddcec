import { describe, expect, it } from 'vitest';
import { type Line, LineReader } from '../src/line-reader.ts';

/** All lines of a body that comes in chunks of this size. */
function linesOf(body: string | Buffer, size: number, maxOctets = 100): Line[] {
  const octets = Buffer.from(body);
  const reader = new LineReader(maxOctets);
  const found: Line[] = [];
  const drain = (): void => {
    for (let line = reader.next(); line !== undefined; line = reader.next()) found.push(line);
  };
  for (let at = 0; at < octets.length; at += size) {
    reader.add(octets.subarray(at, at + size));
    drain();
  }
  reader.end();
  drain();
  return found;
}

describe.each([1, 2, 3, 7, 1_000])('lines of chunks of %d octets', (size) => {
  it('are the same wherever a chunk ends, inside of a character too', () => {
    expect(linesOf('Grüße 👋\nзд\r\n日本', size)).toEqual([
      { number: 1, octets: 12, text: 'Grüße 👋' },
      { number: 2, octets: 5, text: 'зд\r' },
      { number: 3, octets: 6, text: '日本' },
    ]);
  });

  it('empty ones count and are left out', () => {
    expect(linesOf('\n\r\n \na\n\n', size).map(({ number, text }) => [number, text])).toEqual([[4, 'a']]);
  });

  it('one that is too long is left out, and the rest goes on', () => {
    const found = linesOf(`a\n${'x'.repeat(101)}\n${'y'.repeat(100)}\n${'z'.repeat(5_000)}`, size);
    expect(found.map(({ number, text, flaw }) => [number, text?.length, flaw])).toEqual([
      [1, 1, undefined],
      [2, undefined, 'long'],
      [3, 100, undefined],
      [4, undefined, 'long'],
    ]);
  });

  it('one that is not in UTF-8 is said to be so', () => {
    const found = linesOf(Buffer.concat([Buffer.from([0x61, 0xff, 0x0a]), Buffer.from('b')]), size);
    expect(found.map(({ text, flaw }) => [text, flaw])).toEqual([
      [undefined, 'coding'],
      ['b', undefined],
    ]);
  });

  it('nothing is no line', () => expect(linesOf('', size)).toEqual([]));
});

it('holds no more of a line that is too long than its limit', () => {
  const reader = new LineReader(1_000);
  for (let count = 0; count < 1_000; count += 1) {
    reader.add(Buffer.alloc(1_000, 0x61));
    expect(reader.next()).toBeUndefined();
    expect(reader.held).toBeLessThanOrEqual(2_000);
  }
});
