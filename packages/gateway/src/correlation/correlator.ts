/**
 * Receipts of upstreams find their messages here. The memory is asked first, then the disk; one that comes before the
 * response to its submission is held for a moment or kept on disk, as is one that finds nothing. The upstream gets its
 * answer only when what the receipt says is on disk.
 */
import type { Message } from '@chappe/center';
import type { ConnectorSettings, SettingsFlaws } from '@chappe/policy';
import {
  type IdRelation,
  idRelations,
  type PduOf,
  type ReadReceiptOptions,
  type Receipt,
  readReceipt,
  status,
} from '@chappe/protocol';
import { DEFERRED, type Session } from '@chappe/smpp';
import { candidatesOf } from '../message/id-candidates.ts';
import { reportedTlvs } from '../message/operator-report.ts';
import type { GroupReceipts } from '../receipts/group-receipts.ts';
import { handsetName } from '../receipts/handset.ts';
import { storedReceipt, type UnmatchedReceipt, unmatchedDraft } from '../receipts/unmatched.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { endedBefore, type Incoming } from './incoming.ts';
import { ReceiptClock, receiptClockOf } from './receipt-clock.ts';
import { type Verdict, verdictOf } from './receipt-outcome.ts';
import { Settling, type SettlingContext } from './settling.ts';

// Some seconds of looking; what is left is looked at by the next call.
const maxRematched = 1_000;
/** A message or receipt from an upstream. */
type FromUpstream = PduOf<'deliver_sm'> | PduOf<'data_sm'>;

// What is longer is not remembered for a response that may come: it lies on disk.
const maxParkedOctets = 1_024;

/** The receipts of all upstreams. */
export class Correlator {
  readonly #context: SettlingContext;
  readonly #settling: Settling;
  /** By the settings that they are made of. */
  readonly #clocks: WeakMap<object, ReceiptClock> = new WeakMap();
  #isClosed = false;
  /** Kept receipts that may be about a message that was not answered: each once, and one after the other. */
  readonly #toGuess: Set<Incoming> = new Set();
  #isGuessing = false;

  constructor(context: SettlingContext) {
    this.#context = context;
    this.#settling = new Settling(context);
  }

  /** Makes the clocks of operators, to be there when their receipts are read; flaws are told. */
  prepare(connectors: readonly ConnectorSettings[], flaws: SettingsFlaws): void {
    for (const connector of connectors) {
      const { receipts } = connector;
      if (receipts === undefined || this.#clocks.has(receipts)) continue;
      const clock = flaws.attempt(() => receiptClockOf(connector));
      if (clock !== undefined) this.#clocks.set(receipts, clock);
    }
  }

  /** Reads a PDU of an upstream as a receipt; undefined: it is a message. `interfaceVersion`: of the session. */
  read(pdu: FromUpstream, upstream: Upstream, interfaceVersion: number): Receipt | undefined {
    return readReceipt(pdu, this.#reading(upstream, this.#context.clock.nowMs(), interfaceVersion));
  }

  /** Takes a receipt; it is answered when what it says is on disk. */
  take(pdu: FromUpstream, receipt: Receipt, upstream: Upstream, session: Session): typeof DEFERRED {
    const { counters } = upstream;
    const { clock } = this.#context;
    const verdict = this.#verdictOf(receipt, upstream, clock.nowMs(), reportedTlvs(pdu.tlvs));
    const said = verdict.state ?? 'none';
    counters.receipts += 1;
    counters.receiptStates.set(said, (counters.receiptStates.get(said) ?? 0) + 1);
    // The PDU is a view of a chunk and must not be kept.
    const answerable = { command: pdu.command, sequence_number: pdu.sequence_number };
    const incoming = this.#incoming(receipt, verdict, upstream, pdu.source_addr, pdu.destination_addr, (to) =>
      session.respond(answerable, { command_status: to } as never),
    );
    const found = this.#settling.fromMemory(incoming);
    if (found === 'taken' || (found === 'nothing' && this.#settling.isRepeated(incoming))) return DEFERRED;
    const { group } = incoming;
    const draft = unmatchedDraft(pdu, receipt.ids, group.name, upstream.name, clock.nowMs());
    this.#settling
      .fromDisk(incoming)
      .then((isFound) => {
        // What memory has may not be on the disk yet.
        const again = isFound ? 'taken' : this.#settling.fromMemory(incoming);
        if (again !== 'taken') this.#wait(incoming, again === 'doubtful', draft);
      })
      .catch((error: unknown) => this.#failed(incoming, error));
    return DEFERRED;
  }

  /** The newest unmatched receipts of a group, or of all. */
  async unmatched(name: string | undefined, limit: number): Promise<readonly UnmatchedReceipt[]> {
    const groups = this.#context.upstreams
      .groups()
      .filter((group) => name === undefined || group.name === name);
    const found = await Promise.all(
      groups.map(async ({ receipts: { unmatched } }) =>
        (await unmatched.waiting(limit)).messages.map((one) => unmatched.view(one)),
      ),
    );
    return found
      .flat()
      .sort((a, b) => b.receivedMs - a.receivedMs)
      .slice(0, limit);
  }

  /**
   * Looks for the messages of the unmatched receipts of an upstream's group once more, by one relation or by all; says how
   * many found theirs.
   */
  async rematch(
    upstream: Upstream,
    relation: IdRelation | undefined,
  ): Promise<{ matched: number; left: number }> {
    const group = upstream.group.receipts;
    const relations = relation === undefined ? idRelations : [relation];
    let matched = 0;
    for await (const kept of group.unmatched.newest(maxRematched)) {
      const told = this.#keptReceipt(kept, upstream);
      if (told === undefined) continue;
      const { source, destination } = kept;
      const [receipt, verdict] = told;
      let settled: (commandStatus: number) => void = () => undefined;
      // It is kept until what it says is on disk.
      const answered = new Promise<number>((settle) => {
        settled = settle;
      });
      const incoming = {
        ...this.#incoming(receipt, verdict, upstream, source.digits, destination.digits, settled),
        kept,
        candidates: candidatesOf(receipt.ids, relations),
      };
      const isFound =
        this.#settling.fromMemory(incoming) === 'taken' || (await this.#settling.fromDisk(incoming, true));
      if (!isFound || (await answered) !== 0) continue;
      matched += 1;
      await group.unmatched.remove(kept.id);
    }
    return { matched, left: group.unmatched.count };
  }

  /** Takes nothing more: what comes or waits is sent again by its upstream. */
  close(): void {
    this.#isClosed = true;
    for (const { receipts } of this.#context.upstreams.groups()) receipts.close();
  }

  #clockOf(receipts: Upstream['settings']['receipts']): ReceiptClock {
    if (receipts === undefined) return plainClock;
    let clock = this.#clocks.get(receipts);
    if (clock === undefined) {
      clock = new ReceiptClock(receipts);
      this.#clocks.set(receipts, clock);
    }
    return clock;
  }

  #verdictOf(
    receipt: Receipt,
    { settings: { receipts } }: Upstream,
    readMs: number,
    tlvs: ReturnType<typeof reportedTlvs>,
  ): Verdict {
    const clock = this.#clockOf(receipts);
    const dates = {
      doneMs: clock.timeOf(receipt.doneDate, readMs),
      submittedMs: clock.timeOf(receipt.submitDate, readMs),
    };
    return verdictOf(receipt, receipts, dates, tlvs);
  }

  #reading(upstream: Upstream, nowMs: number, interfaceVersion: number): ReadReceiptOptions {
    const { receipts, defaultAlphabet } = upstream.settings;
    const timeZoneOffsetMinutes = this.#clockOf(receipts).offsetMinutes(nowMs);
    return { acceptTextOnly: true, defaultAlphabet, interfaceVersion, timeZoneOffsetMinutes };
  }

  #keptReceipt(kept: Message, upstream: Upstream): readonly [Receipt, Verdict] | undefined {
    const { acceptedMs } = kept;
    // Of which version its session was is not kept; the settings tell what was asked for.
    const version = upstream.settings.version === '5.0' ? 0x50 : 0x34;
    const stored = storedReceipt(kept, this.#reading(upstream, acceptedMs, version));
    if (stored === undefined) return undefined;
    const { receipt, tlvs } = stored;
    return [receipt, this.#verdictOf(receipt, upstream, acceptedMs, reportedTlvs(tlvs))];
  }

  #incoming(
    receipt: Receipt,
    verdict: Verdict,
    upstream: Upstream,
    from: string,
    to: string,
    answer: (commandStatus: number) => void,
  ): Incoming {
    const group = upstream.group.receipts;
    const candidates = candidatesOf(receipt.ids, group.ids.order);
    const receivedMs = this.#context.clock.nowMs();
    return { receipt, verdict, upstream, group, from, to, receivedMs, candidates, answer };
  }

  /** The response to its submission may be on its way: then it is a matter of milliseconds. */
  #wait(incoming: Incoming, isDoubtful: boolean, draft: ReturnType<typeof unmatchedDraft>): void {
    const { group, upstream, candidates, answer } = incoming;
    const giveUp = (): void => this.#lastLook(incoming, draft);
    const held = {
      names: candidates.map(({ upstreamId }) => upstreamId),
      found: () => this.#settling.fromMemory(incoming) === 'taken',
      giveUp,
      refuse: () => answer(status.ESME_RX_T_APPN),
    };
    if (this.#isClosed) {
      held.refuse();
      return;
    }
    const isHope = !isDoubtful && group.unanswered.of(incoming).length === 0;
    if (upstream.group.isIdle || !group.hold(held, isHope)) giveUp();
  }

  /** No message that is surely meant has turned up: one that may be is better than none. */
  #lastLook(incoming: Incoming, draft: ReturnType<typeof unmatchedDraft>): void {
    const settling = this.#settling;
    if (settling.isRepeated(incoming)) return;
    const look = async (): Promise<boolean> =>
      (await settling.guess(incoming)) ||
      settling.fromMemory(incoming, true) === 'taken' ||
      (await settling.fromDisk(incoming, true)) ||
      settling.isRepeated(incoming, true);
    look().then(
      (isFound) => {
        if (!isFound) this.#keep(incoming, draft);
      },
      (error: unknown) => this.#failed(incoming, error),
    );
  }

  #keep(incoming: Incoming, draft: ReturnType<typeof unmatchedDraft>): void {
    const { group, upstream, answer } = incoming;
    if (this.#isClosed) {
      answer(status.ESME_RX_T_APPN);
      return;
    }
    upstream.counters.receiptsUnmatched += 1;
    group.unmatched.keep(draft, (error, kept) => {
      if (error !== undefined) {
        this.#failed(incoming, error);
        return;
      }
      answer(0);
      if (kept === undefined || draft.content.length > maxParkedOctets) return;
      // It is on disk, and a moment later also in its place there.
      queueMicrotask(() => this.#park(incoming, kept));
    });
  }

  /** One that is on disk is remembered for the response that may come; it is kept there until what it says is on disk. */
  #park(incoming: Incoming, kept: Message): void {
    const { group, candidates } = incoming;
    let unpark: () => void = () => undefined;
    const late = {
      ...incoming,
      kept,
      answer: (to: number): void => {
        if (to !== 0) return;
        unpark();
        this.#forget(group, kept.id);
      },
    };
    // The response may have come while it was on its way to the disk.
    if (this.#settling.fromMemory(late) === 'taken') return;
    const handsets = new Set([handsetName(incoming.from), handsetName(incoming.to)]);
    const found = (name: string, isAlone: boolean): boolean => {
      const isLikely = isAlone && candidates[0]?.upstreamId === name;
      if (!handsets.has(name)) return this.#settling.fromMemory(late, isLikely) === 'taken';
      void this.#guessKept(late);
      return false;
    };
    const names = [...candidates.map((candidate) => candidate.upstreamId), ...handsets];
    const giveUp = (): void => void this.#settling.isRepeated(late, true);
    const wasSaid = endedBefore(incoming) !== undefined;
    unpark = group.park({ names, found, giveUp, refuse: () => undefined }, wasSaid);
    if (group.unanswered.of(incoming).length > 0) void this.#guessKept(late);
  }

  async #guessKept(kept: Incoming): Promise<void> {
    this.#toGuess.add(kept);
    if (this.#isGuessing) return;
    this.#isGuessing = true;
    for (const late of this.#toGuess) {
      // It may be told again while it is looked at.
      this.#toGuess.delete(late);
      await this.#settling.guess(late).catch((error: unknown) => this.#context.onError(error, 'receipts'));
    }
    this.#isGuessing = false;
  }

  #forget(group: GroupReceipts, id: number): void {
    group.unmatched.remove(id).catch((error: unknown) => this.#context.onError(error, 'unmatched receipts'));
  }

  #failed(incoming: Incoming, error: unknown): void {
    this.#context.onError(error, 'receipts');
    incoming.answer(status.ESME_RX_T_APPN);
  }
}

const plainClock = new ReceiptClock();
