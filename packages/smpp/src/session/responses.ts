import {
  type CommandName,
  commands,
  nearest,
  type PduInput,
  type RequestName,
  type ResponseOf,
  status,
  type TlvTable,
} from '@chappe/protocol';
import { responseTo } from '../core/exchange.ts';
import type { SessionCore } from '../core/session-core.ts';
import type { NoTlvs, WithTlvsOf } from '../core/vendor-tlvs.ts';
import type { ErrorListener } from '../guard.ts';

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

/** What is not of the body; a response of somebody else, passed on as it was decoded, has all of them. */
const aroundBody: readonly string[] = ['command', 'command_status', 'sequence_number', 'tlvs', 'flags'];

function bodyFields(command: string): readonly string[] {
  return Object.keys(commands[command as CommandName].fields);
}

/** A misspelt field would be left out in silence: an id that its sender never learns. */
function refuseField(command: string, field: string): void {
  if (!Object.hasOwn(commands, command) || aroundBody.includes(field)) return;
  const known = bodyFields(command);
  if (known.includes(field)) return;
  const meant = nearest(field, [...known, 'command_status', 'tlvs']);
  const hint = meant === undefined ? `it has ${known.join(', ')}` : `did you mean ${meant}?`;
  throw new TypeError(`the answer has a field "${field}", ${command} has none: ${hint}`);
}

/**
 * The response PDU, its sequence number left to the core. Throws `TypeError` for what is no response to this request.
 * With a codec of the user's own (`isStandardCodec` false) a response may have fields that are not in our tables.
 */
export function responsePdu(request: Answerable, response: ResponseInput, isStandardCodec = true): PduInput {
  const command = responseTo(request.command) as string;
  if (typeof response !== 'object' || response === null || Array.isArray(response)) {
    throw new TypeError(`the answer is ${shown(response)}, not an object with the fields of ${command}`);
  }
  const isQuick = isStandardCodec && onlyMessageId[command] === true;
  if (isStandardCodec) {
    // By `in`, without a list of keys: this is done for every message.
    for (const field in response as object) {
      if (!(isQuick && field === 'message_id')) refuseField(command, field);
    }
  }
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

function shown(value: unknown): string {
  if (typeof value === 'string') return 'a string';
  return Array.isArray(value) ? 'a list' : String(value);
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
    core.respond(request.sequence_number, responsePdu(request, response, core.isStandardCodec), nowMs);
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
