/** Messages of customers by account and by connector, as plain integers: two map look-ups in a message's life. */
import type { Message, MessageState } from '@chappe/center';
import { isFinal } from '../message/states.ts';
import { ReceiptBacklog } from './receipt-backlog.ts';
import type { Refusal } from './refusals.ts';
import { TimeCounts } from './time-counts.ts';

/** Messages of one account; one for each segment. */
export interface AccountCounts {
  accepted: number;
  delivered: number;
  /** Ended in any other state. */
  failed: number;
  /** Submissions that were not taken, or destinations of them, by why; see `Refusal.reason`. */
  readonly refused: Map<string, number>;
}

/** Messages that ended at one group of connectors. */
export interface ConnectorEnds {
  readonly states: Map<MessageState, number>;
  /** From acceptance to the end of those that were delivered. */
  readonly times: TimeCounts;
}

// Each is a time series for ever; an open gateway takes any name as an account.
const maxAccounts = 100;
// Groups are written by hand.
const maxConnectors = 200;
/** What is beyond the limit is counted together. */
export const otherLabel = '(other)';
/** Messages that ended without having been at a connector. */
export const noConnector = '(none)';

/** The counts of a gateway since its start. */
export class MessageCounts {
  readonly accounts: Map<string, AccountCounts> = new Map();
  readonly connectors: Map<string, ConnectorEnds> = new Map();
  /** Receipts that wait for their accounts. */
  readonly backlog: ReceiptBacklog = new ReceiptBacklog();

  /** A message of a customer is on disk. */
  accepted({ account, segments }: Message): void {
    this.#account(account).accepted += segments;
  }

  /** A submission of a customer was not taken. */
  refused({ account, reason }: Pick<Refusal, 'account' | 'reason'>): void {
    const { refused } = this.#account(account);
    refused.set(reason, (refused.get(reason) ?? 0) + 1);
  }

  /** A message of a customer has ended. */
  ended(message: Message): void {
    const { state, segments } = message;
    if (!isFinal(state)) return;
    const account = this.#account(message.account);
    const { states, times } = this.#connector(message.group ?? noConnector);
    states.set(state, (states.get(state) ?? 0) + segments);
    if (state === 'delivered') {
      account.delivered += segments;
      times.note(message.doneMs - message.acceptedMs);
    } else account.failed += segments;
  }

  #account(name: string): AccountCounts {
    const known = this.accounts.get(name);
    if (known !== undefined) return known;
    if (this.accounts.size >= maxAccounts && name !== otherLabel) return this.#account(otherLabel);
    const made = { accepted: 0, delivered: 0, failed: 0, refused: new Map<string, number>() };
    this.accounts.set(name, made);
    return made;
  }

  #connector(name: string): ConnectorEnds {
    const known = this.connectors.get(name);
    if (known !== undefined) return known;
    if (this.connectors.size >= maxConnectors && name !== otherLabel) return this.#connector(otherLabel);
    const made = { states: new Map<MessageState, number>(), times: new TimeCounts() };
    this.connectors.set(name, made);
    return made;
  }
}
