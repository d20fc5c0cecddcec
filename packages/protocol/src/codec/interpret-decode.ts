import type { DecodedPdu, MalformedPdu, UnknownPdu } from '../definitions/pdu.ts';
import type { ArrayField } from '../definitions/schema.ts';
import { status } from '../definitions/statuses.ts';
import { BodyReader, type ReadFailure } from './body-reader.ts';
import {
  type DecodeOptions,
  defaultMaxFieldOctets,
  defaultMaxTlvs,
  headerOctets,
  noFlags,
  noTlvs,
} from './options.ts';
import type { CommandEntry, Tables } from './tables.ts';
import { readTlvs } from './tlv-reader.ts';

function uint32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>>
    0
  );
}

/** A header, as far as the octets go; what is missing is 0. */
function malformed(tables: Tables, bytes: Uint8Array, error: ReadFailure): MalformedPdu {
  const id = bytes.length >= 8 ? uint32(bytes, 4) : 0;
  return {
    command: 'malformed',
    command_id: id,
    name: tables.commandById.get(id)?.name as MalformedPdu['name'],
    command_status: bytes.length >= 12 ? uint32(bytes, 8) : 0,
    sequence_number: bytes.length >= 16 ? uint32(bytes, 12) : 0,
    error,
    raw: bytes,
  };
}

/** Why the octets are no frame; undefined when they are. */
function frameFailure(bytes: Uint8Array): ReadFailure | undefined {
  const have = bytes.length;
  const invalid = (reason: string): ReadFailure => ({
    status: status.ESME_RINVCMDLEN,
    field: undefined,
    offset: 0,
    reason,
  });
  if (have < 4) return invalid(`${have} octets are no header`);
  const length = uint32(bytes, 0);
  if (length < headerOctets) return invalid(`command_length ${length} is below 16`);
  if (have < length) return invalid(`incomplete: have ${have} of ${length}`);
  return undefined;
}

function readElement(reader: BodyReader, field: string, { element }: ArrayField, isLast: boolean): unknown {
  if (element.type === 'c_octet_string') return reader.cString(field, element, isLast);
  const value: Record<string, unknown> = {};
  let fields = element.type === 'record' ? element.fields : undefined;
  if (element.type === 'variant') {
    const tag = reader.integer(element.tag, 1);
    value[element.tag] = tag;
    fields = element.cases[tag];
    if (fields === undefined) {
      if (!reader.truncated) reader.fail(element.tag, `${element.tag} ${tag} is unknown`);
      return value;
    }
  }
  const named = Object.entries(fields ?? {});
  for (const [i, [name, definition]] of named.entries()) {
    value[name] = reader.element(name, definition, isLast && i === named.length - 1);
  }
  return value;
}

/** The elements that are there whole. */
function readArray(
  reader: BodyReader,
  field: string,
  definition: ArrayField,
  count: number,
  isLast: boolean,
): unknown[] {
  const values: unknown[] = [];
  for (let i = 0; i < count; i++) {
    const value = readElement(reader, field, definition, isLast && i === count - 1);
    if (reader.failure !== undefined || reader.truncated) break;
    values.push(value);
  }
  return values;
}

function readBody(reader: BodyReader, { fields }: CommandEntry, pdu: Record<string, unknown>): void {
  let count = 0;
  for (const [i, { name, definition }] of fields.entries()) {
    const isLast = i === fields.length - 1;
    switch (definition.type) {
      case 'integer':
        pdu[name] = reader.integer(name, definition.size);
        break;
      case 'count':
        count = reader.integer(name, definition.size);
        break;
      case 'c_octet_string':
        pdu[name] = reader.cString(name, definition, isLast);
        break;
      case 'octet_string':
        pdu[name] = reader.octets(name, count);
        break;
      case 'array':
        pdu[name] = readArray(reader, name, definition, count, isLast);
        break;
    }
    if (reader.failure !== undefined) return;
  }
}

/**
 * Decodes one PDU by walking the tables. It is the whole truth about tolerance: the generated codec reads only
 * flawless PDUs and leaves every other one to this function. Never throws.
 */
export function interpretDecode(tables: Tables, bytes: Uint8Array, options: DecodeOptions = {}): DecodedPdu {
  const frame = frameFailure(bytes);
  if (frame !== undefined) return malformed(tables, bytes, frame);
  const end = uint32(bytes, 0);
  const id = uint32(bytes, 4);
  const flags: string[] = [];
  if (bytes.length > end) flags.push(`trailing_bytes:${bytes.length - end}`);
  const entry = tables.commandById.get(id);
  const header = { command_status: uint32(bytes, 8), sequence_number: uint32(bytes, 12) };
  if (entry === undefined) {
    flags.push('unknown_command');
    const body = bytes.subarray(headerOctets, end);
    return { command: 'unknown', command_id: id, ...header, body, flags } satisfies UnknownPdu;
  }
  const pdu: Record<string, unknown> = { command: entry.name, ...header };
  const isResponse = entry.kind === 'response';
  const lenient = options.mode !== 'strict';
  const omitted = isResponse && end === headerOctets && entry.fields.length > 0;
  if (omitted) flags.push('body_omitted');
  const reader = new BodyReader(bytes, headerOctets, end, flags, {
    // An omitted body reads as one that ended before its first field, without a flag for that.
    lenient: lenient || omitted,
    isResponse,
    maxFieldOctets: options.maxFieldOctets ?? defaultMaxFieldOctets,
  });
  reader.truncated = omitted;
  readBody(reader, entry, pdu);
  const list =
    reader.failure === undefined
      ? readTlvs(reader, tables, options.maxTlvs ?? defaultMaxTlvs, lenient)
      : noTlvs;
  if (reader.failure !== undefined) return malformed(tables, bytes, reader.failure);
  pdu.tlvs = list;
  pdu.flags = flags.length === 0 ? noFlags : flags;
  return pdu as unknown as DecodedPdu;
}
