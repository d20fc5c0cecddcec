/** Routing rules for messages of customers (mt). The first rule that matches counts. */
import type { ErrorClass, MessageState, Priority } from '@chappe/center';
import type { RouteConditions } from './conditions.ts';
import type { FilterSettings } from './filters.ts';

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

/** Price of one segment: millionths of the currency, see decimal.ts. By the longest prefix, else `perSegment`. */
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
