import { ESM_CLASS } from '../definitions/constants.ts';
import type { Concatenation, UserDataHeader } from './udh.ts';
import { readUdh } from './udh.ts';

/** The part of a submit_sm, deliver_sm or data_sm that carries the content. */
export interface ContentPdu {
  readonly esm_class: number;
  readonly data_coding: number;
  /** Absent in data_sm. */
  readonly short_message?: Uint8Array | undefined;
  readonly tlvs: readonly ContentTlv[];
}

/** The part of a decoded TLV that content is read from. */
export interface ContentTlv {
  readonly tag: number;
  readonly value: number | string | Uint8Array;
}

/** The content of one PDU. */
export interface UserData {
  /** Present where esm_class says so and the header is sound. */
  readonly header: UserDataHeader | undefined;
  /** What follows the header: a view of the received bytes. */
  readonly payload: Uint8Array;
}

const SAR_MSG_REF_NUM = 0x020c;
const SAR_TOTAL_SEGMENTS = 0x020e;
const SAR_SEGMENT_SEQNUM = 0x020f;
const MESSAGE_PAYLOAD = 0x0424;
const NO_OCTETS = new Uint8Array(0);

/** The value of the first TLV of a tag. */
export function tlvValueOf(pdu: Pick<ContentPdu, 'tlvs'>, tag: number): ContentTlv['value'] | undefined {
  for (const item of pdu.tlvs) if (item.tag === tag) return item.value;
  return undefined;
}

/**
 * The octets of the content: short_message, or message_payload where that is empty. Both together are against
 * SMPP 5.0 4.8.4.36; then short_message is what most peers meant.
 */
export function contentOctets(pdu: ContentPdu): Uint8Array {
  if (pdu.short_message !== undefined && pdu.short_message.length > 0) return pdu.short_message;
  const payload = tlvValueOf(pdu, MESSAGE_PAYLOAD);
  return payload instanceof Uint8Array ? payload : NO_OCTETS;
}

/** Splits the content of a PDU from its user data header. Never throws; a malformed header counts as content. */
export function readUserData(pdu: ContentPdu): UserData {
  const octets = contentOctets(pdu);
  // By bit, not by value: Kannel sends 0x43.
  const header = pdu.esm_class & ESM_CLASS.UDHI ? readUdh(octets) : undefined;
  return { header, payload: header ? octets.subarray(header.headerOctets) : octets };
}

function sarConcatenation(pdu: ContentPdu): Concatenation | undefined {
  const reference = tlvValueOf(pdu, SAR_MSG_REF_NUM);
  const total = tlvValueOf(pdu, SAR_TOTAL_SEGMENTS);
  const sequence = tlvValueOf(pdu, SAR_SEGMENT_SEQNUM);
  // SMPP 3.4 5.3.2.22: the three only count together.
  if (typeof reference !== 'number' || typeof total !== 'number' || typeof sequence !== 'number')
    return undefined;
  if (total > 0xff || sequence === 0 || sequence > total) return undefined;
  return { reference, total, sequence, bits: 16 };
}

/**
 * Which segment of which message a PDU is: by its user data header, else by its SAR TLVs. Undefined for a message of
 * one piece, and where the numbers make no sense.
 */
export function readConcat(pdu: ContentPdu, data: UserData = readUserData(pdu)): Concatenation | undefined {
  return data.header?.concat ?? sarConcatenation(pdu);
}
