/** Ids of events, in the form of those of messages: unique, and what comes later sorts behind. */
import { hexPublicId, type IdGenerator, idGenerator, systemRandom } from '@chappe/center';
import type { Clock } from '@chappe/smpp';

/** When something happened, and what that is called: in numbers, since most events are told to nobody outside. */
export interface Moment {
  /** Later ones have greater ones. */
  readonly number: number;
  /** 32 bits: tells apart what several processes give out in one millisecond. */
  readonly tag: number;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/** The id: 22 hexadecimal digits; to others a text without meaning, so that a log on disk can give others. */
export function eventIdOf({ number, tag }: Moment): string {
  return hexPublicId(number, tag);
}

const words = 0x1_0000_0000;

/** Gives out ids. */
export class EventIds {
  readonly #clock: Clock;
  readonly #ids: IdGenerator;
  readonly #tag: number;

  /** `random`: 0 to below 1. */
  constructor(clock: Clock, random: () => number = systemRandom) {
    this.#clock = clock;
    this.#ids = idGenerator(clock, 0);
    this.#tag = Math.floor(random() * words) >>> 0;
  }

  /** The next one. */
  next(): Moment {
    return { number: this.#ids.take(1), tag: this.#tag, atMs: this.#clock.nowMs() };
  }
}
