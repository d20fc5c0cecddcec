/** What the generated codec calls: single steps of reading and writing, without tolerance and without messages. */

import type { Tlv, TlvInput, TlvRecord } from '../definitions/pdu.ts';
import { needsRoom } from './pdu-writer.ts';
import { standardTables } from './tables.ts';
import { isTlvRecord } from './tlv-writer.ts';

/** Returned by generated write functions when the input is not flawless: the interpreter decides. */
export const refused = -2;

/** Flags of a response without its body. */
export const bodyOmitted: readonly string[] = Object.freeze(['body_omitted']);

/** Shared by all octet strings without octets. */
export const noOctets: Uint8Array = new Uint8Array(0);

/** Shared by all arrays without elements. */
export const noElements: readonly never[] = Object.freeze([]);

/** Four octets, big endian. */
export function uint32(b: Uint8Array, p: number): number {
  return ((b[p]! << 24) | (b[p + 1]! << 16) | (b[p + 2]! << 8) | b[p + 3]!) >>> 0;
}

/** Where the NUL of a string is that starts at `p`; -1 when not within `max` octets and before `end`. */
export function nulAt(b: Uint8Array, p: number, end: number, max: number): number {
  const limit = p + max < end ? p + max : end;
  for (let i = p; i < limit; i++) {
    if (b[i] === 0) return i;
  }
  return -1;
}

/** A TLV without deviation; one shape for all. */
export function plainTlv(name: string | undefined, tag: number, value: number | string | Uint8Array): Tlv {
  return { name, tag, value, bytes: undefined } as Tlv;
}

/** Writes a 32 bit number; false when it is none. */
export function putUint32(b: Uint8Array, p: number, value: number): boolean {
  b[p] = value >>> 24;
  b[p + 1] = value >>> 16;
  b[p + 2] = value >>> 8;
  b[p + 3] = value;
  return value >>> 0 === value;
}

/** Writes command_id, command_status and sequence_number; false when one is no 32 bit number. */
export function putHeader(
  b: Uint8Array,
  p: number,
  id: number,
  commandStatus: number | undefined,
  sequence: number | undefined,
): boolean {
  putUint32(b, p + 4, id);
  return (
    putUint32(b, p + 8, commandStatus === undefined ? 0 : commandStatus) &&
    putUint32(b, p + 12, sequence === undefined ? 0 : sequence)
  );
}

/** Patches command_length and returns the end. */
export function finish(b: Uint8Array, start: number, end: number): number {
  putUint32(b, start, end - start);
  return end;
}

/** Writes a string of less than `max` characters and its NUL; returns the offset behind, or `refused`. */
export function putCString(b: Uint8Array, p: number, text: string, max: number): number {
  if (typeof text !== 'string' || text.length >= max) return refused;
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code > 0xff) return refused;
    b[p + i] = code;
  }
  b[p + length] = 0;
  return p + length + 1;
}

/** Up to this many octets a loop is faster than crossing into `set`; measured on Node 24. */
const loopOctets = 8;

/** Copies octets and returns the offset behind them. */
export function putOctets(b: Uint8Array, p: number, octets: Uint8Array): number {
  const { length } = octets;
  if (length > loopOctets) b.set(octets, p);
  else for (let i = 0; i < length; i++) b[p + i] = octets[i]!;
  return p + length;
}

function putTlvHeader(b: Uint8Array, p: number, tag: number, octets: number): void {
  b[p] = tag >>> 8;
  b[p + 1] = tag;
  b[p + 2] = octets >>> 8;
  b[p + 3] = octets;
}

/** Raw octets of any length up to what a TLV can hold. */
function putRawTlv(b: Uint8Array, p: number, tag: number, octets: unknown, min: number, max: number): number {
  if (!(octets instanceof Uint8Array) || octets.length < min || octets.length > max) return refused;
  if (p + 4 + octets.length > b.length) return needsRoom;
  putTlvHeader(b, p, tag, octets.length);
  return putOctets(b, p + 4, octets);
}

function putTlv(
  b: Uint8Array,
  p: number,
  name: string,
  value: unknown,
  bytes: Uint8Array | undefined,
  givenTag: number | undefined,
): number {
  const entry = standardTables.tlvByName.get(name);
  if (entry === undefined) return refused;
  const { tag, type, min, max } = entry.definition;
  if (givenTag !== undefined && givenTag !== tag) return refused;
  if (bytes !== undefined) return putRawTlv(b, p, tag, bytes, 0, 0xffff);
  if (type === 'octet_string') return putRawTlv(b, p, tag, value, min, max);
  if (type === 'c_octet_string') {
    if (typeof value !== 'string' || value.length + 1 < min) return refused;
    if (p + 4 + max > b.length) return needsRoom;
    putTlvHeader(b, p, tag, value.length + 1);
    return putCString(b, p + 4, value, max);
  }
  if (p + 8 > b.length) return needsRoom;
  const number = value as number;
  putTlvHeader(b, p, tag, max);
  switch (max) {
    case 1:
      b[p + 4] = number;
      return (number & 0xff) === number ? p + 5 : refused;
    case 2:
      b[p + 4] = number >>> 8;
      b[p + 5] = number;
      return (number & 0xffff) === number ? p + 6 : refused;
    default:
      return max === 4 && putUint32(b, p + 4, number) ? p + 8 : refused;
  }
}

/** Writes TLVs; returns the offset behind them, `needsRoom` or `refused`. */
export function putTlvs(b: Uint8Array, p: number, list: readonly TlvInput[] | TlvRecord): number {
  let end = p;
  if (Array.isArray(list)) {
    for (let i = 0; i < list.length && end >= 0; i++) {
      const item = list[i] as TlvInput | undefined;
      if (item === undefined || item === null) return refused;
      const { name, tag, value, bytes } = item;
      if (name !== undefined) end = putTlv(b, end, name, value, bytes, tag);
      else if (tag !== undefined && (tag & 0xffff) === tag)
        end = putRawTlv(b, end, tag, bytes ?? value, 0, 0xffff);
      else return refused;
    }
    return end;
  }
  if (!isTlvRecord(list)) return refused;
  for (const name of Object.keys(list)) {
    const value: unknown = (list as { readonly [name: string]: unknown })[name];
    if (value === undefined) continue;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length && end >= 0; i++) {
        end = putTlv(b, end, name, value[i], undefined, undefined);
      }
    } else {
      end = putTlv(b, end, name, value, undefined, undefined);
    }
    if (end < 0) return end;
  }
  return end;
}
