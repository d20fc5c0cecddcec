import type { TlvTable, Version } from '@chappe/protocol';
import type { Clock, Random } from '../clock.ts';
import type { BindPdu, Notice } from '../core/events.ts';
import type { PduTap } from '../core/options.ts';
import type { BindKind } from '../core/states.ts';
import type { CodecOption, NoTlvs } from '../core/vendor-tlvs.ts';
import type { VersionOption } from '../core/version-option.ts';
import type { CloseReason } from '../errors.ts';
import type { ErrorListener } from '../guard.ts';
import type { TextSettings } from '../messages/content.ts';
import type { Operations } from '../session/operations.ts';
import type { Remote } from '../transport/transport.ts';
import type { ServerTls } from './admission.ts';
import type { ServerLimits } from './limits.ts';
import type { ServerSession } from './server-session.ts';
import type { IncompleteSubmission, SubmissionSettings, SubmittedMessage } from './submitted-message.ts';

/** A bind that asks to be let in. */
export interface BindRequest<T extends TlvTable = NoTlvs> {
  /** As received, with its password. */
  readonly pdu: BindPdu;
  readonly kind: BindKind;
  /** The version that will hold for the session. */
  readonly version: Version;
  readonly remote: Remote;
  readonly session: ServerSession<T>;
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
      /** How `session.deliver` codes and cuts texts for this ESME; default the server's `text`. */
      readonly text?: TextSettings | undefined;
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
  readonly authenticate: (bind: BindRequest<NoInfer<T>>) => BindDecision | PromiseLike<BindDecision>;
  /**
   * Whether an address is that of somebody who may bind: such connections are closed last where there are too many that
   * have not bound. Asked for each connection, so it must be quick. Addresses that binds were accepted from are known.
   */
  readonly isKnown?: ((address: string) => boolean) | undefined;
  /** What an ESME may ask for. A request without handler is refused. May be left out where `onMessage` takes messages. */
  readonly operations?: Operations<NoInfer<T>, ServerSession<NoInfer<T>>> | undefined;
  /**
   * Takes messages that ESMEs submit (submit_sm, and data_sm unless `operations` has a handler for it): those of several
   * segments put together, their texts decoded. When it returns, or the promise that it returns settles, each segment is
   * answered with ESME_ROK and its id; `SmppStatus` that it throws refuses them, anything else is ESME_RSYSERR and goes to
   * `onError`. Segments are answered with their message, so that what is refused comes again as a whole; an ESME that sends
   * one only after the answer to the one before is answered sooner, and what it has been answered is kept until the rest
   * comes again. The octets of `pdus` are views of what was received: copy what is kept for long.
   */
  readonly onMessage?:
    | ((message: SubmittedMessage<NoInfer<T>>, session: ServerSession<NoInfer<T>>) => unknown)
    | undefined;
  /**
   * Segments were acknowledged, and their others did not come: the sender believes that they are on their way. A refused
   * message of which the refused segments do not come again ends here, too.
   */
  readonly onIncomplete?: ((message: IncompleteSubmission<NoInfer<T>>) => unknown) | undefined;
  /** How `onMessage` reads messages and puts them together. */
  readonly incoming?: SubmissionSettings | undefined;
  /**
   * Ids of the messages that `onMessage` takes, one for each segment: 1 to 64 characters of ASCII without blanks, 8 for
   * peers of 3.3. Default: 16 hexadecimal digits (8 for 3.3), the first 8 of them the second of the start.
   */
  readonly nextMessageId?: ((session: ServerSession<NoInfer<T>>) => string) | undefined;
  /** How `session.deliver` codes and cuts texts: what data_coding 0 means, UDH, SAR TLVs or message_payload. */
  readonly text?: TextSettings | undefined;
  /** Ids of sessions, each one once. Default 1, 2, 3; servers of one program may share a source. */
  readonly nextSessionId?: (() => number) | undefined;
  readonly onBound?: ((session: ServerSession<NoInfer<T>>) => void) | undefined;
  /** The connection of a session is over; not called for connections that never bound. */
  readonly onClosed?: ((session: ServerSession<NoInfer<T>>, reason: CloseReason) => void) | undefined;
  /**
   * A handler or another of these functions threw, or answered what cannot be said; or something outside of any
   * session failed. Without it the process warns, once for each kind of error.
   */
  readonly onError?: ErrorListener | undefined;
  /** Something out of order that a session has dealt with: unreadable or misplaced PDUs, stray responses. */
  readonly onNotice?: ((session: ServerSession<NoInfer<T>>, notice: Notice) => void) | undefined;
  /** Every PDU in both directions, passwords masked. Costs time only when set. */
  readonly onPdu?: ((session: ServerSession<NoInfer<T>>, ...seen: Parameters<PduTap>) => void) | undefined;
  /** How congested we are, 0 to 100: 5.0 peers are told in every response (SMPP 5.0 4.8.4.18). */
  readonly congestion?: (() => number) | undefined;
  /** One of `createCodec` knows TLVs of a vendor; handlers and their answers have them by name then. */
  readonly codec?: CodecOption<T> | undefined;
  readonly clock?: Clock | undefined;
  /** The first reference of long messages, and of message ids. Default `Math.random`. */
  readonly random?: Random | undefined;
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
