import type { TextCoding } from './text-coding.ts';

/** User data of one short message, its header included (3GPP 23.040 9.2.3.24): octets. */
export const MAX_USER_DATA_OCTETS = 140;

/**
 * Units that fit behind a user data header of `headerOctets` octets: septets for GSM 7-bit, packed on the air even
 * where SMPP carries them unpacked; characters for IA5, which is 7-bit on the air as well; UTF-16 units for UCS2;
 * octets for the others. Without a header 160, 160, 70 and 140. 0 where the header leaves no room.
 */
export function unitsPerSegment(coding: TextCoding, headerOctets: number): number {
  const octets = Math.max(0, MAX_USER_DATA_OCTETS - headerOctets);
  switch (coding) {
    case 'gsm7':
    case 'gsm7-packed':
    case 'ascii':
      return Math.floor((octets * 8) / 7);
    case 'ucs2':
      return octets >> 1;
    default:
      return octets;
  }
}

/** Bits that a unit of the coding takes on the air. */
export function bitsPerUnit(coding: TextCoding): 7 | 8 | 16 {
  if (coding === 'gsm7' || coding === 'gsm7-packed' || coding === 'ascii') return 7;
  return coding === 'ucs2' ? 16 : 8;
}
