import type { PduInput, Writer } from '@chappe/protocol';
import type { SessionCounters } from './events.ts';
import type { SessionOptions } from './options.ts';
import type { PduTaps } from './tap.ts';
import type { Window } from './window.ts';

/** Offset of sequence_number in a PDU (SMPP 3.4 3.2). */
const SEQUENCE_OFFSET = 12;
/** SMPP 5.0 3.2.1.4: 1 to 0x7FFFFFFF, then again from 1. */
const SEQUENCE_MAX = 0x7fff_ffff;

/** The PDUs of one session on their way out: their sequence numbers, and the octets until the shell takes them. */
export class Outbound {
  readonly #options: SessionOptions;
  readonly #counters: SessionCounters;
  readonly #window: Window;
  readonly #taps: PduTaps;
  #writer: Writer | undefined;
  /** Pairs of offset and sequence number, to be set in the octets when they are taken. */
  #marks: number[] = [];
  #lastSequence = 0;
  #wrapped = false;

  constructor(options: SessionOptions, counters: SessionCounters, window: Window, taps: PduTaps) {
    this.#options = options;
    this.#window = window;
    this.#taps = taps;
    this.#counters = counters;
  }

  /** Writes a request under the next number of the series and returns that. Throws as `write` does. */
  writeRequest(pdu: PduInput): number {
    let next = this.#lastSequence;
    do {
      next = next === SEQUENCE_MAX ? 1 : next + 1;
      // Only a series that has started again can meet numbers still in use.
      this.#wrapped ||= next === 1 && this.#lastSequence !== 0;
    } while (this.#wrapped && this.#window.has(next));
    this.write(pdu, next);
    this.#lastSequence = next;
    return next;
  }

  /**
   * Writes a PDU under this sequence number. Throws `EncodeError`, having written nothing. The number is set in the
   * octets and not in the PDU: copying an object of 20 fields costs more than encoding it.
   */
  write(pdu: PduInput, sequence: number): void {
    const writer = this.#writer ?? this.#options.writers.borrow();
    this.#writer = writer;
    const offset = writer.length;
    writer.write(pdu);
    this.#marks.push(offset, sequence);
    this.#counters.pdusOut++;
    if (this.#taps.isWatched) this.#taps.sent(pdu, sequence);
  }

  /** Everything written since the last call; undefined when there is nothing. */
  take(): Uint8Array | undefined {
    const writer = this.#writer;
    if (writer === undefined || writer.length === 0) return undefined;
    const bytes = writer.take();
    this.#options.writers.giveBack(writer);
    this.#writer = undefined;
    const marks = this.#marks;
    for (let i = 0; i < marks.length; i += 2) setUint32(bytes, marks[i]! + SEQUENCE_OFFSET, marks[i + 1]!);
    // A burst leaves a long array behind; an idle session should not keep it.
    if (marks.length > 64) this.#marks = [];
    else marks.length = 0;
    this.#counters.bytesOut += bytes.length;
    return bytes;
  }
}

function setUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}
