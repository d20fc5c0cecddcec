import type { DataCoding, IncompleteSet, MessagePart, Receipt, TlvTable } from '@chappe/protocol';
import type { NoTlvs, ReceivedPdu } from '../core/vendor-tlvs.ts';
import type { Address } from '../messages/address.ts';
import type { Session } from '../session/session.ts';
import type { SentMessage } from './sent-message.ts';

/** The PDUs that carry messages and receipts to an ESME. */
export type IncomingPdu<T extends TlvTable = NoTlvs> = ReceivedPdu<'deliver_sm' | 'data_sm', T>;

/** What all incoming events have. */
export interface Delivery {
  readonly from: Address;
  readonly to: Address;
  /** The session it came on. */
  readonly session: Session;
  /** Answers ESME_ROK now, instead of after the loop body. */
  accept(): void;
  /**
   * Answers this command_status, default ESME_RX_T_APPN: the MC tries again. 1 to 0xFFFFFFFF; throws `SmppError`
   * (`CHAPPE_SMPP_OPTION`) for anything else.
   */
  refuse(commandStatus?: number): void;
}

/** A message from a handset, its segments put together. */
export interface IncomingMessage<T extends TlvTable = NoTlvs> extends Delivery {
  readonly kind: 'message';
  /** One character per octet where the content is no text. */
  readonly text: string;
  /** The content without headers. */
  readonly bytes: Uint8Array;
  readonly dataCoding: DataCoding;
  /** In order; one for a message of one piece. */
  readonly pdus: readonly IncomingPdu<T>[];
}

/** The word of the MC about a message that was sent. */
export interface IncomingReceipt<T extends TlvTable = NoTlvs> extends Delivery {
  readonly kind: 'receipt';
  readonly receipt: Receipt;
  /** The message, where this client has sent it and asked for receipts. */
  readonly message: SentMessage | undefined;
  readonly pdu: IncomingPdu<T>;
}

/**
 * Segments that were acknowledged, and whose others did not come. A segment waits half a second for the others before it
 * is acknowledged, since an MC with a window of one waits for that. A long message that was refused, and of which the MC
 * did not send the refused segments again, comes as this, too.
 */
export interface IncompleteMessage<T extends TlvTable = NoTlvs> {
  readonly kind: 'incomplete';
  readonly from: Address;
  readonly to: Address;
  readonly reason: IncompleteSet<MessagePart>['reason'];
  readonly pdus: readonly IncomingPdu<T>[];
  readonly missing: readonly number[];
  readonly total: number;
}

/** What comes to a client. */
export type IncomingEvent<T extends TlvTable = NoTlvs> =
  | IncomingMessage<T>
  | IncomingReceipt<T>
  | IncompleteMessage<T>;
