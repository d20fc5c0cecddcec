/** Filters of contents, and the alarm on pumping. */
import type { AddressList } from '../lists/list-file.ts';

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
