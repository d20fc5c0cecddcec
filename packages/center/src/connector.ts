/** The port to the ways out: upstreams, handsets, accounts, webhooks. */
import type { Message } from './message.ts';
import type { FinalState } from './states.ts';

/** Why an attempt failed for now; each class has its own delays, see retry.ts. */
export type ErrorClass = 'unreachable' | 'busy' | 'full' | 'throttled' | 'system' | 'unknown';

/**
 * What became of an attempt. `detail` goes to the timeline as it is: `key=value` pairs. `memo`, where given, replaces
 * that of the message. `operatorError`: the error code of the receipt that says it, in the operator's own words; empty: it
 * gave none; left out: no receipt says it.
 * - delivered: it arrived.
 * - accepted: an upstream took it; with an `upstreamId` the message waits for the upstream's receipt, without one it
 *   ends in state `accepted`. `group`: who took it, for `findByUpstreamId`; default the connector's name.
 *   `answeredAs`: its id as the answer has it, where that is not the `upstreamId`. `lateMs`:
 *   when its receipt is late (epoch milliseconds): then `onReceiptOverdue` is asked.
 * - retry: not now. `afterMs` overrules the retry policy; 0 means as soon as the lane has room again. `lane`: it moves
 *   there.
 * - failed: never.
 * - unknown: no answer; it may have arrived. Tried again as error class `unknown`, and marked in the timeline. `afterMs`
 *   as for retry.
 * - again: it went out, and is to go out once more `afterMs` later: a broadcast.
 * - released: was not tried; goes back to the head of its queue, and the lane waits for `ready`.
 */
export type Outcome =
  | {
      readonly kind: 'delivered';
      readonly detail?: string | undefined;
      readonly doneMs?: number | undefined;
      readonly report?: unknown;
      readonly operatorError?: string | undefined;
      readonly discards?: Message | undefined;
    }
  | {
      readonly kind: 'accepted';
      readonly upstreamId?: string | undefined;
      readonly answeredAs?: string | undefined;
      readonly group?: string | undefined;
      readonly lateMs?: number | undefined;
      readonly memo?: string | undefined;
      readonly detail?: string | undefined;
    }
  | {
      readonly kind: 'retry';
      readonly error: number;
      readonly errorClass: ErrorClass;
      readonly afterMs?: number | undefined;
      readonly lane?: string | undefined;
      readonly memo?: string | undefined;
      readonly operatorError?: string | undefined;
      readonly discards?: Message | undefined;
      readonly detail?: string | undefined;
    }
  | {
      readonly kind: 'failed';
      readonly state: FinalState;
      readonly error: number;
      readonly detail?: string | undefined;
      readonly doneMs?: number | undefined;
      readonly report?: unknown;
      readonly operatorError?: string | undefined;
      readonly discards?: Message | undefined;
    }
  | {
      readonly kind: 'unknown';
      readonly error?: number | undefined;
      readonly afterMs?: number | undefined;
      readonly memo?: string | undefined;
      readonly detail?: string | undefined;
    }
  | { readonly kind: 'again'; readonly afterMs: number; readonly detail?: string | undefined }
  | { readonly kind: 'released'; readonly detail?: string | undefined };

/** Tells the center what became of a message; once for each, at once or later, also after `detach`. */
export type Report = (message: Message, outcome: Outcome) => void;

/** A way out. The center never gives it more than it says it can take. */
export interface Connector {
  /** Names it in messages and timelines; the lane's name when left out. */
  readonly name?: string | undefined;
  /** How many more messages it takes now, 0 or more. */
  capacity(): number;
  /**
   * Starts an attempt for each message, in order. `report` is the same function every time. Must not throw: of what it
   * has not reported then, the outcome is taken as unknown.
   */
  deliver(messages: readonly Message[], report: Report): void;
  /** Takes back an attempt that has not begun to leave; true: it will not be reported. */
  cancel?(message: Message): boolean;
  /** Set by the center while attached. To be called when `capacity()` may have grown. */
  ready: (() => void) | undefined;
}
