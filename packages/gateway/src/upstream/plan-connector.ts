/**
 * The way out of a plan's lane: each message, when it is its turn, goes to the upstream that is chosen then (choice.ts).
 * So the decision is never older than the moment in which the message leaves; pieces of one text follow the first.
 */
import type { Connector, Message, Outcome, Report } from '@chappe/center';
import type { Plan } from '../lanes/plan.ts';
import { firstPieceOf } from '../message/groups.ts';
import { trailOf, withTried } from '../message/trail.ts';
import type { Answer } from './answer.ts';
import { Choice, type ChoiceContext, type Elsewhere, movedAtOnce } from './choice.ts';
import { outcomeOfAnswer } from './outcome.ts';
import { type Fate, Parked } from './parked.ts';
import type { Upstream } from './upstream.ts';
import { textOf, type Ways } from './ways.ts';

/** What a plan's connector asks for. */
export interface PlanContext extends ChoiceContext {
  /** Where a message of a plan whose upstreams are all gone goes now; undefined: nowhere, it waits. */
  reroute(message: Message): Promise<NewWay | undefined>;
  /** Wall clock. */
  nowMs(): number;
  /** The first piece of the text that a message is a piece of. */
  firstPiece(message: Message): Promise<Message | undefined>;
  /** Which upstream the pieces of texts go by. */
  readonly ways: Ways;
}

/** Another lane, and the route that leads there. */
export interface NewWay {
  readonly lane: string;
  readonly route: string;
  readonly memo: string | undefined;
}

const released: Outcome = { kind: 'released' };

/** Connects the lane of one plan. */
export class PlanConnector implements Connector {
  readonly plan: Plan;
  readonly name: string;
  /** Set by the center. */
  ready: (() => void) | undefined;
  readonly #context: PlanContext;
  readonly #choice: Choice;
  readonly #parked: Parked = new Parked();
  /** Messages in the lane that have been tried: for them the groups count that others do not get to yet. */
  #moved = 0;
  /** Since when there has been no room at all, monotonic; Infinity while there is some. */
  #blockedSinceMs = Number.POSITIVE_INFINITY;

  constructor(plan: Plan, context: PlanContext) {
    this.plan = plan;
    this.name = plan.lane;
    this.#context = context;
    this.#choice = new Choice(plan, context);
  }

  /** Room of the first group that has a usable upstream; of later ones as well once messages have queued too long. */
  capacity(): number {
    if (!this.#parked.isEmpty) this.#unpark();
    const room = this.#choice.isOrphan ? movedAtOnce : this.#choice.room(this.#moved);
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
    return Math.max(0, this.#choice.lastAgeMs) + Math.max(0, blockedMs);
  }

  deliver(messages: readonly Message[], report: Report): void {
    if (this.#choice.isOrphan) {
      this.#moveAll(messages, report);
      return;
    }
    const last = messages.at(-1);
    if (last !== undefined) this.#choice.lastAgeMs = this.#context.nowMs() - last.dueMs;
    let moved = 0;
    let isFull = false;
    for (const message of messages) {
      if (trailOf(message.memo).tried.length > 0) moved += 1;
      if (!this.#handOver(message, report)) isFull = true;
    }
    this.#flush();
    // One that does not come any more (it was cancelled, or its time was up) must not be waited for.
    this.#moved = moved === 0 && isFull ? 0 : Math.max(0, this.#moved - moved);
  }

  /** Takes back a piece that waits for room at its upstream. */
  cancel(message: Message): boolean {
    return this.#parked.withdraw(message);
  }

  /** Gives back what waits for room, untried: nothing more is sent. */
  returnParked(): void {
    for (const { message, report } of this.#parked.take(() => 'back')) report(message, released);
  }

  /** Its upstreams have been taken out of the settings. */
  get isOrphan(): boolean {
    return this.#choice.isOrphan;
  }

  /** Whether the upstream of that name is in its plan. */
  leadsTo(name: string): boolean {
    return this.#choice.leadsTo(name);
  }

  /** Whether another upstream than those that tried could take the message now. */
  hasNext(message: Message, tried: readonly string[]): boolean {
    return this.#choice.hasNext(message, tried);
  }

  /** A message that has been tried comes back into the lane. */
  expectMoved(): void {
    this.#moved += 1;
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
    const { lane, route, memo } = next;
    const detail = `route=${route} its connectors are gone`;
    return { kind: 'retry', error: 0, errorClass: 'unreachable', afterMs: 1, lane, memo, detail };
  }

  /** Sends a message where it is to go; false: it has been given back. */
  #handOver(message: Message, report: Report): boolean {
    const text = this.#choice.isPlural ? textOf(message) : undefined;
    if (text === undefined) return this.#send(message, this.#choice.any(message), report);
    const target = this.#context.ways.targetOf(message, text);
    if (target !== undefined) return this.#follow(message, text, target, report);
    if (firstPieceOf(message) === message.id) return this.#lead(message, text, report);
    // After a restart, or forgotten: the store still knows.
    const goOn = (first: Message | undefined): void => {
      const known = this.#context.ways.targetOf(message, text) ?? trailOf(first?.memo).tried.at(-1);
      if (known === undefined) this.#lead(message, text, report);
      else this.#follow(message, text, known, report);
      this.#flush();
    };
    this.#context.firstPiece(message).then(goOn, () => goOn(undefined));
    return true;
  }

  /** The first piece of a text decides for those that come after it. */
  #lead(message: Message, text: string, report: Report): boolean {
    const chosen = this.#choice.any(message);
    if (chosen !== undefined) this.#context.ways.note(message, chosen.name, text);
    return this.#send(message, chosen, report);
  }

  /** A piece goes by the upstream of those before it, and waits for room there, unless that one fails or is away. */
  #follow(message: Message, text: string, target: string, report: Report): boolean {
    const chosen = this.#choice.only(target, trailOf(message.memo).tried);
    if (chosen === 'not-usable') return this.#lead(message, text, report);
    if (chosen === 'full' && this.#parked.add(message, text, target, report)) return true;
    return this.#send(message, chosen === 'full' ? undefined : chosen, report);
  }

  #send(message: Message, to: Upstream | Elsewhere | undefined, report: Report): boolean {
    if (to === undefined) report(message, released);
    else if ('lane' in to) report(message, elsewhere(message, to));
    else to.send(message, (sent, answer, by) => this.#answered(sent, answer, by, report));
    return to !== undefined;
  }

  #flush(): void {
    for (const { connector } of this.plan.groups.flat()) this.#context.upstream(connector)?.flush();
  }

  #unpark(): void {
    const nowMs = this.#context.nowMs();
    const room = new Map<Upstream, number>();
    const fateOf = (message: Message, target: string): Fate => {
      const upstream = this.#context.upstream(target);
      if (upstream?.isUsable !== true || message.expiresMs <= nowMs) return 'back';
      const left = room.get(upstream) ?? upstream.capacity();
      room.set(upstream, left - 1);
      return left > 0 ? 'send' : 'wait';
    };
    const { ways } = this.#context;
    const taken = this.#parked.take(fateOf, (message, text) => ways.targetOf(message, text));
    if (taken.length === 0) return;
    for (const { message, target, report, fate } of taken) {
      this.#send(message, fate === 'send' ? this.#context.upstream(target) : undefined, report);
    }
    this.#flush();
    // What was given back stands at the head of the lane, which waits to be told.
    if (taken.some(({ fate }) => fate === 'back')) queueMicrotask(() => this.ready?.());
  }

  /** A piece moves on: those behind it that have not left go by the same upstream, not by the one that failed it. */
  #turnText(message: Message, tried: readonly string[]): void {
    const text = textOf(message);
    const target = text === undefined ? undefined : this.#choice.nextOf(tried);
    if (target !== undefined) this.#context.ways.note(message, target, text);
  }

  #answered(message: Message, answer: Answer, upstream: Upstream, report: Report): void {
    const memo = withTried(message.memo, upstream.name);
    // Hot path: nearly all are taken.
    const hasNext = answer.kind !== 'taken' && this.hasNext(message, trailOf(memo).tried);
    const failover = this.#context.failoverOf(message.memo);
    const outcome = outcomeOfAnswer(message, answer, {
      upstream,
      memo,
      hasNext,
      failover,
      nowMs: this.#context.nowMs(),
    });
    const isMoved = (outcome.kind === 'retry' || outcome.kind === 'unknown') && outcome.afterMs === 0;
    if (isMoved) this.#turnText(message, trailOf(memo).tried);
    report(message, outcome);
    const { group } = upstream;
    if (outcome.kind === 'accepted') {
      if (outcome.upstreamId !== undefined) group.sent(message, outcome.upstreamId);
    }
    // It stands at the head of the lane again, which waits to be told that somebody has room.
    else if (outcome.kind === 'released') this.ready?.();
    else if (outcome.kind === 'unknown') group.receipts.doubted(message);
    if (isMoved) {
      this.expectMoved();
      // One that cannot be said to its upstream is back while it is being handed out, when nobody listens.
      queueMicrotask(() => this.ready?.());
    }
  }
}

function elsewhere({ memo }: Message, { name, lane }: Elsewhere): Outcome {
  const moved = withTried(memo, name);
  return {
    kind: 'retry',
    error: 0,
    errorClass: 'unreachable',
    afterMs: 1,
    lane,
    memo: moved,
    detail: `target=${name}`,
  };
}
