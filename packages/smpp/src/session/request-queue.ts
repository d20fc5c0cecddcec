import type { EncodeError, Pdu, PduInput } from '@chappe/protocol';
import type { SmppError } from '../errors.ts';

/** How a request ended: its response (generic_nack included, whatever the status), or why there is none. */
export type RequestResult = Pdu | SmppError | EncodeError;

/** Called once with the end of a request. */
export type Done = (result: RequestResult) => void;

/** As `Done`, for those who have an object for every request anyway. */
export interface Settler {
  settle(result: RequestResult): void;
}

/** Tells whoever waits for a request how it ended. Returns what a `done` returns: a promise, where it is async. */
export function settleRequest(waiting: Done | Settler | undefined, result: RequestResult): unknown {
  return typeof waiting === 'function' ? waiting(result) : waiting?.settle(result);
}

/** A request that waits for a slot of the window. */
export interface Waiting {
  readonly pdu: PduInput;
  readonly done: Done | Settler;
  readonly timeoutMs: number;
  /** When waiting ends, monotonic milliseconds. */
  readonly untilMs: number;
}

/** Requests that wait for a slot, in order of arrival, bounded by its user. */
export class RequestQueue {
  #items: Waiting[] = [];
  #head = 0;
  /** Never later than the earliest `untilMs`. */
  #nextMs = Number.POSITIVE_INFINITY;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** No later than the end of the first wait; `Infinity` when nothing waits. */
  get deadlineMs(): number {
    return this.#nextMs;
  }

  push(waiting: Waiting): void {
    this.#items.push(waiting);
    if (waiting.untilMs < this.#nextMs) this.#nextMs = waiting.untilMs;
  }

  shift(): Waiting | undefined {
    const first = this.#items[this.#head];
    if (first === undefined) return undefined;
    this.#items[this.#head++] = undefined as never;
    if (this.#head === this.#items.length) this.#reset([]);
    else if (this.#head > 1024 && this.#head * 2 > this.#items.length)
      this.#reset(this.#items.slice(this.#head));
    return first;
  }

  /** Takes out one that need not wait any more; false if it waits no more. */
  remove(waiting: Waiting): boolean {
    const at = this.#items.indexOf(waiting, this.#head);
    if (at < 0) return false;
    this.#items.splice(at, 1);
    return true;
  }

  /** Takes out those that have waited long enough. */
  expire(nowMs: number): readonly Waiting[] {
    if (nowMs < this.#nextMs) return [];
    const waiting = this.#items.slice(this.#head);
    this.#reset(waiting.filter(({ untilMs }) => untilMs > nowMs));
    return waiting.filter(({ untilMs }) => untilMs <= nowMs);
  }

  /** Takes out everything. */
  clear(): readonly Waiting[] {
    const waiting = this.#items.slice(this.#head);
    this.#reset([]);
    return waiting;
  }

  #reset(items: Waiting[]): void {
    this.#items = items;
    this.#head = 0;
    this.#nextMs = Number.POSITIVE_INFINITY;
    for (const { untilMs } of items) if (untilMs < this.#nextMs) this.#nextMs = untilMs;
  }
}
