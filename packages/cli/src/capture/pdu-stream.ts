/** PDUs out of one direction of a connection, found again after octets that the capture does not have. */
import { commandName } from '@chappe/protocol';
import type { StreamPiece } from './tcp-stream.ts';

/** What comes out of a stream. */
export type Found =
  | { readonly kind: 'pdu'; readonly bytes: Uint8Array; readonly atMs: number }
  /** Octets that could not be read, or are not in the capture. */
  | { readonly kind: 'lost'; readonly octets: number; readonly atMs: number; readonly why: string };

const headerOctets = 16;
// As the framer of a session: twice what the largest message_payload needs.
const maxPduOctets = 128 * 1024;
// command_status of vendors ends at 0x4ff; what is far above is no status, so no header.
const maxPlausibleStatus = 0xffff;
// So much without a header, and it is no SMPP.
const maxSearchOctets = 256 * 1024;

function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Whether a PDU may begin here: a length that can be, a command of the documents, a small status. */
function isHeaderAt(bytes: Uint8Array, at: number): boolean {
  const length = u32(bytes, at);
  return (
    length >= headerOctets &&
    length <= maxPduOctets &&
    commandName(u32(bytes, at + 4)) !== undefined &&
    u32(bytes, at + 8) <= maxPlausibleStatus
  );
}

/** Cuts the octets of one direction into PDUs. */
export class PduStream {
  /** Whether this is SMPP; undefined before there are enough octets to say. */
  isSmpp: boolean | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  /** Whether the place where a PDU begins is known. */
  #isInStep: boolean;
  #lostOctets = 0;

  /** `isCertain`: whoever asks knows that it is SMPP. `isMidway`: the octets may begin inside a PDU. */
  constructor(isCertain: boolean, isMidway: boolean) {
    this.isSmpp = isCertain ? true : undefined;
    this.#isInStep = !isMidway;
  }

  /** Takes the next octets; returns the PDUs that are whole now. */
  push(piece: StreamPiece): Found[] {
    if (this.isSmpp === false) return [];
    if (piece.kind === 'gap') {
      const octets = piece.octets + this.#rest.length;
      this.#rest = new Uint8Array(0);
      this.#isInStep = false;
      return [
        { kind: 'lost', octets, atMs: piece.atMs, why: `${piece.octets} octets are not in the capture` },
      ];
    }
    this.#rest = this.#rest.length === 0 ? piece.bytes : Buffer.concat([this.#rest, piece.bytes]);
    const found: Found[] = [];
    while (this.#rest.length >= headerOctets) {
      if (!this.#isInStep && !this.#search(piece.atMs, found)) break;
      if (this.#rest.length < headerOctets) break;
      if (this.isSmpp === undefined) this.isSmpp = isHeaderAt(this.#rest, 0);
      if (!this.isSmpp) {
        this.#rest = new Uint8Array(0);
        return [];
      }
      const length = u32(this.#rest, 0);
      if (length < headerOctets || length > maxPduOctets) {
        // Shown as a PDU of 16 octets, which says that its length makes no sense; then the search begins.
        found.push({ kind: 'pdu', bytes: this.#rest.subarray(0, headerOctets), atMs: piece.atMs });
        this.#rest = this.#rest.subarray(headerOctets);
        this.#isInStep = false;
        continue;
      }
      if (this.#rest.length < length) break;
      found.push({ kind: 'pdu', bytes: this.#rest.subarray(0, length), atMs: piece.atMs });
      this.#rest = this.#rest.subarray(length);
    }
    return found;
  }

  /** Octets of a PDU whose end never came. */
  end(): Uint8Array | undefined {
    return this.isSmpp === true && this.#isInStep && this.#rest.length > 0 ? this.#rest : undefined;
  }

  /** Looks for the next header; false when there is none yet. */
  #search(atMs: number, found: Found[]): boolean {
    const bytes = this.#rest;
    for (let at = 0; at + headerOctets <= bytes.length; at++) {
      if (!isHeaderAt(bytes, at)) continue;
      const octets = this.#lostOctets + at;
      if (octets > 0) found.push({ kind: 'lost', octets, atMs, why: `${octets} octets before the next PDU` });
      this.#lostOctets = 0;
      this.#rest = bytes.subarray(at);
      this.#isInStep = true;
      return true;
    }
    const kept = headerOctets - 1;
    this.#lostOctets += bytes.length - kept;
    this.#rest = bytes.subarray(bytes.length - kept);
    if (this.#lostOctets > maxSearchOctets && this.isSmpp === undefined) this.isSmpp = false;
    return false;
  }
}
