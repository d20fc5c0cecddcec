/**
 * What a message from a handset leads past: the parts of the gateway that are needed, as small interfaces; what an action
 * is, and what may become of a message.
 */
import type {
  Draft,
  Message,
  MessageId,
  MessagePage,
  SearchPage,
  SearchQuery,
  Submitted,
} from '@chappe/center';
import type { MessageFacts, MoAction, MoActionKind, MoRouteSettings } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import type { LastSenders } from './last-senders.ts';
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

/** Whose a message is and where it waits. */
export interface MoTarget {
  /** '' when it is no account's. */
  readonly account: string;
  readonly lane: string;
}

/** What is decided about together: a message, or the segments of one that go on as they came. */
export interface MoArrival {
  /** Rules, actions and replies go by the first. */
  readonly messages: readonly [Received, ...Received[]];
  /** What segments of one long message have in common; undefined for a message of one piece. */
  readonly set?: string | undefined;
  /** The operator has been answered already: it is too late to refuse it. */
  readonly isAnswered?: boolean | undefined;
}

/** What an action has to do with. */
export interface MoActionContext {
  readonly clock: Clock;
  readonly optOuts: OptOutBook;
  readonly reply: Reply;
  readonly counters: MoCounters;
  /** Whose number it was written to, else who last wrote to this handset from it; undefined: nobody is known. */
  ownerOf(received: Received): string | undefined;
  /** Hears of failures that the operator only sees as a status. */
  readonly onError: (error: unknown, where: string) => void;
}

/** What an action makes of a message. The journey does what is said here; the action itself stores no message. */
export type MoResult =
  /** It goes there. Nowhere at all: it waits until somebody takes it. */
  | { readonly kind: 'taken'; readonly targets: readonly MoTarget[] }
  /**
   * What was to be done has been done, and the message goes on to what the rule says after it (`then`); where it says
   * nothing it is over. `detail`: a word for the timeline, `opt-out=1`. `whenStored`: called when the message is on disk,
   * with where it went; what it throws is told to `onError`, and undoes nothing.
   */
  | {
      readonly kind: 'done';
      readonly detail?: string | undefined;
      readonly whenStored?: ((targets: readonly MoTarget[]) => void | Promise<void>) | undefined;
    }
  /** Nobody gets it. */
  | { readonly kind: 'dropped' }
  /** Nobody takes it now: it waits, and is looked at again when rules, numbers or binds change. */
  | { readonly kind: 'unclaimed' }
  /** command_status for the operator. Where that has its answer already, the message is dropped. */
  | { readonly kind: 'refused'; readonly status: number }
  /** It cannot be said now: the operator sends it again; what waits already is tried again. */
  | { readonly kind: 'retry'; readonly error: Error };

/** An action with the settings of one rule. */
export interface PreparedMoAction {
  /**
   * Says what becomes of a message. At once where it can: a promise for each message costs. What it throws hits this
   * message alone, which waits in the lane `unclaimed` then. What it does beside that must bear being done twice: after a
   * failure the operator sends a message again.
   */
  run(context: MoActionContext, arrival: MoArrival): MoResult | Promise<MoResult>;
  /** False: it has no use for what has waited already, since it refuses all or leads to nobody. Default true. */
  readonly takesWaiting?: boolean | undefined;
}

/** An action as the gateway knows it: what its settings may say, and what it does. */
export interface MoActionHandler<A extends MoAction = MoAction> extends MoActionKind<A> {
  /**
   * Called once for the settings of a rule, and for the same settings again after a reload that changed them: what it
   * remembers (whose turn it is) is kept as long as they are the same. Throws a RangeError when they cannot be used.
   */
  prepare(action: A): PreparedMoAction;
}

/** All that it leads past. */
export interface MoContext extends MoActionContext {
  readonly center: MoCenter;
  readonly receivingBinds: AccountChoice;
  readonly writers: LastSenders;
  readonly rules: MoRules;
  /** The rules for single segments: which ones wait for the others. */
  readonly partRules: MoRules;
  /** What becomes of what no rule takes, to numbers that are nobody's; undefined: it waits. */
  readonly unclaimedAction: MoAction | undefined;
  /** The action ready to run. Throws a RangeError where there is none of its kind. */
  prepared(action: MoAction): PreparedMoAction;
  /** Hears of each message that waits for somebody to take it. */
  readonly onUnclaimed: (received: Received) => void;
  /** How long a message waits for its account or hook, milliseconds. */
  readonly validityMs: number;
}

/** The draft of a message for one target. `expiresMs`: how long it waits there, epoch milliseconds. */
export function draftOf(
  received: Received,
  target: MoTarget,
  detail: string,
  nowMs: number,
  expiresMs: number,
): Draft {
  return {
    kind: 'mo',
    account: target.account,
    lane: target.lane,
    source: received.source,
    destination: received.destination,
    serviceType: received.serviceType,
    priority: received.priority,
    dueMs: nowMs,
    expiresMs,
    receiptWanted: 0,
    content: received.content,
    text: received.text,
    origin: { connector: received.connector, group: received.group, pieces: received.pieces },
    detail,
  };
}

// The center takes 1,000 drafts in one call (CenterLimits.draftsPerCall).
const maxDraftsPerCall = 1_000;

/**
 * Stores drafts in their order. More than one call takes are stored call by call: a failure among them may leave the
 * first ones stored, which then come twice.
 */
export function storeDrafts(center: MoCenter, drafts: readonly Draft[], done: Stored): void {
  if (drafts.length <= maxDraftsPerCall) {
    center.submit(drafts, done);
    return;
  }
  center.submit(drafts.slice(0, maxDraftsPerCall), (error) => {
    if (error === undefined) storeDrafts(center, drafts.slice(maxDraftsPerCall), done);
    else done(error);
  });
}
