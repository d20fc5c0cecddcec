import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import { decode, encode, type PduInput } from '../../src/index.ts';
import { type FieldNode, fieldTree } from '../../src/report/field-tree.ts';

function leaves(nodes: readonly FieldNode[]): FieldNode[] {
  return nodes.flatMap((node) => (node.fields === undefined ? [node] : leaves(node.fields)));
}

/** Every octet of the PDU belongs to exactly one leaf, in order. */
function expectTiled(bytes: Uint8Array): void {
  let at = 0;
  for (const { name, offset, octets } of leaves(fieldTree(bytes))) {
    expect([name, offset]).toEqual([name, at]);
    at += octets;
  }
  expect(at).toBe(bytes.length);
}

/** Values by name, as the codec gives them. */
function expectSameValues(bytes: Uint8Array): void {
  const pdu = decode(bytes) as unknown as { readonly [name: string]: unknown };
  if (pdu.command === 'malformed' || pdu.command === 'unknown') return;
  for (const { name, value, fields, tag, fault } of fieldTree(bytes)) {
    if (tag !== undefined || fields !== undefined || fault !== undefined || !(name in pdu)) continue;
    const decoded = pdu[name];
    const expected = decoded instanceof Uint8Array ? Buffer.from(decoded).toString('hex') : decoded;
    const shown = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
    expect([name, shown]).toEqual([name, expected]);
  }
}

const submit: PduInput<'submit_sm'> = {
  command: 'submit_sm',
  sequence_number: 7,
  source_addr_ton: 5,
  source_addr: 'Chappe',
  destination_addr: '447700900123',
  short_message: Buffer.from('Hello'),
  tlvs: { user_message_reference: 9 },
};

describe('the field tree', () => {
  it('gives each field its name, place and value', () => {
    const nodes = fieldTree(encode(submit));
    const rows = nodes.map(({ name, offset, octets, value }) => [
      name,
      offset,
      octets,
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    ]);
    expect(rows).toEqual([
      ['command_length', 0, 4, 62],
      ['command_id', 4, 4, 4],
      ['command_status', 8, 4, 0],
      ['sequence_number', 12, 4, 7],
      ['service_type', 16, 1, ''],
      ['source_addr_ton', 17, 1, 5],
      ['source_addr_npi', 18, 1, 0],
      ['source_addr', 19, 7, 'Chappe'],
      ['dest_addr_ton', 26, 1, 0],
      ['dest_addr_npi', 27, 1, 0],
      ['destination_addr', 28, 13, '447700900123'],
      ['esm_class', 41, 1, 0],
      ['protocol_id', 42, 1, 0],
      ['priority_flag', 43, 1, 0],
      ['schedule_delivery_time', 44, 1, ''],
      ['validity_period', 45, 1, ''],
      ['registered_delivery', 46, 1, 0],
      ['replace_if_present_flag', 47, 1, 0],
      ['data_coding', 48, 1, 0],
      ['sm_default_msg_id', 49, 1, 0],
      ['sm_length', 50, 1, 5],
      ['short_message', 51, 5, 'Hello'],
      ['user_message_reference', 56, 6, 9],
    ]);
  });

  it('opens lists, whatever is in them', () => {
    const bytes = encode({
      command: 'submit_multi',
      dest_address: [
        { dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '4477' },
        { dest_flag: 2, dl_name: 'friends' },
      ],
    });
    const list = fieldTree(bytes).find(({ name }) => name === 'dest_address');
    expect(list?.fields?.map(({ fields }) => fields?.map(({ value }) => value))).toEqual([
      [1, 1, 1, '4477'],
      [2, 'friends'],
    ]);
    expectTiled(bytes);
  });

  it('shows what is there of a PDU that is cut off anywhere', () => {
    const bytes = encode(submit);
    for (let octets = 0; octets <= bytes.length; octets++) expectTiled(bytes.subarray(0, octets));
    const names = fieldTree(bytes.subarray(0, 30)).map(({ name }) => name);
    expect(names.slice(0, 10)).toContain('source_addr');
  });

  it('says what is wrong with the octets', () => {
    const bytes = Buffer.from(encode(submit));
    bytes.writeUInt8(200, 50);
    const message = fieldTree(bytes).find(({ name }) => name === 'short_message');
    expect(message?.fault).toBe('200 octets are announced, 11 are there');
    bytes.writeUInt32BE(20, 0);
    expect(fieldTree(bytes).at(-1)?.fault).toBe('after the end that command_length gives');
  });

  it('tiles any octets, and never throws', () => {
    const start = encode(submit);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(60), fc.nat(255), (tail, at, octet) => {
        const bytes = Buffer.concat([start, tail]);
        bytes[at] = octet;
        expectTiled(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

describeShared('the field tree of the shared vectors', () => {
  const extracted = readShared('vectors/pdu-extracted.json') as { readonly hex: string }[];
  const quirks = readShared('vectors/pdu-quirks.json') as { readonly hex: string }[];
  const all = [...extracted, ...quirks].filter(({ hex }) => typeof hex === 'string');

  it('agrees with the codec', () => {
    expect(all.length).toBeGreaterThan(200);
    for (const { hex } of all) expectSameValues(Buffer.from(hex, 'hex'));
  });

  it('tiles them all', () => {
    for (const { hex } of all) expectTiled(Buffer.from(hex, 'hex'));
  });
});
