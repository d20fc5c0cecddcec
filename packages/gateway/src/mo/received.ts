/**
 * A message from a handset as an operator's connector handed it over: copied from its PDU, or read back from what was
 * stored, in the gateway's form.
 */
import type { Address, Message, Pieces, Priority } from '@chappe/center';
import { cleanSource, type MessageFacts } from '@chappe/policy';
import {
  type Concatenation,
  contentOctets,
  ESM_CLASS,
  type PduOf,
  readConcat,
  type Tlv,
} from '@chappe/protocol';
import { type Alphabet, toCanonical } from '../message/alphabet.ts';
import { readContent, writeContent } from '../message/content.ts';
import { wordOf } from '../message/detail.ts';
import { dataCodingOf, messageText } from '../message/message-text.ts';
import { priorityOf } from '../message/priority.ts';

/** The connector that a message came by. One object for the life of the connector. */
export interface MoOrigin {
  readonly connector: string;
  /** Segments are put together among the connectors of one group; default the connector's name. */
  readonly group?: string | undefined;
  /** For routing rules. */
  readonly tags: readonly string[];
  /** What data_coding 0 means there; default gsm7. */
  readonly defaultAlphabet?: Alphabet | undefined;
  /** Brings numbers into international form, where the operator writes them otherwise. A plus is taken away here. */
  readonly normalise?: ((address: Address) => Address) | undefined;
}

/** The requests that carry messages from handsets. */
export type MoPdu = PduOf<'deliver_sm'> | PduOf<'data_sm'>;

/** What is kept of one PDU. Nothing in it refers to the octets that were received. */
export interface Received {
  readonly connector: string;
  readonly group: string;
  readonly tags: readonly string[];
  /** The handset. */
  readonly source: Address;
  /** The number written to. */
  readonly destination: Address;
  readonly serviceType: string;
  readonly priority: Priority;
  /** As `writeContent` made it. */
  readonly content: Uint8Array;
  /** Undefined for octets. */
  readonly text: string | undefined;
  /** data_coding in the gateway's form. */
  readonly dataCoding: number;
  /** The text that it was put together of, or is a piece of that goes on as it came; undefined: neither. */
  readonly pieces: Pieces | undefined;
  /** Where it came from, for the timeline. */
  readonly detail: string;
}

// As a message_payload (SMPP 3.4 5.3.2.32).
const maxPayloadOctets = 65_535;
const noTlvs: readonly Tlv[] = Object.freeze([]);
const nothing = new Uint8Array(0);

/** Reads and copies a PDU. */
export function receivedOf(pdu: MoPdu, from: MoOrigin): Received {
  const isData = pdu.command === 'data_sm';
  const short = isData ? nothing : pdu.short_message;
  const { dataCoding, payload } = canonical(pdu, from.defaultAlphabet ?? 'gsm7');
  const connector = wordOf(from.connector);
  return {
    connector: from.connector,
    group: from.group ?? from.connector,
    tags: from.tags,
    source: normalised(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr, from),
    destination: normalised(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr, from),
    serviceType: pdu.service_type,
    priority: isData ? 0 : priorityOf(pdu.priority_flag),
    content: writeContent({
      shape: isData ? 'data' : 'submit',
      esmClass: pdu.esm_class,
      protocolId: isData ? 0 : pdu.protocol_id,
      dataCoding,
      registeredDelivery: pdu.registered_delivery,
      inPayloadTlv: short.length === 0 && payload.length > 0,
      payload,
      userMessageReference: referenceOf(pdu.tlvs),
      tlvs: carriedTlvs(pdu.tlvs),
    }),
    text: messageText(pdu.esm_class, dataCoding, payload),
    dataCoding,
    pieces: undefined,
    detail: `connector=${connector} ${pdu.command}=${pdu.sequence_number}`,
  };
}

/** Which segment of which long message it is; undefined for a message of one piece. */
export function segmentOf(pdu: MoPdu): Concatenation | undefined {
  // Hot path: no header and no TLV, no segment.
  if ((pdu.esm_class & ESM_CLASS.UDHI) === 0 && pdu.tlvs.length === 0) return undefined;
  const concat = readConcat(pdu);
  return concat === undefined || concat.total === 1 ? undefined : concat;
}

/** A stored message as it was received, and which segment it is. */
export function storedReceived(
  message: Message,
  tagsOf: (connector: string) => readonly string[],
): { readonly received: Received; readonly concat: Concatenation | undefined } {
  const { connector = '', group = connector } = message.origin ?? {};
  const { esmClass, dataCoding, payload, tlvs } = readContent(message.content);
  const concat = readConcat({ esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs });
  const received: Received = {
    connector,
    group,
    tags: tagsOf(connector),
    source: message.source,
    destination: message.destination,
    serviceType: message.serviceType,
    priority: message.priority,
    content: message.content,
    text: message.text,
    dataCoding,
    pieces: undefined,
    detail: `connector=${wordOf(connector)}`,
  };
  return { received, concat: concat?.total === 1 ? undefined : concat };
}

/** What the parts of one set have in common. */
export function setKey(group: string, source: string, destination: string, concat: Concatenation): string {
  const { reference, total, bits } = concat;
  // Addresses and names hold no line ends.
  return `${group}\n${source}\n${destination}\n${reference}\n${total}\n${bits}`;
}

/**
 * What rules look at. `segments`: how many the whole message has. TLVs may be views of received octets: the facts are
 * for looking at now, not for keeping.
 */
export function factsOf(
  received: Received,
  tlvs: readonly Tlv[],
  segments: number,
  nowMs: number,
): MessageFacts {
  return {
    kind: 'mo',
    account: '',
    connector: received.connector,
    source: received.source,
    destination: received.destination,
    text: received.text,
    coding: dataCodingOf(received.dataCoding).coding,
    segments,
    tlvs: tlvs.some(isPayload) ? tlvs.filter((item) => !isPayload(item)) : tlvs,
    tags: received.tags,
    priority: received.priority,
    nowMs,
  };
}

/** Accounts do not know by which operator a text came: what data_coding 0 means there must not travel on. */
function canonical(
  pdu: MoPdu,
  alphabet: Alphabet,
): { readonly dataCoding: number; readonly payload: Uint8Array } {
  const octets = contentOctets(pdu);
  const text = toCanonical(octets, pdu.esm_class, pdu.data_coding, alphabet);
  // Unpacked it may be longer than a content has room for; nobody sends that, and it is not cut.
  return text.payload.length <= maxPayloadOctets ? text : { dataCoding: pdu.data_coding, payload: octets };
}

/** In the form that the gateway goes by: so customers wrote them, and so opt-outs and last writers are found. */
function normalised(ton: number, npi: number, digits: string, { normalise }: MoOrigin): Address {
  const address = cleanSource({ ton, npi, digits });
  return normalise === undefined ? address : normalise(address);
}

function referenceOf(tlvs: readonly Tlv[]): number | undefined {
  for (const item of tlvs) if (item.name === 'user_message_reference') return item.value;
  return undefined;
}

/** All but those that have a place of their own in the content. */
function carriedTlvs(tlvs: readonly Tlv[]): readonly Tlv[] {
  if (tlvs.length === 0) return noTlvs;
  return tlvs.filter((item) => !isPayload(item) && item.name !== 'user_message_reference');
}

function isPayload(item: Tlv): boolean {
  return item.name === 'message_payload';
}
