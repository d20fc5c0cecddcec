/** The center of a gateway: what it asks of the roads, the receipts and the ledger. */
import { Center } from '@chappe/center';
import type { Accounts } from '@chappe/policy';
import type { Clock, Random } from '@chappe/smpp';
import type { ReceiptDesk } from '../egress/receipt-desk.ts';
import { replaceableOf } from '../message/groups.ts';
import type { Said } from '../message/operator-report.ts';
import { chargedAtEnd } from '../money/charging.ts';
import type { Ledger } from '../money/ledger.ts';
import type { Network } from '../network/network.ts';
import type { TimeCounts } from '../observation/time-counts.ts';
import { timedStore } from '../observation/timed-store.ts';
import type { MessageSteps } from './message-steps.ts';
import type { GatewayOptions } from './options.ts';

/** What a center is made of. Functions stand for what is made after it. */
export interface CenterParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly validityMs: number;
  readonly accounts: Accounts;
  readonly receipts: ReceiptDesk;
  readonly steps: MessageSteps;
  readonly commitTimes: TimeCounts;
  readonly network: () => Network;
  readonly ledger: () => Ledger;
}

/** Makes the center. */
export function makeCenter({ store, center }: GatewayOptions, parts: CenterParts): Center {
  const { clock, random, validityMs, accounts, receipts, steps, network, ledger } = parts;
  return new Center({
    store: timedStore(store, clock, parts.commitTimes),
    clock,
    random,
    ...(center?.retry === undefined ? {} : { retry: center.retry }),
    limits: { ...center?.limits, receiptValidityMs: validityMs },
    receipt: (message, state, error, said) =>
      receipts.draftsFor(message, state, error, said as Said | undefined),
    piecesOf: replaceableOf,
    beforeEnd: (message) => receipts.beforeEnd(message),
    late: (message) => network().late(message),
    isCharged: (message, state) => chargedAtEnd(message, state, accounts.get(message.account)?.settings),
    onForget: (tallies) => ledger().carryForward(tallies),
    onError: (error) => steps.onError(error, 'center'),
    onChange: (message, step) => steps.onChange(message, step),
  });
}
