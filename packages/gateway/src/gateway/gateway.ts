/** The composed system: accounts and their sessions, the center, handsets and upstreams, and the roads between them. */
import { type Center, type ControlStore, SteadyClock, type Store, systemRandom } from '@chappe/center';
import type {
  Accounts,
  BindMemory,
  EntryKind,
  EntrySettings,
  GatewaySettings,
  OptOuts,
} from '@chappe/policy';
import { type Certificates, type Clock, type Session, systemClock, type Transport } from '@chappe/smpp';
import { AuditLog } from '../audit/audit-log.ts';
import { AccountConnectors } from '../egress/account-connectors.ts';
import { ReceiptDesk } from '../egress/receipt-desk.ts';
import type { PutResult, RemoveResult, RunTimeEntries } from '../entries/run-time.ts';
import { Messages } from '../history/messages.ts';
import { Acceptance } from '../ingress/acceptance.ts';
import { injectMo, type MoArguments, type MoContext } from '../ingress/handset-originated.ts';
import type { Ingress } from '../ingress/ingress.ts';
import { Desk } from '../ingress/listeners.ts';
import { type SubmitArguments, type Submitted, submit } from '../ingress/submit.ts';
import { Transactions } from '../ingress/transactions.ts';
import { Wholes } from '../ingress/wholes.ts';
import { Routing } from '../lanes/binds.ts';
import { referenceCounter } from '../message/references.ts';
import { MoNotices } from '../mo/notices.ts';
import { LastWriters } from '../mo/spread.ts';
import { restoreQuotas } from '../money/charging.ts';
import { Ledger } from '../money/ledger.ts';
import { Network } from '../network/network.ts';
import type { CertificateEnd } from '../observation/certificates.ts';
import { GatewayEvents, type GatewayListener } from '../observation/events.ts';
import { MessageCounts } from '../observation/message-counts.ts';
import { Refusals } from '../observation/refusals.ts';
import { type SessionView, viewOfSession } from '../observation/session-view.ts';
import { TimeCounts } from '../observation/time-counts.ts';
import { PduTrace } from '../observation/trace.ts';
import { makeCenter } from './center.ts';
import { type GatewayCounters, gatewayCounters } from './counters.ts';
import { makeIngress } from './make-ingress.ts';
import { MessageSteps } from './message-steps.ts';
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
  /** Upstreams, routes, receipts of upstreams, and messages from their handsets. */
  readonly network: Network;
  readonly optOuts: OptOuts;
  /** What was made at run time, beside the settings of the file. */
  readonly entries: RunTimeEntries;
  /** Messages of customers by account and by connector, for metrics. */
  readonly messageCounts: MessageCounts = new MessageCounts();
  /** How long commits take. */
  readonly commitTimes: TimeCounts = new TimeCounts();
  /** Searching, getting and waiting for messages. */
  readonly messages: Messages;
  /** What happens, for live views. */
  readonly events: { subscribe(listener: GatewayListener, withMessages?: boolean): () => void };
  /** PDUs of a session, an account or a connector, as they pass. */
  readonly trace: PduTrace;
  readonly #events: GatewayEvents;
  readonly #clock: Clock;
  readonly #routing: Routing;
  readonly #acceptance: Acceptance;
  readonly #transactions: Transactions;
  readonly #writers: LastWriters = new LastWriters();
  readonly #ingress: Ingress;
  readonly #handsetOriginated: MoContext;
  readonly #receipts: ReceiptDesk;
  readonly #steps: MessageSteps;
  readonly #connectors: AccountConnectors;
  readonly #outlets: Outlets | undefined;
  readonly #memory: BindMemory;
  #ledger: Ledger | undefined;
  #desk: Desk | undefined;
  readonly #nextReference: () => number;
  #endSums: (() => void) | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(options: GatewayOptions, { accounts, control, optOuts, entries, memory }: OpenedParts) {
    const { clock = systemClock, random = systemRandom, onError = (): void => undefined } = options;
    const validityMs = options.receiptValidityMs ?? defaultReceiptValidityMs;
    this.#clock = clock;
    this.#outlets = options.outlets;
    const behaviours = options.outlets?.behaviours ?? new Map();
    this.accounts = accounts;
    this.control = control;
    this.audit = new AuditLog(control, clock);
    this.optOuts = optOuts;
    this.entries = entries;
    this.#memory = memory;
    this.store = options.store;
    // Where numbers are whoever's who asks for them, everybody must be a friend.
    const isSandbox = accounts.open || options.settings === undefined;
    this.#routing = new Routing(isSandbox ? undefined : (number) => accounts.owners.of(number));
    const notices = new MoNotices(isSandbox ? undefined : accounts, (fault) => options.onPeerFault?.(fault));
    const customers = (): Session[] => this.#desk?.sessions() ?? [];
    this.trace = new PduTrace({ customers, connector: (name) => this.network.upstreams.get(name)?.binds });
    this.#events = new GatewayEvents(onError);
    this.events = this.#events;
    this.#receipts = new ReceiptDesk({
      center: () => this.center,
      accounts,
      clock,
      backlog: this.messageCounts.backlog,
      behaviours,
      format: options.receiptFormat,
      validityMs,
    });
    this.#steps = this.#stepsOf(notices, onError);
    this.center = makeCenter(options, {
      clock,
      random,
      validityMs,
      accounts,
      receipts: this.#receipts,
      steps: this.#steps,
      commitTimes: this.commitTimes,
      network: () => this.network,
      ledger: () => this.ledger,
    });
    this.messages = new Messages(this.center, this.#events, clock);
    this.#acceptance = new Acceptance(this.#routing, new Wholes(this.center, onError), behaviours);
    this.#transactions = new Transactions(clock);
    this.#nextReference = referenceCounter(random);
    this.#ingress = this.#ingressOf(options, onError);
    this.#handsetOriginated = { ingress: this.#ingress, validityMs };
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
      reply: (from, to, text, account) => this.#steps.reply(from, to, text, account),
      moValidityMs: validityMs,
      tagsOf: (account) => this.accounts.get(account)?.policy.tags ?? [],
      connect: options.connect,
      home: { systemId: options.smpp?.systemId ?? 'chappe', customers },
      events: this.#steps,
    });
    this.#connectors = new AccountConnectors({
      center: this.center,
      routing: this.#routing,
      accounts,
      onSent: (message) => this.#steps.onSent(message),
    });
  }

  /**
   * Opens everything. Rejects when a port cannot be had, the store cannot be read, or settings cannot be (RangeError);
   * then nothing is left open, the stores that were given included.
   */
  static async start(given: GatewayOptions): Promise<Gateway> {
    const { clock = systemClock, onError } = given;
    // One time for all of it: what the clock says wrong must not be believed by some of its parts.
    const options = { ...given, clock: SteadyClock.over(clock, (error) => onError?.(error, 'clock')) };
    const gateway = new Gateway(options, await openParts(options));
    try {
      await gateway.#begin(options);
    } catch (error) {
      // What cannot be stopped either is not why it could not be started.
      await gateway.stop({ drainMs: 0 }).catch(() => undefined);
      throw error;
    }
    return gateway;
  }

  /** The store, the money, the ways out: all is there before the first message moves, and then who sends more. */
  async #begin(options: GatewayOptions): Promise<void> {
    const { center, control, accounts, entries, network } = this;
    this.messageCounts.backlog.restore(await center.open());
    const nowMs = this.#clock.nowMs();
    this.#ledger = await Ledger.open(control, () => center.tallies(), nowMs);
    this.#endSums = await this.#ledger.keepSums(this.#clock, this.#steps);
    await restoreQuotas(accounts, center, nowMs);
    for (const [lane, connector] of this.#outlets?.open(this.#outletHost()) ?? [])
      center.attach(lane, connector);
    await network.prepare(entries.settings);
    entries.attach(network, () => this.#endSessions());
    center.run();
    await network.start();
    this.#desk = await Desk.open(options, this.#ingress, accounts, this.#memory, {
      bindFault: (systemId) => this.#outlets?.bindFault(systemId),
      onBound: (session) => this.#onBound(session),
      onClosed: (session, reason) => this.#onClosed(session, reason),
    });
  }

  /** The money of all accounts. */
  get ledger(): Ledger {
    if (this.#ledger === undefined) throw new RangeError('the gateway has not started');
    return this.#ledger;
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
    return this.#desk?.plain?.port ?? 0;
  }

  /** The port of the TLS listener; undefined when there is none. */
  get tlsPort(): number | undefined {
    return this.#desk?.tls?.port;
  }

  /**
   * Takes other settings of the file over, see `RunTimeEntries.apply`; sessions of accounts that are gone or suspended
   * are ended. Rejects with a RangeError that names entry and field; then nothing has changed.
   */
  apply(settings: GatewaySettings): Promise<void> {
    return this.entries.apply(settings);
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
    return (this.#desk?.sessions() ?? []).map(viewOfSession);
  }

  /** Plain integers of all parts, for metrics; a fresh object. */
  counters(): GatewayCounters {
    return gatewayCounters(this.#ingress.counters, this.#acceptance.counters, this.#desk, this.center);
  }

  /** Ends one session in order (unbind). False when there is none with that id. */
  unbind(sessionId: number): boolean {
    return this.#desk?.end(({ id }) => id === sessionId) ?? false;
  }

  /**
   * New certificates for the TLS handshakes to come; `more`: of the listener of that index in `listeners`. Throws when
   * they are no good, or there is no such TLS listener.
   */
  setCertificates(certificates: Certificates, more?: number): void {
    this.#desk?.setCertificates(certificates, more);
  }

  /** When the certificates of the listeners end. */
  certificateEnds(): readonly CertificateEnd[] {
    return this.#desk?.certificateEnds() ?? [];
  }

  /** Serves an ESME over any transport: an ESME in the same process, a tunnel. */
  accept(transport: Transport): Session | undefined {
    return (this.#desk?.plain ?? this.#desk?.servers()[0])?.accept(transport);
  }

  /** Stores a message of an account; settles when it is on disk. Rejects with `GatewayError`. */
  submit(input: SubmitArguments): Promise<Submitted> {
    return submit(input, this.#ingress, this.#nextReference());
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

  #stepsOf(notices: MoNotices, onError: (error: unknown, where: string) => void): MessageSteps {
    return new MessageSteps({
      center: () => this.center,
      network: () => this.network,
      ledger: () => this.ledger,
      connectors: () => this.#connectors,
      ingress: () => this.#ingress,
      handsetOriginated: () => this.#handsetOriginated,
      receipts: this.#receipts,
      transactions: () => this.#transactions,
      writers: this.#writers,
      notices,
      counts: this.messageCounts,
      events: this.#events,
      nextReference: () => this.#nextReference(),
      onError,
    });
  }

  #ingressOf(options: GatewayOptions, onError: (error: unknown, where: string) => void): Ingress {
    return makeIngress(options, {
      center: this.center,
      accounts: this.accounts,
      acceptance: this.#acceptance,
      refusals: new Refusals(this.#clock, (refusal) => {
        this.messageCounts.refused(refusal);
        this.#events.emit({ kind: 'refused', refusal });
      }),
      transactions: this.#transactions,
      routing: this.#routing,
      clock: this.#clock,
      network: () => this.network,
      nextReference: () => this.#nextReference(),
      onError,
    });
  }

  async #stop(drainMs: number): Promise<void> {
    this.#endSums?.();
    this.#ingress.delayed.releaseAll();
    this.#transactions.close();
    const untilMs = this.#clock.monotonicMs() + drainMs;
    await takeSteps([
      // Sessions first: their requests wait for commits, which the center still makes; all at once, as some may hang.
      () => takeTogether([() => this.#desk?.close(drainMs), () => this.network.stop(drainMs)]),
      () => this.#outlets?.stop(),
      // Closes the store too.
      () => this.center.stop({ drainMs: Math.max(0, untilMs - this.#clock.monotonicMs()) }),
      () => this.#memory.write(),
      () => this.control.close(),
    ]);
  }

  #outletHost(): OutletHost {
    return {
      center: this.center,
      clock: this.#clock,
      shown: (msisdn, message) => {
        if (this.#events.isHeard) this.#events.emit({ kind: 'handset', msisdn, message: message() });
      },
      reachable: (msisdn, alerts) => this.#steps.reachable(msisdn, alerts),
      sendBack: (message) => this.#steps.sendBack(message),
    };
  }

  #endSessions(): void {
    if (this.accounts.open) return;
    this.#desk?.end(({ context }) => this.accounts.get(context as string)?.suspended !== false);
  }

  #onBound(session: Session): void {
    this.trace.customers.joined(session);
    const bind = this.#routing.bound(session, session.context as string);
    if (bind !== undefined) this.#steps.onBound(bind);
    this.network.upstreams.reconsider();
    if (this.#events.isHeard) this.#events.emit({ kind: 'bound', session: viewOfSession(session) });
  }

  #onClosed(session: Session, reason: string): void {
    this.trace.customers.left(session);
    const bind = this.#routing.unbound(session);
    if (bind !== undefined) this.#connectors.remove(bind);
    if (this.#events.isHeard) this.#events.emit({ kind: 'closed', session: viewOfSession(session), reason });
  }
}
