import { expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import { gsmSafeText } from '../../src/text/gsm-safe.ts';
import { decodeText, type EncodeTextOptions, encodeText } from '../../src/text/text.ts';
import type { ShiftTables, TextCoding } from '../../src/text/text-coding.ts';

interface Vector {
  readonly source: string;
  readonly line: number;
  readonly encoding: string;
  readonly text: string | null;
  readonly hex: string;
  readonly direction: 'both' | 'encode' | 'decode';
  readonly disputed?: boolean;
}

const codings: { readonly [encoding: string]: TextCoding } = {
  'gsm7-unpacked': 'gsm7',
  'gsm7-packed': 'gsm7-packed',
  gsm7bitpacked: 'gsm7-packed',
  'gsm7-turkish': 'gsm7',
  'gsm7-spanish': 'gsm7',
  'gsm7-portuguese': 'gsm7',
  ascii: 'ascii',
  latin1: 'latin1',
  ucs2: 'ucs2',
  utf16be: 'ucs2',
  utf16bem: 'ucs2',
  utf16lem: 'ucs2',
  cyrillic: 'cyrillic',
  hebrew: 'hebrew',
};

/**
 * node-smpp has one table per language and takes it for locking and single shift alike (spec/README.md 47). What it
 * writes after an escape is the single shift table of the language; its Ã in one septet is the locking table.
 */
const shifts: { readonly [encoding: string]: ShiftTables } = {
  'gsm7-turkish': { single: 1 },
  'gsm7-spanish': { single: 2 },
  'gsm7-portuguese': { single: 3 },
};

/** Seven spare bits filled with zero: against gsm7.json (CR), and what gosmpp itself does not do in long messages. */
const zeroPadded = new Set(['31d98c56b3dd00', '67f57dcd3eabd777684c365bfd00']);

function optionsOf(vector: Vector): EncodeTextOptions {
  if (zeroPadded.has(vector.hex)) return { padding: 'zero' };
  if (vector.encoding === 'gsm7-portuguese' && vector.hex.endsWith('5b') && !vector.hex.includes('1b')) {
    return { locking: 3 };
  }
  return shifts[vector.encoding] ?? {};
}

/** Its Portuguese base lacks the Greek capitals, so it escapes what the default alphabet has in one septet. */
const longWay = '1b0a1b121b131b141b151b161b171b181b191b281b291b2f1b3c1b3d1b3e1b40';

describeShared('vectors/encoding-text.json', () => {
  const vectors = readShared('vectors/encoding-text.json') as readonly Vector[];

  it('has them all', () => expect(vectors).toHaveLength(109));

  for (const vector of vectors) {
    const { source, line, encoding, text, hex, direction } = vector;
    const name = `${source}:${line} ${encoding} ${hex.slice(0, 30)} ${direction}`;
    const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
    const coding = codings[encoding];
    if (text === null) {
      // Its decoder is strict and fails; ours shows U+FFFD, or a space for an escape with nothing behind it.
      it(name, () => expect(decodeText(bytes, coding!)).toMatch(/^[\ufffd ]$/));
      continue;
    }
    if (encoding === 'utf16le') {
      // No data_coding says little endian and nothing in the octets does: with its mark (utf16lem) it is read.
      it(name, () => {
        expect(coding).toBeUndefined();
        expect(decodeText(Uint8Array.of(0xff, 0xfe, ...bytes), 'ucs2')).toBe(text);
      });
      continue;
    }
    if (hex === longWay) {
      it(`${name}: gsm7.json says one septet before two`, () => {
        expect(vector.disputed).toBe(true);
        expect(decodeText(bytes, 'gsm7', { single: 3 })).toBe(text);
        expect(encodeText(text, 'gsm7', { single: 3 }).bytes.length).toBeLessThan(bytes.length);
      });
      continue;
    }
    if (source === 'issue') {
      // The library writes o for ô, which the text here has lost: that is what `gsmSafeText` offers.
      it(name, () => {
        const safe = gsmSafeText(`${text}ô`) ?? '';
        expect(Buffer.from(encodeText(safe, 'gsm7').bytes).toString('hex')).toBe(hex);
      });
      continue;
    }
    if (direction !== 'encode') {
      it(`${name}: decode`, () => expect(decodeText(bytes, coding!, optionsOf(vector))).toBe(text));
    }
    // A byte order mark is read, never written.
    if (direction !== 'decode' && encoding !== 'utf16bem' && encoding !== 'utf16lem') {
      it(`${name}: encode`, () => {
        const encoded = encodeText(text, coding!, optionsOf(vector));
        expect(Buffer.from(encoded.bytes).toString('hex')).toBe(hex);
        expect(encoded.unmappable).toEqual([]);
      });
    }
  }
});
