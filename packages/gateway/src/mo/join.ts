/** Segments to one message: its text or octets, its remaining header elements, its TLVs. */
import {
  ESM_CLASS,
  elementIds,
  encodeText,
  readText,
  readUserData,
  type Tlv,
  type UserData,
  writeUdh,
} from '@chappe/protocol';
import { type Content, readContent, writeContent } from '../message/content.ts';
import { isBinary, messageText } from '../message/message-text.ts';

/** One message made of several. */
export interface Joined {
  readonly content: Uint8Array;
  readonly text: string | undefined;
  readonly dataCoding: number;
  readonly tlvs: readonly Tlv[];
}

const ucs2 = 8;
// What a content and a message_payload have room for (SMPP 3.4 5.3.2.32), and what the center takes of a draft.
const maxPayloadOctets = 65_535;
const maxContentOctets = 131_072;

interface Whole {
  readonly dataCoding: number;
  readonly hasHeader: boolean;
  readonly payload: Uint8Array;
}

/**
 * Joins the contents of segments, in order. Undefined when they cannot be one: too long, or octets and texts mixed.
 * Joined before they are decoded, since some peers cut through surrogate and escape pairs.
 */
export function joinContents(contents: readonly Uint8Array[]): Joined | undefined {
  const parts = contents.map(readContent);
  const [first] = parts;
  if (first === undefined) return undefined;
  const data = parts.map((part) => readUserData(pduOf(part)));
  const whole = areAlike(parts, data) ? joinOctets(first, data) : joinTexts(parts);
  if (whole === undefined || whole.payload.length > maxPayloadOctets) return undefined;
  const tlvs = joinTlvs(parts);
  const esmClass = whole.hasHeader ? first.esmClass | ESM_CLASS.UDHI : first.esmClass & ~ESM_CLASS.UDHI;
  const content = writeContent({
    shape: first.shape,
    esmClass,
    protocolId: first.protocolId,
    dataCoding: whole.dataCoding,
    registeredDelivery: first.registeredDelivery,
    inPayloadTlv: true,
    payload: whole.payload,
    userMessageReference: first.userMessageReference,
    tlvs,
  });
  if (content.length > maxContentOctets) return undefined;
  return {
    content,
    text: messageText(esmClass, whole.dataCoding, whole.payload),
    dataCoding: whole.dataCoding,
    tlvs,
  };
}

function pduOf({ esmClass, dataCoding, payload }: Content): Parameters<typeof readUserData>[0] {
  return { esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs: [] };
}

/** Same coding, same national tables: their octets may stand behind each other. */
function areAlike(parts: readonly Content[], data: readonly UserData[]): boolean {
  const dataCoding = parts[0]?.dataCoding;
  const header = data[0]?.header;
  return (
    parts.every((part) => part.dataCoding === dataCoding) &&
    data.every((one) => one.header?.single === header?.single && one.header?.locking === header?.locking)
  );
}

function joinOctets(first: Content, data: readonly UserData[]): Whole {
  // Ports and national tables are about the message, the concatenation about its segments.
  const elements = (data[0]?.header?.elements ?? []).filter(
    ({ id }) => id !== elementIds.concat8 && id !== elementIds.concat16,
  );
  const pieces = [writeUdh(elements), ...data.map(({ payload }) => payload)];
  const payload = Buffer.concat(pieces);
  return { dataCoding: first.dataCoding, hasHeader: elements.length > 0, payload };
}

/** Phones may choose the coding of each segment anew; what they have in common is Unicode. */
function joinTexts(parts: readonly Content[]): Whole | undefined {
  if (parts.some(({ dataCoding }) => isBinary(dataCoding))) return undefined;
  const { text } = readText(parts.map(pduOf));
  return { dataCoding: ucs2, hasHeader: false, payload: encodeText(text, 'ucs2').bytes };
}

/** Those of the first segment, and of the others what it has not; those that tied the segments together are spent. */
function joinTlvs(parts: readonly Content[]): readonly Tlv[] {
  const tlvs: Tlv[] = [];
  const seen = new Set<number>();
  for (const part of parts) {
    const fresh = part.tlvs.filter(({ tag, name }) => !seen.has(tag) && name?.startsWith('sar_') !== true);
    for (const item of fresh) seen.add(item.tag);
    tlvs.push(...fresh);
  }
  return tlvs;
}
