/** The routes of messages from customers. */
import type { Address } from '@chappe/center';
import type { MessageFacts } from '../facts.ts';
import type { RouteSettings } from '../settings/route.ts';
import { atOnce, type Steps } from '../slices.ts';
import type { RuleVerdict } from './explain.ts';
import { compilePrice } from './price.ts';
import { Rules } from './rules.ts';

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

/** A table of routes and its counters. A new table is a new router. */
export class Router {
  readonly routes: readonly CompiledRoute[];
  /** Whether a route refuses messages for words of their text. */
  readonly rejectsByText: boolean;
  readonly #rules: Rules<RouteSettings>;
  #byName: ReadonlyMap<string, CompiledRoute> | undefined;
  #hits: number[];
  #failuresBefore: readonly number[];
  #unrouted = 0;

  /**
   * Compiles the table. `before`: the one it replaces, whose counters go on for routes of the same name. Throws a
   * RangeError that names route and field.
   */
  constructor(settings: readonly RouteSettings[], before?: Router, table: Table = atOnce(tableOf(settings))) {
    this.#rules = table.rules;
    this.routes = table.routes;
    this.rejectsByText = table.routes.some(isRejectionByText);
    this.#hits = settings.map(() => 0);
    this.#failuresBefore = settings.map(() => 0);
    if (before !== undefined) this.continue(before);
  }

  /** Compiles the table in steps; `continue` is to be called when it is used. */
  static *steps(settings: readonly RouteSettings[]): Steps<Router> {
    return new Router(settings, undefined, yield* tableOf(settings));
  }

  /** Goes on with the counters of the table that it replaces, for routes of the same name. */
  continue(before: Router): void {
    if (before === this) return;
    const known = new Map(before.hits().map((counters) => [counters.route, counters]));
    this.#hits = this.routes.map(({ settings }) => known.get(settings.name)?.hits ?? 0);
    this.#failuresBefore = this.routes.map(({ settings }) => known.get(settings.name)?.whenFailures ?? 0);
    this.#unrouted = before.unrouted;
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
    // Made when it is first asked for: most tables are never.
    this.#byName ??= new Map(this.routes.map((route) => [route.settings.name, route]));
    return this.#byName.get(name);
  }

  #count(route: CompiledRoute | undefined): void {
    if (route === undefined) this.#unrouted += 1;
    else this.#hits[route.index] = (this.#hits[route.index] ?? 0) + 1;
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
      hits: this.#hits[index] ?? 0,
      whenFailures: (this.#failuresBefore[index] ?? 0) + this.#rules.whenFailures(index),
    }));
  }

  /** Messages that no route took. */
  get unrouted(): number {
    return this.#unrouted;
  }
}

interface Table {
  readonly rules: Rules<RouteSettings>;
  readonly routes: readonly CompiledRoute[];
}

function* tableOf(settings: readonly RouteSettings[]): Steps<Table> {
  const rules = yield* Rules.steps(settings);
  const routes: CompiledRoute[] = [];
  for (const [index, route] of settings.entries()) {
    const looksAtText = asksForText(route);
    routes.push({ settings: route, index, priceOf: compilePrice(route), looksAtText });
    yield;
  }
  return { rules, routes };
}

function asksForText({ keywords, text, when }: RouteSettings): boolean {
  return keywords !== undefined || text !== undefined || when?.includes('text') === true;
}

function isRejectionByText({ settings, looksAtText }: CompiledRoute): boolean {
  return looksAtText && settings.action.kind === 'reject';
}
