import type {
  DataCoding,
  DefaultAlphabet,
  IncompleteSet,
  MessagePart,
  ReassemblerOptions,
  TlvTable,
} from '@chappe/protocol';
import type { NoTlvs, ReceivedPdu } from '../core/vendor-tlvs.ts';
import type { Address } from '../messages/address.ts';
import type { ReceiptWish } from '../messages/receipt-wish.ts';

/** The PDUs that carry messages of an ESME. */
export type SubmittedPdu<T extends TlvTable = NoTlvs> = ReceivedPdu<'submit_sm' | 'data_sm', T>;

/** A message that an ESME has submitted, its segments put together. */
export interface SubmittedMessage<T extends TlvTable = NoTlvs> {
  readonly from: Address;
  readonly to: Address;
  /** One character per octet where the content is no text. */
  readonly text: string;
  /** The content without headers. */
  readonly bytes: Uint8Array;
  readonly dataCoding: DataCoding;
  /** Which receipts its sender wants. */
  readonly receipt: ReceiptWish;
  /** message_id of each segment, in order, as its response says it: a receipt of a long message is one for each. */
  readonly ids: readonly string[];
  /** In order; one for a message of one piece. */
  readonly pdus: readonly SubmittedPdu<T>[];
}

/** Segments that were acknowledged, and whose others did not come. */
export interface IncompleteSubmission<T extends TlvTable = NoTlvs> {
  readonly systemId: string;
  readonly from: Address;
  readonly to: Address;
  readonly reason: IncompleteSet<MessagePart>['reason'];
  /** message_id of each of `pdus`, as its response said it. */
  readonly ids: readonly string[];
  readonly pdus: readonly SubmittedPdu<T>[];
  readonly missing: readonly number[];
  readonly total: number;
}

/** How messages of ESMEs are read and put together. The limits are those of each system_id. */
export interface SubmissionSettings extends ReassemblerOptions {
  /** What data_coding 0 means. Default: as `text` of the session says, `gsm7` otherwise. */
  readonly defaultAlphabet?: DefaultAlphabet | undefined;
  /** False gives every segment as a message of its own. Default true. */
  readonly reassemble?: boolean | undefined;
}
