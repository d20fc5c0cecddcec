/** TLVs as people write them in JSON, to those that a message carries. */
import {
  EncodeError,
  encode,
  nearest,
  type Tlv,
  type TlvInput,
  type TlvName,
  tlvDefinition,
  tlvName,
  tlvs as tlvTable,
} from '@chappe/protocol';
import { Problem } from './problem.ts';
import type { TlvBody } from './schemas/carried.ts';

const maxTag = 0xffff;
const maxShownCharacters = 40;

/** What the gateway writes itself, and what says it instead. */
const written: Readonly<Partial<Record<TlvName, string>>> = {
  message_payload: 'give "text" or "hex", and "longMessage": "payload" to have it go whole',
  qos_time_to_live: 'give "validity"',
  sar_msg_ref_num: 'give the whole text, and "longMessage": "sar"',
  sar_total_segments: 'give the whole text, and "longMessage": "sar"',
  sar_segment_seqnum: 'give the whole text, and "longMessage": "sar"',
};

// SMPP 3.4 4.4.1: the only ones that a submission may have several of.
const repeated: ReadonlySet<TlvName | undefined> = new Set([
  undefined,
  'callback_num',
  'callback_num_pres_ind',
  'callback_num_atag',
]);

/** The TLVs of a message. `hasHeader`: it has a user data header of its own. Throws a `Problem` that points to the entry. */
export function tlvsOf(
  given: readonly TlvBody[] | undefined,
  hasHeader: boolean,
): readonly TlvInput[] | undefined {
  if (given === undefined || given.length === 0) return undefined;
  const met = new Set<number>();
  return given.map((entry, at) => {
    const field = `tlvs[${at}]`;
    const tag = tagOf(entry.tag, field);
    const name = tlvName(tag);
    if (met.has(tag) && !repeated.has(name)) {
      throw wrong(`${field}.tag`, `${name} stands there twice`, 'leave one of them out');
    }
    met.add(tag);
    const instead = name === undefined ? undefined : written[name];
    if (instead !== undefined) throw wrong(`${field}.tag`, `${name} is written by the gateway`, instead);
    if (hasHeader && (name === 'source_port' || name === 'destination_port')) {
      // SMPP 3.4 5.2.12: one or the other.
      throw wrong(`${field}.tag`, `${name} excludes a user data header`, 'give "ports" in its place');
    }
    return checked(entry, tag, field);
  });
}

function tagOf(given: string | number, field: string): number {
  if (typeof given === 'number') return given;
  if (/^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(given) && Number(given) <= maxTag) return Number(given);
  if (Object.hasOwn(tlvTable, given)) return tlvTable[given as TlvName].tag;
  const near = nearest(given, Object.keys(tlvTable));
  const hint = near === undefined ? 'write its tag, as "0x1403"' : `did you mean "${near}"?`;
  throw wrong(`${field}.tag`, `there is no TLV ${JSON.stringify(given.slice(0, maxShownCharacters))}`, hint);
}

function checked(entry: TlvBody, tag: number, field: string): TlvInput {
  const tlv = { name: tlvName(tag), tag, value: givenValue(entry, tag, field) } as TlvInput;
  try {
    encode({ command: 'data_sm', tlvs: [tlv] });
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    const reason = error.message.slice(error.field.length + 2);
    throw wrong(`${field}.${entry.text === undefined ? 'value' : 'text'}`, reason);
  }
  return tlv;
}

function givenValue({ value, text }: TlvBody, tag: number, field: string): Tlv['value'] {
  if (value === undefined && text === undefined) {
    throw new Problem('missing_field', `"${field}.value" is missing`, {
      field: `${field}.value`,
      hint: 'an empty one is ""',
    });
  }
  if (value !== undefined && text !== undefined) {
    throw wrong(`${field}.text`, 'cannot come together with "value"', 'give one of them');
  }
  switch (tlvDefinition(tag)?.type) {
    case 'integer':
    case 'bitmask':
      if (text !== undefined) throw wrong(`${field}.text`, 'this TLV is a number', 'give it as "value"');
      if (typeof value !== 'number') throw wrong(`${field}.value`, 'must be a number');
      return value;
    case 'c_octet_string': {
      const characters = text ?? value;
      if (typeof characters !== 'string') throw wrong(`${field}.value`, 'must be a text');
      return latin1(characters, `${field}.${text === undefined ? 'value' : 'text'}`);
    }
    default:
      if (text !== undefined) return new Uint8Array(Buffer.from(latin1(text, `${field}.text`), 'latin1'));
      if (typeof value === 'string' && /^([0-9a-f]{2})*$/i.test(value))
        return new Uint8Array(Buffer.from(value, 'hex'));
      throw wrong(
        `${field}.value`,
        'must be pairs of hexadecimal digits',
        'write characters as "text" in its place',
      );
  }
}

function latin1(text: string, field: string): string {
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) > 0xff) {
      throw wrong(field, `Latin-1 has no ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`);
    }
  }
  return text;
}

function wrong(field: string, reason: string, hint?: string): Problem {
  return new Problem('invalid_field', `"${field}": ${reason}`, { field, hint });
}
