import type { TlvTable, Version } from '@chappe/protocol';
import type { Clock } from '../clock.ts';
import type { BindPdu, Notice } from '../core/events.ts';
import type { PduTap } from '../core/options.ts';
import type { BindKind } from '../core/states.ts';
import type { CodecOption, NoTlvs } from '../core/vendor-tlvs.ts';
import type { VersionOption } from '../core/version-option.ts';
import type { CloseReason } from '../errors.ts';
import type { ErrorListener } from '../guard.ts';
import type { Operations } from '../session/operations.ts';
import type { Session } from '../session/session.ts';
import type { Remote } from '../transport/transport.ts';
import type { ServerTls } from './admission.ts';
import type { ServerLimits } from './limits.ts';

/** A bind that asks to be let in. */
export interface BindRequest {
  /** As received, with its password. */
  readonly pdu: BindPdu;
  readonly kind: BindKind;
  /** The version that will hold for the session. */
  readonly version: Version;
  readonly remote: Remote;
  readonly session: Session;
}

/**
 * Whether a bind is let in. `context` becomes `session.context`; `systemId` is the name of the MC in the answer
 * (default: the server's). `status` refuses, as ESME_RINVPASWD (0x0E) to peers before 5.0, ESME_RBINDFAIL (0x0D) to
 * 5.0 peers (SMPP 5.0 4.7.6).
 */
export type BindDecision =
  | {
      readonly accept: true;
      readonly context?: unknown;
      readonly systemId?: string | undefined;
      /** Requests of this session that may await our answer; default the server's. */
      readonly window?: number | undefined;
    }
  | { readonly accept: false; readonly status: number };

/** How a server listens and what it does. */
export interface ServerOptions<T extends TlvTable = NoTlvs> {
  /** Address to listen on. Default 127.0.0.1: SMPP has passwords in clear, so more is a decision. */
  readonly host?: string | undefined;
  /** Default 2775; 0 takes any free port, see `server.port`. */
  readonly port?: number | undefined;
  /** system_id of the MC in bind responses, at most 15 characters. Default `chappe`. */
  readonly systemId?: string | undefined;
  /** With it, the server speaks TLS only. */
  readonly tls?: ServerTls | undefined;
  /** Connections from these networks (CIDR) begin with a PROXY header; from elsewhere it is not understood. */
  readonly proxyProtocol?: { readonly trusted: readonly string[] } | undefined;
  /** The newest version spoken. Default 5.0. */
  readonly version?: VersionOption | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
  /**
   * Decides on a bind. Throwing `SmppStatus` refuses with its status. Throwing anything else, or deciding what is no
   * decision or cannot be said to the peer, refuses with ESME_RSYSERR, and `onError` hears of it.
   */
  readonly authenticate: (bind: BindRequest) => BindDecision | PromiseLike<BindDecision>;
  /**
   * Whether an address is that of somebody who may bind: such connections are closed last where there are too many that
   * have not bound. Asked for each connection, so it must be quick. Addresses that binds were accepted from are known.
   */
  readonly isKnown?: ((address: string) => boolean) | undefined;
  /** What an ESME may ask for. A request without handler is refused. */
  readonly operations: Operations<NoInfer<T>>;
  /** Ids of sessions, each one once. Default 1, 2, 3; servers of one program may share a source. */
  readonly nextSessionId?: (() => number) | undefined;
  readonly onBound?: ((session: Session) => void) | undefined;
  /** The connection of a session is over; not called for connections that never bound. */
  readonly onClosed?: ((session: Session, reason: CloseReason) => void) | undefined;
  /**
   * A handler or another of these functions threw, or answered what cannot be said; or something outside of any
   * session failed. Without it the process warns, once for each kind of error.
   */
  readonly onError?: ErrorListener | undefined;
  /** Something out of order that a session has dealt with: unreadable or misplaced PDUs, stray responses. */
  readonly onNotice?: ((session: Session, notice: Notice) => void) | undefined;
  /** Every PDU in both directions, passwords masked. Costs time only when set. */
  readonly onPdu?: ((session: Session, ...seen: Parameters<PduTap>) => void) | undefined;
  /** How congested we are, 0 to 100: 5.0 peers are told in every response (SMPP 5.0 4.8.4.18). */
  readonly congestion?: (() => number) | undefined;
  /** Codec with a vendor's definitions; default that of the documents. */
  /** One of `createCodec` knows TLVs of a vendor; handlers and their answers have them by name then. */
  readonly codec?: CodecOption<T> | undefined;
  readonly clock?: Clock | undefined;
}

/** An ESME that listens for outbind. */
export interface OutbindTarget {
  readonly host: string;
  readonly port: number;
  /** Ours, as the ESME knows it. */
  readonly systemId: string;
  readonly password: string;
  /** To a connection. Milliseconds, 0 for as long as the system waits. Default 5,000. */
  readonly connectTimeoutMs?: number | undefined;
}
