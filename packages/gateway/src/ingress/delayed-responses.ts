/** Responses that do not leave at once, on lanes that want it so: some operators are like that, and simulated ones. */
import type { Message, MessageId } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import type { LaneBehaviours } from '../lanes/behaviour.ts';

// Without a receiving bind no receipt leaves: the response must come all the same.
const longestHoldMs = 5_000;
const maxHeld = 1_000;

interface Held {
  readonly answer: () => void;
  readonly disarm: () => void;
}

/** Holds responses. */
export class DelayedResponses {
  /** Until their receipt has left, by the message that they answer. */
  readonly #untilReceipt = new Map<MessageId, Held>();
  /** For a time, or for ever; the eldest first. */
  readonly #late = new Set<Held>();
  readonly #clock: Clock;
  readonly #behaviours: LaneBehaviours;

  constructor(clock: Clock, behaviours: LaneBehaviours) {
    this.#clock = clock;
    this.#behaviours = behaviours;
  }

  /**
   * True when the response to these messages is not to be given now: it comes later, or never, or the connection is cut.
   * Of more than a thousand that come late or never the eldest are never answered.
   */
  takes(messages: readonly Message[], session: { destroy(): void }, answer: () => void): boolean {
    const [message] = messages;
    if (message === undefined) return false;
    const response = this.#behaviours.get(message.lane)?.special(message.destination.digits)?.response;
    switch (response) {
      case undefined:
      case 'at-once':
        return false;
      case 'after-receipt':
        return messages.length === 1 && this.#holdForReceipt(message, answer);
      case 'cut':
        session.destroy();
        return true;
      case 'never':
        this.#hold(answer, undefined);
        return true;
      default:
        this.#hold(answer, response.afterMs);
        return true;
    }
  }

  /** The receipt of that message has left (or will not): its response follows. */
  release(id: MessageId | undefined): void {
    if (id === undefined || this.#untilReceipt.size === 0) return;
    const held = this.#untilReceipt.get(id);
    if (held === undefined) return;
    this.#untilReceipt.delete(id);
    held.disarm();
    held.answer();
  }

  /** Gives all responses: a session that is to end in order waits for them. */
  releaseAll(): void {
    for (const id of [...this.#untilReceipt.keys()]) this.release(id);
    for (const held of this.#late) this.#give(held);
  }

  #holdForReceipt({ id, receiptWanted }: Message, answer: () => void): boolean {
    if (receiptWanted === 0 || this.#untilReceipt.size >= maxHeld) return false;
    const disarm = this.#clock.setTimer(() => this.release(id), longestHoldMs);
    this.#untilReceipt.set(id, { answer, disarm });
    return true;
  }

  #hold(answer: () => void, afterMs: number | undefined): void {
    const disarm =
      afterMs === undefined ? () => undefined : this.#clock.setTimer(() => this.#give(held), afterMs);
    const held: Held = { answer, disarm };
    this.#late.add(held);
    if (this.#late.size <= maxHeld) return;
    const [eldest] = this.#late;
    eldest?.disarm();
    if (eldest !== undefined) this.#late.delete(eldest);
  }

  #give(held: Held): void {
    this.#late.delete(held);
    held.disarm();
    held.answer();
  }
}
