/**
 * How the characters of a message are coded.
 *
 * - `gsm7` 3GPP 23.038, one septet per octet as most peers carry it in SMPP; `gsm7-packed` eight septets in seven octets
 * - `ascii` IA5; `latin1` ISO-8859-1; `cyrillic` ISO-8859-5; `hebrew` ISO-8859-8
 * - `ucs2` UTF-16 big endian: surrogate pairs are kept, as phones do
 * - `jis` Shift_JIS, what peers send as X 0208-1990; `iso-2022-jp`; `euc-kr` KS C 5601
 * - `jis-x-0212` EUC-JP, the usual 8-bit carriage of JIS X 0212-1990
 * - `octet` no text: one character per octet, U+0000 to U+00FF
 */
export type TextCoding = (typeof textCodings)[number];

/** All of them. */
export const textCodings = [
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
] as const;

/** National language tables of GSM 7-bit in force; language ids of 3GPP 23.038 6.2.1.2.4, 0 for the default. */
export interface ShiftTables {
  /** The locking shift table replaces the default alphabet. */
  readonly locking?: number | undefined;
  /** The single shift table replaces the default extension table. */
  readonly single?: number | undefined;
}

/** A character that a coding does not hold. */
export interface UnmappableCharacter {
  /** Where it starts, in UTF-16 code units. */
  readonly index: number;
  /** One code point. */
  readonly character: string;
}
