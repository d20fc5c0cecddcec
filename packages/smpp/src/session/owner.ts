import type { Pdu } from '@chappe/protocol';
import type { BindPdu, Notice } from '../core/events.ts';
import type { CloseReason } from '../errors.ts';
import type { Session } from './session.ts';

/** Who made the session and decides what its events mean. */
export interface SessionOwner {
  onBind(session: Session, pdu: BindPdu): void;
  onRequest(session: Session, pdu: Pdu): void;
  onNotification(session: Session, pdu: Pdu): void;
  onNotice(session: Session, notice: Notice): void;
  /** The peer has sent unbind. */
  onUnbound(session: Session): void;
  /** The connection is over. */
  onEnd(session: Session, reason: CloseReason, error: Error | undefined): void;
  /** A callback of the user threw. */
  onError(error: unknown, where: string): void;
}
