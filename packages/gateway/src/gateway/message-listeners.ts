/** What follows from the steps of messages: money is settled, waiting callers are told, notices and answers are made. */
import type { Center, Message, Step } from '@chappe/center';
import type { PumpingAlarm } from '@chappe/policy';
import type { PduOf } from '@chappe/protocol';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Callbacks } from '../callbacks/callbacks.ts';
import type { Verdict } from '../correlation/receipt-outcome.ts';
import type { AccountConnectors } from '../egress/account-connectors.ts';
import { type Alert, alertPdu, passedAlert } from '../egress/alert-notification.ts';
import type { ReceiptWriter } from '../egress/receipt-writer.ts';
import { echoDraft, type OriginatedContext } from '../ingress/handset-originated.ts';
import type { Ingress } from '../ingress/ingress.ts';
import type { Inlet } from '../ingress/inlet.ts';
import type { Transactions } from '../ingress/transactions.ts';
import type { Bind } from '../lanes/binds.ts';
import { isFinal } from '../message/states.ts';
import type { LastSenders } from '../mo/last-senders.ts';
import type { MoNotices } from '../mo/notices.ts';
import type { Received } from '../mo/received.ts';
import type { Ledger } from '../money/ledger.ts';
import type { Network } from '../network/network.ts';
import type { NetworkListener } from '../network/network-options.ts';
import { eventIdOf } from '../observation/event-ids.ts';
import type { GatewayEvents } from '../observation/events.ts';
import type { MessageCounts } from '../observation/message-counts.ts';
import type { HookNotice } from '../webhooks/health.ts';

/** The parts that steps are told to. */
export interface ListeningParts {
  readonly center: Center;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly connectors: AccountConnectors;
  readonly ingress: Ingress;
  readonly handsetOriginated: OriginatedContext;
  readonly receipts: ReceiptWriter;
  readonly callbacks: Callbacks;
  readonly transactions: Transactions;
  readonly writers: LastSenders;
  readonly notices: MoNotices;
  readonly counts: MessageCounts;
  readonly events: GatewayEvents;
  readonly audit: AuditLog;
  readonly inlet: Inlet;
  readonly onError: (error: unknown, where: string) => void;
}

// SMPP 3.4 5.2.17: the bit of registered_delivery for intermediate notifications, as the center stores it.
const noticeWanted = 4;

const bindTypes = {
  bound: 'connector.bound',
  lost: 'connector.unbound',
  'bind-failed': 'connector.failed',
  stranded: 'connector.stranded',
} as const;

/** Hears of every step, and of what happens at upstreams, and tells whose job that is. */
export class MessageListeners implements NetworkListener {
  readonly #parts: ListeningParts;

  constructor(parts: ListeningParts) {
    this.#parts = parts;
  }

  /** A bind that takes messages has come. */
  onBound(bind: Bind): void {
    const { connectors, notices, ingress, network } = this.#parts;
    const { receivingBinds, accounts } = ingress;
    connectors.add(bind);
    notices.bound(bind);
    // Where everybody may bind, its lane takes what nobody has taken; where numbers are given away, no bind changes whose
    // they are.
    if (!accounts.open && !receivingBinds.knowsOwners) void network.mo.unclaimed.look();
  }

  /** After the commit of each step of a message. */
  onChange(message: Message, step: Step): void {
    const { network, events, counts, callbacks } = this.#parts;
    if (step === 'sent') network.upstreams.onSentStored(message.group);
    else if (message.kind === 'mt') this.#onStep(message, step);
    else {
      counts.backlog.onChange(message, step);
      callbacks.onStored(message.lane);
    }
    events.step(message, step);
  }

  /** An upstream has said something that is not final: who asked for notices hears of it. */
  onIntermediate(message: Message, verdict: Verdict): void {
    if ((message.receiptWanted & noticeWanted) === 0) return;
    const { center, receipts } = this.#parts;
    const notices = receipts.noticesFor(message, verdict);
    if (notices.length === 0) return;
    center.submit(notices, (failure) => this.#failed(failure, 'notice'));
  }

  /** A handset sends a message back as it came. */
  sendBack(message: Message): void {
    const { center, handsetOriginated } = this.#parts;
    center.submit([echoDraft(message, handsetOriginated)], (failure) => this.#failed(failure, 'echo'));
  }

  /** The word that confirms an opt-out. */
  reply(from: string, to: string, text: string, account: string): Promise<unknown> {
    return this.#parts.inlet.submitOne({ account, from, to, text, isReply: true });
  }

  /** A handset that an upstream was asked about can be reached again. */
  onAlert(pdu: PduOf<'alert_notification'>): void {
    const { writers, connectors, ingress } = this.#parts;
    // It says nothing but that a handset is back: of a number that is nobody's, who wrote from it may know.
    const writer = writers.of(pdu.esme_addr, pdu.source_addr) ?? '';
    const account = ingress.receivingBinds.accountFor(pdu.esme_addr, pdu.source_addr, writer, writer) ?? '';
    if (account === '') return;
    connectors.alertable(account)?.session.send(passedAlert(pdu), ignore);
  }

  /** What waits for a handset that is back is tried at once, and who asked for it is told. */
  reachable(msisdn: string, alerts: readonly Alert[]): void {
    const { center, connectors } = this.#parts;
    for (const alert of alerts) connectors.alertable(alert.account)?.session.send(alertPdu(alert), ignore);
    // Peers write numbers with and without a plus; to a handset they are the same.
    for (const destination of [msisdn, `+${msisdn}`]) {
      center.retryMatching({ destination }).catch((error: unknown) => this.#failed(error, 'retry'));
    }
  }

  /** A bind to an upstream has come about, was lost, or failed; or messages wait for one that is gone. */
  onUpstream(connector: string, what: 'bound' | 'lost' | 'bind-failed' | 'stranded', detail: string): void {
    this.#parts.events.emit({ type: bindTypes[what], connector, detail });
  }

  /** An upstream was taken out of use for a while, or is well again. */
  onBreaker(connector: string, isOpen: boolean, detail: string): void {
    const type = isOpen ? 'breaker.opened' : 'breaker.closed';
    this.#parts.events.emit({ type, connector, detail });
  }

  /** The receiver of a webhook fails, was switched off or on, or is tried. Gives the id of the event that tells it. */
  onWebhook(notice: HookNotice): string {
    const { events, audit } = this.#parts;
    const { type, webhook } = notice;
    const moment = events.moment();
    const id = eventIdOf(moment);
    events.emit(notice, moment);
    // Who switches one on does that by the API, which writes it down.
    if (type !== 'webhook.disabled') return id;
    const line = {
      by: 'gateway',
      via: 'gateway',
      address: '',
      what: 'disableWebhook',
      target: webhook,
    } as const;
    audit.append({ ...line, fields: [] }).catch((error: unknown) => this.onError(error, 'audit'));
    return id;
  }

  /** A message from a handset that nobody takes. */
  onUnclaimed(received: Received): void {
    this.#parts.notices.unclaimed(received);
  }

  /** An account's messages look made up. */
  onPumping(alarm: PumpingAlarm): void {
    this.#parts.events.emit({ type: 'pumping.detected', alarm });
  }

  /** A failure that no caller hears of. */
  onError(error: unknown, where: string): void {
    this.#parts.onError(error, where);
  }

  #onStep(message: Message, step: string): void {
    const { transactions, ledger, network, writers, counts, ingress } = this.#parts;
    if (isFinal(message.state)) {
      counts.ended(message);
      transactions.onChange(message);
      if (message.state === 'unknown' && message.upstreamId !== undefined)
        network.upstreams.markSuperseded(message);
      if (message.price > 0)
        ledger.account(message.account).settle(message.price, message.charged === true, message.acceptedMs);
    } else if (message.attempts === 0 && step !== 'retry') {
      if (step !== 'replaced') counts.accepted(message);
      const { account, source, destination } = message;
      if (network.splitsLongMessages && ingress.accounts.owners.mayWriteAs(account, source.digits))
        writers.note(account, source.digits, destination.digits);
    }
  }

  #failed(failure: unknown, where: string): void {
    if (failure !== undefined) this.onError(failure, where);
  }
}

function ignore(): void {
  // Nobody wants to hear of it.
}
