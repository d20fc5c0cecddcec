/**
 * The lanes of plans and the connectors that hand out what is in them: those of the routes in force, and those of earlier
 * ones as long as they have messages.
 */
import type { Center } from '@chappe/center';
import { type Plan, planOfLane } from '../lanes/plan.ts';
import type { PlanConnector } from './plan-connector.ts';

/** What the lanes work with. */
export interface PlanLanesContext {
  readonly center: Center;
  readonly connectorOf: (plan: Plan) => PlanConnector;
  /** Messages wait for a connector that is in the settings no more, and no route takes them. */
  readonly onStranded: (connector: string, messages: number) => void;
}

/** All lanes that lead to upstreams. */
export class PlanLanes {
  readonly #context: PlanLanesContext;
  readonly #connectors: Map<string, PlanConnector> = new Map();
  /** Those that lead to each upstream; made anew when it is asked for. */
  readonly #leading: Map<string, readonly PlanConnector[]> = new Map();
  #inForce: ReadonlyMap<string, Plan> = new Map();
  /** What was stranded at the last look, and what of it has been told. */
  #before: ReadonlyMap<string, number> = new Map();
  readonly #reported: Set<string> = new Set();
  #turn = 0;

  constructor(context: PlanLanesContext) {
    this.#context = context;
  }

  [Symbol.iterator](): Iterator<PlanConnector> {
    return this.#connectors.values();
  }

  /** The connector of a lane, also of one that has been let go; undefined when it is no lane of a plan. */
  connector(lane: string): PlanConnector | undefined {
    const known = this.#connectors.get(lane);
    if (known !== undefined) return known;
    const plan = planOfLane(lane);
    return plan === undefined ? undefined : this.#attach(plan);
  }

  /** The plans of the routes are these, by lane. */
  take(plans: ReadonlyMap<string, Plan>): void {
    this.#inForce = plans;
    for (const plan of plans.values()) if (!this.#connectors.has(plan.lane)) this.#attach(plan);
  }

  /** Upstreams of the plans may have come or gone: all lanes go on. */
  offer(): void {
    for (const connector of this.#connectors.values()) connector.ready?.();
  }

  /** Takes up lanes that have messages, and lets go those of earlier routes that have none. To be called now and then. */
  look(): void {
    const { center, onStranded } = this.#context;
    const empty = new Set(this.#connectors.keys());
    for (const { lane, isAttached, queued, waiting, flying } of center.depths()) {
      // One that is let go stays known to the center for a while.
      if (queued + waiting + flying === 0) continue;
      empty.delete(lane);
      if (!isAttached && !this.#connectors.has(lane)) this.connector(lane);
    }
    for (const lane of empty) if (!this.#inForce.has(lane)) this.#letGo(lane);
    const stranded = this.stranded();
    for (const [name, messages] of stranded) {
      // Those that a route takes are on their way there.
      const isStuck = messages >= (this.#before.get(name) ?? Number.POSITIVE_INFINITY);
      if (!isStuck || this.#reported.has(name)) continue;
      this.#reported.add(name);
      onStranded(name, messages);
    }
    for (const name of this.#reported) if (!stranded.has(name)) this.#reported.delete(name);
    this.#before = stranded;
  }

  /** Messages in lanes none of whose connectors is in the settings any more, by the name of the first of these. */
  stranded(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const { lane, queued, waiting } of this.#context.center.depths()) {
      const connector = this.#connectors.get(lane);
      const name = connector?.plan.groups[0]?.[0]?.connector;
      if (connector?.isOrphan !== true || name === undefined || queued + waiting === 0) continue;
      found.set(name, (found.get(name) ?? 0) + queued + waiting);
    }
    return found;
  }

  /** The lanes that lead to an upstream may go on: those with urgent messages first, the others in turn. */
  roomFor(upstream: string): void {
    const { center } = this.#context;
    const lanes = this.#leadingTo(upstream);
    if (lanes.length === 1) {
      lanes[0]?.ready?.();
      return;
    }
    this.#turn += 1;
    const first = this.#turn % Math.max(1, lanes.length);
    const inTurn = [...lanes.slice(first), ...lanes.slice(0, first)]
      .map((connector) => ({ connector, urgency: center.urgency(connector.plan.lane) }))
      .sort((a, b) => b.urgency - a.urgency);
    for (const { connector } of inTurn) connector.ready?.();
  }

  #leadingTo(upstream: string): readonly PlanConnector[] {
    let leading = this.#leading.get(upstream);
    if (leading === undefined) {
      leading = [...this.#connectors.values()].filter((connector) => connector.leadsTo(upstream));
      this.#leading.set(upstream, leading);
    }
    return leading;
  }

  #attach(plan: Plan): PlanConnector {
    const connector = this.#context.connectorOf(plan);
    this.#connectors.set(plan.lane, connector);
    this.#leading.clear();
    this.#context.center.attach(plan.lane, connector);
    return connector;
  }

  #letGo(lane: string): void {
    this.#connectors.delete(lane);
    this.#leading.clear();
    this.#context.center.detach(lane);
  }
}
