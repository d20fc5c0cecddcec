/**
 * How segments of one text belong together at an upstream: by a concatenation element of the user data header, or by
 * the SAR TLVs. The octets of the text are never changed, and all segments of a text come out alike, though each is
 * converted without sight of the others. That is why an 8-bit element is not widened for `udh16`: full segments have no
 * room for the octet more, the last one would have, and a phone does not join the two kinds.
 */
import {
  type Concatenation,
  concat8,
  concat16,
  ESM_CLASS,
  elementIds,
  type InformationElement,
  readConcat,
  readUserData,
  type SegmentMethod,
  type TlvInput,
  type UserData,
  udhOctets,
  writeUdh,
} from '@chappe/protocol';
import { fitsOneMessage } from './alphabet.ts';
import type { Content } from './content.ts';
import type { Unfit } from './unfit.ts';

/** The text of a message, and what joins it with others. */
export interface Joined {
  /** User data header and text, canonical. */
  readonly payload: Uint8Array;
  readonly esmClass: number;
  /** The three SAR TLVs, or none. */
  readonly sar: readonly TlvInput[];
}

// The start of an element with an 8-bit reference that stands alone in its header.
const plainConcat = [0x05, elementIds.concat8, 0x03] as const;
const sarReference = 0x020c;
const sarTotal = 0x020e;
const sarSequence = 0x020f;
const sourcePort = 0x020a;
const destinationPort = 0x020b;
const noSar: readonly TlvInput[] = Object.freeze([]);

/** True for the TLVs that join segments: they go by the connector's way, not by its rules for TLVs. */
export function isSar(tag: number): boolean {
  return tag === sarReference || tag === sarTotal || tag === sarSequence;
}

/**
 * The segment as a connector with that `longMessages` takes it.
 *
 * - `udh8`: references of 16 bits and SAR become a header with the low 8 bits of the reference.
 * - `udh16`: headers stay; SAR becomes one of 16 bits where we cut the text ourselves, with room for it, else of 8.
 * - `sar`: a header with nothing else in it becomes SAR; with other elements it stays, since the two exclude each other
 *   (SMPP 3.4 5.2.12).
 * - `payload`: as they are.
 *
 * SAR beside ports in TLVs stays for the same reason. Unfit: a SAR segment without room for a header.
 */
export function joinFor(content: Content, method: SegmentMethod): Joined | Unfit {
  const { payload, esmClass, tlvs } = content;
  const hasHeader = (esmClass & ESM_CLASS.UDHI) !== 0;
  // Hot path: most messages are one piece, and most segments have the common header already.
  if (tlvs.length === 0) {
    if (!hasHeader) return { payload, esmClass, sar: noSar };
    if (method !== 'sar' && startsPlain(payload)) return { payload, esmClass, sar: noSar };
  }
  const pdu = { esm_class: esmClass, data_coding: content.dataCoding, short_message: payload, tlvs };
  const data = readUserData(pdu);
  const concat = readConcat(pdu, data);
  if (concat === undefined || concat.total === 1) return { payload, esmClass, sar: noSar };
  if (data.header?.concat !== undefined) return fromHeader(content, data, concat, method);
  return fromSar(content, data, concat, method);
}

function startsPlain(payload: Uint8Array): boolean {
  return payload[0] === plainConcat[0] && payload[1] === plainConcat[1] && payload[2] === plainConcat[2];
}

function fromHeader(content: Content, data: UserData, concat: Concatenation, method: SegmentMethod): Joined {
  const { payload, esmClass } = content;
  const others = otherElements(data);
  if (method === 'sar' && others.length === 0) {
    return { payload: data.payload, esmClass: esmClass & ~ESM_CLASS.UDHI, sar: sarOf(concat) };
  }
  if (method !== 'udh8' || concat.bits === 8) return { payload, esmClass, sar: noSar };
  return { payload: withHeader([narrow(concat), ...others], data.payload), esmClass, sar: noSar };
}

function fromSar(
  content: Content,
  data: UserData,
  concat: Concatenation,
  method: SegmentMethod,
): Joined | Unfit {
  const { payload, esmClass, tlvs, dataCoding } = content;
  const hasPorts = tlvs.some(({ tag }) => tag === sourcePort || tag === destinationPort);
  if (method === 'sar' || method === 'payload' || hasPorts) {
    return { payload, esmClass, sar: sarOf(concat) };
  }
  // segmentText leaves room for 16 bits in each SAR segment; of others the full ones have room for 8 at best.
  const wide = method === 'udh16' && content.group?.kind === 'segments';
  const element = wide ? concat16(concat.reference & 0xffff, concat.total, concat.sequence) : narrow(concat);
  const elements = [element, ...otherElements(data)];
  const header = udhOctets(elements);
  // Measured before it is written: a header has 256 octets at most.
  if (!fitsOneMessage(header + data.payload.length, header, dataCoding)) {
    return {
      reason: `a SAR segment of ${data.payload.length} octets has no room for the header that joins it`,
    };
  }
  return { payload: withHeader(elements, data.payload), esmClass: esmClass | ESM_CLASS.UDHI, sar: noSar };
}

function narrow({ reference, total, sequence }: Concatenation): InformationElement {
  return concat8(reference & 0xff, total, sequence);
}

function otherElements({ header }: UserData): readonly InformationElement[] {
  const elements = header?.elements ?? [];
  return elements.filter(({ id }) => id !== elementIds.concat8 && id !== elementIds.concat16);
}

function withHeader(elements: readonly InformationElement[], text: Uint8Array): Uint8Array {
  const header = writeUdh(elements);
  const joined = new Uint8Array(header.length + text.length);
  joined.set(header);
  joined.set(text, header.length);
  return joined;
}

// A TLV of a wrong length may hold more than 16 bits of reference.
function sarOf({ reference, total, sequence }: Concatenation): readonly TlvInput[] {
  return [
    { name: 'sar_msg_ref_num', tag: sarReference, value: reference & 0xffff },
    { name: 'sar_total_segments', tag: sarTotal, value: total },
    { name: 'sar_segment_seqnum', tag: sarSequence, value: sequence },
  ];
}
