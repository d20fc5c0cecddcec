/**
 * Receipts of upstreams find their messages here. The memory is asked first, then the disk; one that comes before the
 * response to its submission is held for a moment, one that finds nothing is kept on disk. The upstream gets its answer
 * only when what the receipt says is on disk.
 */
import type { Center, ControlStore, Message, Outcome } from '@chappe/center';
import { type PduOf, type Receipt, status } from '@chappe/protocol';
import { type Clock, DEFERRED, type Session } from '@chappe/smpp';
import type { CompiledFailover } from '../upstream/failover.ts';
import { unansweredMark } from '../upstream/outcome.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { GroupReceipts } from './group-receipts.ts';
import { type Candidate, candidatesOf, type IdRelation, idRelations } from './id-forms.ts';
import { handsetOf, type Incoming, isOfHandset, isSure, keyOf, receiptKey } from './incoming.ts';
import { outcomeOfReceipt, type Verdict, verdictOf } from './receipt-outcome.ts';
import { storedReceipt, type UnmatchedReceipt, unmatchedDraft } from './unmatched.ts';
import type { Held } from './waiting-receipts.ts';

/** What the correlator asks for. */
export interface CorrelatorContext {
  readonly center: Center;
  readonly control: ControlStore;
  readonly clock: Clock;
  failoverOf(memo: string | undefined): CompiledFailover;
  /** Whether another upstream of the message's plan could take it, when those of that memo have tried. */
  hasNext(message: Message, memo: string): boolean;
  /** An upstream said something that is not final. */
  onIntermediate(message: Message, verdict: Verdict): void;
  onError(error: unknown, where: string): void;
}

const controlKind = 'receipt-ids';
// Some seconds of looking; what is left is looked at by the next call.
const maxRematched = 1_000;

/** The receipts of all upstreams. */
export class Correlator {
  readonly #context: CorrelatorContext;
  readonly #groups: Map<string, GroupReceipts> = new Map();
  readonly #known: Map<string, IdRelation> = new Map();
  /** By group: whose settings it has. */
  readonly #settingsOf: Map<string, Upstream> = new Map();

  constructor(context: CorrelatorContext) {
    this.#context = context;
  }

  /** Reads what was learned before. */
  async load(): Promise<void> {
    for (const { key, value } of await this.#context.control.list(controlKind)) {
      if ((idRelations as readonly string[]).includes(value)) this.#known.set(key, value as IdRelation);
    }
  }

  /** The receipts of a group of connectors. */
  group(upstream: Upstream): GroupReceipts {
    const { name } = upstream.group;
    let group = this.#groups.get(name);
    if (group === undefined) {
      const { center, clock } = this.#context;
      group = new GroupReceipts(name, upstream.settings.receipts ?? {}, this.#known.get(name), center, clock);
      this.#groups.set(name, group);
      this.#settingsOf.set(name, upstream);
    }
    return group;
  }

  /** Settings have changed: groups go on by those of the connector that they were made by. */
  refresh(upstreams: readonly Upstream[]): void {
    for (const upstream of upstreams) {
      const { name } = upstream.group;
      const before = this.#settingsOf.get(name);
      if (before?.name !== upstream.name || before === upstream) continue;
      this.#settingsOf.set(name, upstream);
      const { receipts = {} } = upstream.settings;
      if (JSON.stringify(before.settings.receipts ?? {}) === JSON.stringify(receipts)) continue;
      this.#groups.get(name)?.configure(receipts, this.#known.get(name));
    }
  }

  /** Takes a receipt; it is answered when what it says is on disk. */
  take(
    pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>,
    receipt: Receipt,
    upstream: Upstream,
    session: Session,
  ): typeof DEFERRED {
    const { counters, settings } = upstream;
    const verdict = verdictOf(receipt, settings.receipts);
    const said = verdict.state ?? 'none';
    counters.receipts += 1;
    counters.receiptStates.set(said, (counters.receiptStates.get(said) ?? 0) + 1);
    const group = this.group(upstream);
    // The PDU is a view of a chunk and must not be kept.
    const answerable = { command: pdu.command, sequence_number: pdu.sequence_number };
    const incoming: Incoming = {
      receipt,
      verdict,
      upstream,
      group,
      from: pdu.source_addr,
      to: pdu.destination_addr,
      answer: (commandStatus) => session.respond(answerable, { command_status: commandStatus } as never),
    };
    const candidates = candidatesOf(receipt.ids, group.ids.order);
    const found = this.#fromMemory(incoming, candidates);
    if (found === 'taken') return DEFERRED;
    if (found === 'nothing' && this.#isRepeated(incoming)) return DEFERRED;
    const draft = unmatchedDraft(pdu, receipt.ids, group.name, upstream.name, this.#context.clock.nowMs());
    this.#fromDisk(incoming, candidates)
      .then((isFound) => {
        // What memory has may not be on the disk yet.
        if (isFound || this.#fromMemory(incoming, candidates) === 'taken') return;
        this.#wait(incoming, candidates, () => this.#lastLook(incoming, candidates, draft));
      })
      .catch((error: unknown) => this.#failed(incoming, error));
    return DEFERRED;
  }

  /** An upstream has taken a message: a receipt may have been quicker than its response. */
  onTaken(upstream: Upstream, message: Message, outcome: Outcome): void {
    if (outcome.kind !== 'accepted' || outcome.reference === undefined) return;
    upstream.group.unsaved += 1;
    const { reference } = outcome;
    if (reference.startsWith(unansweredMark)) {
      const { name } = upstream.group;
      const handset = handsetOf(message.destination.digits);
      this.group(upstream).noteUnanswered(handset, reference, (other) => this.#isAwaited(name, other));
      return;
    }
    this.#groups.get(upstream.group.name)?.tell(reference);
  }

  /** A message goes elsewhere since its receipt is late: one that comes after all has nothing to say any more. */
  noteMovedOn({ reference = '', destination }: Message, upstream: Upstream): void {
    this.group(upstream).noteSettled(receiptKey(reference, destination.digits));
  }

  /** The newest unmatched receipts of a group, or of all. */
  async unmatched(name: string | undefined, limit: number): Promise<readonly UnmatchedReceipt[]> {
    const groups = [...this.#groups.values()].filter((group) => name === undefined || group.name === name);
    const found = await Promise.all(
      groups.map(async ({ unmatched }) =>
        (await unmatched.waiting(limit)).messages.map((one) => unmatched.view(one)),
      ),
    );
    return found
      .flat()
      .sort((a, b) => b.receivedMs - a.receivedMs)
      .slice(0, limit);
  }

  /** Takes a relation of ids for known, for good; durable when it settles. Its connectors' settings go before. */
  async pin(upstream: Upstream, relation: IdRelation): Promise<void> {
    const { name } = upstream.group;
    await this.#context.control.write([{ kind: controlKind, key: name, value: relation }]);
    this.#known.set(name, relation);
    this.group(upstream).ids.pin(relation);
  }

  /** Looks for the messages of unmatched receipts once more, by one relation or by all; says how many found theirs. */
  async rematch(
    name: string,
    relation: IdRelation | undefined,
    upstream: Upstream,
  ): Promise<{ matched: number; left: number }> {
    const group = this.group(upstream);
    let matched = 0;
    for await (const kept of group.unmatched.newest(maxRematched)) {
      const receipt = storedReceipt(kept, upstream.settings.receipts?.offsetMinutes);
      if (receipt === undefined) continue;
      const incoming: Incoming = {
        receipt,
        verdict: verdictOf(receipt, upstream.settings.receipts),
        upstream,
        group,
        from: kept.source.digits,
        to: kept.destination.digits,
        answer: () => undefined,
      };
      const candidates = candidatesOf(receipt.ids, relation === undefined ? idRelations : [relation]);
      const isTaken = this.#fromMemory(incoming, candidates) === 'taken';
      if (isTaken || (await this.#fromDisk(incoming, candidates, true))) {
        matched += 1;
        await group.unmatched.remove(kept.id);
      }
    }
    this.#known.get(name);
    return { matched, left: group.unmatched.count };
  }

  /** Ends what waits for a moment: it is sent again by its upstream. */
  close(): void {
    for (const group of this.#groups.values()) group.close();
  }

  /** doubtful: one is there that another one on the disk may be meant before. */
  #fromMemory(
    incoming: Incoming,
    candidates: readonly Candidate[],
    isLastLook = false,
  ): 'taken' | 'doubtful' | 'nothing' {
    const { group } = incoming;
    const { center } = this.#context;
    let doubtful: Candidate | undefined;
    for (const candidate of candidates) {
      const message = center.awaited(group.name, candidate.reference);
      if (message === undefined) continue;
      if (isSure(candidate, incoming, message)) {
        if (isOfHandset(message, incoming)) group.noteHandset(true);
        return this.#settleAwaited(incoming, candidate) ? 'taken' : 'nothing';
      }
      doubtful ??= candidate;
    }
    if (doubtful === undefined) return this.#fromUnanswered(incoming) ? 'taken' : 'nothing';
    if (!isLastLook) return 'doubtful';
    group.noteHandset(false);
    return this.#settleAwaited(incoming, doubtful) ? 'taken' : 'nothing';
  }

  /** A message that was not answered has no id of the upstream: the handset tells, if only one is meant. */
  #fromUnanswered(incoming: Incoming): boolean {
    const { group, from } = incoming;
    const handset = handsetOf(from);
    const reference = group.unanswered(handset, (one) => this.#isAwaited(group.name, one));
    if (reference === undefined) return false;
    const id = incoming.receipt.id ?? '';
    return this.#settleAwaited(incoming, { relation: 'same', id, reference });
  }

  /** Answers a receipt that has ended its message before. */
  #isRepeated(incoming: Incoming): boolean {
    if (!incoming.group.wasRecent(keyOf(incoming))) return false;
    incoming.upstream.counters.receiptsRepeated += 1;
    incoming.answer(0);
    return true;
  }

  #isAwaited(group: string, reference: string): boolean {
    return this.#context.center.awaited(group, reference) !== undefined;
  }

  #settleAwaited(incoming: Incoming, candidate: Candidate): boolean {
    const { center } = this.#context;
    const { group, verdict, answer } = incoming;
    if (!verdict.isFinal) {
      const message = center.awaited(group.name, candidate.reference);
      if (message === undefined) return false;
      this.#context.onIntermediate(message, verdict);
      answer(0);
      return true;
    }
    const isTaken = center.settleAwaited(
      group.name,
      candidate.reference,
      (message) => this.#outcome(message, incoming),
      (isSettled) => this.#settled(incoming, candidate, isSettled),
    );
    // Not only when it is on disk: said again at once, it would find its message nowhere.
    if (isTaken) group.noteSettled(keyOf(incoming));
    return isTaken;
  }

  async #fromDisk(
    incoming: Incoming,
    candidates: readonly Candidate[],
    isLastLook = false,
  ): Promise<boolean> {
    const { center } = this.#context;
    const { group, verdict, answer } = incoming;
    if (candidates.length === 0) return false;
    const references = [...new Set(candidates.map(({ reference }) => reference))];
    const found = await center.findByReference(group.name, references);
    const pairs = candidates.flatMap((candidate) =>
      found
        .filter(({ reference }) => reference === candidate.reference)
        .map((message) => ({ candidate, message })),
    );
    const likely = (): (typeof pairs)[number] | undefined =>
      pairs.find(({ candidate }) => candidate.relation === group.ids.relation) ?? pairs[0];
    const best =
      pairs.find(({ message }) => isOfHandset(message, incoming)) ??
      pairs.find(({ candidate, message }) => isSure(candidate, incoming, message)) ??
      (isLastLook ? likely() : undefined);
    if (best === undefined) return false;
    group.noteHandset(isOfHandset(best.message, incoming));
    if (!verdict.isFinal) {
      this.#context.onIntermediate(best.message, verdict);
      answer(0);
      return true;
    }
    // Not settled: another receipt has been quicker by a moment.
    const isSettled = await center.settle(best.message.id, this.#outcome(best.message, incoming));
    this.#settled(incoming, best.candidate, isSettled);
    return true;
  }

  #outcome(message: Message, { verdict, upstream }: Incoming): Outcome {
    const { failoverOf, hasNext } = this.#context;
    return outcomeOfReceipt(verdict, message.memo, upstream.name, failoverOf(message.memo), (memo) =>
      hasNext(message, memo),
    );
  }

  #settled(incoming: Incoming, { relation, id }: Candidate, isSettled: boolean): void {
    const { group, upstream, answer } = incoming;
    if (isSettled) {
      group.noteSettled(keyOf(incoming));
      if (id !== '' && group.ids.noteHit(relation, id)) this.#learned(group);
    } else upstream.counters.receiptsRepeated += 1;
    answer(0);
  }

  #learned(group: GroupReceipts): void {
    const { relation } = group.ids;
    if (relation === undefined) this.#known.delete(group.name);
    else this.#known.set(group.name, relation);
    const change = { kind: controlKind, key: group.name, value: relation };
    this.#context.control
      .write([change])
      .catch((error: unknown) => this.#context.onError(error, `receipt ids of ${group.name}`));
  }

  /** The response to its submission may be on its way: then it is a matter of milliseconds. */
  #wait(incoming: Incoming, candidates: readonly Candidate[], giveUp: () => void): void {
    const held: Held = {
      references: candidates.map(({ reference }) => reference),
      found: () => this.#fromMemory(incoming, candidates) === 'taken',
      giveUp,
    };
    if (incoming.upstream.group.isIdle || !incoming.group.hold(held)) giveUp();
  }

  /** No message that is surely meant has turned up: one that may be is better than none. */
  #lastLook(
    incoming: Incoming,
    candidates: readonly Candidate[],
    draft: ReturnType<typeof unmatchedDraft>,
  ): void {
    if (this.#isRepeated(incoming) || this.#fromMemory(incoming, candidates, true) === 'taken') return;
    this.#fromDisk(incoming, candidates, true).then(
      (isFound) => {
        if (!isFound) this.#keep(incoming, candidates, draft);
      },
      (error: unknown) => this.#failed(incoming, error),
    );
  }

  #keep(
    incoming: Incoming,
    candidates: readonly Candidate[],
    draft: ReturnType<typeof unmatchedDraft>,
  ): void {
    const { group, upstream, answer } = incoming;
    upstream.counters.receiptsUnmatched += 1;
    group.unmatched.keep(draft, (error, kept) => {
      if (error !== undefined) {
        this.#failed(incoming, error);
        return;
      }
      answer(0);
      if (kept === undefined) return;
      const { id } = kept;
      const late = { ...incoming, answer: () => undefined };
      const found = (reference: string, isAlone: boolean): boolean => {
        const isLikely = isAlone && candidates[0]?.reference === reference;
        const isTaken = this.#fromMemory(late, candidates, isLikely) === 'taken';
        if (isTaken) this.#forget(group, id);
        return isTaken;
      };
      group.park({
        references: candidates.map(({ reference }) => reference),
        found,
        giveUp: () => undefined,
      });
    });
  }

  #forget(group: GroupReceipts, id: number): void {
    group.unmatched.remove(id).catch((error: unknown) => this.#context.onError(error, 'unmatched receipts'));
  }

  #failed(incoming: Incoming, error: unknown): void {
    this.#context.onError(error, 'receipts');
    incoming.answer(status.ESME_RX_T_APPN);
  }
}
