/** The center of a gateway: made of its options, and told what receipts, money and operators have to say. */
import { Center, type CenterHooks, type Clock, type Random } from '@chappe/center';
import type { Accounts } from '@chappe/policy';
import type { ReceiptWriter } from '../egress/receipt-writer.ts';
import { replaceableOf } from '../message/groups.ts';
import type { OperatorReport } from '../message/operator-report.ts';
import { chargedAtEnd } from '../money/charging.ts';
import type { Ledger } from '../money/ledger.ts';
import type { Network } from '../network/network.ts';
import type { TimeCounts } from '../observation/time-counts.ts';
import { timedStore, watchedTogether } from '../observation/timed-store.ts';
import type { MessageListeners } from './message-listeners.ts';
import { defaultReceiptValidityMs, type GatewayOptions } from './options.ts';

/** Makes it. `commitTimes`: is told how long commits take. */
export function makeCenter(
  { store, control, center, receiptValidityMs = defaultReceiptValidityMs, onError }: GatewayOptions,
  clock: Clock,
  random: Random,
  commitTimes: TimeCounts,
): Center {
  return new Center({
    store: watchedTogether(timedStore(store, clock, commitTimes), control),
    clock,
    random,
    ...(center?.retry === undefined ? {} : { retry: center.retry }),
    limits: { ...center?.limits, receiptValidityMs },
    onError: (error) => onError?.(error, 'center'),
  });
}

/** The parts that have a say in what becomes of messages. */
export interface Deciders {
  readonly accounts: Accounts;
  readonly receipts: ReceiptWriter;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly listeners: Pick<MessageListeners, 'onChange'>;
}

/** What the center asks of them. */
export function hooksOf({ accounts, receipts, network, ledger, listeners }: Deciders): CenterHooks {
  return {
    receipt: (message, state, error, report) =>
      receipts.draftsFor(message, state, error, report as OperatorReport | undefined),
    sentNotice: (message) => receipts.sentNotice(message),
    piecesOf: replaceableOf,
    beforeEnd: (message) => receipts.beforeEnd(message),
    onReceiptOverdue: (message) => network.receiptOverdue(message),
    isCharged: (message, state) => chargedAtEnd(message, state, accounts.get(message.account)?.settings),
    onForget: (tallies) => ledger.carryForward(tallies),
    onChange: (message, step) => listeners.onChange(message, step),
  };
}
