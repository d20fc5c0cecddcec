/** All upstreams and the plans that lead to them: made from settings, kept through changes of settings. */
import type { Center, Message } from '@chappe/center';
import type { Clock, Random, Session } from '@chappe/smpp';
import type { ConnectorSettings } from '../settings/connector.ts';
import type { BindsEvents, ConnectUpstream } from './binds.ts';
import { type CompiledFailover, defaultFailover } from './failover.ts';
import { UpstreamGroup } from './group.ts';
import { routeOf, triedOf } from './memo.ts';
import { type Plan, planOfLane } from './plan.ts';
import { PlanConnector, type PlanContext } from './plan-connector.ts';
import { Upstream } from './upstream.ts';
import { Ways } from './ways.ts';

/** What upstreams work with. */
export interface UpstreamsContext {
  readonly center: Center;
  readonly clock: Clock;
  readonly random: Random;
  /** Of this gateway, see hops.ts; known before settings are used. */
  readonly nodeId: () => Uint8Array;
  readonly events: BindsEvents;
  readonly connect?: ConnectUpstream | undefined;
  readonly customers?: (() => readonly Session[]) | undefined;
  readonly onTaken: PlanContext['onTaken'];
  readonly reroute: PlanContext['reroute'];
  readonly firstPiece: PlanContext['firstPiece'];
}

/** A route's plan and when its messages move on. */
export interface RoutePlan {
  readonly route: string;
  readonly plan: Plan;
  readonly failover: CompiledFailover;
}

// Lanes that come up by themselves (a message of an old plan is tried again) are looked for so often.
const adoptEveryMs = 1_000;
// An upstream whose settings have changed ends what it has under way, beside the new one.
const replacedDrainMs = 10_000;

/** The upstreams of a gateway. */
export class Upstreams {
  /** Which of them the pieces of texts go by. */
  readonly ways: Ways = new Ways();
  readonly #context: UpstreamsContext;
  readonly #upstreams: Map<string, Upstream> = new Map();
  readonly #groups: Map<string, UpstreamGroup> = new Map();
  readonly #connectors: Map<string, PlanConnector> = new Map();
  readonly #leaving: Set<Promise<void>> = new Set();
  #failovers: ReadonlyMap<string, CompiledFailover> = new Map();
  #queuedMs: ReadonlyMap<string, number> = new Map();
  #disarm: (() => void) | undefined;
  #turn = 0;

  constructor(context: UpstreamsContext) {
    this.#context = context;
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
    return [...this.#connectors].map(([lane, { waitMs }]) => ({ lane, waitMs }));
  }

  group(name: string): UpstreamGroup | undefined {
    return this.#groups.get(name);
  }

  /** Takes settings over: what has not changed goes on undisturbed. Throws RangeError before anything is changed. */
  use(settings: readonly ConnectorSettings[], routes: readonly RoutePlan[]): void {
    const before = new Map(this.#upstreams);
    const made = settings.map((one) => this.#kept(before.get(one.name), one) ?? this.#make(one));
    this.#upstreams.clear();
    for (const upstream of made) {
      this.#upstreams.set(upstream.name, upstream);
      const old = before.get(upstream.name);
      before.delete(upstream.name);
      if (old === upstream) continue;
      if (old !== undefined) this.#leave(old);
      upstream.group.members.add(upstream);
      if (upstream.settings.paused !== true) upstream.start();
    }
    for (const gone of before.values()) this.#leave(gone);
    this.#failovers = new Map(routes.map(({ route, failover }) => [route, failover]));
    this.#queuedMs = leastQueued(routes);
    this.#plan(routes.map(({ plan }) => plan));
  }

  /** Begins to look after lanes. */
  start(): void {
    this.#adopt();
  }

  /** Takes nothing more, waits for open answers, unbinds. */
  async stop(drainMs: number): Promise<void> {
    this.#disarm?.();
    for (const connector of this.#connectors.values()) connector.giveBack();
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
    return this.#failovers.get(routeOf(memo)) ?? defaultFailover;
  }

  /**
   * Whether another upstream of a message's plan could take it now, when those of that memo have tried: then it is
   * expected to be moved on.
   */
  hasNext(message: Message, memo: string): boolean {
    const connector = this.#connectors.get(message.lane);
    if (connector?.hasNext(message, triedOf(memo)) !== true) return false;
    connector.expectMoved();
    return true;
  }

  /** A message's being at an upstream is on disk. */
  noteSaved(group: string | undefined): void {
    if (group === undefined) return;
    const found = this.#groups.get(group);
    if (found === undefined || found.unsaved === 0) return;
    found.unsaved -= 1;
    found.offer();
  }

  #kept(old: Upstream | undefined, settings: ConnectorSettings): Upstream | undefined {
    const isSame = old !== undefined && JSON.stringify(old.settings) === JSON.stringify(settings);
    return isSame ? old : undefined;
  }

  #make(settings: ConnectorSettings): Upstream {
    const name = settings.group ?? settings.name;
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = new UpstreamGroup(name);
      this.#groups.set(name, group);
    }
    const { clock, random, events, connect, customers, nodeId } = this.#context;
    return new Upstream(settings, {
      clock,
      random,
      group,
      nodeId: nodeId(),
      events,
      connect,
      customers,
      onRoom: (upstream) => this.#roomFor(upstream),
    });
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

  #plan(plans: readonly Plan[]): void {
    for (const plan of plans) if (!this.#connectors.has(plan.lane)) this.#attach(plan);
    // Upstreams of theirs may have come or gone.
    for (const connector of this.#connectors.values()) connector.ready?.();
  }

  #attach(plan: Plan): void {
    const connector = new PlanConnector(plan, {
      upstream: (name) => this.#upstreams.get(name),
      failoverOf: (memo) => this.failoverOf(memo),
      queuedMs: ({ lane }) => this.#queuedMs.get(lane) ?? Number.POSITIVE_INFINITY,
      nowMs: () => this.#context.clock.nowMs(),
      monotonicMs: () => this.#context.clock.monotonicMs(),
      onTaken: this.#context.onTaken,
      reroute: this.#context.reroute,
      firstPiece: this.#context.firstPiece,
      ways: this.ways,
    });
    this.#connectors.set(plan.lane, connector);
    this.#context.center.attach(plan.lane, connector);
  }

  /** Lanes of plans that no route has any more still have messages: they go where they were meant to. */
  #adopt(): void {
    for (const { lane, isAttached } of this.#context.center.depths()) {
      if (isAttached || this.#connectors.has(lane)) continue;
      const plan = planOfLane(lane);
      if (plan !== undefined) this.#attach(plan);
    }
    this.#disarm = this.#context.clock.setTimer(() => this.#adopt(), adoptEveryMs);
  }

  /** The lanes that lead to an upstream may go on: those with urgent messages first, the others in turn. */
  #roomFor(upstream: Upstream): void {
    const { center } = this.#context;
    const lanes: { readonly connector: PlanConnector; readonly urgency: number }[] = [];
    for (const connector of this.#connectors.values()) {
      if (!connector.leadsTo(upstream.name)) continue;
      lanes.push({ connector, urgency: center.urgency(connector.plan.lane) });
    }
    if (lanes.length === 1) {
      lanes[0]?.connector.ready?.();
      return;
    }
    this.#turn += 1;
    const first = this.#turn % Math.max(1, lanes.length);
    const inTurn = [...lanes.slice(first), ...lanes.slice(0, first)].sort((a, b) => b.urgency - a.urgency);
    for (const { connector } of inTurn) connector.ready?.();
  }
}

function leastQueued(routes: readonly RoutePlan[]): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const { plan, failover } of routes) {
    least.set(plan.lane, Math.min(least.get(plan.lane) ?? Number.POSITIVE_INFINITY, failover.queuedMs));
  }
  return least;
}
