/**
 * What data_coding 0 means to a peer. Stored texts are canonical: data_coding 0 is GSM 7-bit, one septet per octet.
 * `toCanonical` reads what a customer or an operator with another habit sent, `fromCanonical` writes for one. User data
 * headers stand apart from the text: packed text begins on a septet boundary behind them (3GPP 23.040 9.2.3.24).
 */
import {
  decodeText,
  ESM_CLASS,
  elementIds,
  encodeText,
  fillBits,
  packSeptets,
  readUdh,
  type ShiftTables,
  type TextCoding,
  unitsPerSegment,
  unpackSeptets,
  writeUdh,
} from '@chappe/protocol';
import { dataCodingOf } from './message-text.ts';
import type { Unfit } from './unfit.ts';

/** What data_coding 0 means; `gsm7-packed` also says that all GSM 7-bit text of the peer is packed. */
export type Alphabet = 'gsm7' | 'gsm7-packed' | 'latin1' | 'ascii';

/** The fields of a PDU that say what its text is. */
export interface Coded {
  /** User data header and text. */
  readonly payload: Uint8Array;
  readonly esmClass: number;
  readonly dataCoding: number;
}

// User data of one short message (3GPP 23.040 9.2.3.24).
const oneMessageOctets = 140;
const ucs2 = 8;
/** The data_coding that says outright what 0 means to such a peer (SMPP 3.4 5.2.19). */
const plainCodings = { latin1: 3, ascii: 1 } as const;

// Octets that are the same character in GSM 7-bit, ASCII and Latin-1: nearly every western text has no others.
const alike = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet < 0x80 && decodeText(Uint8Array.of(octet), 'gsm7').charCodeAt(0) === octet ? 1 : 0,
);

/**
 * A received text in canonical form. Nothing is lost: what GSM 7-bit lacks, or has room for only in more messages,
 * keeps its octets under the data_coding that names them (3 Latin-1, 1 ASCII). Never throws.
 */
export function toCanonical(
  payload: Uint8Array,
  esmClass: number,
  dataCoding: number,
  alphabet: Alphabet,
): Coded {
  if (alphabet === 'gsm7') return { payload, esmClass, dataCoding };
  const at = headerOctets(payload, esmClass);
  if (alphabet === 'gsm7-packed') {
    if (!isGsm7(dataCoding)) return { payload, esmClass, dataCoding };
    return {
      payload: withText(payload, at, unpackSeptets(payload.subarray(at), fillBits(at))),
      esmClass,
      dataCoding,
    };
  }
  if (dataCoding !== 0 || isAlike(payload, at)) return { payload, esmClass, dataCoding };
  const text = payload.subarray(at);
  const { bytes, unmappable } = encodeText(decodeText(text, alphabet), 'gsm7');
  const isLonger = bytes.length > unitsPerSegment('gsm7', at) && text.length <= unitsPerSegment(alphabet, at);
  if (unmappable.length > 0 || isLonger || hasShifts(shiftsOf(payload, at))) {
    return { payload, esmClass, dataCoding: plainCodings[alphabet] };
  }
  return { payload: withText(payload, at, bytes), esmClass, dataCoding };
}

/**
 * A canonical text as the peer takes it. Where its alphabet lacks a character, the text goes as UCS-2 (data_coding 8) if
 * it has at most `maxUcs2Octets` then, header included: 140 for what must be one short message, more where
 * message_payload is at hand. Else it is unfit, and never cut or changed. Packed text that ends with a carriage return
 * on an octet boundary loses that one when it is read (3GPP 23.038 6.1.2.3.1). Never throws.
 */
export function fromCanonical(
  payload: Uint8Array,
  esmClass: number,
  dataCoding: number,
  alphabet: Alphabet,
  maxUcs2Octets: number = oneMessageOctets,
): Coded | Unfit {
  if (alphabet === 'gsm7') return { payload, esmClass, dataCoding };
  const at = headerOctets(payload, esmClass);
  if (alphabet === 'gsm7-packed') {
    if (!isGsm7(dataCoding)) return { payload, esmClass, dataCoding };
    return {
      payload: withText(payload, at, packSeptets(payload.subarray(at), fillBits(at))),
      esmClass,
      dataCoding,
    };
  }
  if (dataCoding !== 0) return { payload, esmClass, dataCoding };
  const shifts = shiftsOf(payload, at);
  const shifted = hasShifts(shifts);
  if (!shifted && isAlike(payload, at)) return { payload, esmClass, dataCoding };
  const septets = payload.subarray(at);
  const wrong = septets.findIndex((octet) => octet > 0x7f);
  if (wrong >= 0) return noSeptet(septets[wrong] ?? 0);
  const text = decodeText(septets, 'gsm7', shifts);
  // National tables mean nothing to a text in another alphabet: phones would read it by them.
  const header = shifted ? withoutShifts(payload, at) : payload.subarray(0, at);
  const flags = header.length === 0 ? esmClass & ~ESM_CLASS.UDHI : esmClass;
  const { bytes, unmappable } = encodeText(text, alphabet);
  const [lost] = unmappable;
  if (lost === undefined) return { payload: join(header, bytes), esmClass: flags, dataCoding };
  const wide = join(header, encodeText(text, 'ucs2').bytes);
  if (wide.length <= maxUcs2Octets) return { payload: wide, esmClass: flags, dataCoding: ucs2 };
  return lacking(alphabet, lost.character, wide.length, maxUcs2Octets);
}

/** Octets of the user data header; 0 where there is none, or one that passes the end: that counts as text. */
export function headerOctets(payload: Uint8Array, esmClass: number): number {
  if ((esmClass & ESM_CLASS.UDHI) === 0 || payload.length === 0) return 0;
  const octets = (payload[0] as number) + 1;
  return octets > payload.length ? 0 : octets;
}

/** Whether `total` octets, a header and a canonical text behind it, are one short message on the air. */
export function fitsOneMessage(total: number, header: number, dataCoding: number): boolean {
  const carried = carriedAs(dataCoding);
  return unitsOf(total - header, carried) <= unitsPerSegment(carried, header);
}

/** How many short messages those octets fill, each with that header, 1 or more: of what nobody can cut well. */
export function shortMessagesOf(total: number, header: number, dataCoding: number): number {
  const carried = carriedAs(dataCoding);
  const room = unitsPerSegment(carried, header);
  // A header that leaves no room is content like any other.
  const needed = room === 0 ? total / oneMessageOctets : unitsOf(total - header, carried) / room;
  return Math.max(1, Math.ceil(needed));
}

function carriedAs(dataCoding: number): TextCoding {
  const { coding, compressed } = dataCodingOf(dataCoding);
  return compressed ? 'octet' : coding;
}

function unitsOf(octets: number, carried: TextCoding): number {
  return carried === 'ucs2' ? (octets + 1) >> 1 : octets;
}

function isGsm7(dataCoding: number): boolean {
  const { coding, compressed } = dataCodingOf(dataCoding);
  return coding === 'gsm7' && !compressed;
}

function isAlike(payload: Uint8Array, from: number): boolean {
  for (let at = from; at < payload.length; at += 1) {
    if (alike[payload[at] as number] === 0) return false;
  }
  return true;
}

const noShifts: ShiftTables = {};

function shiftsOf(payload: Uint8Array, header: number): ShiftTables {
  return header === 0 ? noShifts : (readUdh(payload) ?? noShifts);
}

function hasShifts({ locking, single }: ShiftTables): boolean {
  return locking !== undefined || single !== undefined;
}

function withoutShifts(payload: Uint8Array, header: number): Uint8Array {
  const elements = readUdh(payload.subarray(0, header))?.elements ?? [];
  return writeUdh(
    elements.filter(({ id }) => id !== elementIds.singleShift && id !== elementIds.lockingShift),
  );
}

function withText(payload: Uint8Array, header: number, text: Uint8Array): Uint8Array {
  return header === 0 ? text : join(payload.subarray(0, header), text);
}

function join(header: Uint8Array, text: Uint8Array): Uint8Array {
  if (header.length === 0) return text;
  const joined = new Uint8Array(header.length + text.length);
  joined.set(header);
  joined.set(text, header.length);
  return joined;
}

function noSeptet(octet: number): Unfit {
  const hex = octet.toString(16);
  return { reason: `0x${hex} is no GSM 7-bit character: the account's defaultAlphabet may be another` };
}

function lacking(alphabet: Alphabet, character: string, octets: number, limit: number): Unfit {
  const point = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { reason: `${alphabet} lacks U+${point}, and UCS-2 takes ${octets} octets of ${limit}` };
}
