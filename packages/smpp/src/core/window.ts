/** A request that awaits its response. */
export interface Outstanding {
  readonly sequence: number;
  /** The command that answers it; generic_nack does too. */
  readonly response: string;
  /** Monotonic milliseconds; when the response timer ends. */
  readonly deadlineMs: number;
  /** Whose request it is; the caller's own value, handed back with the response. */
  readonly token: unknown;
  /** Session-control requests (bind, unbind, enquire_link) take no slot: a full window must not hold them back. */
  readonly takesSlot: boolean;
}

/** Requests awaiting a response, at most `limit` at once (SMPP 5.0 2.9, SMPP 3.4 2.9: at most 10 recommended). */
export class Window {
  /** How many requests may await a response. */
  limit: number;
  #slotsTaken = 0;
  #outstanding: Map<number, Outstanding> | undefined;
  /** Never later than the earliest deadline: the request that gave it may have been answered meanwhile. */
  #nextDeadlineMs = Number.POSITIVE_INFINITY;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Requests that hold a slot. */
  get taken(): number {
    return this.#slotsTaken;
  }

  /** Free slots, 0 or more. */
  get free(): number {
    return Math.max(0, this.limit - this.#slotsTaken);
  }

  /** No later than the earliest deadline; `Infinity` when nothing is outstanding. */
  get deadlineMs(): number {
    return this.#nextDeadlineMs;
  }

  /** Whether this sequence number awaits a response. */
  has(sequence: number): boolean {
    return this.#outstanding?.has(sequence) ?? false;
  }

  /** Notes a request that is being sent. */
  add(request: Outstanding): void {
    // Made on first use: an idle session has none, and there may be 10,000 of them.
    this.#outstanding ??= new Map();
    this.#outstanding.set(request.sequence, request);
    if (request.takesSlot) this.#slotsTaken++;
    if (request.deadlineMs < this.#nextDeadlineMs) this.#nextDeadlineMs = request.deadlineMs;
  }

  /** Takes out the request that this response answers; undefined when there is none. */
  take(sequence: number, response: string): Outstanding | undefined {
    const request = this.#outstanding?.get(sequence);
    if (request === undefined || (request.response !== response && response !== 'generic_nack'))
      return undefined;
    this.#remove(request);
    return request;
  }

  /** Takes out the requests whose response timer has ended, oldest first. */
  expire(nowMs: number): readonly Outstanding[] {
    if (nowMs < this.#nextDeadlineMs || this.#outstanding === undefined) return [];
    const expired: Outstanding[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const request of this.#outstanding.values()) {
      if (request.deadlineMs <= nowMs) expired.push(request);
      else if (request.deadlineMs < next) next = request.deadlineMs;
    }
    this.#nextDeadlineMs = next;
    for (const request of expired) this.#remove(request);
    return expired;
  }

  /** Takes out everything, oldest first: the connection is gone. */
  clear(): readonly Outstanding[] {
    const all = [...(this.#outstanding?.values() ?? [])];
    this.#outstanding = undefined;
    this.#slotsTaken = 0;
    this.#nextDeadlineMs = Number.POSITIVE_INFINITY;
    return all;
  }

  #remove(request: Outstanding): void {
    this.#outstanding?.delete(request.sequence);
    if (request.takesSlot) this.#slotsTaken--;
  }
}
