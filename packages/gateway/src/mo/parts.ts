/**
 * Long messages from handsets: their segments wait, durably, until the message is whole.
 *
 * Each segment is stored in the lane `parts`, which has no connector, before the operator hears that we have it. When
 * the last one is there, the whole is stored for its receivers, and only then the segments are cancelled: all others
 * first, the eldest last. The whole names the eldest (`origin.pieces.first`). So after a crash in between every segment
 * that is left belongs to a set whose eldest is there, and the whole is found by it: it is not made again.
 */
import type { Message, MessageId } from '@chappe/center';
import {
  type Concatenation,
  type MessagePart,
  Reassembler,
  type ReassemblerOptions,
  readUserData,
} from '@chappe/protocol';
import type { Clock } from '@chappe/smpp';
import { readContent } from '../message/content.ts';
import { wordOf } from '../message/detail.ts';
import { draftOf, type MoCenter, type MoCounters, type Stored } from './context.ts';
import { type Received, setKey, storedReceived } from './received.ts';

/** A stored segment. */
export interface MoPart extends MessagePart {
  readonly id: MessageId;
  readonly publicId: string;
  /** When it was stored, epoch milliseconds. */
  readonly acceptedMs: number;
  readonly received: Received;
}

/** The segments of one message, all of them or as many as came. */
export interface PartSet {
  /** In order; not empty. */
  readonly parts: readonly MoPart[];
  readonly total: number;
  /** Sequence numbers that did not come. */
  readonly missing: readonly number[];
  /** Public id of the part that was stored first: names the set in timelines. */
  readonly id: string;
}

/** What is needed. */
export interface PartsOptions {
  readonly center: MoCenter;
  readonly clock: Clock;
  readonly counters: MoCounters;
  readonly onError: (error: unknown, where: string) => void;
  /** Stores what has been put together for its receivers; `done` when it is on disk. */
  readonly deliver: (set: PartSet, done: Stored) => void;
  /** Tags of a connector, for segments read back after a start. */
  readonly tagsOf: (connector: string) => readonly string[];
  /** Default: 1,000 sets, 4 MiB, 24 hours. */
  readonly limits?: ReassemblerOptions | undefined;
}

// It has no connector.
const partsLane = 'parts';
const dayMs = 24 * 3_600_000;
// Far behind any timeout: the center must not end a segment that this process, or its successor, still waits for.
const partValidityMs = 30 * dayMs;
// What could not be stored is tried again when a failing disk may be back; no sooner, the queue is bounded by the sets.
const retryMs = 5_000;
const pageMessages = 1_000;
// All that limits allow: 4 MiB in parts that count at least 64 octets each.
const maxRestored = 66_000;
// Messages between the same two numbers since the set began, looked through for its whole.
const maxWholeMessages = 5_000;
const noTarget = { account: '', lane: partsLane };

/** The open sets. */
export class Parts {
  readonly #options: PartsOptions;
  readonly #sets: Reassembler<MoPart>;
  readonly #recent = new RecentParts();
  /** Put together, but not stored: the store failed. */
  #undelivered: PartSet[] = [];
  #disarm: (() => void) | undefined;
  #disarmRetry: (() => void) | undefined;
  #latestMs = 0;
  #isStopped = false;

  constructor(options: PartsOptions) {
    this.#options = options;
    this.#sets = new Reassembler<MoPart>(options.limits);
  }

  /** Messages that wait for segments. */
  get open(): number {
    return this.#sets.sets;
  }

  /** Stores a segment; `done` when it is on disk, or why it is not. Then it is put to the others. */
  take(received: Received, concat: Concatenation, done: Stored): void {
    const { center, clock, counters } = this.#options;
    const nowMs = clock.nowMs();
    const key = setKey(wordOf(received.group), received.source.digits, received.destination.digits, concat);
    if (this.#recent.has(key, concat.sequence, userDataOf(received.content), nowMs)) {
      counters.repeated += 1;
      done(undefined);
      return;
    }
    const detail = partDetail(received, concat);
    const draft = draftOf(received, noTarget, detail, nowMs, nowMs + partValidityMs);
    center.submit([draft], (error, messages) => {
      done(error);
      const [message] = messages;
      if (error === undefined && message !== undefined) this.#add(partOf(received, concat, message));
    });
  }

  /** Reads back what waited when the process ended. To be awaited before connectors are opened. */
  async restore(): Promise<void> {
    const sets = new Map<string, MoPart[]>();
    for (const part of await this.#stored()) {
      const key = keyOf(part);
      const set = sets.get(key);
      if (set === undefined) sets.set(key, [part]);
      else set.push(part);
    }
    const open: MoPart[] = [];
    for (const parts of sets.values()) {
      const wholeId = await this.#wholeOf(parts);
      await this.#forget(parts.filter(({ id }) => id < wholeId));
      open.push(...parts.filter(({ id }) => id > wholeId));
    }
    for (const part of open.sort((a, b) => a.id - b.id)) this.#add(part);
    this.#expire();
  }

  /** Stops the timers; what waits is on disk. */
  stop(): void {
    this.#isStopped = true;
    this.#disarm?.();
    this.#disarmRetry?.();
    this.#disarm = undefined;
    this.#disarmRetry = undefined;
  }

  #add(part: MoPart): void {
    const { counters } = this.#options;
    // The reassembler's time must not run backwards; wall clocks do.
    this.#latestMs = Math.max(this.#latestMs, part.acceptedMs);
    const result = this.#sets.add(part, this.#latestMs);
    for (const { parts, total } of result.givenUp) this.#finish(parts, total);
    switch (result.kind) {
      case 'complete':
        this.#recent.note(keyOf(part), result.parts, this.#options.clock.nowMs());
        this.#finish(result.parts, part.total);
        break;
      case 'duplicate':
        counters.repeated += 1;
        void this.#forget([part]);
        break;
      case 'rejected':
        // No room for it: it goes on alone.
        this.#finish([part], part.total);
        break;
      case 'waiting':
        this.#arm();
    }
  }

  #finish(parts: readonly MoPart[], total: number): void {
    const [eldest] = [...parts].sort((a, b) => a.id - b.id);
    if (eldest === undefined) return;
    const missing: number[] = [];
    for (let sequence = 1; sequence <= total; sequence += 1) {
      if (!parts.some((part) => part.sequence === sequence)) missing.push(sequence);
    }
    if (missing.length === 0) this.#options.counters.joined += 1;
    else this.#options.counters.incomplete += 1;
    this.#deliver({ parts, total, missing, id: eldest.publicId });
  }

  #deliver(set: PartSet): void {
    this.#options.deliver(set, (error) => {
      if (error === undefined) {
        void this.#forget(set.parts);
        return;
      }
      this.#options.onError(error, 'a long message from a handset');
      this.#undelivered.push(set);
      this.#armRetry();
    });
  }

  /** Cancels segments whose message is on disk, the eldest last: see above. What is left is seen to at the next start. */
  async #forget(parts: readonly MoPart[]): Promise<void> {
    const [eldest, ...others] = parts.map(({ id }) => id).sort((a, b) => a - b);
    if (eldest === undefined) return;
    const { center, onError } = this.#options;
    try {
      await Promise.all(others.map((id) => center.cancel({ id })));
      await center.cancel({ id: eldest });
    } catch (error) {
      if (!this.#isStopped) onError(error, 'segments of a long message from a handset');
    }
  }

  #expire(): void {
    this.#latestMs = Math.max(this.#latestMs, this.#options.clock.nowMs());
    for (const { parts, total } of this.#sets.expire(this.#latestMs)) this.#finish(parts, total);
    this.#arm();
  }

  /** One timer, for the eldest set: younger ones are due later. */
  #arm(): void {
    const deadline = this.#sets.deadline();
    if (this.#disarm !== undefined || this.#isStopped || deadline === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#options;
    this.#disarm = clock.setTimer(
      () => {
        this.#disarm = undefined;
        this.#expire();
      },
      Math.max(0, deadline - clock.nowMs()),
    );
  }

  #armRetry(): void {
    if (this.#disarmRetry !== undefined || this.#isStopped) return;
    this.#disarmRetry = this.#options.clock.setTimer(() => {
      this.#disarmRetry = undefined;
      const sets = this.#undelivered;
      this.#undelivered = [];
      for (const set of sets) this.#deliver(set);
    }, retryMs);
  }

  /** All stored segments that wait. */
  async #stored(): Promise<MoPart[]> {
    const { center, tagsOf } = this.#options;
    const parts: MoPart[] = [];
    let beforeId: number | undefined;
    while (parts.length < maxRestored) {
      const { messages, nextBeforeId } = await center.waitingIn(partsLane, pageMessages, beforeId);
      for (const message of messages) {
        const part = storedPart(message, tagsOf);
        if (part !== undefined) parts.push(part);
      }
      beforeId = nextBeforeId;
      if (beforeId === undefined) break;
    }
    return parts;
  }

  /** Id of the message that was made of these segments already; -1 when none was. Segments behind it are another's. */
  async #wholeOf(parts: readonly MoPart[]): Promise<MessageId> {
    const [eldest] = [...parts].sort((a, b) => a.id - b.id);
    if (eldest === undefined) return -1;
    const query = {
      kinds: ['mo'],
      source: eldest.source,
      destination: eldest.destination,
      afterMs: eldest.acceptedMs,
      limit: pageMessages,
    } as const;
    let beforeId: number | undefined;
    for (let seen = 0; seen < maxWholeMessages; ) {
      const found = await this.#options.center.search({ ...query, beforeId });
      const whole = found.messages.find((message) => isWholeOf(message, eldest));
      if (whole !== undefined) return whole.id;
      beforeId = found.nextBeforeId;
      if (beforeId === undefined) break;
      seen += found.messages.length;
    }
    return -1;
  }
}

function isWholeOf(message: Message, eldest: MoPart): boolean {
  return message.lane !== partsLane && message.origin?.pieces?.first === eldest.publicId;
}

function keyOf(part: MoPart): string {
  return setKey(part.context ?? '', part.source, part.destination, part);
}

/** A segment as it is held: a copy, since what waits for hours must not hold on to a piece of Node's pool. */
function partOf(
  received: Received,
  concat: Concatenation,
  { id, publicId, acceptedMs }: Pick<Message, 'id' | 'publicId' | 'acceptedMs'>,
): MoPart {
  const content = new Uint8Array(received.content);
  return {
    ...concat,
    source: received.source.digits,
    destination: received.destination.digits,
    context: wordOf(received.group),
    payload: userDataOf(content),
    id,
    publicId,
    acceptedMs,
    received: { ...received, content },
  };
}

/** The octets of a segment without header: by them a segment that came again is known, whatever its TLVs say. */
function userDataOf(content: Uint8Array): Uint8Array {
  const { esmClass, dataCoding, payload } = readContent(content);
  return readUserData({ esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs: [] })
    .payload;
}

/** What the timeline of a stored segment says. */
function partDetail(received: Received, { sequence, total, reference }: Concatenation): string {
  return `${received.detail} group=${wordOf(received.group)} part=${sequence}/${total} reference=${reference}`;
}

/** A stored segment read back; undefined when it is none. `tagsOf`: those of its connector. */
function storedPart(message: Message, tagsOf: (connector: string) => readonly string[]): MoPart | undefined {
  const { received, concat } = storedReceived(message, tagsOf);
  return concat === undefined ? undefined : partOf(received, concat, message);
}

interface JoinedSet {
  readonly sinceMs: number;
  /** By sequence number. */
  readonly hashes: ReadonlyMap<number, number>;
}

// As many sets as can be open (1,000) at once, twice over.
const maxSets = 1_000;
// Operators give up after minutes; after an hour of writing a handset may use the same reference again.
const memoryMs = 3_600_000;

/**
 * Segments of messages that were put together lately. An operator that did not hear our answer sends a segment again;
 * when its message is gone already, the segment alone would open a new set and be delivered a day later. Bounded in sets
 * and in time.
 */
class RecentParts {
  #young = new Map<string, JoinedSet>();
  #old = new Map<string, JoinedSet>();

  /** The message of that key is complete. */
  note(
    key: string,
    parts: Iterable<{ readonly sequence: number; readonly payload: Uint8Array }>,
    nowMs: number,
  ): void {
    const hashes = new Map<number, number>();
    for (const { sequence, payload } of parts) hashes.set(sequence, hashOf(payload));
    if (this.#young.size >= maxSets) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, { sinceMs: nowMs, hashes });
  }

  /** True when the same part was among the last message of that key. */
  has(key: string, sequence: number, payload: Uint8Array, nowMs: number): boolean {
    const set = this.#young.get(key) ?? this.#old.get(key);
    if (set === undefined || nowMs - set.sinceMs > memoryMs) return false;
    return set.hashes.get(sequence) === hashOf(payload);
  }
}

/** FNV-1a: two different segments with the same numbers and hash within the hour are not to be expected. */
function hashOf(octets: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < octets.length; at += 1) {
    hash = Math.imul(hash ^ (octets[at] as number), 0x0100_0193);
  }
  return hash >>> 0;
}
