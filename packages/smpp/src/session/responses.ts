import type { PduInput, RequestName, ResponseOf } from '@chappe/protocol';
import { responseTo } from '../core/exchange.ts';

/**
 * What answers a request: fields of its response, `command_status` (default ESME_ROK) and `tlvs`. The command and
 * the sequence number follow from the request. An error response to a bind, submit_sm, submit_multi or broadcast_sm
 * is sent without body unless it has TLVs (SMPP 3.4 4.4.2, SMPP 5.0 3.2.3).
 */
export type ResponseInput<C extends RequestName = RequestName> = C extends RequestName
  ? Omit<PduInput<ResponseOf<C>>, 'command' | 'sequence_number'>
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

/** The response PDU, its sequence number left to the core. */
export function responsePdu(request: Answerable, response: ResponseInput): PduInput {
  const command = responseTo(request.command) as string;
  const { command_status = 0, message_id, tlvs } = response as AnyResponse;
  // One object literal, so that all responses have one shape: spreading costs more than encoding.
  if (onlyMessageId[command] === true) {
    const isBare = command_status !== 0 && tlvs === undefined && bareOnError[command] === true;
    return { command, command_status, message_id: isBare ? undefined : message_id, tlvs } as PduInput;
  }
  if (command_status !== 0 && tlvs === undefined && bareOnError[command] === true) {
    return { command, command_status } as PduInput;
  }
  return { ...response, command, command_status } as PduInput;
}
