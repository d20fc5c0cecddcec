import { describe, expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import { decode, encode, type PduInput, segmentText } from '../../src/index.ts';
import { readContent } from '../../src/report/content.ts';
import { lint } from '../../src/report/lint/lint.ts';
import type { Subject } from '../../src/report/lint/note.ts';

const now = new Date('2026-07-20T12:00:00Z');

function subject(bytes: Uint8Array, version?: Subject['version']): Subject {
  const pdu = decode(bytes);
  return { pdu, content: readContent(pdu, 'gsm7'), version, now };
}

function codes(pdu: PduInput | Uint8Array, version?: Subject['version']): string[] {
  const bytes = pdu instanceof Uint8Array ? pdu : encode(pdu);
  return lint(subject(bytes, version)).map(({ code }) => code);
}

const good: PduInput<'submit_sm'> = {
  command: 'submit_sm',
  sequence_number: 1,
  source_addr_ton: 5,
  source_addr: 'Chappe',
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: '447700900123',
  short_message: Buffer.from('Hello'),
};
const concat = [5, 0, 3, 0xa7, 2, 1];
const hello = Buffer.from('hello');

const flawed: readonly [name: string, pdu: PduInput, code: string][] = [
  ['a name with TON 1', { ...good, source_addr_ton: 1 }, 'ton'],
  ['a plus', { ...good, destination_addr: '+447700900123' }, 'ton'],
  [
    '00 before an international number',
    { ...good, destination_addr: '00447700900123' },
    'international-prefix',
  ],
  ['16 digits', { ...good, destination_addr: '4477009001234567' }, 'number-too-long'],
  ['a name with an NPI', { ...good, source_addr_npi: 1 }, 'npi-of-name'],
  ['a name of 12', { ...good, source_addr: 'ChappeChappe' }, 'name-too-long'],
  ['no destination', { ...good, destination_addr: '' }, 'no-destination'],
  ['a name as destination', { ...good, dest_addr_ton: 5, destination_addr: 'Bob' }, 'name-as-destination'],
  ['a validity in words', { ...good, validity_period: '1 day' }, 'time-format'],
  ['a 13th month', { ...good, validity_period: '261332120000000+' }, 'time-format'],
  ['a validity in the past', { ...good, validity_period: '250720120000000+' }, 'expired'],
  [
    'a validity before the schedule',
    { ...good, schedule_delivery_time: '260722120000000+', validity_period: '260721120000000+' },
    'validity-before-schedule',
  ],
  ['priority 9', { ...good, priority_flag: 9 }, 'field-range'],
  ['reserved bits of registered_delivery', { ...good, registered_delivery: 0xff }, 'field-range'],
  ['a receipt submitted', { ...good, esm_class: 0x04 }, 'esm-class'],
  ['a reserved data_coding', { ...good, data_coding: 0x0b }, 'reserved-data-coding'],
  ['a canned message and a text', { ...good, sm_default_msg_id: 3 }, 'canned-and-text'],
  ['a status in a request', { ...good, command_status: 8 }, 'status-in-request'],
  ['sequence 0', { ...good, sequence_number: 0 }, 'sequence-range'],
  ['a header without UDHI', { ...good, short_message: Buffer.from([...concat, ...hello]) }, 'udhi-missing'],
  ['UDHI without a header', { ...good, esm_class: 0x40 }, 'udh-broken'],
  [
    'segment 3 of 2',
    { ...good, esm_class: 0x40, short_message: Buffer.from([5, 0, 3, 1, 2, 3, ...hello]) },
    'concatenation',
  ],
  [
    'a header in message_payload',
    {
      ...good,
      esm_class: 0x40,
      short_message: Buffer.alloc(0),
      tlvs: { message_payload: Buffer.from([...concat, ...hello]) },
    },
    'udh-in-payload',
  ],
  ['both contents', { ...good, tlvs: { message_payload: Buffer.from('x') } }, 'both-contents'],
  ['a lone sar TLV', { ...good, tlvs: { sar_msg_ref_num: 1 } }, 'sar-incomplete'],
  [
    'segments numbered twice',
    {
      ...good,
      esm_class: 0x40,
      short_message: Buffer.from([...concat, ...hello]),
      tlvs: { sar_msg_ref_num: 1, sar_total_segments: 2, sar_segment_seqnum: 1 },
    },
    'udh-and-sar',
  ],
  ['UTF-8 as GSM', { ...good, short_message: Buffer.from('déjà vu') }, 'coding'],
  ['Latin-1 as GSM', { ...good, short_message: Buffer.from('déjà vu', 'latin1') }, 'coding'],
  ['UCS-2 as GSM', { ...good, short_message: Buffer.from('hello', 'utf16le').swap16() }, 'coding'],
  ['packed septets', { ...good, short_message: Buffer.from('e8329bfd4697d9ec37', 'hex') }, 'packed'],
  ['half a character of UCS-2', { ...good, data_coding: 8 }, 'coding'],
  [
    'UTF-16 little endian',
    { ...good, data_coding: 8, short_message: Buffer.from('hello', 'utf16le') },
    'coding',
  ],
  ['ASCII as UCS-2', { ...good, data_coding: 8, short_message: Buffer.from('hell') }, 'coding'],
  ['UTF-8 as Latin-1', { ...good, data_coding: 3, short_message: Buffer.from('déjà vu') }, 'coding'],
  ['161 septets', { ...good, short_message: Buffer.alloc(161, 0x61) }, 'longer-than-one'],
  ['a TLV twice', { ...good, tlvs: { user_message_reference: [1, 2] } }, 'repeated-tlv'],
  ['an unknown TLV', { ...good, tlvs: [{ tag: 0x0999, value: hello }] }, 'unknown-tlv'],
  ["a vendor's TLV", { ...good, tlvs: [{ tag: 0x1403, value: hello }] }, 'vendor-tlv'],
  ['a 5.0 TLV', { ...good, tlvs: { congestion_state: 3 } }, 'tlv-of-5.0'],
  [
    'a receipt that does not say so',
    {
      ...good,
      command: 'deliver_sm',
      short_message: Buffer.from('id:1 sub:001 dlvrd:001 stat:DELIVRD err:000'),
    },
    'receipt-unmarked',
  ],
  [
    'a receipt without TLV',
    {
      ...good,
      command: 'deliver_sm',
      esm_class: 4,
      short_message: Buffer.from('id:1 sub:001 dlvrd:001 stat:DELIVRD err:000'),
    },
    'receipt-without-tlv',
  ],
  [
    'a receipt with two ids',
    {
      ...good,
      command: 'deliver_sm',
      esm_class: 4,
      short_message: Buffer.from('id:1 stat:DELIVRD'),
      tlvs: { receipted_message_id: '00001', message_state: 2 },
    },
    'receipt-two-ids',
  ],
  [
    'a bind of version 5',
    { command: 'bind_receiver', sequence_number: 1, system_id: 'a', interface_version: 5 },
    'interface-version',
  ],
  [
    'a bind of nobody',
    { command: 'bind_receiver', sequence_number: 1, interface_version: 0x34 },
    'no-system-id',
  ],
];

describe('lint', () => {
  it.each(flawed)('finds %s', (_, pdu, code) => {
    expect(codes(pdu)).toContain(code);
  });

  it('has nothing to say about a good PDU', () => {
    expect(codes(good)).toEqual([]);
    expect(codes({ command: 'enquire_link', sequence_number: 1 })).toEqual([]);
    expect(codes({ command: 'generic_nack', sequence_number: 0, command_status: 2 })).toEqual([]);
  });

  const texts = [
    'Hello, world! 1234',
    'Ça va? Déjà là: ñ Ø ß @ € {}',
    'Привет',
    '你好，世界',
    '👋🏽 hi',
    'x'.repeat(400),
  ];

  it.each(texts)('has nothing to say about what we send ourselves: %s', (text) => {
    for (const method of ['udh8', 'udh16', 'sar', 'payload'] as const) {
      const { segments, dataCoding } = segmentText(text, { method, reference: 7 });
      for (const { short_message, esmClassBits, tlvs } of segments) {
        const pdu = {
          ...good,
          esm_class: esmClassBits,
          data_coding: dataCoding,
          short_message,
          tlvs,
        } as const;
        expect(codes(pdu)).toEqual([]);
      }
    }
  });

  it('knows the version of the session', () => {
    const pdu = { ...good, tlvs: { congestion_state: 3, user_message_reference: 1 } } as const;
    expect(codes(pdu, 0x50)).toEqual([]);
    expect(codes(pdu, 0x34)).toEqual(['tlv-of-5.0']);
    expect(codes(pdu, 0x33)).toEqual(['tlv-in-3.3', 'tlv-in-3.3']);
  });

  it('reports what the codec tolerated, and what it could not read', () => {
    const bytes = encode(good);
    const long = Buffer.concat([bytes, Buffer.from([1, 2])]);
    long.writeUInt32BE(long.length, 0);
    expect(codes(long)).toContain('trailing-octets');
    expect(codes(Buffer.from(bytes.subarray(0, 40)))).toContain('malformed');
    const unknown = Buffer.from(bytes);
    unknown.writeUInt32BE(0x777, 4);
    expect(codes(unknown)).toEqual(['unknown-command']);
    const secret = encode({
      command: 'bind_receiver',
      sequence_number: 1,
      system_id: 'a',
      interface_version: 0x34,
    });
    const longSecret = Buffer.concat([
      secret.subarray(0, 18),
      Buffer.from('longpassword'),
      secret.subarray(18),
    ]);
    longSecret.writeUInt32BE(longSecret.length, 0);
    expect(codes(longSecret)).toContain('oversize-field');
  });

  it('puts the worst first', () => {
    const levels = lint(subject(encode({ ...good, source_addr_ton: 1, tlvs: { congestion_state: 1 } })));
    expect(levels.map(({ level }) => level)).toEqual(['error', 'info']);
  });
});

describeShared('lint of the shared vectors', () => {
  it('never throws', () => {
    const vectors = [
      ...(readShared('vectors/pdu-extracted.json') as { readonly hex: string }[]),
      ...(readShared('vectors/pdu-quirks.json') as { readonly hex: string }[]),
    ];
    for (const { hex } of vectors) lint(subject(Buffer.from(hex ?? '', 'hex')));
    expect(vectors.length).toBeGreaterThan(200);
  });
});
