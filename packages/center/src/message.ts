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

/**
 * What the submitter was told, see message-id.ts: `hex`: 22 hexadecimal digits of id and tag; `short`: 8, for SMPP 3.3
 * peers; `uuid`: 36 characters; `decimal`: 18 or 19 digits; `hexdec`: the same number in 16 hexadecimal digits, which
 * receipts show in decimal.
 */
export type IdForm = 'hex' | 'short' | 'uuid' | 'decimal' | 'hexdec';

/** How a message from a handset came in. */
export interface Origin {
  /** The connector by which it came. */
  readonly connector: string;
  /** The group of that connector: pieces of one text may come by any of its connectors. */
  readonly group: string;
  /** The text that it was put together of, or is a piece of that is passed on as it came; undefined: neither. */
  readonly pieces: Pieces | undefined;
}

/** A text that came in pieces. */
export interface Pieces {
  /** Public id of the piece that was stored first. */
  readonly first: string;
  /** How many came. */
  readonly came: number;
  /** Of how many. */
  readonly total: number;
  /** Sequence numbers of those that did not come, ascending. */
  readonly missing: readonly number[];
}

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
  /** Not tried before; while it is at an upstream: when its receipt is late. Epoch milliseconds, wall clock. */
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
  /** Who took it: the group of upstreams by which its receipt comes. */
  readonly group: string | undefined;
  /** What it is called there; receipts are looked for by (group, upstreamId). */
  readonly upstreamId: string | undefined;
  /** The id in the last upstream's answer as it was written; undefined: as `upstreamId`, or none was given. */
  readonly answeredAs: string | undefined;
  /** When it was last left with an upstream to await its receipt; 0: never. */
  readonly sentMs: number;
  /** The error code in the last receipt that moved or ended it, in its operator's own words; undefined: it gave none. */
  readonly operatorError: string | undefined;
  /** Whether its text has taken the place of another one. */
  readonly isReplaced: boolean;
  /** Messages from handsets: how it came in; undefined of others, and of one that came by no connector. */
  readonly origin: Origin | undefined;
  /** Opaque to the center: what the gateway needs to make a PDU of it. */
  readonly content: Uint8Array;
  /** Decoded text for searches; undefined when withheld or binary. */
  readonly text: string | undefined;
  /** The submitter's own reference. */
  readonly clientReference: string | undefined;
  /** What happened to it: lines `epochMs step key=value...`, see timeline.ts. */
  readonly timeline: string;
  /** What it costs its account, in the smallest unit of the currency; reserved until it ends. 0: nothing. */
  readonly price: number;
  /** Whether it was charged; undefined while it has not ended, and when it costs nothing. */
  readonly charged: boolean | undefined;
  /** Opaque to the center: what connectors remember between attempts. */
  readonly memo: string | undefined;
  /** Short messages that it takes on the air, 1 or more: what quotas and statistics count. */
  readonly segments: number;
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
  /** Default `hex`. */
  readonly idForm?: IdForm | undefined;
  /** True: takes the public id of the first draft of the same call (submit_multi has one message_id). */
  readonly sharesPublicId?: boolean | undefined;
  /**
   * True: replaces a waiting message of the same account, addresses and service type, if there is one. Of a text in
   * pieces the first says it; then all of them are messages of their own, and what was there is cancelled.
   */
  readonly replaceIfPresent?: boolean | undefined;
  readonly origin?: Origin | undefined;
  /** Said in the `accepted` line of the timeline, e.g. `session=s12 sequence=77`. */
  readonly detail?: string | undefined;
  /** A whole number, 0 or more; default 0. */
  readonly price?: number | undefined;
  readonly memo?: string | undefined;
  /** Short messages that it takes on the air, 1 to 65,535; default 1. */
  readonly segments?: number | undefined;
}

/** Where a message is in the store: on disk only, in the center's memory, at an upstream, or over. */
export type Place = 'waiting' | 'memory' | 'sent' | 'done';
