import fc from 'fast-check';
import {
  type CommandDefinition,
  type CommandName,
  commands,
  type ElementField,
  type FieldDefinition,
  type Pdu,
  type Tlv,
  type TlvDefinition,
  tlvName,
  tlvs,
} from '../../src/index.ts';

/** Every character that a C-octet string may hold. */
function text(maxOctets: number, minOctets = 1): fc.Arbitrary<string> {
  return fc
    .uint8Array({ min: 1, max: 255, minLength: minOctets - 1, maxLength: Math.min(maxOctets - 1, 70) })
    .map((octets) => Buffer.from(octets).toString('latin1'));
}

function integer(size: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 2 ** (8 * size) - 1 });
}

function elementField(definition: ElementField): fc.Arbitrary<unknown> {
  return definition.type === 'integer' ? integer(definition.size) : text(definition.max);
}

function record(fields: { readonly [field: string]: ElementField }): fc.Arbitrary<object> {
  return fc.record(
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, elementField(field)])),
  );
}

function field(definition: Exclude<FieldDefinition, { readonly type: 'count' }>): fc.Arbitrary<unknown> {
  if (definition.type === 'octet_string') return fc.uint8Array({ maxLength: definition.max });
  if (definition.type !== 'array') return elementField(definition);
  const { element } = definition;
  if (element.type === 'c_octet_string') return fc.array(text(element.max), { maxLength: 255 });
  if (element.type === 'record') return fc.array(record(element.fields), { maxLength: 255 });
  const cases = Object.entries(element.cases).map(([tag, fields]) =>
    record(fields).map((value) => ({ [element.tag]: Number(tag), ...value })),
  );
  return fc.array(fc.oneof(...cases), { maxLength: 255 });
}

function tlvValue({
  type,
  min,
  max,
  lengths = [],
}: TlvDefinition): fc.Arbitrary<number | string | Uint8Array> {
  if (type === 'integer' || type === 'bitmask') return integer(max);
  if (type === 'c_octet_string') return text(max, min);
  const regular = fc.uint8Array({ minLength: min, maxLength: Math.min(max, 300) });
  return fc.oneof(
    regular,
    ...lengths.map((length) => fc.uint8Array({ minLength: length, maxLength: length })),
  );
}

/** Regular TLVs of every kind, and tags that nobody knows. */
export const anyTlv: fc.Arbitrary<Tlv> = fc.oneof(
  ...Object.entries(tlvs as { readonly [name: string]: TlvDefinition }).map(([name, definition]) =>
    tlvValue(definition).map((value) => ({ name, tag: definition.tag, value, bytes: undefined }) as Tlv),
  ),
  ...Array.from({ length: 8 }, () =>
    fc
      .tuple(
        integer(2).filter((tag) => tlvName(tag) === undefined),
        fc.uint8Array({ maxLength: 64 }),
      )
      .map(([tag, value]) => ({ name: undefined, tag, value, bytes: undefined })),
  ),
);

/** A flawless PDU of one command, as `decode` gives it. */
export function pduOf(name: CommandName): fc.Arbitrary<Pdu> {
  const definition: CommandDefinition = commands[name];
  const body = Object.entries(definition.fields).flatMap(([key, type]) =>
    type.type === 'count' ? [] : [[key, field(type)] as const],
  );
  return fc.record({
    command: fc.constant(name),
    command_status: fc.oneof(fc.constant(0), integer(4)),
    sequence_number: integer(4),
    ...Object.fromEntries(body),
    tlvs: fc.array(anyTlv, { maxLength: 6 }),
    flags: fc.constant([]),
  }) as unknown as fc.Arbitrary<Pdu>;
}

/** All command names. */
export const commandNames = Object.keys(commands) as readonly CommandName[];

/** A flawless PDU of any command. */
export const anyPdu: fc.Arbitrary<Pdu> = fc.oneof(...commandNames.map(pduOf));

/** What happens to octets on their way: changed, cut, grown, with or without a corrected command_length. */
export const damage: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc
  .record({
    edits: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
    cut: fc.oneof(fc.constant(0), fc.nat(40)),
    tail: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ maxLength: 8 })),
    corrected: fc.boolean(),
  })
  .map(({ edits, cut, tail, corrected }) => (bytes) => {
    const kept = Buffer.from(bytes.subarray(0, Math.max(0, bytes.length - cut)));
    const damaged = Buffer.concat([kept, tail]);
    for (const [at, octet] of edits) {
      // The header stays, or hardly anything would get past it.
      if (damaged.length > 16) damaged[16 + (at % (damaged.length - 16))] = octet;
    }
    if (corrected && damaged.length >= 4) damaged.writeUInt32BE(damaged.length);
    return damaged;
  });
