import type { Concatenation } from './udh.ts';

/** One segment on its way to a whole message. */
export interface MessagePart extends Omit<Concatenation, 'bits'> {
  readonly bits: 8 | 16;
  /** Address of the sender, type and plan included where those may differ. */
  readonly source: string;
  readonly destination: string;
  /** The content without its header. The reassembler keeps a copy: a view would hold the whole received chunk. */
  readonly payload: Uint8Array;
  /** What else tells messages apart, as the account or the connector. */
  readonly context?: string | undefined;
}

/** Limits of a `Reassembler`. */
export interface ReassemblerOptions {
  /** Incomplete messages. Default 1000. */
  readonly maxSets?: number | undefined;
  /** Payload octets of all incomplete messages. Default 4 MiB. */
  readonly maxOctets?: number | undefined;
  /** From the first part of a message. Default 24 hours: phones are switched off over night. */
  readonly timeoutMs?: number | undefined;
}

/** A message that was given up. */
export interface IncompleteSet<P extends MessagePart> {
  /** `expired`; `evicted` to keep within the limits; `replaced` by another message with the same reference. */
  readonly reason: 'expired' | 'evicted' | 'replaced';
  /** The parts that came, in order of their sequence. */
  readonly parts: readonly P[];
  /** Sequence numbers that did not come. */
  readonly missing: readonly number[];
  readonly total: number;
  /** When the first part came. */
  readonly sinceMs: number;
}

/** What became of a part; `givenUp` are messages that had to leave for it. */
export type ReassemblyResult<P extends MessagePart> = { readonly givenUp: readonly IncompleteSet<P>[] } & (
  | { readonly kind: 'complete'; readonly parts: readonly P[] }
  | { readonly kind: 'waiting'; readonly have: number; readonly total: number }
  | { readonly kind: 'duplicate'; readonly part: P }
  | { readonly kind: 'rejected'; readonly reason: 'sequence' | 'reference' | 'too_large' }
);

interface PartSet<P extends MessagePart> {
  readonly key: string;
  readonly parts: (P | undefined)[];
  readonly sinceMs: number;
  have: number;
  octets: number;
}

const DEFAULT_MAX_SETS = 1000;
const DEFAULT_MAX_OCTETS = 4 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 24 * 60 * 60 * 1000;
/** An empty payload is legal; so each part counts a little, or empty parts would be free. */
const PART_OVERHEAD_OCTETS = 64;

const nothing: readonly never[] = Object.freeze([]);

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// JSON quotes its strings, so no address can imitate a separator. A message of several parts is rare enough for it.
function keyOf(part: MessagePart): string {
  return JSON.stringify([
    part.context ?? '',
    part.source,
    part.destination,
    part.reference,
    part.total,
    part.bits,
  ]);
}

function checkNumbers(part: MessagePart): 'sequence' | 'reference' | undefined {
  const { reference, total, sequence, bits } = part;
  const counts = Number.isInteger(total) && Number.isInteger(sequence);
  if (!counts || total < 1 || total > 255 || sequence < 1 || sequence > total) return 'sequence';
  const last = bits === 8 ? 0xff : 0xffff;
  return Number.isInteger(reference) && reference >= 0 && reference <= last ? undefined : 'reference';
}

/**
 * Puts segments together that come in any order (3GPP 23.040 9.2.3.24.1). Bounded in messages and octets: the oldest
 * incomplete message is given up first. Every part that is not returned as complete is returned as given up, here or
 * by `expire`. Has no clock: `nowMs` must not run backwards.
 */
export class Reassembler<P extends MessagePart = MessagePart> {
  readonly #maxSets: number;
  readonly #maxOctets: number;
  readonly #timeoutMs: number;
  /** In the order of their first part, which is the order of their deadlines. */
  readonly #sets = new Map<string, PartSet<P>>();
  #octets = 0;

  constructor(options: ReassemblerOptions = {}) {
    this.#maxSets = options.maxSets ?? DEFAULT_MAX_SETS;
    this.#maxOctets = options.maxOctets ?? DEFAULT_MAX_OCTETS;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** Incomplete messages. */
  get sets(): number {
    return this.#sets.size;
  }

  /** Octets held, with 64 for each part on top of its payload. */
  get octets(): number {
    return this.#octets;
  }

  /**
   * Takes a part. `rejected` ones are not kept: sequence or reference out of range, or larger than all there is room
   * for. The same part again is a `duplicate` of the one that is
   * kept, which is given; another content at the same place starts a new message.
   */
  add(part: P, nowMs: number): ReassemblyResult<P> {
    const wrong = checkNumbers(part);
    if (wrong !== undefined) return { kind: 'rejected', reason: wrong, givenUp: nothing };
    const cost = part.payload.length + PART_OVERHEAD_OCTETS;
    if (cost > this.#maxOctets || this.#maxSets < 1) {
      return { kind: 'rejected', reason: 'too_large', givenUp: nothing };
    }
    const givenUp: IncompleteSet<P>[] = [];
    const key = keyOf(part);
    const known = this.#sets.get(key);
    const there = known?.parts[part.sequence - 1];
    if (there !== undefined && equal(there.payload, part.payload))
      return { kind: 'duplicate', part: there, givenUp: nothing };
    if (there !== undefined) givenUp.push(this.#giveUp(known!, 'replaced'));
    const set = there === undefined && known !== undefined ? known : this.#open(key, part.total, nowMs);
    if (set.octets + cost > this.#maxOctets) {
      givenUp.push(this.#giveUp(set, 'evicted'));
      return { kind: 'rejected', reason: 'too_large', givenUp };
    }
    set.parts[part.sequence - 1] = { ...part, payload: part.payload.slice() };
    set.have += 1;
    set.octets += cost;
    this.#octets += cost;
    if (set.have === part.total) {
      this.#remove(set);
      return { kind: 'complete', parts: set.parts as P[], givenUp };
    }
    this.#makeRoom(givenUp);
    return { kind: 'waiting', have: set.have, total: part.total, givenUp };
  }

  /** Whether a message waits for just this part: others of it are here, none at its place. */
  lacks(part: MessagePart): boolean {
    const set = this.#sets.get(keyOf(part));
    return set !== undefined && set.parts[part.sequence - 1] === undefined;
  }

  /** Gives up the messages whose time is over. */
  expire(nowMs: number): readonly IncompleteSet<P>[] {
    const expired: IncompleteSet<P>[] = [];
    for (const set of this.#sets.values()) {
      if (set.sinceMs + this.#timeoutMs > nowMs) break;
      expired.push(this.#giveUp(set, 'expired'));
    }
    return expired;
  }

  /** When `expire` has something to do next, in the time that `add` was given; Infinity when nothing waits. */
  deadline(): number {
    const oldest = this.#sets.values().next();
    return oldest.done ? Infinity : oldest.value.sinceMs + this.#timeoutMs;
  }

  #open(key: string, total: number, nowMs: number): PartSet<P> {
    const parts = new Array<P | undefined>(total).fill(undefined);
    const set: PartSet<P> = { key, parts, sinceMs: nowMs, have: 0, octets: 0 };
    this.#sets.set(key, set);
    return set;
  }

  #makeRoom(givenUp: IncompleteSet<P>[]): void {
    for (const oldest of this.#sets.values()) {
      if (this.#sets.size <= this.#maxSets && this.#octets <= this.#maxOctets) return;
      givenUp.push(this.#giveUp(oldest, 'evicted'));
    }
  }

  #remove(set: PartSet<P>): void {
    this.#sets.delete(set.key);
    this.#octets -= set.octets;
  }

  #giveUp(set: PartSet<P>, reason: IncompleteSet<P>['reason']): IncompleteSet<P> {
    this.#remove(set);
    return {
      reason,
      parts: set.parts.filter((part) => part !== undefined),
      missing: set.parts.flatMap((part, i) => (part === undefined ? [i + 1] : [])),
      total: set.parts.length,
      sinceMs: set.sinceMs,
    };
  }
}
