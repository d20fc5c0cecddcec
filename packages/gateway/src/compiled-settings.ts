/** Settings as they are used: compiled once, and all or nothing. */
import type { Message } from '@chappe/center';
import { readContent } from './content.ts';
import type { MessageFacts } from './facts.ts';
import { FilterLayer } from './filters/filter-layer.ts';
import { Filters } from './filters/filters.ts';
import type { OptOuts } from './filters/opt-outs.ts';
import type { RouteFilters } from './ingress/acceptance.ts';
import { dataCodingOf } from './message-text.ts';
import { partRules } from './mo/part-rules.ts';
import { type CompiledRoute, Router } from './routes/router.ts';
import { Rules } from './routes/rules.ts';
import { checkRoutes } from './routes/validate.ts';
import { checkMoRoutes } from './routes/validate-mo.ts';
import { accountLane, handsetLane } from './routing.ts';
import type { GatewaySettings } from './settings/gateway.ts';
import type { MoRouteSettings, RouteSettings } from './settings/route.ts';
import { compileFailover } from './upstream/failover.ts';
import { planOf } from './upstream/plan.ts';
import type { RoutePlan } from './upstream/upstreams.ts';

/** What the network uses of its settings. */
export interface CompiledSettings {
  /** Undefined: there are neither routes nor connectors, and everything goes to the handsets. */
  readonly router: Router | undefined;
  readonly plans: readonly RoutePlan[];
  /** Lane by route. */
  readonly lanes: ReadonlyMap<string, string>;
  /** By route. */
  readonly filters: ReadonlyMap<string, RouteFilters>;
  readonly moRules: Rules<MoRouteSettings>;
  readonly partRules: Rules<MoRouteSettings>;
  /** The way of a message that was held, by the routes that do not hold. */
  release(
    message: Message,
    nowMs: number,
  ): { readonly lane: string; readonly route: CompiledRoute } | undefined;
}

const accountTarget = 'account:';

/** Compiles settings. `before`: those in force, whose counters go on. Throws a RangeError that names entry and field. */
export function compileSettings(
  settings: GatewaySettings,
  before: CompiledSettings | undefined,
  optOuts: OptOuts,
): CompiledSettings {
  const { routes, connectors, mo } = settings;
  checkNames(settings);
  const isRouted = routes.length + connectors.length > 0;
  const lanes = new Map<string, string>();
  const plans: RoutePlan[] = [];
  for (const route of routes) {
    const lane = directLane(route);
    if (lane !== undefined) lanes.set(route.name, lane);
    else if (route.action.kind === 'via') {
      const plan = planOf(route.action.groups);
      lanes.set(route.name, plan.lane);
      plans.push({ route: route.name, plan, failover: compileFailover(route.action.failover) });
    }
  }
  const held = new Router(routes.filter(({ action }) => action.kind !== 'hold'));
  return {
    router: isRouted ? new Router(routes, before?.router) : undefined,
    plans,
    lanes,
    filters: filtersOf(settings, optOuts),
    moRules: new Rules(mo, 'mo route'),
    partRules: new Rules(partRules(mo), 'mo route'),
    release: (message, nowMs) => {
      const route = held.peek(factsOfStored(message, nowMs));
      const lane = route === undefined ? undefined : lanes.get(route.settings.name);
      return route === undefined || lane === undefined ? undefined : { lane, route };
    },
  };
}

/** The layers of each route: those for all are shared, with what they remember. */
function filtersOf({ filters, routes }: GatewaySettings, optOuts: OptOuts): Map<string, RouteFilters> {
  const forAll = filters === undefined ? [] : [new FilterLayer(filters, 'filters')];
  return new Map(
    routes.map((route) => {
      const own = route.filters === undefined ? [] : [new FilterLayer(route.filters, `route ${route.name}`)];
      const remembers = (filters?.duplicates ?? route.filters?.duplicates) !== undefined;
      return [route.name, { filters: new Filters([...forAll, ...own], optOuts), remembers }];
    }),
  );
}

/** The lane of a route with one target that is no upstream: the handsets, or an account. */
function directLane({ action }: RouteSettings): string | undefined {
  if (action.kind !== 'via' || action.groups.length !== 1 || action.groups[0]?.length !== 1) return undefined;
  const { connector } = action.groups[0][0] as { readonly connector: string };
  if (connector === handsetLane) return handsetLane;
  return connector.startsWith(accountTarget) ? accountLane(connector.slice(accountTarget.length)) : undefined;
}

function checkNames({ accounts, connectors, routes, mo, webhooks }: GatewaySettings): void {
  const names = new Set(connectors.map(({ name }) => name));
  for (const { name } of connectors) {
    // They are written into lanes and memos, where these signs mean something.
    if (/[,|>*?:\s]/.test(name) || name === '') {
      throw new RangeError(
        `connector "${name}": name must not be empty, nor hold spaces or any of , | > * ? :`,
      );
    }
  }
  if (names.size < connectors.length)
    throw new RangeError('connectors: two have the same name; rename one of them');
  for (const { name } of routes) {
    if (/[,|]/.test(name)) throw new RangeError(`route "${name}": name must not hold , or |`);
  }
  const known = accounts.length === 0 ? undefined : new Set(accounts.map(({ systemId }) => systemId));
  const hooks = new Set(webhooks.map(({ name }) => name));
  const flaws = [
    ...checkRoutes(routes, new Set([...names, handsetLane]), known),
    ...checkMoRoutes(mo, names, known, hooks),
  ];
  const [first] = flaws.filter(({ severity }) => severity === 'error');
  if (first !== undefined) throw new RangeError(`route "${first.route}": ${first.field}: ${first.message}`);
}

/** The facts of a stored message, as far as they are stored. */
export function factsOfStored(message: Message, nowMs: number): MessageFacts {
  const content = readContent(message.content);
  return {
    kind: message.kind === 'mo' ? 'mo' : 'mt',
    account: message.account,
    connector: '',
    source: message.source,
    destination: message.destination,
    text: message.text,
    coding: dataCodingOf(content.dataCoding).coding,
    segments: content.group?.kind === 'segments' ? content.group.count : 1,
    tlvs: content.tlvs,
    tags: [],
    priority: message.priority,
    nowMs,
  };
}
