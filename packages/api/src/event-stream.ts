/**
 * A reader of live events as server-sent events (HTML Living Standard 9.2). What happens is noted at once and written
 * in a later turn, so that watching costs the messages little; a reader that is too slow misses events and is told how
 * many, and never holds anything up.
 */
import { Readable } from 'node:stream';
import type { Clock } from '@chappe/center';

/** One event as it goes to the reader. */
export interface EventBody {
  readonly kind: string;
  /** ISO 8601. */
  readonly at: string;
}

/** How many events were left out, in the place where they were. */
export interface SkippedBody extends EventBody {
  readonly kind: 'skipped';
  readonly skipped: number;
}

// A second of a busy gateway; some 300 KB for each reader.
const maxQueued = 1_000;
// Proxies cut connections that are silent for a minute.
const heartbeatMs = 15_000;

/** The text of one event. */
function eventText(event: EventBody): string {
  return `event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The stream of one reader. Whoever makes it stops offering when it is closed. */
export class EventStream extends Readable {
  readonly #clock: Clock;
  #queue: EventBody[] = [];
  #skipped = 0;
  #isWanted = false;
  #isScheduled = false;
  #disarm: (() => void) | undefined;

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
    // The headers leave with the first octets: the reader learns that it is listening.
    this.push(': listening\n\n');
    this.#beat();
  }

  /** Notes an event; `make` is not called when there is no room. */
  offer(make: () => EventBody): void {
    if (this.destroyed) return;
    if (this.#queue.length >= maxQueued) {
      this.#skipped += 1;
      return;
    }
    this.#noteSkipped();
    this.#queue.push(make());
    this.#schedule();
  }

  /** Ends the stream in order, with what is noted. */
  end(): void {
    if (this.destroyed || this.readableEnded) return;
    this.#disarm?.();
    this.#isWanted = true;
    this.#write();
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
      if (!this.destroyed && !this.readableEnded) this.#write();
    });
  }

  #write(): void {
    this.#noteSkipped();
    if (this.#queue.length === 0 || !this.#isWanted) return;
    const events = this.#queue;
    this.#queue = [];
    this.#isWanted = this.push(events.map(eventText).join(''));
  }

  #noteSkipped(): void {
    if (this.#skipped === 0) return;
    const at = new Date(this.#clock.nowMs()).toISOString();
    const skipped: SkippedBody = { kind: 'skipped', at, skipped: this.#skipped };
    this.#skipped = 0;
    this.#queue.push(skipped);
  }

  #beat(): void {
    this.#disarm = this.#clock.setTimer(() => {
      // A HEAD request has headers and nobody who reads on.
      if (this.readableFlowing === true && this.listenerCount('data') === 0) {
        this.destroy();
        return;
      }
      if (this.#isWanted) this.#isWanted = this.push(': still here\n\n');
      this.#beat();
    }, heartbeatMs);
  }
}
