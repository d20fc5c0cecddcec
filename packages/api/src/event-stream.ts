/**
 * A reader of live events as server-sent events (HTML Living Standard 9.2). What happens is noted at once and written
 * in a later turn, so that watching costs the messages little; a reader that is too slow misses events and is told how
 * many, and never holds anything up.
 */
import { Readable } from 'node:stream';
import type { Clock } from '@chappe/center';
import { type EventData, eventVersion } from '@chappe/gateway';

/** One event as it goes to the reader. */
export interface StreamedEvent {
  readonly version: number;
  /** Where a reader stopped that has read it; only what can be told again has one. */
  readonly id?: string;
  readonly type: string;
  /** ISO 8601. */
  readonly time: string;
  readonly data: object;
}

/** What an event takes, about: its text, or its octets, is the one part that may be long. */
function octetsOf({ data }: StreamedEvent): number {
  const { text, hex, content }: Texts & { readonly content?: Texts } = data;
  return eventOctets + lengthOf(text) + lengthOf(hex) + lengthOf(content?.text) + lengthOf(content?.hex);
}

interface Texts {
  readonly text?: unknown;
  readonly hex?: unknown;
}

function lengthOf(part: unknown): number {
  return typeof part === 'string' ? 2 * part.length : 0;
}

// A second of a busy gateway.
const maxQueued = 1_000;
// Of those, with their texts; the queue and what is on its way to the socket are all that a reader holds.
const maxQueuedOctets = 512 * 1024;
const eventOctets = 300;
// Whether a reader reads is seen at the ends of pieces only.
const pieceCharacters = 64 * 1024;
// Proxies cut connections that are silent for a minute.
const heartbeatMs = 15_000;

/** The text of one event. */
function eventText(event: StreamedEvent): string {
  const id = event.id === undefined ? '' : `id: ${event.id}\n`;
  return `event: ${event.type}\n${id}data: ${JSON.stringify(event)}\n\n`;
}

/** The stream of one reader. Whoever makes it stops offering when it is closed. */
export class EventStream extends Readable {
  readonly #clock: Clock;
  readonly #isAllowed: () => boolean;
  #queue: StreamedEvent[] = [];
  #octets = 0;
  #skipped = 0;
  #isWanted = false;
  #isScheduled = false;
  #isEnded = false;
  #disarm: (() => void) | undefined;

  /** `isAllowed`: whether the reader may go on, asked with every heartbeat; else the stream ends. */
  constructor(clock: Clock, isAllowed: () => boolean = () => true) {
    super();
    this.#clock = clock;
    this.#isAllowed = isAllowed;
    // The headers leave with the first octets: the reader learns that it is listening.
    this.push(': listening\n\n');
    this.#beat();
  }

  /** Notes an event; `make` is not called when there is no room. */
  offer(make: () => StreamedEvent): void {
    if (this.destroyed || this.#isEnded) return;
    if (this.#queue.length >= maxQueued || this.#octets >= maxQueuedOctets) {
      this.#skipped += 1;
      return;
    }
    this.#noteSkipped();
    this.#add(make());
    this.#schedule();
  }

  /** Ends the stream in order, with what is noted. */
  end(): void {
    if (this.destroyed || this.#isEnded) return;
    this.#isEnded = true;
    this.#disarm?.();
    this.#noteSkipped();
    for (const event of this.#queue.splice(0)) this.push(eventText(event));
    this.push(null);
  }

  override _read(): void {
    this.#isWanted = true;
    if (this.#queue.length > 0 || this.#skipped > 0) this.#schedule();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#disarm?.();
    this.#queue = [];
    done(error);
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#isWanted) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.destroyed && !this.#isEnded) this.#write();
    });
  }

  #write(): void {
    this.#noteSkipped();
    let at = 0;
    while (this.#isWanted && at < this.#queue.length) {
      let piece = '';
      for (; at < this.#queue.length && piece.length < pieceCharacters; at += 1) {
        const event = this.#queue[at] as StreamedEvent;
        this.#octets -= octetsOf(event);
        piece += eventText(event);
      }
      this.#isWanted = this.push(piece);
    }
    this.#queue.splice(0, at);
  }

  #add(event: StreamedEvent): void {
    this.#octets += octetsOf(event);
    this.#queue.push(event);
  }

  #noteSkipped(): void {
    if (this.#skipped === 0) return;
    const time = new Date(this.#clock.nowMs()).toISOString();
    const data: EventData<'stream.skipped'> = { skipped: this.#skipped };
    this.#skipped = 0;
    // Without an id: a reader has still read what stood before it, and no more.
    this.#add({ version: eventVersion, type: 'stream.skipped', time, data });
  }

  #beat(): void {
    this.#disarm = this.#clock.setTimer(() => {
      // A HEAD request has headers and nobody who reads on.
      if (this.readableFlowing === true && this.listenerCount('data') === 0) {
        this.destroy();
        return;
      }
      if (!this.#isAllowed()) {
        this.end();
        return;
      }
      if (this.#isWanted) this.#isWanted = this.push(': still here\n\n');
      this.#beat();
    }, heartbeatMs);
  }
}
