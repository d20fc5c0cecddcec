/**
 * What simulated handsets show. Every number has a handset; it comes into being with the first message or when
 * somebody switches it.
 */
import { dataCodingOf, type InboxMessage } from '@chappe/gateway';

/** `on`: takes messages. `off`: unreachable. `busy`: refuses for now. `full`: its memory is full. */
export type HandsetState = 'on' | 'off' | 'busy' | 'full';

/** All states, for tables and checks. */
export const handsetStates: readonly HandsetState[] = ['on', 'off', 'busy', 'full'];

/** A message as it is kept: what was joined from segments is whole, a single one is put together when it is looked at. */
export interface Shown {
  /** The handset. */
  readonly number: string;
  readonly publicId: string;
  readonly from: string;
  readonly account: string;
  readonly text: string | undefined;
  readonly receivedMs: number;
  readonly dataCoding: number;
  readonly joined: InboxMessage | undefined;
}

/**
 * What all handsets show, bounded: the last messages over all of them. Looking is for people and tests, keeping is on
 * the hot path: so there is no index, one inbox is found by going through all that is kept (a millisecond).
 */
export class Inboxes {
  readonly #limit: number;
  // A ring once it is full: the eldest stands at `#next`.
  #kept: (Shown | undefined)[] = [];
  #next = 0;

  /** `limit`: messages kept over all handsets, default 10,000: each holds its whole message. */
  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  /** Keeps a message; the eldest of all gives way. */
  add(shown: Shown): void {
    if (this.#kept.length < this.#limit) {
      this.#kept.push(shown);
      return;
    }
    this.#kept[this.#next] = shown;
    this.#next = (this.#next + 1) % this.#limit;
  }

  /** Messages of one number, eldest first. */
  of(number: string): InboxMessage[] {
    return this.#inOrder()
      .filter((shown) => shown.number === number)
      .map(messageOf);
  }

  /** How many messages each number has, the number that got one last at the end. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { number } of this.#inOrder()) {
      const before = counts.get(number) ?? 0;
      counts.delete(number);
      counts.set(number, before + 1);
    }
    return counts;
  }

  /** Empties the inbox of one number. */
  clear(number: string): void {
    this.#kept = this.#inOrder().filter((shown) => shown.number !== number);
    this.#next = 0;
  }

  /** Empties all inboxes. */
  clearAll(): void {
    this.#kept = [];
    this.#next = 0;
  }

  #inOrder(): Shown[] {
    const [late, early] = [this.#kept.slice(0, this.#next), this.#kept.slice(this.#next)];
    return [...early, ...late].filter((shown) => shown !== undefined);
  }
}

/** A kept message as it is shown. */
export function messageOf(shown: Shown): InboxMessage {
  if (shown.joined !== undefined) return shown.joined;
  const { publicId, from, account, text, receivedMs } = shown;
  const coding = dataCodingOf(shown.dataCoding);
  return {
    publicId,
    from,
    account,
    text,
    bytes: undefined,
    receivedMs,
    segments: [{ publicId, sequence: 1 }],
    total: 1,
    flash: coding.messageClass === 0,
    waiting: coding.waiting,
  };
}
