import { status } from '../definitions/statuses.ts';
import { headerOctets } from './options.ts';

/** What a peer seems to speak that does not speak SMPP. */
export type FramingHint = 'http' | 'tls' | 'text';

/** The stream cannot be cut into PDUs any more. Answer with generic_nack and close. */
export interface FramingError {
  readonly kind: 'framing';
  readonly command_length: number;
  /** 0 when not received yet. */
  readonly command_id: number;
  /** 0 when not received yet. */
  readonly sequence_number: number;
  readonly hint?: FramingHint | undefined;
  /** The command_status to answer with: ESME_RINVCMDLEN. */
  readonly status: number;
}

/** How a `Framer` cuts. */
export interface FramerOptions {
  /**
   * Largest PDU in octets, 16 or more. Default 131,072: twice what the largest message_payload (65,535) needs with
   * its fields, and little enough for thousands of connections. Servers set 1,024 before the bind.
   */
  readonly maxPduOctets?: number | undefined;
}

const defaultMaxPduOctets = 128 * 1024;
const nothing = new Uint8Array(0);
const httpWords = ['HTTP', 'GET ', 'POST', 'PUT ', 'HEAD', 'DELE', 'OPTI', 'CONN', 'PATC', 'PRI '];

function uint32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>>
    0
  );
}

/** Guesses from the four octets that should have been command_length. */
function hintOf(bytes: Uint8Array): FramingHint | undefined {
  const word = String.fromCharCode(...bytes.subarray(0, 4));
  if (httpWords.includes(word)) return 'http';
  // TLS record: handshake (0x16) or alert (0x15), version 3.x.
  if ((bytes[0] === 0x16 || bytes[0] === 0x15) && bytes[1] === 3) return 'tls';
  const isText = (octet: number): boolean =>
    (octet >= 0x20 && octet < 0x7f) || octet === 9 || octet === 10 || octet === 13;
  return bytes.subarray(0, 4).every(isText) ? 'text' : undefined;
}

/**
 * Cuts a stream of octets into PDUs (SMPP 3.4 3.2, SMPP 5.0 3.2). A PDU that came whole in one chunk is a view of it, one
 * that came in pieces is gathered in a buffer that grows with what has arrived, never with what was announced.
 */
export class Framer {
  /** May be set at any time; holds for the PDUs that follow. */
  maxPduOctets: number;
  #chunk: Uint8Array = nothing;
  #offset = 0;
  /** The beginning of a PDU that came in pieces; `#filled` octets of it are there. */
  #partial: Uint8Array = nothing;
  #filled = 0;
  #error: FramingError | undefined;

  constructor(options: FramerOptions = {}) {
    this.maxPduOctets = options.maxPduOctets ?? defaultMaxPduOctets;
  }

  /** Octets received and not yet given out by `next`. */
  get pendingOctets(): number {
    return this.#filled + this.#chunk.length - this.#offset;
  }

  /** Takes the next octets of the stream. They must not change afterwards: PDUs are views of them. */
  push(chunk: Uint8Array): void {
    if (this.#error !== undefined || chunk.length === 0) return;
    if (this.#offset === this.#chunk.length) {
      this.#chunk = chunk;
      this.#offset = 0;
      return;
    }
    // Only when the caller pushes before `next` has said undefined.
    const joined = new Uint8Array(this.#chunk.length - this.#offset + chunk.length);
    joined.set(this.#chunk.subarray(this.#offset));
    joined.set(chunk, this.#chunk.length - this.#offset);
    this.#chunk = joined;
    this.#offset = 0;
  }

  /** The next whole PDU; undefined when more octets are needed. After a `FramingError` it returns that for ever. */
  next(): Uint8Array | FramingError | undefined {
    if (this.#error !== undefined) return this.#error;
    return this.#filled === 0 ? this.#cut() : this.#gather();
  }

  /** A PDU that begins in the current chunk. */
  #cut(): Uint8Array | FramingError | undefined {
    const chunk = this.#chunk;
    const start = this.#offset;
    const have = chunk.length - start;
    if (have >= 4) {
      const length = uint32(chunk, start);
      if (length < headerOctets || length > this.maxPduOctets)
        return this.#fail(chunk.subarray(start), length);
      if (have >= length) {
        this.#offset = start + length;
        return start === 0 && length === have ? chunk : chunk.subarray(start, this.#offset);
      }
    }
    if (have > 0) this.#keep(have);
    this.#chunk = nothing;
    this.#offset = 0;
    return undefined;
  }

  /** A PDU whose beginning is in `#partial`. */
  #gather(): Uint8Array | FramingError | undefined {
    if (this.#filled < 4) this.#keep(Math.min(4 - this.#filled, this.#chunk.length - this.#offset));
    if (this.#filled < 4) return undefined;
    const length = uint32(this.#partial, 0);
    const have = this.#chunk.length - this.#offset;
    if (length < headerOctets || length > this.maxPduOctets) {
      this.#keep(Math.min(headerOctets, have));
      return this.#fail(this.#partial.subarray(0, this.#filled), length);
    }
    const missing = length - this.#filled;
    this.#keep(Math.min(missing, have), length);
    if (this.#filled < length) return undefined;
    const frame = this.#partial.subarray(0, length);
    this.#partial = nothing;
    this.#filled = 0;
    return frame;
  }

  /** Moves `octets` from the chunk to `#partial`, which doubles up to `limit` when it is full. */
  #keep(octets: number, limit: number = Number.POSITIVE_INFINITY): void {
    const needed = this.#filled + octets;
    if (needed > this.#partial.length) {
      const grown = new Uint8Array(Math.max(needed, Math.min(Math.max(needed * 2, 64), limit)));
      grown.set(this.#partial.subarray(0, this.#filled));
      this.#partial = grown;
    }
    this.#partial.set(this.#chunk.subarray(this.#offset, this.#offset + octets), this.#filled);
    this.#filled = needed;
    this.#offset += octets;
  }

  #fail(bytes: Uint8Array, length: number): FramingError {
    this.#error = {
      kind: 'framing',
      command_length: length,
      command_id: bytes.length >= 8 ? uint32(bytes, 4) : 0,
      sequence_number: bytes.length >= headerOctets ? uint32(bytes, 12) : 0,
      hint: hintOf(bytes),
      status: status.ESME_RINVCMDLEN,
    };
    this.#chunk = nothing;
    this.#offset = 0;
    this.#partial = nothing;
    this.#filled = 0;
    return this.#error;
  }
}
