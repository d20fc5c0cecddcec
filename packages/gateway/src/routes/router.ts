/** The routes of messages from customers. */
import type { Address } from '@chappe/center';
import type { MessageFacts } from '../facts.ts';
import type { RouteSettings } from '../settings/route.ts';
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
  readonly #hits: number[];
  readonly #failuresBefore: readonly number[];
  #unrouted = 0;

  /**
   * Compiles the table. `before`: the one it replaces, whose counters go on for routes of the same name. Throws a
   * RangeError that names route and field.
   */
  constructor(settings: readonly RouteSettings[], before?: Router) {
    this.#rules = new Rules(settings);
    this.routes = settings.map((route, index) => ({
      settings: route,
      index,
      priceOf: compilePrice(route),
    }));
    const known = new Map(before?.hits().map((counters) => [counters.route, counters]));
    this.#hits = settings.map(({ name }) => known.get(name)?.hits ?? 0);
    this.#failuresBefore = settings.map(({ name }) => known.get(name)?.whenFailures ?? 0);
    this.#unrouted = before?.unrouted ?? 0;
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

  /** The route that a message would take, not counted. */
  peek(facts: MessageFacts): CompiledRoute | undefined {
    const index = this.#rules.find(facts, false);
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
