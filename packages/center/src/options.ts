import { type Clock, type Random, systemClock } from './clock.ts';
import type { Outcome } from './connector.ts';
import type { CenterError } from './errors.ts';
import { guarded, safeListener } from './hooks.ts';
import type { Draft, Message, MessageId } from './message.ts';
import { systemRandom } from './random.ts';
import { type RetryPolicy, retryPolicy } from './retry.ts';
import type { FinalState, MessageState } from './states.ts';
import { SteadyClock } from './steady-clock.ts';
import type { Store, Tally } from './store.ts';

/** What happened to a message, for live views. Final states are steps of their own. */
export type Step = MessageState | 'retry' | 'sent' | 'replaced';

/**
 * Limits of a center. Each is said in messages and in octets: a message has up to 64 kB. Octets are those of contents and
 * texts, and 768 for whatever else belongs to a message.
 */
export interface CenterLimits {
  /** Messages of one lane in memory, about; default 20,000. The rest waits on disk. */
  readonly laneMessages: number;
  /** The same in octets; default 24 MiB. */
  readonly laneOctets: number;
  /** Octets of what one connector has at once; default 16 MiB. It always gets one message. */
  readonly flyingOctets: number;
  /** Messages of all lanes in memory; beyond it every account keeps 32 for each lane. Default 100,000. */
  readonly memoryMessages: number;
  /** The same in octets; beyond it every account keeps 64 KiB for each lane. Default 96 MiB. */
  readonly memoryOctets: number;
  /**
   * Messages taken and not yet on disk. An account gets no more of it than is left to the others after it, alone half;
   * beyond that its submissions are refused as full. Default 40,000.
   */
  readonly unsavedMessages: number;
  /** The same in octets; default 48 MiB. */
  readonly unsavedOctets: number;
  /** Unfinished messages in all; beyond it submissions are refused as full. Default 10,000,000. */
  readonly unfinishedMessages: number;
  /** Drafts of one call, stored whole or not at all. Default 1,000. */
  readonly draftsPerCall: number;
  /** Octets of one call; what drafts have in common counts once. Default 16 MiB. */
  readonly callOctets: number;
  /** Octets of one content. Default 131,072: the largest legal PDU is about 72 KB. */
  readonly contentOctets: number;
  /** Validity of messages that do not say. Default 48 hours. */
  readonly validityMs: number;
  /** Validity of receipts and notices that do not say. Default 72 hours. */
  readonly receiptValidityMs: number;
  /** Finished messages are forgotten, whole days at a time, after this. Default 30 days. */
  readonly retentionMs: number;
  /** Messages at upstreams that stay in memory for their receipts, so that those need not be read. Default 50,000. */
  readonly awaitedMessages: number;
  /** The same in octets; default 56 MiB. */
  readonly awaitedOctets: number;
  /** Nothing has been finished by the disk for so long: submissions are refused until it answers. Default 5 s. */
  readonly diskStalledMs: number;
  /** And those that it was given are refused as well: their senders wait no longer. Default 10 s. */
  readonly diskGivenUpMs: number;
  /** How often expiry and due times are looked at by the wall clock. Default 1 s. */
  readonly sweepMs: number;
}

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

/** The default limits. */
export const defaultLimits: CenterLimits = {
  laneMessages: 20_000,
  laneOctets: 24 * MIB,
  flyingOctets: 16 * MIB,
  memoryMessages: 100_000,
  memoryOctets: 96 * MIB,
  unsavedMessages: 40_000,
  unsavedOctets: 48 * MIB,
  unfinishedMessages: 10_000_000,
  draftsPerCall: 1_000,
  callOctets: 16 * MIB,
  contentOctets: 131_072,
  validityMs: 48 * HOUR_MS,
  receiptValidityMs: 72 * HOUR_MS,
  retentionMs: 30 * 24 * HOUR_MS,
  awaitedMessages: 50_000,
  awaitedOctets: 56 * MIB,
  diskStalledMs: 5_000,
  diskGivenUpMs: 10_000,
  sweepMs: 1_000,
};

/** The next attempt of a message whose retry policy threw. */
const RETRY_AFTER_THROW_MS = 60_000;

/** What a center asks of its user, and tells it: set once, before anything moves. What one throws hits one message only. */
export interface CenterHooks {
  /**
   * The receipt or notice about a message: called with its final state, or with `enroute` after a failed attempt when
   * notices were asked for. `report`: what the outcome of that end said beside it. Stored in the same commit as that state.
   * Default: none.
   */
  readonly receipt?: (
    message: Message,
    state: MessageState,
    error: number,
    report?: unknown,
  ) => Draft | readonly Draft[] | undefined;
  /** The notice that an upstream has taken a message. Stored in the same commit as that. Default: none. */
  readonly sentNotice?: (message: Message) => Draft | undefined;
  /** What becomes of a message whose receipt is late; undefined: it goes on waiting, until its validity ends. */
  readonly onReceiptOverdue?: (message: Message) => Outcome | undefined;
  /** Whether a message that costs something is charged, now that it ends in this state. Default: when delivered. */
  readonly isCharged?: (message: Message, state: FinalState) => boolean;
  /**
   * Ids of the messages that are one text with this one, itself among them: they are replaced together. Undefined: nothing
   * may take its place. Default: it alone.
   */
  readonly piecesOf?: (message: Message) => readonly MessageId[] | undefined;
  /** Called before a message ends; what it returns is waited for. For what `receipt` needs to know. */
  readonly beforeEnd?: (message: Message) => Promise<void> | undefined;
  /** Called with the money of whole days before they are forgotten; those days stay when it rejects. */
  readonly onForget?: (tallies: readonly Tally[]) => Promise<void>;
  /** Called after the commit of each step. Must not keep the message. What it throws goes to `onError`. */
  readonly onChange?: (message: Message, step: Step) => void;
}

/** What a center is made of. Hooks may be given here, or by `use` before it runs. */
export interface CenterOptions extends CenterHooks {
  readonly store: Store;
  /** Which of the nodes that share the store this is; each is one center at a time. Default 0. */
  readonly node?: number;
  /** Default: that of this machine. Its wall clock is believed as `SteadyClock` does. */
  readonly clock?: Clock;
  readonly random?: Random;
  /** The lane of a draft that names none. Default: `account:` and the account. */
  readonly route?: (draft: Draft) => string;
  readonly retry?: RetryPolicy;
  readonly limits?: Partial<CenterLimits>;
  /** Hears of failures of the store and of the hooks. */
  readonly onError?: (error: CenterError) => void;
}

/** Hooks with all defaults filled in, guarded. */
export interface Hooks extends Required<Omit<CenterHooks, 'beforeEnd' | 'onChange'>> {
  readonly beforeEnd: CenterHooks['beforeEnd'] | undefined;
  readonly onChange: CenterHooks['onChange'] | undefined;
}

/** Options with all defaults filled in. */
export interface Settings {
  readonly store: Store;
  readonly node: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly route: (draft: Draft) => string;
  readonly retry: RetryPolicy;
  readonly limits: CenterLimits;
  readonly onError: (error: CenterError) => void;
}

/** Fills in the defaults. What `retry` throws is told to `onError`, as what hooks throw is, and hits no other message. */
export function settingsOf(options: CenterOptions): Settings {
  const tell = safeListener(options.onError);
  return {
    store: options.store,
    node: options.node ?? 0,
    clock: SteadyClock.over(options.clock ?? systemClock, tell),
    random: options.random ?? systemRandom,
    // A draft whose lane cannot be told is refused with what this throws.
    route: options.route ?? ((draft) => `account:${draft.account}`),
    retry: guarded('retry', options.retry ?? retryPolicy(), RETRY_AFTER_THROW_MS, tell),
    limits: { ...defaultLimits, ...options.limits },
    onError: tell,
  };
}

/** Hooks, guarded, with defaults for those that are not given. */
export function hooksOf({ beforeEnd, onChange, ...hooks }: CenterHooks, tell: Settings['onError']): Hooks {
  return {
    receipt: guarded('receipt', hooks.receipt ?? (() => undefined), undefined, tell),
    sentNotice: guarded('sentNotice', hooks.sentNotice ?? (() => undefined), undefined, tell),
    onReceiptOverdue: guarded(
      'onReceiptOverdue',
      hooks.onReceiptOverdue ?? (() => undefined),
      undefined,
      tell,
    ),
    isCharged: guarded('isCharged', hooks.isCharged ?? ((_, state) => state === 'delivered'), false, tell),
    piecesOf: guarded('piecesOf', hooks.piecesOf ?? (({ id }) => [id]), undefined, tell),
    beforeEnd: beforeEnd === undefined ? undefined : guarded('beforeEnd', beforeEnd, undefined, tell),
    onForget: hooks.onForget ?? (() => Promise.resolve()),
    onChange: onChange === undefined ? undefined : guarded('onChange', onChange, undefined, tell),
  };
}

/** Plain integers for metrics; they only grow. */
export interface CenterCounters {
  /** Segments of messages accepted, receipts and notices not counted; as those of the ends below. */
  accepted: number;
  /** Messages refused by a limit or by the store. */
  refused: number;
  delivered: number;
  expired: number;
  deleted: number;
  /** Ended in any other state. */
  failed: number;
  /** Attempts that will be repeated. */
  retried: number;
  /** Messages that an upstream took and whose receipt is awaited. */
  sent: number;
  /** Outcomes `unknown`: the message may have arrived. */
  uncertain: number;
  /** Receipts and notices made. */
  receipts: number;
  /** Receipts and notices delivered. */
  receiptsDelivered: number;
  /** Receipts and notices that ended otherwise. */
  receiptsFailed: number;
  /** Messages fetched from disk. */
  claimed: number;
  /** Reports about messages that were not with a connector. */
  strayReports: number;
}

/** All zero. */
export function newCounters(): CenterCounters {
  return {
    accepted: 0,
    refused: 0,
    delivered: 0,
    expired: 0,
    deleted: 0,
    failed: 0,
    retried: 0,
    sent: 0,
    uncertain: 0,
    receipts: 0,
    receiptsDelivered: 0,
    receiptsFailed: 0,
    claimed: 0,
    strayReports: 0,
  };
}
