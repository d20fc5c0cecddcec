/**
 * Everything that is made of an operator's settings: the rules for messages of customers, the upstreams and the plans
 * that lead to them, the receipts that come back, and the ways of messages from handsets. New settings are prepared
 * whole before anything changes, and taken in one step; what they do not touch goes on undisturbed.
 */
import type { Message, Outcome } from '@chappe/center';
import type { Account, CompiledRoute, MessageFacts, Router } from '@chappe/policy';
import {
  type GatewaySettings,
  inSlices,
  normaliseNumber,
  noSettings,
  PumpingWatch,
  Rules,
} from '@chappe/policy';
import { status } from '@chappe/protocol';
import { DEFERRED, type ResponseInput, type Session, type SmppError } from '@chappe/smpp';
import { Correlator } from '../correlation/correlator.ts';
import { restoreParts } from '../ingress/restore-parts.ts';
import type { AcceptanceParts, RouteFilters } from '../ingress/verdict.ts';
import { DroppedConnector } from '../lanes/dropped.ts';
import { droppedLane, isHeldLane } from '../lanes/lanes.ts';
import { planOfLane } from '../lanes/plan.ts';
import { firstPieceOf, piecesOf } from '../message/groups.ts';
import { nodeIdOctets, nodeIdOf } from '../message/hops.ts';
import { unansweredMark } from '../message/operator-id.ts';
import { factsOfStored, wholeText } from '../message/stored-facts.ts';
import { withTaken, withUnfit } from '../message/trail.ts';
import { MoInbox } from '../mo/inbox.ts';
import { takeMo } from '../mo/journey.ts';
import type { MoOrigin } from '../mo/received.ts';
import type { Ledger } from '../money/ledger.ts';
import type { FromUpstream } from '../upstream/binds.ts';
import { OperatorRequests } from '../upstream/operator-requests.ts';
import { strandedText, Upstreams } from '../upstream/upstreams.ts';
import type { WebhookConnector } from '../webhooks/webhook-connector.ts';
import { Webhooks } from '../webhooks/webhooks.ts';
import type { CompiledSettings } from './compiled-settings.ts';
import type { NetworkListener, NetworkOptions } from './network-options.ts';
import { type PreparedSettings, prepareSettings } from './prepared-settings.ts';

/** Where a message goes that is let go on. */
export interface Release {
  readonly lane: string;
  readonly route: CompiledRoute;
  readonly memo: string | undefined;
}

/** What is made of the settings in force. */
export class Network {
  readonly upstreams: Upstreams;
  /** Requests to the operators that have taken messages. */
  readonly operators: OperatorRequests = new OperatorRequests((name) => this.upstreams.get(name));
  readonly correlator: Correlator;
  readonly mo: MoInbox;
  readonly pumping: PumpingWatch = new PumpingWatch();
  readonly #options: NetworkOptions;
  readonly #webhooks: Webhooks;
  readonly #origins: Map<string, MoOrigin> = new Map();
  #listener!: NetworkListener;
  #nodeId: Uint8Array = new Uint8Array(nodeIdOctets);
  #inForce: PreparedSettings | undefined;
  /** Another object whenever other settings are in force: see `PreparedSettings.basis`. */
  #basis: object = {};
  #isStarted = false;
  #isStopping = false;

  constructor(options: NetworkOptions) {
    const { center, control, clock, random, optOuts } = options;
    this.#options = options;
    this.#webhooks = new Webhooks(center, clock, (notice) => this.#listener.onWebhook(notice));
    this.upstreams = new Upstreams({
      center,
      control,
      clock,
      random,
      nodeId: () => this.#nodeId,
      events: {
        onDelivery: (pdu, session) => this.#take(pdu, session),
        onAlert: (pdu, connector) => this.#listener.onAlert(pdu, connector),
        onBound: (connector, session) => this.#onBound(connector, session),
        onLost: (connector, _session, reason) => this.#listener.onUpstream(connector, 'lost', reason),
        onBindFailed: (connector, error) => this.#onBindFailed(connector, error),
        onBreaker: (connector, isOpen, detail) => this.#listener.onBreaker(connector, isOpen, detail),
        onError: (error, where) => this.#listener.onError(error, where),
      },
      connect: options.connect,
      onStranded: (connector, count) => this.#listener.onUpstream(connector, 'stranded', strandedText(count)),
      home: options.home,
      reroute: async (message) => {
        const next = this.releaseLane(await piecesOf(center, message));
        return next && { lane: next.lane, memo: next.memo, route: next.route.settings.name };
      },
      firstPiece: (message) => center.find(firstPieceOf(message)),
    });
    this.correlator = new Correlator({
      center,
      clock,
      upstreams: this.upstreams,
      onIntermediate: (message, verdict) => this.#listener.onIntermediate(message, verdict),
      onError: (error, where) => this.#listener.onError(error, where),
    });
    this.mo = new MoInbox({
      center,
      clock,
      receivingBinds: options.receivingBinds,
      writers: options.writers,
      optOuts,
      actions: options.actions,
      reply: (from, to, text, account) => this.#listener.reply(from, to, text, account),
      rules: new Rules([], 'mo route'),
      partRules: new Rules([], 'mo route'),
      validityMs: options.moValidityMs,
      onUnclaimed: (received) => this.#listener.onUnclaimed(received),
      tagsOf: (connector) => this.#origin(connector).tags,
      onError: (error, where) => this.#listener.onError(error, where),
    });
    center.attach(droppedLane, new DroppedConnector());
  }

  /** Says who hears of it all; once, before `open`. */
  tell(listener: NetworkListener): void {
    this.#listener = listener;
  }

  /** The ways out to webhooks, for metrics. */
  get webhooks(): readonly WebhookConnector[] {
    return this.#webhooks.list();
  }

  /** The way out to the webhook of that name. */
  webhook(name: string): WebhookConnector | undefined {
    return this.#webhooks.get(name);
  }

  /** The settings in force. */
  get settings(): GatewaySettings {
    return this.#inForce?.settings ?? noSettings;
  }

  /** The routes in force; undefined: everything goes to the handsets. */
  get router(): Router | undefined {
    return this.#inForce?.compiled.router;
  }

  /** Whether long texts are cut, for upstreams that want them so. */
  get splitsLongMessages(): boolean {
    return this.settings.connectors.length > 0;
  }

  /** Reads what was learned, and takes the settings. Once the center is open, and before it runs. */
  async open(settings: GatewaySettings): Promise<void> {
    await this.upstreams.load();
    this.#nodeId = await nodeIdOf(this.#options.control, this.#options.random);
    this.take(await this.prepare(settings));
    await this.upstreams.restore();
    const { center, clock, acceptance } = this.#options;
    await restoreParts(center, acceptance.wholes, this.upstreams.ways, clock.nowMs());
  }

  /** Begins to bind. Once the center runs. */
  async start(): Promise<void> {
    this.#isStarted = true;
    await this.mo.start();
    this.upstreams.start();
  }

  /**
   * Makes everything that settings need, in slices that leave the loop free. Rejects with a `SettingsError` that has all
   * that is wrong. Changes nothing.
   */
  prepare(settings: GatewaySettings): Promise<PreparedSettings> {
    const { accounts, optOuts, actions, clock } = this.#options;
    const { upstreams, correlator } = this;
    const holders = { accounts, optOuts, actions, upstreams, webhooks: this.#webhooks, correlator };
    return inSlices(prepareSettings(settings, holders, this.#inForce?.compiled, this.#basis), clock);
  }

  /**
   * Takes prepared settings over in one step that cannot fail: whoever looks sees all of those before or all of these, and
   * `alongside` changes in the same step what else belongs to them. What can fail (ending, binding) begins after it, and
   * reports. False: others have been taken since these were prepared, and nothing has changed.
   */
  take(prepared: PreparedSettings, alongside?: () => void): boolean {
    const { accounts } = this.#options;
    const { settings, compiled } = prepared;
    if (prepared.basis !== this.#basis) return false;
    if (prepared.accounts !== undefined && !accounts.isCurrent(prepared.accounts)) return false;
    this.#inForce = prepared;
    this.#basis = {};
    if (prepared.accounts !== undefined) accounts.take(prepared.accounts);
    this.#origins.clear();
    this.pumping.take(prepared.pumping);
    this.mo.use(compiled.moRules.whole, compiled.moRules.parts, settings.unclaimed);
    this.#options.acceptance.use(this.#acceptanceBy(compiled));
    const jobs = [
      ...this.upstreams.take(prepared.upstreams, compiled.plans),
      ...this.#webhooks.take(prepared.webhooks),
    ];
    alongside?.();
    // At the start they are looked at when the center runs.
    if (this.#isStarted) jobs.push(() => void this.mo.unclaimed.look());
    for (const job of jobs) this.#begin(job);
    return true;
  }

  #begin(job: () => void): void {
    try {
      job();
    } catch (error) {
      this.#listener.onError(error, 'what new settings have ended or begun');
    }
  }

  #acceptanceBy({ router, lanes, filters }: CompiledSettings): AcceptanceParts {
    return {
      router,
      laneOf: (route) => lanes.get(route.settings.name) ?? '',
      filtersOf: (route) => filters.get(route.settings.name) as RouteFilters,
      filtersNamed: (route) => filters.get(route),
      creditOf: (account) => this.#creditOf(account),
      nodeId: this.#nodeId,
      isStopped: (account, digits, nowMs) => this.#isStopped(account, digits, nowMs),
    };
  }

  /** What becomes of a message whose receipt is late: the center asks. */
  receiptOverdue(message: Message): Outcome | undefined {
    if (message.upstreamId?.startsWith(unansweredMark) === true) {
      return {
        kind: 'failed',
        state: 'unknown',
        error: message.error,
        detail: 'no receipt has told what became of it',
      };
    }
    if (!this.upstreams.hasNext(message, message.memo ?? '')) return undefined;
    this.upstreams.markSuperseded(message);
    const detail = 'receipt late: sent again, possible duplicate';
    const memo = withTaken(message.memo);
    return { kind: 'retry', error: 0, errorClass: 'unknown', afterMs: 0, memo, detail };
  }

  /** Has the upstream of a message take it back, and ends it; false when that cannot be, or it does not. */
  async cancel(message: Message): Promise<boolean> {
    const label = await this.operators.cancel(message);
    if (label === undefined) return false;
    // What the upstream says of it from now on is no news.
    this.upstreams.markSuperseded(message);
    const detail = `${label} cancelled`;
    return this.#options.center.settle(message.id, { kind: 'failed', state: 'deleted', error: 0, detail });
  }

  /**
   * Whether a long text has to be cut for one of the upstreams that a lane leads to. Where one leads that is held is not
   * known yet: any of them may be meant.
   */
  cutsFor(lane: string): boolean {
    const acceptsPayloadTlv = (connector: string): boolean =>
      this.upstreams.get(connector)?.settings.longMessages === 'payload';
    const plan = planOfLane(lane);
    if (plan !== undefined)
      return !plan.groups.every((group) => group.every(({ connector }) => acceptsPayloadTlv(connector)));
    return isHeldLane(lane) && !this.settings.connectors.every(({ name }) => acceptsPayloadTlv(name));
  }

  /** The connectors that a lane leads to that are not to get a text: their filters refuse it, or they lack a character. */
  refusedBy(lane: string, facts: MessageFacts, pieces: readonly Uint8Array[]): readonly string[] {
    const names = planOfLane(lane)?.groups.flatMap((group) => group.map(({ connector }) => connector)) ?? [];
    return names.filter((name) => this.upstreams.get(name)?.refuses(facts, pieces) === true);
  }

  /**
   * The route that a message would take, decided anew and without those that hold back. `pieces`: those of one text, or
   * the message alone.
   */
  releaseLane(pieces: readonly Message[]): Release | undefined {
    const [first] = pieces;
    if (first === undefined) return undefined;
    const tags = this.#options.accounts.get(first.account)?.policy.tags ?? [];
    const facts = factsOfStored(first, tags, this.#options.clock.nowMs(), wholeText(pieces));
    const next = this.#inForce?.compiled.release(facts);
    if (next === undefined) return undefined;
    const { name } = next.route.settings;
    if (pieces.length === 1) return { ...next, memo: name };
    const contents = pieces.map(({ content }) => content);
    return { ...next, memo: withUnfit(name, this.refusedBy(next.lane, facts, contents)) };
  }

  /** Ends all binds in order. What they send from now on is refused, so that nothing unanswered holds them up. */
  async stop(drainMs: number): Promise<void> {
    this.#isStopping = true;
    this.correlator.close();
    this.mo.stop();
    await this.upstreams.stop(drainMs);
    this.#webhooks.stop();
  }

  #creditOf(account: Account): ReturnType<Ledger['account']> {
    const credit = this.#options.ledger.account(account.name);
    // Bounds are numbers: setting them anew for every message costs less than knowing when they have changed.
    credit.configure(account.settings.credit);
    return credit;
  }

  #isStopped(account: string, digits: string, nowMs: number): boolean {
    if (this.settings.pumping === undefined) return false;
    if (this.pumping.isStopped(account, digits)) return true;
    const alarm = this.pumping.note(account, digits, nowMs);
    if (alarm === undefined) return false;
    this.#listener.onPumping(alarm);
    return alarm.stopped;
  }

  /** A deliver_sm or data_sm of an upstream: a receipt, or a message from a handset. */
  #take(pdu: FromUpstream, session: Session): ResponseInput | typeof DEFERRED {
    const upstream = this.upstreams.get(session.context as string);
    // Its connector was taken out of the settings a moment ago, or we stop: whoever comes after it gets the message.
    if (upstream === undefined || this.#isStopping) return { command_status: status.ESME_RX_T_APPN };
    const receipt = this.correlator.read(pdu, upstream, session.version);
    if (receipt !== undefined) return this.correlator.take(pdu, receipt, upstream, session);
    upstream.counters.mo += 1;
    const answerable = { command: pdu.command, sequence_number: pdu.sequence_number };
    takeMo(pdu, this.#origin(upstream.name), this.mo, (commandStatus) =>
      session.respond(answerable, { command_status: commandStatus } as ResponseInput),
    );
    return DEFERRED;
  }

  #origin(name: string): MoOrigin {
    let origin = this.#origins.get(name);
    if (origin === undefined) {
      const settings = this.upstreams.get(name)?.settings;
      const numbers = settings?.numbers;
      origin = {
        connector: name,
        group: settings?.group,
        tags: settings?.tags ?? [],
        defaultAlphabet: settings?.defaultAlphabet,
        normalise: numbers === undefined ? undefined : (address) => normaliseNumber(address, numbers),
      };
      this.#origins.set(name, origin);
    }
    return origin;
  }

  #onBound(connector: string, session: Session): void {
    const { address, port, tls } = session.remote;
    const detail = `${session.kind ?? ''} ${address}:${port}${tls ? ' TLS' : ''}`;
    this.#listener.onUpstream(connector, 'bound', detail);
  }

  #onBindFailed(connector: string, error: SmppError): void {
    const upstream = this.upstreams.get(connector);
    if (upstream !== undefined) upstream.counters.bindFailures += 1;
    this.#listener.onUpstream(connector, 'bind-failed', error.message);
  }
}
