/**
 * Answers that have been made and that their callers have not taken yet, by octets. Each connection has one at a time, so
 * whoever opens many and reads nothing would hold as many answers here.
 */

// Some answers of everybody's size: a page of a list has a megabyte.
const defaultOctetsEach = 16 * 1024 * 1024;
// What every connection may have, whoever it is: as much as its head takes.
const freeOctets = 4 * 1024;

/** Octets of each caller. */
export class UnreadAnswers {
  readonly #octetsEach: number;
  readonly #octets = new Map<string, number>();

  /** `octetsEach`: what one caller may leave unread; beyond, it gets no more. Default 16 MiB. */
  constructor(octetsEach: number = defaultOctetsEach) {
    this.#octetsEach = octetsEach;
  }

  /** Whether a caller has left so much unread that nothing more is to be done for it. */
  isFull(caller: string): boolean {
    return (this.#octets.get(caller) ?? 0) >= this.#octetsEach;
  }

  /** Counts an answer, however much there is. Gives what ends that, to be called once. */
  add(caller: string, octets: number): () => void {
    if (octets <= freeOctets) return () => undefined;
    this.#count(caller, octets);
    return () => this.#count(caller, -octets);
  }

  #count(caller: string, change: number): void {
    const octets = (this.#octets.get(caller) ?? 0) + change;
    if (octets === 0) this.#octets.delete(caller);
    else this.#octets.set(caller, octets);
  }
}
