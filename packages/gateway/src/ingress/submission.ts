/** From the fields of a submission to what is stored: shared by submit_sm, submit_multi and data_sm. */
import type { Address, Draft } from '@chappe/center';
import { status, type Tlv } from '@chappe/protocol';
import type { Session } from '@chappe/smpp';
import { type ContentShape, type Group, writeContent } from '../content.ts';
import { lifetimeOf } from '../lifetime.ts';
import { messageText } from '../message-text.ts';
import { receiptsWanted } from '../receipts-wanted.ts';
import { magicOf } from '../sandbox/magic.ts';
import type { Version } from '../validation.ts';
import { accountOf, type Ingress } from './ingress.ts';

/** What the centre reads out of a submission's TLVs; the others are carried along. */
export interface ReadTlvs {
  readonly payload: Uint8Array | undefined;
  readonly userMessageReference: number | undefined;
  readonly timeToLiveS: number | undefined;
  readonly rest: readonly Tlv[];
}

const noTlvs: ReadTlvs = {
  payload: undefined,
  userMessageReference: undefined,
  timeToLiveS: undefined,
  rest: Object.freeze([]),
};

/** Takes the TLVs apart. 3.3 peers have none (SMPP 3.4 2.10): what they send after the body is ignored. */
export function readTlvs(tlvs: readonly Tlv[], version: Version): ReadTlvs {
  if (tlvs.length === 0 || version === 0x33) return noTlvs;
  let payload: Uint8Array | undefined;
  let userMessageReference: number | undefined;
  let timeToLiveS: number | undefined;
  const rest: Tlv[] = [];
  for (const item of tlvs) {
    if (item.name === 'message_payload') payload = item.value;
    else if (item.name === 'user_message_reference') userMessageReference = item.value;
    else if (item.name === 'qos_time_to_live') timeToLiveS = item.value;
    else rest.push(item);
  }
  return { payload, userMessageReference, timeToLiveS, rest };
}

/** The fields that all three submissions have. */
export interface SubmissionFields {
  readonly command: string;
  readonly sequence_number: number;
  readonly service_type: string;
  readonly source_addr_ton: number;
  readonly source_addr_npi: number;
  readonly source_addr: string;
  readonly esm_class: number;
  readonly protocol_id?: number;
  readonly priority_flag?: number;
  readonly schedule_delivery_time?: string;
  readonly validity_period?: string;
  readonly registered_delivery: number;
  readonly replace_if_present_flag?: number;
  readonly data_coding: number;
  readonly short_message?: Uint8Array;
}

/** A submission without its destination: one draft is made from it for each destination. */
export interface Submission {
  readonly account: string;
  readonly source: Address;
  readonly fields: SubmissionFields;
  readonly dueMs: number;
  readonly expiresMs: number;
  readonly receiptWanted: number;
  readonly shape: ContentShape;
  readonly payload: Uint8Array;
  readonly tlvs: ReadTlvs;
  readonly text: string | undefined;
  readonly shortId: boolean;
  /** Where it came from, for the timeline. */
  readonly detail: string;
}

/** Reads what does not depend on the destination; a number is the status to refuse with. */
export function submissionOf(
  fields: SubmissionFields,
  tlvs: ReadTlvs,
  shape: ContentShape,
  session: Session,
  ingress: Ingress,
): Submission | number {
  const nowMs = ingress.clock.nowMs();
  const schedule = fields.schedule_delivery_time ?? '';
  const validity = fields.validity_period ?? '';
  let dueMs = nowMs;
  let expiresMs = nowMs + ingress.lifetime.validityMs;
  // Hot path: nearly no submission has times of its own.
  if (schedule !== '' || validity !== '' || tlvs.timeToLiveS !== undefined) {
    const lifetime = lifetimeOf(schedule, validity, tlvs.timeToLiveS, nowMs, ingress.lifetime);
    if (lifetime.dueMs === undefined) return lifetime.status;
    dueMs = lifetime.dueMs;
    expiresMs = lifetime.expiresMs;
  }
  const payload = tlvs.payload ?? fields.short_message ?? nothing;
  const { version } = session;
  return {
    account: accountOf(session),
    source: { ton: fields.source_addr_ton, npi: fields.source_addr_npi, digits: fields.source_addr },
    fields,
    dueMs,
    expiresMs,
    receiptWanted: receiptsWanted(fields.registered_delivery, version),
    shape,
    payload,
    tlvs,
    text: messageText(fields.esm_class, fields.data_coding, payload),
    shortId: version === 0x33,
    detail: `session=${session.id} ${fields.command}=${fields.sequence_number}`,
  };
}

/** The draft for one destination. */
export function draftFor(
  submission: Submission,
  destination: Address,
  lane: string,
  group: Group | undefined,
): Draft {
  const { fields, tlvs } = submission;
  return {
    kind: 'mt',
    account: submission.account,
    lane,
    source: submission.source,
    destination,
    serviceType: fields.service_type,
    priority: priorityOf(fields.priority_flag ?? 0),
    dueMs: submission.dueMs,
    expiresMs: submission.expiresMs,
    receiptWanted: submission.receiptWanted,
    content: writeContent({
      shape: submission.shape,
      esmClass: fields.esm_class,
      protocolId: fields.protocol_id ?? 0,
      dataCoding: fields.data_coding,
      registeredDelivery: fields.registered_delivery,
      inPayloadTlv: tlvs.payload !== undefined,
      payload: submission.payload,
      group,
      userMessageReference: tlvs.userMessageReference,
      tlvs: tlvs.rest,
    }),
    text: submission.text,
    shortId: submission.shortId,
    detail: submission.detail,
    replaceIfPresent: fields.replace_if_present_flag === 1,
  };
}

/** The center's four priorities; 5.0's 4 ("background") is the lowest. */
export function priorityOf(flag: number): 0 | 1 | 2 | 3 {
  return flag === 1 || flag === 2 || flag === 3 ? flag : 0;
}

/** Status with which a magic number refuses a submission; 0 for all others. */
export function magicRefusal(digits: string): number {
  switch (magicOf(digits)) {
    case 'refused':
      return status.ESME_RINVDSTADR;
    case 'throttled':
      return status.ESME_RTHROTTLED;
    default:
      return 0;
  }
}

const nothing = new Uint8Array(0);
