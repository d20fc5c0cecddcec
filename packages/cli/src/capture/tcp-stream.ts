/** One direction of a TCP connection: segments in any order, repeated or overlapping, become octets in order. */
import type { TcpSegment } from './tcp-segment.ts';

/** Octets in order, or a hole in them. */
export type StreamPiece =
  | { readonly kind: 'octets'; readonly bytes: Uint8Array; readonly atMs: number }
  /** Octets that are not in the capture. */
  | { readonly kind: 'gap'; readonly octets: number; readonly atMs: number };

interface Held {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

const wrap = 0x1_0000_0000;
// A receive window of usual size: when more than this waits for a hole to be filled, it was lost by the capture.
const maxHeldOctets = 4 * 1024 * 1024;
const maxHeldSegments = 4_096;

/** Puts the segments of one direction in order. Memory is bounded; a hole is declared when it does not fill. */
export class TcpStream {
  /** Sequence number of offset 0; offsets count on where sequence numbers wrap around. */
  #origin: number | undefined;
  #next = 0;
  #held: Held[] = [];
  #heldOctets = 0;
  #atMs = 0;

  /** Whether the capture begins in the middle of the connection. */
  isMidway = false;

  /** Takes a segment; returns what is in order now. */
  push(segment: TcpSegment): StreamPiece[] {
    const { sequence, isSyn, payload, atMs } = segment;
    this.#atMs = atMs;
    if (isSyn) {
      // The SYN itself takes one number.
      const first = (sequence + 1) % wrap;
      if (this.#origin !== undefined && this.#offsetOf(first) === 0) return [];
      this.#reset(first);
    } else if (this.#origin === undefined) {
      if (payload.length === 0) return [];
      this.isMidway = true;
      this.#reset(sequence);
    }
    if (payload.length > 0) this.#hold({ offset: this.#offsetOf(sequence), bytes: payload, atMs });
    const pieces = this.#release();
    const isTooMuch = this.#heldOctets > maxHeldOctets || this.#held.length > maxHeldSegments;
    return isTooMuch ? [...pieces, ...this.#skip()] : pieces;
  }

  /** No more segments will come: what waits behind holes is given out. */
  end(): StreamPiece[] {
    const pieces: StreamPiece[] = [];
    while (this.#held.length > 0) pieces.push(...this.#skip());
    return pieces;
  }

  #reset(origin: number): void {
    this.#origin = origin;
    this.#next = 0;
    this.#held = [];
    this.#heldOctets = 0;
  }

  /** The offset of a sequence number that lies within 2 GiB of where we are. */
  #offsetOf(sequence: number): number {
    const here = (this.#origin! + this.#next) % wrap;
    const ahead = (sequence - here + wrap) % wrap;
    return this.#next + (ahead < wrap / 2 ? ahead : ahead - wrap);
  }

  #hold(segment: Held): void {
    if (segment.offset + segment.bytes.length <= this.#next) return;
    let at = this.#held.length;
    while (at > 0 && this.#held[at - 1]!.offset > segment.offset) at--;
    this.#held.splice(at, 0, segment);
    this.#heldOctets += segment.bytes.length;
  }

  /** Octets that follow at once upon what was given out. */
  #release(): StreamPiece[] {
    const pieces: StreamPiece[] = [];
    while (this.#held.length > 0 && this.#held[0]!.offset <= this.#next) {
      const { offset, bytes } = this.#held.shift()!;
      this.#heldOctets -= bytes.length;
      const fresh = bytes.subarray(Math.max(0, this.#next - offset));
      if (fresh.length === 0) continue;
      this.#next += fresh.length;
      pieces.push({ kind: 'octets', bytes: fresh, atMs: this.#atMs });
    }
    return pieces;
  }

  #skip(): StreamPiece[] {
    const first = this.#held[0]!;
    const octets = first.offset - this.#next;
    this.#next = first.offset;
    return [{ kind: 'gap', octets, atMs: first.atMs }, ...this.#release()];
  }
}
