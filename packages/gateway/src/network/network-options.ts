/** What a network is made of, and who hears of it. */
import type { Center, ControlStore, Message } from '@chappe/center';
import type { Accounts, OptOuts, PumpingAlarm } from '@chappe/policy';
import type { PduOf } from '@chappe/protocol';
import type { Clock, Random } from '@chappe/smpp';
import type { Verdict } from '../correlation/receipt-outcome.ts';
import type { Acceptance } from '../ingress/acceptance.ts';
import type { ReceivingBinds } from '../lanes/binds.ts';
import type { MoHandlers } from '../mo/actions.ts';
import type { Reply } from '../mo/context.ts';
import type { LastSenders } from '../mo/last-senders.ts';
import type { Received } from '../mo/received.ts';
import type { Ledger } from '../money/ledger.ts';
import type { ConnectUpstream } from '../upstream/binds.ts';
import type { Home } from '../upstream/leads-back.ts';
import type { HookNotice } from '../webhooks/health.ts';

/** Who hears of what happens at upstreams, and sends what a rule answers handsets with. */
export interface NetworkListener {
  onUpstream(connector: string, what: 'bound' | 'lost' | 'bind-failed' | 'stranded', detail: string): void;
  onBreaker(connector: string, isOpen: boolean, detail: string): void;
  /** The receiver of a webhook fails, was switched off or on, or is tried. Gives the id of the event that tells it. */
  onWebhook(notice: HookNotice): string;
  /** A receipt that is not final. */
  onIntermediate(message: Message, verdict: Verdict): void;
  /** A handset that an upstream was asked about can be reached again. */
  onAlert(pdu: PduOf<'alert_notification'>, connector: string): void;
  onPumping(alarm: PumpingAlarm): void;
  /** A message from a handset waits for somebody to take it. */
  onUnclaimed(received: Received): void;
  /** The word that confirms an opt-out. */
  reply: Reply;
  onError(error: unknown, where: string): void;
}

/** What a network is made of. */
export interface NetworkOptions {
  readonly center: Center;
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly accounts: Accounts;
  readonly receivingBinds: ReceivingBinds;
  readonly acceptance: Acceptance;
  readonly ledger: Ledger;
  readonly optOuts: OptOuts;
  readonly writers: LastSenders;
  /** What rules for messages from handsets may do. */
  readonly actions: MoHandlers;
  readonly moValidityMs: number;
  readonly connect?: ConnectUpstream | undefined;
  readonly home?: Home | undefined;
}
