/** The composed system: accounts and their sessions, the center, handsets and upstreams, and the roads between them. */
import { Center, type ControlStore, MemoryControl, type Message, type Store } from '@chappe/center';
import { type Certificates, type Clock, type Session, systemClock, type Transport } from '@chappe/smpp';
import { type AccountOptions, Accounts } from './accounts/accounts.ts';
import { AccountConnectors } from './connectors/accounts.ts';
import { BroadcastConnector } from './connectors/broadcast.ts';
import { HandsetConnector } from './connectors/handsets.ts';
import { type GatewayCounters, gatewayCounters } from './counters.ts';
import { Desk } from './desk.ts';
import { EarlyReceipts } from './early-receipts.ts';
import { alertPdu, passedAlert } from './egress/alert-notification.ts';
import { ReceiptDesk } from './egress/receipt-desk.ts';
import { GatewayEvents, type GatewayListener } from './events.ts';
import { OptOuts } from './filters/opt-outs.ts';
import { Acceptance } from './ingress/acceptance.ts';
import type { Ingress } from './ingress/ingress.ts';
import { echoDraft, injectMo, type MoArguments, type MoRoad } from './inject-mo.ts';
import { Messages } from './messages.ts';
import { LastWriters } from './mo/spread.ts';
import { chargedAtEnd, restoreQuotas } from './money/charging.ts';
import { Ledger } from './money/ledger.ts';
import { Network } from './network.ts';
import { defaultLifetime, defaultReceiptValidityMs, type GatewayOptions } from './options.ts';
import { broadcastLane, handsetLane, Routing } from './routing.ts';
import { type Alert, Handsets } from './sandbox/handsets.ts';
import { magicOf } from './sandbox/magic.ts';
import { type SessionView, viewOfSession } from './session-view.ts';
import { type GatewaySettings, noSettings } from './settings/gateway.ts';
import { isFinal } from './states.ts';
import { type SubmitArguments, type Submitted, submit } from './submit.ts';
import { Transactions } from './transactions.ts';

// References of long messages go round in one octet (3GPP 23.040 9.2.3.24.1).
const references = 256;
// Long messages of handsets are given up after minutes: looking every so often is enough.
const receiverCheckMs = 60_000;
const defaultDrainMs = 10_000;

/** What is opened before the rest is put together. */
interface Opened {
  readonly accounts: Accounts;
  readonly control: ControlStore;
  readonly optOuts: OptOuts;
}

/** A running gateway. */
export class Gateway {
  readonly center: Center;
  readonly store: Store;
  readonly control: ControlStore;
  readonly accounts: Accounts;
  readonly handsets: Handsets;
  /** Upstreams, routes, receipts of upstreams, and messages from their handsets. */
  readonly network: Network;
  readonly optOuts: OptOuts;
  /** Searching, getting and waiting for messages. */
  readonly messages: Messages;
  /** What happens, for live views. */
  readonly events: { subscribe(listener: GatewayListener): () => void };
  readonly #events: GatewayEvents;
  readonly #clock: Clock;
  readonly #routing: Routing = new Routing();
  readonly #acceptance: Acceptance;
  readonly #transactions: Transactions;
  readonly #writers: LastWriters = new LastWriters();
  readonly #ingress: Ingress;
  readonly #road: MoRoad;
  readonly #receipts: ReceiptDesk;
  readonly #connectors: AccountConnectors;
  readonly #handsetConnector: HandsetConnector;
  #ledger: Ledger | undefined;
  #desk: Desk | undefined;
  #reference: number;
  #disarmCheck: (() => void) | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(options: GatewayOptions, { accounts, control, optOuts }: Opened) {
    const clock = options.clock ?? systemClock;
    const random = options.random ?? Math.random;
    const onError = options.onError ?? ignore;
    const validityMs = options.receiptValidityMs ?? defaultReceiptValidityMs;
    this.#clock = clock;
    this.accounts = accounts;
    this.control = control;
    this.optOuts = optOuts;
    this.store = options.store;
    this.#events = new GatewayEvents(onError);
    this.events = this.#events;
    this.#receipts = new ReceiptDesk({
      center: () => this.center,
      accounts,
      clock,
      format: options.receiptFormat,
      validityMs,
    });
    this.handsets = new Handsets(options.handsets ?? {}, random);
    this.center = new Center({
      store: options.store,
      clock,
      random,
      ...(options.center?.retry === undefined ? {} : { retry: options.center.retry }),
      limits: { ...options.center?.limits, receiptValidityMs: validityMs },
      receipt: (message, state, error) => this.#receipts.draftsFor(message, state, error),
      beforeEnd: (message) => this.#receipts.beforeEnd(message),
      late: (message) => this.network.late(message),
      isCharged: (message, state) => chargedAtEnd(message, state, accounts.get(message.account)?.settings),
      onForget: (tallies) => this.ledger.carryForward(tallies),
      onError: (error) => onError(error, 'center'),
      onChange: (message, step) => this.#onChange(message, step),
    });
    this.messages = new Messages(this.center, this.#events, clock);
    this.#acceptance = new Acceptance(this.#routing);
    this.#transactions = new Transactions(clock);
    this.#reference = Math.floor(random() * references);
    this.#ingress = this.#ingressOf(options, onError);
    this.#road = { ingress: this.#ingress, handsets: this.handsets, validityMs };
    this.network = new Network({
      center: this.center,
      control,
      clock,
      random,
      routing: this.#routing,
      acceptance: this.#acceptance,
      ledger: () => this.ledger,
      optOuts,
      writers: this.#writers,
      reply: (from, to, text, account) => this.#reply(from, to, text, account),
      moValidityMs: validityMs,
      events: {
        onUpstream: (connector, what, detail) =>
          this.#events.emit({ kind: 'upstream', connector, what, detail }),
        onIntermediate: (message, verdict) => this.#notify(message, verdict.error),
        onAlert: (pdu) => this.#passAlert(pdu),
        onPumping: (alarm) => this.#events.emit({ kind: 'pumping', alarm }),
        onError,
      },
    });
    this.#connectors = new AccountConnectors({
      center: this.center,
      routing: this.#routing,
      accounts,
      onSent: (message) => this.#onSent(message),
    });
    this.#handsetConnector = new HandsetConnector(
      this.handsets,
      clock,
      { onDelivered: (message) => this.#onDelivered(message) },
      options.handsets?.capacity,
    );
    this.handsets.onSwitchedOn = (msisdn, alerts) => this.#onSwitchedOn(msisdn, alerts);
    this.handsets.onReceived = (msisdn, message) => {
      if (this.#events.isHeard) this.#events.emit({ kind: 'handset', msisdn, message: message() });
    };
  }

  /** Opens everything. Rejects when a port cannot be had, the store cannot be read, or settings cannot be (RangeError); then nothing is left open. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const control = options.control ?? new MemoryControl();
    const settings = options.settings ?? noSettings;
    const accounts = await Accounts.create(accountsOf(options));
    const optOuts = await OptOuts.load(control);
    const gateway = new Gateway(options, { accounts, control, optOuts });
    try {
      await gateway.center.start();
      const nowMs = gateway.#clock.nowMs();
      gateway.#ledger = await Ledger.open(control, () => gateway.center.tallies(), nowMs);
      await restoreQuotas(accounts, gateway.center, nowMs);
      gateway.center.attach(handsetLane, gateway.#handsetConnector);
      gateway.center.attach(broadcastLane, new BroadcastConnector(gateway.handsets, gateway.#clock));
      await gateway.network.start(settings);
      gateway.#desk = await Desk.open(options, gateway.#ingress, accounts, {
        onBound: (session) => gateway.#onBound(session),
        onClosed: (session, reason) => gateway.#onClosed(session, reason),
      });
    } catch (error) {
      await gateway.stop({ drainMs: 0 });
      throw error;
    }
    gateway.#checkReceiver();
    return gateway;
  }

  /** The money of all accounts. */
  get ledger(): Ledger {
    if (this.#ledger === undefined) throw new RangeError('the gateway has not started');
    return this.#ledger;
  }

  /** The settings in force. */
  get settings(): GatewaySettings {
    return this.network.settings;
  }

  /** The port of the SMPP listener. */
  get smppPort(): number {
    return this.#desk?.plain.port ?? 0;
  }

  /** The port of the TLS listener; undefined when there is none. */
  get tlsPort(): number | undefined {
    return this.#desk?.tls?.port;
  }

  /**
   * Takes other settings over: what they do not touch goes on undisturbed; sessions of accounts that are gone or
   * suspended are ended. Rejects with a RangeError that names entry and field; then nothing has changed.
   */
  async apply(settings: GatewaySettings): Promise<void> {
    this.network.check(settings);
    if (!this.accounts.open) this.accounts.replace(settings.accounts);
    this.network.use(settings);
    this.#endSessions();
  }

  /** Suspends an account, or ends that; false when there is none of that name. Its sessions end. */
  suspend(account: string, isSuspended: boolean): boolean {
    const isKnown = this.accounts.suspend(account, isSuspended);
    this.#endSessions();
    return isKnown;
  }

  /** All bound sessions. */
  sessions(): SessionView[] {
    return (this.#desk?.sessions() ?? []).map(viewOfSession);
  }

  /** Plain integers of all parts, for metrics; a fresh object. */
  counters(): GatewayCounters {
    return gatewayCounters(this.#ingress.counters, this.#acceptance.counters, this.#desk, this.center);
  }

  /** Ends one session in order (unbind). False when there is none with that id. */
  unbind(sessionId: number): boolean {
    const session = this.#desk?.sessions().find(({ id }) => id === sessionId);
    if (session === undefined) return false;
    void session.close();
    return true;
  }

  /** New certificates for the TLS handshakes to come. Throws when they are no good, or there is no TLS listener. */
  setCertificates(certificates: Certificates): void {
    if (this.#desk?.tls === undefined) throw new RangeError('this gateway does not listen for TLS');
    this.#desk.tls.setSecureContext(certificates);
  }

  /** Serves an ESME over any transport: an ESME in the same process, a tunnel. */
  accept(transport: Transport): Session | undefined {
    return this.#desk?.plain.accept(transport);
  }

  /** Stores a message of an account; settles when it is on disk. Rejects with `GatewayError`. */
  submit(input: SubmitArguments): Promise<Submitted> {
    return submit(input, this.#ingress, this.#nextReference());
  }

  /** Stores a message from a handset for the account that serves it. Rejects with `GatewayError`. */
  injectMo(input: MoArguments): Promise<{ ids: string[] }> {
    return injectMo(input, this.#road, this.#nextReference());
  }

  /** Stops: takes nothing more, answers what was taken, unbinds, closes the store. Never rejects twice. */
  stop(options: { readonly drainMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(options.drainMs ?? defaultDrainMs);
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #ingressOf(options: GatewayOptions, onError: (error: unknown, where: string) => void): Ingress {
    const clock = this.#clock;
    return {
      center: this.center,
      accounts: this.accounts,
      acceptance: this.#acceptance,
      transactions: this.#transactions,
      routing: this.#routing,
      clock,
      lifetime: { ...defaultLifetime, ...options.lifetime },
      early: new EarlyReceipts(clock),
      counters: { accepted: 0, refused: 0 },
      nextReference: () => this.#nextReference(),
      cutsLong: () => this.network.cutsLong,
      takesWhole: (plan) => this.network.takesWhole(plan),
      onError,
    };
  }

  async #stop(drainMs: number): Promise<void> {
    this.#disarmCheck?.();
    this.#ingress.early.releaseAll();
    this.#transactions.close();
    // Sessions first: their open requests wait for commits, which the center still makes.
    await this.#desk?.close(drainMs);
    await this.network.stop(drainMs);
    this.#handsetConnector.stop();
    // Closes the store too.
    await this.center.stop({ drainMs });
    await this.control.close();
  }

  #nextReference(): number {
    this.#reference = (this.#reference + 1) % references;
    return this.#reference;
  }

  #endSessions(): void {
    if (this.accounts.open) return;
    for (const session of this.#desk?.sessions() ?? []) {
      const account = this.accounts.get(session.context as string);
      if (account === undefined || account.suspended) void session.close();
    }
  }

  #onBound(session: Session): void {
    const bind = this.#routing.bound(session, session.context as string);
    if (bind !== undefined) this.#connectors.add(bind);
    if (this.#events.isHeard) this.#events.emit({ kind: 'bound', session: viewOfSession(session) });
  }

  #onClosed(session: Session, reason: string): void {
    const bind = this.#routing.unbound(session);
    if (bind !== undefined) this.#connectors.remove(bind);
    if (this.#events.isHeard) this.#events.emit({ kind: 'closed', session: viewOfSession(session), reason });
  }

  /** After the commit of each step of a message. */
  #onChange(message: Message, step: string): void {
    if (step === 'sent') this.network.upstreams.noteSaved(message.connector);
    else if (message.kind === 'mt') this.#onStep(message, step);
    if (this.#events.isHeard) this.#events.emit({ kind: 'message', step, message });
  }

  #onStep(message: Message, step: string): void {
    if (isFinal(message.state)) {
      this.#transactions.onChange(message);
      if (message.price > 0)
        this.ledger
          .account(message.account)
          .settle(message.price, message.charged === true, message.acceptedMs);
    } else if (message.attempts === 0 && step !== 'retry' && this.network.cutsLong) {
      this.#writers.note(message.account, message.source.digits, message.destination.digits);
    }
  }

  /** A message or receipt has been handed to a session. */
  #onSent(message: Message): void {
    if (message.of !== undefined) this.#ingress.early.release(message.of);
  }

  /** An upstream has said something that is not final: who asked for notices hears of it. */
  #notify(message: Message, error: number): void {
    const wanted = 4;
    if ((message.receiptWanted & wanted) === 0) return;
    this.center.submit([this.#receipts.noticeFor(message, error)], (failure) => {
      if (failure !== undefined) this.#ingress.onError(failure, 'notice');
    });
  }

  /** A handset has shown a message: the magic number `echo` answers it. */
  #onDelivered(message: Message): void {
    if (magicOf(message.destination.digits) !== 'echo') return;
    this.center.submit([echoDraft(message, this.#road)], (error) => {
      if (error !== undefined) this.#ingress.onError(error, 'echo');
    });
  }

  /** The word that confirms an opt-out. */
  #reply(from: string, to: string, text: string, account: string): Promise<unknown> {
    return submit({ account, from, to, text, isReply: true }, this.#ingress, this.#nextReference());
  }

  #passAlert(pdu: Parameters<typeof passedAlert>[0]): void {
    const account = this.#writers.of(pdu.esme_addr, pdu.source_addr);
    if (account === undefined) return;
    this.#connectors.alertable(account)?.session.send(passedAlert(pdu), ignore);
  }

  /** What waits for a handset that is back is tried at once, and who asked for it is told. */
  #onSwitchedOn(msisdn: string, alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      this.#connectors.alertable(alert.account)?.session.send(alertPdu(alert), ignore);
    }
    // Peers write numbers with and without a plus; to a handset they are the same.
    for (const destination of [msisdn, `+${msisdn}`]) {
      this.center
        .retryMatching({ destination })
        .catch((error: unknown) => this.#ingress.onError(error, 'retry'));
    }
  }

  #checkReceiver(): void {
    this.#disarmCheck = this.#clock.setTimer(() => {
      this.handsets.expire(this.#clock.nowMs());
      this.#checkReceiver();
    }, receiverCheckMs);
  }
}

function accountsOf({ settings, accounts }: GatewayOptions): AccountOptions {
  if (settings !== undefined && settings.accounts.length > 0) return { open: false, list: settings.accounts };
  return accounts ?? { open: true };
}

function ignore(): void {
  // Nobody wants to hear of it.
}
