import { array, assert, constantFrom, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Charset, charsetOctetsOf } from '../../src/text/charsets.ts';
import { decodeText, encodeText, unitCounter } from '../../src/text/text.ts';
import type { TextCoding } from '../../src/text/text-coding.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

const codings: readonly TextCoding[] = [
  'gsm7',
  'gsm7-packed',
  'ascii',
  'latin1',
  'ucs2',
  'cyrillic',
  'hebrew',
  'jis',
  'iso-2022-jp',
  'euc-kr',
  'jis-x-0212',
  'octet',
];
const charsets: readonly Charset[] = ['cyrillic', 'hebrew', 'jis', 'iso-2022-jp', 'euc-kr', 'jis-x-0212'];

describe('codings', () => {
  it.each<[TextCoding, string, string]>([
    ['ascii', 'a~', '617e'],
    ['latin1', 'é\x80ÿ', 'e980ff'],
    ['octet', '\x00\xff', '00ff'],
    ['ucs2', 'Ая', '0410044f'],
    ['ucs2', '😀', 'd83dde00'],
    ['ucs2', '\ud83d', 'd83d'],
    ['cyrillic', 'Привет', 'bfe0d8d2d5e2'],
    ['hebrew', 'שלום', 'f9ece5ed'],
    ['jis', '日本ｱA', '93fa967bb141'],
    ['iso-2022-jp', 'aあいb', '611b244224222424' + '1b284262'],
    ['iso-2022-jp', 'あ', '1b244224221b2842'],
    ['euc-kr', '한국a', 'c7d1b1b961'],
    ['jis-x-0212', '丂あa', '8fb0a1a4a261'],
  ])('%s writes and reads %j', (coding, text, expected) => {
    const encoded = encodeText(text, coding);
    expect(hex(encoded.bytes)).toBe(expected);
    expect(encoded.unmappable).toEqual([]);
    expect(decodeText(bytes(expected), coding)).toBe(text);
  });

  it('reads UTF-16 by its byte order mark, and an odd octet as unknown', () => {
    expect(decodeText(bytes('feff0041'), 'ucs2')).toBe('A');
    expect(decodeText(bytes('fffe4100'), 'ucs2')).toBe('A');
    expect(decodeText(bytes('004100'), 'ucs2')).toBe('A\ufffd');
    expect(decodeText(bytes('00'), 'ucs2')).toBe('\ufffd');
    expect(decodeText(encodeText('x'.repeat(20_001), 'ucs2').bytes, 'ucs2')).toHaveLength(20_001);
  });

  it('reads octets that are no ASCII as unknown', () => {
    expect(decodeText(bytes('4180ff'), 'ascii')).toBe('A\ufffd\ufffd');
  });

  it.each<[TextCoding, string, string]>([
    ['latin1', 'a€😀b', '613f3f62'],
    ['ascii', 'é', '3f'],
    ['cyrillic', 'é', '3f'],
    ['iso-2022-jp', 'あéあ', '1b244224221b28423f1b244224221b2842'],
    // In the larger code page 949, but not in KS C 5601.
    ['euc-kr', '똠', '3f'],
  ])('%s replaces what it lacks in %j', (coding, text, expected) => {
    const encoded = encodeText(text, coding);
    expect(hex(encoded.bytes)).toBe(expected);
    expect(encoded.unmappable.length).toBeGreaterThan(0);
    for (const { index, character } of encoded.unmappable) {
      expect(String.fromCodePoint(text.codePointAt(index)!)).toBe(character);
    }
  });

  // At least what the national standards hold: JIS X 0208 6,879, JIS X 0212 6,067, KS C 5601 8,224 characters.
  it.each<[Charset, number]>([
    ['cyrillic', 256],
    ['hebrew', 220],
    ['jis', 125 + 63 + 6879],
    ['iso-2022-jp', 125 + 6879],
    ['euc-kr', 128 + 8224],
    ['jis-x-0212', 128 + 63 + 6879 + 6067],
  ])('%s reads back its whole repertoire', (charset, least) => {
    let count = 0;
    for (let point = 0; point < 0x30000; point++) {
      if (charsetOctetsOf(charset, point, undefined) === 0) continue;
      count += 1;
      const text = String.fromCodePoint(point);
      if (decodeText(encodeText(text, charset).bytes, charset) !== text) {
        expect.fail(`${charset} U+${point.toString(16)}`);
      }
    }
    expect(count).toBeGreaterThanOrEqual(least);
  });

  it('reads back random texts and counts their octets', () => {
    for (const charset of charsets) {
      const repertoire: string[] = [];
      for (let point = 1; point < 0x10000; point++) {
        if (charsetOctetsOf(charset, point, undefined) > 0) repertoire.push(String.fromCodePoint(point));
      }
      const counter = unitCounter(charset);
      assert(
        property(array(constantFrom('a', ...repertoire), { maxLength: 60 }), (characters) => {
          const text = characters.join('');
          const encoded = encodeText(text, charset).bytes;
          expect(decodeText(encoded, charset)).toBe(text);
          const octets = characters.map((character, i) =>
            counter(character.codePointAt(0)!, characters[i - 1]?.codePointAt(0)),
          );
          expect(octets.reduce((sum, each) => sum + each, 0)).toBe(encoded.length);
        }),
        { numRuns: 50 },
      );
    }
  });

  it('never throws, whatever the text and the octets', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 80 }), uint8Array({ maxLength: 200 }), (text, octets) => {
        for (const coding of codings) {
          expect(typeof decodeText(encodeText(text, coding).bytes, coding)).toBe('string');
          expect(typeof decodeText(octets, coding)).toBe('string');
        }
        expect(decodeText(encodeText(`x${text}`, 'ucs2').bytes, 'ucs2')).toBe(`x${text}`);
      }),
    );
  });
});
