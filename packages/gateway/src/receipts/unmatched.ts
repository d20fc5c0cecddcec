/**
 * Receipts that found no message: kept on disk, each as a message of a lane that nothing is attached to, so that an
 * operator can look at them and match them again. Beyond a number they are only counted.
 */
import type { Center, Draft, Message, MessagePage } from '@chappe/center';
import {
  type ContentPdu,
  type PduOf,
  type ReadReceiptOptions,
  type Receipt,
  readReceipt,
  type Tlv,
  type TlvInput,
  tlv,
} from '@chappe/protocol';
import { unmatchedLane } from '../lanes/lanes.ts';
import { readContent, writeContent } from '../message/content.ts';

/** A receipt without a message, as people look at it. */
export interface UnmatchedReceipt {
  readonly id: string;
  readonly group: string;
  readonly connector: string;
  readonly receivedMs: number;
  readonly from: string;
  readonly to: string;
  /** What the upstream called the message. */
  readonly ids: readonly string[];
  readonly stat: string | undefined;
  readonly err: string | undefined;
  readonly text: string | undefined;
}

const defaultLimit = 10_000;
const validityMs = 72 * 3_600_000;

/** A receipt PDU copied out of its chunk, ready to be stored. */
export function unmatchedDraft(
  pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>,
  ids: readonly string[],
  group: string,
  connector: string,
  nowMs: number,
): Draft {
  const payload = tlv(pdu, 'message_payload') ?? ('short_message' in pdu ? pdu.short_message : nothing);
  return {
    kind: 'receipt',
    account: connector,
    lane: unmatchedLane(group),
    source: { ton: pdu.source_addr_ton, npi: pdu.source_addr_npi, digits: pdu.source_addr },
    destination: { ton: pdu.dest_addr_ton, npi: pdu.dest_addr_npi, digits: pdu.destination_addr },
    dueMs: nowMs,
    expiresMs: nowMs + validityMs,
    content: writeContent({
      shape: pdu.command === 'data_sm' ? 'data' : 'submit',
      esmClass: pdu.esm_class,
      protocolId: 0,
      dataCoding: pdu.data_coding,
      registeredDelivery: 0,
      inPayloadTlv: false,
      payload,
      tlvs: pdu.tlvs.filter(({ name }) => name !== 'message_payload') as readonly TlvInput[],
    }),
    text: Buffer.from(payload).toString('latin1'),
    clientReference: ids[0],
  };
}

/** The receipt in a stored message, read by those options, and the TLVs that it came with. */
export function storedReceipt(
  message: Message,
  options: ReadReceiptOptions = {},
): { readonly receipt: Receipt; readonly tlvs: readonly Tlv[] } | undefined {
  const content = readContent(message.content);
  const pdu: ContentPdu = {
    esm_class: content.esmClass,
    data_coding: content.dataCoding,
    short_message: content.payload,
    tlvs: content.tlvs,
  };
  const receipt = readReceipt(pdu, { ...options, acceptTextOnly: true });
  return receipt === undefined ? undefined : { receipt, tlvs: content.tlvs };
}

/** The unmatched receipts of one group. */
export class Unmatched {
  readonly #center: Center;
  readonly #group: string;
  #limit: number;
  /** On their way to the disk. */
  #underWay = 0;
  /** Receipts that came when there was no room for more. */
  dropped = 0;

  constructor(center: Center, group: string, limit: number = defaultLimit) {
    this.#center = center;
    this.#group = group;
    this.#limit = limit;
  }

  /** Keeps at most so many from now on; those that are there stay. */
  setLimit(limit: number = defaultLimit): void {
    this.#limit = limit;
  }

  /** How many are kept. */
  get count(): number {
    // Asked of the center: they also go by themselves, when their time is up.
    return this.#center.depth(unmatchedLane(this.#group)).waiting + this.#underWay;
  }

  /** Keeps one; `done` is told its message once that is on disk, undefined when there is no room for more. */
  keep(draft: Draft, done: (error: Error | undefined, kept: Message | undefined) => void): void {
    if (this.count >= this.#limit) {
      this.dropped += 1;
      done(undefined, undefined);
      return;
    }
    this.#underWay += 1;
    this.#center.submit([draft], (error, messages) => {
      this.#underWay -= 1;
      done(error, messages[0]);
    });
  }

  /** The newest, at most `limit`, below `beforeId`: one page, which ends by octets too. */
  waiting(limit: number, beforeId?: number): Promise<MessagePage> {
    return this.#center.waitingIn(unmatchedLane(this.#group), limit, beforeId);
  }

  /** The newest, page by page, at most so many in all. */
  async *newest(most: number): AsyncGenerator<Message> {
    let left = most;
    let beforeId: number | undefined;
    do {
      const { messages, nextBeforeId } = await this.waiting(left, beforeId);
      yield* messages;
      left -= messages.length;
      beforeId = nextBeforeId;
    } while (beforeId !== undefined && left > 0);
  }

  /** Takes one away: it has found its message, or nobody wants it. */
  async remove(id: number): Promise<boolean> {
    return (await this.#center.cancel({ id })) === 'cancelled';
  }

  /** One as people look at it. */
  view(message: Message): UnmatchedReceipt {
    const receipt = storedReceipt(message)?.receipt;
    return {
      id: message.publicId,
      group: this.#group,
      connector: message.account,
      receivedMs: message.acceptedMs,
      from: message.source.digits,
      to: message.destination.digits,
      ids: receipt?.ids ?? [],
      stat: receipt?.stat ?? receipt?.state,
      err: receipt?.err,
      text: message.text,
    };
  }
}

const nothing = new Uint8Array(0);
