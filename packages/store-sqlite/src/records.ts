/**
 * Changes in octets: what the main thread writes once, the journal keeps as it is, and the thread that writes reads when it
 * makes rows of them. A record is its length (4 octets), opcode, table, place, flags (1 each), the id of its message (8) and,
 * where it has one, when the message is to be looked at (8); its values follow, each with a tag. Numbers are little-endian.
 */
import type { Value } from './row.ts';

/** Of a record: its message waits, or is at an upstream, and is to be looked at at a time that stands in it. */
const hasEnd = 1;
/** Nothing more is expected to come to its message. */
const isLast = 2;
const HEAD_OCTETS = 16;
const END_OCTETS = 8;

// Tags. What is above 127 is a number from 0 on by itself.
const tagNull = 0;
const tagUint = 1;
const tagNumber = 2;
const tagAscii = 3;
const tagText = 4;
const tagOctets = 5;
const smallNumber = 0x80;
const maxSmall = 0x7f;
const maxUint = 0xffff_ffff;
/** Above this many characters the platform is faster than a loop. */
const MAX_LOOP = 48;
const FIRST_OCTETS = 64 * 1024;
/** A buffer that one large commit made larger is let go. */
const KEPT_OCTETS = 1024 * 1024;

/** `place` of a change that says nothing of it. */
export const noPlace = 255;

/** Writes records one after the other. */
export class RecordWriter {
  #buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_OCTETS);
  #view: DataView = new DataView(this.#buffer.buffer);
  /** Octets left free at the beginning. */
  readonly #room: number;
  #at: number;
  #start = 0;
  /** Since `take`. */
  records = 0;

  /** `room`: octets to leave free before the first record. */
  constructor(room: number) {
    this.#room = room;
    this.#at = room;
  }

  begin(
    op: number,
    table: number,
    place: number,
    id: number,
    endMs: number = Number.POSITIVE_INFINITY,
  ): void {
    this.#need(HEAD_OCTETS + END_OCTETS);
    const at = this.#at;
    this.#start = at;
    const isEnding = endMs !== Number.POSITIVE_INFINITY;
    this.#buffer[at + 4] = op;
    this.#buffer[at + 5] = table;
    this.#buffer[at + 6] = place;
    this.#buffer[at + 7] = isEnding ? hasEnd : 0;
    this.#view.setFloat64(at + 8, id, true);
    this.#at = at + HEAD_OCTETS;
    if (!isEnding) return;
    this.#view.setFloat64(this.#at, endMs, true);
    this.#at += END_OCTETS;
  }

  number(value: number): void {
    this.#need(9);
    if (value >= 0 && value <= maxSmall && (value | 0) === value) {
      this.#buffer[this.#at] = smallNumber | value;
      this.#at += 1;
    } else if (value >= 0 && value <= maxUint && value >>> 0 === value) {
      this.#buffer[this.#at] = tagUint;
      this.#view.setUint32(this.#at + 1, value, true);
      this.#at += 5;
    } else {
      this.#buffer[this.#at] = tagNumber;
      this.#view.setFloat64(this.#at + 1, value, true);
      this.#at += 9;
    }
  }

  nothing(): void {
    this.#need(1);
    this.#buffer[this.#at] = tagNull;
    this.#at += 1;
  }

  text(value: string): void {
    const { length } = value;
    // A character has three octets at most.
    this.#need(5 + 3 * length);
    if (length <= MAX_LOOP && this.#ascii(value)) return;
    const octets = this.#buffer.write(value, this.#at + 5, 'utf8');
    this.#buffer[this.#at] = tagText;
    this.#view.setUint32(this.#at + 1, octets, true);
    this.#at += 5 + octets;
  }

  #ascii(value: string): boolean {
    const buffer = this.#buffer;
    const from = this.#at + 2;
    const { length } = value;
    for (let at = 0; at < length; at += 1) {
      const code = value.charCodeAt(at);
      if (code > maxSmall) return false;
      buffer[from + at] = code;
    }
    buffer[this.#at] = tagAscii;
    buffer[this.#at + 1] = length;
    this.#at = from + length;
    return true;
  }

  octets(value: Uint8Array): void {
    this.#need(5 + value.length);
    this.#buffer[this.#at] = tagOctets;
    this.#view.setUint32(this.#at + 1, value.length, true);
    this.#buffer.set(value, this.#at + 5);
    this.#at += 5 + value.length;
  }

  /** `isOver`: nothing more is expected to come to the message. */
  end(isOver = false): void {
    this.#view.setUint32(this.#start, this.#at - this.#start, true);
    if (isOver) this.#buffer[this.#start + 7] = (this.#buffer[this.#start + 7] as number) | isLast;
    this.records += 1;
  }

  /** All of them, in memory of their own, behind the room that was left. */
  take(): Uint8Array<ArrayBuffer> {
    // Not filled with zeros first: it is all written.
    const octets = new Uint8Array(Buffer.allocUnsafeSlow(this.#at).buffer);
    octets.set(this.#buffer.subarray(0, this.#at));
    this.#at = this.#room;
    this.records = 0;
    if (this.#buffer.length > KEPT_OCTETS) this.#grow(FIRST_OCTETS);
    return octets;
  }

  #need(octets: number): void {
    if (this.#at + octets <= this.#buffer.length) return;
    this.#grow(Math.max(2 * this.#buffer.length, this.#at + octets));
  }

  #grow(octets: number): void {
    const buffer = Buffer.allocUnsafeSlow(octets);
    if (this.#at <= octets) this.#buffer.copy(buffer, 0, 0, this.#at);
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer);
  }
}

/** Records in memory, as they are read where they stand. */
export class Records {
  readonly octets: Buffer;
  readonly #view: DataView;

  constructor(octets: Uint8Array) {
    this.octets = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  /** Octets of the record that begins there. */
  length(at: number): number {
    return this.#view.getUint32(at, true);
  }

  op(at: number): number {
    return this.octets[at + 4] as number;
  }

  table(at: number): 0 | 1 {
    return this.octets[at + 5] as 0 | 1;
  }

  place(at: number): number {
    return this.octets[at + 6] as number;
  }

  /** Whether nothing more is expected to come to its message. */
  isLast(at: number): boolean {
    return ((this.octets[at + 7] as number) & isLast) !== 0;
  }

  id(at: number): number {
    return this.#view.getFloat64(at + 8, true);
  }

  endMs(at: number): number {
    if (((this.octets[at + 7] as number) & hasEnd) === 0) return Number.POSITIVE_INFINITY;
    return this.#view.getFloat64(at + HEAD_OCTETS, true);
  }

  /** Its values, in the order in which they were written, behind those of `values`; octets are views. */
  values(start: number, values: Value[] = []): Value[] {
    const { octets } = this;
    const view = this.#view;
    const end = start + this.length(start);
    let at = start + HEAD_OCTETS + (((octets[start + 7] as number) & hasEnd) === 0 ? 0 : END_OCTETS);
    while (at < end) {
      const tag = octets[at] as number;
      at += 1;
      if (tag >= smallNumber) {
        values.push(tag & maxSmall);
        continue;
      }
      switch (tag) {
        case tagNull:
          values.push(null);
          break;
        case tagUint:
          values.push(view.getUint32(at, true));
          at += 4;
          break;
        case tagNumber:
          values.push(view.getFloat64(at, true));
          at += 8;
          break;
        case tagAscii: {
          const length = octets[at] as number;
          values.push(octets.toString('latin1', at + 1, at + 1 + length));
          at += 1 + length;
          break;
        }
        case tagText: {
          const length = view.getUint32(at, true);
          values.push(octets.toString('utf8', at + 4, at + 4 + length));
          at += 4 + length;
          break;
        }
        case tagOctets: {
          const length = view.getUint32(at, true);
          values.push(octets.subarray(at + 4, at + 4 + length));
          at += 4 + length;
          break;
        }
        default:
          throw new RangeError(`a value with the tag ${tag}`);
      }
    }
    return values;
  }
}
