import type { MessageState } from './states.ts';

/** Identifies a message: 53 bits, time ordered, unique in its store. See message-id.ts. */
export type MessageId = number;

/** An address as both ends of a message have one. The center compares `digits` only. */
export interface Address {
  /** Type of number, 0 to 255. */
  readonly ton: number;
  /** Numbering plan, 0 to 255. */
  readonly npi: number;
  /** Digits or letters; at most 65 octets (SMPP 5.0 4.7.8). */
  readonly digits: string;
}

/** mt: towards a handset; mo: from a handset; receipt: about the end of a message; notice: about a failed attempt. */
export type MessageKind = 'mt' | 'mo' | 'receipt' | 'notice';

/** 3 is served first. */
export type Priority = 0 | 1 | 2 | 3;

/** Bit of `receiptWanted`: a receipt when the message was delivered. */
export const receiptOnSuccess = 1;
/** Bit of `receiptWanted`: a receipt when it ended in any other way. */
export const receiptOnFailure = 2;
/** Bit of `receiptWanted`: a notice when an attempt failed and more will follow. */
export const noticeOnRetry = 4;

/** What the submitter was told: `hex`: 22 hexadecimal digits of id and tag; `short`: 8, for SMPP 3.3 peers. */
export type IdForm = 'hex' | 'short';

/** A stored message. Only the center changes it; others read it and may keep it only until they return. */
export interface Message {
  readonly id: MessageId;
  /** 32 random bits: with the id they make the public id, so that ids cannot be guessed. */
  readonly tag: number;
  /** What the submitter was told. Drafts of one call may share the public id of the first. */
  readonly publicId: string;
  readonly idForm: IdForm;
  /** The message whose public id it carries: itself, or the first draft of its call. */
  readonly head: MessageId;
  readonly kind: MessageKind;
  /** Whose message it is: the submitter, or for mo, receipt and notice the receiver. */
  readonly account: string;
  /** The queue it waits in. */
  readonly lane: string;
  readonly source: Address;
  readonly destination: Address;
  readonly serviceType: string;
  readonly priority: Priority;
  /** Not tried before; epoch milliseconds, wall clock. */
  readonly dueMs: number;
  /** Not tried after; epoch milliseconds, wall clock. */
  readonly expiresMs: number;
  readonly acceptedMs: number;
  readonly state: MessageState;
  /** Attempts made that were answered or timed out. */
  readonly attempts: number;
  /** The last error in the words of the connector; 0 when there was none. */
  readonly error: number;
  /** When it reached its final state; 0 before. */
  readonly doneMs: number;
  /** Bit set of `receiptOnSuccess`, `receiptOnFailure`, `noticeOnRetry`. */
  readonly receiptWanted: number;
  /** Receipts and notices: the message they are about. */
  readonly of: MessageId | undefined;
  /** The id an upstream gave it; found by (connector, reference). */
  readonly reference: string | undefined;
  /** The connector that took it. */
  readonly connector: string | undefined;
  /** Opaque to the center: what the gateway needs to make a PDU of it. */
  readonly content: Uint8Array;
  /** Decoded text for searches; undefined when withheld or binary. */
  readonly text: string | undefined;
  /** The submitter's own reference. */
  readonly clientReference: string | undefined;
  /** What happened to it: lines `epochMs step key=value...`, see timeline.ts. */
  readonly timeline: string;
}

/** What becomes a message when it is submitted. */
export interface Draft {
  readonly kind: MessageKind;
  readonly account: string;
  /** The queue; the center's `route` decides when it is left out. */
  readonly lane?: string | undefined;
  readonly source: Address;
  readonly destination: Address;
  readonly serviceType?: string | undefined;
  /** Default 0. */
  readonly priority?: Priority | undefined;
  /** Default: now. Later makes it `scheduled`. */
  readonly dueMs?: number | undefined;
  /** Default: due time plus the center's `validityMs`, or `receiptValidityMs` for receipts and notices. */
  readonly expiresMs?: number | undefined;
  /** Bit set, default 0. */
  readonly receiptWanted?: number | undefined;
  readonly of?: MessageId | undefined;
  readonly content: Uint8Array;
  readonly text?: string | undefined;
  readonly clientReference?: string | undefined;
  /** True: an 8-digit public id, for SMPP 3.3 peers. */
  readonly shortId?: boolean | undefined;
  /** True: takes the public id of the first draft of the same call (submit_multi has one message_id). */
  readonly sharesPublicId?: boolean | undefined;
  /** True: replaces a waiting message of the same account, addresses and service type, if there is one. */
  readonly replaceIfPresent?: boolean | undefined;
  /** Said in the `accepted` line of the timeline, e.g. `session=s12 sequence=77`. */
  readonly detail?: string | undefined;
}

/** Where a message is in the store: on disk only, in the center's memory, at an upstream, or over. */
export type Place = 'waiting' | 'memory' | 'sent' | 'done';
