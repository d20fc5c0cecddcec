import { ESM_CLASS } from '../definitions/constants.ts';
import type { TlvInput } from '../definitions/pdu.ts';
import { MAX_USER_DATA_OCTETS, unitsPerSegment } from '../text/capacity.ts';
import { type ChooseCodingOptions, type CodingChoice, chooseCoding } from '../text/choose-coding.ts';
import { ContentError } from '../text/content-error.ts';
import { type DataCodingInput, type DefaultAlphabet, writeDataCoding } from '../text/data-coding.ts';
import { fillBits, type SeptetPadding } from '../text/septets.ts';
import { encodeText, type UnitsOf, unitCounter } from '../text/text.ts';
import type { ShiftTables, TextCoding, UnmappableCharacter } from '../text/text-coding.ts';
import { type Cuts, splitText } from './split.ts';
import {
  concat8,
  concat16,
  type InformationElement,
  lockingShift,
  singleShift,
  udhOctets,
  writeUdh,
} from './udh.ts';

/**
 * How the segments of a long message say that they belong together: `udh8`, `udh16` a concatenation element with a
 * reference of 8 or 16 bits; `sar` the three SAR TLVs; `payload` not at all: one message_payload, which the message
 * centre cuts.
 */
export type SegmentMethod = 'udh8' | 'udh16' | 'sar' | 'payload';

/** What segmenting texts and octets have in common. */
export interface SegmentOptions {
  /** Default `udh8`. */
  readonly method?: SegmentMethod | undefined;
  /** The same for all segments, 0-255 for `udh8` and else 0-65535; another for each long message to a destination. */
  readonly reference: number;
  /** 1-255, default 255: more do not fit in the octet that counts them. */
  readonly maxSegments?: number | undefined;
  /** Further elements for the header of each segment, as application ports. Not with `sar`. */
  readonly elements?: readonly InformationElement[] | undefined;
}

/** How a text is coded. */
export interface TextOptions extends ShiftTables, Omit<ChooseCodingOptions, 'allowed'> {
  /** Default: the smallest of `allowed`. `locking` and `single` count only with it. */
  readonly coding?: TextCoding | undefined;
  /** What the coding is chosen from. Default: the default alphabet, and UCS2. */
  readonly allowed?: readonly TextCoding[] | undefined;
  /** What data_coding 0 means at the peer. Default `gsm7`. */
  readonly defaultAlphabet?: DefaultAlphabet | undefined;
  readonly messageClass?: DataCodingInput['messageClass'];
  readonly waiting?: DataCodingInput['waiting'];
  /** Stands for each character that the coding does not hold; '' leaves it out. Default '?'. */
  readonly replacement?: string | undefined;
  /** What fills seven spare bits of packed text. Default `cr`. */
  readonly padding?: SeptetPadding | undefined;
}

/** Options of `segmentText`. */
export interface SegmentTextOptions extends SegmentOptions, TextOptions {}

/** Options of `segmentBytes`. */
export interface SegmentBytesOptions extends SegmentOptions {
  /** Octets of a segment, header included. Default 140. */
  readonly maxOctets?: number | undefined;
}

/** One message to submit. */
export interface Segment {
  /** With its user data header; empty where `tlvs` holds a message_payload. */
  readonly short_message: Uint8Array;
  /** To be added to esm_class: UDHI (0x40) where the content starts with a user data header. */
  readonly esmClassBits: 0 | typeof ESM_CLASS.UDHI;
  /** The SAR TLVs, the message_payload, or nothing. */
  readonly tlvs: readonly TlvInput[];
}

/** One message to submit and the piece of text in it. */
export interface TextSegment extends Segment {
  readonly text: string;
}

/** A text ready to be submitted. */
export interface SegmentedText extends ShiftTables {
  readonly coding: TextCoding;
  /** The data_coding of all segments. */
  readonly dataCoding: number;
  readonly segments: readonly TextSegment[];
  /** Code points of the text. */
  readonly characters: number;
  /** Octets of all contents as SMPP carries them, without headers. */
  readonly octets: number;
  /** Characters that were replaced; empty when the text survived whole. */
  readonly unmappable: readonly UnmappableCharacter[];
}

/** Octets ready to be submitted. */
export interface SegmentedBytes {
  readonly segments: readonly Segment[];
  readonly octets: number;
}

/** What a text would cost. */
export interface SegmentCount extends CodingChoice {
  readonly segments: number;
  /** Code points of the text. */
  readonly characters: number;
  /** Septets of GSM 7-bit, UTF-16 units of UCS2, octets of the others. */
  readonly units: number;
  /** Units that fit in each of so many segments. */
  readonly unitsPerSegment: number;
  /** Units that still fit in the last segment. */
  readonly unitsLeft: number;
}

const MAX_SEGMENTS = 255;
/** A TLV counts its octets in 16 bits. */
const MAX_PAYLOAD_OCTETS = 0xffff;
const NO_OCTETS = new Uint8Array(0);
const NO_TLVS: readonly TlvInput[] = Object.freeze([]);

const methods = {
  udh8: { lastReference: 0xff, concatOctets: 5 },
  udh16: { lastReference: 0xffff, concatOctets: 6 },
  // On the air the message centre writes an element of its own, with the 16 bits of the TLV in the worst case.
  sar: { lastReference: 0xffff, concatOctets: 6 },
  payload: { lastReference: 0xffff, concatOctets: 0 },
} as const;

interface Headers {
  readonly method: SegmentMethod;
  readonly reference: number;
  readonly elements: readonly InformationElement[];
  readonly maxSegments: number;
}

function headersOf(options: SegmentOptions, shifts: ShiftTables): Headers {
  const method = options.method ?? 'udh8';
  const { reference } = options;
  const { lastReference } = methods[method];
  if (!Number.isInteger(reference) || reference < 0 || reference > lastReference) {
    throw new ContentError(
      'CHAPPE_REFERENCE_RANGE',
      `${method} takes a reference of 0-${lastReference}`,
      lastReference,
      reference,
    );
  }
  const elements = [
    ...(shifts.single ? [singleShift(shifts.single)] : []),
    ...(shifts.locking ? [lockingShift(shifts.locking)] : []),
    ...(options.elements ?? []),
  ];
  if (method === 'sar' && elements.length > 0) {
    // SMPP 3.4 5.2.12: a user data header and the SAR TLVs exclude each other on GSM.
    throw new ContentError('CHAPPE_UDH_WITH_SAR', 'SAR TLVs exclude a user data header');
  }
  const maxSegments = Math.max(1, Math.min(MAX_SEGMENTS, options.maxSegments ?? MAX_SEGMENTS));
  return { method, reference, elements, maxSegments };
}

/** Header octets that a segment of `total` takes on the air. */
function octetsOnAir(headers: Headers, several: boolean): number {
  const octets = udhOctets(headers.elements);
  return several ? Math.max(octets, 1) + methods[headers.method].concatOctets : octets;
}

function headerOf(headers: Headers, total: number, sequence: number): Uint8Array {
  const { method, reference, elements } = headers;
  if (total === 1 || method === 'sar' || method === 'payload') return writeUdh(elements);
  const concat =
    method === 'udh8' ? concat8(reference, total, sequence) : concat16(reference, total, sequence);
  return writeUdh([concat, ...elements]);
}

function sarTlvs(reference: number, total: number, sequence: number): readonly TlvInput[] {
  return [
    { name: 'sar_msg_ref_num', tag: 0x020c, value: reference },
    { name: 'sar_total_segments', tag: 0x020e, value: total },
    { name: 'sar_segment_seqnum', tag: 0x020f, value: sequence },
  ];
}

function withHeader(header: Uint8Array, body: Uint8Array): Uint8Array {
  if (header.length === 0) return body;
  const content = new Uint8Array(header.length + body.length);
  content.set(header);
  content.set(body, header.length);
  return content;
}

function segmentOf(
  headers: Headers,
  total: number,
  sequence: number,
  header: Uint8Array,
  body: Uint8Array,
): Segment {
  const esmClassBits = header.length > 0 ? ESM_CLASS.UDHI : 0;
  const content = withHeader(header, body);
  if (headers.method !== 'payload') {
    const tlvs =
      headers.method === 'sar' && total > 1 ? sarTlvs(headers.reference, total, sequence) : NO_TLVS;
    return { short_message: content, esmClassBits, tlvs };
  }
  if (content.length > MAX_PAYLOAD_OCTETS) {
    throw new ContentError(
      'CHAPPE_PAYLOAD_TOO_LONG',
      'message_payload is too long',
      MAX_PAYLOAD_OCTETS,
      content.length,
    );
  }
  return {
    short_message: NO_OCTETS,
    esmClassBits,
    tlvs: [{ name: 'message_payload', tag: 0x0424, value: content }],
  };
}

function checkTotal(headers: Headers, total: number): void {
  if (total <= headers.maxSegments) return;
  const { maxSegments } = headers;
  throw new ContentError(
    'CHAPPE_TOO_MANY_SEGMENTS',
    `${total} segments, ${maxSegments} allowed`,
    maxSegments,
    total,
  );
}

interface Layout {
  readonly choice: CodingChoice;
  readonly headers: Headers;
  readonly cuts: Cuts;
  /** Units that fit in each segment; Infinity for `payload`. */
  readonly limit: number;
}

function choiceOf(text: string, options: SegmentTextOptions): CodingChoice {
  const { coding, locking, single, defaultAlphabet = 'gsm7' } = options;
  if (coding !== undefined) {
    return { coding, locking, single, forcedBy: [], suggestion: undefined, unmappable: [] };
  }
  const allowed = options.allowed ?? [defaultAlphabet, 'ucs2'];
  // A national table needs a header, which SAR excludes.
  const nationalShifts = options.nationalShifts === true && options.method !== 'sar';
  return chooseCoding(text, { allowed, nationalShifts });
}

/** What a character that the coding does not hold takes: the units of its replacement. */
function countReplaced(unitsOf: UnitsOf, replacement: string): UnitsOf {
  const substitute = replacement === '' ? 0 : unitsOf(replacement.codePointAt(0)!, undefined);
  return (point, before) => unitsOf(point, before) || substitute;
}

function planText(text: string, options: SegmentTextOptions): Layout {
  const choice = choiceOf(text, options);
  const headers = headersOf(options, choice);
  const unitsOf = countReplaced(unitCounter(choice.coding, choice), options.replacement ?? '?');
  const whole =
    headers.method === 'payload' ? Infinity : unitsPerSegment(choice.coding, octetsOnAir(headers, false));
  const single = splitText(text, unitsOf, whole, 1);
  if (single.ends.length === 1) return { choice, headers, cuts: single, limit: whole };
  const limit = unitsPerSegment(choice.coding, octetsOnAir(headers, true));
  return { choice, headers, cuts: splitText(text, unitsOf, limit, headers.maxSegments), limit };
}

/** A replacement that the coding does not hold either would be left out, unasked. */
function checkReplacement(replacement: string | undefined, { coding, locking, single }: CodingChoice): void {
  if (replacement === undefined || replacement === '') return;
  if (unitCounter(coding, { locking, single })(replacement.codePointAt(0)!, undefined) > 0) return;
  const what = `${coding} has no ${JSON.stringify(replacement)} either, which is to stand for what it lacks`;
  throw new ContentError('CHAPPE_TEXT_CHARACTER', `${what}: say another replacement, as "?"`);
}

function countCharacters(text: string): number {
  let characters = 0;
  for (let i = 0; i < text.length; i++, characters++) if (text.codePointAt(i)! > 0xffff) i++;
  return characters;
}

/**
 * Codes a text and cuts it into as few segments as it takes; surrogate and escape pairs stay whole, grapheme clusters
 * where that costs no further segment. A text that fits in one message gets no concatenation. Throws `ContentError`:
 * CHAPPE_TOO_MANY_SEGMENTS (`actual` says how many it takes), CHAPPE_PAYLOAD_TOO_LONG, CHAPPE_REFERENCE_RANGE,
 * CHAPPE_UDH_TOO_LONG, CHAPPE_UDH_WITH_SAR, CHAPPE_DATA_CODING, CHAPPE_TEXT_CHARACTER (a replacement that the coding does
 * not hold either).
 */
export function segmentText(text: string, options: SegmentTextOptions): SegmentedText {
  const { choice, headers, cuts } = planText(text, options);
  const { coding, locking, single } = choice;
  const { messageClass, waiting, replacement, padding } = options;
  const dataCoding = writeDataCoding({ coding, messageClass, waiting }, options);
  const total = cuts.ends.length;
  checkTotal(headers, total);
  const unmappable: UnmappableCharacter[] = [];
  let octets = 0;
  const segments = cuts.ends.map((end, i) => {
    const start = cuts.ends[i - 1] ?? 0;
    const piece = text.slice(start, end);
    const header = headerOf(headers, total, i + 1);
    const layout = { locking, single, replacement, padding, fillBits: fillBits(header.length) };
    const encoded = encodeText(piece, coding, layout);
    for (const { index, character } of encoded.unmappable)
      unmappable.push({ index: start + index, character });
    octets += encoded.bytes.length;
    return { ...segmentOf(headers, total, i + 1, header, encoded.bytes), text: piece };
  });
  if (unmappable.length > 0) checkReplacement(replacement, choice);
  return {
    coding,
    locking,
    single,
    dataCoding,
    segments,
    characters: countCharacters(text),
    octets,
    unmappable,
  };
}

/**
 * Cuts octets into segments of 140, headers included. Throws `ContentError` as `segmentText` does, except for
 * CHAPPE_DATA_CODING.
 */
export function segmentBytes(bytes: Uint8Array, options: SegmentBytesOptions): SegmentedBytes {
  const headers = headersOf(options, {});
  const room = options.maxOctets ?? MAX_USER_DATA_OCTETS;
  const whole = headers.method === 'payload' ? Infinity : room - octetsOnAir(headers, false);
  const several = bytes.length > whole;
  const limit = several ? room - octetsOnAir(headers, true) : Math.max(bytes.length, 1);
  if (limit < 1) throw new ContentError('CHAPPE_UDH_TOO_LONG', 'the user data header leaves no room', room);
  const total = Math.max(1, Math.ceil(bytes.length / limit));
  checkTotal(headers, total);
  const segments = Array.from({ length: total }, (_, i) => {
    const body = bytes.subarray(i * limit, (i + 1) * limit);
    return segmentOf(headers, total, i + 1, headerOf(headers, total, i + 1), body);
  });
  return { segments, octets: bytes.length };
}

/**
 * Counts what `segmentText` would make of a text, without coding it; more than `maxSegments` are counted too. For
 * editors and price lists. Throws `ContentError` for options that exclude each other.
 */
export function countSegments(text: string, options: Partial<SegmentTextOptions> = {}): SegmentCount {
  const { choice, cuts, limit } = planText(text, { ...options, reference: 0 });
  return {
    ...choice,
    segments: cuts.ends.length,
    characters: countCharacters(text),
    units: cuts.units,
    unitsPerSegment: limit,
    unitsLeft: limit - cuts.lastUnits,
  };
}
