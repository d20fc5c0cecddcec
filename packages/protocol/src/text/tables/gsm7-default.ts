/**
 * A table of the GSM 7-bit alphabet (3GPP 23.038): eight rows of sixteen characters, row and column are the two hex
 * digits of the septet. A position without a character holds `unassigned`; so does 0x1b, the escape.
 */
export type Gsm7Table = readonly string[];

/** Marks a position without a character. U+00B7 is in none of the tables. */
export const unassigned = '·';

/** GSM 7-bit default alphabet, 3GPP 23.038 6.2.1. */
export const defaultTable: Gsm7Table = [
  '@£$¥èéùìòÇ\nØø\rÅå',
  'Δ_ΦΓΛΩΠΨΣΘΞ·ÆæßÉ',
  ' !"#¤%&\'()*+,-./',
  '0123456789:;<=>?',
  '¡ABCDEFGHIJKLMNO',
  'PQRSTUVWXYZÄÖÑÜ§',
  '¿abcdefghijklmno',
  'pqrstuvwxyzäöñüà',
];

/** Default extension table, 3GPP 23.038 6.2.1.1. 0x0a is the page break. */
export const extensionTable: Gsm7Table = [
  '··········\f·····',
  '····^···········',
  '········{}·····\\',
  '············[~]·',
  '|···············',
  '················',
  '·····€··········',
  '················',
];
