import {
  ChappeError,
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

/** What every error of this package may say beside its code. */
export interface SmppErrorOptions extends ErrorOptions {
  /** Whether the PDU may have reached the peer; see `SmppError.maybeSent`. */
  readonly maybeSent?: boolean;
}

/** The base of this package's errors. */
export class SmppError extends ChappeError {
  declare readonly code: SmppErrorCode;
  /** Whether the request may have reached the peer: then sending it again may duplicate it. */
  readonly maybeSent: boolean;

  constructor(code: SmppErrorCode, message: string, options: SmppErrorOptions = {}) {
    super(code, message, options);
    this.maybeSent = options.maybeSent ?? false;
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
  /** command_status of the response. */
  readonly status: number;
  readonly statusName: StatusName | undefined;
  /** What the status says about trying again; unknown codes are `permanent`. */
  readonly class: StatusClass;

  constructor(command: string, status: number) {
    super('CHAPPE_SMPP_STATUS', `${command}: ${describe(status)}`, { maybeSent: true });
    this.status = status;
    this.statusName = statusName(status);
    this.class = statusClass(status);
  }
}

/** What was waited for in vain. */
export type TimeoutKind = 'connect' | 'bind' | 'response' | 'window' | 'receipt' | 'drain';

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

  constructor(reason: CloseReason, maybeSent: boolean, options?: ErrorOptions) {
    super('CHAPPE_SMPP_CLOSED', `session ended: ${reason}`, { ...options, maybeSent });
    this.reason = reason;
  }
}

/** The caller's AbortSignal; `cause` is its reason. */
export class SmppAbortError extends SmppError {
  constructor(signal: AbortSignal, maybeSent: boolean) {
    super('CHAPPE_SMPP_ABORTED', 'aborted by the caller', { cause: signal.reason, maybeSent });
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
