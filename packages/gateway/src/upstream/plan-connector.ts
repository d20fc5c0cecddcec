/**
 * The way out of a plan's lane: for each message, when it is its turn, one of the plan's upstreams is chosen, of those
 * that are bound, well, and have room. So the decision is never older than the moment in which the message leaves.
 */
import type { Connector, Message, Outcome, Report } from '@chappe/center';
import { firstPieceOf } from '../groups.ts';
import { accountLane, handsetLane } from '../routing.ts';
import type { Answer } from './answer.ts';
import type { CompiledFailover } from './failover.ts';
import { triedOf, withTried } from './memo.ts';
import { outcomeOfAnswer } from './outcome.ts';
import type { Plan, PlanMember } from './plan.ts';
import type { Upstream } from './upstream.ts';

/** What a plan's connector asks for. */
export interface PlanContext {
  /** The upstream of that name; undefined when there is none (any more). */
  upstream(name: string): Upstream | undefined;
  /** When a message of that memo moves on. */
  failoverOf(memo: string | undefined): CompiledFailover;
  /** Least time that messages of this plan may be queued before the next group takes them too; Infinity: never. */
  queuedMs(plan: Plan): number;
  /** Where a message of a plan whose upstreams are all gone goes now; undefined: nowhere, it waits. */
  reroute(message: Message): Promise<NewWay | undefined>;
  /** Wall clock, and monotonic clock. */
  nowMs(): number;
  monotonicMs(): number;
  /** An upstream has taken a message, under that reference. */
  onTaken(upstream: Upstream, message: Message, outcome: Outcome): void;
}

/** Another lane, and the route that leads there. */
export interface NewWay {
  readonly lane: string;
  readonly route: string;
}

/** A target that is no upstream: the message goes on in its lane. */
interface Elsewhere {
  readonly target: string;
  readonly lane: string;
}

interface Member extends PlanMember {
  /** The lane of a target that is no upstream; it takes everything. */
  readonly lane: string | undefined;
  /** Smooth weighted round robin: grows by the weight, falls by the sum when chosen. */
  credit: number;
}

// Others may stand before the messages that have been tried; they are only looked at.
const besides = 8;
// Messages that go on in other lanes, moved at once.
const movedAtOnce = 256;

const released: Outcome = { kind: 'released' };

/** Connects the lane of one plan. */
export class PlanConnector implements Connector {
  readonly plan: Plan;
  readonly name: string;
  /** Set by the center. */
  ready: (() => void) | undefined;
  readonly #context: PlanContext;
  readonly #groups: readonly (readonly Member[])[];
  /** Since when the first usable group has had no room, monotonic; Infinity while it has. */
  #fullSinceMs = Number.POSITIVE_INFINITY;
  /** How old the message that left last was. */
  #lastAgeMs = 0;
  /** Messages in the lane that have been tried: for them the groups count that others do not get to yet. */
  #moved = 0;
  /** Since when there has been no room at all, monotonic; Infinity while there is some. */
  #blockedSinceMs = Number.POSITIVE_INFINITY;

  constructor(plan: Plan, context: PlanContext) {
    this.plan = plan;
    this.name = plan.lane;
    this.#context = context;
    this.#groups = plan.groups.map((group) =>
      group.map((member) => ({ ...member, lane: directLaneOf(member.connector), credit: 0 })),
    );
  }

  /** Room of the first group that has a usable upstream; of later ones as well once messages have queued too long. */
  capacity(): number {
    const room = this.#room();
    if (room > 0) this.#blockedSinceMs = Number.POSITIVE_INFINITY;
    else if (this.#blockedSinceMs === Number.POSITIVE_INFINITY)
      this.#blockedSinceMs = this.#context.monotonicMs();
    return room;
  }

  /** About how long the message that leaves next has waited, if one is queued: for metrics. */
  get waitMs(): number {
    const { monotonicMs } = this.#context;
    const blockedMs =
      this.#blockedSinceMs === Number.POSITIVE_INFINITY ? 0 : monotonicMs() - this.#blockedSinceMs;
    return Math.max(0, this.#lastAgeMs) + Math.max(0, blockedMs);
  }

  #room(): number {
    if (this.#isOrphan) return movedAtOnce;
    let room = 0;
    let limit = Number.POSITIVE_INFINITY;
    for (const group of this.#groups) {
      const here = this.#roomOf(group);
      if (here === undefined) continue;
      room += here;
      if (here > 0) this.#fullSinceMs = Number.POSITIVE_INFINITY;
      if (this.#isOverdue(here)) continue;
      if (here > 0 || this.#moved === 0) break;
      limit = this.#moved + besides;
    }
    return Math.min(room, limit);
  }

  deliver(messages: readonly Message[], report: Report): void {
    if (this.#isOrphan) {
      this.#moveAll(messages, report);
      return;
    }
    const last = messages.at(-1);
    if (last !== undefined) this.#lastAgeMs = this.#context.nowMs() - last.dueMs;
    let moved = 0;
    let isFull = false;
    for (const message of messages) {
      if (triedOf(message.memo).length > 0) moved += 1;
      const upstream = this.#choose(message);
      isFull ||= upstream === undefined;
      if (upstream === undefined) report(message, released);
      else if ('lane' in upstream) report(message, elsewhere(message, upstream));
      else upstream.send(message, (sent, answer, by) => this.#answered(sent, answer, by, report));
    }
    for (const group of this.#groups) {
      for (const { connector } of group) this.#context.upstream(connector)?.flush();
    }
    // One that does not come any more (it was cancelled, or its time was up) must not be waited for.
    this.#moved = moved === 0 && isFull ? 0 : Math.max(0, this.#moved - moved);
  }

  /** Whether the upstream of that name is in its plan. */
  leadsTo(name: string): boolean {
    return this.#groups.some((group) => group.some(({ connector }) => connector === name));
  }

  /** A message that has been tried comes back into the lane. */
  expectMoved(): void {
    this.#moved += 1;
  }

  /** Whether another upstream than those that tried could take the message now. */
  hasNext(message: Message, tried: readonly string[]): boolean {
    return (
      this.#groups.some((group) =>
        group.some(({ connector, lane }) => {
          if (tried.includes(connector)) return false;
          return lane !== undefined || this.#context.upstream(connector)?.isUsable === true;
        }),
      ) && this.#mayGoOn(message, tried)
    );
  }

  /** Its upstreams have been taken out of the settings. */
  get #isOrphan(): boolean {
    return this.#groups.every((group) =>
      group.every(
        ({ connector, lane }) => lane === undefined && this.#context.upstream(connector) === undefined,
      ),
    );
  }

  /** Pieces of one text go one way: that of the whole. */
  #moveAll(messages: readonly Message[], report: Report): void {
    const ways = new Map<number, Promise<NewWay | undefined>>();
    for (const message of messages) {
      const first = firstPieceOf(message);
      const way = ways.get(first) ?? this.#context.reroute(message);
      ways.set(first, way);
      way.then(
        (next) => report(message, this.#outcomeOfMove(next)),
        () => report(message, released),
      );
    }
  }

  #outcomeOfMove(next: NewWay | undefined): Outcome {
    if (next === undefined || next.lane === this.plan.lane) return released;
    const { lane, route } = next;
    const detail = `route=${route} its connectors are gone`;
    return { kind: 'retry', error: 0, errorClass: 'unreachable', afterMs: 1, lane, memo: route, detail };
  }

  #mayGoOn(message: Message, tried: readonly string[]): boolean {
    return tried.length < this.#context.failoverOf(message.memo).tries;
  }

  #roomOf(group: readonly Member[]): number | undefined {
    let room: number | undefined;
    for (const { connector, lane } of group) {
      if (lane !== undefined) room = (room ?? 0) + movedAtOnce;
      const upstream = lane === undefined ? this.#context.upstream(connector) : undefined;
      if (upstream?.isUsable === true) room = (room ?? 0) + upstream.capacity();
    }
    return room;
  }

  #isOverdue(room: number): boolean {
    // Asked for each time: routes may have changed.
    const queuedMs = this.#context.queuedMs(this.plan);
    if (queuedMs === Number.POSITIVE_INFINITY) return false;
    const nowMs = this.#context.monotonicMs();
    if (room === 0 && this.#fullSinceMs === Number.POSITIVE_INFINITY) this.#fullSinceMs = nowMs;
    return nowMs - this.#fullSinceMs >= queuedMs || this.#lastAgeMs >= queuedMs;
  }

  #choose(message: Message): Upstream | Elsewhere | undefined {
    const tried = triedOf(message.memo);
    for (const group of this.#groups) {
      const upstream = this.#pick(group, tried);
      if (upstream !== undefined) return upstream;
      // A group that is only full is waited for, unless messages have waited too long or it has been tried.
      if (tried.length === 0 && this.#roomOf(group) === 0 && !this.#isOverdue(0)) return undefined;
    }
    // One that has not tried it is only full: it is waited for.
    if (tried.length === 0 || this.hasNext(message, tried)) return undefined;
    for (const group of this.#groups) {
      const upstream = this.#pick(group, []);
      if (upstream !== undefined) return upstream;
    }
    return undefined;
  }

  #pick(group: readonly Member[], tried: readonly string[]): Upstream | Elsewhere | undefined {
    const [only] = group;
    if (group.length === 1 && only !== undefined) return this.#ifOpen(only, tried);
    let best: Member | undefined;
    let chosen: Upstream | Elsewhere | undefined;
    let sum = 0;
    for (const member of group) {
      const upstream = this.#ifOpen(member, tried);
      if (upstream === undefined) continue;
      sum += member.weight;
      member.credit += member.weight;
      if (best !== undefined && member.credit <= best.credit) continue;
      best = member;
      chosen = upstream;
    }
    if (best !== undefined) best.credit -= sum;
    return chosen;
  }

  #ifOpen({ connector: name, lane }: Member, tried: readonly string[]): Upstream | Elsewhere | undefined {
    if (tried.length > 0 && tried.includes(name)) return undefined;
    if (lane !== undefined) return { target: name, lane };
    const upstream = this.#context.upstream(name);
    return upstream?.isUsable === true && upstream.capacity() > 0 ? upstream : undefined;
  }

  #answered(message: Message, answer: Answer, upstream: Upstream, report: Report): void {
    const memo = withTried(message.memo, upstream.name);
    // Hot path: nearly all are taken.
    const hasNext = answer.kind !== 'taken' && this.hasNext(message, triedOf(memo));
    const failover = this.#context.failoverOf(message.memo);
    const outcome = outcomeOfAnswer(message, answer, {
      upstream,
      memo,
      hasNext,
      failover,
      nowMs: this.#context.nowMs(),
    });
    report(message, outcome);
    if (outcome.kind === 'accepted') this.#context.onTaken(upstream, message, outcome);
    // It stands at the head of the lane again, which waits to be told that somebody has room.
    else if (outcome.kind === 'released') this.ready?.();
    else if ((outcome.kind === 'retry' || outcome.kind === 'unknown') && outcome.afterMs === 0) {
      this.expectMoved();
      // One that cannot be said to its upstream is back while it is being handed out, when nobody listens.
      queueMicrotask(() => this.ready?.());
    }
  }
}

const accountTarget = 'account:';

function directLaneOf(target: string): string | undefined {
  if (target === handsetLane) return handsetLane;
  return target.startsWith(accountTarget) ? accountLane(target.slice(accountTarget.length)) : undefined;
}

function elsewhere({ memo }: Message, { target, lane }: Elsewhere): Outcome {
  const moved = withTried(memo, target);
  return {
    kind: 'retry',
    error: 0,
    errorClass: 'unreachable',
    afterMs: 1,
    lane,
    memo: moved,
    detail: `target=${target}`,
  };
}
