import type { TlvDefinition } from '../definitions/schema.ts';
import { EncodeError } from './errors.ts';
import type { OctetSink } from './octet-sink.ts';
import type { Tables } from './tables.ts';

/** The length of a TLV is two octets (SMPP 3.4 3.2.4.1). */
const maxTlvOctets = 0xffff;

interface TlvParts {
  readonly name?: unknown;
  readonly tag?: unknown;
  readonly value?: unknown;
  readonly bytes?: unknown;
}

function writeOctets(
  sink: OctetSink,
  field: string,
  tag: number,
  value: unknown,
  min = 0,
  max = maxTlvOctets,
): void {
  if (!(value instanceof Uint8Array))
    throw new EncodeError('CHAPPE_FIELD_TYPE', field, 'must be a Uint8Array');
  const octets = value.length;
  if (octets > max)
    throw new EncodeError('CHAPPE_FIELD_TOO_LONG', field, `has ${octets} octets, at most ${max}`, max);
  if (octets < min)
    throw new EncodeError('CHAPPE_FIELD_TOO_SHORT', field, `has ${octets} octets, at least ${min}`, min);
  sink.integer(field, 2, tag);
  sink.integer(field, 2, octets);
  sink.octets(value);
}

/** An octet string of one of several lengths is checked by hand; the others by `min` and `max`. */
function writeOctetString(sink: OctetSink, field: string, definition: TlvDefinition, value: unknown): void {
  const { tag, min, max, lengths } = definition;
  const isExtra = value instanceof Uint8Array && lengths?.includes(value.length);
  writeOctets(sink, field, tag, value, isExtra ? 0 : min, isExtra ? maxTlvOctets : max);
}

function writeValue(sink: OctetSink, field: string, definition: TlvDefinition, value: unknown): void {
  const { tag, type, min, max } = definition;
  if (type === 'octet_string') {
    writeOctetString(sink, field, definition, value);
    return;
  }
  if (value === undefined) throw new EncodeError('CHAPPE_FIELD_TYPE', field, 'has no value');
  sink.integer(field, 2, tag);
  if (type === 'c_octet_string') {
    sink.integer(field, 2, typeof value === 'string' ? Math.min(value.length + 1, maxTlvOctets) : 0);
    sink.cString(field, value, max, min);
    return;
  }
  sink.integer(field, 2, max);
  sink.integer(field, max, value);
}

function writeTlv(sink: OctetSink, tables: Tables, at: string, { name, tag, value, bytes }: TlvParts): void {
  const entry = name === undefined ? undefined : tables.tlvByName.get(String(name));
  if (name !== undefined && entry === undefined) {
    throw new EncodeError('CHAPPE_UNKNOWN_TLV', `${at}.${String(name)}`, 'is not a known TLV');
  }
  if (entry === undefined) {
    if (typeof tag !== 'number' || !Number.isInteger(tag)) {
      throw new EncodeError('CHAPPE_UNKNOWN_TLV', at, 'has neither name nor tag');
    }
    writeOctets(sink, `${at}.0x${tag.toString(16).padStart(4, '0')}`, tag, bytes ?? value);
    return;
  }
  const field = `${at}.${entry.name}`;
  if (tag !== undefined && tag !== entry.definition.tag) {
    const known = entry.definition.tag.toString(16).padStart(4, '0');
    throw new EncodeError('CHAPPE_UNKNOWN_TLV', field, `has the tag 0x${known}, not ${String(tag)}`);
  }
  if (bytes === undefined) writeValue(sink, field, entry.definition, value);
  else writeOctets(sink, field, entry.definition.tag, bytes);
}

/**
 * Whether TLVs are given by name. A Map, a Set and the like are not: their entries are no properties, and would be left
 * out in silence.
 */
export function isTlvRecord(tlvs: unknown): tlvs is { readonly [name: string]: unknown } {
  return typeof tlvs === 'object' && tlvs !== null && !(Symbol.iterator in tlvs);
}

/** Writes a list of TLVs in its order, or a record by name in the order of its keys. */
export function writeTlvs(sink: OctetSink, tables: Tables, list: unknown): void {
  if (list === undefined) return;
  if (Array.isArray(list)) {
    for (const item of list as readonly unknown[]) {
      if (typeof item !== 'object' || item === null) {
        throw new EncodeError('CHAPPE_FIELD_TYPE', 'tlvs', 'must hold objects');
      }
      writeTlv(sink, tables, 'tlvs', item);
    }
    return;
  }
  if (!isTlvRecord(list)) {
    throw new EncodeError('CHAPPE_FIELD_TYPE', 'tlvs', 'must be a list, or an object with their names');
  }
  for (const [name, value] of Object.entries(list)) {
    if (value === undefined) continue;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) writeTlv(sink, tables, 'tlvs', { name, value: one });
  }
}
