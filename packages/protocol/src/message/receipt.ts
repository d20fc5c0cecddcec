import { readLatin1 } from '../codec/latin1.ts';
import { ESM_CLASS } from '../definitions/constants.ts';
import { fieldMasks } from '../definitions/fields.ts';
import type { TlvInput } from '../definitions/pdu.ts';
import { type DefaultAlphabet, readDataCoding } from '../text/data-coding.ts';
import { decodeUtf16 } from '../text/utf16.ts';
import { isFinalState, type MessageState, messageStateValue, stateForVersion } from './message-state.ts';
import { readText } from './read-text.ts';
import { digitsAt, parseReceiptDate } from './receipt-date.ts';
import { type ReceiptStateOptions, receiptState } from './receipt-state.ts';
import { parseReceiptText, type ReceiptText } from './receipt-text.ts';
import { type NetworkErrorCode, readNetworkErrorCode, writeNetworkErrorCode } from './tlv-values.ts';
import { type ContentPdu, readUserData, tlvValueOf } from './user-data.ts';

const typeMask = fieldMasks.esm_class.type;
const RECEIPTED_MESSAGE_ID = 0x001e;
const USER_MESSAGE_REFERENCE = 0x0204;
const NETWORK_ERROR_CODE = 0x0423;
const MESSAGE_STATE = 0x0427;

/** What a message centre says about a message that was submitted to it. Undefined is what it did not say. */
export interface Receipt {
  /** The message id, from the TLV where there is one. As the peer wrote it: compare by `messageIdForms`. */
  readonly id: string | undefined;
  /** The ids of the TLV and of the text, each once: some peers send different forms of it. */
  readonly ids: readonly string[];
  /** By the TLV, or by the text where that says more: a final state beside one that is not, a known one beside UNKNOWN. */
  readonly state: MessageState | undefined;
  /** The value of `state`, or what the TLV holds where that is reserved and the text says nothing. */
  readonly stateValue: number | undefined;
  /** Whether this is the last word. False for an intermediate notification, and where no state is given. */
  readonly final: boolean;
  /** Whether esm_class says intermediate notification. */
  readonly intermediate: boolean;
  /** Messages submitted and delivered; for lists. */
  readonly sub: number | undefined;
  readonly dlvrd: number | undefined;
  readonly submitDate: Date | undefined;
  readonly doneDate: Date | undefined;
  /** The word as it stands in the text. */
  readonly stat: string | undefined;
  /** As it stands in the text: digits, letters, words. */
  readonly err: string | undefined;
  readonly networkError: NetworkErrorCode | undefined;
  /** Reference that the submitter gave to the message (SMPP 5.0 4.8.4.62). */
  readonly userMessageReference: number | undefined;
  /** The beginning of the original message, in the peer's coding, one character per octet. */
  readonly text: string | undefined;
  readonly source: {
    readonly id: 'tlv' | 'text' | undefined;
    readonly state: 'tlv' | 'text' | undefined;
  };
}

/** How a peer's receipts are read. */
export interface ReadReceiptOptions extends ReceiptStateOptions {
  /** Minutes that the clock in the text is ahead of UTC. Default 0. */
  readonly timeZoneOffsetMinutes?: number | undefined;
  /** Whether a message of no special type is a receipt when its text has `id:` and `stat:`. Default false. */
  readonly acceptTextOnly?: boolean | undefined;
  /** Needed only for a peer that packs its receipts. Default `gsm7`. */
  readonly defaultAlphabet?: DefaultAlphabet | undefined;
}

type TypedPdu = Pick<ContentPdu, 'esm_class'>;

/** Whether esm_class says delivery receipt (SMPP 5.0 4.7.12). */
export function isReceipt(pdu: TypedPdu): boolean {
  return (pdu.esm_class & typeMask) === ESM_CLASS.DELIVERY_RECEIPT;
}

/** Whether esm_class says intermediate notification (SMPP 5.0 4.7.12). */
export function isIntermediate(pdu: TypedPdu): boolean {
  return (pdu.esm_class & typeMask) === ESM_CLASS.INTERMEDIATE_NOTIFICATION;
}

/**
 * The text of a receipt. Labels and ids are ASCII whatever data_coding says, and some peers append the original text
 * in another coding: so one character per octet, unless the first octets show UTF-16.
 */
function textOf(pdu: ContentPdu, options: ReadReceiptOptions): string {
  const { payload } = readUserData(pdu);
  if (payload[0] === 0 || payload[0] === 0xfe) return decodeUtf16(payload);
  if (readDataCoding(pdu.data_coding, options).coding === 'gsm7-packed') return readText([pdu], options).text;
  let end = payload.length;
  // Some peers count the NUL of a C string as text.
  while (end > 0 && payload[end - 1] === 0) end -= 1;
  return readLatin1(payload, 0, end);
}

/** 3 digits by the document; more than 9 are no count. */
function countOf(digits: string | undefined): number | undefined {
  if (digits === undefined || digits === '' || digits.length > 9) return undefined;
  const count = digitsAt(digits, 0, digits.length);
  return count < 0 ? undefined : count;
}

function idsOf(fromTlv: string | undefined, fromText: string | undefined): readonly string[] {
  if (!fromTlv) return fromText ? [fromText] : [];
  return fromText && fromText !== fromTlv ? [fromTlv, fromText] : [fromTlv];
}

function assemble(pdu: ContentPdu, fields: ReceiptText, options: ReadReceiptOptions): Receipt {
  const tlvId = tlvValueOf(pdu, RECEIPTED_MESSAGE_ID);
  const tlvState = tlvValueOf(pdu, MESSAGE_STATE);
  const error = tlvValueOf(pdu, NETWORK_ERROR_CODE);
  const reference = tlvValueOf(pdu, USER_MESSAGE_REFERENCE);
  const ids = idsOf(typeof tlvId === 'string' ? tlvId : undefined, fields.id);
  const value = typeof tlvState === 'number' ? tlvState : undefined;
  const { state, source } = receiptState(value, fields.stat, options);
  const intermediate = isIntermediate(pdu);
  const offset = options.timeZoneOffsetMinutes ?? 0;
  return {
    id: ids[0],
    ids,
    state,
    stateValue: state === undefined ? value : messageStateValue(state),
    final: !intermediate && state !== undefined && isFinalState(state, options),
    intermediate,
    sub: countOf(fields.sub),
    dlvrd: countOf(fields.dlvrd),
    submitDate: fields.submit_date ? parseReceiptDate(fields.submit_date, offset) : undefined,
    doneDate: fields.done_date ? parseReceiptDate(fields.done_date, offset) : undefined,
    stat: fields.stat,
    err: fields.err,
    networkError: error instanceof Uint8Array ? readNetworkErrorCode(error) : undefined,
    userMessageReference: typeof reference === 'number' ? reference : undefined,
    text: fields.text,
    source: {
      id: ids.length === 0 ? undefined : tlvId ? 'tlv' : 'text',
      state: source,
    },
  };
}

/**
 * Reads a deliver_sm or data_sm as a receipt: TLVs first, gaps filled from the text, which counts too where it says
 * more of the state. Undefined where it is none:
 * neither esm_class says so, nor receipted_message_id and message_state stand there together, nor (if allowed) the
 * text. Never throws; a receipt that says nothing is one with all its fields undefined.
 */
export function readReceipt(pdu: ContentPdu, options: ReadReceiptOptions = {}): Receipt | undefined {
  const type = pdu.esm_class & typeMask;
  let certain = type === ESM_CLASS.DELIVERY_RECEIPT || type === ESM_CLASS.INTERMEDIATE_NOTIFICATION;
  if (!certain) {
    if (type !== 0) return undefined;
    certain =
      tlvValueOf(pdu, RECEIPTED_MESSAGE_ID) !== undefined && tlvValueOf(pdu, MESSAGE_STATE) !== undefined;
    if (!certain && !options.acceptTextOnly) return undefined;
  }
  const fields = parseReceiptText(textOf(pdu, options));
  if (!certain && !(fields.id && fields.stat)) return undefined;
  return assemble(pdu, fields, options);
}

/** What `receiptTlvs` writes. */
export interface ReceiptTlvsInput {
  /** Exactly as it was in the response to the submitter. */
  readonly id: string;
  readonly state: MessageState;
  readonly networkError?: NetworkErrorCode | undefined;
  readonly userMessageReference?: number | undefined;
}

/**
 * The TLVs of a receipt (SMPP 5.0 4.8.4): id and state, error and reference where given. None for a peer of
 * `interfaceVersion` below 0x34, which knows no TLVs; for 3.4 the states that it does not know are replaced.
 */
export function receiptTlvs(receipt: ReceiptTlvsInput, interfaceVersion = 0x34): readonly TlvInput[] {
  if (interfaceVersion < 0x34) return [];
  const { networkError, userMessageReference } = receipt;
  const tlvs: TlvInput[] = [
    { name: 'receipted_message_id', tag: RECEIPTED_MESSAGE_ID, value: receipt.id },
    {
      name: 'message_state',
      tag: MESSAGE_STATE,
      value: messageStateValue(stateForVersion(receipt.state, interfaceVersion)),
    },
  ];
  if (networkError) {
    tlvs.push({
      name: 'network_error_code',
      tag: NETWORK_ERROR_CODE,
      value: writeNetworkErrorCode(networkError),
    });
  }
  if (userMessageReference !== undefined) {
    tlvs.push({ name: 'user_message_reference', tag: USER_MESSAGE_REFERENCE, value: userMessageReference });
  }
  return tlvs;
}
