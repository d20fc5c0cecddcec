import type { PduOf } from '@chappe/protocol';
import type { Clock } from '../clock.ts';
import type { BindKind } from '../core/states.ts';
import type { VersionOption } from '../core/version-option.ts';
import type { CloseReason, SmppError } from '../errors.ts';
import type { ErrorListener } from '../guard.ts';
import type { Operations } from '../session/operations.ts';
import type { Session } from '../session/session.ts';
import type { Loss } from './loss.ts';

/** How an ESME waits for MCs that want to deliver. */
export interface OutbindListenerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** 0 takes any free port. */
  readonly port: number;
  /**
   * Whether the MC is known: `true`, or a promise of it, and nothing else. It is refused by closing: SMPP has no answer
   * to outbind (SMPP 5.0 2.3.6). Throwing refuses, and `onError` hears of it.
   */
  readonly authenticate: (outbind: PduOf<'outbind'>) => boolean | PromiseLike<boolean>;
  /** Our credentials for the bind that follows. */
  readonly systemId: string;
  readonly password: string;
  /** What else the bind says; default '' and 0. */
  readonly systemType?: string | undefined;
  readonly addressRange?: string | undefined;
  readonly ton?: number | undefined;
  readonly npi?: number | undefined;
  /** Default receiver; 3.4 knows no other. */
  readonly bind?: BindKind | undefined;
  /** Answers the requests of the MC: `deliver_sm`, `data_sm`. */
  readonly operations: Operations;
  readonly onBound?: ((session: Session) => void) | undefined;
  /** A bind was lost; `loss` says whether it had held. The next one is up to the MC. */
  readonly onClosed?: ((session: Session, reason: CloseReason, loss: Loss) => void) | undefined;
  /** The bind that followed an outbind was refused, or the MC ended the connection before it answered. */
  readonly onBindFailed?: ((error: SmppError) => void) | undefined;
  /** A handler or another of these functions threw. Without it the process warns, once for each kind of error. */
  readonly onError?: ErrorListener | undefined;
  /** Connections at once. Default 100: MCs are few. */
  readonly connections?: number | undefined;
  /** From connect to bind. Default 10,000. */
  readonly sessionInitMs?: number | undefined;
  /** As '3.4' or 0x34. Default '3.4'. */
  readonly version?: VersionOption | undefined;
  /** Requests of ours that may await a response. Default 10. */
  readonly window?: number | undefined;
  /** Default 30,000; 0: never asks. */
  readonly enquireLinkMs?: number | undefined;
  /** Default 10,000. */
  readonly enquireLinkResponseMs?: number | undefined;
  /** Default 60,000. */
  readonly responseTimeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}
