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
  /** The price of one segment, millionths of the currency: by the longest prefix, else `perSegment`, else 0. */
  priceOf(destination: Address): number;
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
  readonly #rules: Rules<RouteSettings>;
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
    if (index < 0) {
      this.#unrouted += 1;
      return undefined;
    }
    this.#hits[index] = (this.#hits[index] ?? 0) + 1;
    return this.routes[index];
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
    routes.push({ settings: route, index, priceOf: compilePrice(route) });
    yield;
  }
  return { rules, routes };
}
