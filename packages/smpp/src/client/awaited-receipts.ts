import { canonicalId, type IdRelation, idInResponse, idRelations, type Receipt } from '@chappe/protocol';
import type { Clock } from '../clock.ts';
import { SmppClosedError, type SmppError, SmppTimeoutError } from '../errors.ts';
import { endOf, isFullNumber } from './handset.ts';
import type { SentMessage } from './sent-message.ts';

/** How the receipts of an MC find their messages. */
export interface ReceiptMatching {
  /**
   * How its ids in receipts relate to those in its responses. `auto`, the default, learns it: a message is meant when
   * the receipt names its handset, or no other message could be meant. `same`; `hex-dec`: hexadecimal in responses,
   * decimal in receipts; `dec-hex`: the other way. Capitals, leading zeros and blanks around an id never count.
   */
  readonly ids?: 'auto' | IdRelation | undefined;
  /**
   * Receipts for a message of several segments. `each`: one for each segment. `one`: the first final one, of whichever
   * segment, is about the whole. `auto`, the default: as `each`; where segments have one id in common, those that have
   * heard nothing 3 s after the last receipt end as that one says.
   */
  readonly longMessages?: 'auto' | 'each' | 'one' | undefined;
}

/** A receipt and the numbers on it: that of the handset is one of them. */
export interface Heard {
  readonly receipt: Receipt;
  readonly from: string;
  readonly to: string;
}

/** Segments whose receipt is awaited. More is no longer a client but a gateway, which keeps them on disk. */
const AWAITED_MAX = 100_000;
/** Segments that have had their receipt, and are known again when it is repeated. */
const OVER_MAX = 10_000;
/** Receipts that came before the response to their submit_sm, and how long they are kept for it. */
const EARLY_MAX = 1_000;
const EARLY_MS = 60_000;
/** Receipts of segments with one id follow each other within so long; then no more are waited for. */
const REST_MS = 3_000;
/** An id this long is no small counter: two messages have it in common by no chance. */
const LONG_ID = 8;

/** Stands for destinations that are no whole number. */
const VAGUE = '';

/** The segments of a message that have one id. */
interface Awaited {
  /** In its canonical form. */
  readonly id: string;
  readonly message: SentMessage;
  readonly destination: string;
  /** Those without a receipt yet. */
  readonly segments: number[];
  /** The receipt that came last. */
  last: Receipt | undefined;
  disarm: (() => void) | undefined;
}

interface Early extends Heard {
  readonly sinceMs: number;
}

/** A message that may be meant, and by which relations of its id. */
interface Candidate {
  readonly awaited: Awaited;
  readonly relations: IdRelation[];
}

/** Finds the message of a receipt: by its id in all its writings, and by the handset. Where two fit, neither is meant. */
export class AwaitedReceipts {
  readonly #clock: Clock;
  readonly #matching: ReceiptMatching;
  readonly #byId = new Map<string, Awaited[]>();
  /** Messages that await receipts, eldest first. */
  readonly #open = new Map<SentMessage, Awaited[]>();
  readonly #over = new Set<Awaited>();
  #size = 0;
  #early: Early[] = [];
  /** Messages under way, by the ends of their destinations. */
  readonly #underWay = new Map<string, number>();
  /** The relation that was seen at work, confirmed by the handset. */
  #relation: IdRelation | undefined;
  /** Whether receipts name the handset: then one that names another is of another message. */
  #namesHandsets = false;
  #areResponsesHex = false;
  #areReceiptsHex = false;

  constructor(matching: ReceiptMatching, clock: Clock) {
    this.#matching = matching;
    this.#clock = clock;
  }

  /** A message to that number is on its way, until `left`. */
  leaves(destination: string): void {
    const end = telling(destination);
    this.#underWay.set(end, (this.#underWay.get(end) ?? 0) + 1);
  }

  /** See `leaves`. */
  left(destination: string): void {
    const end = telling(destination);
    const others = (this.#underWay.get(end) ?? 1) - 1;
    if (others === 0) this.#underWay.delete(end);
    else this.#underWay.set(end, others);
  }

  /** Awaits the receipts of a segment; one that came too early is noted at once. */
  expect(message: SentMessage, segment: number, idInResponse: string, destination: string): void {
    const id = canonicalId(idInResponse);
    if (id === '') return;
    this.#areResponsesHex ||= hasHexLetter(id);
    const known = this.#byId.get(id) ?? [];
    let awaited = known.find((other) => other.message === message);
    if (awaited === undefined) {
      awaited = { id, message, destination, segments: [], last: undefined, disarm: undefined };
      this.#byId.set(id, [...known, awaited]);
    }
    this.#await(awaited, segment);
    for (const eldest of this.#open.keys()) {
      if (this.#size <= AWAITED_MAX) break;
      this.#forget(eldest);
      eldest.giveUp(closed);
    }
    this.#noteEarly();
  }

  /**
   * All segments are taken. Those to which the MC gave no id go by that of the others; where it gave none at all, no
   * receipt will ever find the message.
   */
  taken(message: SentMessage, destination: string): void {
    const id = message.ids.find((given) => canonicalId(given) !== '');
    if (id === undefined) {
      const why = 'the MC gave no message_id, by which a receipt would find it';
      message.giveUp(() => new SmppTimeoutError('receipt', why, { maybeSent: true }));
      return;
    }
    message.ids.forEach((given, segment) => {
      if (canonicalId(given) === '') this.expect(message, segment, id, destination);
    });
  }

  /**
   * Gives a receipt to its message, which is returned. `early` where it is kept for one whose response is still on its
   * way, or until more is learned of the ids; `stranger` where nobody awaits it.
   */
  note(heard: Heard): SentMessage | 'early' | 'stranger' {
    const { receipt, from, to } = heard;
    this.#areReceiptsHex ||= receipt.ids.some((id) => hasHexLetter(canonicalId(id)));
    const knew = this.#relation;
    const found = this.#tryNote(heard);
    if (knew !== this.#relation) this.#noteEarly();
    if (typeof found === 'object') return found;
    if (!receipt.final || (found === 'nobody' && !this.#isUnderWay(from, to))) return 'stranger';
    this.#early.push({ ...heard, sinceMs: this.#clock.monotonicMs() });
    if (this.#early.length > EARLY_MAX) this.#early.shift();
    return 'early';
  }

  /** The client is closed: no receipt will come. */
  giveUp(): void {
    for (const message of [...this.#open.keys()]) {
      this.#forget(message);
      message.giveUp(closed);
    }
    this.#byId.clear();
    this.#over.clear();
    this.#early = [];
  }

  /** A segment of it awaits a receipt; the others may have had theirs. */
  #await(awaited: Awaited, segment: number): void {
    const { message } = awaited;
    const siblings = this.#open.get(message) ?? [];
    if (!siblings.includes(awaited)) {
      this.#over.delete(awaited);
      this.#open.set(message, [...siblings, awaited]);
      this.#size++;
    }
    if (message.isSettled) this.#isOver(awaited);
    else {
      awaited.segments.push(segment);
      if (awaited.last !== undefined) this.#awaitRest(awaited, awaited.last);
    }
  }

  #tryNote(heard: Heard): SentMessage | 'nobody' | 'several' {
    const found = this.#find(heard);
    if (typeof found === 'string') return found;
    if (heard.receipt.final) this.#settle(found, heard.receipt);
    return found.message;
  }

  /** Whether the message may be one that awaits its response. */
  #isUnderWay(from: string, to: string): boolean {
    if (!isFullNumber(from)) return this.#underWay.size > 0;
    return [endOf(from), endOf(to), VAGUE].some((end) => this.#underWay.has(end));
  }

  #noteEarly(): void {
    if (this.#early.length === 0) return;
    const sinceMs = this.#clock.monotonicMs() - EARLY_MS;
    this.#early = this.#early.filter(
      (heard) => heard.sinceMs > sinceMs && typeof this.#tryNote(heard) === 'string',
    );
  }

  #settle(awaited: Awaited, receipt: Receipt): void {
    const { message, segments } = awaited;
    const { longMessages = 'auto' } = this.#matching;
    if (longMessages === 'one') {
      for (let segment = 0; segment < message.segments; segment++) message.note(segment, receipt);
      for (const sibling of this.#open.get(message) ?? []) {
        sibling.segments.length = 0;
        this.#isOver(sibling);
      }
      return;
    }
    const segment = segments.shift();
    if (segment === undefined) return;
    message.note(segment, receipt);
    awaited.last = receipt;
    if (segments.length > 0) this.#awaitRest(awaited, receipt);
    else {
      awaited.disarm?.();
      awaited.disarm = undefined;
      this.#isOver(awaited);
    }
  }

  /** Of several segments with one id some have had their receipt. */
  #awaitRest(awaited: Awaited, receipt: Receipt): void {
    const { longMessages = 'auto' } = this.#matching;
    if (longMessages !== 'auto') return;
    awaited.disarm?.();
    awaited.disarm = this.#clock.setTimer(() => {
      awaited.disarm = undefined;
      for (const silent of awaited.segments.splice(0)) awaited.message.note(silent, receipt);
      this.#isOver(awaited);
    }, REST_MS);
  }

  /** All its segments have had theirs: it is kept for a while, to know repeats. */
  #isOver(awaited: Awaited): void {
    const siblings = this.#open.get(awaited.message)?.filter((sibling) => sibling !== awaited) ?? [];
    if (siblings.length > 0) this.#open.set(awaited.message, siblings);
    else this.#open.delete(awaited.message);
    this.#size--;
    this.#over.add(awaited);
    const [eldest] = this.#over;
    if (this.#over.size <= OVER_MAX || eldest === undefined) return;
    this.#over.delete(eldest);
    this.#remove(eldest);
  }

  #forget(message: SentMessage): void {
    for (const awaited of this.#open.get(message) ?? []) {
      awaited.disarm?.();
      this.#size--;
      this.#remove(awaited);
    }
    this.#open.delete(message);
  }

  #remove(awaited: Awaited): void {
    const others = this.#byId.get(awaited.id)?.filter((other) => other !== awaited) ?? [];
    if (others.length > 0) this.#byId.set(awaited.id, others);
    else this.#byId.delete(awaited.id);
  }

  #find(heard: Heard): Awaited | 'nobody' | 'several' {
    const candidates = this.#candidates(heard.receipt.ids);
    const sure = candidates.filter(({ awaited }) => isTo(awaited, heard));
    const likely = sure.length > 0 || this.#namesHandsets ? sure : candidates.filter(mayBeTo(heard));
    if (likely.length === 0) return 'nobody';
    const found = this.#choose(likely);
    if (found === undefined) return 'several';
    if (sure.length > 0) {
      this.#namesHandsets = true;
      if (likely.length === 1) this.#learn(found.relations);
    }
    return found.awaited;
  }

  #learn(relations: readonly IdRelation[]): void {
    const [relation] = relations;
    // What several relations lead to says nothing about them; and a change of base is believed where letters show it.
    if (relations.length > 1 || relation === undefined) return;
    const isShown = relation === 'hex-dec' ? this.#areResponsesHex : this.#areReceiptsHex;
    if (relation === 'same' || isShown) this.#relation = relation;
  }

  #candidates(ids: readonly string[]): readonly Candidate[] {
    const { ids: asked = 'auto' } = this.#matching;
    const candidates = new Map<Awaited, Candidate>();
    for (const relation of asked === 'auto' ? idRelations : [asked]) {
      for (const idInReceipt of ids) {
        for (const awaited of this.#byId.get(idInResponse(relation, idInReceipt) ?? '') ?? []) {
          const known = candidates.get(awaited);
          if (known === undefined) candidates.set(awaited, { awaited, relations: [relation] });
          else known.relations.push(relation);
        }
      }
    }
    return [...candidates.values()];
  }

  /** The one that is meant; undefined where two fit. */
  #choose(candidates: readonly Candidate[]): Candidate | undefined {
    if (candidates.length < 2) return candidates[0];
    // Hexadecimal letters on one side only speak against the same form on both.
    const guess = this.#areResponsesHex === this.#areReceiptsHex ? 'same' : undefined;
    const relation = this.#relation ?? guess;
    const fitting = candidates.filter(
      ({ relations }) => relation !== undefined && relations.includes(relation),
    );
    // An id that is used again means the later message, not the one that has had its receipt.
    const open = fitting.filter(({ awaited }) => awaited.segments.length > 0);
    const chosen = open.length > 0 ? open : fitting;
    return chosen.length === 1 ? chosen[0] : undefined;
  }
}

function closed(): SmppError {
  return new SmppClosedError('closed', true);
}

/** The end of a whole number; any other destination may be named in any way. */
function telling(destination: string): string {
  return isFullNumber(destination) ? endOf(destination) : VAGUE;
}

/** Whether an id, canonical, is a number that is hexadecimal beyond doubt. */
function hasHexLetter(id: string): boolean {
  let hasLetter = false;
  for (let at = 0; at < id.length; at++) {
    const unit = id.charCodeAt(at);
    if (unit >= 0x61 && unit <= 0x66) hasLetter = true;
    else if (unit < 0x30 || unit > 0x39) return false;
  }
  return hasLetter;
}

/** Whether the receipt names the handset; some MCs leave the addresses as they were in the submission. */
function isTo({ destination }: Awaited, { from, to }: Heard): boolean {
  const end = endOf(destination);
  return end === endOf(from) || end === endOf(to);
}

/** Whether it may be the message though the receipt does not name its handset: it names no whole number, or the id tells. */
function mayBeTo({ from }: Heard): (candidate: Candidate) => boolean {
  return ({ awaited, relations }) =>
    !isFullNumber(from) ||
    !isFullNumber(awaited.destination) ||
    (awaited.id.length >= LONG_ID && relations.includes('same'));
}
