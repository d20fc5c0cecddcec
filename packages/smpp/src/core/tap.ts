import type { DecodedPdu, PduInput } from '@chappe/protocol';
import { isThenable } from '../guard.ts';
import type { PduTap, SessionOptions } from './options.ts';
import { redacted } from './redact.ts';

/**
 * Who watches the PDUs of one session. Watching is slow and rare, sending is not: what is sent is encoded once more for
 * those who watch, and while nobody does it costs nothing.
 */
export class PduTaps {
  /** Hears of taps that throw, or whose promise rejects. */
  onError: ((error: unknown) => void) | undefined;
  readonly #codec: SessionOptions['codec'];
  /** A list of its own after each change, so that one may stop watching while it is told. */
  #taps: readonly PduTap[];

  constructor({ codec, tap }: Pick<SessionOptions, 'codec' | 'tap'>) {
    this.#codec = codec;
    this.#taps = tap === undefined ? [] : [tap];
  }

  /** Whether anybody watches. */
  get isWatched(): boolean {
    return this.#taps.length > 0;
  }

  /** Shows all PDUs from now on; returns what ends that. What the tap throws hits nobody else. */
  add(tap: PduTap): () => void {
    this.#taps = [...this.#taps, tap];
    return () => {
      this.#taps = this.#taps.filter((one) => one !== tap);
    };
  }

  /** Shows a received PDU; one with a password is shown masked, octets included. */
  received(pdu: DecodedPdu, frame: Uint8Array): void {
    const shown = redacted(pdu);
    const octets = shown === pdu ? frame : this.#codec.encode(shown as PduInput);
    this.#tell('in', shown, octets);
  }

  /** Shows a PDU that is sent under this sequence number. */
  sent(pdu: PduInput, sequence: number): void {
    const shown = { ...redacted(pdu), sequence_number: sequence } as PduInput;
    const octets = this.#codec.encode(shown);
    this.#tell('out', shown, octets);
  }

  #tell(...seen: Parameters<PduTap>): void {
    for (const tap of this.#taps) {
      try {
        const returned: unknown = tap(...seen);
        if (returned === undefined || !isThenable(returned)) continue;
        returned.then(undefined, (error: unknown) => this.onError?.(error));
      } catch (error) {
        this.onError?.(error);
      }
    }
  }
}
