import { readLatin1 } from '../codec/latin1.ts';
import { defaultTable, extensionTable, type Gsm7Table, unassigned } from './tables/gsm7-default.ts';
import { lockingTables } from './tables/gsm7-locking.ts';
import { singleTables } from './tables/gsm7-single.ts';
import type { ShiftTables, UnmappableCharacter } from './text-coding.ts';
import { textOfUnits } from './utf16.ts';

const ESCAPE = 0x1b;
const SPACE = 0x20;
const REPLACEMENT_CHARACTER = 0xfffd;
/** In a code of `codes`: the septet stands in the shift table, after an escape. */
const SHIFTED = 0x80;

/** The highest language id of 3GPP 23.038 6.2.1.2.4; 14-255 are reserved and read as the default tables. */
export const lastNationalLanguage = 13;

/** Names of the national languages by their id (3GPP 23.038 6.2.1.2.4). */
export const nationalLanguages: { readonly [id: number]: string } = {
  1: 'Turkish',
  2: 'Spanish',
  3: 'Portuguese',
  4: 'Bengali',
  5: 'Gujarati',
  6: 'Hindi',
  7: 'Kannada',
  8: 'Malayalam',
  9: 'Oriya',
  10: 'Punjabi',
  11: 'Tamil',
  12: 'Telugu',
  13: 'Urdu',
};

/** A pair of tables ready for use. */
export interface Gsm7Alphabet {
  /** The language of the locking table, 0 for the default alphabet. */
  readonly locking: number;
  /** The language of the single shift table, 0 for the default extension. */
  readonly single: number;
  /** UTF-16 unit by septet; 0 where there is no character. */
  readonly base: Uint16Array;
  /** UTF-16 unit by septet after an escape; 0 where there is no character. */
  readonly shifted: Uint16Array;
  /** Septet by UTF-16 unit; `0x80` is added to those of the shift table. */
  readonly codes: ReadonlyMap<number, number>;
  /** `codes` for U+0000 to U+00FF; -1 where there is none. Most texts need no other. */
  readonly latin: Int16Array;
  /** 1 for each octet that is its own character: letters, digits, most signs. */
  readonly same: Uint8Array;
}

const alphabets = new Map<number, Gsm7Alphabet>();

function unitsOf(table: Gsm7Table): Uint16Array {
  const units = new Uint16Array(128);
  const characters = table.join('');
  for (let i = 0; i < 128; i++) {
    units[i] = characters[i] === unassigned ? 0 : characters.charCodeAt(i);
  }
  return units;
}

function buildAlphabet(locking: number, single: number): Gsm7Alphabet {
  const base = unitsOf(lockingTables[locking] ?? defaultTable);
  const shifted = unitsOf(singleTables[single] ?? extensionTable);
  const codes = new Map<number, number>();
  // One septet before two, and the lower position where a character stands twice: so the first one found stays.
  for (let septet = 0; septet < 128; septet++) {
    if (base[septet] !== 0 && !codes.has(base[septet]!)) codes.set(base[septet]!, septet);
  }
  for (let septet = 0; septet < 128; septet++) {
    if (shifted[septet] !== 0 && !codes.has(shifted[septet]!)) codes.set(shifted[septet]!, SHIFTED | septet);
  }
  const latin = new Int16Array(256).fill(-1);
  for (const [unit, code] of codes) if (unit < 256) latin[unit] = code;
  const same = Uint8Array.from({ length: 256 }, (_, octet) =>
    octet !== ESCAPE && base[octet] === octet ? 1 : 0,
  );
  return { locking, single, base, shifted, codes, latin, same };
}

/** The alphabet of a pair of tables. Ids without a table (Spanish locking, 14-255) mean the default one. */
export function gsm7Alphabet(shifts: ShiftTables = {}): Gsm7Alphabet {
  const locking = lockingTables[shifts.locking ?? 0] ? shifts.locking! : 0;
  const single = singleTables[shifts.single ?? 0] ? shifts.single! : 0;
  const key = locking * 16 + single;
  let alphabet = alphabets.get(key);
  if (alphabet === undefined) {
    alphabet = buildAlphabet(locking, single);
    alphabets.set(key, alphabet);
  }
  return alphabet;
}

function codeOf(alphabet: Gsm7Alphabet, unit: number): number {
  return unit < 256 ? alphabet.latin[unit]! : (alphabet.codes.get(unit) ?? -1);
}

/** Septets that a UTF-16 unit takes: 1, 2 with its escape, or 0 where the alphabet does not hold it. */
export function septetsOf(alphabet: Gsm7Alphabet, unit: number): number {
  const code = codeOf(alphabet, unit);
  return code < 0 ? 0 : code < SHIFTED ? 1 : 2;
}

function put(alphabet: Gsm7Alphabet, unit: number, septets: Uint8Array, at: number): number {
  const code = codeOf(alphabet, unit);
  if (code < 0) return at;
  if (code >= SHIFTED) septets[at++] = ESCAPE;
  septets[at++] = code & 0x7f;
  return at;
}

/** Nearly every text needs no escape: then one pass over one small table is all. Undefined for the others. */
function encodePlain(text: string, { latin }: Gsm7Alphabet): Uint8Array | undefined {
  const septets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const code = unit < 256 ? latin[unit]! : -1;
    if (code < 0 || code >= SHIFTED) return undefined;
    septets[i] = code;
  }
  return septets;
}

/**
 * The septets of a text, one per octet. A character that the alphabet does not hold becomes `replacement` (left out
 * where that is '' or not in the alphabet either) and is reported in `unmappable`.
 */
export function encodeGsm7(
  text: string,
  alphabet: Gsm7Alphabet,
  replacement: string,
  unmappable: UnmappableCharacter[],
): Uint8Array {
  const plain = encodePlain(text, alphabet);
  if (plain !== undefined) return plain;
  const substitute = replacement === '' ? -1 : replacement.charCodeAt(0);
  const septets = new Uint8Array(text.length * 2);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const next = put(alphabet, text.charCodeAt(i), septets, at);
    if (next > at) {
      at = next;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(i)!);
    unmappable.push({ index: i, character });
    if (substitute >= 0) at = put(alphabet, substitute, septets, at);
    i += character.length - 1;
  }
  return septets.slice(0, at);
}

/**
 * The text of septets, one per octet. After an escape: the shift table, where that has nothing the locking table;
 * a second escape or the end is a space (3GPP 23.038 6.2.1.1). What has no character, octets above 0x7f among them,
 * becomes U+FFFD.
 */
export function decodeGsm7(septets: Uint8Array, alphabet: Gsm7Alphabet): string {
  const { base, shifted, same } = alphabet;
  let plain = 0;
  while (plain < septets.length && same[septets[plain]!] === 1) plain++;
  // Nearly every text is the same in ASCII, and the platform is quicker at that.
  if (plain === septets.length) return readLatin1(septets, 0, plain);
  const units = new Uint16Array(septets.length);
  let length = 0;
  for (let i = 0; i < septets.length; i++) {
    let septet = septets[i]!;
    if (septet !== ESCAPE) {
      units[length++] = base[septet] || REPLACEMENT_CHARACTER;
      continue;
    }
    septet = septets[++i] ?? ESCAPE;
    units[length++] = septet === ESCAPE ? SPACE : shifted[septet] || base[septet] || REPLACEMENT_CHARACTER;
  }
  return textOfUnits(units.subarray(0, length));
}
