import type { TlvTable } from '@chappe/protocol';
import type { Clock, Random } from '../clock.ts';
import type { Notice } from '../core/events.ts';
import type { PduTap } from '../core/options.ts';
import type { BindKind } from '../core/states.ts';
import type { CodecOption, NoTlvs } from '../core/vendor-tlvs.ts';
import type { VersionOption } from '../core/version-option.ts';
import type { CloseReason, SmppError } from '../errors.ts';
import type { ErrorListener } from '../guard.ts';
import type { TextSettings } from '../messages/content.ts';
import type { Operations } from '../session/operations.ts';
import type { Session } from '../session/session.ts';
import type { ClientTls } from '../transport/dial.ts';
import type { Transport } from '../transport/transport.ts';
import type { Reconnect } from './backoff.ts';
import type { IncomingSettings } from './incoming.ts';
import type { Loss } from './loss.ts';
import type { Rate } from './pace.ts';

/** How a client binds, keeps its binds and sends. Everything has a default; what the URL says too is optional here. */
export interface ClientOptions<T extends TlvTable = NoTlvs> {
  /** Default transceiver; of 3.3, which has none, transmitter. */
  readonly bind?: BindKind | undefined;
  /** Binds that act as one: a request goes out on the one with the most free slots. Default 1. */
  readonly binds?: number | undefined;
  /** The newest version that we speak, as '3.4' or 0x34. Default '3.4'. */
  readonly version?: VersionOption | undefined;
  /** What a bind response without sc_interface_version means. Default '3.4': many MCs that take TLVs omit it. */
  readonly assumeVersion?: VersionOption | undefined;
  /** Requests per bind that may await a response. Default 10 (SMPP 3.4 2.9). */
  readonly window?: number | undefined;
  /** Requests that may wait for a slot or for the rate. Default 10,000. */
  readonly queue?: number | undefined;
  /** Default: as fast as the windows allow. */
  readonly rate?: Rate | undefined;
  /**
   * What ESME_RTHROTTLED and ESME_RMSGQFUL do. `backoff`, the default: the rate is halved and grows again, and the
   * request is sent again in its order, for up to `responseTimeoutMs`. `report`: they are results like any other. The
   * same is done with a request that is answered with a status of class `bind` (ESME_RINVBNDSTS: the peer knows nothing of
   * the bind any more); the bind is made anew in any case, unless `reconnect` is false.
   */
  readonly onThrottled?: 'backoff' | 'report' | undefined;
  readonly systemId?: string | undefined;
  readonly password?: string | undefined;
  readonly systemType?: string | undefined;
  readonly addressRange?: string | undefined;
  /** addr_ton and addr_npi of the bind. Default 0. */
  readonly ton?: number | undefined;
  readonly npi?: number | undefined;
  /** Milliseconds, here and below; 0 turns a timer off. TCP and TLS, or `transport`. Default 5,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Default 10,000. */
  readonly bindTimeoutMs?: number | undefined;
  /** Default 60,000: a short one sends messages twice. */
  readonly responseTimeoutMs?: number | undefined;
  /** Default 30,000. */
  readonly enquireLinkMs?: number | undefined;
  /** Default 10,000. */
  readonly enquireLinkResponseMs?: number | undefined;
  /** Default 0. */
  readonly inactivityMs?: number | undefined;
  /** Default: for ever, from 1 s to 30 s. `false`: a lost bind stays lost. */
  readonly reconnect?: Reconnect | false | undefined;
  readonly tls?: ClientTls | undefined;
  /** Ends connecting, and the tries to bind again, for good. A bind that stands goes on. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Connects some other way than by TCP or TLS: in memory, through a tunnel. Called for every try; what it gives after
   * `connectTimeoutMs`, or when the client has been closed, is destroyed.
   */
  readonly transport?: (() => Transport | Promise<Transport>) | undefined;
  /** How `send` codes and cuts texts: what data_coding 0 means at this MC, UDH, SAR TLVs or message_payload. */
  readonly text?: TextSettings | undefined;
  /** How `incoming` puts messages together and reads receipts. `defaultAlphabet` is that of `text` unless set. */
  readonly incoming?: IncomingSettings | undefined;
  /**
   * Answers requests of the MC itself (`deliver_sm`, `data_sm`), instead of `client.incoming()`; for gateways. A
   * handler may return `DEFERRED` and answer with `session.respond` later. Receipts are then for the handler alone.
   */
  readonly operations?: Operations<NoInfer<T>> | undefined;
  /** Requests of the MC that may wait for `incoming()`; beyond, ESME_RX_T_APPN, and the MC tries again. Default 1,000. */
  readonly peerWindow?: number | undefined;
  /** alert_notification: a handset that was asked about can be reached again. */
  readonly onAlert?: ((pdu: Parameters<PduTap>[1], session: Session) => void) | undefined;
  /** A connection has come about, and the bind is sent next: to watch a session from its first PDU on. */
  readonly onSession?: ((session: Session) => void) | undefined;
  readonly onBound?: ((session: Session) => void) | undefined;
  /** A bind was lost; the client tries again unless `reconnect` is false. */
  readonly onDisconnected?: ((session: Session, reason: CloseReason, loss: Loss) => void) | undefined;
  /** A try to connect or bind failed. `retryInMs` is undefined when it will not be tried again. */
  readonly onConnectFailed?: ((error: SmppError, retryInMs: number | undefined) => void) | undefined;
  readonly onNotice?: ((session: Session, notice: Notice) => void) | undefined;
  /** One of these functions, a handler or a `done` threw. Without it the process warns, once for each kind of error. */
  readonly onError?: ErrorListener | undefined;
  /** Every PDU in both directions, passwords masked. Costs time only when set. */
  readonly onPdu?: ((session: Session, ...seen: Parameters<PduTap>) => void) | undefined;
  /** One of `createCodec` knows TLVs of a vendor; `send`, requests, handlers and events have them by name then. */
  readonly codec?: CodecOption<T> | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}
