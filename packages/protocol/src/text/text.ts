import { readLatin1 } from '../codec/latin1.ts';
import { charsetOctetsOf, decodeCharset, encodeCharset } from './charsets.ts';
import { decodeGsm7, encodeGsm7, type Gsm7Alphabet, gsm7Alphabet, septetsOf } from './gsm7.ts';
import { packSeptets, type SeptetPadding, unpackSeptets } from './septets.ts';
import type { ShiftTables, TextCoding, UnmappableCharacter } from './text-coding.ts';
import { decodeUtf16, encodeUtf16 } from './utf16.ts';

/** How GSM 7-bit text is laid out; other codings have no options. */
export interface LayoutOptions extends ShiftTables {
  /** Zero bits before the first packed septet, 0-6: see `fillBits`. Default 0. */
  readonly fillBits?: number | undefined;
  /** What fills seven spare bits of packed text. Default `cr`. */
  readonly padding?: SeptetPadding | undefined;
}

/** Options of `encodeText`. */
export interface EncodeTextOptions extends LayoutOptions {
  /** Stands for each character that the coding does not hold; '' leaves it out. One character, default '?'. */
  readonly replacement?: string | undefined;
}

/** A coded text. */
export interface EncodedText {
  readonly bytes: Uint8Array;
  /** Characters that were replaced; empty when the text survived whole. */
  readonly unmappable: readonly UnmappableCharacter[];
}

const NOTHING_LOST: readonly UnmappableCharacter[] = Object.freeze([]);

function encodeOctets(
  text: string,
  last: number,
  replacement: string,
  lost: UnmappableCharacter[],
): Uint8Array {
  const bytes = new Uint8Array(text.length);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= last) {
      bytes[at++] = unit;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(i)!);
    lost.push({ index: i, character });
    if (replacement !== '' && replacement.charCodeAt(0) <= last) bytes[at++] = replacement.charCodeAt(0);
    i += character.length - 1;
  }
  return at === bytes.length ? bytes : bytes.slice(0, at);
}

function encodeInto(
  text: string,
  coding: TextCoding,
  options: EncodeTextOptions,
  lost: UnmappableCharacter[],
): Uint8Array {
  const replacement = options.replacement ?? '?';
  switch (coding) {
    case 'gsm7':
      return encodeGsm7(text, gsm7Alphabet(options), replacement, lost);
    case 'gsm7-packed': {
      const septets = encodeGsm7(text, gsm7Alphabet(options), replacement, lost);
      return packSeptets(septets, options.fillBits, options.padding);
    }
    case 'ucs2':
      return encodeUtf16(text);
    case 'ascii':
      return encodeOctets(text, 0x7f, replacement, lost);
    case 'latin1':
    case 'octet':
      return encodeOctets(text, 0xff, replacement, lost);
    default:
      return encodeCharset(text, coding, replacement, lost);
  }
}

/** The octets of a text. Never throws: what the coding does not hold is replaced and listed in `unmappable`. */
export function encodeText(text: string, coding: TextCoding, options: EncodeTextOptions = {}): EncodedText {
  const lost: UnmappableCharacter[] = [];
  const bytes = encodeInto(text, coding, options, lost);
  return { bytes, unmappable: lost.length === 0 ? NOTHING_LOST : lost };
}

function decodeAscii(bytes: Uint8Array): string {
  const text = readLatin1(bytes, 0, bytes.length);
  return bytes.some((octet) => octet > 0x7f) ? text.replaceAll(/[\x80-\xff]/g, '\ufffd') : text;
}

/** The text of octets. Never throws: octets without a character become U+FFFD. */
export function decodeText(bytes: Uint8Array, coding: TextCoding, options: LayoutOptions = {}): string {
  switch (coding) {
    case 'gsm7':
      return decodeGsm7(bytes, gsm7Alphabet(options));
    case 'gsm7-packed':
      return decodeGsm7(unpackSeptets(bytes, options.fillBits, options.padding), gsm7Alphabet(options));
    case 'ucs2':
      return decodeUtf16(bytes);
    case 'ascii':
      return decodeAscii(bytes);
    case 'latin1':
    case 'octet':
      return readLatin1(bytes, 0, bytes.length);
    default:
      return decodeCharset(bytes, coding);
  }
}

/**
 * Units that one code point takes after the one before it, 0 where the coding does not hold it: septets of GSM 7-bit
 * (2 with an escape), UTF-16 units of UCS2, octets of the others.
 */
export type UnitsOf = (point: number, before: number | undefined) => number;

function septetCounter(alphabet: Gsm7Alphabet): UnitsOf {
  return (point) => (point > 0xffff ? 0 : septetsOf(alphabet, point));
}

/** The measure of a coding. */
export function unitCounter(coding: TextCoding, shifts: ShiftTables = {}): UnitsOf {
  switch (coding) {
    case 'gsm7':
    case 'gsm7-packed':
      return septetCounter(gsm7Alphabet(shifts));
    case 'ucs2':
      return (point) => (point > 0xffff ? 2 : 1);
    case 'ascii':
      return (point) => (point > 0x7f ? 0 : 1);
    case 'latin1':
    case 'octet':
      return (point) => (point > 0xff ? 0 : 1);
    default:
      return (point, before) => charsetOctetsOf(coding, point, before);
  }
}
