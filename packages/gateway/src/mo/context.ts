/** What the context of a message from a handset leads past: the parts of the gateway that it needs, as small interfaces. */
import type {
  Draft,
  Message,
  MessageId,
  MessagePage,
  SearchPage,
  SearchQuery,
  Submitted,
} from '@chappe/center';
import type { MessageFacts, MoAction, MoRouteSettings } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import type { AccountSelector, LastSenders } from './account-selector.ts';
import type { Received } from './received.ts';

/** The ordered rules; the first that matches counts. */
export interface MoRules {
  match(facts: MessageFacts): MoRouteSettings | undefined;
}

/** What is needed of the center. */
export interface MoCenter {
  query(ref: { readonly id: MessageId }): Promise<Message | undefined>;
  move(
    id: MessageId,
    lane: string,
    changes: { readonly fromLane: string; readonly account: string; readonly detail: string },
  ): Promise<unknown>;
  submit(drafts: readonly Draft[], done: Submitted): void;
  cancel(ref: { readonly id: MessageId }): Promise<unknown>;
  search(query: SearchQuery): Promise<SearchPage>;
  waitingIn(lane: string, limit: number, beforeId?: MessageId): Promise<MessagePage>;
}

/** Whose numbers are whose: `ReceivingBinds`. */
export interface AccountChoice {
  accountFor(
    digits: string,
    handset: string,
    writer: string | undefined,
    given?: string | undefined,
  ): string | undefined;
}

/**
 * Who does not want to hear from whom. Both settle when it is on disk, and may be repeated. They reject with a
 * `GatewayError` CHAPPE_GATEWAY_INVALID where an address is none.
 */
export interface OptOutBook {
  /** `origin`: what it came from, the text. */
  add(handset: string, sender: string, origin: string): Promise<unknown>;
  remove(handset: string, sender: string): Promise<unknown>;
}

/**
 * Sends a text to the handset `to`. Settles when it is on disk. It must get past the opt-outs: its text is the word
 * about one. `account`: whose message it is, '' when nobody is known.
 */
export type Reply = (from: string, to: string, text: string, account: string) => Promise<unknown>;

/** Plain integers, for metrics; they only grow. */
export interface MoCounters {
  /** PDUs that came. */
  received: number;
  /** PDUs answered with an error. */
  refused: number;
  /** Dropped by a rule. */
  dropped: number;
  optedOut: number;
  optedIn: number;
  /** Without a rule, and written to a number that is nobody's: they stand in the lane `unclaimed`. */
  unclaimed: number;
  /** Long messages put together whole. */
  joined: number;
  /** Long messages that went on without all of their parts. */
  incomplete: number;
  /** Parts that came again. */
  repeated: number;
}

/** Called once: when what was asked for is on disk, or with why it is not. */
export type Stored = (error: Error | undefined) => void;

/** All that it leads past. */
export interface MoContext {
  readonly center: MoCenter;
  readonly clock: Clock;
  readonly receivingBinds: AccountChoice;
  readonly writers: LastSenders;
  readonly spread: AccountSelector;
  readonly optOuts: OptOutBook;
  readonly reply: Reply;
  readonly rules: MoRules;
  /** What becomes of what no rule takes, to numbers that are nobody's; undefined: it waits. */
  readonly unclaimedAction: MoAction | undefined;
  /** Hears of each message that waits for somebody to take it. */
  readonly onUnclaimed: (received: Received) => void;
  /** How long a message waits for its account or hook, milliseconds. */
  readonly validityMs: number;
  readonly counters: MoCounters;
  /** Hears of failures that the operator only sees as a status. */
  readonly onError: (error: unknown, where: string) => void;
}
