import type { ArrayField, CStringField, FieldDefinition, IntegerField } from '../definitions/schema.ts';
import { EncodeError } from './errors.ts';
import { OctetSink } from './octet-sink.ts';
import { headerOctets } from './options.ts';
import type { CommandEntry, Tables } from './tables.ts';
import { isTlvRecord, writeTlvs } from './tlv-writer.ts';

type Values = { readonly [field: string]: unknown };

/** Fields that tolerance let through when the PDU was decoded: `oversize:FIELD:27>16`. They may go out again. */
function oversizeFields(flags: unknown): ReadonlySet<string> {
  const fields = new Set<string>();
  if (!Array.isArray(flags)) return fields;
  for (const flag of flags as readonly unknown[]) {
    if (typeof flag === 'string' && flag.startsWith('oversize:'))
      fields.add(flag.slice(9, flag.lastIndexOf(':')));
  }
  return fields;
}

function encodedMax({ max, encodeMax = max }: CStringField): number {
  return encodeMax;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === 0) return true;
  return (
    (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array) && value.length === 0
  );
}

function hasTlvs(list: unknown): boolean {
  if (list === undefined) return false;
  if (Array.isArray(list)) return list.length > 0;
  // Not a list at all: writing it will say so.
  return !isTlvRecord(list) || Object.values(list).some((value) => value !== undefined);
}

/**
 * Whether only the header goes out. A decoded response keeps `body_omitted` among its flags and is omitted again
 * while its fields are empty; an error response of a command marked `errorBody` is when none of its fields is given.
 */
function omitsBody(entry: CommandEntry, pdu: Values): boolean {
  if (entry.kind !== 'response' || hasTlvs(pdu.tlvs)) return false;
  const given = (test: (value: unknown) => boolean): boolean =>
    entry.fields.every(({ name, definition }) => definition.type === 'count' || test(pdu[name]));
  if (Array.isArray(pdu.flags) && pdu.flags.includes('body_omitted') && given(isEmpty)) return true;
  const isError = pdu.command_status !== undefined && pdu.command_status !== 0;
  return entry.omitsErrorBody && isError && given((value) => value === undefined);
}

function writeRecord(
  sink: OctetSink,
  path: string,
  fields: { readonly [field: string]: IntegerField | CStringField },
  value: Values,
  oversize: ReadonlySet<string>,
): void {
  for (const [name, definition] of Object.entries(fields)) {
    const field = `${path}.${name}`;
    if (definition.type === 'integer') sink.integer(field, definition.size, value[name]);
    else sink.cString(field, value[name], oversize.has(name) ? Number.POSITIVE_INFINITY : definition.max);
  }
}

function writeArray(
  sink: OctetSink,
  field: string,
  { element }: ArrayField,
  values: readonly unknown[],
  oversize: ReadonlySet<string>,
): void {
  for (const [i, value] of values.entries()) {
    const path = `${field}[${i}]`;
    if (element.type === 'c_octet_string') {
      sink.cString(path, value, oversize.has(field) ? Number.POSITIVE_INFINITY : element.max);
      continue;
    }
    if (typeof value !== 'object' || value === null) {
      throw new EncodeError('CHAPPE_FIELD_TYPE', path, 'must be an object');
    }
    const record = value as Values;
    if (element.type === 'record') {
      writeRecord(sink, path, element.fields, record, oversize);
      continue;
    }
    const tag = record[element.tag];
    const fields = typeof tag === 'number' ? element.cases[tag] : undefined;
    if (fields === undefined) {
      const known = Object.keys(element.cases).join(' or ');
      throw new EncodeError('CHAPPE_FIELD_RANGE', `${path}.${element.tag}`, `must be ${known}`);
    }
    sink.integer(`${path}.${element.tag}`, 1, tag);
    writeRecord(sink, path, fields, record, oversize);
  }
}

/** Checks the counted field and gives back how many octets or elements it has. */
function countOf(field: string, definition: FieldDefinition, value: unknown): number {
  if (value === undefined) return 0;
  const isArray = definition.type === 'array';
  if (isArray ? !Array.isArray(value) : !(value instanceof Uint8Array)) {
    throw new EncodeError('CHAPPE_FIELD_TYPE', field, isArray ? 'must be an array' : 'must be a Uint8Array');
  }
  const { length } = value as { readonly length: number };
  // The count is one octet: 255 octets of text, 255 destinations.
  const limit = definition.type === 'octet_string' ? definition.max : 255;
  if (length > limit)
    throw new EncodeError('CHAPPE_FIELD_TOO_LONG', field, `has ${length}, at most ${limit}`, limit);
  return length;
}

function writeBody(sink: OctetSink, { fields }: CommandEntry, pdu: Values): void {
  const oversize = oversizeFields(pdu.flags);
  const definitions = new Map(fields.map(({ name, definition }) => [name, definition]));
  for (const { name, definition } of fields) {
    const value = pdu[name];
    switch (definition.type) {
      case 'integer':
        sink.integer(name, definition.size, value);
        break;
      case 'count':
        sink.integer(
          name,
          definition.size,
          countOf(definition.of, definitions.get(definition.of)!, pdu[definition.of]),
        );
        break;
      case 'c_octet_string':
        sink.cString(name, value, oversize.has(name) ? Number.POSITIVE_INFINITY : encodedMax(definition));
        break;
      case 'octet_string':
        if (value !== undefined) sink.octets(value as Uint8Array);
        break;
      case 'array':
        if (value !== undefined) writeArray(sink, name, definition, value as readonly unknown[], oversize);
        break;
    }
  }
}

/**
 * Encodes one PDU by walking the tables, checking everything the generated codec checks and saying what is wrong.
 * Throws `EncodeError`.
 */
export function interpretEncode(tables: Tables, input: object): Uint8Array {
  const pdu = input as Values;
  const { command } = pdu;
  const entry = typeof command === 'string' ? tables.commandByName.get(command) : undefined;
  if (entry === undefined) {
    const what = typeof command === 'string' ? command : `what is no text (${typeof command})`;
    throw new EncodeError('CHAPPE_UNKNOWN_COMMAND', 'command', `${what} is not a known PDU`);
  }
  const sink = new OctetSink();
  sink.integer('command_length', 4, 0);
  sink.integer('command_id', 4, entry.id);
  sink.integer('command_status', 4, pdu.command_status);
  sink.integer('sequence_number', 4, pdu.sequence_number);
  if (!omitsBody(entry, pdu)) {
    writeBody(sink, entry, pdu);
    writeTlvs(sink, tables, pdu.tlvs);
  }
  const bytes = sink.take();
  new DataView(bytes.buffer, bytes.byteOffset, headerOctets).setUint32(0, bytes.length);
  return bytes;
}
