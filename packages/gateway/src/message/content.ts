/**
 * What a stored Message carries beyond its addresses and times: the part of the PDU that the center does not
 * know. One compact octet string, big endian, written once and read in place:
 *
 *   0 format (1)   1 shape   2 esm_class   3 protocol_id   4 data_coding   5 registered_delivery
 *   6 marks        7-8 payload octets      9- payload
 *   [group 8: kind 1, reserved 1, index 2, count 2, reference 2]       when marked
 *   [receipt 4: message_state 1, error 2, id octets 1]                 when shape is receipt
 *   [end 6: epoch milliseconds]                                        when marked
 *   [error word: octets 1, latin1]                                     when marked
 *   [user_message_reference 2]                                         when marked
 *   [callback: octets 2, UTF-8]                                        when marked
 *   [meta: octets 2, UTF-8]                                            when marked
 *   TLVs, as on the wire, to the end
 *
 * The text of a PDU's short_message and that of its message_payload are stored alike: which of the two a peer
 * gets is decided on the way out.
 */
import { decode, encode, type Tlv, type TlvInput } from '@chappe/protocol';

/** What kind of PDU the content came from, or will become. */
export type ContentShape = 'submit' | 'data' | 'receipt' | 'broadcast';

/** Messages that were accepted together: segments of one text, or destinations of one submit_multi. */
export interface Group {
  readonly kind: 'segments' | 'destinations';
  /** Of segments: 0 to count - 1. Which of the destinations it is, is told by its id and that of the first. */
  readonly index: number;
  readonly count: number;
  /** The concatenation reference of segments; 0 for destinations. */
  readonly reference: number;
}

/** The part of a receipt that becomes TLVs for 3.4 and 5.0 peers; its text is the payload. */
export interface ReceiptContent {
  /** message_state (SMPP 3.4 5.2.28). */
  readonly state: number;
  /** 0 to 65535; network_error_code is sent when it is not 0. */
  readonly error: number;
  /** Length of the message id, which stands in the text after `id:`. */
  readonly idOctets: number;
  /** When the message came to its end, epoch milliseconds; undefined: when the receipt was made. */
  readonly doneMs?: number | undefined;
  /** The operator's own error code, where `error` does not say it all. At most 255 characters of Latin-1. */
  readonly errorWord?: string | undefined;
}

/** The fields of a message that are not in the center's columns. */
export interface Content {
  readonly shape: ContentShape;
  readonly esmClass: number;
  readonly protocolId: number;
  readonly dataCoding: number;
  readonly registeredDelivery: number;
  /** True when the text came in message_payload. */
  readonly inPayloadTlv: boolean;
  /** Octets of the text, user data header included: a view. At most 65,535. */
  readonly payload: Uint8Array;
  readonly group: Group | undefined;
  readonly receipt: ReceiptContent | undefined;
  readonly userMessageReference: number | undefined;
  /** Who is to be called about it, see callbacks/callback.ts; of a receipt: the URL to call. */
  readonly callback: string | undefined;
  /** Words of its submitter, see meta.ts; of a receipt: those of its message. */
  readonly meta: string | undefined;
  /** All other TLVs, in order. */
  readonly tlvs: readonly Tlv[];
}

/** What `writeContent` takes: anything left out is 0 or empty. */
export interface ContentInput {
  readonly shape: ContentShape;
  readonly esmClass: number;
  readonly protocolId: number;
  readonly dataCoding: number;
  readonly registeredDelivery: number;
  readonly inPayloadTlv: boolean;
  /** Octets, or a string of one character per octet. */
  readonly payload: Uint8Array | string;
  readonly group?: Group | undefined;
  readonly receipt?: ReceiptContent | undefined;
  readonly userMessageReference?: number | undefined;
  readonly callback?: string | undefined;
  readonly meta?: string | undefined;
  readonly tlvs?: readonly TlvInput[] | undefined;
}

const format = 1;
const headOctets = 9;
const groupOctets = 8;
const receiptOctets = 4;
const referenceOctets = 2;
const doneOctets = 6;
const markPayloadTlv = 1;
const markGroup = 2;
const markReference = 4;
const markDone = 8;
const markErrorWord = 16;
const markCallback = 32;
const markMeta = 64;
const shapes: readonly ContentShape[] = ['submit', 'data', 'receipt', 'broadcast'];
// Octets of a data_sm before its TLVs when every field is empty (SMPP 3.4 4.7.1): header 16, fields 10.
const dataSmOctets = 26;

/** Writes the content of a message. The payload is copied; nothing refers to the PDU's octets afterwards. */
export function writeContent(input: ContentInput): Uint8Array {
  const { payload, group, receipt, userMessageReference, tlvs } = input;
  const callback = input.callback === undefined ? undefined : Buffer.from(input.callback);
  const meta = input.meta === undefined ? undefined : Buffer.from(input.meta);
  const tail = tlvs === undefined || tlvs.length === 0 ? undefined : encodeTlvs(tlvs);
  let octets = headOctets + payload.length;
  if (group !== undefined) octets += groupOctets;
  if (receipt !== undefined) octets += receiptOctets;
  if (receipt?.doneMs !== undefined) octets += doneOctets;
  if (receipt?.errorWord !== undefined) octets += 1 + receipt.errorWord.length;
  if (userMessageReference !== undefined) octets += referenceOctets;
  if (callback !== undefined) octets += 2 + callback.length;
  if (meta !== undefined) octets += 2 + meta.length;
  // From Node's pool, which is four times as quick: stores copy what they keep or post to their threads.
  const bytes = Buffer.allocUnsafe(octets + (tail?.length ?? 0));
  bytes[0] = format;
  bytes[1] = shapes.indexOf(input.shape);
  bytes[2] = input.esmClass;
  bytes[3] = input.protocolId;
  bytes[4] = input.dataCoding;
  bytes[5] = input.registeredDelivery;
  bytes[6] =
    (input.inPayloadTlv ? markPayloadTlv : 0) |
    (group === undefined ? 0 : markGroup) |
    (receipt?.doneMs === undefined ? 0 : markDone) |
    (receipt?.errorWord === undefined ? 0 : markErrorWord) |
    (callback === undefined ? 0 : markCallback) |
    (meta === undefined ? 0 : markMeta) |
    (userMessageReference === undefined ? 0 : markReference);
  bytes[7] = payload.length >> 8;
  bytes[8] = payload.length;
  if (typeof payload === 'string') bytes.write(payload, headOctets, 'latin1');
  else bytes.set(payload, headOctets);
  let at = headOctets + payload.length;
  if (group !== undefined) at = writeGroup(bytes, at, group);
  if (receipt !== undefined) at = writeReceipt(bytes, at, receipt);
  if (receipt?.doneMs !== undefined) at = bytes.writeUIntBE(receipt.doneMs, at, doneOctets);
  if (receipt?.errorWord !== undefined) {
    bytes[at] = receipt.errorWord.length;
    at += 1 + bytes.write(receipt.errorWord, at + 1, 'latin1');
  }
  if (userMessageReference !== undefined) at = put16(bytes, at, userMessageReference);
  if (callback !== undefined) at = putText(bytes, at, callback);
  if (meta !== undefined) at = putText(bytes, at, meta);
  if (tail !== undefined) bytes.set(tail, at);
  return bytes;
}

/** Reads a content. Octets that are no content of ours (a damaged row) read as an empty text. */
export function readContent(bytes: Uint8Array): Content {
  const shape = shapes[bytes[1] ?? 0] ?? 'submit';
  const marks = bytes[6] ?? 0;
  const end = headOctets + payloadOctets(bytes);
  let at = end;
  let group: Group | undefined;
  if ((marks & markGroup) !== 0) {
    group = readGroup(bytes, at);
    at += groupOctets;
  }
  let receipt: ReceiptContent | undefined;
  if (shape === 'receipt') {
    receipt = readReceipt(bytes, at, marks);
    at += receiptOctets + ((marks & markDone) === 0 ? 0 : doneOctets);
    if (receipt.errorWord !== undefined) at += 1 + receipt.errorWord.length;
  }
  let userMessageReference: number | undefined;
  if ((marks & markReference) !== 0) {
    userMessageReference = get16(bytes, at);
    at += referenceOctets;
  }
  let callback: string | undefined;
  if ((marks & markCallback) !== 0) {
    const from = at + 2;
    at = from + get16(bytes, at);
    callback = Buffer.from(bytes.subarray(from, at)).toString();
  }
  let meta: string | undefined;
  if ((marks & markMeta) !== 0) {
    const from = at + 2;
    at = from + get16(bytes, at);
    meta = Buffer.from(bytes.subarray(from, at)).toString();
  }
  return {
    shape,
    esmClass: bytes[2] ?? 0,
    protocolId: bytes[3] ?? 0,
    dataCoding: bytes[4] ?? 0,
    registeredDelivery: bytes[5] ?? 0,
    inPayloadTlv: (marks & markPayloadTlv) !== 0,
    payload: bytes.subarray(headOctets, end),
    group,
    receipt,
    userMessageReference,
    callback,
    meta,
    tlvs: at < bytes.length ? decodeTlvs(bytes.subarray(at)) : noTlvs,
  };
}

/** The group of a content, without reading the rest. */
export function readGroupOf(bytes: Uint8Array): Group | undefined {
  if (((bytes[6] ?? 0) & markGroup) === 0) return undefined;
  return readGroup(bytes, headOctets + payloadOctets(bytes));
}

/** Whether somebody is to be called about it, without reading the rest. */
export function hasCallback(bytes: Uint8Array): boolean {
  return ((bytes[6] ?? 0) & markCallback) !== 0;
}

/** Words of the submitter, as they are stored; nothing is read of the many messages that have none. */
export function metaOf(bytes: Uint8Array): string | undefined {
  return ((bytes[6] ?? 0) & markMeta) === 0 ? undefined : readContent(bytes).meta;
}

/** The payload of a content as a view, without reading the rest. */
export function payloadOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(headOctets, headOctets + payloadOctets(bytes));
}

/** True when there is nothing but a text: no group, no receipt, no TLV. */
export function isTextOnly(bytes: Uint8Array): boolean {
  return bytes.length === headOctets + get16(bytes, 7);
}

/** esm_class of a content, without reading the rest. */
export function esmClassOf(bytes: Uint8Array): number {
  return bytes[2] ?? 0;
}

/** data_coding of a content, without reading the rest. */
export function dataCodingByteOf(bytes: Uint8Array): number {
  return bytes[4] ?? 0;
}

const noTlvs: readonly Tlv[] = Object.freeze([]);

function payloadOctets(bytes: Uint8Array): number {
  return Math.min(get16(bytes, 7), Math.max(bytes.length - headOctets, 0));
}

function get16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function put16(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
  return at + 2;
}

function putText(bytes: Uint8Array, at: number, text: Buffer): number {
  const from = put16(bytes, at, text.length);
  return from + text.copy(bytes, from);
}

function writeGroup(bytes: Uint8Array, at: number, group: Group): number {
  bytes[at] = group.kind === 'segments' ? 1 : 2;
  bytes[at + 1] = 0;
  put16(bytes, at + 2, group.index);
  put16(bytes, at + 4, group.count);
  return put16(bytes, at + 6, group.reference);
}

function readGroup(bytes: Uint8Array, at: number): Group {
  return {
    kind: bytes[at] === 1 ? 'segments' : 'destinations',
    index: get16(bytes, at + 2),
    count: get16(bytes, at + 4),
    reference: get16(bytes, at + 6),
  };
}

function writeReceipt(bytes: Uint8Array, at: number, receipt: ReceiptContent): number {
  bytes[at] = receipt.state;
  put16(bytes, at + 1, receipt.error);
  bytes[at + 3] = receipt.idOctets;
  return at + receiptOctets;
}

function readReceipt(bytes: Uint8Array, at: number, marks: number): ReceiptContent {
  const done = at + receiptOctets;
  const hasDone = (marks & markDone) !== 0;
  const word = done + (hasDone ? doneOctets : 0);
  return {
    state: bytes[at] ?? 0,
    error: get16(bytes, at + 1),
    idOctets: bytes[at + 3] ?? 0,
    // 48 bits: for ever.
    doneMs: hasDone
      ? get16(bytes, done) * 0x1_0000_0000 + get16(bytes, done + 2) * 0x1_0000 + get16(bytes, done + 4)
      : undefined,
    errorWord:
      (marks & markErrorWord) === 0
        ? undefined
        : Buffer.from(bytes.subarray(word + 1, word + 1 + (bytes[word] ?? 0))).toString('latin1'),
  };
}

/** TLVs as on the wire: those of a data_sm, which has nothing else that varies. */
function encodeTlvs(tlvs: readonly TlvInput[]): Uint8Array {
  return encode({ command: 'data_sm', tlvs }).subarray(dataSmOctets);
}

function decodeTlvs(tail: Uint8Array): readonly Tlv[] {
  const frame = new Uint8Array(dataSmOctets + tail.length);
  const length = frame.length;
  frame[0] = length >>> 24;
  frame[1] = length >>> 16;
  frame[2] = length >>> 8;
  frame[3] = length;
  // command_id of data_sm: 0x00000103.
  frame[6] = 0x01;
  frame[7] = 0x03;
  frame.set(tail, dataSmOctets);
  const pdu = decode(frame);
  return pdu.command === 'data_sm' ? pdu.tlvs : noTlvs;
}
