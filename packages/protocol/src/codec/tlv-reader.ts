import type { Tlv } from '../definitions/pdu.ts';
import type { TlvDefinition } from '../definitions/schema.ts';
import { status } from '../definitions/statuses.ts';
import type { BodyReader } from './body-reader.ts';
import { readLatin1 } from './latin1.ts';
import { noTlvs } from './options.ts';
import type { Tables, TlvEntry } from './tables.ts';

const tlvHeaderOctets = 4;

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** The name of a TLV for flags and reasons; tags without one as `0x1403`. */
function label(name: string | undefined, tag: number): string {
  return name ?? `0x${tag.toString(16).padStart(4, '0')}`;
}

/** Big endian; a number in too wide a field stands in its last four octets. */
function integerOf(raw: Uint8Array): number {
  let value = 0;
  for (const octet of raw) value = ((value << 8) | octet) >>> 0;
  return value;
}

function isInteger({ type }: TlvDefinition): boolean {
  return type === 'integer' || type === 'bitmask';
}

/** Whether octets of a wrong number still are a number that the TLV can hold: not none, and zeros where it ends. */
function holdsNumber(raw: Uint8Array, { max }: TlvDefinition): boolean {
  return raw.length > 0 && raw.subarray(0, -max).every((octet) => octet === 0);
}

function isAllowedLength({ min, max, lengths }: TlvDefinition, octets: number): boolean {
  return (octets >= min && octets <= max) || (lengths?.includes(octets) ?? false);
}

/** The lengths a TLV may have, as the flag prints them: `1`, `4-19`, `1|4`. */
function lengthsOf({ min, max, lengths = [] }: TlvDefinition): string {
  return [min === max ? `${max}` : `${min}-${max}`, ...lengths].join('|');
}

/** A TLV as it is told: without a name where it is not known, or does not hold what it is there for. */
interface Read {
  readonly name: string | undefined;
  readonly value: unknown;
  /** The raw octets, where the value does not tell all. */
  readonly bytes: Uint8Array | undefined;
}

/** A known TLV; `said` is the length that it was given. */
function readKnown({ name, definition }: TlvEntry, raw: Uint8Array, said: number, flags: string[]): Read {
  const allowed = isAllowedLength(definition, raw.length);
  // An octet string says itself how long it is, so a wrong length loses nothing and is left to who reads its parts.
  const isCut = raw.length < said && isInteger(definition);
  if ((!allowed && definition.type !== 'octet_string') || isCut) {
    flags.push(`tlv_len:${name}:${isCut ? said : raw.length}!=${lengthsOf(definition)}`);
  }
  switch (definition.type) {
    case 'octet_string':
      return { name, value: raw, bytes: allowed ? undefined : raw };
    case 'c_octet_string': {
      const nul = raw.indexOf(0);
      if (nul < 0) flags.push(`tlv_no_nul:${name}`);
      const value = readLatin1(raw, 0, nul < 0 ? raw.length : nul);
      return { name, value, bytes: allowed && nul === raw.length - 1 && nul >= 0 ? undefined : raw };
    }
    default:
      // A text where a number belongs must not become a number: its octets are all that is known of it.
      if (isCut || !(allowed || holdsNumber(raw, definition)))
        return { name: undefined, value: raw, bytes: undefined };
      return { name, value: integerOf(raw), bytes: raw.length === definition.max ? undefined : raw };
  }
}

/** TLVs up to the end of the PDU, in order (SMPP 3.4 3.2.4, SMPP 5.0 4.8). Problems end up in `reader.failure`. */
export function readTlvs(
  reader: BodyReader,
  tables: Tables,
  maxTlvs: number,
  lenient: boolean,
): readonly Tlv[] {
  const { bytes, end, flags } = reader;
  const list: unknown[] = [];
  while (end - reader.offset >= tlvHeaderOctets) {
    const start = reader.offset;
    const tag = (bytes[start]! << 8) | bytes[start + 1]!;
    const octets = (bytes[start + 2]! << 8) | bytes[start + 3]!;
    const entry = tables.tlvByTag.get(tag);
    const from = start + tlvHeaderOctets;
    if (list.length >= maxTlvs) {
      reader.fail('tlvs', `more than ${maxTlvs} TLVs`, status.ESME_RINVTLVSTREAM);
      return noTlvs;
    }
    const overruns = from + octets > end;
    if (overruns && !lenient) {
      const field = label(entry?.name, tag);
      reader.fail(field, `TLV ${field} overruns`, status.ESME_RINVTLVSTREAM);
      return noTlvs;
    }
    if (overruns) flags.push(`tlv_overrun:${label(entry?.name, tag)}`);
    reader.offset = Math.min(from + octets, end);
    const raw = bytes.subarray(from, reader.offset);
    const read =
      entry === undefined
        ? { name: undefined, value: raw, bytes: undefined }
        : readKnown(entry, raw, octets, flags);
    list.push({ name: read.name, tag, value: read.value, bytes: read.bytes });
  }
  if (reader.offset < end) flags.push(`trailing_garbage:${hex(bytes.subarray(reader.offset, end))}`);
  return list.length === 0 ? noTlvs : (list as readonly Tlv[]);
}
