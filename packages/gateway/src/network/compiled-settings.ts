/** Settings as they are used: compiled once, and all or nothing. */
import type {
  FilterSettings,
  GatewaySettings,
  MessageFacts,
  MoRouteSettings,
  OptOuts,
  RouteSettings,
} from '@chappe/policy';
import {
  atOnce,
  builtInMoActions,
  type CompiledRoute,
  FilterLayer,
  Filters,
  type MoActions,
  moRouteFlaws,
  Router,
  Rules,
  routeFlaws,
  type Steps,
} from '@chappe/policy';
import type { RouteFilters } from '../ingress/verdict.ts';
import { accountLane, handsetLane } from '../lanes/lanes.ts';
import { planOf } from '../lanes/plan.ts';
import { MoHandlers } from '../mo/actions.ts';
import { partRules } from '../mo/journey.ts';
import { compileFailover } from '../upstream/failover.ts';
import { checkConnector } from '../upstream/upstream.ts';
import type { RoutePlan } from '../upstream/upstreams.ts';

/** What the network uses of its settings. */
export interface CompiledSettings {
  /** Undefined: there are neither routes nor connectors, and everything goes to the handsets. */
  readonly router: Router | undefined;
  readonly plans: readonly RoutePlan[];
  /** Lane by route. */
  readonly lanes: ReadonlyMap<string, string>;
  /** By route. */
  readonly filters: ReadonlyMap<string, RouteFilters>;
  /** By place, with the settings they are made of: what did not change keeps what it remembers. */
  readonly layers: ReadonlyMap<string, KeptLayer>;
  readonly moRules: Rules<MoRouteSettings>;
  readonly partRules: Rules<MoRouteSettings>;
  /** The way of a message that was held, by the routes that do not hold. */
  release(facts: MessageFacts): { readonly lane: string; readonly route: CompiledRoute } | undefined;
}

/** A layer of filters and its settings as text. */
export interface KeptLayer {
  readonly layer: FilterLayer;
  readonly text: string;
}

// Where filters for all routes stand.
const forAll = 'filters';
const accountTarget = 'account:';

/** Throws the RangeError that a gateway with these settings and actions would not start with. Default: the built-in ones. */
export function checkSettings(settings: GatewaySettings, actions?: MoActions): void {
  atOnce(compileSettings(settings, undefined, undefined, actions));
  for (const connector of settings.connectors) checkConnector(connector);
}

/**
 * Compiles settings, in steps. `before`: those in force, of which what did not change is kept. Throws a RangeError that
 * names entry and field. `actions`: those that rules for messages from handsets may name; made ready where they can run.
 */
export function* compileSettings(
  settings: GatewaySettings,
  before: CompiledSettings | undefined,
  optOuts: OptOuts | undefined,
  actions: MoActions = builtInMoActions,
): Steps<CompiledSettings> {
  const { routes, connectors, mo } = settings;
  yield* checkNames(settings, actions);
  if (actions instanceof MoHandlers) yield* prepareActions(settings, actions);
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
    yield;
  }
  const layers = yield* layersOf(settings, before?.layers);
  const router = before?.router?.isOf(routes) === true ? before.router : yield* Router.steps(routes);
  return {
    router: isRouted ? router : undefined,
    plans,
    lanes,
    layers,
    filters: filtersOf(settings, layers, optOuts),
    moRules: yield* Rules.steps(mo, 'mo route'),
    partRules: yield* Rules.steps(partRules(mo), 'mo route'),
    release: (facts) => {
      const route = router.peek(facts, isNoHold);
      const lane = route === undefined ? undefined : lanes.get(route.settings.name);
      return route === undefined || lane === undefined ? undefined : { lane, route };
    },
  };
}

function isNoHold({ action }: RouteSettings): boolean {
  return action.kind !== 'hold';
}

function* layersOf(
  { filters, routes }: GatewaySettings,
  before: ReadonlyMap<string, KeptLayer> | undefined,
): Steps<Map<string, KeptLayer>> {
  const layers = new Map<string, KeptLayer>();
  const keep = (place: string, own: FilterSettings | undefined): void => {
    if (own === undefined) return;
    const text = JSON.stringify(own);
    const known = before?.get(place);
    layers.set(place, known?.text === text ? known : { layer: new FilterLayer(own, place), text });
  };
  keep(forAll, filters);
  for (const route of routes) {
    keep(placeOf(route), route.filters);
    yield;
  }
  return layers;
}

/** The layers of each route: those for all are shared, with what they remember. */
function filtersOf(
  { filters, routes }: GatewaySettings,
  layers: ReadonlyMap<string, KeptLayer>,
  optOuts: OptOuts | undefined,
): Map<string, RouteFilters> {
  return new Map(
    routes.map((route) => {
      const kept = [layers.get(forAll), layers.get(placeOf(route))];
      const own = kept.flatMap((one) => (one === undefined ? [] : [one.layer]));
      const remembers = (filters?.duplicates ?? route.filters?.duplicates) !== undefined;
      return [route.name, { filters: new Filters(own, optOuts), remembers }];
    }),
  );
}

function placeOf({ name }: RouteSettings): string {
  return `route ${name}.filters`;
}

/** The lane of a route with one target that is no upstream: the handsets, or an account. */
function directLane({ action }: RouteSettings): string | undefined {
  if (action.kind !== 'via' || action.groups.length !== 1 || action.groups[0]?.length !== 1) return undefined;
  const { connector } = action.groups[0][0] as { readonly connector: string };
  if (connector === handsetLane) return handsetLane;
  return connector.startsWith(accountTarget) ? accountLane(connector.slice(accountTarget.length)) : undefined;
}

/** What an action is made of beside its settings may be lacking, and its code is not ours. */
function* prepareActions({ mo, unclaimed }: GatewaySettings, actions: MoHandlers): Steps<void> {
  for (const { name, action } of [...mo, ...unclaimedRule(unclaimed)]) {
    try {
      actions.prepareAll(action);
    } catch (error) {
      const { message } = error instanceof Error ? error : new Error(String(error));
      throw new RangeError(`route "${name}": action: ${message}`, { cause: error });
    }
    yield;
  }
}

function unclaimedRule(action: GatewaySettings['unclaimed']): readonly MoRouteSettings[] {
  return action === undefined ? [] : [{ name: 'unclaimed', action }];
}

function* checkNames(
  { accounts, connectors, routes, mo, webhooks, unclaimed }: GatewaySettings,
  actions: MoActions,
): Steps<void> {
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
  for (const { systemId, receipts } of accounts) {
    if (receipts?.webhook === undefined || hooks.has(receipts.webhook)) continue;
    throw new RangeError(
      `account "${systemId}": receipts.webhook: there is no webhook "${receipts.webhook}"`,
    );
  }
  const moNames = { accounts: known, connectors: names, webhooks: hooks };
  const flaws = [
    ...(yield* routeFlaws(routes, new Set([...names, handsetLane]), known)),
    ...(yield* moRouteFlaws(mo, moNames, actions)),
    ...(yield* moRouteFlaws(unclaimedRule(unclaimed), moNames, actions)),
  ];
  const [first] = flaws.filter(({ severity }) => severity === 'error');
  if (first !== undefined) throw new RangeError(`route "${first.route}": ${first.field}: ${first.message}`);
}
