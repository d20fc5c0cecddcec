import {
  type IncompleteSet,
  type MessagePart,
  Reassembler,
  type ReassemblerOptions,
  readConcat,
  readUserData,
  status,
  statusClass,
  statusName,
} from '@chappe/protocol';
import type { ResponseInput } from '../session/responses.ts';
import type { Session } from '../session/session.ts';
import type { IncomingPdu } from './incoming-event.ts';

/** A request of the MC that is to be answered on the session it came on. */
export interface Arrival {
  readonly session: Session;
  readonly pdu: IncomingPdu;
  /** Monotonic milliseconds. */
  readonly atMs: number;
}

/** A segment of a message from a handset. */
export interface Part extends MessagePart {
  readonly pdu: IncomingPdu;
  /** As often as it came and has no answer yet. None: it is acknowledged, and the MC will not send it again. */
  readonly waiting: Arrival[];
}

/**
 * A long message whose segments are all here. Those that are acknowledged the MC will not send again, so it is kept
 * until the others are, too.
 */
export interface Whole {
  readonly parts: readonly Part[];
  readonly octets: number;
  /** Segments that were refused and are to come again; none while the message is dealt with. */
  readonly lacking: Set<Part>;
  /** Since when they are. Monotonic milliseconds. */
  sinceMs: number;
  /** Accepted, but the answer could not leave: the connection was gone. */
  isAccepted: boolean;
}

/** Hears of segments that were acknowledged, and whose others did not come. */
export type GivenUp = (set: IncompleteSet<Part>) => void;

/** What becomes of a segment. */
export type Step =
  /** It is to be acknowledged: it was here before, or its MC waits for that before it sends another. */
  | { readonly kind: 'acknowledge' }
  /** Its message is whole, and is to be dealt with. */
  | { readonly kind: 'whole'; readonly whole: Whole }
  /** It is answered later: with its message, or when the others do not come. */
  | { readonly kind: 'held' }
  /** It makes no sense as a segment: a message of its own. */
  | { readonly kind: 'alone' }
  /** So much is being dealt with that nothing more can be kept: the MC is to try again. */
  | { readonly kind: 'full' };

interface Held {
  readonly part: Part;
  readonly untilMs: number;
}

const MAX_SETS = 1_000;
const MAX_OCTETS = 4 * 1024 * 1024;
const TIMEOUT_MS = 24 * 60 * 60 * 1000;
/** An empty segment is not free. */
const PART_OVERHEAD_OCTETS = 64;
/**
 * How long a segment waits for the others before it is acknowledged: what is not acknowledged comes again as a whole,
 * to whomever, whatever happens here. An MC with a window of one sends no other before.
 */
const HOLD_MS = 500;
/** An MC that sends the next one so soon after an acknowledgement has waited for it: it is not kept waiting again. */
const AT_ONCE_MS = 100;
/** No MC sends a segment again sooner, but by another connection: it is of another message with the same words. */
const AGAIN_MS = 3_000;

/** Octet strings are views of the received chunk; a segment that waits must not keep it in memory. */
function kept(pdu: IncomingPdu): IncomingPdu {
  const tlvs = pdu.tlvs.map((tlv) =>
    tlv.value instanceof Uint8Array ? { ...tlv, value: tlv.value.slice() } : tlv,
  );
  const copy = { ...pdu, tlvs } as IncomingPdu;
  return copy.command === 'deliver_sm' ? { ...copy, short_message: copy.short_message.slice() } : copy;
}

/** Reads which segment of which message a PDU is; undefined for a message of one piece. */
export function readPart(pdu: IncomingPdu): Part | undefined {
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
    waiting: [],
  };
}

function keyOf({ source, destination, reference, total, bits, sequence, payload }: Part): string {
  const content = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1');
  return JSON.stringify([source, destination, reference, total, bits, sequence, content]);
}

function answer(part: Part, commandStatus: number): void {
  for (const { session, pdu } of part.waiting.splice(0)) {
    session.respond(pdu, { command_status: commandStatus } as ResponseInput);
  }
}

/** Whether an MC gives the message up by this status; what it makes of one that no document has, nobody knows. */
function isPermanent(commandStatus: number): boolean {
  return statusName(commandStatus) !== undefined && statusClass(commandStatus) === 'permanent';
}

/** Long messages, from their first segment until the whole has been accepted. Bounded in messages and octets. */
export class LongMessages {
  readonly #reassembler: Reassembler<Part>;
  readonly #maxSets: number;
  readonly #maxOctets: number;
  readonly #timeoutMs: number;
  /** Segments that wait for the others, unanswered, the longest first. */
  readonly #held = new Map<string, Held>();
  /** Wholes, by their segments that are not acknowledged. */
  readonly #byPart = new Map<string, { readonly whole: Whole; readonly part: Part }[]>();
  /** Those whose refused segments are to come again, the longest waiting first; the others are being dealt with. */
  readonly #refused = new Set<Whole>();
  readonly #heldUntilMs = new WeakMap<Session, number>();
  readonly #impatient = new WeakSet<Session>();
  #count = 0;
  #octets = 0;

  constructor(options: ReassemblerOptions) {
    this.#reassembler = new Reassembler<Part>(options);
    this.#maxSets = options.maxSets ?? MAX_SETS;
    this.#maxOctets = options.maxOctets ?? MAX_OCTETS;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /** Takes a segment. `givenUp` hears of messages that had to leave for it. */
  take(arrival: Arrival, part: Part, givenUp: GivenUp): Step {
    this.#learn(arrival);
    const key = keyOf(part);
    // A message that waits for it comes first: senders that use one reference for all have two alike on their way.
    const known = this.#reassembler.lacks(part) ? undefined : this.#knownAs(key, arrival);
    if (known !== undefined) return this.#again(known.whole, known.part, key, arrival);
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
      default: {
        const held = this.#held.get(key);
        held?.part.waiting.push(arrival);
        return { kind: held === undefined ? 'acknowledge' : 'held' };
      }
    }
  }

  /** The message has been dealt with: its segments are answered with this command_status, wherever they wait. */
  settle(whole: Whole, commandStatus: number, nowMs: number): void {
    const unanswered = whole.parts.filter(({ waiting }) => waiting.length > 0);
    whole.isAccepted = commandStatus === 0;
    const isHeard = ({ waiting }: Part): boolean => waiting.some(({ session }) => session.isBound);
    const toCome = whole.isAccepted ? unanswered.filter((part) => !isHeard(part)) : unanswered;
    // Nothing is acknowledged: all of it comes again. Or nothing does.
    const isOver = whole.isAccepted
      ? toCome.length === 0
      : toCome.length === whole.parts.length || isPermanent(commandStatus);
    for (const part of unanswered) answer(part, commandStatus);
    if (isOver) this.#drop(whole);
    else {
      for (const part of toCome) whole.lacking.add(part);
      whole.sinceMs = nowMs;
      this.#refused.add(whole);
    }
  }

  /** Acknowledges what has waited long enough for its others, and gives up the messages whose time is over. */
  expire(nowMs: number, givenUp: GivenUp): void {
    for (const set of this.#reassembler.expire(nowMs)) this.#tell(set, givenUp);
    for (const whole of this.#refused) {
      if (whole.sinceMs + this.#timeoutMs > nowMs) break;
      this.#giveUp(whole, 'expired', givenUp);
    }
    for (const [key, { part, untilMs }] of this.#held) {
      if (untilMs > nowMs) break;
      this.#held.delete(key);
      for (const { session } of part.waiting) this.#heldUntilMs.set(session, nowMs);
      answer(part, status.ESME_ROK);
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

  /** Whether the MC of this session sends one only after the answer to the one before. */
  #learn({ session, atMs }: Arrival): void {
    const heldUntilMs = this.#heldUntilMs.get(session);
    if (heldUntilMs === undefined) return;
    this.#heldUntilMs.delete(session);
    if (atMs - heldUntilMs < AT_ONCE_MS) this.#impatient.add(session);
  }

  #hold(part: Part, key: string, arrival: Arrival): Step {
    if (this.#impatient.has(arrival.session)) return { kind: 'acknowledge' };
    part.waiting.push(arrival);
    this.#held.set(key, { part, untilMs: arrival.atMs + HOLD_MS });
    return { kind: 'held' };
  }

  /** The message that this is a segment of, sent again: it was refused, or has no answer yet. */
  #knownAs(key: string, arrival: Arrival): { readonly whole: Whole; readonly part: Part } | undefined {
    const alike = this.#byPart.get(key);
    return (
      alike?.find(({ whole, part }) => whole.lacking.has(part)) ??
      alike?.find(({ part }) =>
        part.waiting.every(({ session, atMs }) => !session.isBound || arrival.atMs - atMs >= AGAIN_MS),
      )
    );
  }

  #again(whole: Whole, part: Part, key: string, arrival: Arrival): Step {
    const wasLacking = whole.lacking.delete(part);
    if (whole.isAccepted) {
      if (whole.lacking.size === 0) this.#drop(whole);
      return { kind: 'acknowledge' };
    }
    if (whole.lacking.size > 0) return this.#hold(part, key, arrival);
    part.waiting.push(arrival);
    if (!wasLacking) return { kind: 'held' };
    this.#refused.delete(whole);
    this.#unhold(whole.parts);
    return { kind: 'whole', whole };
  }

  #keep(parts: readonly Part[], sinceMs: number): Whole {
    const octets = parts.reduce((sum, { payload }) => sum + payload.length + PART_OVERHEAD_OCTETS, 0);
    const whole: Whole = { parts, octets, lacking: new Set(), sinceMs, isAccepted: false };
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

  #unhold(parts: readonly Part[]): void {
    for (const part of parts) this.#held.delete(keyOf(part));
  }

  #drop(whole: Whole): void {
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

  #makeRoom(givenUp: GivenUp): void {
    for (const whole of this.#refused) {
      if (this.#count < this.#maxSets && this.#octets < this.#maxOctets) return;
      this.#giveUp(whole, 'evicted', givenUp);
    }
  }

  /** The MC has not sent again what was refused: what was acknowledged must not vanish. */
  #giveUp(whole: Whole, reason: IncompleteSet<Part>['reason'], givenUp: GivenUp): void {
    this.#drop(whole);
    if (whole.isAccepted) return;
    const { parts, lacking, sinceMs } = whole;
    const missing = parts.flatMap((part) => (lacking.has(part) ? [part.sequence] : []));
    const here = parts.filter((part) => !lacking.has(part));
    this.#tell({ reason, parts: here, missing, total: parts.length, sinceMs }, givenUp);
  }

  /** Segments without an answer are refused, and will come again; the others are told of. */
  #tell(set: IncompleteSet<Part>, givenUp: GivenUp): void {
    const open = set.parts.filter(({ waiting }) => waiting.length > 0);
    this.#unhold(open);
    for (const part of open) answer(part, status.ESME_RX_T_APPN);
    const parts = set.parts.filter((part) => !open.includes(part));
    if (parts.length === 0) return;
    const missing = [...set.missing, ...open.map(({ sequence }) => sequence)].sort((a, b) => a - b);
    givenUp({ ...set, parts, missing });
  }
}
