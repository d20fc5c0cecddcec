/** Settings as they are used: compiled once, and all or nothing. */
import type { FilterSettings, GatewaySettings, MessageFacts, MoRouteSettings, OptOuts } from '@chappe/policy';
import {
  type CompiledRoute,
  FilterLayer,
  Filters,
  type MoActions,
  moRouteErrors,
  Router,
  type RouteSettings,
  Rules,
  routeErrors,
  SettingsFlaws,
  type Steps,
} from '@chappe/policy';
import type { RouteFilters } from '../ingress/verdict.ts';
import { accountLane, handsetLane } from '../lanes/lanes.ts';
import { type Plan, planOf } from '../lanes/plan.ts';
import { MoHandlers } from '../mo/actions.ts';
import { partRules } from '../mo/journey.ts';
import { type CompiledFailover, compileFailover, defaultFailover } from '../upstream/failover.ts';
import type { RoutePlans } from '../upstream/upstreams.ts';

/** What the network uses of its settings. */
export interface CompiledSettings {
  /** Undefined: there are neither routes nor connectors, and everything goes to the handsets. */
  readonly router: Router | undefined;
  readonly plans: RoutePlans;
  /** Lane by route. */
  readonly lanes: ReadonlyMap<string, string>;
  /** By route. */
  readonly filters: ReadonlyMap<string, RouteFilters>;
  /** By place, with the settings they are made of: what did not change keeps what it remembers. */
  readonly layers: ReadonlyMap<string, KeptLayer>;
  readonly moRules: MoRuleTables;
  /** The way of a message that was held, by the routes that do not hold. */
  release(facts: MessageFacts): { readonly lane: string; readonly route: CompiledRoute } | undefined;
}

/** The rules for messages from handsets, and those for single segments of them. */
export interface MoRuleTables {
  readonly whole: Rules<MoRouteSettings>;
  readonly parts: Rules<MoRouteSettings>;
  readonly settings: readonly MoRouteSettings[];
}

/** A layer of filters and its settings, also as text. */
export interface KeptLayer {
  readonly layer: FilterLayer;
  readonly settings: FilterSettings;
  readonly text: string;
}

/** What settings are compiled beside. */
export interface Beside {
  /** Those in force, of which what did not change is kept. */
  readonly before: CompiledSettings | undefined;
  readonly optOuts: OptOuts | undefined;
  /** Those that rules for messages from handsets may name; made ready where they can run. */
  readonly actions: MoActions;
  /** Is told what cannot be: with any flaw the result is not to be used. */
  readonly flaws: SettingsFlaws;
}

// Where filters for all routes stand.
const forAll = 'filters';
const accountTarget = 'account:';

/** Compiles settings, in steps. Flaws name entry and field. */
export function* compileSettings(settings: GatewaySettings, beside: Beside): Steps<CompiledSettings> {
  const { routes, connectors, mo } = settings;
  const { before, optOuts, actions, flaws } = beside;
  const areActionsKnown = yield* checkNames(settings, beside);
  if (areActionsKnown && actions instanceof MoHandlers) yield* prepareActions(settings, actions, flaws);
  const { plans, lanes } = yield* waysOf(routes);
  const layers = yield* layersOf(settings, before?.layers, flaws);
  const router =
    before?.router?.isOf(routes) === true
      ? before.router
      : yield* Router.steps(routes, before?.router, flaws);
  return {
    router: routes.length + connectors.length > 0 ? router : undefined,
    plans,
    lanes,
    layers,
    filters: yield* filtersOf(settings, layers, optOuts),
    moRules: isSame(before?.moRules.settings, mo)
      ? (before as CompiledSettings).moRules
      : yield* moRulesOf(mo, flaws),
    release: (facts) => {
      const route = router.peek(facts, isNoHold);
      const lane = route === undefined ? undefined : lanes.get(route.settings.name);
      return route === undefined || lane === undefined ? undefined : { lane, route };
    },
  };
}

/** The lanes of the routes, and the plans that some of them stand for. */
function* waysOf(
  routes: readonly RouteSettings[],
): Steps<{ readonly plans: RoutePlans; readonly lanes: ReadonlyMap<string, string> }> {
  const lanes = new Map<string, string>();
  const plans = new Map<string, Plan>();
  const failovers = new Map<string, CompiledFailover>();
  const queuedMs = new Map<string, number>();
  for (const route of routes) {
    yield;
    const { name, action } = route;
    const lane = directLane(route);
    if (lane !== undefined) lanes.set(name, lane);
    if (lane !== undefined || action.kind !== 'via') continue;
    const plan = planOf(action.groups);
    const failover = action.failover === undefined ? defaultFailover : compileFailover(action.failover);
    lanes.set(name, plan.lane);
    failovers.set(name, failover);
    plans.set(plan.lane, plan);
    queuedMs.set(plan.lane, Math.min(queuedMs.get(plan.lane) ?? Number.POSITIVE_INFINITY, failover.queuedMs));
  }
  return { plans: { plans, failovers, queuedMs }, lanes };
}

function* moRulesOf(mo: readonly MoRouteSettings[], flaws: SettingsFlaws): Steps<MoRuleTables> {
  const whole = yield* Rules.steps(mo, 'mo route', flaws);
  // What could be wrong with them has been told.
  const parts = yield* Rules.steps(partRules(mo), 'mo route', new SettingsFlaws());
  return { whole, parts, settings: mo };
}

function isSame<E>(before: readonly E[] | undefined, now: readonly E[]): boolean {
  return before?.length === now.length && now.every((one, at) => before[at] === one);
}

function isNoHold({ action }: RouteSettings): boolean {
  return action.kind !== 'hold';
}

function* layersOf(
  { filters, routes }: GatewaySettings,
  before: ReadonlyMap<string, KeptLayer> | undefined,
  flaws: SettingsFlaws,
): Steps<Map<string, KeptLayer>> {
  const layers = new Map<string, KeptLayer>();
  const keep = (place: string, own: FilterSettings | undefined): void => {
    if (own === undefined) return;
    const known = before?.get(place);
    const text = known?.settings === own ? known.text : JSON.stringify(own);
    const layer = known?.text === text ? known.layer : flaws.attempt(() => new FilterLayer(own, place));
    if (layer !== undefined) layers.set(place, { layer, settings: own, text });
  };
  keep(forAll, filters);
  for (const route of routes) {
    keep(placeOf(route), route.filters);
    yield;
  }
  return layers;
}

/** The layers of each route: those for all are shared, with what they remember. */
function* filtersOf(
  { filters, routes }: GatewaySettings,
  layers: ReadonlyMap<string, KeptLayer>,
  optOuts: OptOuts | undefined,
): Steps<Map<string, RouteFilters>> {
  const found = new Map<string, RouteFilters>();
  for (const route of routes) {
    const kept = [layers.get(forAll), layers.get(placeOf(route))];
    const own = kept.flatMap((one) => (one === undefined ? [] : [one.layer]));
    const remembers = (filters?.duplicates ?? route.filters?.duplicates) !== undefined;
    found.set(route.name, { filters: new Filters(own, optOuts), remembers });
    yield;
  }
  return found;
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
function* prepareActions(
  { mo, unclaimed }: GatewaySettings,
  actions: MoHandlers,
  flaws: SettingsFlaws,
): Steps<void> {
  for (const { name, action } of [...mo, ...unclaimedRule(unclaimed)]) {
    yield;
    try {
      actions.prepareAll(action);
    } catch (error) {
      const { message } = error instanceof Error ? error : new Error(String(error));
      flaws.add(`mo route "${name}": action: ${message}`);
    }
  }
}

function unclaimedRule(action: GatewaySettings['unclaimed']): readonly MoRouteSettings[] {
  return action === undefined ? [] : [{ name: 'unclaimed', action }];
}

/** True: rules for messages from handsets do what there is. */
function* checkNames(
  { accounts, connectors, routes, mo, webhooks, unclaimed }: GatewaySettings,
  { actions, flaws }: Beside,
): Steps<boolean> {
  const names = new Set(connectors.map(({ name }) => name));
  for (const { name } of connectors) {
    // They are written into lanes and memos, where these signs mean something.
    if (/[,|>*?:\s]/.test(name) || name === '')
      flaws.add(`connector "${name}": name must not be empty, nor hold spaces or any of , | > * ? :`);
  }
  if (names.size < connectors.length) flaws.add('connectors: two have the same name; rename one of them');
  for (const { name } of routes) {
    if (/[,|]/.test(name)) flaws.add(`route "${name}": name must not hold , or |`);
    yield;
  }
  const known = accounts.length === 0 ? undefined : new Set(accounts.map(({ systemId }) => systemId));
  const hooks = new Set(webhooks.map(({ name }) => name));
  for (const { systemId, receipts } of accounts) {
    yield;
    if (receipts?.webhook !== undefined && !hooks.has(receipts.webhook))
      flaws.add(`account "${systemId}": receipts.webhook: there is no webhook "${receipts.webhook}"`);
  }
  const moNames = { accounts: known, webhooks: hooks };
  const moErrors = [
    ...(yield* moRouteErrors(mo, moNames, actions)),
    ...(yield* moRouteErrors(unclaimedRule(unclaimed), moNames, actions)),
  ];
  const errors = yield* routeErrors(routes, new Set([...names, handsetLane]), known);
  for (const error of [...errors, ...moErrors]) flaws.add(error);
  return moErrors.length === 0;
}
