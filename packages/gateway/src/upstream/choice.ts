/** Which of a plan's upstreams a message goes to: of those that are bound, well, and have room, by group and weight. */
import type { Message } from '@chappe/center';
import { accountLane, handsetLane } from '../lanes/lanes.ts';
import type { Plan, PlanMember } from '../lanes/plan.ts';
import { trailOf } from '../message/trail.ts';
import type { CompiledFailover } from './failover.ts';
import type { Upstream } from './upstream.ts';

/** What a choice asks for. */
export interface ChoiceContext {
  /** The upstream of that name; undefined when there is none (any more). */
  upstream(name: string): Upstream | undefined;
  /** When a message of that memo moves on. */
  failoverOf(memo: string | undefined): CompiledFailover;
  /** Least time that messages of this plan may be queued before the next group takes them too; Infinity: never. */
  queuedMs(plan: Plan): number;
  monotonicMs(): number;
}

/** A target that is no upstream: the message goes on in its lane. */
export interface Elsewhere {
  readonly name: string;
  readonly lane: string;
}

interface Member extends PlanMember {
  /** The lane of a target that is no upstream; it takes everything. */
  readonly lane: string | undefined;
  /** Smooth weighted round robin: grows by the weight, falls by the sum when chosen. */
  credit: number;
}

/** Messages that go on in other lanes, moved at once. */
export const movedAtOnce = 256;
// Others may stand before the messages that have been tried; they are only looked at.
const besides = 8;

/** The choice of one plan. */
export class Choice {
  /** How old the message that left last was. */
  lastAgeMs = 0;
  /** There is something to choose. */
  readonly isPlural: boolean;
  readonly #plan: Plan;
  readonly #context: ChoiceContext;
  readonly #groups: readonly (readonly Member[])[];
  /** Since when the first usable group has had no room, monotonic; Infinity while it has. */
  #fullSinceMs = Number.POSITIVE_INFINITY;

  constructor(plan: Plan, context: ChoiceContext) {
    this.#plan = plan;
    this.#context = context;
    this.#groups = plan.groups.map((group) =>
      group.map((member) => ({ ...member, lane: directLaneOf(member.connector), credit: 0 })),
    );
    this.isPlural = this.#groups.flat().length > 1;
  }

  /**
   * Room of the first group that has a usable upstream; of later ones as well once messages have queued too long. `moved`:
   * messages in the lane that have been tried; for them the groups count that others do not get to yet.
   */
  room(moved: number): number {
    let room = 0;
    let limit = Number.POSITIVE_INFINITY;
    for (const group of this.#groups) {
      const here = this.#roomOf(group);
      if (here === undefined) continue;
      room += here;
      if (here > 0) this.#fullSinceMs = Number.POSITIVE_INFINITY;
      if (this.#isOverdue(here)) continue;
      if (here > 0 || moved === 0) break;
      limit = moved + besides;
    }
    return Math.min(room, limit);
  }

  /** The one that a message goes to now; undefined: it waits. */
  any(message: Message): Upstream | Elsewhere | undefined {
    const tried = trailOf(message.memo).tried;
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

  /** The one of that name, whose turn it counts as. */
  only(name: string, tried: readonly string[]): Upstream | Elsewhere | 'full' | 'not-usable' {
    for (const group of this.#groups) {
      const member = group.find(({ connector }) => connector === name);
      if (member === undefined) continue;
      if (tried.includes(name) || !this.#isUsable(member)) return 'not-usable';
      const open = this.#ifOpen(member, tried);
      if (open === undefined) return 'full';
      this.#pick(group, tried, member);
      return open;
    }
    return 'not-usable';
  }

  /** The one that takes a message after those that have tried it: of the first group that has one, whose turn it is. */
  nextOf(tried: readonly string[]): string | undefined {
    for (const group of this.#groups) {
      let best: Member | undefined;
      for (const member of group) {
        if (tried.includes(member.connector) || !this.#isUsable(member)) continue;
        if (best === undefined || member.credit > best.credit) best = member;
      }
      if (best !== undefined) return best.connector;
    }
    return undefined;
  }

  /** Whether the upstream of that name is in its plan. */
  leadsTo(name: string): boolean {
    return this.#groups.some((group) => group.some(({ connector }) => connector === name));
  }

  /** Whether another upstream than those that tried could take the message now. */
  hasNext(message: Message, tried: readonly string[]): boolean {
    return (
      this.#groups.some((group) =>
        group.some((member) => !tried.includes(member.connector) && this.#isUsable(member)),
      ) && tried.length < this.#context.failoverOf(message.memo).tries
    );
  }

  /** Its upstreams have been taken out of the settings. */
  get isOrphan(): boolean {
    return this.#groups.every((group) =>
      group.every(
        ({ connector, lane }) => lane === undefined && this.#context.upstream(connector) === undefined,
      ),
    );
  }

  #isUsable({ connector, lane }: Member): boolean {
    return lane !== undefined || this.#context.upstream(connector)?.isUsable === true;
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
    const queuedMs = this.#context.queuedMs(this.#plan);
    if (queuedMs === Number.POSITIVE_INFINITY) return false;
    const nowMs = this.#context.monotonicMs();
    if (room === 0 && this.#fullSinceMs === Number.POSITIVE_INFINITY) this.#fullSinceMs = nowMs;
    return nowMs - this.#fullSinceMs >= queuedMs || this.lastAgeMs >= queuedMs;
  }

  /** The one of a group whose turn it is; `only`: it is that one's, whoever's turn it was. */
  #pick(
    group: readonly Member[],
    tried: readonly string[],
    only?: Member | undefined,
  ): Upstream | Elsewhere | undefined {
    const [single] = group;
    if (group.length === 1 && single !== undefined) return this.#ifOpen(single, tried);
    let best: Member | undefined;
    let chosen: Upstream | Elsewhere | undefined;
    let sum = 0;
    for (const member of group) {
      const upstream = this.#ifOpen(member, tried);
      if (upstream === undefined) continue;
      sum += member.weight;
      member.credit += member.weight;
      const isBetter =
        only === undefined ? best === undefined || member.credit > best.credit : member === only;
      if (!isBetter) continue;
      best = member;
      chosen = upstream;
    }
    if (best !== undefined) best.credit -= sum;
    return chosen;
  }

  #ifOpen({ connector: name, lane }: Member, tried: readonly string[]): Upstream | Elsewhere | undefined {
    if (tried.length > 0 && tried.includes(name)) return undefined;
    if (lane !== undefined) return { name, lane };
    const upstream = this.#context.upstream(name);
    return upstream?.isUsable === true && upstream.capacity() > 0 ? upstream : undefined;
  }
}

const accountTarget = 'account:';

function directLaneOf(target: string): string | undefined {
  if (target === handsetLane) return handsetLane;
  return target.startsWith(accountTarget) ? accountLane(target.slice(accountTarget.length)) : undefined;
}
