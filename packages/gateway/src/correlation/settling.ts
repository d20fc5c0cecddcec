/** Finds the message that a receipt is about, in memory and on the disk, and ends it by what the receipt says. */
import type { Center, Message, Outcome } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import type { CompiledFailover } from '../upstream/failover.ts';
import type { Candidate } from './candidates.ts';
import type { GroupReceipts } from './group-receipts.ts';
import {
  handsetOf,
  type Incoming,
  isOfHandset,
  keyOf,
  likelyMatch,
  type Match,
  receiptKey,
  sureMatch,
} from './incoming.ts';
import type { PartEnd } from './long-messages.ts';
import { outcomeOfReceipt, type Verdict } from './receipt-outcome.ts';

/** What settling asks for. */
export interface SettlingContext {
  readonly center: Center;
  readonly clock: Clock;
  failoverOf(memo: string | undefined): CompiledFailover;
  /** Whether another upstream of the message's plan could take it, when those of that memo have tried. */
  hasNext(message: Message, memo: string): boolean;
  /** An upstream said something that is not final. */
  onIntermediate(message: Message, verdict: Verdict): void;
  onError(error: unknown, where: string): void;
}

// An upstream that gives one id to all its messages: their receipts come about in their order.
const mostOfOneName = 1_000;

/** Ends messages by receipts. */
export class Settling {
  readonly #context: SettlingContext;
  readonly #learned: (group: GroupReceipts) => void;

  /** `learned`: what is known of a group's ids has changed. */
  constructor(context: SettlingContext, learned: (group: GroupReceipts) => void) {
    this.#context = context;
    this.#learned = learned;
  }

  /** doubtful: one is there that another one on the disk may be meant before. */
  fromMemory(incoming: Incoming, isLastLook = false): 'taken' | 'doubtful' | 'nothing' {
    const { group, candidates } = incoming;
    const { center } = this.#context;
    const matches: Match[] = [];
    for (const candidate of candidates) {
      for (const message of center.awaited(group.name, candidate.reference)) {
        matches.push({ candidate, message });
        if (matches.length >= mostOfOneName) break;
      }
    }
    if (matches.length === 0) return this.#fromUnanswered(incoming) ? 'taken' : 'nothing';
    const sure = sureMatch(matches, incoming);
    const likely = sure ?? likelyMatch(matches, incoming);
    if (likely === undefined) return 'nothing';
    if (sure === undefined && !isLastLook) return 'doubtful';
    return this.#settleAwaited(incoming, likely) ? 'taken' : 'nothing';
  }

  /** A message that was not answered has no id of the upstream: the handset tells, if only one is meant. */
  #fromUnanswered(incoming: Incoming): boolean {
    const { group, from } = incoming;
    const handset = handsetOf(from);
    const reference = group.unanswered(handset, (one) => this.isAwaited(group.name, one));
    if (reference === undefined) return false;
    const [message] = this.#context.center.awaited(group.name, reference);
    const candidate: Candidate = { relation: 'same', id: '', reference };
    return message !== undefined && this.#settleAwaited(incoming, { message, candidate });
  }

  /**
   * Answers a receipt that has ended its message before. The first stays; what it says otherwise is told. `isLastLook`: the
   * disk has no other message that it could mean.
   */
  isRepeated(incoming: Incoming, isLastLook = false): boolean {
    const ended = incoming.group.ends.get(keyOf(incoming));
    if (ended === undefined || (ended.hasOthers && !isLastLook)) return false;
    incoming.upstream.counters.receiptsRepeated += 1;
    if (ended.said !== incoming.verdict.text) {
      ended.said = incoming.verdict.text;
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

  /** Whether a message with that reference is waiting for its receipt in memory. */
  isAwaited(group: string, reference: string): boolean {
    for (const _ of this.#context.center.awaited(group, reference)) return true;
    return false;
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
      (live) => this.#outcome(live, verdict, incoming.upstream.name),
      (isSettled) =>
        this.#settled(incoming, match, isSettled, center.awaited(group.name, match.candidate.reference)),
    );
    // Not only when it is on disk: said again at once, it would find its message nowhere.
    if (isTaken) group.ends.note(keyOf(incoming), { id, said: verdict.text, hasOthers: false });
    return isTaken;
  }

  async fromDisk(incoming: Incoming, isLastLook = false): Promise<boolean> {
    const { center } = this.#context;
    const { group, verdict, answer, candidates, upstream } = incoming;
    if (candidates.length === 0) return false;
    const references = [...new Set(candidates.map(({ reference }) => reference))];
    // In the order in which they were sent.
    const found = [...(await center.findByReference(group.name, references))].sort((a, b) => a.id - b.id);
    const matches = candidates.flatMap((candidate) =>
      found
        .filter(({ reference }) => reference === candidate.reference)
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
    const isSettled = await center.settle(message.id, this.#outcome(message, verdict, upstream.name));
    const others = found.filter(({ reference }) => reference === best.candidate.reference);
    this.#settled(incoming, best, isSettled, others, others.length > 1);
    return true;
  }

  #outcome(message: Message, verdict: Verdict, connector: string, remark?: string): Outcome {
    const { failoverOf, hasNext, clock } = this.#context;
    return outcomeOfReceipt(verdict, message, {
      connector,
      failover: failoverOf(message.memo),
      next: (memo) => hasNext(message, memo),
      nowMs: clock.nowMs(),
      remark,
    });
  }

  /** `others`: messages with the same reference. `hasOthers`: the disk has some that the memory has not. */
  #settled(
    incoming: Incoming,
    { candidate: { relation, id, reference }, message }: Match,
    isSettled: boolean,
    others: Iterable<Message>,
    hasOthers = false,
  ): void {
    const { group, upstream, verdict, answer } = incoming;
    if (isSettled) {
      group.ends.note(keyOf(incoming), { id: message.id, said: verdict.text, hasOthers });
      if (id !== '' && group.ids.noteHit(relation, id)) this.#learned(group);
      group.long.ended(message, reference, { verdict, connector: upstream.name }, others);
    } else {
      upstream.counters.receiptsRepeated += 1;
      if (group.ends.get(keyOf(incoming))?.said !== verdict.text) this.#noteLater(message.id, incoming);
    }
    answer(0);
  }

  /** A part of a long message ends by what was said of another one. */
  async settlePart(group: GroupReceipts, part: Message, { verdict, connector }: PartEnd): Promise<void> {
    const outcome = this.#outcome(part, verdict, connector, 'whole=1');
    if (!(await this.#context.center.settle(part.id, outcome))) return;
    const { id, reference = '', destination } = part;
    group.ends.note(receiptKey(reference, destination.digits), { id, said: verdict.text, hasOthers: false });
  }
}
