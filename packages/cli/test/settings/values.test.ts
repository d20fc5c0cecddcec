import { describe, expect, it } from 'vitest';
import { readTlv } from '../../src/settings/send.ts';
import { duration, durationText, oneOf, port, rate, weights, whole } from '../../src/settings/values.ts';

describe('values', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['48h', 172_800_000],
    ['7d', 604_800_000],
    ['0', 0],
  ])('reads the duration %s', (text, ms) => {
    expect(duration(text)).toBe(ms);
    if (text !== '1.5s') expect(duration(durationText(ms))).toBe(ms);
  });

  it.each(['', '5', '5x', '-1s', '1e3s', 's'])('refuses the duration %j', (text) => {
    expect(() => duration(text)).toThrow(TypeError);
  });

  it('reads ports, whole numbers, rates, words and weights', () => {
    expect([port('0'), port('65535')]).toEqual([0, 65_535]);
    expect(() => port('65536')).toThrow(TypeError);
    expect(() => port('1.5')).toThrow(TypeError);
    expect(whole(0, 3)('2')).toBe(2);
    expect(() => whole(0, 3)('4')).toThrow('from 0 to 3');
    expect([rate('500/s'), rate('500'), rate('max')]).toEqual([500, 500, undefined]);
    expect(() => rate('0')).toThrow(TypeError);
    expect(oneOf('a', 'b')('B')).toBe('b');
    expect(weights('x', 'y')('x:90, y:10')).toEqual({ x: 90, y: 10 });
    expect(() => weights('x', 'y')('z:1')).toThrow(TypeError);
  });

  it('reads TLVs as they are typed', () => {
    expect(readTlv('user_message_reference=7')).toMatchObject({ tag: 0x0204, value: 7 });
    expect(readTlv('receipted_message_id=abc')).toMatchObject({ tag: 0x001e, value: 'abc' });
    expect(readTlv('0x1403=hex:0102')).toEqual({ tag: 0x1403, value: Uint8Array.of(1, 2) });
    expect(readTlv('0x1403=a=b')).toEqual({ tag: 0x1403, value: new Uint8Array(Buffer.from('a=b')) });
    expect(() => readTlv('user_mesage_reference=7')).toThrow('did you mean user_message_reference?');
    expect(() => readTlv('0x1403=hex:0')).toThrow('pairs of hexadecimal');
    expect(() => readTlv('user_message_reference=x')).toThrow('expected a number');
    expect(() => readTlv('nothing')).toThrow('expected name=value');
  });
});
