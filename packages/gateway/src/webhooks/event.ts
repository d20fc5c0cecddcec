/** A stored message as the event that is posted to a webhook. */
import type { Message } from '@chappe/center';
import { messageState, parseReceiptText, readConcat, type Tlv } from '@chappe/protocol';
import { type Content, readContent } from '../message/content.ts';
import { dataCodingOf } from '../message/message-text.ts';

/** One TLV: octets in hexadecimal, numbers and texts as they are. */
export interface HookTlv {
  readonly tag: number;
  /** Its name in the documents; left out for others. */
  readonly name?: string | undefined;
  readonly value: number | string;
}

/** What an event is about. */
export interface HookData {
  /** Message id. Of receipts: that of the message they are about. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The text; left out for octets. */
  readonly text?: string | undefined;
  /** The octets in hexadecimal, user data header included; only where there is no text. */
  readonly hex?: string | undefined;
  readonly coding: string;
  /** The connector it came by; '' when it came by none. */
  readonly connector: string;
  readonly account: string;
  readonly tlvs: readonly HookTlv[];
  /** ISO 8601. */
  readonly receivedAt: string;
  /** Of the whole message. */
  readonly segments: number;
  /** Which segment this is, when they are passed as they came. */
  readonly part?: { readonly reference: number; readonly sequence: number } | undefined;
  /** Segments that did not come, of a message that was put together. */
  readonly missing?: readonly number[] | undefined;
  /** Receipts: state and error code. */
  readonly state?: string | undefined;
  readonly error?: number | undefined;
  /** Receipts: the error code as the receipt's text has it, an operator's own word among them: `0x1B`. */
  readonly errorCode?: string | undefined;
  /** Receipts: when the message came to its end, ISO 8601. */
  readonly doneAt?: string | undefined;
}

/** The body of a POST. */
export interface HookEvent {
  readonly type: string;
  /** ISO 8601; the same at every attempt. */
  readonly timestamp: string;
  readonly data: HookData;
}

/** The event of a message: one from a handset, a receipt or a notice. */
export function eventOf(message: Message): HookEvent {
  const content = readContent(message.content);
  const timestamp = new Date(message.acceptedMs).toISOString();
  if (content.receipt !== undefined) return receiptEvent(message, content, timestamp);
  return { type: 'message.received', timestamp, data: dataOf(message, content, timestamp) };
}

function dataOf(message: Message, content: Content, receivedAt: string): HookData {
  const { text } = message;
  const { esmClass, dataCoding, payload, tlvs } = content;
  const concat = readConcat({ esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs });
  const { connector = '', pieces } = message.origin ?? {};
  return {
    id: message.publicId,
    from: message.source.digits,
    to: message.destination.digits,
    ...(text === undefined ? { hex: hexOf(payload) } : { text }),
    coding: dataCodingOf(dataCoding).coding,
    connector,
    account: message.account,
    tlvs: tlvs.map(hookTlv),
    receivedAt,
    segments: concat?.total ?? pieces?.total ?? 1,
    ...(concat === undefined ? {} : { part: { reference: concat.reference, sequence: concat.sequence } }),
    ...(pieces === undefined || pieces.missing.length === 0 ? {} : { missing: pieces.missing }),
  };
}

function receiptEvent(message: Message, content: Content, timestamp: string): HookEvent {
  const { receipt, payload } = content;
  const state = messageState(receipt?.state ?? 0) ?? 'UNKNOWN';
  // The id of the message stands in the text after "id:" (content.ts).
  const id = latin1(payload.subarray(3, 3 + (receipt?.idOctets ?? 0)));
  return {
    type: receiptType(state),
    timestamp,
    data: {
      id,
      // A receipt walks back: its source is where the message went.
      from: message.destination.digits,
      to: message.source.digits,
      ...(message.text === undefined ? {} : { text: message.text }),
      coding: 'ascii',
      connector: '',
      account: message.account,
      tlvs: content.tlvs.map(hookTlv),
      receivedAt: timestamp,
      segments: 1,
      state,
      error: receipt?.error ?? 0,
      errorCode: parseReceiptText(latin1(payload)).err ?? '',
      doneAt: new Date(receipt?.doneMs ?? message.acceptedMs).toISOString(),
    },
  };
}

function receiptType(state: string): string {
  switch (state) {
    case 'DELIVERED':
      return 'message.delivered';
    case 'EXPIRED':
      return 'message.expired';
    case 'ACCEPTED':
      return 'message.accepted';
    case 'ENROUTE':
    case 'SCHEDULED':
      // A notice: an attempt failed and more will follow.
      return 'message.delayed';
    default:
      return 'message.failed';
  }
}

function hookTlv({ tag, name, value, bytes }: Tlv): HookTlv {
  const octets = bytes ?? (value instanceof Uint8Array ? value : undefined);
  const told = octets === undefined ? (value as number | string) : hexOf(octets);
  return name === undefined ? { tag, value: told } : { tag, name, value: told };
}

function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex');
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
}
