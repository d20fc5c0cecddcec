/** POST /api/v1/decode and /encode: octets to fields and back, without any session. */
import { encode, type PduInput } from '@chappe/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeShared, readShared } from '../../../test/support/shared.ts';
import { commandNames, damage, pduOf } from '../../protocol/test/codec/arbitraries.ts';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';

let rig: ManagedRig;
beforeAll(async () => {
  rig = await startManaged();
});
afterAll(() => rig.close());

const decoded = async (hex: string, more: object = {}) =>
  (await rig.admin('POST', 'decode', { hex, ...more })).json;
const encoded = async (pdu: object) => rig.admin('POST', 'encode', { pdu });
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const hello: PduInput<'submit_sm'> = {
  command: 'submit_sm',
  sequence_number: 7,
  source_addr_ton: 5,
  source_addr: 'ACME',
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: '447700900123',
  short_message: Buffer.from('Hello'),
  tlvs: [
    { name: 'user_message_reference', tag: 0x0204, value: 258 },
    { tag: 0x1400, value: Uint8Array.of(1, 2) },
  ],
};

describe('POST /api/v1/decode', () => {
  it('names fields, values, TLVs, and the text', async () => {
    const { pdus, left } = await decoded(hexOf(encode(hello)));
    expect(left).toBe(null);
    const [pdu] = pdus;
    expect(pdu).toMatchObject({
      offset: 0,
      command: 'submit_sm',
      sequence_number: 7,
      content: { text: 'Hello' },
    });
    const field = (name: string) => pdu.fields.find((one: { readonly name: string }) => one.name === name);
    expect(field('command_id')).toMatchObject({ value: 4, meaning: 'submit_sm', offset: 4, octets: 4 });
    expect(field('source_addr_ton')).toMatchObject({ value: 5, meaning: 'Alphanumeric' });
    expect(field('short_message')).toMatchObject({ hex: '48656c6c6f' });
    expect(field('user_message_reference')).toMatchObject({ tag: 0x0204, value: 258 });
    expect(field('tlv 0x1400')).toMatchObject({ tag: 0x1400, hex: '0102' });
    expect(pdu.pdu).toMatchObject({ command: 'submit_sm', short_message: '48656c6c6f' });
  });

  it('says what is wrong in plain words', async () => {
    const [pdu] = (await decoded(hexOf(encode({ ...hello, source_addr_ton: 1 })))).pdus;
    expect(pdu.notes[0]).toMatchObject({ code: 'ton', text: expect.stringContaining('ACME') });
  });

  it('takes several, with blanks between the digits', async () => {
    const one = hexOf(encode({ command: 'enquire_link', sequence_number: 1 }));
    const { pdus } = await decoded(`${one.replaceAll(/../g, '$& ')}\n${one}`);
    expect(
      pdus.map((pdu: { readonly offset: number; readonly command: string }) => [pdu.offset, pdu.command]),
    ).toEqual([
      [0, 'enquire_link'],
      [16, 'enquire_link'],
    ]);
  });

  it('says place and reason where it is no PDU', async () => {
    const bytes = encode(hello);
    const [pdu] = (await decoded(hexOf(bytes.subarray(0, 40)))).pdus;
    expect(pdu.malformed).toMatchObject({ offset: expect.any(Number), reason: expect.any(String) });
    expect(pdu.pdu).toBe(null);
    expect((await decoded('00')).pdus[0].malformed).toMatchObject({ offset: expect.any(Number) });
  });

  it('bounds what it takes and what it answers', async () => {
    const ask = async (hex: string) => rig.admin('POST', 'decode', { hex });
    expect((await ask('00'.repeat(128 * 1024 + 1))).status).toBe(400);
    expect((await ask('0')).json.field).toBe('hex');
    expect((await ask('')).json.field).toBe('hex');
    expect((await ask('zz')).json.field).toBe('hex');
    const headers = await ask('00000010000000150000000000000001'.repeat(8192));
    expect(headers.status).toBe(200);
    expect(headers.json.pdus).toHaveLength(500);
    expect(headers.json.left).toEqual({ offset: 8_000, octets: 128 * 1024 - 8_000 });
    const tlvs = Buffer.alloc(128 * 1024);
    tlvs.writeUInt32BE(tlvs.length);
    tlvs.writeUInt32BE(0x15, 4);
    tlvs.fill(Buffer.from('14000000', 'hex'), 16);
    const { json } = await ask(tlvs.toString('hex'));
    expect(json.pdus[0].notes.length).toBeLessThanOrEqual(100);
    expect(json.pdus[0].fields.length).toBeLessThan(5_000);
  });

  it('answers whatever the octets', async () => {
    const random = fc.uint8Array({ maxLength: 300, minLength: 1 });
    const damaged = fc
      .tuple(fc.oneof(...commandNames.map(pduOf)), damage)
      .map(([pdu, spoil]) => spoil(encode(pdu as PduInput)));
    const any = fc.oneof(
      random,
      damaged.filter((bytes) => bytes.length > 0),
    );
    await fc.assert(
      fc.asyncProperty(any, async (bytes) => {
        const { status, json } = await rig.admin('POST', 'decode', { hex: hexOf(bytes) });
        expect(status).toBe(200);
        expect(json.pdus.length).toBeGreaterThan(0);
      }),
      { numRuns: 250 },
    );
  });

  it('is for accounts, too', async () => {
    const acme = rig.as(keys.acme);
    expect((await acme('POST', 'decode', { hex: '00000010000000150000000000000001' })).status).toBe(200);
    expect((await acme('POST', 'encode', { pdu: { command: 'enquire_link' } })).status).toBe(200);
  });
});

describeShared('POST /api/v1/decode of shared vectors', () => {
  const all = readShared('vectors/pdu-extracted.json') as readonly { readonly hex: string }[];

  it('answers them, whole and changed', async () => {
    const byOctet = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const any = fc.tuple(fc.constantFrom(...all), fc.array(byOctet, { maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(any, async ([{ hex }, changes]) => {
        const bytes = Buffer.from(hex, 'hex');
        for (const [at, octet] of changes) if (bytes.length > 0) bytes[at % bytes.length] = octet;
        if (bytes.length === 0) return;
        expect((await rig.admin('POST', 'decode', { hex: hexOf(bytes) })).status).toBe(200);
      }),
      { numRuns: 250 },
    );
  });
});

describe('POST /api/v1/encode', () => {
  it('gives octets and their number', async () => {
    const { status, json } = await encoded({
      command: 'submit_sm',
      sequence_number: 7,
      source_addr_ton: 5,
      source_addr: 'ACME',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '447700900123',
      short_message: '48656c6c6f',
      tlvs: [
        { name: 'user_message_reference', value: 258 },
        { tag: 0x1400, value: '0102' },
      ],
    });
    const bytes = encode(hello);
    expect([status, json]).toEqual([200, { hex: hexOf(bytes), length: bytes.length }]);
  });

  it.each([
    [{ command: 'submit' }, 'CHAPPE_UNKNOWN_COMMAND', 'command'],
    [{ command: '__proto__' }, 'CHAPPE_UNKNOWN_COMMAND', 'command'],
    [{ command: 'constructor' }, 'CHAPPE_UNKNOWN_COMMAND', 'command'],
    [{}, 'CHAPPE_UNKNOWN_COMMAND', 'command'],
    [{ command: 'submit_sm', destination_addr: '4'.repeat(30) }, 'CHAPPE_FIELD_TOO_LONG', 'destination_addr'],
    [{ command: 'submit_sm', esm_class: 256 }, 'CHAPPE_FIELD_RANGE', 'esm_class'],
    [{ command: 'submit_sm', source_addr: 5 }, 'CHAPPE_FIELD_TYPE', 'source_addr'],
    [{ command: 'submit_sm', source_addr: 'Ж' }, 'CHAPPE_FIELD_CHARACTER', 'source_addr'],
    [{ command: 'submit_sm', short_message: 'Hello' }, 'CHAPPE_FIELD_CHARACTER', 'short_message'],
    [{ command: 'submit_sm', short_message: 5 }, 'CHAPPE_FIELD_TYPE', 'short_message'],
    [{ command: 'submit_sm', tlvs: [{ name: 'nothing', value: 1 }] }, 'CHAPPE_UNKNOWN_TLV', 'tlvs.nothing'],
    [{ command: 'submit_sm', tlvs: [{ name: 'toString', value: 1 }] }, 'CHAPPE_UNKNOWN_TLV', 'tlvs.toString'],
    [
      { command: 'submit_sm', tlvs: [{ name: 'message_payload', value: 'x' }] },
      'CHAPPE_FIELD_CHARACTER',
      'tlvs.message_payload',
    ],
    [{ command: 'submit_sm', tlvs: [5] }, 'CHAPPE_FIELD_TYPE', 'tlvs'],
    [{ command: 'submit_multi', dest_address: [null] }, 'CHAPPE_FIELD_TYPE', 'dest_address[0]'],
    [{ command: 'enquire_link', sequence_number: -1 }, 'CHAPPE_FIELD_RANGE', 'sequence_number'],
  ])('names the field of %j', async (pdu, reason, field) => {
    const { status, json } = await encoded(pdu);
    expect([status, json.code, json.reason, json.field]).toEqual([400, 'invalid_field', reason, field]);
  });

  it('knows no other fields', async () => {
    const { json } = await encoded({ command: 'submit_sm', destination_adr: '1' });
    expect(json).toMatchObject({ code: 'unknown_field', field: 'destination_adr' });
    expect(json.hint).toContain('destination_addr');
  });

  it('answers whatever the values', async () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('00', '447700900123', 1));
    const names = [
      'dest_address',
      'short_message',
      'tlvs',
      'flags',
      'sequence_number',
      'source_addr',
      'no_unsuccess',
    ];
    const pdu = fc.tuple(
      fc.constantFrom(...commandNames),
      fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(pdu, async ([command, fields]) => {
        expect([200, 400]).toContain((await encoded({ ...fields, command })).status);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what /decode gives as pdu', () => {
  it.each(commandNames)('comes back from /encode: %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(pduOf(name), async (pdu) => {
        const hex = hexOf(encode(pdu as PduInput));
        const [report] = (await decoded(hex)).pdus;
        const { status, json } = await encoded(report.pdu);
        expect([status, json]).toEqual([200, { hex, length: hex.length / 2 }]);
      }),
      { numRuns: 8 },
    );
  });
});
