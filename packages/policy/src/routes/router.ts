/** The routes of messages from customers. */
import type { Address } from '@chappe/center';
import { refusalTo, type SettingsFlaws } from '../errors.ts';
import type { MessageFacts } from '../facts.ts';
import type { RouteSettings } from '../settings/route.ts';
import { atOnce, type Steps } from '../slices.ts';
import type { RuleVerdict } from './explain.ts';
import { compilePrice } from './price.ts';
import { Rules } from './rules.ts';
import type { FailureCount } from './when.ts';

/** A route with what was made of its settings. */
export interface CompiledRoute {
  readonly settings: RouteSettings;
  /** Its place in the settings, from 0. */
  readonly index: number;
  /**
   * The price of one segment, millionths of the currency: by the longest prefix, else `perSegment`, else 0. Undefined: such
   * numbers are refused.
   */
  priceOf(destination: Address): number | undefined;
  /** Whether its conditions ask for words of the text. */
  readonly looksAtText: boolean;
}

/** What one route has seen. */
export interface RouteHits {
  readonly route: string;
  /** Messages that took it. */
  readonly hits: number;
  /** Messages for which its `when` failed and so counted as not matching. */
  readonly whenFailures: number;
}

/** Counted of one route. */
interface RouteCount extends FailureCount {
  hits: number;
}

/** A table of routes and its counters. A new table is a new router. */
export class Router {
  readonly routes: readonly CompiledRoute[];
  /** Whether a route refuses messages for words of their text. */
  readonly rejectsByText: boolean;
  readonly #rules: Rules<RouteSettings>;
  readonly #byName: ReadonlyMap<string, CompiledRoute>;
  /** In the order of the routes. */
  readonly #counts: readonly RouteCount[];
  readonly #total: { unrouted: number };

  /**
   * Compiles the table. `before`: the one it is to replace, whose counters go on for routes of the same name: both count
   * into them, so that none is lost until this one is used. Throws a RangeError that names route and field.
   */
  constructor(
    settings: readonly RouteSettings[],
    before?: Router,
    table: Table = atOnce(tableOf(settings, before)),
  ) {
    this.#rules = table.rules;
    this.routes = table.routes;
    this.#byName = table.byName;
    this.#counts = table.counts;
    this.rejectsByText = table.routes.some(isRejectionByText);
    this.#total = before === undefined ? { unrouted: 0 } : before.#total;
  }

  /** Compiles the table in steps. `flaws`: see `Rules.steps`. */
  static *steps(settings: readonly RouteSettings[], before?: Router, flaws?: SettingsFlaws): Steps<Router> {
    return new Router(settings, before, yield* tableOf(settings, before, flaws));
  }

  /** The counter of a route, to go on with; undefined: there is no route of that name. */
  countOf(name: string): RouteCount | undefined {
    const route = this.named(name);
    return route === undefined ? undefined : this.#counts[route.index];
  }

  /** Whether it is made of just these settings, one by one. */
  isOf(settings: readonly RouteSettings[]): boolean {
    const { routes } = this;
    return routes.length === settings.length && settings.every((one, at) => routes[at]?.settings === one);
  }

  /** The route of a message, counted; undefined when none matches. */
  route(facts: MessageFacts): CompiledRoute | undefined {
    const index = this.#rules.find(facts);
    const route = index < 0 ? undefined : this.routes[index];
    this.#count(route);
    return route;
  }

  /**
   * The route of a part of a text, counted: that of the part before it, where it is still there, unless words of this one
   * are refused.
   */
  routeOfPart(facts: MessageFacts, before: string): CompiledRoute | undefined {
    const own = this.peek(facts);
    const led = own !== undefined && isRejectionByText(own) ? undefined : this.named(before);
    this.#count(led ?? own);
    return led ?? own;
  }

  /** Whether a route that looks at texts would reject that message; not counted. */
  refusesText(facts: MessageFacts): boolean {
    const own = this.peek(facts);
    return own !== undefined && isRejectionByText(own);
  }

  /** The route of that name. */
  named(name: string): CompiledRoute | undefined {
    return this.#byName.get(name);
  }

  #count(route: CompiledRoute | undefined): void {
    const count = route === undefined ? undefined : this.#counts[route.index];
    if (count === undefined) this.#total.unrouted += 1;
    else count.hits += 1;
  }

  /** The route that a message would take, not counted. `among`: routes that it does not hold are passed over. */
  peek(facts: MessageFacts, among?: (route: RouteSettings) => boolean): CompiledRoute | undefined {
    const index = this.#rules.find(facts, false, among);
    return index < 0 ? undefined : this.routes[index];
  }

  /** For each route whether it matches or why not, in words; see `Rules.explain`. */
  explain(facts: MessageFacts): readonly RuleVerdict[] {
    return this.#rules.explain(facts);
  }

  /** The counters, for metrics. */
  hits(): readonly RouteHits[] {
    return this.routes.map(({ settings, index }) => ({
      route: settings.name,
      hits: this.#counts[index]?.hits ?? 0,
      whenFailures: this.#counts[index]?.failures ?? 0,
    }));
  }

  /** Messages that no route took. */
  get unrouted(): number {
    return this.#total.unrouted;
  }
}

interface Table {
  readonly rules: Rules<RouteSettings>;
  readonly routes: readonly CompiledRoute[];
  readonly byName: ReadonlyMap<string, CompiledRoute>;
  readonly counts: readonly RouteCount[];
}

function* tableOf(settings: readonly RouteSettings[], before?: Router, flaws?: SettingsFlaws): Steps<Table> {
  const rules = yield* Rules.steps(settings, 'route', flaws);
  const refuse = refusalTo(flaws);
  const routes: CompiledRoute[] = [];
  const byName = new Map<string, CompiledRoute>();
  const counts: RouteCount[] = [];
  for (const [index, route] of settings.entries()) {
    const looksAtText = asksForText(route);
    const compiled = { settings: route, index, priceOf: compilePrice(route, refuse), looksAtText };
    routes.push(compiled);
    byName.set(route.name, compiled);
    const count = before?.countOf(route.name) ?? { hits: 0, failures: 0 };
    counts.push(count);
    rules.countFailures(index, count);
    yield;
  }
  return { rules, routes, byName, counts };
}

function asksForText({ keywords, text, when }: RouteSettings): boolean {
  return keywords !== undefined || text !== undefined || when?.includes('text') === true;
}

function isRejectionByText({ settings, looksAtText }: CompiledRoute): boolean {
  return looksAtText && settings.action.kind === 'reject';
}
