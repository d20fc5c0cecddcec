/** PDUs as JSON: the fields of the codec by their names, octets in hexadecimal. */
import {
  type CommandDefinition,
  type CommandName,
  commands,
  type DecodedPdu,
  EncodeError,
  encode,
  type FieldDefinition,
  hexOf,
  nearest,
  type PduInput,
  type Tlv,
  tlvDefinition,
  tlvs as tlvTable,
} from '@chappe/protocol';
import { Problem } from './problem.ts';

/** A PDU in JSON. */
export interface PduValues {
  readonly [field: string]: unknown;
}

const headerFields = ['command', 'command_status', 'sequence_number', 'tlvs', 'flags'] as const;
const hexPattern = /^([0-9a-fA-F]{2})*$/;

/** A decoded PDU as `octetsOf` takes it; undefined for octets that are none, and for commands that nobody knows. */
export function valuesOf(pdu: DecodedPdu): PduValues | undefined {
  if (pdu.command === 'malformed' || pdu.command === 'unknown') return undefined;
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(pdu))
    values[name] = value instanceof Uint8Array ? hexOf(value) : value;
  values.tlvs = pdu.tlvs.map(tlvValues);
  if (pdu.flags.length === 0) delete values.flags;
  return values;
}

function tlvValues({ name, tag, value, bytes }: Tlv): PduValues {
  const called = name === undefined ? { tag } : { name, tag };
  // What the table of TLVs has no value for goes as it came.
  if (bytes !== undefined) return { ...called, hex: hexOf(bytes) };
  return { ...called, value: value instanceof Uint8Array ? hexOf(value) : value };
}

/** The octets of a PDU. Throws a `Problem` that names the field as the codec does. */
export function octetsOf(values: PduValues): Uint8Array {
  try {
    return encode(inputOf(values));
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    const { field, code, limit } = error;
    throw new Problem('invalid_field', error.message, {
      cause: error,
      field,
      members: { reason: code, ...(limit === undefined || !Number.isFinite(limit) ? {} : { limit }) },
    });
  }
}

function inputOf(values: PduValues): PduInput {
  const { command } = values;
  if (typeof command !== 'string' || !Object.hasOwn(commands, command)) {
    const near = typeof command === 'string' ? nearest(command, Object.keys(commands)) : undefined;
    const asked = near === undefined ? '' : `: did you mean ${near}?`;
    throw new EncodeError('CHAPPE_UNKNOWN_COMMAND', 'command', `must be the name of a command${asked}`);
  }
  const { fields }: CommandDefinition = commands[command as CommandName];
  checkNames(values, fields);
  const input: Record<string, unknown> = { ...values };
  for (const [name, { type }] of Object.entries(fields)) {
    if (type === 'octet_string' && values[name] !== undefined) input[name] = octets(name, values[name]);
  }
  input.tlvs = tlvInputs(values.tlvs);
  return input as unknown as PduInput;
}

/** The codec writes what it knows and looks at nothing else; whoever mistypes a name wants to hear of it. */
function checkNames(values: PduValues, fields: Readonly<Record<string, FieldDefinition>>): void {
  const counted = Object.entries(fields).filter(([, { type }]) => type === 'count');
  const known: string[] = [...headerFields, ...Object.keys(fields)];
  for (const name of Object.keys(values)) {
    const count = counted.find(([counts]) => counts === name);
    if (known.includes(name) && count === undefined) continue;
    const near = nearest(name, known);
    throw new Problem('unknown_field', `"${name}": ${String(values.command)} takes no such field`, {
      field: name,
      hint:
        count !== undefined
          ? 'leave it out: it is counted'
          : near === undefined
            ? undefined
            : `did you mean "${near}"?`,
    });
  }
}

function tlvInputs(given: unknown): unknown {
  if (!Array.isArray(given)) {
    if (given === undefined) return undefined;
    throw new EncodeError('CHAPPE_FIELD_TYPE', 'tlvs', 'must be a list');
  }
  return given.map((item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      throw new EncodeError('CHAPPE_FIELD_TYPE', 'tlvs', 'must hold objects');
    }
    const { name, tag, value, hex } = item as PduValues;
    const field = typeof name === 'string' ? `tlvs.${name}` : 'tlvs';
    if (hex !== undefined) return { name, tag, bytes: octets(field, hex) };
    // The codec says what is wrong with a name.
    const isKnown = name === undefined || (typeof name === 'string' && Object.hasOwn(tlvTable, name));
    return { name, tag, value: isKnown && isOctets(name, tag) ? octets(field, value) : value };
  });
}

/** Whether the value of a TLV stands in hexadecimal: where the table says octets, and where there is none. */
function isOctets(name: unknown, tag: unknown): boolean {
  if (typeof name !== 'string') return true;
  const known = tlvTable[name as keyof typeof tlvTable];
  const definition = tlvDefinition(typeof tag === 'number' ? tag : known.tag) ?? known;
  return definition.type === 'octet_string';
}

function octets(field: string, value: unknown): Uint8Array {
  if (typeof value !== 'string') {
    throw new EncodeError('CHAPPE_FIELD_TYPE', field, 'must be a text of hexadecimal digits');
  }
  if (!hexPattern.test(value)) {
    throw new EncodeError('CHAPPE_FIELD_CHARACTER', field, 'must be pairs of hexadecimal digits');
  }
  return new Uint8Array(Buffer.from(value, 'hex'));
}
