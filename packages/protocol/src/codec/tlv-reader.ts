import type { Tlv } from '../definitions/pdu.ts';
import type { TlvDefinition } from '../definitions/schema.ts';
import { status } from '../definitions/statuses.ts';
import type { BodyReader } from './body-reader.ts';
import { readLatin1 } from './latin1.ts';
import { noTlvs } from './options.ts';
import type { Tables } from './tables.ts';

const tlvHeaderOctets = 4;

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** The name of a TLV for flags and reasons; tags without one as `0x1403`. */
function label(name: string | undefined, tag: number): string {
  return name ?? `0x${tag.toString(16).padStart(4, '0')}`;
}

/** Big endian; of more than four octets the last four, which is where a number in too wide a field stands. */
function integerOf(raw: Uint8Array): number {
  let value = 0;
  for (const octet of raw) value = ((value << 8) | octet) >>> 0;
  return value;
}

function isAllowedLength({ min, max, lengths }: TlvDefinition, octets: number): boolean {
  return (octets >= min && octets <= max) || (lengths?.includes(octets) ?? false);
}

/** The lengths a TLV may have, as the flag prints them: `1`, `4-19`, `1|4`. */
function lengthsOf({ min, max, lengths = [] }: TlvDefinition): string {
  return [min === max ? `${max}` : `${min}-${max}`, ...lengths].join('|');
}

/** The value of a known TLV and its raw octets where the value does not tell all. */
function readValue(
  name: string,
  definition: TlvDefinition,
  raw: Uint8Array,
  flags: string[],
): { readonly value: unknown; readonly bytes: Uint8Array | undefined } {
  const allowed = isAllowedLength(definition, raw.length);
  // An octet string says itself how long it is, so a wrong length loses nothing and is left to who reads its parts.
  if (!allowed && definition.type !== 'octet_string') {
    flags.push(`tlv_len:${name}:${raw.length}!=${lengthsOf(definition)}`);
  }
  switch (definition.type) {
    case 'octet_string':
      return { value: raw, bytes: allowed ? undefined : raw };
    case 'c_octet_string': {
      const nul = raw.indexOf(0);
      if (nul < 0) flags.push(`tlv_no_nul:${name}`);
      const value = readLatin1(raw, 0, nul < 0 ? raw.length : nul);
      return { value, bytes: allowed && nul === raw.length - 1 && nul >= 0 ? undefined : raw };
    }
    default:
      return { value: integerOf(raw), bytes: raw.length === definition.max ? undefined : raw };
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
    const { value, bytes: kept } =
      entry === undefined
        ? { value: raw, bytes: undefined }
        : readValue(entry.name, entry.definition, raw, flags);
    list.push({ name: entry?.name, tag, value, bytes: kept });
  }
  if (reader.offset < end) flags.push(`trailing_garbage:${hex(bytes.subarray(reader.offset, end))}`);
  return list.length === 0 ? noTlvs : (list as readonly Tlv[]);
}
