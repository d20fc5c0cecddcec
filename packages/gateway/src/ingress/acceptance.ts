/**
 * What a message of a customer goes through before it is stored: the rules of its account, the filters, the routes, and
 * its price. A gateway without settings asks nothing: every message goes to its handset.
 */
import type { Message } from '@chappe/center';
import type { CompiledRoute, MessageFacts } from '@chappe/policy';
import { status } from '@chappe/protocol';
import type { LaneBehaviours } from '../lanes/behaviour.ts';
import type { ReceivingBinds } from '../lanes/binds.ts';
import { broadcastLane, handsetLane } from '../lanes/lanes.ts';
import { trailOf } from '../message/trail.ts';
import { type Reservation, releasedBy } from './reservation.ts';
import { factsOf, routed, routedPart, taken } from './routed.ts';
import type { AcceptanceParts, Asked, NotTaken, RefusalKind, Taken } from './verdict.ts';
import type { Wholes } from './wholes.ts';

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
  /** Texts whose parts are coming in. */
  readonly wholes: Wholes;
  readonly #receivingBinds: ReceivingBinds;
  #parts: AcceptanceParts | undefined;

  readonly #behaviours: LaneBehaviours;

  /** `behaviours`: of lanes whose ends refuse some destinations. */
  constructor(receivingBinds: ReceivingBinds, wholes: Wholes, behaviours: LaneBehaviours = new Map()) {
    this.#receivingBinds = receivingBinds;
    this.wholes = wholes;
    this.#behaviours = behaviours;
  }

  /** Takes other rules over. Undefined: everything goes to the handsets. */
  use(parts: AcceptanceParts | undefined): void {
    this.#parts = parts;
  }

  /** Decides on one message. */
  decide(asked: Asked): Taken | NotTaken {
    const verdict = this.#asItsLane(this.#decide(asked), asked);
    if (verdict.refusal !== undefined) this.counters[verdict.refusal] += 1;
    return verdict;
  }

  /** What the end of the lane refuses is not taken. */
  #asItsLane(verdict: Taken | NotTaken, { account, segments }: Asked): Taken | NotTaken {
    if (verdict.refusal !== undefined) return verdict;
    const special = this.#behaviours.get(verdict.lane)?.special(verdict.destination.digits);
    if (special === undefined || special.refusal === 0) return verdict;
    verdict.reservation?.release();
    account.policy.releaseQuota(segments);
    const isThrottled = special.refusal === status.ESME_RTHROTTLED;
    return { refusal: isThrottled ? 'throughput' : 'destination', status: special.refusal };
  }

  /**
   * Whether another text may stand in a stored message: the routes and the filters are asked as they were for the first,
   * and it may not cost more than was paid. What the filters remember of it is taken back by its release.
   */
  replacement(facts: MessageFacts, message: Message): Reservation | undefined {
    const verdict = this.#replacement(facts, message);
    if (verdict === 'refused') this.counters.route += 1;
    else if (verdict === 'filtered') this.counters.filter += 1;
    else return verdict;
    return undefined;
  }

  #replacement(facts: MessageFacts, message: Message): Reservation | 'refused' | 'filtered' {
    const parts = this.#parts;
    if (parts?.router === undefined) return releasedBy(nothing);
    const name = trailOf(message.memo).route;
    const route = parts.router.peek(facts);
    if (route === undefined || !mayStand(route, name, message)) return 'refused';
    const { filters } = parts.filtersNamed(name) ?? parts.filtersOf(route);
    const verdict = filters.check(facts);
    // What would have to be changed is not changed here: its sender has been told what it is.
    if (verdict.kind !== 'pass' || verdict.text !== undefined) return 'filtered';
    return releasedBy(() => filters.forget(facts));
  }

  /** The way of a word of the gateway itself to a handset: by the routes, without asking anything else. */
  decideReply({ source, destination, priority, ...asked }: Asked): Taken | NotTaken {
    const parts = this.#parts;
    const admitted = { source, destination, priority, waitMs: 0 };
    if (parts?.router === undefined)
      return taken(admitted, this.#receivingBinds.laneTo(destination.digits), undefined, undefined);
    const route = parts.router.route(
      factsOf({ ...asked, source, destination, priority }, admitted, asked.segments),
    );
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
      policy.releaseQuota(asked.segments);
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
      return taken(admitted, this.#receivingBinds.laneTo(admitted.destination.digits), undefined, undefined);
    const verdict =
      asked.part === undefined
        ? routed(asked, parts, parts.router, admitted)
        : routedPart(asked, asked.part, parts, parts.router, admitted, this.wholes);
    // What is refused further on is not counted against quotas.
    if (verdict.refusal !== undefined) account.policy.releaseQuota(segments);
    return verdict;
  }
}

/** Whether a text that this route takes may go on by the one of that name, for the price that was paid. */
function mayStand(route: CompiledRoute, name: string, { destination, price, segments }: Message): boolean {
  if (route.settings.name === name) return true;
  const listed = route.priceOf(destination);
  return route.settings.action.kind === 'via' && listed !== undefined && listed * segments <= price;
}

function nothing(): void {
  // Nothing is remembered of it.
}
