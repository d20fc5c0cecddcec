/** From what a door hands in to what is stored: the same for submit_sm, submit_multi, data_sm and HTTP. */
import type { Address, Draft, IdForm, Priority } from '@chappe/center';
import { type Account, cleanSource } from '@chappe/policy';
import { ESM_CLASS, status, type Tlv, type Version } from '@chappe/protocol';
import type { Session } from '@chappe/smpp';
import { toCanonical } from '../message/alphabet.ts';
import { type ContentShape, type Group, writeContent } from '../message/content.ts';
import { lifetimeOf } from '../message/lifetime.ts';
import { messageText } from '../message/message-text.ts';
import { ownPartOf } from '../message/own-part.ts';
import { priorityOf } from '../message/priority.ts';
import { receiptsWanted } from '../message/receipts-wanted.ts';
import type { CutSegment } from '../message/segments.ts';
import { accountOf, type Ingress, knownAccount } from './ingress.ts';
import { checkTlvOctets } from './tlv-octets.ts';
import type { Door } from './verdict.ts';

/** What the centre reads out of a submission's TLVs; the others are carried along. */
export interface ReadTlvs {
  readonly payload: Uint8Array | undefined;
  readonly userMessageReference: number | undefined;
  readonly timeToLiveS: number | undefined;
  readonly rest: readonly Tlv[];
}

// Datagrams and transactions: shorter than any ESME waits for a response.
const briefMs = 20_000;

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

/** Pieces that a text goes in. */
export interface Pieces {
  readonly segments: readonly CutSegment[];
  /** Undefined: that of the submission. */
  readonly dataCoding: number | undefined;
}

/** What every door hands in, without its destination: one draft or several are made from it for each destination. */
export interface Submission {
  readonly door: Door;
  readonly account: Account;
  readonly source: Address;
  readonly serviceType: string;
  readonly protocolId: number;
  /** As it was submitted; what is asked of an upstream follows from `receiptWanted`, too. */
  readonly registeredDelivery: number;
  /** 0: none was asked for. */
  readonly priority: Priority;
  readonly replaceIfPresent: boolean;
  readonly dueMs: number;
  readonly expiresMs: number;
  readonly receiptWanted: number;
  /** Answered with the outcome (SMPP 3.4 5.2.12, message mode 2). */
  readonly isTransaction: boolean;
  readonly shape: ContentShape;
  /** Canonical, as are the two that say how to read it: see alphabet.ts. */
  readonly esmClass: number;
  readonly dataCoding: number;
  readonly payload: Uint8Array;
  /** It came in message_payload. */
  readonly inPayloadTlv: boolean;
  readonly userMessageReference: number | undefined;
  /** All other TLVs. */
  readonly tlvs: readonly Tlv[];
  readonly text: string | undefined;
  /** Octets that tell two messages apart where the text does not: content that is no text, or a segment. */
  readonly contentKey: Uint8Array | undefined;
  readonly idForm: IdForm;
  /** All messages of it have one id. */
  readonly sharesPublicId: boolean;
  readonly clientReference: string | undefined;
  /** Who is to be called about it, as it is stored. Default: nobody. */
  readonly callback?: string | undefined;
  /** Words of its submitter, as they are stored. Default: none. */
  readonly meta?: string | undefined;
  /** Where it came from, for the timeline. */
  readonly detail: string;
  /** What its door has cut it into as its sender asked: it goes in these. Undefined: it is cut where its way needs it. */
  readonly cut: Pieces | undefined;
  /**
   * Cuts another text, which a filter has put in its place, as its sender asked. Throws GatewayError for one that cannot
   * be carried. Undefined: in its coding and under its header, since it may be a part of a whole.
   */
  readonly recut: ((text: string, reference: number) => Pieces) | undefined;
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
  const { version } = session;
  const account = knownAccount(accountOf(session), ingress);
  // Removed a moment ago: its sessions are being ended.
  if (account === undefined) return status.ESME_RINVSYSID;
  const tooMuch = checkTlvOctets(tlvs.rest, account.settings);
  if (tooMuch !== 0) return tooMuch;
  const alphabet = account.settings.defaultAlphabet ?? 'gsm7';
  const received = tlvs.payload ?? fields.short_message ?? nothing;
  const { payload, esmClass, dataCoding } =
    alphabet === 'gsm7'
      ? { payload: received, esmClass: fields.esm_class, dataCoding: fields.data_coding }
      : toCanonical(received, fields.esm_class, fields.data_coding, alphabet);
  const mode = modeOf(fields.esm_class);
  const text = messageText(esmClass, dataCoding, payload);
  return {
    door: { command: fields.command, session: session.id },
    account,
    source: cleanSource({
      ton: fields.source_addr_ton,
      npi: fields.source_addr_npi,
      digits: fields.source_addr,
    }),
    serviceType: fields.service_type,
    protocolId: fields.protocol_id ?? 0,
    registeredDelivery: fields.registered_delivery,
    priority: priorityOf(fields.priority_flag ?? 0),
    // A part that its customer has cut would replace the part before it.
    replaceIfPresent:
      fields.replace_if_present_flag === 1 &&
      ownPartOf({ esmClass, dataCoding, payload, tlvs: tlvs.rest }) === undefined,
    dueMs,
    // Who waits for the outcome, or wants one attempt only, does not want it in an hour.
    expiresMs: mode === 'stored' || version === 0x33 ? expiresMs : Math.min(expiresMs, dueMs + briefMs),
    isTransaction: mode === 'transaction' && version !== 0x33,
    receiptWanted: receiptsWanted(fields.registered_delivery, version),
    shape,
    esmClass,
    dataCoding,
    payload,
    inPayloadTlv: tlvs.payload !== undefined,
    userMessageReference: tlvs.userMessageReference,
    tlvs: tlvs.rest,
    text,
    contentKey: text === undefined || (esmClass & ESM_CLASS.UDHI) !== 0 ? payload : undefined,
    idForm: version === 0x33 ? 'short' : (account.settings.messageId ?? 'hex'),
    sharesPublicId: true,
    clientReference: undefined,
    detail: `session=${session.id} ${fields.command}=${fields.sequence_number}`,
    cut: undefined,
    recut: undefined,
  };
}

/** Message mode of an esm_class (SMPP 3.4 5.2.12). */
function modeOf(esmClass: number): 'stored' | 'datagram' | 'transaction' {
  const mode = esmClass & 3;
  return mode === 1 ? 'datagram' : mode === 2 ? 'transaction' : 'stored';
}

/** What of a draft is not the submission's: where it goes, and which part of the text it is. */
export interface Destined {
  readonly source: Address;
  readonly destination: Address;
  readonly priority: Priority;
  readonly lane: string;
  readonly memo: string | undefined;
  readonly dueMs: number;
  readonly price: number;
  readonly segments: number;
  readonly detail: string | undefined;
  readonly group: Group | undefined;
  /** A segment of the text, where it is cut here. */
  readonly piece: CutSegment | undefined;
  /** data_coding of the pieces, where a filter has changed the text. */
  readonly dataCoding?: number | undefined;
  /** Of a submission to several destinations. */
  readonly contents?: Contents | undefined;
}

/**
 * Contents that have been written for one submission to several destinations: the same piece of the text is the same
 * octets for each of them, and is kept once.
 */
export class Contents {
  /** What ties the pieces of the text together, whichever destination they go to. */
  readonly reference: number;
  readonly #written: Map<CutSegment | undefined, Uint8Array> = new Map();

  constructor(reference: number) {
    this.reference = reference;
  }

  /** The content of a piece; undefined stands for the whole text. */
  of(piece: CutSegment | undefined, write: () => Uint8Array): Uint8Array {
    let content = this.#written.get(piece);
    if (content === undefined) {
      content = write();
      this.#written.set(piece, content);
    }
    return content;
  }
}

/** The draft for one destination. */
export function draftFor(submission: Submission, destined: Destined): Draft {
  const { piece, contents } = destined;
  return {
    kind: 'mt',
    account: submission.account.name,
    lane: destined.lane,
    source: destined.source,
    destination: destined.destination,
    serviceType: submission.serviceType,
    priority: destined.priority,
    dueMs: destined.dueMs,
    expiresMs: submission.expiresMs,
    receiptWanted: submission.receiptWanted,
    content:
      contents === undefined
        ? contentFor(submission, destined)
        : contents.of(piece, () => contentFor(submission, destined)),
    text: piece === undefined ? submission.text : piece.text,
    clientReference: submission.clientReference,
    idForm: submission.idForm,
    detail: detailOf(submission.detail, destined.detail),
    replaceIfPresent: submission.replaceIfPresent,
    memo: destined.memo,
    price: destined.price,
    segments: destined.segments,
  };
}

function contentFor(submission: Submission, { piece, group, dataCoding }: Destined): Uint8Array {
  const { tlvs } = submission;
  return writeContent({
    shape: submission.shape,
    esmClass:
      piece === undefined
        ? submission.esmClass
        : (submission.esmClass & ~ESM_CLASS.UDHI) | piece.esmClassBits,
    protocolId: submission.protocolId,
    dataCoding: dataCoding ?? submission.dataCoding,
    registeredDelivery: submission.registeredDelivery,
    inPayloadTlv: piece === undefined ? submission.inPayloadTlv : piece.inPayloadTlv,
    payload: piece?.payload ?? submission.payload,
    group,
    userMessageReference: submission.userMessageReference,
    callback: submission.callback,
    meta: submission.meta,
    tlvs: piece === undefined || piece.tlvs.length === 0 ? tlvs : [...tlvs, ...piece.tlvs],
  });
}

function detailOf(came: string, goes: string | undefined): string | undefined {
  if (goes === undefined) return came === '' ? undefined : came;
  return came === '' ? goes : `${came} ${goes}`;
}

const nothing = new Uint8Array(0);
