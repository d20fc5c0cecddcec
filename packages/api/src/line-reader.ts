/** Lines out of chunks, wherever these end. Of a line that is too long nothing is held but that it was there. */

/** A line that is not empty. */
export interface Line {
  /** From 1; empty ones count. */
  readonly number: number;
  readonly octets: number;
  /** Without its end; undefined: there is a flaw. */
  readonly text?: string;
  /** long: more octets than a line may have; coding: it is not in UTF-8. */
  readonly flaw?: 'long' | 'coding';
}

const lineFeed = 0x0a;
const leastOctets = 512;

/** Takes chunks and gives lines. Whoever adds a chunk has taken all lines of the one before. */
export class LineReader {
  readonly #maxOctets: number;
  /** Wrong octets would become replacement characters, and be sent as such. */
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  /** The beginning of a line whose end has not come. */
  #begun: Buffer = Buffer.alloc(0);
  #filled = 0;
  /** Octets of that line that were thrown away. */
  #lost = 0;
  #number = 0;
  #isEnded = false;

  /** `maxOctets`: of one line. */
  constructor(maxOctets: number) {
    this.#maxOctets = maxOctets;
  }

  /** Octets that are held now. */
  get held(): number {
    return this.#begun.length + this.#chunk.length - this.#at;
  }

  /** Adds what came next. */
  add(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Nothing more comes: what is there is the last line. */
  end(): void {
    this.#isEnded = true;
  }

  /** The next line that is whole; undefined: it has not come, or there is none. */
  next(): Line | undefined {
    for (;;) {
      const end = this.#chunk.indexOf(lineFeed, this.#at);
      if (end < 0) return this.#rest();
      const line = this.#lineTo(end);
      this.#at = end + 1;
      if (line !== undefined) return line;
    }
  }

  /** What is behind the last line feed is kept; at the end it is a line. */
  #rest(): Line | undefined {
    if (this.#at < this.#chunk.length) this.#keep(this.#chunk.subarray(this.#at));
    this.#chunk = Buffer.alloc(0);
    this.#at = 0;
    if (!this.#isEnded || this.#filled + this.#lost === 0) return undefined;
    return this.#lineTo(0);
  }

  #lineTo(end: number): Line | undefined {
    const part = this.#chunk.subarray(this.#at, end);
    this.#number += 1;
    if (this.#filled + this.#lost === 0) return this.#lineOf(part, part.length);
    this.#keep(part);
    const octets = this.#filled + this.#lost;
    const line = this.#lineOf(this.#begun.subarray(0, this.#filled), octets);
    this.#filled = 0;
    this.#lost = 0;
    // One long line does not make room for good.
    if (this.#begun.length > leastOctets) this.#begun = Buffer.alloc(0);
    return line;
  }

  #lineOf(part: Buffer, octets: number): Line | undefined {
    const number = this.#number;
    if (octets > this.#maxOctets) return { number, octets, flaw: 'long' };
    let text: string;
    try {
      text = this.#decoder.decode(part);
    } catch {
      return { number, octets, flaw: 'coding' };
    }
    return text.trim() === '' ? undefined : { number, octets, text };
  }

  #keep(part: Buffer): void {
    const filled = this.#filled + part.length;
    if (this.#lost > 0 || filled > this.#maxOctets) {
      this.#lost += filled;
      this.#filled = 0;
      this.#begun = Buffer.alloc(0);
      return;
    }
    if (filled > this.#begun.length) {
      // Octet by octet in one buffer: a line in a hundred thousand chunks would else be as many objects.
      const grown = Buffer.allocUnsafeSlow(
        Math.min(this.#maxOctets, Math.max(filled, 2 * this.#begun.length, leastOctets)),
      );
      this.#begun.copy(grown, 0, 0, this.#filled);
      this.#begun = grown;
    }
    part.copy(this.#begun, this.#filled);
    this.#filled = filled;
  }
}
