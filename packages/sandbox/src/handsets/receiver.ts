/** What a handset makes of what arrives: octets to text, segments to one message. */
import type { Message } from '@chappe/center';
import {
  dataCodingByteOf,
  dataCodingOf,
  esmClassOf,
  type InboxMessage,
  isBinary,
  isTextOnly,
  readContent,
} from '@chappe/gateway';
import {
  type ContentPdu,
  ESM_CLASS,
  type MessagePart,
  Reassembler,
  readConcat,
  readText,
  readUserData,
  type UserDataHeader,
} from '@chappe/protocol';
import type { Shown } from './handset.ts';

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

/** Joins segments and reads texts; `show` is given what the handset can show. */
export class Receiver {
  readonly #show: (shown: Shown) => void;
  // Bounds of the field: 1,000 sets and 4 MiB (a flood of first parts must not grow the process).
  readonly #reassembler = new Reassembler<Part>({ timeoutMs: segmentTimeoutMs });

  constructor(show: (shown: Shown) => void) {
    this.#show = show;
  }

  /** A message has arrived. It is shown when its segments are there, and a repeated one is not shown again. */
  receive(number: string, message: Message, wallMs: number): void {
    const { content } = message;
    // Hot path: no header, nothing behind the payload: an ordinary text, decoded when it was accepted.
    const isPlain = isTextOnly(content) && (esmClassOf(content) & ESM_CLASS.UDHI) === 0;
    if (isPlain && message.text !== undefined) this.#show(plain(number, message, wallMs));
    else this.#take(number, message, wallMs);
  }

  /** Shows what lacks segments that will not come any more. */
  expire(wallMs: number): void {
    for (const set of this.#reassembler.expire(wallMs)) this.#join(set.parts, set.total, wallMs);
  }

  #take(number: string, message: Message, wallMs: number): void {
    const part = partOf(number, message);
    if (part.total === 1) {
      this.#join([part], 1, wallMs);
      return;
    }
    const result = this.#reassembler.add(part, wallMs);
    // Those that had to make room are shown as far as they came.
    for (const set of result.givenUp) this.#join(set.parts, set.total, wallMs);
    if (result.kind === 'complete') this.#join(result.parts, part.total, wallMs);
  }

  #join(parts: readonly Part[], total: number, wallMs: number): void {
    const [first] = parts;
    if (first !== undefined) this.#show(joined(first, parts, total, wallMs));
  }
}

function partOf(number: string, message: Message): Part {
  const read = readContent(message.content);
  const pdu: ContentPdu = {
    esm_class: read.esmClass,
    data_coding: read.dataCoding,
    // A copy: what waits for its other segments must not hold on to a piece of Node's pool.
    short_message: new Uint8Array(read.payload),
    tlvs: read.tlvs.length === 0 ? noTlvs : read.tlvs,
  };
  const data = readUserData(pdu);
  const concat = readConcat(pdu, data);
  return {
    reference: concat?.reference ?? 0,
    total: concat?.total ?? 1,
    sequence: concat?.sequence ?? 1,
    bits: concat?.bits ?? 16,
    source: `${message.source.ton}.${message.source.npi}.${message.source.digits}`,
    destination: number,
    context: message.account,
    payload: data.payload,
    number,
    publicId: message.publicId,
    account: message.account,
    from: message.source.digits,
    pdu,
    header: data.header,
  };
}

function plain(number: string, message: Message, wallMs: number): Shown {
  return {
    number,
    publicId: message.publicId,
    from: message.source.digits,
    account: message.account,
    text: message.text,
    receivedMs: wallMs,
    dataCoding: dataCodingByteOf(message.content),
    joined: undefined,
  };
}

function joined(first: Part, parts: readonly Part[], total: number, wallMs: number): Shown {
  const dataCoding = first.pdu.data_coding;
  const coding = dataCodingOf(dataCoding);
  const read = readText(parts.map((part) => part.pdu));
  const binary = isBinary(dataCoding);
  const count = first.header?.waiting?.[0];
  const { number, publicId, from, account } = first;
  const text = binary ? undefined : read.text;
  const whole: InboxMessage = {
    publicId,
    from,
    account,
    text,
    bytes: binary ? new Uint8Array(read.bytes) : undefined,
    receivedMs: wallMs,
    segments: parts.map((part) => ({ publicId: part.publicId, sequence: part.sequence })),
    total,
    flash: coding.messageClass === 0,
    waiting: coding.waiting ?? (count && { indication: count.indication, active: count.count > 0 }),
  };
  return { number, publicId, from, account, text, receivedMs: wallMs, dataCoding, joined: whole };
}
