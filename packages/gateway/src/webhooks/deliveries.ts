/**
 * What was posted to a webhook lately, for people: newest first, bounded, in memory, and without what messages say. What is
 * to be posted, and what has failed, is on disk with the messages; a restart forgets this view of it only.
 */
import type { HookAnswer } from './http-client.ts';

/** One event on its way to a webhook. */
export interface HookDelivery {
  /** Of the event: what `webhook-id` says at every attempt. */
  readonly id: string;
  readonly type: string;
  /** The message that the event is about; undefined for tests. */
  readonly messageId: string | undefined;
  /** waiting: it is tried again. */
  readonly state: 'waiting' | 'delivered' | 'failed';
  /** Since this program was started. */
  readonly tries: number;
  /** Of the last answer; undefined: there was none. */
  readonly status: number | undefined;
  /** The beginning of the last answer, or why there was none. */
  readonly answer: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What an attempt was about. */
export interface HookAttempt {
  readonly id: string;
  readonly type: string;
  readonly messageId: string | undefined;
  readonly state: HookDelivery['state'];
  readonly answer: HookAnswer;
  readonly atMs: number;
}

// Of each webhook: at most some 300 kB.
const maxKept = 500;

/** The deliveries of one webhook. */
export class HookDeliveries {
  /** By event, the one tried longest ago first. */
  readonly #kept = new Map<string, HookDelivery>();

  /** Newest first. */
  list(): readonly HookDelivery[] {
    return [...this.#kept.values()].reverse();
  }

  /** Writes an attempt down, and gives the whole delivery. */
  note({ id, type, messageId, state, answer, atMs }: HookAttempt): HookDelivery {
    const known = this.#kept.get(id);
    this.#kept.delete(id);
    const delivery: HookDelivery = {
      id,
      type,
      messageId,
      state,
      tries: (known?.tries ?? 0) + 1,
      status: answer.kind === 'answered' ? answer.status : undefined,
      answer: answer.kind === 'answered' ? (answer.beginning ?? '') : answer.reason,
      firstMs: known?.firstMs ?? atMs,
      lastMs: atMs,
    };
    this.#kept.set(id, delivery);
    const [eldest] = this.#kept.keys();
    if (this.#kept.size > maxKept && eldest !== undefined) this.#kept.delete(eldest);
    return delivery;
  }
}
