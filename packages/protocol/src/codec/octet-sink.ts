import { EncodeError } from './errors.ts';
import { writeLatin1 } from './latin1.ts';

/** A growing buffer which checks what is put into it. Absent values are 0 and ''. */
export class OctetSink {
  #bytes = new Uint8Array(256);
  #length = 0;

  #reserve(octets: number): number {
    const start = this.#length;
    const needed = start + octets;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, start));
      this.#bytes = grown;
    }
    this.#length = needed;
    return start;
  }

  /** Big endian; throws unless it is an integer of `size` octets. */
  integer(field: string, size: number, value: unknown): void {
    const number = value === undefined ? 0 : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) {
      throw new EncodeError('CHAPPE_FIELD_TYPE', field, 'must be an integer');
    }
    const limit = 2 ** (8 * size) - 1;
    if (number < 0 || number > limit) {
      throw new EncodeError('CHAPPE_FIELD_RANGE', field, `${number} is not in 0..${limit}`, limit);
    }
    const start = this.#reserve(size);
    for (let i = 0; i < size; i++) this.#bytes[start + i] = Math.floor(number / 2 ** (8 * (size - 1 - i)));
  }

  /** Characters U+0001 to U+00FF and a NUL; `max` and `min` count the NUL. */
  cString(field: string, value: unknown, max: number, min = 1): void {
    const text = value === undefined ? '' : value;
    if (typeof text !== 'string') throw new EncodeError('CHAPPE_FIELD_TYPE', field, 'must be a string');
    const octets = text.length + 1;
    if (octets > max) {
      throw new EncodeError(
        'CHAPPE_FIELD_TOO_LONG',
        field,
        `has ${octets} octets with its NUL, at most ${max}`,
        max,
      );
    }
    if (octets < min) {
      throw new EncodeError(
        'CHAPPE_FIELD_TOO_SHORT',
        field,
        `has ${octets} octets with its NUL, at least ${min}`,
        min,
      );
    }
    const start = this.#reserve(octets);
    if (!writeLatin1(this.#bytes, start, text)) {
      throw new EncodeError('CHAPPE_FIELD_CHARACTER', field, 'holds a NUL or a character above U+00FF');
    }
    this.#bytes[start + text.length] = 0;
  }

  /** Raw octets. */
  octets(value: Uint8Array): void {
    const start = this.#reserve(value.length);
    this.#bytes.set(value, start);
  }

  /** All that was written. */
  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
