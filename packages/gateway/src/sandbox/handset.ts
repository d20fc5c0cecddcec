/**
 * One simulated handset's inbox and what stands in it. Every number has a handset; it comes into being with the
 * first message or when somebody switches it.
 */

/** `on`: takes messages. `off`: unreachable. `busy`: refuses for now. `full`: its memory is full. */
export type HandsetState = 'on' | 'off' | 'busy' | 'full';

/** All states, for tables and checks. */
export const handsetStates: readonly HandsetState[] = ['on', 'off', 'busy', 'full'];

/** One part of a received message. */
export interface InboxSegment {
  /** The id that the submitter was told. */
  readonly publicId: string;
  /** 1 to total. */
  readonly sequence: number;
}

/** A message as the handset shows it: long ones joined. */
export interface InboxMessage {
  /** The id of its first segment. */
  readonly publicId: string;
  readonly from: string;
  /** The account that sent it: where an answer goes. */
  readonly account: string;
  /** What it shows; undefined for binary content. */
  readonly text: string | undefined;
  /** The octets of binary content, without user data header. */
  readonly bytes: Uint8Array | undefined;
  /** When its last segment arrived, epoch milliseconds. */
  readonly receivedMs: number;
  /** One for an ordinary message. Those that did not come in time are missing. */
  readonly segments: readonly InboxSegment[];
  /** Number of segments it should have. */
  readonly total: number;
  /** Class 0: shown at once, not kept (3GPP 23.038 4). */
  readonly flash: boolean;
  /** A message waiting indication: what waits and whether it does. */
  readonly waiting: { readonly indication: string; readonly active: boolean } | undefined;
}

// Enough for any test to look back on; the eldest give way.
const maxMessagesEach = 1_000;

/** Inboxes of all handsets, bounded: when too much is kept, the handset that rested longest loses its messages. */
export class Inboxes {
  readonly #limit: number;
  // In the order of last use: Map iterates in the order of insertion.
  readonly #inboxes = new Map<string, InboxMessage[]>();
  #size = 0;

  /** `limit`: messages kept over all handsets, default 100,000. */
  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  /** Messages kept in all. */
  get size(): number {
    return this.#size;
  }

  /** Numbers with messages, longest rest first. */
  numbers(): string[] {
    return [...this.#inboxes.keys()];
  }

  /** Messages of one number, eldest first. */
  of(number: string): readonly InboxMessage[] {
    return this.#inboxes.get(number) ?? [];
  }

  /** Puts a message into the inbox of that number. */
  add(number: string, message: InboxMessage): void {
    let inbox = this.#inboxes.get(number);
    if (inbox === undefined) inbox = [];
    else this.#inboxes.delete(number);
    if (inbox.length >= maxMessagesEach) {
      inbox.shift();
      this.#size -= 1;
    }
    inbox.push(message);
    this.#inboxes.set(number, inbox);
    this.#size += 1;
    while (this.#size > this.#limit) this.#forgetEldest();
  }

  /** Empties the inbox of one number. */
  clear(number: string): void {
    this.#size -= this.of(number).length;
    this.#inboxes.delete(number);
  }

  #forgetEldest(): void {
    const eldest = this.#inboxes.keys().next();
    if (eldest.done === true) return;
    this.clear(eldest.value);
  }
}
