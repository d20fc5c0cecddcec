/** What a handset makes of what arrives: octets to text, segments to one message. */
import type { Message } from '@chappe/center';
import {
  type ContentPdu,
  type MessagePart,
  Reassembler,
  readConcat,
  readText,
  readUserData,
  type UserDataHeader,
} from '@chappe/protocol';
import { readContent } from '../content.ts';
import { dataCodingOf, isBinary } from '../message-text.ts';
import type { InboxMessage, Shown } from './handset.ts';

interface Part extends MessagePart {
  readonly number: string;
  readonly publicId: string;
  readonly account: string;
  readonly from: string;
  readonly pdu: ContentPdu;
  readonly header: UserDataHeader | undefined;
}

/** Incomplete long messages of all handsets: a phone shows them after a while as far as they came. */
const segmentTimeoutMs = 10 * 60_000;
const noTlvs: ContentPdu['tlvs'] = Object.freeze([]);
// 3GPP 23.040 9.2.3.24: header of plain messages ends where the content begins: 9 octets of ours.
const contentHeadOctets = 9;
const udhi = 0x40;

/** Joins segments and reads texts. */
export class Receiver {
  // Bounds of the field: 1,000 sets and 4 MiB (a flood of first parts must not grow the process).
  readonly #reassembler = new Reassembler<Part>({ timeoutMs: segmentTimeoutMs });

  /** What the handset can show now; undefined while segments are missing, and for a repeated one. */
  receive(number: string, message: Message, wallMs: number): Shown | undefined {
    const { content } = message;
    // Hot path: no header, nothing behind the payload: an ordinary text, decoded when it was accepted.
    if (isPlain(content) && message.text !== undefined) return plain(number, message, wallMs);
    const read = readContent(content);
    const pdu: ContentPdu = {
      esm_class: read.esmClass,
      data_coding: read.dataCoding,
      short_message: read.payload,
      tlvs: read.tlvs.length === 0 ? noTlvs : read.tlvs,
    };
    const data = readUserData(pdu);
    const concat = readConcat(pdu, data);
    const part: Part = {
      reference: concat?.reference ?? 0,
      total: concat?.total ?? 1,
      sequence: concat?.sequence ?? 1,
      bits: concat?.bits ?? 16,
      source: `${message.source.ton}.${message.source.npi}.${message.source.digits}`,
      destination: number,
      payload: data.payload,
      number,
      publicId: message.publicId,
      account: message.account,
      from: message.source.digits,
      pdu,
      header: data.header,
    };
    if (part.total === 1) return shown([part], 1, wallMs);
    const result = this.#reassembler.add(part, wallMs);
    return result.kind === 'complete' ? shown(result.parts, part.total, wallMs) : undefined;
  }

  /** What is shown although segments are missing. */
  expire(wallMs: number): Shown[] {
    return this.#reassembler.expire(wallMs).flatMap((set) => shown(set.parts, set.total, wallMs) ?? []);
  }
}

function isPlain(content: Uint8Array): boolean {
  const payload = ((content[7] ?? 0) << 8) | (content[8] ?? 0);
  return ((content[2] ?? 0) & udhi) === 0 && content.length === contentHeadOctets + payload;
}

function plain(number: string, message: Message, wallMs: number): Shown {
  return {
    number,
    publicId: message.publicId,
    from: message.source.digits,
    account: message.account,
    text: message.text,
    receivedMs: wallMs,
    dataCoding: message.content[4] ?? 0,
    joined: undefined,
  };
}

function shown(parts: readonly Part[], total: number, wallMs: number): Shown | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const dataCoding = first.pdu.data_coding;
  const coding = dataCodingOf(dataCoding);
  const whole = readText(parts.map((part) => part.pdu));
  const binary = isBinary(dataCoding);
  const count = first.header?.waiting?.[0];
  const { number, publicId, from, account } = first;
  const text = binary ? undefined : whole.text;
  const joined: InboxMessage = {
    publicId,
    from,
    account,
    text,
    bytes: binary ? new Uint8Array(whole.bytes) : undefined,
    receivedMs: wallMs,
    segments: parts.map((part) => ({ publicId: part.publicId, sequence: part.sequence })),
    total,
    flash: coding.messageClass === 0,
    waiting: coding.waiting ?? (count && { indication: count.indication, active: count.count > 0 }),
  };
  return { number, publicId, from, account, text, receivedMs: wallMs, dataCoding, joined };
}
