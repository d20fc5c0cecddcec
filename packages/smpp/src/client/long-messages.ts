import {
  type IncompleteSet,
  type MessagePart,
  Reassembler,
  type ReassemblerOptions,
  readConcat,
  readUserData,
  statusClass,
} from '@chappe/protocol';
import type { ResponseInput } from '../session/responses.ts';
import type { Session } from '../session/session.ts';
import type { IncomingPdu } from './incoming-event.ts';

/** A segment of a message from a handset. */
export interface Part extends MessagePart {
  readonly pdu: IncomingPdu;
}

/** A request of the MC that is to be answered on the session it came on. */
export interface Arrival {
  readonly session: Session;
  readonly pdu: IncomingPdu;
}

/**
 * A long message whose segments are all here. All but the last have been acknowledged, so the MC will not send them
 * again: until the last one is, too, the whole is kept.
 */
export interface Whole {
  readonly parts: readonly Part[];
  /** The segment that made it whole, and whose acknowledgement says what became of the message. */
  readonly last: Part;
  readonly octets: number;
  /** The last segment, as often as it waits for its answer: an MC that gets none in time sends it again. */
  readonly waiting: Arrival[];
  /** Since when it waits for its last segment to come again. Monotonic milliseconds. */
  sinceMs: number;
  /** Accepted, but the answer could not leave: the connection was gone. */
  isAccepted: boolean;
}

/** Hears of segments whose others did not come. */
export type GivenUp = (set: IncompleteSet<Part>) => void;

/** What becomes of a segment. */
export type Step =
  /** It is to be acknowledged: others are still to come, or it was here before. */
  | { readonly kind: 'acknowledge' }
  /** Its message is whole, and is to be dealt with. */
  | { readonly kind: 'whole'; readonly whole: Whole }
  /** It is answered with the message that is being dealt with. */
  | { readonly kind: 'answered_later' }
  /** It makes no sense as a segment: a message of its own. */
  | { readonly kind: 'alone' }
  /** So much is being dealt with that nothing more can be kept: the MC is to try again. */
  | { readonly kind: 'full' };

const MAX_SETS = 1_000;
const MAX_OCTETS = 4 * 1024 * 1024;
const TIMEOUT_MS = 24 * 60 * 60 * 1000;
/** An empty segment is not free. */
const PART_OVERHEAD_OCTETS = 64;

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
  };
}

function keyOf({ source, destination, reference, total, bits, sequence, payload }: Part): string {
  const content = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1');
  return JSON.stringify([source, destination, reference, total, bits, sequence, content]);
}

/** Long messages, from their first segment until the whole has been accepted. Bounded in messages and octets. */
export class LongMessages {
  readonly #reassembler: Reassembler<Part>;
  readonly #maxSets: number;
  readonly #maxOctets: number;
  readonly #timeoutMs: number;
  /** Wholes that are not accepted yet, by their last segment. */
  readonly #byLast = new Map<string, Whole[]>();
  /** Those whose last segment is to come again, the longest waiting first; the others are being dealt with. */
  readonly #refused = new Set<Whole>();
  #count = 0;
  #octets = 0;

  constructor(options: ReassemblerOptions) {
    this.#reassembler = new Reassembler<Part>(options);
    this.#maxSets = options.maxSets ?? MAX_SETS;
    this.#maxOctets = options.maxOctets ?? MAX_OCTETS;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /** Takes a segment. `givenUp` hears of messages that had to leave for it. */
  take(arrival: Arrival, part: Part, nowMs: number, givenUp: GivenUp): Step {
    // A message that waits for it comes first: senders that use one reference for all have two alike on their way.
    const alike = this.#reassembler.lacks(part) ? undefined : this.#byLast.get(keyOf(part));
    const known = alike?.find((whole) => this.#refused.has(whole)) ?? alike?.[0];
    if (known !== undefined) return this.#again(known, arrival);
    this.#makeRoom(givenUp);
    if (this.#octets >= this.#maxOctets) return { kind: 'full' };
    const result = this.#reassembler.add(part, nowMs);
    for (const set of result.givenUp) givenUp(set);
    if (result.kind === 'rejected') return { kind: 'alone' };
    if (result.kind !== 'complete') return { kind: 'acknowledge' };
    return { kind: 'whole', whole: this.#keep(result.parts, part, arrival, nowMs) };
  }

  /** The message has been dealt with: its last segment is answered with this command_status, wherever it waits. */
  settle(whole: Whole, commandStatus: number, nowMs: number): void {
    const waiting = whole.waiting.splice(0);
    whole.isAccepted = commandStatus === 0;
    const isOver = whole.isAccepted
      ? waiting.some(({ session }) => session.isBound)
      : statusClass(commandStatus) === 'permanent';
    if (isOver) this.#drop(whole);
    else {
      whole.sinceMs = nowMs;
      this.#refused.add(whole);
    }
    for (const { session, pdu } of waiting) {
      session.respond(pdu, { command_status: commandStatus } as ResponseInput);
    }
  }

  /** Gives up the messages whose time is over. */
  expire(nowMs: number, givenUp: GivenUp): void {
    for (const set of this.#reassembler.expire(nowMs)) givenUp(set);
    for (const whole of this.#refused) {
      if (whole.sinceMs + this.#timeoutMs > nowMs) break;
      this.#giveUp(whole, 'expired', givenUp);
    }
  }

  /** When `expire` has something to do; `Infinity` for never. */
  deadline(): number {
    const [oldest] = this.#refused;
    const refusedMs = oldest === undefined ? Number.POSITIVE_INFINITY : oldest.sinceMs + this.#timeoutMs;
    return Math.min(this.#reassembler.deadline(), refusedMs);
  }

  #again(whole: Whole, arrival: Arrival): Step {
    if (whole.isAccepted) {
      this.#drop(whole);
      return { kind: 'acknowledge' };
    }
    whole.waiting.push(arrival);
    return this.#refused.delete(whole) ? { kind: 'whole', whole } : { kind: 'answered_later' };
  }

  #keep(parts: readonly Part[], last: Part, arrival: Arrival, sinceMs: number): Whole {
    const octets = parts.reduce((sum, { payload }) => sum + payload.length + PART_OVERHEAD_OCTETS, 0);
    const whole: Whole = { parts, last, octets, waiting: [arrival], sinceMs, isAccepted: false };
    this.#count++;
    this.#octets += octets;
    const key = keyOf(last);
    this.#byLast.set(key, [...(this.#byLast.get(key) ?? []), whole]);
    return whole;
  }

  #drop(whole: Whole): void {
    const key = keyOf(whole.last);
    const others = this.#byLast.get(key)?.filter((other) => other !== whole) ?? [];
    if (others.length > 0) this.#byLast.set(key, others);
    else this.#byLast.delete(key);
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

  /** The MC has not sent its last segment again: what was acknowledged must not vanish. */
  #giveUp(whole: Whole, reason: IncompleteSet<Part>['reason'], givenUp: GivenUp): void {
    this.#drop(whole);
    if (whole.isAccepted) return;
    const { parts, last, sinceMs } = whole;
    const others = parts.filter(({ sequence }) => sequence !== last.sequence);
    givenUp({ reason, parts: others, missing: [last.sequence], total: parts.length, sinceMs });
  }
}
