/** Messages of the past against a new table: which would take another way, and what they would cost. */
import type { MessageFacts } from '../facts.ts';
import type { CompiledRoute, Router } from './router.ts';
import { wayOf } from './words.ts';

// As many as a person looks at.
const maxExamples = 20;
// Pairs of routes that are told apart. Tables of thousands of routes could make millions; the rest is summed up.
const maxFlows = 1_000;

/** Where a message goes by one table. */
export interface RouteChoice {
  /** Undefined: no route takes it. */
  readonly route: string | undefined;
  /** What the route does, as `op-a 70, op-b 30; else op-c`. */
  readonly way: string;
}

/** Amounts in millionths of the currency. */
export interface PriceChange {
  readonly priceBefore: number;
  readonly priceAfter: number;
}

/** The messages that go from one route to another, or stay and cost something else. */
export interface RouteFlow extends PriceChange {
  readonly before: RouteChoice;
  readonly after: RouteChoice;
  readonly messages: number;
  readonly segments: number;
}

/** One message that takes another way. */
export interface RouteExample extends PriceChange {
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly segments: number;
  readonly before: RouteChoice;
  readonly after: RouteChoice;
}

/** What a new table changes. */
export interface RouteComparison extends PriceChange {
  readonly messages: number;
  readonly segments: number;
  /** Messages that take another route, or the same one that now does something else. */
  readonly changed: number;
  /** Messages whose price is another. */
  readonly repriced: number;
  /** The most messages first, at most 1,000. */
  readonly flows: readonly RouteFlow[];
  /** Messages of pairs beyond these. */
  readonly otherMessages: number;
  /** The first 20 that changed. */
  readonly examples: readonly RouteExample[];
}

/** Compares two tables over the messages; neither router counts them. See `RouteTrial` for many. */
export function compareRoutes(
  messages: Iterable<MessageFacts>,
  before: Router,
  after: Router,
): RouteComparison {
  const trial = new RouteTrial(before, after);
  for (const facts of messages) trial.add(facts);
  return trial.result();
}

type Growing<T> = { -readonly [K in keyof T]: T[K] };

/** A comparison under way: a day of messages is read page by page, and others must get their turn between. */
export class RouteTrial {
  readonly #before: Router;
  readonly #after: Router;
  readonly #choicesBefore: readonly RouteChoice[];
  readonly #choicesAfter: readonly RouteChoice[];
  readonly #flows = new Map<number, Growing<RouteFlow>>();
  readonly #examples: RouteExample[] = [];
  #messages = 0;
  #segments = 0;
  #changed = 0;
  #repriced = 0;
  #otherMessages = 0;
  #priceBefore = 0;
  #priceAfter = 0;

  constructor(before: Router, after: Router) {
    this.#before = before;
    this.#after = after;
    this.#choicesBefore = before.routes.map(choiceOf);
    this.#choicesAfter = after.routes.map(choiceOf);
  }

  /** Takes one message into account. `segments`: what it is paid as, where that is not all of the text. */
  add(facts: MessageFacts, segments: number = facts.segments): void {
    const was = this.#before.peek(facts);
    const is = this.#after.peek(facts);
    const before = choiceAt(this.#choicesBefore, was);
    const after = choiceAt(this.#choicesAfter, is);
    const priceBefore = priceFor(was, facts, segments);
    const priceAfter = priceFor(is, facts, segments);
    this.#messages += 1;
    this.#segments += segments;
    this.#priceBefore += priceBefore;
    this.#priceAfter += priceAfter;
    const isChanged = before.route !== after.route || before.way !== after.way;
    const isRepriced = priceBefore !== priceAfter;
    if (!isChanged && !isRepriced) return;
    if (isRepriced) this.#repriced += 1;
    if (isChanged) {
      this.#changed += 1;
      if (this.#examples.length < maxExamples) {
        const from = facts.source.digits;
        const to = facts.destination.digits;
        const { account } = facts;
        this.#examples.push({ account, from, to, segments, before, after, priceBefore, priceAfter });
      }
    }
    const key = ((was?.index ?? -1) + 1) * (this.#choicesAfter.length + 1) + (is?.index ?? -1) + 1;
    const flow = this.#flows.get(key);
    if (flow !== undefined) {
      flow.messages += 1;
      flow.segments += segments;
      flow.priceBefore += priceBefore;
      flow.priceAfter += priceAfter;
    } else if (this.#flows.size < maxFlows) {
      this.#flows.set(key, { before, after, messages: 1, segments, priceBefore, priceAfter });
    } else this.#otherMessages += 1;
  }

  /** What came out so far. */
  result(): RouteComparison {
    return {
      messages: this.#messages,
      segments: this.#segments,
      changed: this.#changed,
      repriced: this.#repriced,
      priceBefore: this.#priceBefore,
      priceAfter: this.#priceAfter,
      flows: [...this.#flows.values()].map((flow) => ({ ...flow })).sort((a, b) => b.messages - a.messages),
      otherMessages: this.#otherMessages,
      examples: [...this.#examples],
    };
  }
}

const noChoice: RouteChoice = { route: undefined, way: 'no route' };

function choiceOf({ settings }: CompiledRoute): RouteChoice {
  return { route: settings.name, way: wayOf(settings.action) };
}

function choiceAt(choices: readonly RouteChoice[], route: CompiledRoute | undefined): RouteChoice {
  return (route === undefined ? undefined : choices[route.index]) ?? noChoice;
}

/** What is not accepted costs nothing. */
function priceFor(route: CompiledRoute | undefined, facts: MessageFacts, segments: number): number {
  if (route === undefined || route.settings.action.kind === 'reject') return 0;
  return (route.priceOf(facts.destination) ?? 0) * segments;
}
