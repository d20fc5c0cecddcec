import type { PduInput } from '../definitions/pdu.ts';

/** Returned by an `EncodeInto` that needs more room than there is; the writer grows and asks again. */
export const needsRoom = -1;

/** Writes `pdu` at `offset` and returns the offset behind it, or `needsRoom`. Throws `EncodeError`. */
export type EncodeInto<P> = (bytes: Uint8Array, offset: number, pdu: P) => number;

/** Room that a writer starts with: some dozens of short messages, which is what one batch of a session holds. */
const defaultInitialBytes = 16 * 1024;

/**
 * One growing buffer for the PDUs that a session sends. `take` gives away all that was written as one piece, to be
 * handed to the socket, and goes on behind it: written octets are never overwritten.
 */
export class BufferedPduWriter<P> {
  readonly #encodeInto: EncodeInto<P>;
  readonly #initialBytes: number;
  #bytes: Uint8Array;
  #start = 0;
  #end = 0;

  constructor(encodeInto: EncodeInto<P>, initialBytes: number = defaultInitialBytes) {
    this.#encodeInto = encodeInto;
    this.#initialBytes = initialBytes;
    this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
  }

  /** Octets written and not yet taken. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Appends one PDU. Throws `EncodeError` on the caller's mistakes and then leaves what was written untouched. */
  write(pdu: P): void {
    let end = this.#encodeInto(this.#bytes, this.#end, pdu);
    while (end === needsRoom) {
      this.#grow();
      end = this.#encodeInto(this.#bytes, this.#end, pdu);
    }
    this.#end = end;
  }

  /** All PDUs written since the last call. The octets belong to the caller. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return taken;
  }

  /** Pending octets move to a new buffer, at least twice their size; taken ones stay where they are. */
  #grow(): void {
    const pending = this.#bytes.subarray(this.#start, this.#end);
    // A PDU that finds no room in a fresh buffer needs a larger one, one at the end of a used buffer does not.
    const room =
      this.#start === 0
        ? Math.max(this.#bytes.length * 2, 256)
        : Math.max(this.#initialBytes, pending.length * 2, 256);
    const grown = Buffer.allocUnsafeSlow(room);
    grown.set(pending);
    this.#bytes = grown;
    this.#start = 0;
    this.#end = pending.length;
  }
}

/** What the codec of `createCodec` gives out. */
export interface Writer<P = PduInput> {
  readonly length: number;
  write(pdu: P): void;
  take(): Uint8Array;
}
