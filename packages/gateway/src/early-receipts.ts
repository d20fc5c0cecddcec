/** Responses that are held back until the receipt has left: the magic number `early-receipt`. */
import type { Message, MessageId } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import { handsetLane } from './routing.ts';
import { magicOf } from './sandbox/magic.ts';

// Without a receiving bind no receipt leaves: the response must come all the same.
const longestHoldMs = 5_000;
const maxHeld = 1_000;

interface Held {
  readonly answer: () => void;
  readonly disarm: () => void;
}

/** Holds responses by the message that they answer. */
export class EarlyReceipts {
  readonly #held = new Map<MessageId, Held>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when the response to these messages is to be held. */
  isHeld(messages: readonly Message[]): boolean {
    const [message] = messages;
    // Hot path: one look at the number.
    if (message === undefined || message.lane !== handsetLane) return false;
    if (magicOf(message.destination.digits) !== 'early-receipt') return false;
    return message.receiptWanted !== 0 && messages.length === 1 && this.#held.size < maxHeld;
  }

  /** Keeps a response until `release`, or for 5 s. */
  hold(messages: readonly Message[], answer: () => void): void {
    const [message] = messages;
    if (message === undefined) return;
    const { id } = message;
    const disarm = this.#clock.setTimer(() => this.release(id), longestHoldMs);
    this.#held.set(id, { answer, disarm });
  }

  /** The receipt of that message has left (or will not): its response follows. */
  release(id: MessageId | undefined): void {
    if (id === undefined || this.#held.size === 0) return;
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    held.disarm();
    held.answer();
  }

  /** Gives all held responses. */
  releaseAll(): void {
    for (const id of [...this.#held.keys()]) this.release(id);
  }
}
