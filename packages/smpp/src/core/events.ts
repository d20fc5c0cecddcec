import type { DecodedPdu, FramingError, MalformedPdu, Pdu, PduOf, UnknownPdu } from '@chappe/protocol';
import type { CloseReason } from '../errors.ts';

/** A bind of any kind. */
export type BindPdu = PduOf<'bind_receiver' | 'bind_transmitter' | 'bind_transceiver'>;

/** What a session tells its shell. */
export type SessionEvent =
  /** An operation of the peer. It must be answered exactly once, by `respond`. */
  | { readonly kind: 'request'; readonly pdu: Pdu }
  /** The peer asks to bind. It must be answered exactly once, by `respond`. */
  | { readonly kind: 'bind'; readonly pdu: BindPdu }
  /** outbind or alert_notification: nothing answers them. */
  | { readonly kind: 'notification'; readonly pdu: Pdu }
  /** The response, or generic_nack, to a request of ours. */
  | { readonly kind: 'response'; readonly pdu: Pdu; readonly token: unknown }
  /** A request of ours that will have no response. */
  | { readonly kind: 'failed'; readonly why: 'timeout' | 'malformed'; readonly token: unknown }
  | { readonly kind: 'failed'; readonly why: CloseReason; readonly token: unknown }
  /** The peer has sent unbind: no further request may be sent. */
  | { readonly kind: 'unbound' }
  /** Something out of order was dealt with. */
  | { readonly kind: 'notice'; readonly notice: Notice }
  /** The end. What `output` still holds is to be sent, then the connection closed. */
  | { readonly kind: 'close'; readonly reason: CloseReason };

/** Something out of order which the session has already dealt with. */
export type Notice =
  /** A response that answers nothing of ours: late, repeated or invented. Dropped. */
  | { readonly what: 'stray_response'; readonly pdu: Pdu }
  /** A PDU that cannot be read. Answered with its error's status, or dropped if it is a response. */
  | { readonly what: 'malformed'; readonly pdu: MalformedPdu }
  /** A command_id that we do not know. Answered with generic_nack, or dropped if it is a response. */
  | { readonly what: 'unknown_command'; readonly pdu: UnknownPdu }
  /** A command that is not in place. Answered with `status`, or dropped if nothing answers it. */
  | { readonly what: 'refused'; readonly pdu: DecodedPdu; readonly status: number }
  /** One request more than may await our response. Answered with `status`. */
  | { readonly what: 'throttled'; readonly pdu: Pdu; readonly status: number }
  /** The octets are no SMPP. Answered with generic_nack; the connection is closed. */
  | { readonly what: 'framing_error'; readonly error: FramingError };

/** Plain integers, counted since the start of the session. */
export interface SessionCounters {
  pdusIn: number;
  pdusOut: number;
  bytesIn: number;
  bytesOut: number;
  /** Operations taken from the peer. */
  requestsIn: number;
  /** Requests sent to the peer, session control not included. */
  requestsOut: number;
  /** Responses to our requests. */
  responsesIn: number;
  /** Operations of the peer that are not answered yet (a level, not a sum). */
  requestsOpen: number;
  /** Operations answered with ESME_RTHROTTLED because too many were open. */
  throttled: number;
  /** Response timers that ended. */
  timeouts: number;
  /** PDUs that could not be read, had an unknown command_id or were out of place. */
  refused: number;
  /** Responses that answered nothing. */
  strayResponses: number;
}

/** All zero. */
export function newCounters(): SessionCounters {
  return {
    pdusIn: 0,
    pdusOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    requestsIn: 0,
    requestsOut: 0,
    responsesIn: 0,
    requestsOpen: 0,
    throttled: 0,
    timeouts: 0,
    refused: 0,
    strayResponses: 0,
  };
}
