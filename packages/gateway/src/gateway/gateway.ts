/** The composed system: accounts and their sessions, the center, handsets and upstreams, and what lies between them. */
import {
  type Center,
  type ControlStore,
  type Message,
  type Recovery,
  SteadyClock,
  type Store,
  systemRandom,
} from '@chappe/center';
import type {
  Accounts,
  EntryKind,
  EntrySettings,
  GatewaySettings,
  Login,
  LoginResult,
  OptOuts,
} from '@chappe/policy';
import { type Certificates, type Clock, type Session, systemClock, type Transport } from '@chappe/smpp';
import { Afterwards } from '../admin/afterwards.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { AccountConnectors } from '../egress/account-connectors.ts';
import { ReceiptWriter } from '../egress/receipt-writer.ts';
import type { PutResult, RemoveResult, RunTimeEntries } from '../entries/run-time.ts';
import { Messages } from '../history/messages.ts';
import { Acceptance } from '../ingress/acceptance.ts';
import { injectMo, type MoArguments, type OriginatedContext } from '../ingress/handset-originated.ts';
import type { Ingress } from '../ingress/ingress.ts';
import { Inlet, type SubmitRequest, type Submitted } from '../ingress/inlet.ts';
import { SmppListeners } from '../ingress/listeners.ts';
import { Transactions } from '../ingress/transactions.ts';
import { Wholes } from '../ingress/wholes.ts';
import { ReceivingBinds } from '../lanes/binds.ts';
import { referenceCounter } from '../message/references.ts';
import { MoHandlers } from '../mo/actions.ts';
import { LastSenders } from '../mo/last-senders.ts';
import { MoNotices } from '../mo/notices.ts';
import { restoreQuotas } from '../money/charging.ts';
import type { Ledger } from '../money/ledger.ts';
import { Network } from '../network/network.ts';
import type { NetworkOptions } from '../network/network-options.ts';
import type { CertificateEnd } from '../observation/certificates.ts';
import { EventIds } from '../observation/event-ids.ts';
import { GatewayEvents, type GatewayListener } from '../observation/events.ts';
import { MessageCounts } from '../observation/message-counts.ts';
import { Refusals } from '../observation/refusals.ts';
import { type SessionView, viewOfSession } from '../observation/session-view.ts';
import type { TimeCounts } from '../observation/time-counts.ts';
import { PduTrace } from '../observation/trace.ts';
import { hooksOf } from './center.ts';
import { type GatewayCounters, gatewayCounters } from './counters.ts';
import { makeIngress } from './make-ingress.ts';
import { MessageListeners } from './message-listeners.ts';
import { type OpenedParts, openParts, takeSteps, takeTogether } from './open-parts.ts';
import { defaultDrainMs, defaultReceiptValidityMs, type GatewayOptions } from './options.ts';
import type { OutletHost, Outlets } from './outlets.ts';

/** A running gateway. */
export class Gateway {
  readonly center: Center;
  readonly store: Store;
  readonly control: ControlStore;
  /** Who changed what. */
  readonly audit: AuditLog;
  readonly accounts: Accounts;
  /** The money of all accounts. */
  readonly ledger: Ledger;
  /** Upstreams, routes, receipts of upstreams, and messages from their handsets. */
  readonly network: Network;
  readonly optOuts: OptOuts;
  /** What was made at run time, beside the settings of the file. */
  readonly entries: RunTimeEntries;
  /** Messages of customers by account and by connector, for metrics. */
  readonly messageCounts: MessageCounts = new MessageCounts();
  /** How long commits take. */
  readonly commitTimes: TimeCounts;
  /** The way in for messages that do not come by SMPP. */
  readonly inlet: Inlet;
  /** Searching, getting and waiting for messages. */
  readonly messages: Messages;
  /** What is done to messages after they were taken. */
  readonly afterwards: Afterwards;
  /** What happens, for live views. */
  readonly events: { subscribe(listener: GatewayListener, withMessages?: boolean): () => void };
  /** PDUs of a session, an account or a connector, as they pass. */
  readonly trace: PduTrace;
  readonly #events: GatewayEvents;
  readonly #clock: Clock;
  readonly #receivingBinds: ReceivingBinds;
  readonly #acceptance: Acceptance;
  readonly #transactions: Transactions;
  readonly #ingress: Ingress;
  readonly #handsetOriginated: OriginatedContext;
  readonly #listeners: MessageListeners;
  readonly #connectors: AccountConnectors;
  readonly #outlets: Outlets | undefined;
  readonly #parts: OpenedParts;
  #smpp: SmppListeners | undefined;
  readonly #nextReference: () => number;
  #stopped: Promise<void> | undefined;

  private constructor(options: GatewayOptions, parts: OpenedParts) {
    const { clock = systemClock, random = systemRandom, onError = (): void => undefined } = options;
    const { receiptValidityMs: validityMs = defaultReceiptValidityMs } = options;
    const { outlets, receiptFormat: format } = options;
    const { accounts, control, center, ledger } = parts;
    const behaviours = outlets?.behaviours ?? new Map();
    this.#clock = clock;
    this.#outlets = outlets;
    this.store = options.store;
    this.accounts = accounts;
    this.control = control;
    this.center = center;
    this.ledger = ledger;
    this.optOuts = parts.optOuts;
    this.entries = parts.entries;
    this.commitTimes = parts.commitTimes;
    this.#parts = parts;
    this.audit = new AuditLog(control, clock);
    this.#events = new GatewayEvents(new EventIds(clock, random), onError);
    this.events = this.#events;
    this.messages = new Messages(center, this.#events, clock);
    // Where numbers are whoever's who asks for them, everybody must be a friend.
    const isSandbox = accounts.open || options.settings === undefined;
    const receivingBinds = new ReceivingBinds(isSandbox ? undefined : (number) => accounts.owners.of(number));
    this.#receivingBinds = receivingBinds;
    this.#acceptance = new Acceptance(receivingBinds, new Wholes(center, onError), behaviours);
    const customers = (): Session[] => this.#smpp?.sessions() ?? [];
    const writers = new LastSenders();
    this.network = this.#networkOf(options, parts, { receivingBinds, writers, customers });
    this.trace = new PduTrace({ customers, connector: (name) => this.network.upstreams.get(name)?.binds });
    this.#transactions = new Transactions(clock);
    this.#nextReference = referenceCounter(random);
    const ingress = makeIngress(options, {
      center,
      accounts,
      acceptance: this.#acceptance,
      refusals: new Refusals(clock, (refusal) => {
        this.messageCounts.refused(refusal);
        this.#events.emit({ type: 'submission.refused', refusal });
      }),
      transactions: this.#transactions,
      receivingBinds,
      clock,
      network: this.network,
      nextReference: this.#nextReference,
      onError,
    });
    this.#ingress = ingress;
    this.inlet = new Inlet(ingress, parts.callbacks);
    this.#handsetOriginated = { ingress, validityMs };
    const onSent = (message: Message): void => ingress.delayed.release(message.of);
    this.#connectors = new AccountConnectors({ center, receivingBinds, accounts, onSent });
    const { backlog } = this.messageCounts;
    const receipts = new ReceiptWriter({ center, accounts, clock, backlog, behaviours, format, validityMs });
    this.afterwards = new Afterwards(ingress, receipts);
    this.#listeners = new MessageListeners({
      center,
      network: this.network,
      ledger,
      connectors: this.#connectors,
      ingress,
      handsetOriginated: this.#handsetOriginated,
      receipts,
      callbacks: parts.callbacks,
      transactions: this.#transactions,
      writers,
      notices: new MoNotices(isSandbox ? undefined : accounts, (fault) => options.onPeerFault?.(fault)),
      counts: this.messageCounts,
      events: this.#events,
      audit: this.audit,
      inlet: this.inlet,
      onError,
    });
    center.use(hooksOf({ accounts, receipts, network: this.network, ledger, listeners: this.#listeners }));
    this.network.tell(this.#listeners);
  }

  /**
   * Opens everything. Rejects when a port cannot be had, the store cannot be read, or settings cannot be (RangeError);
   * then nothing is left open, the stores that were given included.
   */
  static async start(given: GatewayOptions): Promise<Gateway> {
    const { clock = systemClock, onError } = given;
    // One time for all of it: what the clock says wrong must not be believed by some of its parts.
    const options = { ...given, clock: SteadyClock.over(clock, (error) => onError?.(error, 'clock')) };
    const parts = await openParts(options);
    const gateway = new Gateway(options, parts);
    try {
      await gateway.#begin(options, parts.recovery);
    } catch (error) {
      // What cannot be stopped either is not why it could not be started.
      await gateway.stop({ drainMs: 0 }).catch(() => undefined);
      throw error;
    }
    return gateway;
  }

  /** The ways out: all is there before the first message moves, and then who sends more. */
  async #begin(options: GatewayOptions, recovery: Recovery): Promise<void> {
    const { center, accounts, entries, network } = this;
    this.messageCounts.backlog.restore(recovery);
    await this.ledger.keepSums(this.#clock, this.#listeners);
    await restoreQuotas(accounts, center, this.#clock.nowMs());
    for (const [lane, connector] of this.#outlets?.open(this.#outletHost()) ?? [])
      center.attach(lane, connector);
    await network.open(entries.settings);
    entries.attach(network, () => this.#endSessions());
    this.#parts.callbacks.restore(recovery);
    center.run();
    await network.start();
    this.#smpp = await SmppListeners.open(options, this.#ingress, accounts, this.#parts.memory, {
      bindFault: (systemId) => this.#outlets?.bindFault(systemId),
      onBound: (session) => this.#onBound(session),
      onClosed: (session, reason) => this.#onClosed(session, reason),
      onRefused: (refusal) => this.#events.emit({ type: 'session.refused', refusal }),
    });
  }

  /** Submissions of the last day that were not taken. */
  get refusals(): Refusals {
    return this.#ingress.refusals;
  }

  /** The settings in force. */
  get settings(): GatewaySettings {
    return this.network.settings;
  }

  /** The port of the SMPP listener. */
  get smppPort(): number {
    return this.#smpp?.plain?.port ?? 0;
  }

  /** The port of the TLS listener; undefined when there is none. */
  get tlsPort(): number | undefined {
    return this.#smpp?.tls?.port;
  }

  /**
   * Takes other settings of the file over in one step, see `RunTimeEntries.apply`; sessions of accounts that are gone or
   * suspended are ended. Rejects with a `SettingsError` that names entries and fields; then nothing has changed. Of several
   * calls the last one stays. `alongside`: changes in the same step what else belongs to them; it must not throw.
   */
  apply(settings: GatewaySettings, alongside?: () => void): Promise<void> {
    return this.entries.apply(settings, alongside);
  }

  /** Makes or replaces an entry at run time: see `RunTimeEntries.put`. */
  putEntry<K extends EntryKind>(kind: K, settings: EntrySettings[K], before?: string): Promise<PutResult> {
    return this.entries.put(kind, settings, before);
  }

  /** Takes an entry away that was made at run time: see `RunTimeEntries.remove`. */
  removeEntry(kind: EntryKind, name: string): Promise<RemoveResult> {
    return this.entries.remove(kind, name);
  }

  /** Suspends an account and ends its sessions, or lets it in again: see `RunTimeEntries.suspend`. */
  suspend(account: string, isSuspended: boolean): Promise<boolean> {
    return this.entries.suspend(account, isSuspended);
  }

  /** All bound sessions. */
  sessions(): SessionView[] {
    return (this.#smpp?.sessions() ?? []).map(viewOfSession);
  }

  /** Plain integers of all parts, for metrics; a fresh object. */
  counters(): GatewayCounters {
    return gatewayCounters(this.#ingress.counters, this.#acceptance.counters, this.#smpp, this.center);
  }

  /** Ends one session in order (unbind). False when there is none with that id. */
  unbind(sessionId: number): boolean {
    return this.#smpp?.end(({ id }) => id === sessionId) ?? false;
  }

  /**
   * New certificates for the TLS handshakes to come; `more`: of the listener of that index in `listeners`. Throws when
   * they are no good, or there is no such TLS listener.
   */
  setCertificates(certificates: Certificates, more?: number): void {
    this.#smpp?.setCertificates(certificates, more);
  }

  /** When the certificates of the listeners end. */
  certificateEnds(): readonly CertificateEnd[] {
    return this.#smpp?.certificateEnds() ?? [];
  }

  /** Serves an ESME over any transport: an ESME in the same process, a tunnel. */
  accept(transport: Transport): Session | undefined {
    return (this.#smpp?.plain ?? this.#smpp?.servers()[0])?.accept(transport);
  }

  /** Whether a name and password from an address are those of an account that may come that way: see `Logins`. */
  logIn(login: Login): Promise<LoginResult> {
    return this.#parts.logins.check(login);
  }

  /** Stores a message of an account; settles when it is on disk. Rejects with `GatewayError`. */
  submit(request: SubmitRequest): Promise<Submitted> {
    return this.inlet.submitOne(request);
  }

  /** Stores a message from a handset for the account that serves it. Rejects with `GatewayError`. */
  injectMo(input: MoArguments): Promise<{ ids: string[] }> {
    return injectMo(input, this.#handsetOriginated, this.#nextReference());
  }

  /**
   * Stops: takes nothing more, answers what was taken, unbinds, closes the store. Peers have `drainMs` in all, default
   * 10 s. Rejects with the first failure, after everything has been stopped that can be.
   */
  stop(options: { readonly drainMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(options.drainMs ?? defaultDrainMs);
    return this.#stopped;
  }

  [Symbol.asyncDispose] = (): Promise<void> => this.stop();

  #networkOf(
    options: GatewayOptions,
    { accounts, control, center, ledger, optOuts }: OpenedParts,
    {
      customers,
      ...shared
    }: Pick<NetworkOptions, 'receivingBinds' | 'writers'> & { readonly customers: () => readonly Session[] },
  ): Network {
    return new Network({
      ...shared,
      center,
      control,
      clock: this.#clock,
      random: options.random ?? systemRandom,
      acceptance: this.#acceptance,
      ledger,
      optOuts,
      actions: new MoHandlers(options.actions),
      moValidityMs: options.receiptValidityMs ?? defaultReceiptValidityMs,
      accounts,
      connect: options.connect,
      home: { systemId: options.smpp?.systemId ?? 'chappe', customers },
    });
  }

  async #stop(drainMs: number): Promise<void> {
    this.ledger.endSums();
    this.#ingress.delayed.releaseAll();
    this.#transactions.close();
    const untilMs = this.#clock.monotonicMs() + drainMs;
    await takeSteps([
      // Sessions first: their requests wait for commits, which the center still makes; all at once, as some may hang.
      () => takeTogether([() => this.#smpp?.close(drainMs), () => this.network.stop(drainMs)]),
      () => this.#outlets?.stop(),
      () => this.#parts.callbacks.stop(),
      // Closes the store too.
      () => this.center.stop({ drainMs: Math.max(0, untilMs - this.#clock.monotonicMs()) }),
      () => this.#parts.memory.write(),
      () => this.control.close(),
    ]);
  }

  #outletHost(): OutletHost {
    return {
      center: this.center,
      clock: this.#clock,
      shown: (msisdn, message) => {
        if (this.#events.isHeard) this.#events.emit({ type: 'handset.received', msisdn, message: message() });
      },
      reachable: (msisdn, alerts) => this.#listeners.reachable(msisdn, alerts),
      sendBack: (message) => this.#listeners.sendBack(message),
    };
  }

  #endSessions(): void {
    if (this.accounts.open) return;
    this.#smpp?.end(({ context }) => this.accounts.get(context as string)?.suspended !== false);
  }

  #onBound(session: Session): void {
    this.trace.customers.joined(session);
    const bind = this.#receivingBinds.bound(session, session.context as string);
    if (bind !== undefined) this.#listeners.onBound(bind);
    this.network.upstreams.reconsider();
    if (this.#events.isHeard) this.#events.emit({ type: 'session.bound', session: viewOfSession(session) });
  }

  #onClosed(session: Session, reason: string): void {
    this.trace.customers.left(session);
    const bind = this.#receivingBinds.unbound(session);
    if (bind !== undefined) this.#connectors.remove(bind);
    if (this.#events.isHeard)
      this.#events.emit({ type: 'session.unbound', session: viewOfSession(session), reason });
  }
}
