/** Where messages from handsets arrive: what they lead past, and the long ones that wait for their segments. */

import type { MoAction } from '@chappe/policy';
import type { ReassemblerOptions } from '@chappe/protocol';
import type { Clock } from '@chappe/smpp';
import type { MoHandlers } from './actions.ts';
import type {
  AccountChoice,
  MoCenter,
  MoContext,
  MoCounters,
  MoRules,
  OptOutBook,
  PreparedMoAction,
  Reply,
} from './context.ts';
import { deliverSet } from './journey.ts';
import type { LastSenders } from './last-senders.ts';
import { Parts } from './parts.ts';
import type { Received } from './received.ts';
import { UnclaimedLane } from './unclaimed.ts';

/** What an inbox is made of. */
export interface MoDeskOptions {
  readonly center: MoCenter;
  readonly clock: Clock;
  readonly receivingBinds: AccountChoice;
  readonly writers: LastSenders;
  readonly optOuts: OptOutBook;
  readonly reply: Reply;
  /** What rules may do. */
  readonly actions: MoHandlers;
  /** The rules, and those of `partRules`. */
  readonly rules: MoRules;
  readonly partRules: MoRules;
  /** How long a message waits for its account or hook, milliseconds. */
  readonly validityMs: number;
  /** Hears of each message that waits for somebody to take it. */
  readonly onUnclaimed: (received: Received) => void;
  /** Tags of a connector, for segments that were stored before a start. */
  readonly tagsOf: (connector: string) => readonly string[];
  readonly onError: (error: unknown, where: string) => void;
  /** Default: 1,000 long messages under way, 4 MiB, 24 hours. */
  readonly limits?: ReassemblerOptions | undefined;
}

/** Takes what connectors receive. One for the gateway. */
export class MoInbox implements MoContext {
  readonly center: MoCenter;
  readonly clock: Clock;
  readonly receivingBinds: AccountChoice;
  readonly writers: LastSenders;
  readonly optOuts: OptOutBook;
  readonly reply: Reply;
  readonly validityMs: number;
  readonly counters: MoCounters;
  readonly onError: (error: unknown, where: string) => void;
  readonly onUnclaimed: (received: Received) => void;
  readonly parts: Parts;
  /** Those that nobody has taken. */
  readonly unclaimed: UnclaimedLane;
  readonly #actions: MoHandlers;
  #unclaimedAction: MoAction | undefined;
  #rules: MoRules;
  #partRules: MoRules;

  constructor(options: MoDeskOptions) {
    this.center = options.center;
    this.clock = options.clock;
    this.receivingBinds = options.receivingBinds;
    this.writers = options.writers;
    this.optOuts = options.optOuts;
    this.reply = options.reply;
    this.validityMs = options.validityMs;
    this.onError = options.onError;
    this.onUnclaimed = options.onUnclaimed;
    this.counters = {
      received: 0,
      refused: 0,
      dropped: 0,
      optedOut: 0,
      optedIn: 0,
      unclaimed: 0,
      joined: 0,
      incomplete: 0,
      repeated: 0,
    };
    this.#actions = options.actions;
    this.#rules = options.rules;
    this.#partRules = options.partRules;
    this.parts = new Parts({
      center: options.center,
      clock: options.clock,
      counters: this.counters,
      onError: options.onError,
      deliver: (set, done) => deliverSet(set, this, done),
      tagsOf: options.tagsOf,
      limits: options.limits,
    });
    this.unclaimed = new UnclaimedLane(this, options.tagsOf);
  }

  /** The action ready to run. Throws a RangeError where there is none of its kind. */
  prepared(action: MoAction): PreparedMoAction {
    return this.#actions.prepared(action);
  }

  /** Whose number it was written to, else who last wrote to this handset from it; undefined: nobody is known. */
  ownerOf({ source, destination }: Received): string | undefined {
    const writer = this.writers.of(destination.digits, source.digits) ?? '';
    const account = this.receivingBinds.accountFor(destination.digits, source.digits, writer, writer);
    return account === '' ? undefined : account;
  }

  /** What becomes of what no rule takes, to numbers that are nobody's. */
  get unclaimedAction(): MoAction | undefined {
    return this.#unclaimedAction;
  }

  /** The rules in force. */
  get rules(): MoRules {
    return this.#rules;
  }

  /** The rules for single segments: which ones wait for the others. */
  get partRules(): MoRules {
    return this.#partRules;
  }

  /** New rules for what comes from now on, and for long messages that are not whole yet. */
  use(rules: MoRules, partRules: MoRules, unclaimedAction?: MoAction): void {
    this.#rules = rules;
    this.#partRules = partRules;
    this.#unclaimedAction = unclaimedAction;
  }

  /**
   * Reads back the segments that waited, and begins to look at what nobody had taken. After the center's start, before
   * connectors bind.
   */
  async start(): Promise<void> {
    await this.parts.restore();
    void this.unclaimed.look();
  }

  /** Stops the timers. */
  stop(): void {
    this.parts.stop();
    this.unclaimed.stop();
  }
}
