/** From the end of a message (or a failed attempt) to the receipt that the center stores with it. */

import { type Draft, type Message, type MessageState, receiptIdOf } from '@chappe/center';
import type { AccountReceiptSettings } from '@chappe/policy';
import { ESM_CLASS } from '@chappe/protocol';
import { accountLane } from '../lanes/lanes.ts';
import {
  dataCodingByteOf,
  esmClassOf,
  isTextOnly,
  metaOf,
  payloadOf,
  readContent,
  readGroupOf,
  writeContent,
} from '../message/content.ts';
import { dataCodingOf } from '../message/message-text.ts';
import { networkErrorTag, type OperatorReport } from '../message/operator-report.ts';
import { isFinal, stateValue, statWord } from '../message/states.ts';
import type { ReceiptText } from './receipt-text.ts';

// SMPP 3.4 appendix B: the first 20 characters.
const quotedCharacters = 20;
const escapeOctet = 0x1b;
// SMPP 3.4 5.3.2.31: the code has two octets.
const maxNetworkError = 0xffff;

/** Options of receipts. */
export interface ReceiptOptions {
  readonly writer: ReceiptText;
  /** How long a receipt waits for its account, milliseconds. */
  readonly validityMs: number;
  /** Where its receipts wait; undefined: with its messages. */
  readonly lane: string | undefined;
  /** Which TLVs of an operator's receipt go on. */
  readonly tlvs: AccountReceiptSettings['tlvs'];
}

/** Facts about the end that the message itself does not say (yet). */
export interface ReceiptOccasion {
  readonly state: MessageState;
  readonly error: number;
  /** When it happened, epoch milliseconds. */
  readonly atMs: number;
  /** When the receipt is due, epoch milliseconds. */
  readonly dueMs: number;
  /** What an operator's receipt said beside the state. */
  readonly report?: OperatorReport | undefined;
}

/** The receipt of a message as a draft for its account: addresses swapped as a whole. */
export function receiptDraft(message: Message, occasion: ReceiptOccasion, options: ReceiptOptions): Draft {
  const { state, error, atMs, dueMs, report } = occasion;
  const { content } = message;
  const id = receiptIdOf(message.publicId, message.idForm);
  const text = options.writer.write({
    id,
    stat: statWord(state),
    delivered: state === 'delivered',
    error,
    errorWord: report?.errorWord,
    submittedMs: message.acceptedMs,
    doneMs: atMs,
    submitted: submittedWith(content),
    text: quote(content),
  });
  return {
    kind: isFinal(state) ? 'receipt' : 'notice',
    account: message.account,
    lane: options.lane ?? accountLane(message.account),
    source: message.destination,
    destination: message.source,
    serviceType: message.serviceType,
    priority: message.priority,
    dueMs,
    expiresMs: dueMs + options.validityMs,
    receiptWanted: 0,
    of: message.id,
    content: writeContent({
      shape: 'receipt',
      esmClass: isFinal(state) ? ESM_CLASS.DELIVERY_RECEIPT : ESM_CLASS.INTERMEDIATE_NOTIFICATION,
      protocolId: 0,
      dataCoding: 0,
      registeredDelivery: 0,
      inPayloadTlv: false,
      payload: text,
      receipt: {
        state: stateValue(state),
        // A command_status of a vendor has 32 bits: half of it would be another one.
        error: error > maxNetworkError ? 0 : error,
        idOctets: id.length,
        doneMs: atMs === dueMs ? undefined : atMs,
        errorWord: report?.errorWord,
      },
      userMessageReference: isTextOnly(content) ? undefined : readContent(content).userMessageReference,
      meta: metaOf(content),
      tlvs: report === undefined ? undefined : passedOn(report, options.tlvs),
    }),
    text,
  };
}

/** The code of the network is part of what a receipt says (SMPP 3.4 5.3.2.31); of others the account decides. */
function passedOn(
  { tlvs }: OperatorReport,
  wanted: AccountReceiptSettings['tlvs'] = 'none',
): OperatorReport['tlvs'] {
  if (wanted === 'all' || tlvs.length === 0) return tlvs;
  return tlvs.filter(
    ({ tag }) => tag === networkErrorTag || (wanted !== 'none' && tag !== undefined && wanted.includes(tag)),
  );
}

function submittedWith(content: Uint8Array): number {
  const group = readGroupOf(content);
  return group?.kind === 'destinations' ? group.count : 1;
}

/** The beginning of the message in the receipt's coding; nothing when it was binary, UCS-2 or segmented. */
function quote(content: Uint8Array): string {
  if ((esmClassOf(content) & ESM_CLASS.UDHI) !== 0) return '';
  const coding = dataCodingByteOf(content);
  if (coding !== 0 && dataCodingOf(coding).coding !== 'gsm7') return '';
  const payload = payloadOf(content);
  let end = Math.min(payload.length, quotedCharacters);
  // An escape at the end has lost the character it belongs to.
  if (end > 0 && payload[end - 1] === escapeOctet) end -= 1;
  let text = '';
  for (let at = 0; at < end; at += 1) text += String.fromCharCode(payload[at] as number);
  return text;
}
