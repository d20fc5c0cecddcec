/** What routing rules look at. */
import type { AddressList } from '../lists/list-file.ts';

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
