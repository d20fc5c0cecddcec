/** Routing rules, for messages of customers (mt) and messages from handsets (mo). The first rule that matches counts. */
import type { ErrorClass, MessageState, Priority } from '@chappe/center';
import type { AddressList } from '../filters/list-file.ts';

/** A part of the day, on some days of the week, in a time zone. */
export interface TimeOfDay {
  /** `mon` to `sun`, those on which it begins: a night of `fri` ends on Saturday. Undefined: every day. */
  readonly days?: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[] | undefined;
  /** `08:00`, included. */
  readonly from: string;
  /** `20:00`, not included. Earlier than `from`: over midnight. */
  readonly until: string;
  /** IANA name; default UTC. */
  readonly timeZone?: string | undefined;
}

/** A TLV that must be there; with `value` (text, `hex:0102` or a number) it must be that. */
export interface TlvCondition {
  readonly tag: number;
  readonly value?: string | undefined;
}

/** What a rule looks at. All conditions must hold; of a list, one must. */
export interface RouteConditions {
  /** Exact, or with `*` at the end. */
  readonly accounts?: readonly string[] | undefined;
  /** Senders: exact, or with `*` at the end. */
  readonly from?: AddressList | undefined;
  /** Destination prefixes, digits; 100,000 of them are no burden. */
  readonly to?: AddressList | undefined;
  /** A regular expression (RE2) that the text must contain a match of; `i` in `textFlags` for any case. */
  readonly text?: string | undefined;
  readonly textFlags?: string | undefined;
  /** gsm7, ucs2, octet, latin1 ... */
  readonly codings?: readonly string[] | undefined;
  readonly segments?: { readonly min?: number | undefined; readonly max?: number | undefined } | undefined;
  readonly time?: readonly TimeOfDay[] | undefined;
  readonly tlvs?: readonly TlvCondition[] | undefined;
  /** Of the account (mt) or of the connector (mo). */
  readonly tags?: readonly string[] | undefined;
  /** The first word of the text, in any case (mo). */
  readonly keywords?: readonly string[] | undefined;
  /** Where it came from (mo). */
  readonly connectors?: readonly string[] | undefined;
  /**
   * A CEL expression that must be true, over `msg` (from, to, text, coding, segments, priority, account, connector, tags),
   * `account`, `hour` (0 to 23) and `weekday` (0 Sunday to 6 Saturday), both UTC.
   */
  readonly when?: string | undefined;
}

/** A connector and its share among its group. */
export interface Target {
  readonly connector: string;
  /** Relative; default 1. */
  readonly weight?: number | undefined;
}

/** When and how a message goes to the next group. */
export interface FailoverSettings {
  /** Error classes of a failed attempt that move it on; default all but `throttled`. Permanent refusals are `rejected`. */
  readonly on?: readonly (ErrorClass | 'rejected')[] | undefined;
  /** Receipt states that move it on instead of ending it; default none. */
  readonly onReceipt?: readonly MessageState[] | undefined;
  /** No receipt for so long moves it on; default never. */
  readonly receiptAfterMs?: number | undefined;
  /** Queued for so long while the groups before have no room: the next group may take it too; default never. */
  readonly queuedMs?: number | undefined;
  /** Groups that one message may go through; default all. */
  readonly tries?: number | undefined;
}

/** What becomes of a message. */
export type RouteAction =
  /** Ordered groups; the first with a connector that is usable takes it. */
  | {
      readonly kind: 'via';
      readonly groups: readonly (readonly Target[])[];
      readonly failover?: FailoverSettings | undefined;
    }
  /** command_status to refuse it with. */
  | { readonly kind: 'reject'; readonly status: number }
  /** Accepted, and ends at once as `skipped`. */
  | { readonly kind: 'drop' }
  /** Accepted, and waits on disk until somebody releases it or its validity ends. */
  | { readonly kind: 'hold' };

/** Price of one segment: millionths of the currency, see money/decimal.ts. By the longest prefix, else `perSegment`. */
export interface PriceSettings {
  readonly perSegment?: number | undefined;
  readonly byPrefix?: Readonly<Record<string, number>> | undefined;
  /** A number that no prefix holds, where there is no `perSegment`: default `free`. */
  readonly unlisted?: 'free' | 'reject' | undefined;
}

/** One routing rule. */
export interface RouteSettings extends RouteConditions {
  readonly name: string;
  readonly action: RouteAction;
  /** Overrules that of the message. */
  readonly priority?: Priority | undefined;
  readonly price?: PriceSettings | undefined;
  readonly filters?: FilterSettings | undefined;
  readonly disabled?: boolean | undefined;
}

/** Which binds or hooks get a message from a handset. */
export type MoAction =
  /** `sticky`: the same account for the same handset; `all`: each gets one; `round-robin`. */
  | {
      readonly kind: 'accounts';
      readonly accounts: readonly string[];
      readonly spread: 'round-robin' | 'sticky' | 'all';
    }
  | { readonly kind: 'webhook'; readonly webhook: string }
  /** Adds (STOP) or removes (START) an opt-out of the handset for the number written to. */
  | {
      readonly kind: 'opt-out' | 'opt-in';
      readonly reply?: string | undefined;
      readonly then?: MoAction | undefined;
    }
  /** command_status that the operator is answered with: it keeps the message, or gives it up, as the status says. */
  | { readonly kind: 'refuse'; readonly status: number }
  | { readonly kind: 'drop' };

/** One rule for messages from handsets; `to` and `from` as in RouteConditions. */
export interface MoRouteSettings extends RouteConditions {
  readonly name: string;
  readonly action: MoAction;
  /** Segments of a long message: put together first, or passed as they came (default). */
  readonly reassemble?: boolean | undefined;
}

/** What is done about contents, per route, connector or for all. */
export interface FilterSettings {
  /** Destination numbers or prefixes (`44770090*`) that get nothing. */
  readonly blockTo?: AddressList | undefined;
  /** Only these get anything. */
  readonly allowTo?: AddressList | undefined;
  /** Senders that are refused. */
  readonly blockFrom?: AddressList | undefined;
  readonly texts?: readonly TextFilter[] | undefined;
  readonly urls?: UrlFilter | undefined;
  readonly duplicates?: DuplicateFilter | undefined;
  /** Messages to numbers that have opted out from the sender are refused; default true where opt-outs are kept. */
  readonly optOut?: boolean | undefined;
}

/** A text that is refused or changed. */
export interface TextFilter {
  /** RE2. */
  readonly pattern: string;
  readonly flags?: string | undefined;
  /** `reject` (default), `drop`, or `replace` by `replacement` ($1 for groups). */
  readonly action?: 'reject' | 'drop' | 'replace' | undefined;
  readonly replacement?: string | undefined;
}

/** Links in texts. */
export interface UrlFilter {
  /** Domains (their subdomains too) that may be linked to; others are refused. */
  readonly allow?: readonly string[] | undefined;
  readonly block?: readonly string[] | undefined;
  /** No links at all. */
  readonly none?: boolean | undefined;
}

/** The same text to the same number from the same account again. */
export interface DuplicateFilter {
  readonly windowMs: number;
  /** How many are let through in that time; default 1. */
  readonly most?: number | undefined;
  readonly action?: 'reject' | 'drop' | undefined;
}

/** Where messages and receipts are posted to. */
export interface WebhookSettings {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and base64 (Standard Webhooks). */
  readonly secret: string;
  /** Default 15 s. */
  readonly timeoutMs?: number | undefined;
  /** At once; default 10. */
  readonly concurrency?: number | undefined;
  /** Addresses of this machine and of private networks may be called: for tests. Default false. */
  readonly allowPrivate?: boolean | undefined;
}

/** Alarm on pumping: many messages to numbers that look made up. */
export interface PumpingSettings {
  /** Consecutive numbers in a block of 1,000 within the window that raise it; default 50. */
  readonly sequential?: number | undefined;
  /** Share of one prefix (first 6 digits) among the last messages of an account, 0 to 1; default 0.8. */
  readonly prefixShare?: number | undefined;
  /** Messages an account must have sent in the window before shares are looked at; default 200. */
  readonly least?: number | undefined;
  readonly windowMs?: number | undefined;
  /** `alarm` (default) only tells; `stop` refuses that account's messages to that prefix until released. */
  readonly action?: 'alarm' | 'stop' | undefined;
}
