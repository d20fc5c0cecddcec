/** The composed system: accounts and their sessions, the center, the handsets, and the roads between them. */
import { Center, type Draft, type Message, type MessageState, type Store } from '@chappe/center';
import { type Certificates, type Clock, type Session, systemClock, type Transport } from '@chappe/smpp';
import { Accounts } from './accounts.ts';
import { AccountConnectors } from './connectors/accounts.ts';
import { BroadcastConnector } from './connectors/broadcast.ts';
import { HandsetConnector } from './connectors/handsets.ts';
import { type GatewayCounters, gatewayCounters } from './counters.ts';
import { Desk } from './desk.ts';
import { EarlyReceipts } from './early-receipts.ts';
import { alertPdu } from './egress/alert-notification.ts';
import { type ReceiptOptions, receiptDraft } from './egress/receipt.ts';
import { GatewayEvents, type GatewayListener } from './events.ts';
import type { Ingress } from './ingress/ingress.ts';
import { echoDraft, injectMo, type MoArguments, type MoRoad } from './inject-mo.ts';
import { Messages } from './messages.ts';
import { defaultLifetime, defaultReceiptValidityMs, type GatewayOptions } from './options.ts';
import { ReceiptWriter } from './receipt-text.ts';
import { broadcastLane, handsetLane, Routing } from './routing.ts';
import { type Alert, Handsets } from './sandbox/handsets.ts';
import { lateReceiptMs, magicOf } from './sandbox/magic.ts';
import { type SessionView, viewOfSession } from './session-view.ts';
import { type SubmitArguments, type Submitted, submit } from './submit.ts';

// References of long messages go round in one octet (3GPP 23.040 9.2.3.24.1).
const references = 256;
// Long messages of handsets are given up after minutes: looking every so often is enough.
const receiverCheckMs = 60_000;
const defaultDrainMs = 10_000;

/** A running gateway. */
export class Gateway {
  readonly center: Center;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly handsets: Handsets;
  /** Searching, getting and waiting for messages. */
  readonly messages: Messages;
  /** What happens, for live views. */
  readonly events: { subscribe(listener: GatewayListener): () => void };
  readonly #events: GatewayEvents;
  readonly #clock: Clock;
  readonly #routing: Routing;
  readonly #ingress: Ingress;
  readonly #road: MoRoad;
  readonly #receipts: ReceiptOptions;
  readonly #connectors: AccountConnectors;
  readonly #handsetConnector: HandsetConnector;
  #desk: Desk | undefined;
  #reference: number;
  #disarmCheck: (() => void) | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(options: GatewayOptions, accounts: Accounts) {
    const clock = options.clock ?? systemClock;
    const random = options.random ?? Math.random;
    const onError = options.onError ?? ignore;
    const validityMs = options.receiptValidityMs ?? defaultReceiptValidityMs;
    this.#clock = clock;
    this.accounts = accounts;
    this.store = options.store;
    this.#events = new GatewayEvents(onError);
    this.events = this.#events;
    this.#receipts = { writer: new ReceiptWriter(options.receiptFormat), validityMs };
    this.handsets = new Handsets(options.handsets ?? {}, random);
    this.center = new Center({
      store: options.store,
      clock,
      random,
      ...(options.center?.retry === undefined ? {} : { retry: options.center.retry }),
      limits: { ...options.center?.limits, receiptValidityMs: validityMs },
      receipt: (message, state, error) => this.#receiptOf(message, state, error),
      onError: (error) => onError(error, 'center'),
      onChange: (message, step) => this.#onChange(message, step),
    });
    this.messages = new Messages(this.center, this.#events, clock);
    this.#routing = new Routing();
    this.#ingress = {
      center: this.center,
      routing: this.#routing,
      clock,
      lifetime: { ...defaultLifetime, ...options.lifetime },
      early: new EarlyReceipts(clock),
      counters: { accepted: 0, refused: 0 },
      onError,
    };
    this.#road = { ingress: this.#ingress, handsets: this.handsets, validityMs };
    this.#connectors = new AccountConnectors(this.center, this.#routing, (message) => this.#onSent(message));
    this.#handsetConnector = new HandsetConnector(
      this.handsets,
      clock,
      { onDelivered: (message) => this.#onDelivered(message) },
      options.handsets?.capacity,
    );
    this.#reference = Math.floor(random() * references);
    this.handsets.onSwitchedOn = (msisdn, alerts) => this.#onSwitchedOn(msisdn, alerts);
    this.handsets.onReceived = (msisdn, message) => {
      if (this.#events.isHeard) this.#events.emit({ kind: 'handset', msisdn, message: message() });
    };
  }

  /** Opens everything. Rejects when a port cannot be had or the store cannot be read; then nothing is left open. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const accounts = await Accounts.create(options.accounts ?? { open: true });
    const gateway = new Gateway(options, accounts);
    try {
      await gateway.center.start();
      gateway.center.attach(handsetLane, gateway.#handsetConnector);
      gateway.center.attach(broadcastLane, new BroadcastConnector(gateway.handsets, gateway.#clock));
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

  /** The port of the SMPP listener. */
  get smppPort(): number {
    return this.#desk?.plain.port ?? 0;
  }

  /** The port of the TLS listener; undefined when there is none. */
  get tlsPort(): number | undefined {
    return this.#desk?.tls?.port;
  }

  /** All bound sessions. */
  sessions(): SessionView[] {
    return (this.#desk?.sessions() ?? []).map(viewOfSession);
  }

  /** Plain integers of all parts, for metrics; a fresh object. */
  counters(): GatewayCounters {
    return gatewayCounters(this.#ingress.counters, this.#desk, this.center);
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

  async #stop(drainMs: number): Promise<void> {
    this.#disarmCheck?.();
    this.#ingress.early.releaseAll();
    // Sessions first: their open requests wait for commits, which the center still makes.
    await this.#desk?.close(drainMs);
    this.#handsetConnector.stop();
    // Closes the store too.
    await this.center.stop({ drainMs });
  }

  #nextReference(): number {
    this.#reference = (this.#reference + 1) % references;
    return this.#reference;
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

  #onChange(message: Message, step: string): void {
    if (this.#events.isHeard) this.#events.emit({ kind: 'message', step, message });
  }

  /** The receipts for a new state of a message, committed together with it. */
  #receiptOf(message: Message, state: MessageState, error: number): Draft | readonly Draft[] | undefined {
    const atMs = this.#clock.nowMs();
    switch (magicOf(message.destination.digits)) {
      case 'no-receipt':
        return undefined;
      case 'late-receipt':
        return receiptDraft(message, { state, error, atMs, dueMs: atMs + lateReceiptMs }, this.#receipts);
      case 'duplicate-receipt': {
        const receipt = receiptDraft(message, { state, error, atMs }, this.#receipts);
        return [receipt, receipt];
      }
      default:
        return receiptDraft(message, { state, error, atMs }, this.#receipts);
    }
  }

  /** A message or receipt has been handed to a session. */
  #onSent(message: Message): void {
    if (message.of !== undefined) this.#ingress.early.release(message.of);
  }

  /** A handset has shown a message: the magic number `echo` answers it. */
  #onDelivered(message: Message): void {
    if (magicOf(message.destination.digits) !== 'echo') return;
    this.center.submit([echoDraft(message, this.#road)], (error) => {
      if (error !== undefined) this.#ingress.onError(error, 'echo');
    });
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

function ignore(): void {
  // Nobody wants to hear of it.
}
