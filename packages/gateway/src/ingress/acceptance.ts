/**
 * What a message of a customer goes through before it is stored: the rules of its account, the filters, the routes, and
 * its price. A gateway without settings asks nothing: every message goes to its handset.
 */
import type { Address, Message, Priority } from '@chappe/center';
import { status, type Tlv } from '@chappe/protocol';
import type { Account } from '../accounts/account.ts';
import type { MessageFacts } from '../facts.ts';
import type { Filters } from '../filters/filters.ts';
import { hasLooped } from '../hops.ts';
import { dataCodingOf } from '../message-text.ts';
import type { AccountCredit } from '../money/account-credit.ts';
import type { CompiledRoute, Router } from '../routes/router.ts';
import { broadcastLane, droppedLane, handsetLane, heldLane, type Routing } from '../routing.ts';
import { magicRefusal } from '../sandbox/magic.ts';
import { routeOf } from '../upstream/memo.ts';

/** One message to one destination, as its customer asked for it. */
export interface Asked {
  readonly account: Account;
  readonly source: Address;
  readonly destination: Address;
  readonly text: string | undefined;
  /** Octets that tell two messages apart where the text does not: content that is no text, or a segment. */
  readonly contentKey: Uint8Array | undefined;
  readonly dataCoding: number;
  readonly segments: number;
  readonly tlvs: readonly Tlv[];
  /** 0: none was asked for. */
  readonly priority: Priority;
  /** Wall clock. */
  readonly nowMs: number;
}

/** Why a message is not taken: what it is counted under. */
export type RefusalKind =
  | 'sender'
  | 'destination'
  | 'throughput'
  | 'quota'
  | 'filter'
  | 'pumping'
  | 'loop'
  | 'route'
  | 'unrouted'
  | 'credit';

/** A message that is not taken. */
export interface NotTaken {
  readonly refusal: RefusalKind;
  /** command_status to answer with. */
  readonly status: number;
}

/** A message that is taken, as it goes on. */
export interface Taken {
  readonly refusal: undefined;
  readonly source: Address;
  readonly destination: Address;
  readonly priority: Priority;
  readonly lane: string;
  readonly memo: string | undefined;
  /** Of each segment, millionths of the currency. */
  readonly price: number;
  /** To be called when the message is not stored: takes back what was set aside and remembered. */
  readonly undo: (() => void) | undefined;
  /** It is answered so many milliseconds later. */
  readonly waitMs: number;
  /** A text that a filter has changed. */
  readonly text: string | undefined;
  /** For the timeline: `route=uk`. */
  readonly detail: string | undefined;
}

/** The filters of a route, those for all included. */
export interface RouteFilters {
  readonly filters: Filters;
  /** What passes is remembered: it must be told when a message is not stored after all. */
  readonly remembers: boolean;
}

/** What the acceptance asks. All are replaced when the settings change. */
export interface AcceptanceParts {
  readonly router: Router | undefined;
  /** Lane of a route that leads to connectors. */
  laneOf(route: CompiledRoute): string;
  filtersOf(route: CompiledRoute): RouteFilters;
  /** Those of the route of that name; undefined: there is none (any more). */
  filtersNamed(route: string): RouteFilters | undefined;
  /** The money of an account; undefined when it has none to be asked about. */
  creditOf(account: Account): AccountCredit | undefined;
  /** Of this gateway, see hops.ts. */
  readonly nodeId: Uint8Array;
  /** Whether messages of an account to a number are stopped since they look made up; notes them, too. */
  isStopped(account: string, digits: string, nowMs: number): boolean;
}

const noCredit = status.ESME_RSUBMITFAIL;
// Capped like a quota: it will be better tomorrow.
const overCap = status.ESME_RTHROTTLED;

/** Decides on messages of customers. */
export class Acceptance {
  readonly counters: Record<RefusalKind, number> = {
    sender: 0,
    destination: 0,
    throughput: 0,
    quota: 0,
    filter: 0,
    pumping: 0,
    loop: 0,
    route: 0,
    unrouted: 0,
    credit: 0,
  };
  readonly #routing: Routing;
  #parts: AcceptanceParts | undefined;

  constructor(routing: Routing) {
    this.#routing = routing;
  }

  /** Takes other rules over. Undefined: everything goes to the handsets. */
  use(parts: AcceptanceParts | undefined): void {
    this.#parts = parts;
  }

  /** Decides on one message. */
  decide(asked: Asked): Taken | NotTaken {
    const verdict = byHandset(this.#decide(asked), asked);
    if (verdict.refusal !== undefined) this.counters[verdict.refusal] += 1;
    return verdict;
  }

  /**
   * Whether another text may stand in a stored message: the routes and the filters are asked as they were for the first,
   * and it may not cost more than was paid. What the filters remember of it is taken back by `undo`.
   */
  replacement(facts: MessageFacts, message: Message): { readonly undo: () => void } | undefined {
    const verdict = this.#replacement(facts, message);
    if (verdict === 'refused') this.counters.route += 1;
    else if (verdict === 'filtered') this.counters.filter += 1;
    else return verdict;
    return undefined;
  }

  #replacement(
    facts: MessageFacts,
    message: Message,
  ): { readonly undo: () => void } | 'refused' | 'filtered' {
    const parts = this.#parts;
    if (parts?.router === undefined) return { undo: nothing };
    const name = routeOf(message.memo);
    const route = parts.router.peek(facts);
    if (route === undefined || !mayStand(route, name, message)) return 'refused';
    const { filters } = parts.filtersNamed(name) ?? parts.filtersOf(route);
    const verdict = filters.check(facts);
    // What would have to be changed is not changed here: its sender has been told what it is.
    if (verdict.kind !== 'pass' || verdict.text !== undefined) return 'filtered';
    return { undo: () => filters.forget(facts) };
  }

  /** The way of a word of the gateway itself to a handset: by the routes, without asking anything else. */
  decideReply({ source, destination, priority, ...asked }: Asked): Taken | NotTaken {
    const parts = this.#parts;
    const admitted = { source, destination, priority, waitMs: 0 };
    if (parts?.router === undefined)
      return taken(admitted, this.#routing.laneTo(destination.digits), undefined, undefined);
    const route = parts.router.route(factsOf({ ...asked, source, destination, priority }, admitted));
    if (route === undefined || route.settings.action.kind !== 'via')
      return { refusal: 'unrouted', status: status.ESME_RINVDSTADR };
    return taken(admitted, parts.laneOf(route), route.settings.name, `route=${route.settings.name} reply=1`);
  }

  /** Decides on a broadcast. It has no destination: routes that ask for one do not match it. */
  decideBroadcast(asked: Asked): Taken | NotTaken {
    const verdict = this.#decideBroadcast(asked);
    if (verdict.refusal !== undefined) this.counters[verdict.refusal] += 1;
    return verdict;
  }

  #decideBroadcast(asked: Asked): Taken | NotTaken {
    const { policy } = asked.account;
    const source = policy.sender(asked.source);
    if (source === undefined) return { refusal: 'sender', status: status.ESME_RINVSRCADR };
    const waitMs = policy.take(asked.segments, asked.nowMs);
    if (typeof waitMs !== 'number') return waitMs;
    const admitted = {
      source,
      destination: asked.destination,
      priority: policy.priority(asked.priority),
      waitMs,
    };
    const parts = this.#parts;
    if (parts?.router === undefined) return taken(admitted, broadcastLane, undefined, undefined);
    const verdict = routed(asked, parts, parts.router, admitted);
    if (verdict.refusal !== undefined) {
      policy.giveBack(asked.segments);
      return verdict;
    }
    return verdict.lane === handsetLane ? { ...verdict, lane: broadcastLane } : verdict;
  }

  #decide(asked: Asked): Taken | NotTaken {
    const { account, segments, nowMs } = asked;
    const admitted = account.policy.admit(asked.source, asked.destination, segments, asked.priority, nowMs);
    if (admitted.refusal !== undefined) return admitted;
    const parts = this.#parts;
    if (parts?.router === undefined)
      return taken(admitted, this.#routing.laneTo(admitted.destination.digits), undefined, undefined);
    const verdict = routed(asked, parts, parts.router, admitted);
    // What is refused further on is not counted against quotas.
    if (verdict.refusal !== undefined) account.policy.giveBack(segments);
    return verdict;
  }
}

/** Whether a text that this route takes may go on by the one of that name, for the price that was paid. */
function mayStand(route: CompiledRoute, name: string, { destination, price, segments }: Message): boolean {
  if (route.settings.name === name) return true;
  return route.settings.action.kind === 'via' && route.priceOf(destination) * segments <= price;
}

function nothing(): void {
  // Nothing is remembered of it.
}

interface Admitted {
  readonly source: Address;
  readonly destination: Address;
  readonly priority: Priority;
  readonly waitMs: number;
}

function taken(
  { source, destination, priority, waitMs }: Admitted,
  lane: string,
  memo: string | undefined,
  detail: string | undefined,
): Taken {
  return {
    refusal: undefined,
    source,
    destination,
    priority,
    lane,
    memo,
    price: 0,
    undo: undefined,
    waitMs,
    text: undefined,
    detail,
  };
}

/** Magic numbers are those of simulated handsets: the same digits at an operator are somebody's number. */
function byHandset(verdict: Taken | NotTaken, { account, segments }: Asked): Taken | NotTaken {
  if (verdict.refusal !== undefined || verdict.lane !== handsetLane) return verdict;
  const refused = magicRefusal(verdict.destination.digits);
  if (refused === 0) return verdict;
  verdict.undo?.();
  account.policy.giveBack(segments);
  return { refusal: refused === status.ESME_RTHROTTLED ? 'throughput' : 'destination', status: refused };
}

function routed(asked: Asked, parts: AcceptanceParts, router: Router, admitted: Admitted): Taken | NotTaken {
  const { account, nowMs, segments } = asked;
  const facts = factsOf(asked, admitted);
  if (hasLooped(asked.tlvs, parts.nodeId)) return { refusal: 'loop', status: status.ESME_RINVDSTADR };
  const { digits } = admitted.destination;
  if (digits !== '' && parts.isStopped(account.name, digits, nowMs))
    return { refusal: 'pumping', status: status.ESME_RINVDSTADR };
  const route = router.route(facts);
  if (route === undefined) return { refusal: 'unrouted', status: status.ESME_RINVDSTADR };
  const { action } = route.settings;
  if (action.kind === 'reject') return { refusal: 'route', status: action.status };
  const { filters, remembers } = parts.filtersOf(route);
  const verdict = filters.check(facts, asked.contentKey);
  if (verdict.kind === 'reject') return { refusal: 'filter', status: verdict.status };
  const isDropped = verdict.kind === 'drop' || action.kind === 'drop';
  const price = isDropped ? 0 : route.priceOf(admitted.destination);
  const credit = parts.creditOf(account);
  const reserved = credit?.reserve(price, segments, nowMs) ?? 'ok';
  if (reserved !== 'ok') {
    filters.forget(facts, asked.contentKey);
    return { refusal: 'credit', status: reserved === 'no-credit' ? noCredit : overCap };
  }
  const undo = (): void => {
    credit?.unreserve(price, segments, nowMs);
    filters.forget(facts, asked.contentKey);
  };
  return {
    refusal: undefined,
    source: admitted.source,
    destination: admitted.destination,
    priority: route.settings.priority ?? admitted.priority,
    lane: isDropped
      ? droppedLane
      : action.kind === 'hold'
        ? heldLane(route.settings.name)
        : parts.laneOf(route),
    memo: route.settings.name,
    price,
    undo: price > 0 || remembers ? undo : undefined,
    waitMs: admitted.waitMs,
    text: verdict.kind === 'pass' ? verdict.text : undefined,
    detail:
      verdict.kind === 'drop'
        ? `route=${route.settings.name} dropped=${verdict.reason}`
        : `route=${route.settings.name}`,
  };
}

/** The facts of a message that its account's rules have let in. */
function factsOf(asked: Asked, { source, destination, priority }: Admitted): MessageFacts {
  return {
    kind: 'mt',
    account: asked.account.name,
    connector: '',
    source,
    destination,
    text: asked.text,
    coding: dataCodingOf(asked.dataCoding).coding,
    segments: asked.segments,
    tlvs: asked.tlvs,
    tags: asked.account.policy.tags,
    priority,
    nowMs: asked.nowMs,
  };
}
