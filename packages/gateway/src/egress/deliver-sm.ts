/** From a stored message to the PDU that carries it to an ESME: deliver_sm, or data_sm for what came as data_sm. */
import type { Message } from '@chappe/center';
import type { AccountSettings } from '@chappe/policy';
import {
  ESM_CLASS,
  messageState,
  type PduInput,
  receiptTlvs,
  status,
  type TlvInput,
  type Version,
} from '@chappe/protocol';
import { fromCanonical } from '../message/alphabet.ts';
import { type Content, readContent } from '../message/content.ts';
import { cutText } from '../message/cut-text.ts';
import { isUnfit } from '../message/unfit.ts';
import { deliveryTlvs, noTlvs } from './delivery-tlvs.ts';

/** The request that carries a message to an ESME. */
export type Delivery = PduInput<'deliver_sm'> | PduInput<'data_sm'>;

// SMPP 3.4 5.2.12: message mode means nothing towards an ESME; type and GSM features go on.
const typeAndFeatures = 0xfc;
// SMPP 3.4 5.2.17: receipts are the centre's affair; acknowledgements by the receiving SME are its own.
const smeAcknowledgements = 0x0c;
// SMPP 3.4 5.2.22: a short_message has at most 254 octets; longer texts need message_payload.
const maxShortOctets = 254;
// 3.3: 140 octets or 160 characters of seven bits, each in an octet of its own; and no TLV to put more into.
const maxShortOctets33 = 160;
const maxDeliverAddress = 20;
// SMPP 3.4 5.3.2.32.
const maxPayloadOctets = 65_535;
// network_error_code: the first octet says GSM (SMPP 3.4 5.3.2.31).
const gsmNetwork = 3;

/**
 * The PDU for a peer of that version; undefined when this version cannot carry it whole (a text of more than 160 octets
 * to a 3.3 peer: see `segmentsOf`), or its alphabet not at all.
 */
export function deliveryOf(
  message: Message,
  version: Version,
  settings?: Pick<AccountSettings, 'defaultAlphabet' | 'receipts'>,
): Delivery | undefined {
  const stored = readContent(message.content);
  if (stored.receipt !== undefined)
    return receiptPdu(message, stored, version, settings?.receipts?.asDataSm === true);
  const content = inAlphabet(stored, settings?.defaultAlphabet);
  if (content === undefined) return undefined;
  const isData = content.shape === 'data' || hasLongAddress(message);
  if (isData && version !== 0x33)
    return dataSm(message, content, deliveryTlvs(content, message.kind, true, version));
  return deliverPdu(message, content, version);
}

/**
 * A handset's text that a 3.3 peer cannot be given whole, as the segments of a long message; undefined when it cannot be cut either.
 * Another attempt cuts it alike and with the same reference, so that segments that come twice do no harm.
 */
export function segmentsOf(
  message: Message,
  settings?: Pick<AccountSettings, 'defaultAlphabet'>,
): readonly Delivery[] | undefined {
  const alphabet = settings?.defaultAlphabet;
  const stored = readContent(message.content);
  const whole = inAlphabet(stored, alphabet);
  if (whole === undefined) return undefined;
  // A text that had to change its coding has one that is named, and is cut in that; others piece by piece.
  const isRecoded = whole.dataCoding !== stored.dataCoding;
  const text = isRecoded ? whole : stored;
  const cut = cutText(text, message.id);
  if (cut.segments === undefined) return undefined;
  const deliveries: Delivery[] = [];
  for (const { payload, esmClassBits } of cut.segments) {
    const piece = { ...text, payload, esmClass: (text.esmClass & ~ESM_CLASS.UDHI) | esmClassBits };
    const coded = isRecoded ? piece : inAlphabet(piece, alphabet);
    const delivery = coded === undefined ? undefined : deliverPdu(message, coded, 0x33);
    if (delivery === undefined) return undefined;
    deliveries.push(delivery);
  }
  return deliveries;
}

/** The content with its text in the receiver's alphabet; undefined when that cannot express it. */
function inAlphabet(content: Content, alphabet: AccountSettings['defaultAlphabet']): Content | undefined {
  if (alphabet === undefined || alphabet === 'gsm7') return content;
  const { payload, esmClass, dataCoding } = content;
  const coded = fromCanonical(payload, esmClass, dataCoding, alphabet, maxPayloadOctets);
  return isUnfit(coded) ? undefined : { ...content, ...coded };
}

/** What an ESME's answer to a delivery means for the message. */
export type DeliveryVerdict = 'delivered' | 'later' | 'rejected';

/** SMPP 3.4 5.1.3: which refusals of a deliver_sm mean "again later", and which mean "never". */
export function verdictOf(commandStatus: number): DeliveryVerdict {
  switch (commandStatus) {
    case status.ESME_ROK:
      return 'delivered';
    case status.ESME_RX_P_APPN:
    case status.ESME_RX_R_APPN:
    case status.ESME_RINVCMDID:
    case status.ESME_RINVSRCADR:
    case status.ESME_RINVDSTADR:
    case status.ESME_RINVMSGLEN:
    case status.ESME_RINVESMCLASS:
    case status.ESME_RINVDCS:
      return 'rejected';
    default:
      return 'later';
  }
}

function deliverPdu(message: Message, content: Content, version: Version): Delivery | undefined {
  const { payload } = content;
  if (version === 0x33 && payload.length > maxShortOctets33) return undefined;
  const long = payload.length > maxShortOctets || (content.inPayloadTlv && version !== 0x33);
  const tlvs = version === 0x33 ? noTlvs : deliveryTlvs(content, message.kind, long, version);
  return deliverSm(message, content, content.esmClass & typeAndFeatures, long ? none : payload, tlvs);
}

/** One literal for all deliver_sm, so that they have one shape. */
function deliverSm(
  { source, destination, serviceType, priority }: Message,
  content: Content,
  esmClass: number,
  text: Uint8Array,
  tlvs: readonly TlvInput[],
): Delivery {
  return {
    command: 'deliver_sm',
    service_type: serviceType,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.digits,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: destination.digits,
    esm_class: esmClass,
    protocol_id: content.protocolId,
    priority_flag: priority,
    registered_delivery: content.registeredDelivery & smeAcknowledgements,
    data_coding: content.dataCoding,
    short_message: text,
    tlvs,
  };
}

/** data_sm has room for addresses of 64 octets (SMPP 3.4 4.7.1), deliver_sm for 20. */
function hasLongAddress({ source, destination }: Message): boolean {
  return source.digits.length > maxDeliverAddress || destination.digits.length > maxDeliverAddress;
}

function dataSm(message: Message, content: Content, tlvs: readonly TlvInput[]): Delivery {
  const { source, destination } = message;
  return {
    command: 'data_sm',
    service_type: message.serviceType,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.digits,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: destination.digits,
    esm_class: content.esmClass & typeAndFeatures,
    registered_delivery: content.registeredDelivery & smeAcknowledgements,
    data_coding: content.dataCoding,
    tlvs,
  };
}

function receiptPdu(message: Message, content: Content, version: Version, asDataSm: boolean): Delivery {
  const { payload, receipt, userMessageReference } = content;
  const state = messageState(receipt?.state ?? 0) ?? 'UNKNOWN';
  const text = version === 0x33 && state === 'REJECTED' ? downgraded(payload) : payload;
  if (version === 0x33 || receipt === undefined)
    return deliverSm(message, content, content.esmClass, text, noTlvs);
  // The operator's own code of its own network, where it gave one.
  const isTold = receipt.error === 0 || content.tlvs.some(({ name }) => name === 'network_error_code');
  const networkError = isTold ? undefined : { type: gsmNetwork, code: receipt.error };
  // The id stands in the text after "id:": both are the same octets.
  const id = latin1(payload.subarray(3, 3 + receipt.idOctets));
  const own = receiptTlvs({ id, state, networkError, userMessageReference }, version);
  const tlvs = content.tlvs.length === 0 ? own : [...own, ...(content.tlvs as readonly TlvInput[])];
  if (hasLongAddress(message) || asDataSm) {
    return dataSm(message, content, [{ name: 'message_payload', value: text }, ...tlvs]);
  }
  return deliverSm(message, content, content.esmClass, text, tlvs);
}

/** 3.3 has no REJECTED. */
function downgraded(text: Uint8Array): Uint8Array {
  return Buffer.from(latin1(text).replace(' stat:REJECTD ', ' stat:UNDELIV '), 'latin1');
}

const none = new Uint8Array(0);

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
}
