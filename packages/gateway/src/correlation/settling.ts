/** Finds the message that a receipt is about, in memory and on the disk, and ends it by what the receipt says. */
import type { Center, CenterError, Message, MessageId, Outcome } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import { isFinal } from '../message/states.ts';
import type { GroupReceipts } from '../receipts/group-receipts.ts';
import type { EndOther } from '../receipts/long-messages.ts';
import type { Unanswered } from '../receipts/unanswered.ts';
import type { Upstreams } from '../upstream/upstreams.ts';
import { type Doubt, fits, likeliestFirst } from './guess.ts';
import { endedBefore, type Incoming, isOfHandset, likelyMatch, type Match, sureMatch } from './incoming.ts';
import { outcomeOfReceipt, type Verdict } from './receipt-outcome.ts';

/** What settling asks for. */
export interface SettlingContext {
  readonly center: Center;
  readonly clock: Clock;
  readonly upstreams: Upstreams;
  /** An upstream said something that is not final. */
  onIntermediate(message: Message, verdict: Verdict): void;
  onError(error: unknown, where: string): void;
}

// An upstream that gives one id to all its messages: their receipts come about in their order.
const mostOfOneName = 1_000;

/** Ends messages by receipts. */
export class Settling {
  readonly #context: SettlingContext;

  constructor(context: SettlingContext) {
    this.#context = context;
  }

  /** doubtful: one is there that another one on the disk may be meant before. */
  fromMemory(incoming: Incoming, isLastLook = false): 'taken' | 'doubtful' | 'nothing' {
    const { group, candidates } = incoming;
    const { center } = this.#context;
    const matches: Match[] = [];
    for (const candidate of candidates) {
      for (const message of center.awaited(group.name, candidate.upstreamId)) {
        matches.push({ candidate, message });
        if (matches.length >= mostOfOneName) break;
      }
    }
    if (matches.length === 0) return 'nothing';
    const sure = sureMatch(matches, incoming);
    const likely = sure ?? likelyMatch(matches, incoming);
    if (likely === undefined) return 'nothing';
    if (sure === undefined && !isLastLook) return 'doubtful';
    return this.#settleAwaited(incoming, likely) ? 'taken' : 'nothing';
  }

  /**
   * Answers a receipt that has ended its message before. The first stays; what it says otherwise is told. `isLastLook`: the
   * disk has no other message that it could mean.
   */
  isRepeated(incoming: Incoming, isLastLook = false): boolean {
    const ended = incoming.receipt.ids.length === 0 ? undefined : endedBefore(incoming);
    if (ended === undefined || (ended.hasOthers && !isLastLook)) return false;
    incoming.upstream.counters.receiptsRepeated += 1;
    if (ended.verdict !== incoming.verdict.text) {
      ended.verdict = incoming.verdict.text;
      this.#noteLater(ended.id, incoming);
    }
    incoming.answer(0);
    return true;
  }

  #noteLater(id: number, { upstream, verdict }: Incoming): void {
    this.#context.center
      .note(id, 'later', `${upstream.label} ${verdict.text}`)
      .catch((error: unknown) => this.#context.onError(error, 'receipts'));
  }

  #settleAwaited(incoming: Incoming, match: Match): boolean {
    const { center } = this.#context;
    const { group, verdict, answer } = incoming;
    const { message } = match;
    group.noteHandset(isOfHandset(message, incoming));
    if (!verdict.isFinal) {
      this.#context.onIntermediate(message, verdict);
      answer(0);
      return true;
    }
    const { id } = message;
    const isTaken = center.settleAwaited(
      id,
      (live) => this.#outcomeBy(incoming, live),
      (isSettled) =>
        this.#settled(incoming, match, isSettled, center.awaited(group.name, match.candidate.upstreamId)),
    );
    // Not only when it is on disk: said again at once, it would find its message nowhere.
    if (isTaken) this.#noteEnd(incoming, id);
    return isTaken;
  }

  async fromDisk(incoming: Incoming, isLastLook = false): Promise<boolean> {
    const { center } = this.#context;
    const { group, verdict, answer, candidates } = incoming;
    if (candidates.length === 0) return false;
    const references = [...new Set(candidates.map(({ upstreamId }) => upstreamId))];
    // In the order in which they were sent.
    const found = [...(await center.findByUpstreamId(group.name, references))].sort((a, b) => a.id - b.id);
    const matches = candidates.flatMap((candidate) =>
      found
        .filter(({ upstreamId }) => upstreamId === candidate.upstreamId)
        .map((message): Match => ({ candidate, message })),
    );
    const best = sureMatch(matches, incoming) ?? (isLastLook ? likelyMatch(matches, incoming) : undefined);
    if (best === undefined) return false;
    const { message } = best;
    group.noteHandset(isOfHandset(message, incoming));
    if (!verdict.isFinal) {
      this.#context.onIntermediate(message, verdict);
      answer(0);
      return true;
    }
    // Not settled: another receipt has been quicker by a moment.
    const isSettled = await center.settle(message.id, this.#outcomeBy(incoming, message));
    const others = found.filter(({ upstreamId }) => upstreamId === best.candidate.upstreamId);
    if (isSettled) this.#noteEnd(incoming, message.id, others.length > 1);
    this.#settled(incoming, best, isSettled, others);
    return true;
  }

  /**
   * Ends a message that was not answered, and so has no id of the upstream, by all else that the receipt says; several
   * that fit in the order of sending. Of one that is sent again, or has ended by another attempt, it tells the end of one
   * attempt: it counts if the message was delivered by it, else it is a line in its timeline.
   */
  async guess(incoming: Incoming): Promise<boolean> {
    const { group, verdict, answer } = incoming;
    for (const { attempt, message } of likeliestFirst(await this.#doubtsOf(incoming), verdict.submittedMs)) {
      if (!verdict.isFinal) {
        if (!isFinal(message.state)) this.#context.onIntermediate(message, verdict);
        answer(0);
        return true;
      }
      const became = await this.#concludeBy(incoming, attempt, message);
      if (became === 'busy') continue;
      group.unanswered.delete(message.destination.digits, attempt);
      if (became === 'over') this.#noteEnd(incoming, message.id);
      else if (message.state !== 'delivered' || verdict.state !== 'DELIVERED')
        this.#noteLater(message.id, incoming);
      answer(0);
      return true;
    }
    return false;
  }

  /** line: the message does not end by it. busy: it is just being sent, or another receipt has been quicker by a moment. */
  async #concludeBy(
    incoming: Incoming,
    { upstreamId }: Unanswered,
    message: Message,
  ): Promise<'over' | 'line' | 'busy'> {
    const { group, verdict, upstream } = incoming;
    const { center } = this.#context;
    const { id, state } = message;
    if (isFinal(state)) return 'line';
    const outcome = this.#outcomeBy(incoming, message, 'guessed=1');
    if (upstreamId === undefined) {
      if (outcome.kind !== 'delivered') return 'line';
      if (await center.conclude(id, outcome)) return 'over';
      const now = await center.find(id);
      return now !== undefined && isFinal(now.state) ? 'line' : 'busy';
    }
    if (!(await center.settle(id, outcome))) return 'busy';
    group.long.ended(message, upstreamId, [], this.#endOther(group, verdict, upstream.name));
    return 'over';
  }

  /** Attempts without an answer that the receipt can be about. */
  async #doubtsOf(incoming: Incoming): Promise<readonly Doubt[]> {
    const { group, receivedMs } = incoming;
    const doubts: Doubt[] = [];
    for (const attempt of group.unanswered.of(incoming)) {
      const message = await this.#known(attempt.id);
      if (message === undefined || message.acceptedMs > receivedMs) continue;
      const sender = this.#context.upstreams.senderOf(message) ?? message.source.digits;
      if (fits(message, sender, incoming)) doubts.push({ attempt, message });
    }
    return doubts;
  }

  /** A message of a day that is set aside is not known: it may be any other one that the receipt is about. */
  async #known(id: MessageId): Promise<Message | undefined> {
    try {
      return await this.#context.center.find(id);
    } catch (error) {
      if ((error as CenterError).code === 'CHAPPE_STORE_ASIDE') return undefined;
      throw error;
    }
  }

  #noteEnd(incoming: Incoming, id: number, hasOthers = false): void {
    const { group, verdict, receipt, from } = incoming;
    const [upstreamId] = receipt.ids;
    // One without an id may be about any message to its handset.
    if (upstreamId !== undefined) group.ends.note(upstreamId, from, { id, verdict: verdict.text, hasOthers });
  }

  #outcomeBy({ verdict, upstream, kept }: Incoming, message: Message, remark?: string): Outcome {
    return this.#outcome(message, verdict, upstream.name, remark, kept);
  }

  #outcome(
    message: Message,
    verdict: Verdict,
    connector: string,
    remark?: string,
    discards?: Message,
  ): Outcome {
    const { upstreams, clock } = this.#context;
    return outcomeOfReceipt(verdict, message, {
      connector,
      failover: upstreams.failoverOf(message.memo),
      next: (memo) => upstreams.hasNext(message, memo),
      nowMs: clock.nowMs(),
      remark,
      discards,
    });
  }

  /** `others`: messages with the same reference. */
  #settled(
    incoming: Incoming,
    { candidate: { relation, id, upstreamId }, message }: Match,
    isSettled: boolean,
    others: Iterable<Message>,
  ): void {
    const { group, upstream, verdict, answer } = incoming;
    if (isSettled) {
      if (id !== '') group.noteHit(relation, id);
      group.long.ended(message, upstreamId, others, this.#endOther(group, verdict, upstream.name));
    } else {
      upstream.counters.receiptsRepeated += 1;
      if (endedBefore(incoming)?.verdict !== verdict.text) this.#noteLater(message.id, incoming);
    }
    answer(0);
  }

  /** How other parts of a long message end by what was said of one. Holds on to nothing else of its receipt. */
  #endOther(group: GroupReceipts, verdict: Verdict, connector: string): EndOther {
    return async (part) => {
      const outcome = this.#outcome(part, verdict, connector, 'whole=1');
      if (!(await this.#context.center.settle(part.id, outcome))) return;
      const { id, upstreamId = '', destination } = part;
      group.ends.note(upstreamId, destination.digits, { id, verdict: verdict.text, hasOthers: false });
    };
  }
}
