import {
  type IncompleteSet,
  type MessagePart,
  type PduOf,
  Reassembler,
  type ReassemblerOptions,
  readConcat,
  readUserData,
  status,
  statusClass,
  statusName,
} from '@chappe/protocol';
import type { Session } from '../session/session.ts';

/** The PDUs that carry messages, in either direction. */
export type MessagePdu = PduOf<'submit_sm' | 'deliver_sm' | 'data_sm'>;

/** A request of the peer that is to be answered on the session it came on. */
export interface Arrival<P extends MessagePdu> {
  readonly session: Session;
  readonly pdu: P;
  /** Monotonic milliseconds. */
  readonly atMs: number;
}

/** A segment of a long message. */
export interface Part<P extends MessagePdu> extends MessagePart {
  readonly pdu: P;
  /** What its acknowledgement gives it as message_id; empty where nothing has one. */
  readonly id: string;
  /** As often as it came and has no answer yet. None: it is acknowledged, and the peer will not send it again. */
  readonly waiting: Arrival<P>[];
}

/**
 * A long message whose segments are all here. Those that are acknowledged the peer will not send again, so it is kept
 * until the others are, too.
 */
export interface Whole<P extends MessagePdu> {
  readonly parts: readonly Part<P>[];
  readonly octets: number;
  /** Segments that were refused and are to come again; none while the message is dealt with. */
  readonly lacking: Set<Part<P>>;
  /** Since when they are. Monotonic milliseconds. */
  sinceMs: number;
  /** Accepted, but the answer could not leave: the connection was gone. */
  isAccepted: boolean;
}

/** Hears of segments that were acknowledged, and whose others did not come. */
export type GivenUp<P extends MessagePdu> = (set: IncompleteSet<Part<P>>) => void;

/** What becomes of a segment. */
export type Step<P extends MessagePdu> =
  /** It is to be acknowledged as `part`: it was here before, or its peer waits for that before it sends another. */
  | { readonly kind: 'acknowledge'; readonly part: Part<P> }
  /** Its message is whole, and is to be dealt with. */
  | { readonly kind: 'whole'; readonly whole: Whole<P> }
  /** It is answered later: with its message, or when the others do not come. */
  | { readonly kind: 'held' }
  /** It makes no sense as a segment: a message of its own. */
  | { readonly kind: 'alone' }
  /** So much is being dealt with that nothing more can be kept: the peer is to try again. */
  | { readonly kind: 'full' };

/** How a peer's segments are answered. */
export interface Answers<P extends MessagePdu> {
  /** What makes the peer try again, where nothing is wrong with the message. */
  readonly refusal: number;
  /** Answers a segment with this command_status; ESME_ROK acknowledges it. */
  answer(arrival: Arrival<P>, part: Part<P>, commandStatus: number): void;
}

/** A segment of a whole. */
interface Known<P extends MessagePdu> {
  readonly whole: Whole<P>;
  readonly part: Part<P>;
}

interface Held<P extends MessagePdu> {
  readonly part: Part<P>;
  readonly untilMs: number;
}

const MAX_SETS = 1_000;
const MAX_OCTETS = 4 * 1024 * 1024;
const TIMEOUT_MS = 24 * 60 * 60 * 1000;
/** An empty segment is not free. */
const PART_OVERHEAD_OCTETS = 64;
/**
 * How long a segment waits for the others before it is acknowledged: what is not acknowledged comes again as a whole,
 * to whomever, whatever happens here. A peer with a window of one sends no other before.
 */
const HOLD_MS = 500;
/** A peer that sends the next one so soon after an acknowledgement has waited for it: it is not kept waiting again. */
const AT_ONCE_MS = 100;
/** No peer sends a segment again sooner, but by another connection: it is of another message with the same words. */
const AGAIN_MS = 3_000;

/** Octet strings are views of the received chunk; a segment that waits must not keep it in memory. */
function kept<P extends MessagePdu>(pdu: P): P {
  const tlvs = pdu.tlvs.map((tlv) =>
    tlv.value instanceof Uint8Array ? { ...tlv, value: tlv.value.slice() } : tlv,
  );
  if (pdu.command === 'data_sm') return { ...pdu, tlvs };
  return { ...pdu, tlvs, short_message: pdu.short_message.slice() };
}

/** Reads which segment of which message a PDU is; undefined for a message of one piece. `id`: see `Part`. */
export function readPart<P extends MessagePdu>(pdu: P, id: string): Part<P> | undefined {
  const data = readUserData(pdu);
  const concat = readConcat(pdu, data);
  if (concat === undefined || concat.total === 1) return undefined;
  const copy = kept(pdu);
  return {
    ...concat,
    source: `${pdu.source_addr_ton}/${pdu.source_addr_npi}/${pdu.source_addr}`,
    destination: pdu.destination_addr,
    payload: readUserData(copy).payload,
    pdu: copy,
    id,
    waiting: [],
  };
}

function keyOf({ source, destination, reference, total, bits, sequence, payload }: MessagePart): string {
  const content = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1');
  return JSON.stringify([source, destination, reference, total, bits, sequence, content]);
}

/** Whether a peer gives the message up by this status; what it makes of one that no document has, nobody knows. */
function isPermanent(commandStatus: number): boolean {
  return statusName(commandStatus) !== undefined && statusClass(commandStatus) === 'permanent';
}

/** Long messages, from their first segment until the whole has been accepted. Bounded in messages and octets. */
export class LongMessages<P extends MessagePdu> {
  readonly #answers: Answers<P>;
  readonly #reassembler: Reassembler<Part<P>>;
  readonly #maxSets: number;
  readonly #maxOctets: number;
  readonly #timeoutMs: number;
  /** Segments that wait for the others, unanswered, the longest first. */
  readonly #held = new Map<string, Held<P>>();
  /** Wholes, by their segments that are not acknowledged. */
  readonly #byPart = new Map<string, Known<P>[]>();
  /** Those whose refused segments are to come again, the longest waiting first; the others are being dealt with. */
  readonly #refused = new Set<Whole<P>>();
  readonly #heldUntilMs = new WeakMap<Session, number>();
  readonly #impatient = new WeakSet<Session>();
  #count = 0;
  #octets = 0;

  constructor(options: ReassemblerOptions, answers: Answers<P>) {
    this.#answers = answers;
    this.#reassembler = new Reassembler<Part<P>>(options);
    this.#maxSets = options.maxSets ?? MAX_SETS;
    this.#maxOctets = options.maxOctets ?? MAX_OCTETS;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /** Takes a segment. `givenUp` hears of messages that had to leave for it. */
  take(arrival: Arrival<P>, part: Part<P>, givenUp: GivenUp<P>): Step<P> {
    this.#learn(arrival);
    const key = keyOf(part);
    // A message that waits for it comes first: senders that use one reference for all have two alike on their way.
    const known = this.#reassembler.lacks(part) ? undefined : this.#knownAs(key, arrival);
    if (known !== undefined) return this.#again(known, key, arrival);
    this.#makeRoom(givenUp);
    if (this.#octets >= this.#maxOctets) return { kind: 'full' };
    const result = this.#reassembler.add(part, arrival.atMs);
    for (const set of result.givenUp) this.#tell(set, givenUp);
    switch (result.kind) {
      case 'rejected':
        return { kind: 'alone' };
      case 'complete':
        part.waiting.push(arrival);
        return { kind: 'whole', whole: this.#keep(result.parts, arrival.atMs) };
      case 'waiting':
        return this.#hold(part, key, arrival);
      case 'duplicate': {
        const held = this.#held.get(key);
        held?.part.waiting.push(arrival);
        return held === undefined ? { kind: 'acknowledge', part: result.part } : { kind: 'held' };
      }
    }
  }

  /** The message has been dealt with: its segments are answered with this command_status, wherever they wait. */
  settle(whole: Whole<P>, commandStatus: number, nowMs: number): void {
    const unanswered = whole.parts.filter(({ waiting }) => waiting.length > 0);
    whole.isAccepted = commandStatus === 0;
    const isHeard = ({ waiting }: Part<P>): boolean => waiting.some(({ session }) => session.isBound);
    const toCome = whole.isAccepted ? unanswered.filter((part) => !isHeard(part)) : unanswered;
    // Nothing is acknowledged: all of it comes again. Or nothing does.
    const isOver = whole.isAccepted
      ? toCome.length === 0
      : toCome.length === whole.parts.length || isPermanent(commandStatus);
    for (const part of unanswered) this.#answer(part, commandStatus);
    if (isOver) this.#drop(whole);
    else {
      for (const part of toCome) whole.lacking.add(part);
      whole.sinceMs = nowMs;
      this.#refused.add(whole);
    }
  }

  /** Acknowledges what has waited long enough for its others, and gives up the messages whose time is over. */
  expire(nowMs: number, givenUp: GivenUp<P>): void {
    for (const set of this.#reassembler.expire(nowMs)) this.#tell(set, givenUp);
    for (const whole of this.#refused) {
      if (whole.sinceMs + this.#timeoutMs > nowMs) break;
      this.#giveUp(whole, 'expired', givenUp);
    }
    for (const [key, { part, untilMs }] of this.#held) {
      if (untilMs > nowMs) break;
      this.#held.delete(key);
      for (const { session } of part.waiting) this.#heldUntilMs.set(session, nowMs);
      this.#answer(part, status.ESME_ROK);
    }
  }

  /** When `expire` has something to do; `Infinity` for never. */
  deadline(): number {
    const [refused] = this.#refused;
    const [held] = this.#held.values();
    const never = Number.POSITIVE_INFINITY;
    const refusedMs = refused === undefined ? never : refused.sinceMs + this.#timeoutMs;
    return Math.min(this.#reassembler.deadline(), refusedMs, held?.untilMs ?? never);
  }

  /** Octets that are kept, with 64 for each segment on top. */
  get octets(): number {
    return this.#octets + this.#reassembler.octets;
  }

  #answer(part: Part<P>, commandStatus: number): void {
    for (const arrival of part.waiting.splice(0)) this.#answers.answer(arrival, part, commandStatus);
  }

  /** Whether the peer of this session sends one only after the answer to the one before. */
  #learn({ session, atMs }: Arrival<P>): void {
    const heldUntilMs = this.#heldUntilMs.get(session);
    if (heldUntilMs === undefined) return;
    this.#heldUntilMs.delete(session);
    if (atMs - heldUntilMs < AT_ONCE_MS) this.#impatient.add(session);
  }

  #hold(part: Part<P>, key: string, arrival: Arrival<P>): Step<P> {
    if (this.#impatient.has(arrival.session)) return { kind: 'acknowledge', part };
    part.waiting.push(arrival);
    this.#held.set(key, { part, untilMs: arrival.atMs + HOLD_MS });
    return { kind: 'held' };
  }

  /** The message that this is a segment of, sent again: it was refused, or has no answer yet. */
  #knownAs(key: string, arrival: Arrival<P>): Known<P> | undefined {
    const alike = this.#byPart.get(key);
    return (
      alike?.find(({ whole, part }) => whole.lacking.has(part)) ??
      alike?.find(({ part }) =>
        part.waiting.every(({ session, atMs }) => !session.isBound || arrival.atMs - atMs >= AGAIN_MS),
      )
    );
  }

  #again({ whole, part }: Known<P>, key: string, arrival: Arrival<P>): Step<P> {
    const wasLacking = whole.lacking.delete(part);
    if (whole.isAccepted) {
      if (whole.lacking.size === 0) this.#drop(whole);
      return { kind: 'acknowledge', part };
    }
    if (whole.lacking.size > 0) return this.#hold(part, key, arrival);
    part.waiting.push(arrival);
    if (!wasLacking) return { kind: 'held' };
    this.#refused.delete(whole);
    this.#unhold(whole.parts);
    return { kind: 'whole', whole };
  }

  #keep(parts: readonly Part<P>[], sinceMs: number): Whole<P> {
    const octets = parts.reduce((sum, { payload }) => sum + payload.length + PART_OVERHEAD_OCTETS, 0);
    const whole: Whole<P> = { parts, octets, lacking: new Set(), sinceMs, isAccepted: false };
    this.#count++;
    this.#octets += octets;
    this.#unhold(parts);
    for (const part of parts) {
      if (part.waiting.length === 0) continue;
      const key = keyOf(part);
      this.#byPart.set(key, [...(this.#byPart.get(key) ?? []), { whole, part }]);
    }
    return whole;
  }

  #unhold(parts: readonly Part<P>[]): void {
    for (const part of parts) this.#held.delete(keyOf(part));
  }

  #drop(whole: Whole<P>): void {
    for (const part of whole.parts) {
      const key = keyOf(part);
      const others = this.#byPart.get(key)?.filter((other) => other.whole !== whole) ?? [];
      if (others.length > 0) this.#byPart.set(key, others);
      else this.#byPart.delete(key);
    }
    this.#refused.delete(whole);
    this.#count--;
    this.#octets -= whole.octets;
  }

  #makeRoom(givenUp: GivenUp<P>): void {
    for (const whole of this.#refused) {
      if (this.#count < this.#maxSets && this.#octets < this.#maxOctets) return;
      this.#giveUp(whole, 'evicted', givenUp);
    }
  }

  /** The peer has not sent again what was refused: what was acknowledged must not vanish. */
  #giveUp(whole: Whole<P>, reason: IncompleteSet<Part<P>>['reason'], givenUp: GivenUp<P>): void {
    this.#drop(whole);
    if (whole.isAccepted) return;
    const { parts, lacking, sinceMs } = whole;
    const missing = parts.flatMap((part) => (lacking.has(part) ? [part.sequence] : []));
    const here = parts.filter((part) => !lacking.has(part));
    this.#tell({ reason, parts: here, missing, total: parts.length, sinceMs }, givenUp);
  }

  /** Segments without an answer are refused, and will come again; the others are told of. */
  #tell(set: IncompleteSet<Part<P>>, givenUp: GivenUp<P>): void {
    const open = set.parts.filter(({ waiting }) => waiting.length > 0);
    this.#unhold(open);
    for (const part of open) this.#answer(part, this.#answers.refusal);
    const parts = set.parts.filter((part) => !open.includes(part));
    if (parts.length === 0) return;
    const missing = [...set.missing, ...open.map(({ sequence }) => sequence)].sort((a, b) => a - b);
    givenUp({ ...set, parts, missing });
  }
}
