/** The inlet: messages that are submitted without SMPP, from a request to stored messages. */
import {
  type Address,
  type CenterError,
  type Draft,
  type Message,
  type MessageState,
  noticeOnRetry,
  receiptOnFailure,
  receiptOnSuccess,
  type Submitted as StoreDone,
} from '@chappe/center';
import {
  type Account,
  addressOf,
  destinationOf,
  GatewayError,
  maxAddressCharacters,
  openAccount,
} from '@chappe/policy';
import { ESM_CLASS, status, statusName, type Tlv, type TlvInput } from '@chappe/protocol';
import { type CallbackRequest, callbackKinds, writeCallback } from '../callbacks/callback.ts';
import type { Callbacks } from '../callbacks/callbacks.ts';
import { isSar } from '../message/long.ts';
import { type Meta, writeMeta } from '../message/meta.ts';
import { type ContentArgument, type Cut, type CutSegment, cut, octetsOf } from '../message/segments.ts';
import { checkDestination, checkSource } from '../message/validation.ts';
import { type Ingress, knownAccount } from './ingress.ts';
import { prepare, prepareReply, type Refused } from './prepare.ts';
import type { Prepared } from './prepared.ts';
import { statusOfError } from './store-status.ts';
import { type ReadTlvs, readTlvs, type Submission } from './submission.ts';
import { checkTlvOctets } from './tlv-octets.ts';
import type { Door } from './verdict.ts';

/** Which receipts are wanted. */
export type ReceiptChoice = 'final' | 'failure' | 'success' | 'none';

/** One message to be sent. */
export interface SubmitRequest extends ContentArgument {
  readonly account: string;
  /** A number, a short code or a name. Default ''. */
  readonly from?: string | undefined;
  readonly to: string;
  readonly fromTon?: number | undefined;
  readonly fromNpi?: number | undefined;
  readonly toTon?: number | undefined;
  readonly toNpi?: number | undefined;
  /** Receipts go to the account's binds. Default `none`: the caller looks at the message instead. */
  readonly receipt?: ReceiptChoice | undefined;
  /** Also a notification after a failed attempt. Default false. */
  readonly intermediate?: boolean | undefined;
  /** Default 0. */
  readonly priority?: 0 | 1 | 2 | 3 | undefined;
  /** How long delivery is tried, milliseconds from now (or from `scheduleAt`). Default: the gateway's validity. */
  readonly validityMs?: number | undefined;
  /** Not before; epoch milliseconds. */
  readonly scheduleAtMs?: number | undefined;
  readonly serviceType?: string | undefined;
  readonly tlvs?: readonly TlvInput[] | undefined;
  /** The gateway's own word to a handset: account and filters are not asked. */
  readonly isReply?: boolean | undefined;
  /** The caller's own name for it, found again with `ref:`. At most 128 characters. */
  readonly clientReference?: string | undefined;
  /** protocol_id, 0 to 255. Default 0. */
  readonly protocolId?: number | undefined;
  /** data_coding as it is to leave, in the place of the one that the content would have. */
  readonly dataCoding?: number | undefined;
  /** Asks for an answer by the same way back (3GPP 23.040 9.2.3.17). Default false. */
  readonly replyPath?: boolean | undefined;
  /** A URL that is called about it, in the place of receipts. */
  readonly callback?: CallbackRequest | undefined;
  /** Words of the caller's own, kept with the message and told with it, see message/meta.ts. */
  readonly meta?: Meta | undefined;
}

/** What became of a submission. */
export interface Submitted {
  /** One id for each segment. */
  readonly ids: readonly string[];
  readonly segments: number;
  readonly coding: string;
  /** The characters of the text that `replacement` stands for, each once. */
  readonly replaced: readonly string[];
  readonly state: MessageState;
}

/** The door of what comes by no session. */
export const http: Door = Object.freeze({ command: 'http', session: undefined });
const maxReferenceCharacters = 128;
// SMPP 3.4 5.2.11: six octets with the NUL.
const maxServiceTypeCharacters = 5;

/** What became of one of several: why it was not taken, where it was not. */
export type SubmitResult = Submitted | GatewayError;

// So many segments are cut and committed together, or those of one message; between two such groups everybody else has
// a turn.
const segmentsAtOnce = 250;

/** The way in for whatever is no SMPP session: HTTP, campaigns, email. What they hand in is decided as theirs is. */
export class Inlet {
  readonly #ingress: Ingress;
  readonly #callbacks: Callbacks;

  constructor(ingress: Ingress, callbacks: Callbacks) {
    this.#ingress = ingress;
    this.#callbacks = callbacks;
  }

  /**
   * Stores messages; settles when all that were taken are on disk, with one result for each, in their order. Those of some
   * hundred segments share a commit; the next ones are looked at when it is done, so that whoever hands in many waits.
   */
  async submit(requests: readonly SubmitRequest[]): Promise<readonly SubmitResult[]> {
    const results: SubmitResult[] = [];
    let group: Promise<SubmitResult>[] = [];
    let segments = 0;
    for (const request of requests) {
      const taken = this.#take(request);
      group.push(taken instanceof GatewayError ? Promise.resolve(taken) : storedAs(taken));
      segments += taken instanceof GatewayError ? 1 : taken.prepared.segments;
      if (segments < segmentsAtOnce) continue;
      results.push(...(await Promise.all(group)));
      group = [];
      segments = 0;
    }
    return [...results, ...(await Promise.all(group))];
  }

  /** Stores one message; settles when it is on disk. Rejects with `GatewayError`. */
  async submitOne(request: SubmitRequest): Promise<Submitted> {
    const [result] = await this.submit([request]);
    if (result instanceof GatewayError) throw result;
    return result as Submitted;
  }

  #take(request: SubmitRequest): PreparedSubmission | GatewayError {
    try {
      return noting(request, this.#ingress, () => preparedOf(request, this.#ingress, this.#callbacks));
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  }
}

/** Stores what is prepared; what became of it. */
export async function storedAs({ prepared, cutUp }: PreparedSubmission): Promise<SubmitResult> {
  try {
    const messages = await stored((done) => prepared.store(done));
    return {
      ids: messages.map((message) => message.publicId),
      segments: prepared.segments,
      coding: cutUp.coding,
      replaced: cutUp.replaced,
      state: messages[0]?.state ?? 'enroute',
    };
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

/** What is to be stored, and what is told of its content. */
export interface PreparedSubmission {
  readonly prepared: Prepared;
  readonly cutUp: Pick<Cut, 'coding' | 'replaced'>;
}

function preparedOf(input: SubmitRequest, ingress: Ingress, callbacks: Callbacks): PreparedSubmission {
  const cutUp = cutAs(input, ingress.nextReference());
  const { callback, from = '', to } = input;
  const written =
    callback === undefined ? undefined : writeCallback({ ...callback, from, to }, callbacks.allowPrivate);
  // To whom a text is told of once, it is one message.
  const sharesPublicId = written !== undefined;
  const submission = { ...submissionOf(input, cutUp, ingress), callback: written, sharesPublicId };
  const destination = receiverOf(input, ingress);
  const prepared =
    input.isReply === true
      ? prepareReply(submission, destination, ingress)
      : prepare(submission, destination, ingress);
  if (prepared.refusal !== undefined) throw refused(prepared);
  return { prepared, cutUp };
}

/** Cut, and with the data_coding that was asked for. */
function cutAs(input: SubmitRequest, reference: number): Cut {
  const whole = cut(input, reference);
  return input.dataCoding === undefined ? whole : { ...whole, dataCoding: input.dataCoding };
}

/** What is wrong in itself is remembered too, beside what the rules refuse. */
function noting<T>(input: SubmitRequest, { refusals }: Ingress, work: () => T): T {
  const before = refusals.last;
  try {
    return work();
  } catch (error) {
    if (error instanceof GatewayError && refusals.last === before) {
      const { account, from = '', to } = input;
      const { commandStatus = status.ESME_RSUBMITFAIL, field = '' } = error;
      refusals.note({ ...http, account, from, to, status: commandStatus, reason: 'form', rule: field });
    }
    throw error;
  }
}

/** Stores messages from handsets; settles when they are on disk. Rejects with `GatewayError`. */
export async function storeMo(ingress: Ingress, drafts: readonly Draft[]): Promise<readonly Message[]> {
  const messages = await stored((done) => ingress.center.submit(drafts, done));
  ingress.counters.accepted += messages.length;
  return messages;
}

/** The messages that `store` has put on disk. Rejects with `GatewayError`. */
function stored(store: (done: StoreDone) => void): Promise<readonly Message[]> {
  return new Promise((resolve, reject) =>
    store((error, messages) => (error === undefined ? resolve(messages) : reject(errorOf(error)))),
  );
}

function errorOf(error: CenterError): GatewayError {
  const commandStatus = statusOfError(error);
  if (error.code === 'CHAPPE_CENTER_STOPPED') {
    const options = { cause: error, commandStatus };
    return new GatewayError(
      'CHAPPE_GATEWAY_STOPPED',
      'the gateway is stopping; nothing was accepted',
      options,
    );
  }
  const isFull = commandStatus === status.ESME_RMSGQFUL;
  return new GatewayError(
    isFull ? 'CHAPPE_GATEWAY_FULL' : 'CHAPPE_GATEWAY_STORE',
    isFull ? 'too many messages are waiting: try again later' : 'the store has failed; nothing was accepted',
    { cause: error, commandStatus },
  );
}

/** Where it goes, as it was asked for. Throws a `GatewayError` that names the field. */
export function receiverOf(
  input: Pick<SubmitRequest, 'to' | 'toTon' | 'toNpi'>,
  { numbersOnly }: Pick<Ingress, 'numbersOnly'>,
): Address {
  const destination = destinationOf(input.to, typesOf(input.toTon, input.toNpi));
  refuseStatus('to', lengthStatus(destination.digits, status.ESME_RINVDSTADR));
  refuseStatus('to', checkDestination(destination.ton, destination.npi, destination.digits, numbersOnly));
  return destination;
}

/** Whom it is from, as it was asked for. Throws a `GatewayError` that names the field. */
export function sourceOf(input: Pick<SubmitRequest, 'from' | 'fromTon' | 'fromNpi'>): Address {
  const source = addressOf(input.from ?? '', typesOf(input.fromTon, input.fromNpi));
  refuseStatus('from', lengthStatus(source.digits, status.ESME_RINVSRCADR));
  refuseStatus('from', checkSource(source.ton, source.npi, source.digits));
  return source;
}

function submissionOf(
  input: SubmitRequest,
  { segments, dataCoding, text }: Cut,
  ingress: Ingress,
): Submission {
  const source = sourceOf(input);
  if ((input.clientReference?.length ?? 0) > maxReferenceCharacters) {
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', `at most ${maxReferenceCharacters} characters`, {
      field: 'clientReference',
    });
  }
  if ((input.serviceType?.length ?? 0) > maxServiceTypeCharacters) {
    refuseStatus('serviceType', status.ESME_RINVSERTYP);
  }
  const account = knownAccount(input.account, ingress) ?? openAccount(input.account);
  const { userMessageReference, rest: tlvs } = tlvsOf(input.tlvs, account);
  const [first] = segments as readonly [CutSegment, ...CutSegment[]];
  return {
    door: http,
    account,
    source,
    serviceType: input.serviceType ?? '',
    protocolId: input.protocolId ?? 0,
    registeredDelivery: 0,
    priority: input.priority ?? 0,
    replaceIfPresent: false,
    ...timesOf(input, ingress),
    receiptWanted: wantedBits(input),
    isTransaction: false,
    shape: 'submit',
    esmClass: first.esmClassBits | (input.replyPath === true ? ESM_CLASS.REPLY_PATH : 0),
    dataCoding,
    payload: first.payload,
    inPayloadTlv: first.inPayloadTlv,
    userMessageReference,
    tlvs,
    text,
    contentKey: input.text === undefined ? octetsOf(input) : undefined,
    idForm: 'hex',
    sharesPublicId: false,
    clientReference: input.clientReference,
    meta: writeMeta(input.meta),
    detail: '',
    cut: segments.length === 1 ? undefined : { segments, dataCoding },
    recut: (text, reference) => cutAs({ ...input, text, bytes: undefined, hex: undefined }, reference),
  };
}

/**
 * The TLVs of a message, as those that come by SMPP are read. Throws a `GatewayError` for more than the account may send,
 * and for those that other arguments say.
 */
export function tlvsOf(
  given: readonly TlvInput[] | undefined,
  { settings }: Pick<Account, 'settings'>,
): Pick<ReadTlvs, 'userMessageReference' | 'rest'> {
  const read = readTlvs((given ?? []) as readonly Tlv[], 0x34);
  const isOurs =
    read.payload !== undefined ||
    read.timeToLiveS !== undefined ||
    read.rest.some(({ tag }) => tag !== undefined && isSar(tag));
  refuseStatus('tlvs', isOurs ? status.ESME_RTLVNOTALLWD : checkTlvOctets(read.rest, settings));
  return read;
}

/** A refusal as an error that names the argument. */
export function refused({ refusal, status: commandStatus }: Refused): GatewayError {
  const isThrottled = commandStatus === status.ESME_RTHROTTLED;
  const code = isThrottled ? 'CHAPPE_GATEWAY_THROTTLED' : 'CHAPPE_GATEWAY_INVALID';
  const what = `the message is refused (${refusal}): ${statusName(commandStatus) ?? commandStatus}`;
  return new GatewayError(code, what, { field: fieldOf(refusal), commandStatus });
}

function fieldOf(refusal: Refused['refusal']): string | undefined {
  if (refusal === 'sender') return 'from';
  if (refusal === 'length') return 'text';
  return refusal === 'destination' || refusal === 'unrouted' || refusal === 'pumping' ? 'to' : undefined;
}

function timesOf(input: SubmitRequest, ingress: Ingress): { dueMs: number; expiresMs: number } {
  const nowMs = ingress.clock.nowMs();
  const dueMs = Math.max(input.scheduleAtMs ?? nowMs, nowMs);
  if (dueMs - nowMs > ingress.lifetime.maxScheduleMs) refuseStatus('scheduleAtMs', status.ESME_RINVSCHED);
  const validityMs = Math.min(
    input.validityMs ?? ingress.lifetime.validityMs,
    ingress.lifetime.maxValidityMs,
  );
  if (validityMs < 0) refuseStatus('validityMs', status.ESME_RINVEXPIRY);
  return { dueMs, expiresMs: dueMs + validityMs };
}

function wantedBits({ receipt, intermediate, callback }: SubmitRequest): number {
  if (callback === undefined) return receiptBits(receipt, intermediate === true);
  // Who wants to hear that it was taken may hear so at its end only.
  const { mask } = callback;
  const { delivered, failed, buffered, taken, refused } = callbackKinds;
  return (
    ((mask & (delivered | taken)) === 0 ? 0 : receiptOnSuccess) |
    ((mask & (failed | taken | refused | buffered)) === 0 ? 0 : receiptOnFailure) |
    ((mask & buffered) === 0 ? 0 : noticeOnRetry)
  );
}

/** The bits of `Message.receiptWanted` for a choice; `isNotified`: a notice after a failed attempt too. */
export function receiptBits(receipt: ReceiptChoice | undefined, isNotified: boolean): number {
  const notified = isNotified ? noticeOnRetry : 0;
  switch (receipt) {
    case 'final':
      return receiptOnSuccess | receiptOnFailure | notified;
    case 'failure':
      return receiptOnFailure | notified;
    case 'success':
      return receiptOnSuccess | notified;
    default:
      return notified;
  }
}

function typesOf(ton: number | undefined, npi: number | undefined): { ton?: number; npi?: number } {
  return { ...(ton === undefined ? {} : { ton }), ...(npi === undefined ? {} : { npi }) };
}

function lengthStatus(digits: string, failure: number): number {
  return digits.length > maxAddressCharacters ? failure : 0;
}

function refuseStatus(field: string, commandStatus: number): void {
  if (commandStatus === 0) return;
  const isThrottled = commandStatus === status.ESME_RTHROTTLED;
  throw new GatewayError(
    isThrottled ? 'CHAPPE_GATEWAY_THROTTLED' : 'CHAPPE_GATEWAY_INVALID',
    `${field} is refused: ${statusName(commandStatus) ?? commandStatus}`,
    { field, commandStatus },
  );
}
