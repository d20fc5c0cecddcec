import {
  ChappeError,
  type EncodeError,
  type StatusClass,
  type StatusName,
  statusClass,
  statusDescription,
  statusName,
} from '@chappe/protocol';

/** Stable codes of this package's errors. */
export type SmppErrorCode =
  /** No connection could be made, or its TLS handshake failed. */
  | 'CHAPPE_SMPP_CONNECT'
  /** The peer refused the bind. */
  | 'CHAPPE_SMPP_BIND'
  /** No bind was there in time to send on. */
  | 'CHAPPE_SMPP_NOT_BOUND'
  /** The peer answered with a status other than ESME_ROK. */
  | 'CHAPPE_SMPP_STATUS'
  /** Something did not happen in time. */
  | 'CHAPPE_SMPP_TIMEOUT'
  /** The session ended before the answer came. */
  | 'CHAPPE_SMPP_CLOSED'
  /** The caller's AbortSignal. */
  | 'CHAPPE_SMPP_ABORTED'
  /** More requests wait for a window slot than the queue takes. */
  | 'CHAPPE_SMPP_QUEUE_FULL'
  /** The answer came and could not be read. */
  | 'CHAPPE_SMPP_MALFORMED_RESPONSE'
  /** The PDU is not allowed in this state or by this role. */
  | 'CHAPPE_SMPP_STATE'
  /** The PDU cannot be expressed to a peer of this version. */
  | 'CHAPPE_SMPP_VERSION'
  /** An option has a value that it cannot have. */
  | 'CHAPPE_SMPP_OPTION';

/** What became of one segment of a long message. */
export interface SegmentOutcome {
  /** message_id, where the MC has taken it. */
  readonly id: string | undefined;
  /** Why it was not taken, or is not known to be; its own `maybeSent` says which. Undefined where it was taken. */
  readonly error: SmppError | EncodeError | undefined;
}

/** What every error of this package may say beside its code. */
export interface SmppErrorOptions extends ErrorOptions {
  /** Whether the PDU may have reached the peer; see `SmppError.maybeSent`. */
  readonly maybeSent?: boolean | undefined;
  readonly segments?: readonly SegmentOutcome[] | undefined;
}

function told(segments: readonly SegmentOutcome[]): string {
  const taken = segments.flatMap(({ id }, at) => (id === undefined ? [] : [at + 1]));
  const which = taken.length === 0 ? 'none was taken' : `taken: ${taken.join(', ')}`;
  return `(of ${segments.length} segments, ${which})`;
}

/** The base of this package's errors. */
export class SmppError extends ChappeError {
  declare readonly code: SmppErrorCode;
  /**
   * Whether the request, or a segment of the message, may have reached the peer: then sending it again may duplicate
   * it.
   */
  readonly maybeSent: boolean;
  /** Of a long message: what became of each segment, in order. Undefined for everything else. */
  readonly segments: readonly SegmentOutcome[] | undefined;

  constructor(code: SmppErrorCode, message: string, options: SmppErrorOptions = {}) {
    super(code, options.segments === undefined ? message : `${message} ${told(options.segments)}`, options);
    this.maybeSent = options.maybeSent ?? false;
    this.segments = options.segments;
  }
}

/** No connection: refused, unreachable, timed out, TLS failed. `cause` has the platform's error. */
export class SmppConnectError extends SmppError {
  constructor(message: string, options?: ErrorOptions) {
    super('CHAPPE_SMPP_CONNECT', message, options);
  }
}

function describe(value: number): string {
  const name = statusName(value) ?? `0x${value.toString(16).padStart(8, '0')}`;
  return `${name} (${statusDescription(value)})`;
}

/** The peer answered the bind with an error status. */
export class SmppBindError extends SmppError {
  /** command_status of the bind response. */
  readonly status: number;
  readonly statusName: StatusName | undefined;

  constructor(status: number) {
    super('CHAPPE_SMPP_BIND', `bind refused: ${describe(status)}`);
    this.status = status;
    this.statusName = statusName(status);
  }
}

/** The peer answered a request with an error status, or with generic_nack. */
export class SmppStatusError extends SmppError {
  /** The response, as `submit_sm_resp`. */
  readonly command: string;
  /** command_status of the response. */
  readonly status: number;
  readonly statusName: StatusName | undefined;
  /** What the status says about trying again; unknown codes are `permanent`. */
  readonly class: StatusClass;

  constructor(command: string, status: number, options?: SmppErrorOptions) {
    super('CHAPPE_SMPP_STATUS', `${command}: ${describe(status)}`, { ...options, maybeSent: true });
    this.command = command;
    this.status = status;
    this.statusName = statusName(status);
    this.class = statusClass(status);
  }
}

/** No bind that may send was there in time; `cause` is why the last try to make one failed, if one did. */
export class SmppNotBoundError extends SmppError {
  constructor(message: string, options?: SmppErrorOptions) {
    super('CHAPPE_SMPP_NOT_BOUND', message, options);
  }
}

/**
 * What was waited for in vain. `window`: a free slot, the peer being slow to answer; `rate`: a turn, the rate being set
 * too low for what is sent.
 */
export type TimeoutKind = 'connect' | 'bind' | 'response' | 'window' | 'rate' | 'receipt' | 'drain';

/** Something did not happen in time. A response timeout does not mean "not sent": `maybeSent` is true. */
export class SmppTimeoutError extends SmppError {
  readonly kind: TimeoutKind;

  constructor(kind: TimeoutKind, message: string, options?: SmppErrorOptions) {
    super('CHAPPE_SMPP_TIMEOUT', message, options);
    this.kind = kind;
  }
}

/** Why a session ended. */
export type CloseReason =
  /** `close` was called and the peer answered our unbind, or did not in time. */
  | 'closed'
  /** `destroy` was called. */
  | 'destroyed'
  /** The peer sent unbind. */
  | 'peer_unbound'
  /** The peer closed the connection, or it broke. */
  | 'connection_lost'
  /** No bind in time. */
  | 'session_init_timeout'
  /** The peer did not answer enquire_link. */
  | 'enquire_link_timeout'
  /** The peer answered enquire_link as if there was no bind. */
  | 'bind_void'
  /** No transaction in time. */
  | 'inactivity_timeout'
  /** Half a PDU, and the rest did not come in time. */
  | 'pdu_read_timeout'
  /** The peer did not read what we wrote. */
  | 'write_stall'
  /** The octets were no SMPP. */
  | 'framing_error'
  /** The bind was refused. */
  | 'bind_refused'
  /** The listening side is at a limit. */
  | 'limit'
  /** Something of ours threw while it served this session: `onError` was told. */
  | 'mistake';

/** The session ended before the answer came, or had ended before the request was made. */
export class SmppClosedError extends SmppError {
  readonly reason: CloseReason;

  constructor(reason: CloseReason, maybeSent: boolean, options?: SmppErrorOptions) {
    super('CHAPPE_SMPP_CLOSED', `session ended: ${reason}`, { ...options, maybeSent });
    this.reason = reason;
  }
}

/** The caller's AbortSignal; `cause` is its reason. */
export class SmppAbortError extends SmppError {
  constructor(signal: AbortSignal, maybeSent: boolean, segments?: readonly SegmentOutcome[]) {
    super('CHAPPE_SMPP_ABORTED', 'aborted by the caller', { cause: signal.reason, maybeSent, segments });
  }
}

/** The error of a request that had been sent and will have no response. */
export function requestFailure(why: CloseReason | 'timeout' | 'malformed'): SmppError {
  const options = { maybeSent: true };
  if (why === 'timeout') {
    return new SmppTimeoutError('response', 'no response in time: the peer may have the request', options);
  }
  if (why === 'malformed') {
    return new SmppError('CHAPPE_SMPP_MALFORMED_RESPONSE', 'the response could not be read', options);
  }
  return new SmppClosedError(why, true);
}

/** Whether a segment may lie with the MC all the same; one that was refused does not. */
function isUncertain({ error }: SegmentOutcome): boolean {
  return error instanceof SmppError && error.maybeSent && !(error instanceof SmppStatusError);
}

/** Why a long message was not sent as a whole: its first failure, with what became of each of its segments. */
export function sendFailure(
  first: SmppError | EncodeError,
  segments: readonly SegmentOutcome[],
): SmppError | EncodeError {
  const maybeSent = segments.some((segment) => segment.id !== undefined || isUncertain(segment));
  const options = { cause: first, maybeSent, segments };
  if (first instanceof SmppStatusError) return new SmppStatusError(first.command, first.status, options);
  if (first instanceof SmppTimeoutError) return new SmppTimeoutError(first.kind, first.message, options);
  if (first instanceof SmppClosedError) return new SmppClosedError(first.reason, maybeSent, options);
  if (first instanceof SmppNotBoundError) return new SmppNotBoundError(first.message, options);
  if (first instanceof SmppError) return new SmppError(first.code, first.message, options);
  // No segment can be encoded when one cannot, but for the TLVs of a vendor's codec.
  return maybeSent ? new SmppError('CHAPPE_SMPP_OPTION', first.message, options) : first;
}

/** Thrown by an operation's handler: the request is answered with this command_status. */
export class SmppStatus extends Error {
  /** command_status to answer with; not 0. */
  readonly status: number;

  constructor(status: number, message: string = describe(status)) {
    super(message);
    this.name = 'SmppStatus';
    this.status = status;
  }
}
