import { assert, constantFrom, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/codec/interpret.ts';
import {
  type CommandName,
  decode,
  encode,
  type Pdu,
  type TlvDefinition,
  tlv,
  tlvs,
} from '../../src/index.ts';

const integers = (Object.entries(tlvs) as [keyof typeof tlvs, TlvDefinition][]).filter(
  ([, { type }]) => type === 'integer' || type === 'bitmask',
);

/** A PDU with one TLV of any octets. */
function withTlv(command: CommandName, tag: number, octets: Uint8Array, said = octets.length): Uint8Array {
  const head = encode({ command } as { command: 'submit_sm' });
  const bytes = Buffer.concat([head, Buffer.alloc(4), octets]);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt16BE(tag, head.length);
  bytes.writeUInt16BE(said, head.length + 2);
  return new Uint8Array(bytes);
}

function numberIn(octets: Uint8Array): bigint {
  return octets.reduce((number, octet) => number * 256n + BigInt(octet), 0n);
}

describe('an integer TLV of any length', () => {
  it('is the number that its octets are, or nothing but its octets; and goes out as it came', () => {
    assert(
      property(
        constantFrom(...integers),
        uint8Array({ maxLength: 12 }),
        constantFrom<CommandName>('submit_sm', 'deliver_sm', 'data_sm', 'submit_sm_resp', 'query_sm'),
        ([name, definition], octets, command) => {
          const bytes = withTlv(command, definition.tag, octets);
          for (const codec of [{ decode, encode }, interpret]) {
            const pdu = codec.decode(bytes) as Pdu;
            const [item] = pdu.tlvs;
            expect(item?.tag).toBe(definition.tag);
            // alert_on_message_delivery may be empty.
            const isRight =
              octets.length === definition.max || (definition.lengths?.includes(octets.length) ?? false);
            if (item?.name === undefined) {
              expect(isRight).toBe(false);
              expect(Buffer.from(item?.value as Uint8Array)).toEqual(Buffer.from(octets));
              expect(tlv(pdu, name)).toBeUndefined();
            } else {
              expect(octets.length > 0 || isRight).toBe(true);
              expect(BigInt(item.value as number)).toBe(numberIn(octets));
            }
            if (!isRight) expect(pdu.flags.join()).toMatch(new RegExp(`^tlv_len:${name}:${octets.length}!=`));
            else expect(pdu.flags).toEqual([]);
            expect(Buffer.from(codec.encode(pdu))).toEqual(Buffer.from(bytes));
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('is no number where the PDU ends before it', () => {
    for (const [name, { tag, max }] of integers) {
      for (let there = 0; there < max; there++) {
        const pdu = decode(withTlv('deliver_sm', tag, new Uint8Array(there).fill(1), max)) as Pdu;
        expect(tlv(pdu, name)).toBeUndefined();
        expect(pdu.flags).toContain(`tlv_overrun:${name}`);
      }
    }
  });

  it('is no made-up number where it is a text', () => {
    const pdu = decode(withTlv('submit_sm', 0x0204, Buffer.from('reference'))) as Pdu;
    expect(pdu).toMatchObject({
      tlvs: [{ name: undefined, tag: 0x0204 }],
      flags: ['tlv_len:user_message_reference:9!=2'],
    });
  });
});
