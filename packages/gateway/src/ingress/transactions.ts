/** Submissions in transaction mode (SMPP 3.4 5.2.12): answered with what became of the message, not with its storage. */
import type { Message, MessageId } from '@chappe/center';
import { status } from '@chappe/protocol';
import type { Clock, ResponseInput } from '@chappe/smpp';
import { isFinal } from '../message/states.ts';

interface Waiting {
  readonly response: ResponseInput;
  readonly answer: (response: ResponseInput) => void;
  readonly disarm: () => void;
}

// Such messages live shorter; this is for one whose end is not on disk in time.
const longestMs = 30_000;
// Each holds a slot of its sender's window.
const maxWaiting = 10_000;

// SMPP 3.4 5.3.2.33: destination unavailable, and address invalid.
const unavailable = 0;
const invalid = 1;

/** Responses that wait for outcomes. */
export class Transactions {
  readonly #waiting: Map<MessageId, Waiting> = new Map();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers once the first of the messages has ended; with `response` when it was delivered. */
  hold(
    messages: readonly Message[],
    response: ResponseInput,
    answer: (response: ResponseInput) => void,
  ): void {
    const [message] = messages;
    if (message === undefined || this.#waiting.size >= maxWaiting || isFinal(message.state)) {
      answer(response);
      return;
    }
    const { id } = message;
    const disarm = this.#clock.setTimer(() => this.#end(id, failure(response, 'expired')), longestMs);
    this.#waiting.set(id, { response, answer, disarm });
  }

  /** A message has taken a step. */
  onChange(message: Message): void {
    // Hot path: nobody uses this mode.
    if (this.#waiting.size === 0 || !isFinal(message.state)) return;
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    const isGood = message.state === 'delivered' || message.state === 'accepted';
    this.#end(message.id, isGood ? waiting.response : failure(waiting.response, message.state));
  }

  /** Answers everything that waits: the outcome is not known. */
  close(): void {
    for (const [id, { response }] of [...this.#waiting]) this.#end(id, failure(response, 'expired'));
  }

  #end(id: MessageId, response: ResponseInput): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.disarm();
    waiting.answer(response);
  }
}

function failure(response: ResponseInput, state: string): ResponseInput {
  const reason = state === 'rejected' ? invalid : unavailable;
  return {
    ...response,
    command_status: status.ESME_RDELIVERYFAILURE,
    tlvs: [{ name: 'delivery_failure_reason', value: reason }],
  } as ResponseInput;
}
