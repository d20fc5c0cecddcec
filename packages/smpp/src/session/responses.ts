import { type PduInput, type RequestName, type ResponseOf, status, type TlvTable } from '@chappe/protocol';
import { responseTo } from '../core/exchange.ts';
import { type SessionCodec, standardCodec } from '../core/options.ts';
import type { SessionCore } from '../core/session-core.ts';
import { strayField } from '../core/stray-field.ts';
import type { NoTlvs, WithTlvsOf } from '../core/vendor-tlvs.ts';
import { type ErrorListener, isThenable } from '../guard.ts';

/**
 * What answers a request: fields of its response, `command_status` (default ESME_ROK) and `tlvs`. The command and
 * the sequence number follow from the request. An error response to a bind, submit_sm, submit_multi or broadcast_sm
 * is sent without body unless it has TLVs (SMPP 3.4 4.4.2, SMPP 5.0 3.2.3).
 */
export type ResponseInput<
  C extends RequestName = RequestName,
  T extends TlvTable = NoTlvs,
> = C extends RequestName
  ? WithTlvsOf<Omit<PduInput<ResponseOf<C>>, 'command' | 'sequence_number'>, T>
  : never;

/** What tells a request apart: a decoded request is one, and this is all that a deferred answer needs to keep. */
export interface Answerable {
  readonly command: string;
  readonly sequence_number: number;
}

/** A response as handlers return it, seen without knowing to what. */
interface AnyResponse {
  readonly command_status?: number | undefined;
  readonly message_id?: string | undefined;
  readonly tlvs?: PduInput['tlvs'];
}

/** Responses with message_id as their only field: the ones that must be quick. */
const onlyMessageId: { readonly [command: string]: true | undefined } = {
  submit_sm_resp: true,
  deliver_sm_resp: true,
  data_sm_resp: true,
};

/** Error responses of these are a bare header (SMPP 3.4 4.1.2, 4.4.2). */
const bareOnError: { readonly [command: string]: true | undefined } = {
  submit_sm_resp: true,
  submit_multi_resp: true,
  broadcast_sm_resp: true,
};

/**
 * Refuses what is no response, and fields that it does not have: an id that its sender never learns. An error that is
 * returned, a promise or a Map has no fields at all, and would say that all is well.
 */
function checkResponse(codec: SessionCodec, command: string, response: unknown): void {
  const isObject = typeof response === 'object' && response !== null;
  if (!isObject || Array.isArray(response) || !hasFields(response)) {
    throw new TypeError(`the answer is ${shown(response)}, not an object with the fields of ${command}`);
  }
  const stray = strayField(codec, command, response);
  if (stray !== undefined) throw new TypeError(`the answer ${stray}`);
}

/** Whether it has an id and nothing else, as nearly all have: hot path. */
function isBareId(response: ResponseInput): boolean {
  let hasId = false;
  for (const field in response) {
    if (field !== 'message_id') return false;
    hasId = true;
  }
  return hasId && !(response instanceof Error);
}

/** Whether it has any, an accessor of its class among them, or is an empty object as one writes it. */
function hasFields(response: object): boolean {
  for (const _ in response) return !(response instanceof Error);
  const prototype: unknown = Object.getPrototypeOf(response);
  return prototype === Object.prototype || prototype === null || 'message_id' in response;
}

/**
 * The response PDU, its sequence number left to the core. Throws `TypeError` for what is no response to this request, or
 * where there is no request.
 */
export function responsePdu(
  request: Answerable,
  response: ResponseInput,
  codec: SessionCodec = standardCodec,
): PduInput {
  const command = responseTo(commandOf(request)) as string;
  const isQuick = codec === standardCodec && onlyMessageId[command] === true;
  if (!isQuick || !isBareId(response)) checkResponse(codec, command, response);
  const { command_status = 0, message_id, tlvs } = response as AnyResponse;
  // One object literal, so that all responses have one shape: spreading costs more than encoding.
  if (isQuick) {
    const isBare = command_status !== 0 && tlvs === undefined && bareOnError[command] === true;
    return { command, command_status, message_id: isBare ? undefined : message_id, tlvs } as PduInput;
  }
  if (command_status !== 0 && tlvs === undefined && bareOnError[command] === true) {
    return { command, command_status } as PduInput;
  }
  return { ...response, command, command_status } as PduInput;
}

function commandOf(request: Answerable): string {
  if (typeof request?.command === 'string') return request.command;
  throw new TypeError('what is answered is no request: it takes the PDU that the handler was given');
}

function shown(value: unknown): string {
  if (typeof value === 'string') return 'a string';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return `an error (${value.message}), which is to be thrown`;
  return isThenable(value) ? 'a promise, which is to be awaited' : `a ${value.constructor.name}`;
}

/**
 * Answers a request, whatever is given as its answer: what is no response to it, or cannot be said to this peer,
 * becomes ESME_RSYSERR, and the owner hears why. Never throws: an answer that comes late has nobody to catch it.
 */
export function answerRequest(
  core: SessionCore,
  request: Answerable,
  response: ResponseInput,
  nowMs: number,
  owner: { onError: ErrorListener },
): void {
  try {
    core.respond(request?.sequence_number, responsePdu(request, response, core.codec), nowMs);
  } catch (error) {
    owner.onError(error, request?.command ?? 'respond');
    answerSystemError(core, request, nowMs);
  }
}

function answerSystemError(core: SessionCore, request: Answerable, nowMs: number): void {
  try {
    const answer = { command: responseTo(request.command), command_status: status.ESME_RSYSERR };
    core.respond(request.sequence_number, answer as PduInput, nowMs);
  } catch {
    // What was to be answered is no request, so there is nobody to tell; the error itself has been reported.
  }
}
