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

/** Places of the table at first: enough for the window of ten that most sessions have. */
const PLACES_AT_FIRST = 32;

/**
 * Requests awaiting a response, at most `limit` at once (SMPP 5.0 2.9, SMPP 3.4 2.9: at most 10 recommended).
 *
 * A hash table with linear probing, never more than half full. Sequence numbers follow each other, so that a number
 * is nearly always at its own place. A JavaScript Map is no choice here: every time it renews its table the old one
 * keeps a link to the new one, and once an old one has been promoted the garbage collector copies them all.
 */
export class Window {
  /** How many requests may await a response. */
  limit: number;
  #slotsTaken = 0;
  #count = 0;
  /** Made on first use: an idle session has none, and there may be 10,000 of them. */
  #places: (Outstanding | undefined)[] | undefined;
  #mask = 0;
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
    return this.#find(sequence) >= 0;
  }

  /** Notes a request that is being sent. Its number awaits no other response. */
  add(request: Outstanding): void {
    const places = this.#room();
    let at = request.sequence & this.#mask;
    while (places[at] !== undefined) at = (at + 1) & this.#mask;
    places[at] = request;
    this.#count++;
    if (request.takesSlot) this.#slotsTaken++;
    if (request.deadlineMs < this.#nextDeadlineMs) this.#nextDeadlineMs = request.deadlineMs;
  }

  /** Takes out the request that this response answers; undefined when there is none. */
  take(sequence: number, response: string): Outstanding | undefined {
    const at = this.#find(sequence);
    const request = at < 0 ? undefined : this.#places?.[at];
    if (request === undefined || (request.response !== response && response !== 'generic_nack'))
      return undefined;
    this.#remove(at, request);
    return request;
  }

  /** Takes out the requests whose response timer has ended, in the order of their deadlines. */
  expire(nowMs: number): readonly Outstanding[] {
    if (nowMs < this.#nextDeadlineMs) return [];
    const outstanding = this.#all();
    const expired = outstanding.filter(({ deadlineMs }) => deadlineMs <= nowMs);
    for (const request of expired) this.#remove(this.#find(request.sequence), request);
    this.#nextDeadlineMs = Number.POSITIVE_INFINITY;
    for (const { deadlineMs } of outstanding) {
      if (deadlineMs > nowMs && deadlineMs < this.#nextDeadlineMs) this.#nextDeadlineMs = deadlineMs;
    }
    return expired.sort((a, b) => a.deadlineMs - b.deadlineMs || a.sequence - b.sequence);
  }

  /** Takes out everything, in the order of sequence numbers: the connection is gone. */
  clear(): readonly Outstanding[] {
    const all = this.#all();
    this.#places = undefined;
    this.#count = 0;
    this.#slotsTaken = 0;
    this.#nextDeadlineMs = Number.POSITIVE_INFINITY;
    return all.sort((a, b) => a.sequence - b.sequence);
  }

  #all(): Outstanding[] {
    return (this.#places ?? []).filter((request) => request !== undefined);
  }

  /** Where the request of this number is; -1 when there is none. */
  #find(sequence: number): number {
    const places = this.#places;
    if (places === undefined) return -1;
    let at = sequence & this.#mask;
    for (let request = places[at]; request !== undefined; request = places[at]) {
      if (request.sequence === sequence) return at;
      at = (at + 1) & this.#mask;
    }
    return -1;
  }

  /** The table, with room for one more. */
  #room(): (Outstanding | undefined)[] {
    const places = this.#places;
    if (places !== undefined && this.#count * 2 < places.length) return places;
    const size = places === undefined ? PLACES_AT_FIRST : places.length * 2;
    const roomy = new Array<Outstanding | undefined>(size).fill(undefined);
    this.#mask = size - 1;
    for (const request of this.#all()) {
      let at = request.sequence & this.#mask;
      while (roomy[at] !== undefined) at = (at + 1) & this.#mask;
      roomy[at] = request;
    }
    this.#places = roomy;
    return roomy;
  }

  /** Empties a place, and moves up what had to go past it to find one. */
  #remove(place: number, request: Outstanding): void {
    const places = this.#places!;
    const mask = this.#mask;
    let hole = place;
    for (let at = (hole + 1) & mask; places[at] !== undefined; at = (at + 1) & mask) {
      const own = places[at]!.sequence & mask;
      // It may move if its own place is not between the hole and where it is.
      if (((at - own) & mask) < ((at - hole) & mask)) continue;
      places[hole] = places[at];
      hole = at;
    }
    places[hole] = undefined;
    this.#count--;
    if (request.takesSlot) this.#slotsTaken--;
  }
}
