/**
 * Lines that are answered while they come. What is held is bounded, however many there are: the body is read no faster than
 * its messages are stored, and they are stored no faster than the caller takes their results.
 */
import { Readable } from 'node:stream';
import type { Caller } from './auth/caller.ts';
import { type BodyLines, noWatch, type PeerWatch } from './body-lines.ts';
import type { Context } from './context.ts';
import { LineGroups, type LineItem, lineResultOf } from './line-groups.ts';
import { LineReader } from './line-reader.ts';
import { Problem } from './problem.ts';
import type { Answer } from './route.ts';
import type { LinesEndBody } from './schemas/batch.ts';
import type { ShareLimits, Shares } from './shares.ts';

/** How much at once. */
export interface LineLimits {
  /** Lines that go to the inlet together. */
  readonly groupLines: number;
  /** Their octets; the last one may go beyond. */
  readonly groupOctets: number;
  readonly lineOctets: number;
  /** Groups that are on their way to the disk. */
  readonly groupsAtOnce: number;
  /** Milliseconds of waiting for room that is of no use. */
  readonly patienceMs: number;
  /** Bodies of lines. */
  readonly places: ShareLimits;
}

/** What is in force. */
export const lineLimits: LineLimits = {
  // As many as share a commit there.
  groupLines: 250,
  groupOctets: 256 * 1024,
  // As long as a whole body of one message may be.
  lineOctets: 512 * 1024,
  // Two hide the time of a commit from each other.
  groupsAtOnce: 2,
  patienceMs: 30_000,
  // Each holds some megabytes at most.
  places: { each: 4, accounts: 50, operators: 10 },
};

/** Whose lines they are. */
export interface LinesAsked {
  readonly lines: BodyLines;
  readonly places: Shares;
  readonly caller: Caller;
  /** Aborted when the caller goes away or the API closes. */
  readonly signal: AbortSignal;
  /** Asked before each group: a key that is taken away sends nothing more. */
  readonly isStillAllowed: () => boolean;
}

/** The answer to lines: it is made while it is read. Throws a `Problem` when there is no place, or when the server stops. */
export function lineAnswers(context: Context, asked: LinesAsked): Answer {
  if (context.closing.aborted) throw new Problem('stopping', 'the server is being stopped');
  const leave = asked.places.take(asked.caller);
  if (leave === undefined) {
    throw new Problem('full', 'all places of lines that this caller may have are taken', {
      hint: 'wait for the end of those that are under way',
      headers: { 'retry-after': '1' },
    });
  }
  const body = Readable.from(new LineStream(context, asked).answers(), { objectMode: false });
  body.once('close', leave);
  return {
    status: 200,
    body,
    type: 'application/jsonl; charset=utf-8',
    headers: { 'x-accel-buffering': 'no' },
  };
}

interface Group {
  readonly items: readonly LineItem[];
  readonly sent: Promise<void>;
  isSent: boolean;
}

/** One body of lines on its way through. */
class LineStream {
  readonly #closing: AbortSignal;
  readonly #asked: LinesAsked;
  readonly #groups: LineGroups;
  readonly #reader = new LineReader(lineLimits.lineOctets);
  readonly #inFlight: Group[] = [];
  #chunks: AsyncIterator<Buffer> | undefined;
  #watch: PeerWatch = noWatch;
  #next: LineItem[] = [];
  #nextOctets = 0;
  #isReading = false;
  /** The last line has come, or reading was ended before. */
  #isEnded = false;
  /** Why it was ended. */
  #why: Problem | undefined;
  /** The caller has gone away in the middle. */
  #isBroken = false;
  #wake: () => void = () => undefined;
  #accepted = 0;
  #refused = 0;

  constructor(context: Context, asked: LinesAsked) {
    this.#closing = context.closing;
    this.#asked = asked;
    this.#groups = new LineGroups(context, asked.caller, asked.signal, lineLimits.patienceMs);
  }

  /** Pieces of the answer. Nothing is done while nobody asks for the next one, but what is in flight. */
  async *answers(): AsyncGenerator<string> {
    const { chunks, watch, drop } = this.#asked.lines.read();
    this.#chunks = chunks;
    this.#watch = watch;
    const stop = (): void => this.#end(new Problem('stopping', 'the server is being stopped'));
    this.#closing.addEventListener('abort', stop);
    try {
      while (!this.#isBroken) {
        const isFull = this.#gather();
        if (this.#next.length > 0 && this.#mayBegin(isFull)) {
          this.#begin();
          continue;
        }
        const [eldest] = this.#inFlight;
        if (eldest === undefined && this.#isEnded) {
          yield this.#last();
          return;
        }
        // Nothing is read while there is a whole group that waits.
        if (eldest !== undefined && (eldest.isSent || isFull || this.#isEnded)) {
          await eldest.sent;
          this.#inFlight.shift();
          yield this.#resultsOf(eldest);
          continue;
        }
        await this.#more();
      }
    } finally {
      this.#watch.pause();
      if (this.#why !== undefined) drop();
      this.#closing.removeEventListener('abort', stop);
    }
  }

  /** Takes lines into the next group, as far as they have come; whether it is full. */
  #gather(): boolean {
    const { groupLines, groupOctets, lineOctets } = lineLimits;
    // What was read and not sent when it was ended is not sent any more.
    if (this.#why !== undefined) {
      this.#next = [];
      return false;
    }
    while (this.#next.length < groupLines && this.#nextOctets < groupOctets) {
      const line = this.#reader.next();
      if (line === undefined) return false;
      this.#watch.renew();
      this.#next.push(this.#groups.itemOf(line, lineOctets));
      this.#nextOctets += Math.min(line.octets, lineOctets);
    }
    return true;
  }

  /** A caller that sends a line now and then has it answered; one that sends many has them sent together. */
  #mayBegin(isFull: boolean): boolean {
    const count = this.#inFlight.length;
    return count === 0 || ((isFull || this.#isEnded) && count < lineLimits.groupsAtOnce);
  }

  #begin(): void {
    if (!this.#asked.isStillAllowed()) {
      this.#end(new Problem('forbidden', 'this key may not send any more'));
      return;
    }
    const items = this.#next;
    this.#next = [];
    this.#nextOctets = 0;
    const group: Group = { items, sent: this.#groups.send(items), isSent: false };
    const settled = (): void => {
      group.isSent = true;
      this.#wake();
    };
    // Who awaits it hears of a failure; before that there may be nobody.
    group.sent.then(settled, settled);
    this.#inFlight.push(group);
  }

  /** Settles when more has come, the eldest group is sent, or reading was ended. */
  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (!this.#isReading) this.#read();
    // While its messages are on their way a caller may well wait for their results.
    if (this.#inFlight.length === 0) this.#watch.wait();
    await promise;
    this.#watch.pause();
  }

  /** Asks for one chunk. */
  #read(): void {
    this.#isReading = true;
    this.#chunks?.next().then(
      ({ done, value }) => {
        this.#isReading = false;
        if (done === true) {
          this.#reader.end();
          this.#isEnded = true;
        } else this.#reader.add(value);
        this.#wake();
      },
      () => {
        this.#isBroken = true;
        this.#wake();
      },
    );
  }

  #end(why: Problem): void {
    this.#why ??= why;
    this.#isEnded = true;
    this.#wake();
  }

  #resultsOf({ items }: Group): string {
    let text = '';
    for (const item of items) {
      const result = lineResultOf(item);
      if ('id' in result) this.#accepted += 1;
      else this.#refused += 1;
      text += `${JSON.stringify(result)}\n`;
    }
    return text;
  }

  #last(): string {
    const counts = { accepted: this.#accepted, refused: this.#refused };
    const why = this.#why;
    const end: LinesEndBody =
      why === undefined
        ? { ...counts, done: true }
        : { ...counts, done: false, code: why.code, detail: why.message };
    return `${JSON.stringify(end)}\n`;
  }
}
