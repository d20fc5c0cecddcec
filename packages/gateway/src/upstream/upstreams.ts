/** All upstreams and the plans that lead to them: made from settings, kept through changes of settings. */
import type { Center, ControlStore, Message } from '@chappe/center';
import {
  type ConnectorSettings,
  type SettingsFlaws,
  type Steps,
  sameValue,
  type UpstreamReceiptSettings,
} from '@chappe/policy';
import type { Clock, Random } from '@chappe/smpp';
import type { Plan } from '../lanes/plan.ts';
import { trailOf } from '../message/trail.ts';
import { GroupReceipts } from '../receipts/group-receipts.ts';
import { LearnedForms } from '../receipts/learned-forms.ts';
import type { BindsEvents, ConnectUpstream } from './binds.ts';
import { type CompiledFailover, defaultFailover } from './failover.ts';
import { UpstreamGroup } from './group.ts';
import type { Home } from './leads-back.ts';
import { PlanConnector, type PlanContext } from './plan-connector.ts';
import { PlanLanes } from './plan-lanes.ts';
import { Upstream } from './upstream.ts';
import { Ways } from './ways.ts';

/** What upstreams work with. */
export interface UpstreamsContext {
  readonly center: Center;
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Of this gateway, see hops.ts; known before settings are used. */
  readonly nodeId: () => Uint8Array;
  readonly events: BindsEvents;
  readonly connect?: ConnectUpstream | undefined;
  readonly home?: Home | undefined;
  readonly reroute: PlanContext['reroute'];
  readonly firstPiece: PlanContext['firstPiece'];
  /** See `PlanLanes`; told once until it is over. */
  readonly onStranded?: (connector: string, messages: number) => void;
}

/** Where the routes lead, and when their messages move on. */
export interface RoutePlans {
  /** By lane. */
  readonly plans: ReadonlyMap<string, Plan>;
  /** By route. */
  readonly failovers: ReadonlyMap<string, CompiledFailover>;
  /** By lane: the least of what its routes say of how long messages wait there. */
  readonly queuedMs: ReadonlyMap<string, number>;
}

/** Upstreams that are made and not yet in force. */
export interface PreparedUpstreams {
  /** By name, in the order of the settings: what has not changed is what is in force. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** By group: what its connectors say together of their receipts. */
  readonly receipts: ReadonlyMap<string, UpstreamReceiptSettings>;
}

// Lanes that come up by themselves (a message of an old plan is tried again) are looked for so often.
const lookEveryMs = 1_000;
// An upstream whose settings have changed ends what it has under way, beside the new one.
const replacedDrainMs = 10_000;

/** The upstreams of a gateway. */
export class Upstreams {
  /** Which of them the pieces of texts go by. */
  readonly ways: Ways = new Ways();
  readonly #context: UpstreamsContext;
  #upstreams: ReadonlyMap<string, Upstream> = new Map();
  /** Kept when their last upstream is taken out: it may come back, and with it receipts of what it has. */
  readonly #groups: Map<string, UpstreamGroup> = new Map();
  readonly #forms: LearnedForms;
  /** By group: what its connectors say together. */
  #receiptSettings: ReadonlyMap<string, UpstreamReceiptSettings> = new Map();
  readonly #lanes: PlanLanes;
  readonly #leaving: Set<Promise<void>> = new Set();
  #routes: RoutePlans = { plans: new Map(), failovers: new Map(), queuedMs: new Map() };
  #isStarted = false;
  #disarm: (() => void) | undefined;

  constructor(context: UpstreamsContext) {
    this.#context = context;
    this.#forms = new LearnedForms(context.control, (error, where) => context.events.onError(error, where));
    this.#lanes = new PlanLanes({
      center: context.center,
      connectorOf: (plan) => this.#connectorOf(plan),
      onStranded: (connector, messages) => context.onStranded?.(connector, messages),
    });
  }

  get(name: string): Upstream | undefined {
    return this.#upstreams.get(name);
  }

  /** All of them, in the order of the settings. */
  list(): readonly Upstream[] {
    return [...this.#upstreams.values()];
  }

  /** About how long messages have waited in each lane that leads to upstreams: only if any is queued there. */
  waits(): readonly { readonly lane: string; readonly waitMs: number }[] {
    return [...this.#lanes].map(({ plan, waitMs }) => ({ lane: plan.lane, waitMs }));
  }

  /** Connectors that are in the settings no more, and how many messages wait that only they could take. */
  stranded(): ReadonlyMap<string, number> {
    return this.#lanes.stranded();
  }

  /** All groups, those without upstreams among them. */
  groups(): readonly UpstreamGroup[] {
    return [...this.#groups.values()];
  }

  /** Reads what was learned before of their receipts. Before settings are used. */
  load(): Promise<void> {
    return this.#forms.load();
  }

  /** Finds the messages again that were not answered before the restart. */
  async restore(): Promise<void> {
    for (const { receipts } of this.groups()) await receipts.restore();
  }

  /** A customer has bound. */
  reconsider(): void {
    for (const upstream of this.#upstreams.values()) upstream.reconsider();
  }

  /**
   * Makes the upstreams of settings, in steps: those that have not changed are those in force. They hold no socket and no
   * timer until they are started. Changes nothing; flaws are told, by connector and field.
   */
  *prepare(settings: readonly ConnectorSettings[], flaws: SettingsFlaws): Steps<PreparedUpstreams> {
    const made = new Map<string, Upstream>();
    const groups = new Map<string, UpstreamGroup>();
    for (const one of settings) {
      const old = this.#upstreams.get(one.name);
      const isKept = old !== undefined && sameValue(old.settings, one);
      const upstream = isKept ? old : flaws.attempt(() => this.#make(one, groups));
      if (upstream !== undefined) made.set(one.name, upstream);
      yield;
    }
    return { upstreams: made, receipts: receiptSettingsOf(settings) };
  }

  /**
   * Takes prepared upstreams over, and where the routes lead: what has not changed goes on undisturbed. Cannot fail. Gives
   * what is to be done once all else is taken, too: the old ones end, the new ones bind, and what waits goes on.
   */
  take({ upstreams, receipts }: PreparedUpstreams, routes: RoutePlans): readonly (() => void)[] {
    const gone = [...this.#upstreams.values()].filter((old) => upstreams.get(old.name) !== old);
    const come = [...upstreams.values()].filter((made) => this.#upstreams.get(made.name) !== made);
    for (const { group } of come) this.#groups.set(group.name, group);
    for (const made of come) made.group.members.add(made);
    this.#upstreams = upstreams;
    this.#useReceiptSettings(receipts);
    this.#routes = routes;
    this.#lanes.take(routes.plans);
    return [
      ...gone.map((old) => () => this.#leave(old)),
      ...come.map((made) => () => {
        if (this.#isStarted && made.settings.paused !== true) made.start();
      }),
      () => this.#lanes.offer(),
    ];
  }

  /** The sender of a message as the upstream that tried it last was told: they may be replaced. Undefined: not known. */
  senderOf(message: Message): string | undefined {
    const sent = this.get(trailOf(message.memo).tried.at(-1) ?? '')?.requestFor(message);
    return sent === undefined || 'reason' in sent ? undefined : sent.source_addr;
  }

  /** Begins to bind, and to look after lanes. Before, nobody takes what a bind would bring. */
  start(): void {
    this.#isStarted = true;
    for (const upstream of this.list()) if (upstream.settings.paused !== true) upstream.start();
    this.#look();
  }

  /** Takes nothing more, waits for open answers, unbinds. */
  async stop(drainMs: number): Promise<void> {
    // What is taken from now on binds no more.
    this.#isStarted = false;
    this.#disarm?.();
    for (const connector of this.#lanes) connector.returnParked();
    await Promise.all([...this.list().map((upstream) => upstream.stop(drainMs)), ...this.#leaving]);
  }

  /** Stops one by hand: takes nothing more, waits for open answers, unbinds. It can be started again. */
  halt(upstream: Upstream, drainMs: number): void {
    upstream
      .stop(drainMs)
      .catch((error: unknown) => this.#context.events.onError(error, `connector ${upstream.name}`));
  }

  /** When a message of that memo moves on. */
  failoverOf(memo: string | undefined): CompiledFailover {
    return this.#routes.failovers.get(trailOf(memo).route) ?? defaultFailover;
  }

  /**
   * Whether another upstream of a message's plan could take it now, when those of that memo have tried: then it is
   * expected to be moved on.
   */
  hasNext(message: Message, memo: string): boolean {
    const connector = this.#lanes.connector(message.lane);
    if (connector?.hasNext(message, trailOf(memo).tried) !== true) return false;
    connector.expectMoved();
    return true;
  }

  /** A message's being at an upstream is on disk. */
  onSentStored(group: string | undefined): void {
    if (group === undefined) return;
    this.#groups.get(group)?.stored();
  }

  /** A message has ended, or goes elsewhere, without its receipt: see `GroupReceipts.superseded`. */
  markSuperseded(message: Message): void {
    if (message.group !== undefined) this.#group(message.group).receipts.superseded(message);
  }

  #make(settings: ConnectorSettings, groups: Map<string, UpstreamGroup>): Upstream {
    const name = settings.group ?? settings.name;
    const group = this.#groups.get(name) ?? groups.get(name) ?? this.#newGroup(name);
    groups.set(name, group);
    const { clock, random, events, connect, home, nodeId } = this.#context;
    return new Upstream(settings, {
      clock,
      random,
      group,
      nodeId: nodeId(),
      events,
      connect,
      home,
      onRoom: ({ name: sending }) => this.#lanes.roomFor(sending),
    });
  }

  #group(name: string): UpstreamGroup {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = this.#newGroup(name);
      this.#groups.set(name, group);
    }
    return group;
  }

  #newGroup(name: string): UpstreamGroup {
    const { center, clock, events } = this.#context;
    const receipts = new GroupReceipts(name, {
      center,
      clock,
      forms: this.#forms,
      onError: (error, where) => events.onError(error, where),
    });
    receipts.configure(this.#receiptSettings.get(name) ?? {});
    return new UpstreamGroup(name, receipts);
  }

  #useReceiptSettings(settings: ReadonlyMap<string, UpstreamReceiptSettings>): void {
    for (const [name, receipts] of settings) {
      if (!sameValue(receipts, this.#receiptSettings.get(name)))
        this.#group(name).receipts.configure(receipts);
    }
    this.#receiptSettings = settings;
  }

  #leave(upstream: Upstream): void {
    const left = upstream
      .stop(replacedDrainMs)
      .catch((error: unknown) => this.#context.events.onError(error, `connector ${upstream.name}`))
      .then(() => {
        upstream.group.members.delete(upstream);
        this.#leaving.delete(left);
      });
    this.#leaving.add(left);
  }

  #connectorOf(plan: Plan): PlanConnector {
    return new PlanConnector(plan, {
      upstream: (name) => this.#upstreams.get(name),
      failoverOf: (memo) => this.failoverOf(memo),
      queuedMs: ({ lane }) => this.#routes.queuedMs.get(lane) ?? Number.POSITIVE_INFINITY,
      nowMs: () => this.#context.clock.nowMs(),
      monotonicMs: () => this.#context.clock.monotonicMs(),
      reroute: this.#context.reroute,
      firstPiece: this.#context.firstPiece,
      ways: this.ways,
    });
  }

  /** Lanes that come up by themselves. */
  #look(): void {
    this.#lanes.look();
    this.#disarm = this.#context.clock.setTimer(() => this.#look(), lookEveryMs);
  }
}

/** What one connector of a group does not say, the next one in their order may. */
function receiptSettingsOf(
  connectors: readonly ConnectorSettings[],
): ReadonlyMap<string, UpstreamReceiptSettings> {
  const settings = new Map<string, UpstreamReceiptSettings>();
  for (const { name, group = name, receipts } of connectors)
    settings.set(group, { ...receipts, ...settings.get(group) });
  return settings;
}

/** What is said of messages that only a connector could take that is in the settings no more. */
export function strandedText(messages: number): string {
  const wait = messages === 1 ? '1 message waits' : `${messages} messages wait`;
  return `${wait}, and no route takes them: give it back, or add a route for them`;
}
