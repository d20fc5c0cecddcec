/** From a stored message to the PDU that submits it to one upstream, by the settings of that connector. */
import type { Address, Message } from '@chappe/center';
import type { ConnectorSettings } from '@chappe/policy';
import type { PduInput, TlvInput } from '@chappe/protocol';
import { type Content, readContent } from '../../message/content.ts';
import { withHop, withoutHops } from '../../message/hops.ts';
import { isUnfit, type Unfit } from '../../message/unfit.ts';
import { isCarriable } from '../../message/validation.ts';
import { type Carried, carriedFor } from './carry.ts';
import { dialectOf, type UpstreamDialect } from './dialect.ts';
import { priorityFlag, registeredDelivery, remainingSeconds } from './fields.ts';

/** A request that submits one message. */
export type UpstreamPdu = PduInput<'submit_sm'> | PduInput<'data_sm'> | PduInput<'broadcast_sm'>;

/** What makes submissions for one connector. */
export interface SubmissionProfile {
  /**
   * The request for a message; or why it cannot go by this connector. `nowMs`: wall clock. The PDU refers to the
   * message's octets. Its registered_delivery says whether a receipt will come (bits 1-0), its data_coding what the text
   * has become. Never throws.
   */
  pduOf(message: Message, nowMs: number): UpstreamPdu | Unfit;
  /** Its alphabet lacks characters, so that of the pieces of one text some may be unfit and others not. */
  readonly isPicky: boolean;
  /** Whether the stored contents, the pieces of one text, can all go by this connector as far as its alphabet goes. */
  carries(contents: readonly Uint8Array[]): boolean;
}

// Without their NUL: SMPP 3.4 4.4.1 and 4.7.1.
const maxSubmitAddress = 20;
const maxDataAddress = 64;
// SMPP 3.4 5.2.11.
const maxServiceType = 5;
const maxUint32 = 0xffff_ffff;
const none = new Uint8Array(0);

/** All that goes into one request. */
interface Parts {
  readonly dialect: UpstreamDialect;
  readonly message: Message;
  readonly content: Content;
  readonly source: Address;
  readonly destination: Address;
  readonly text: Carried;
  readonly tlvs: readonly TlvInput[];
  readonly nowMs: number;
}

/**
 * Compiles the settings of a connector. `nodeId`: of this gateway, told to peers. `isKin`: whether the upstream seems to
 * be one, for settings that do not say. Throws RangeError for what contradicts itself, naming field and remedy.
 */
export function submissionProfile(
  settings: ConnectorSettings,
  nodeId?: Uint8Array,
  isKin: () => boolean = () => false,
): SubmissionProfile {
  const dialect = dialectOf(settings);
  // 3.3 has no TLVs.
  const hops = dialect.version === 0x33 ? undefined : nodeId;
  const { peer } = settings;
  const isPicky = dialect.alphabet === 'latin1' || dialect.alphabet === 'ascii';
  return {
    pduOf: (message, nowMs) => pduOf(dialect, message, nowMs, (peer ?? isKin()) ? hops : undefined),
    isPicky,
    carries: (contents) =>
      !isPicky ||
      contents.every((content) => !isUnfit(carriedFor(dialect, readContent(content), 'submit_sm'))),
  };
}

function pduOf(
  dialect: UpstreamDialect,
  message: Message,
  nowMs: number,
  hop: Uint8Array | undefined,
): UpstreamPdu | Unfit {
  const content = readContent(message.content);
  if (content.shape === 'receipt') return { reason: 'a receipt cannot be submitted to an upstream' };
  if (content.shape === 'broadcast' && dialect.version !== 0x50)
    return { reason: 'a broadcast needs a connector with version 5.0' };
  const source = dialect.sourceOf === undefined ? message.source : dialect.sourceOf(message.source);
  if (isUnfit(source)) return source;
  if (content.shape === 'broadcast') return broadcastSm(dialect, message, content, source, nowMs);
  const destination =
    dialect.destinationOf === undefined ? message.destination : dialect.destinationOf(message.destination);
  const command = commandFor(dialect, content, source, destination);
  const limit = command === 'data_sm' ? maxDataAddress : maxSubmitAddress;
  if (!fits(source.digits, limit)) return unfitAddress('sender', source, limit);
  if (!fits(destination.digits, limit)) return unfitAddress('destination', destination, limit);
  const { serviceType } = message;
  if (!fits(serviceType, maxServiceType)) return { reason: 'the service_type cannot be carried' };
  const text = carriedFor(dialect, content, command);
  if (isUnfit(text)) return text;
  const passed = dialect.filter(content.tlvs, content.userMessageReference, command);
  if (isUnfit(passed)) return passed;
  const tlvs = hop === undefined ? withoutHops(passed) : withHop(content.tlvs, passed, hop);
  const parts = { dialect, message, content, source, destination, text, tlvs, nowMs };
  return command === 'submit_sm' ? submitSm(parts) : dataSm(parts);
}

/** One literal for all submit_sm, so that they have one shape. */
function submitSm(parts: Parts): PduInput<'submit_sm'> {
  const { dialect, message, content, source, destination, text, tlvs, nowMs } = parts;
  const esmClass = dialect.esmClasses[text.esmClass] as number;
  return {
    command: 'submit_sm',
    service_type: dialect.serviceType ?? message.serviceType,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.digits,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: destination.digits,
    esm_class: esmClass,
    protocol_id: dialect.protocolId ?? content.protocolId,
    priority_flag: dialect.priorityFlag ?? priorityFlag(message.priority, dialect.version),
    // What is scheduled waits here until it is due.
    schedule_delivery_time: '',
    // What is left of its time, also where the customer gave none: after that its sender has been told it expired.
    validity_period: dialect.sendValidity
      ? dialect.validity(validitySeconds(dialect, message, nowMs), nowMs)
      : '',
    registered_delivery: registered(parts, esmClass),
    // What it replaces still waited here, and is gone.
    replace_if_present_flag: 0,
    data_coding: text.dataCoding,
    sm_default_msg_id: 0,
    short_message: text.asPayload ? none : text.payload,
    tlvs: text.asPayload || text.sar.length > 0 ? withText(text, tlvs) : tlvs,
  };
}

/** As it came, but for its sender: areas, repetition and text belong together (SMPP 5.0 4.4.1). */
function broadcastSm(
  dialect: UpstreamDialect,
  message: Message,
  content: Content,
  source: Address,
  nowMs: number,
): PduInput<'broadcast_sm'> {
  const { payload, dataCoding, userMessageReference: reference } = content;
  return {
    command: 'broadcast_sm',
    service_type: dialect.serviceType ?? message.serviceType,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.digits,
    message_id: '',
    priority_flag: dialect.priorityFlag ?? priorityFlag(message.priority, dialect.version),
    schedule_delivery_time: '',
    validity_period: dialect.sendValidity
      ? dialect.validity(validitySeconds(dialect, message, nowMs), nowMs)
      : '',
    replace_if_present_flag: 0,
    data_coding: dataCoding,
    sm_default_msg_id: 0,
    tlvs: [
      { name: 'message_payload', tag: 0x0424, value: payload },
      ...(reference === undefined ? [] : [{ name: 'user_message_reference' as const, value: reference }]),
      ...withoutHops(content.tlvs),
    ],
  };
}

/** One literal for all data_sm. It has no priority, protocol_id or validity_period; its text is always a TLV. */
function dataSm(parts: Parts): PduInput<'data_sm'> {
  const { dialect, message, source, destination, text, nowMs } = parts;
  const esmClass = dialect.esmClasses[text.esmClass] as number;
  const tlvs = withText(text, parts.tlvs);
  if (dialect.sendValidity) {
    const seconds = Math.min(validitySeconds(dialect, message, nowMs), maxUint32);
    tlvs.push({ name: 'qos_time_to_live', tag: 0x0017, value: seconds });
  }
  return {
    command: 'data_sm',
    service_type: dialect.serviceType ?? message.serviceType,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.digits,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: destination.digits,
    esm_class: esmClass,
    registered_delivery: registered(parts, esmClass),
    data_coding: text.dataCoding,
    tlvs,
  };
}

/** The validity that the upstream is told: what the message has left, or less. */
function validitySeconds(
  { longestValidityMs }: UpstreamDialect,
  { expiresMs }: Message,
  nowMs: number,
): number {
  return remainingSeconds(Math.min(expiresMs, nowMs + longestValidityMs), nowMs);
}

function registered({ dialect, message, content }: Parts, esmClass: number): number {
  return registeredDelivery(
    message,
    esmClass,
    content.registeredDelivery,
    dialect.version,
    dialect.alwaysReceipt,
  );
}

function withText({ asPayload, payload, sar }: Carried, tlvs: readonly TlvInput[]): TlvInput[] {
  if (!asPayload) return [...sar, ...tlvs];
  return [{ name: 'message_payload', tag: 0x0424, value: payload }, ...sar, ...tlvs];
}

/** As the settings say; else as it came, and as data_sm for addresses that submit_sm has no room for. */
function commandFor(
  dialect: UpstreamDialect,
  content: Content,
  source: Address,
  destination: Address,
): 'submit_sm' | 'data_sm' {
  if (dialect.version === 0x33) return 'submit_sm';
  if (dialect.command !== undefined) return dialect.command;
  return content.shape === 'data' || hasLong(source) || hasLong(destination) ? 'data_sm' : 'submit_sm';
}

function hasLong({ digits }: Address): boolean {
  return digits.length > maxSubmitAddress;
}

function fits(text: string, limit: number): boolean {
  return text.length <= limit && isCarriable(text);
}

function unfitAddress(which: string, { digits }: Address, limit: number): Unfit {
  return digits.length > limit
    ? { reason: `the ${which} has ${digits.length} characters, at most ${limit} go there` }
    : { reason: `the ${which} has characters that no address can carry` };
}
