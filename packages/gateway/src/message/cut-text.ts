/** Cuts a long text of one message_payload into the segments of as many messages, for upstreams that cannot take it. */
import {
  ContentError,
  concat8,
  concat16,
  decodeText,
  ESM_CLASS,
  elementIds,
  type InformationElement,
  readUserData,
  type Segment,
  type SegmentedText,
  segmentText,
  type TextCoding,
  type UserData,
  udhOctets,
  unitsPerSegment,
  writeUdh,
} from '@chappe/protocol';
import { fitsOneMessage } from './alphabet.ts';
import { isSar } from './long.ts';
import { dataCodingOf } from './message-text.ts';
import type { CutSegment } from './segments.ts';

/** A text as it is stored. */
export interface LongText {
  /** Canonical, user data header included. */
  readonly payload: Uint8Array;
  readonly esmClass: number;
  readonly dataCoding: number;
  readonly tlvs: readonly { readonly tag: number }[];
}

/** The segments of a text; or why there are none, and how many it would take where that is the reason. */
export type TextCut =
  | { readonly segments: readonly CutSegment[]; readonly reason?: undefined }
  | { readonly segments: undefined; readonly reason: string; readonly count: number };

/** How the segments are joined, see `SegmentMethod` in the protocol. */
export type CutMethod = 'udh8' | 'udh16';

// One octet counts them (3GPP 23.040 9.2.3.24.1).
const maxSegments = 255;
const escapeSeptet = 0x1b;

/**
 * Cuts a stored text. All segments keep its data_coding; `esmClassBits` says whether they begin with a header, whatever
 * the text did. One that fits in one message comes back whole. Elements of its header stand in every segment. Surrogate
 * and escape pairs stay whole, grapheme clusters where that costs no further segment; the octets of the segments are
 * those of the text, but for codings with shifts between tables, where each begins afresh. `reference`: the low 8 bits count for `udh8`, 16 for `udh16`. Never throws.
 */
export function cutText(text: LongText, reference: number, method: CutMethod = 'udh8'): TextCut {
  const { payload, esmClass, dataCoding, tlvs } = text;
  const data = readUserData({
    esm_class: esmClass,
    data_coding: dataCoding,
    short_message: payload,
    tlvs: [],
  });
  const header = payload.length - data.payload.length;
  const known = dataCodingOf(dataCoding);
  const coding = known.compressed ? 'octet' : known.coding;
  if (fitsOneMessage(payload.length, header, dataCoding))
    return { segments: [whole(payload, header, data, coding)] };
  if (data.header?.concat !== undefined || tlvs.some(({ tag }) => isSar(tag))) {
    return { segments: undefined, reason: 'a segment of a text cannot be cut again', count: 1 };
  }
  const layout = { data, coding, reference: reference & (method === 'udh8' ? 0xff : 0xffff), method };
  const cut = byCharacters(layout) ?? byOctets(layout);
  if (typeof cut !== 'number') return { segments: cut };
  const reason =
    cut === 0
      ? 'its header leaves no room for the text'
      : `the text takes ${cut} segments, at most ${maxSegments} go`;
  return { segments: undefined, reason, count: cut };
}

interface Layout {
  readonly data: UserData;
  readonly coding: TextCoding;
  readonly reference: number;
  readonly method: CutMethod;
}

function whole(payload: Uint8Array, header: number, data: UserData, coding: TextCoding): CutSegment {
  const text = textOf(data.payload, coding, data);
  return { payload, inPayloadTlv: false, esmClassBits: header > 0 ? ESM_CLASS.UDHI : 0, tlvs: [], text };
}

/** By the protocol's segmentation; undefined when the text does not come back from its characters octet by octet. */
function byCharacters({ data, coding, reference, method }: Layout): CutSegment[] | number | undefined {
  const text = textOf(data.payload, coding, data);
  if (text === undefined) return undefined;
  const { locking, single } = data.header ?? {};
  const elements = keptElements(data).filter(({ id }) => !isShift(id));
  try {
    const cut = segmentText(text, { reference, method, coding, locking, single, elements });
    const survives = isSame(cut.segments, data.payload) || (isMultiByte(coding) && isLossless(cut, text));
    if (!survives) return undefined;
    return cut.segments.map(({ short_message, esmClassBits, text: piece }) => ({
      payload: short_message,
      inPayloadTlv: false,
      esmClassBits,
      tlvs: [],
      text: piece,
    }));
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return error.code === 'CHAPPE_TOO_MANY_SEGMENTS' ? (error.actual ?? 0) : undefined;
  }
}

/** For octets that are no text, and texts with octets that mean nothing. */
function byOctets({ data, coding, reference, method }: Layout): CutSegment[] | number {
  const body = data.payload;
  const others = keptElements(data);
  const joins = (total: number, sequence: number): InformationElement =>
    method === 'udh8' ? concat8(reference, total, sequence) : concat16(reference, total, sequence);
  const units = unitsPerSegment(coding, udhOctets([joins(1, 1), ...others]));
  const limit = coding === 'ucs2' ? units * 2 : units;
  if (limit < 2) return 0;
  const ends: number[] = [];
  for (let end = 0; end < body.length; ) {
    end = lastEnd(body, end, Math.min(end + limit, body.length), coding);
    ends.push(end);
  }
  if (ends.length > maxSegments) return ends.length;
  return ends.map((end, index) => {
    const piece = body.subarray(ends[index - 1] ?? 0, end);
    const header = writeUdh([joins(ends.length, index + 1), ...others]);
    const payload = new Uint8Array(header.length + piece.length);
    payload.set(header);
    payload.set(piece, header.length);
    return {
      payload,
      inPayloadTlv: false,
      esmClassBits: ESM_CLASS.UDHI,
      tlvs: [],
      text: textOf(piece, coding, data),
    };
  });
}

/** Where a piece ends that may go up to `limit`: not between an escape and its septet, not within a surrogate pair. */
function lastEnd(body: Uint8Array, start: number, limit: number, coding: TextCoding): number {
  if (limit === body.length) return limit;
  if (coding === 'ucs2') {
    const isHigh = ((body[limit - 2] ?? 0) & 0xfc) === 0xd8 && ((body[limit] ?? 0) & 0xfc) === 0xdc;
    return isHigh && limit - 2 > start ? limit - 2 : limit;
  }
  if (coding !== 'gsm7' || body[limit - 1] !== escapeSeptet) return limit;
  let escapes = 0;
  while (limit - 1 - escapes >= start && body[limit - 1 - escapes] === escapeSeptet) escapes += 1;
  // Two escapes are a pair of their own: the last one is open when their number is odd.
  return escapes % 2 === 1 ? limit - 1 : limit;
}

/** What of its header stands in every segment: all but concatenations, which are nonsense if there are any. */
function keptElements({ header }: UserData): readonly InformationElement[] {
  const elements = header?.elements ?? [];
  return elements.filter(({ id }) => id !== elementIds.concat8 && id !== elementIds.concat16);
}

function isShift(id: number): boolean {
  return id === elementIds.singleShift || id === elementIds.lockingShift;
}

/** Codings with several octets to a character, or shifts between tables: only their characters say where to cut. */
function isMultiByte(coding: TextCoding): boolean {
  return coding === 'jis' || coding === 'iso-2022-jp' || coding === 'euc-kr' || coding === 'jis-x-0212';
}

function isLossless({ unmappable }: SegmentedText, text: string): boolean {
  return unmappable.length === 0 && !text.includes('\ufffd');
}

/** What is searched for; undefined for octets. */
function textOf(text: Uint8Array, coding: TextCoding, { header }: UserData): string | undefined {
  return coding === 'octet' ? undefined : decodeText(text, coding, header ?? {});
}

function isSame(segments: readonly Segment[], body: Uint8Array): boolean {
  let at = 0;
  for (const { short_message, esmClassBits } of segments) {
    const from = esmClassBits === 0 ? 0 : (short_message[0] ?? 0) + 1;
    for (let i = from; i < short_message.length; i += 1, at += 1) {
      if (short_message[i] !== body[at]) return false;
    }
  }
  return at === body.length;
}
