import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventData } from '../src/event-stream.ts';

async function* chunksOf(parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield new Uint8Array(Buffer.from(part, 'latin1'));
}

async function read(...parts: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const data of eventData(chunksOf(parts))) found.push(data);
  return found;
}

describe('a stream of events', () => {
  it.each([
    [['data: a\n\ndata: b\n\n'], ['a', 'b']],
    [['data:a\r\n\r\n'], ['a']],
    [[': hello\n\nevent: message\nid: 7\ndata: a\n\n'], ['a']],
    [['data: a\ndata:  b\n\n'], ['a\n b']],
    [['data: not ended\n'], []],
    [['\n\n\n'], []],
    [
      ['dat', 'a: a', '\n', '\ndata', ': b\n\n'],
      ['a', 'b'],
    ],
  ])('%j has %j', async (parts, data) => {
    expect(await read(...parts)).toEqual(data);
  });

  it('is the same however it is cut', async () => {
    const text = fc.string({ unit: 'binary' }).map((word) => JSON.stringify({ word }));
    const events = fc.array(text, { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(events, fc.array(fc.nat(200)), async (data, cuts) => {
        const bytes = Buffer.from(data.map((one) => `: x\ndata: ${one}\n\n`).join('')).toString('latin1');
        const places = [0, ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length];
        const parts = places.slice(1).map((end, index) => bytes.slice(places[index], end));
        expect(await read(...parts)).toEqual(data);
      }),
    );
  });

  it('passes over what is too long, in one line and in many, and goes on', async () => {
    const long = 'x'.repeat(700_000);
    expect(await read(`data: ${long}`, long, '\n\ndata: a\n\n')).toEqual(['a']);
    expect(await read(`data: ${long}\ndata: ${long}\n\n`, 'data: b\n\n')).toEqual(['b']);
  });
});
