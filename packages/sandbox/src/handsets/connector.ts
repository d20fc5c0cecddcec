/** The way out to the simulated handsets: each attempt takes a while, then the handset answers. */
import type { Connector, Message, Outcome } from '@chappe/center';
import { readContent } from '@chappe/gateway';
import type { Clock } from '@chappe/smpp';
import { DelayQueue } from './delay-queue.ts';
import type { HandsetAnswer, Handsets } from './handsets.ts';
import { magicOf } from './magic.ts';

type Report = (message: Message, outcome: Outcome) => void;

/** What else happens when a handset has answered. */
export interface HandsetEvents {
  /** A message was shown by its handset. */
  onDelivered?(message: Message): void;
}

const delivered: Outcome = { kind: 'delivered' };
// Messages under way at once: at 500 ms that is 40,000 a second; each holds about 1 KiB.
const defaultCapacity = 20_000;

/** Delivers to handsets. One timer serves all delays. */
export class HandsetConnector implements Connector {
  readonly #handsets: Handsets;
  readonly #clock: Clock;
  readonly #queue: DelayQueue<Message>;
  readonly #events: HandsetEvents;
  /** Set by the center: asks to be given more. */
  ready: (() => void) | undefined;
  // The center gives the same function every time.
  #report: Report = () => undefined;
  #armedMs = Number.POSITIVE_INFINITY;
  #disarm: (() => void) | undefined;

  constructor(handsets: Handsets, clock: Clock, events: HandsetEvents, capacity: number = defaultCapacity) {
    this.#handsets = handsets;
    this.#clock = clock;
    this.#events = events;
    this.#queue = new DelayQueue({ capacity, tickMs: handsets.tickMs });
  }

  /** How many more messages can be under way. */
  capacity(): number {
    return this.#queue.room;
  }

  /** Starts an attempt for each message. */
  deliver(messages: readonly Message[], report: Report): void {
    this.#report = report;
    const nowMs = this.#clock.monotonicMs();
    for (const message of messages) {
      // A receipt can only overtake the response if nothing delays it.
      const isImmediate = magicOf(message.destination.digits) === 'early-receipt';
      const delayMs = isImmediate ? 0 : this.#handsets.delayMs();
      if (!this.#queue.add(nowMs + delayMs, message)) report(message, { kind: 'released' });
    }
    this.#arm();
  }

  /** Takes back an attempt that has not been answered yet. */
  cancel(message: Message): boolean {
    return this.#queue.remove(({ id }) => id === message.id) !== undefined;
  }

  /** Gives everything under way back to the center and stops the timer. */
  stop(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#armedMs = Number.POSITIVE_INFINITY;
    for (const message of this.#queue.drain()) this.#report(message, { kind: 'released' });
  }

  #arm(): void {
    const deadline = this.#queue.deadline();
    if (deadline >= this.#armedMs) return;
    this.#disarm?.();
    this.#armedMs = deadline;
    this.#disarm = this.#clock.setTimer(() => this.#run(), Math.max(0, deadline - this.#clock.monotonicMs()));
  }

  #run(): void {
    this.#armedMs = Number.POSITIVE_INFINITY;
    this.#disarm = undefined;
    const wallMs = this.#clock.nowMs();
    const wasFull = this.#queue.room === 0;
    this.#queue.takeDue(this.#clock.monotonicMs(), (message) => this.#answer(message, wallMs));
    if (wasFull) this.ready?.();
    this.#arm();
  }

  #answer(message: Message, wallMs: number): void {
    const answer = this.#handsets.attempt(message, wallMs);
    if (answer.kind === 'delivered') {
      this.#report(message, delivered);
      this.#events.onDelivered?.(message);
      return;
    }
    if (answer.kind === 'retry' && wantsAlert(message)) this.#handsets.wantAlert(message);
    this.#report(message, outcomeOf(answer));
  }
}

function outcomeOf(answer: Exclude<HandsetAnswer, { kind: 'delivered' }>): Outcome {
  if (answer.kind === 'failed') return answer;
  const { kind, error, errorClass, detail } = answer;
  if (answer.afterMs === undefined) return { kind, error, errorClass, detail };
  return { kind, error, errorClass, detail, afterMs: answer.afterMs };
}

/** set_dpf 1: the sender wants an alert_notification once the handset is back (SMPP 3.4 5.3.2.29). */
function wantsAlert(message: Message): boolean {
  const dpf = readContent(message.content).tlvs.find((item) => item.name === 'set_dpf');
  return dpf !== undefined && dpf.value === 1;
}
