/** The entries of lists of addresses, compiled. */
import { numberKey } from '@chappe/protocol';
import { encodeDigits, NumberSet } from './number-set.ts';

// 22 octets each at worst: 110 MB. The bans of a whole country fit.
const maxEntries = 5_000_000;
// Names and numbers of more than 15 digits are strings of some 100 octets each.
const maxNames = 100_000;
// SMPP 5.0 4.7.8: no address is longer.
const maxCharacters = 65;
// As many digits as `encodeDigits` takes, and as there are bits to note lengths in.
const maxCodedDigits = 15;

/** The tables of a list, as another thread can have them. */
export interface NumberTableData {
  readonly exact: Float64Array<ArrayBuffer>;
  readonly exactSize: number;
  readonly prefixes: Float64Array<ArrayBuffer>;
  readonly prefixesSize: number;
  readonly prefixLengths: number;
  readonly names: ReadonlySet<string>;
  readonly namePrefixes: ReadonlySet<string>;
}

/**
 * Exact addresses, and prefixes (`*` at their end), by the million: numbers stand in tables of doubles, of anything else
 * there are few.
 */
export class NumberTable {
  readonly #exact: NumberSet;
  readonly #prefixes: NumberSet;
  /** Bit n: there are prefixes of n digits. */
  #prefixLengths: number;
  readonly #names: Set<string>;
  readonly #namePrefixes: Set<string>;
  readonly #namePrefixLengths: Set<number>;

  /** Default: empty. `data`: of another table, whose numbers are then this one's. */
  constructor(data?: NumberTableData) {
    this.#exact = new NumberSet(data?.exact, data?.exactSize);
    this.#prefixes = new NumberSet(data?.prefixes, data?.prefixesSize);
    this.#prefixLengths = data?.prefixLengths ?? 0;
    this.#names = new Set(data?.names);
    this.#namePrefixes = new Set(data?.namePrefixes);
    this.#namePrefixLengths = new Set([...this.#namePrefixes].map(({ length }) => length));
  }

  /** What the same table can be made of elsewhere. */
  get data(): NumberTableData {
    return {
      exact: this.#exact.table,
      exactSize: this.#exact.size,
      prefixes: this.#prefixes.table,
      prefixesSize: this.#prefixes.size,
      prefixLengths: this.#prefixLengths,
      names: this.#names,
      namePrefixes: this.#namePrefixes,
    };
  }

  /** Entries that differ. */
  get size(): number {
    return this.#exact.size + this.#prefixes.size + this.#names.size + this.#namePrefixes.size;
  }

  /** Its entries as they can be added again, in no order. */
  *entries(): Generator<string> {
    yield* this.#exact.digits();
    for (const prefix of this.#prefixes.digits()) yield `${prefix}*`;
    yield* this.#names;
    for (const prefix of this.#namePrefixes) yield `${prefix}*`;
  }

  /** Adds an entry. Throws a RangeError that names `place` for one that cannot be, and for one too many. */
  add(entry: string, place: string): void {
    const text = cleaned(entry);
    const star = text.indexOf('*');
    if (text === '') throw new RangeError(`${place}: is empty; take it out, or "*" for all`);
    if (text.length > maxCharacters) {
      throw new RangeError(`${place}: has more than ${maxCharacters} characters; an address is shorter`);
    }
    if (star >= 0 && star !== text.length - 1) {
      throw new RangeError(`${place}: "${entry}" has a "*" inside; it may only stand at the end`);
    }
    if (star < 0) this.#addExact(text);
    else this.#addPrefix(text.slice(0, star));
    if (this.size > maxEntries) {
      throw new RangeError(`${place}: more than ${maxEntries} entries; use prefixes with "*"`);
    }
    if (this.#names.size + this.#namePrefixes.size > maxNames) {
      throw new RangeError(`${place}: more than ${maxNames} entries that are no numbers of 1 to 15 digits`);
    }
  }

  /** True when the address is in it or begins as one of its prefixes; how a number is written and case do not count. */
  has(address: string): boolean {
    let value = 1;
    let at = 0;
    for (; at < address.length && at < maxCodedDigits; at += 1) {
      const digit = address.charCodeAt(at) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      if ((this.#prefixLengths & (1 << (at + 1))) !== 0 && this.#prefixes.has(value)) return true;
    }
    if (at === address.length && at > 0) return this.#exact.has(value) || this.#hasNamePrefix('');
    const key = numberKey(address);
    if (key !== address) return this.has(key);
    if (this.#names.size === 0 && this.#namePrefixes.size === 0) return false;
    const name = address.toLowerCase();
    return this.#names.has(name) || this.#hasNamePrefix(name);
  }

  #hasNamePrefix(name: string): boolean {
    for (const length of this.#namePrefixLengths) {
      if (length <= name.length && this.#namePrefixes.has(name.slice(0, length))) return true;
    }
    return false;
  }

  #addExact(text: string): void {
    const value = encodeDigits(text);
    if (value === 0) this.#names.add(text);
    else this.#exact.add(value);
  }

  #addPrefix(text: string): void {
    const value = encodeDigits(text);
    if (value === 0) {
      this.#namePrefixes.add(text);
      this.#namePrefixLengths.add(text.length);
    } else {
      this.#prefixes.add(value);
      this.#prefixLengths |= 1 << text.length;
    }
  }
}

/** An entry as it is compared: the digits of a number or of its beginning, small letters of a name. */
function cleaned(entry: string): string {
  const trimmed = entry.trim();
  const star = trimmed.endsWith('*') ? '*' : '';
  const text = star === '' ? trimmed : trimmed.slice(0, -1);
  return `${numberKey(text).toLowerCase()}${star}`;
}
