import { describe, expect, it } from 'vitest';
import {
  ChappeError,
  createCodec,
  decode,
  EncodeError,
  encode,
  type PduInput,
  PduWriter,
  tlv,
  tlvAll,
  tlvByTag,
} from '../../src/index.ts';
import { hex, plain } from './plain.ts';

function errorOf(pdu: unknown): EncodeError {
  try {
    encode(pdu as PduInput);
  } catch (error) {
    if (error instanceof EncodeError) return error;
    throw error;
  }
  throw new Error('was encoded');
}

describe('what the peer has given out goes as it was given', () => {
  const bindFields = { system_id: 15, password: 8, system_type: 12, address_range: 40 };
  const commands = {
    bind_receiver: bindFields,
    bind_transmitter: bindFields,
    bind_transceiver: bindFields,
    outbind: { system_id: 15, password: 8 },
  };
  const cases = Object.entries(commands).flatMap(([command, fields]) =>
    Object.entries(fields).flatMap(([field, documented]) =>
      [documented, documented + 1, documented + 4, 64, 255].map(
        (length) => [command, field, length, documented] as const,
      ),
    ),
  );

  it.each(cases)('%s: %s of %i characters', (command, field, length, documented) => {
    const value = `${'x'.repeat(length - 1)}é`;
    const pdu = { command, [field]: value } as unknown as PduInput;
    const writer = new PduWriter();
    writer.write(pdu);
    const vendor = createCodec({ tlvs: {} });
    for (const bytes of [encode(pdu), writer.take(), vendor.encode(pdu)]) {
      const read = decode(bytes) as unknown as { readonly [field: string]: unknown };
      expect(read[field]).toBe(value);
      expect(read.flags).toEqual(
        length > documented ? [`oversize:${field}:${length + 1}>${documented + 1}`] : [],
      );
    }
  });

  it.each(
    Object.entries(commands).flatMap(([command, fields]) =>
      Object.keys(fields).map((field) => [command, field]),
    ),
  )('%s: %s ends at 255', (command, field) => {
    const error = errorOf({ command, [field!]: 'x'.repeat(256) });
    expect([error.code, error.field, error.limit]).toEqual(['CHAPPE_FIELD_TOO_LONG', field, 256]);
  });

  it.each(['bind_receiver_resp', 'bind_transmitter_resp', 'bind_transceiver_resp'])(
    '%s: what we call ourselves is as long as the documents say',
    (command) => {
      expect(errorOf({ command, system_id: 'x'.repeat(16) }).limit).toBe(16);
    },
  );
});

describe('mistakes of the caller', () => {
  const octets = (n: number): Uint8Array => new Uint8Array(n);
  it.each([
    [{ command: 'submit' }, 'CHAPPE_UNKNOWN_COMMAND', 'command', undefined],
    [{}, 'CHAPPE_UNKNOWN_COMMAND', 'command', undefined],
    [{ command: 'toString' }, 'CHAPPE_UNKNOWN_COMMAND', 'command', undefined],
    [{ command: 'submit_sm', source_addr: '1'.repeat(21) }, 'CHAPPE_FIELD_TOO_LONG', 'source_addr', 21],
    [{ command: 'submit_sm', source_addr: 'a\0b' }, 'CHAPPE_FIELD_CHARACTER', 'source_addr', undefined],
    [{ command: 'submit_sm', source_addr: '\u20ac' }, 'CHAPPE_FIELD_CHARACTER', 'source_addr', undefined],
    [{ command: 'submit_sm', source_addr: 336 }, 'CHAPPE_FIELD_TYPE', 'source_addr', undefined],
    [{ command: 'submit_sm', esm_class: 256 }, 'CHAPPE_FIELD_RANGE', 'esm_class', 255],
    [{ command: 'submit_sm', esm_class: -1 }, 'CHAPPE_FIELD_RANGE', 'esm_class', 255],
    [{ command: 'submit_sm', esm_class: 1.5 }, 'CHAPPE_FIELD_TYPE', 'esm_class', undefined],
    [{ command: 'submit_sm', esm_class: '1' }, 'CHAPPE_FIELD_TYPE', 'esm_class', undefined],
    [{ command: 'submit_sm', short_message: octets(256) }, 'CHAPPE_FIELD_TOO_LONG', 'short_message', 255],
    [{ command: 'submit_sm', short_message: 'text' }, 'CHAPPE_FIELD_TYPE', 'short_message', undefined],
    [
      { command: 'enquire_link', sequence_number: 2 ** 32 },
      'CHAPPE_FIELD_RANGE',
      'sequence_number',
      2 ** 32 - 1,
    ],
    [{ command: 'enquire_link', command_status: -1 }, 'CHAPPE_FIELD_RANGE', 'command_status', 2 ** 32 - 1],
    [
      { command: 'submit_multi', dest_address: Array(256).fill({ dest_flag: 2, dl_name: '' }) },
      'CHAPPE_FIELD_TOO_LONG',
      'dest_address',
      255,
    ],
    [
      { command: 'submit_multi', dest_address: [{ dest_flag: 3 }] },
      'CHAPPE_FIELD_RANGE',
      'dest_address[0].dest_flag',
      undefined,
    ],
    [
      {
        command: 'submit_multi',
        dest_address: [
          { dest_flag: 2, dl_name: 'l' },
          { dest_flag: 2, dl_name: 'l'.repeat(21) },
        ],
      },
      'CHAPPE_FIELD_TOO_LONG',
      'dest_address[1].dl_name',
      21,
    ],
    [{ command: 'submit_multi', dest_address: ['336'] }, 'CHAPPE_FIELD_TYPE', 'dest_address[0]', undefined],
    [{ command: 'submit_multi', dest_address: 'x' }, 'CHAPPE_FIELD_TYPE', 'dest_address', undefined],
    [
      { command: 'submit_sm', tlvs: { message_paylod: octets(1) } },
      'CHAPPE_UNKNOWN_TLV',
      'tlvs.message_paylod',
      undefined,
    ],
    [{ command: 'submit_sm', tlvs: [{ value: octets(1) }] }, 'CHAPPE_UNKNOWN_TLV', 'tlvs', undefined],
    [
      { command: 'submit_sm', tlvs: [{ name: 'message_state', tag: 0x1403, value: 2 }] },
      'CHAPPE_UNKNOWN_TLV',
      'tlvs.message_state',
      undefined,
    ],
    [{ command: 'submit_sm', tlvs: new Map([['message_state', 2]]) }, 'CHAPPE_FIELD_TYPE', 'tlvs', undefined],
    [{ command: 'submit_sm', tlvs: new Set() }, 'CHAPPE_FIELD_TYPE', 'tlvs', undefined],
    [
      { command: 'submit_sm_resp', command_status: 8, tlvs: new Map([['message_state', 2]]) },
      'CHAPPE_FIELD_TYPE',
      'tlvs',
      undefined,
    ],
    [
      { command: 'submit_sm', tlvs: [{ tag: 0x1403, value: 'x' }] },
      'CHAPPE_FIELD_TYPE',
      'tlvs.0x1403',
      undefined,
    ],
    [
      { command: 'submit_sm', tlvs: [{ tag: 0x10000, value: octets(1) }] },
      'CHAPPE_FIELD_RANGE',
      'tlvs.0x10000',
      0xffff,
    ],
    [
      { command: 'submit_sm', tlvs: [{ tag: 0x1403, value: octets(65_536) }] },
      'CHAPPE_FIELD_TOO_LONG',
      'tlvs.0x1403',
      65_535,
    ],
    [{ command: 'submit_sm', tlvs: { message_state: 256 } }, 'CHAPPE_FIELD_RANGE', 'tlvs.message_state', 255],
    [
      { command: 'submit_sm', tlvs: { callback_num: octets(3) } },
      'CHAPPE_FIELD_TOO_SHORT',
      'tlvs.callback_num',
      4,
    ],
    [
      { command: 'submit_sm', tlvs: { receipted_message_id: 'x'.repeat(65) } },
      'CHAPPE_FIELD_TOO_LONG',
      'tlvs.receipted_message_id',
      65,
    ],
    [
      { command: 'submit_sm', tlvs: [{ name: 'message_state' }] },
      'CHAPPE_FIELD_TYPE',
      'tlvs.message_state',
      undefined,
    ],
    [{ command: 'submit_sm', tlvs: 7 }, 'CHAPPE_FIELD_TYPE', 'tlvs', undefined],
    [{ command: 'submit_sm', tlvs: [null] }, 'CHAPPE_FIELD_TYPE', 'tlvs', undefined],
  ])('%j', (pdu, code, field, limit) => {
    const error = errorOf(pdu);
    expect(error).toBeInstanceOf(ChappeError);
    expect({ name: error.name, code: error.code, field: error.field, limit: error.limit }).toEqual({
      name: 'EncodeError',
      code,
      field,
      limit,
    });
    expect(error.message).toContain(field);
  });
});

describe('bodies of error responses', () => {
  const octets = (pdu: PduInput): string => hex(encode(pdu)).slice(32);

  it('of binds and submissions are omitted when no field is given', () => {
    expect(octets({ command: 'bind_transceiver_resp', command_status: 0x0e })).toBe('');
    expect(octets({ command: 'submit_sm_resp', command_status: 0x58 })).toBe('');
    expect(octets({ command: 'submit_sm_resp', command_status: 0x58, tlvs: [] })).toBe('');
    expect(octets({ command: 'submit_multi_resp', command_status: 0x58 })).toBe('');
  });

  it('stay when a field or a TLV is given, or nothing is wrong', () => {
    expect(octets({ command: 'submit_sm_resp', command_status: 0x58, message_id: '' })).toBe('00');
    expect(octets({ command: 'submit_sm_resp' })).toBe('00');
    expect(octets({ command: 'submit_sm_resp', command_status: 8, tlvs: { dpf_result: 1 } })).toBe(
      '000420000101',
    );
  });

  it('stay for queries and data_sm, which 3.4 decoders need', () => {
    expect(octets({ command: 'query_sm_resp', command_status: 0x67 })).toBe('00000000');
    expect(octets({ command: 'data_sm_resp', command_status: 0xfe })).toBe('00');
  });

  it('stay omitted when they came so, until a field is set', () => {
    const pdu = decode(Buffer.from('00000010800000050000000000000001', 'hex'));
    if (pdu.command !== 'deliver_sm_resp') throw new Error(pdu.command);
    expect(hex(encode(pdu))).toBe('00000010800000050000000000000001');
    expect(octets({ ...pdu, message_id: 'x' })).toBe('7800');
  });
});

describe('PduWriter', () => {
  const link: PduInput = { command: 'enquire_link', sequence_number: 1 };
  const text: PduInput = {
    command: 'submit_sm',
    short_message: new Uint8Array(200).fill(7),
    sequence_number: 2,
  };

  it('gathers PDUs, grows, and gives all away at once', () => {
    const writer = new PduWriter(0);
    for (let i = 0; i < 500; i++) writer.write(i % 2 === 0 ? link : text);
    const expected = (hex(encode(link)) + hex(encode(text))).repeat(250);
    expect(writer.length).toBe(expected.length / 2);
    expect(hex(writer.take())).toBe(expected);
    expect(writer.take().length).toBe(0);
  });

  it('never touches what was taken', () => {
    const writer = new PduWriter(600);
    const taken: Uint8Array[] = [];
    for (let i = 0; i < 50; i++) {
      writer.write(text);
      taken.push(writer.take());
    }
    expect(taken.map(hex)).toEqual(Array(50).fill(hex(encode(text))));
  });

  it('keeps what was written when a PDU is refused', () => {
    const writer = new PduWriter();
    writer.write(link);
    expect(() => writer.write({ command: 'submit_sm', source_addr: '1'.repeat(30) })).toThrow(EncodeError);
    expect(() =>
      writer.write({ command: 'submit_sm', tlvs: [{ name: 'message_payload', value: 'x' as never }] }),
    ).toThrow(EncodeError);
    writer.write(link);
    expect(hex(writer.take())).toBe(hex(encode(link)).repeat(2));
  });

  it('takes the largest PDUs', () => {
    const payload = new Uint8Array(65_535).fill(1);
    const destinations = Array(255).fill({
      dest_flag: 1,
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '1'.repeat(20),
    });
    const writer = new PduWriter(16);
    writer.write({ command: 'submit_multi', dest_address: destinations, tlvs: { message_payload: payload } });
    const pdu = decode(writer.take());
    if (pdu.command !== 'submit_multi') throw new Error(pdu.command);
    expect(pdu.dest_address.length).toBe(255);
    expect(tlv(pdu, 'message_payload')?.length).toBe(65_535);
  });
});

describe('encode', () => {
  it('gives results that later calls leave alone', () => {
    const results = Array.from({ length: 2000 }, (_, i) =>
      encode({ command: 'enquire_link', sequence_number: i }),
    );
    for (const [i, bytes] of results.entries())
      expect(hex(bytes).slice(24)).toBe(i.toString(16).padStart(8, '0'));
  });

  it('may be called from a getter of what it encodes', () => {
    let inner: Uint8Array | undefined;
    const outer = encode({
      command: 'submit_sm_resp',
      get message_id() {
        inner ??= encode({ command: 'submit_sm_resp', message_id: 'inner' });
        return 'outer';
      },
    });
    expect(decode(outer)).toMatchObject({ message_id: 'outer' });
    expect(decode(inner!)).toMatchObject({ message_id: 'inner' });
  });
});

describe('limits of decode', () => {
  it('rejects strings beyond maxFieldOctets with the status of the field', () => {
    const pdu = {
      ...decode(encode({ command: 'submit_sm' })),
      source_addr: '1'.repeat(1023),
    } as PduInput<'submit_sm'>;
    const bytes = encode({ ...pdu, flags: ['oversize:source_addr:1024>21'] });
    expect(decode(bytes)).toMatchObject({ flags: ['oversize:source_addr:1024>21'] });
    expect(decode(bytes, { maxFieldOctets: 1000 })).toMatchObject({
      command: 'malformed',
      error: { status: 0x0a, field: 'source_addr', offset: 19 },
    });
    expect(
      decode(encode({ command: 'submit_sm', source_addr: '1'.repeat(20) }), { maxFieldOctets: 5 }),
    ).toMatchObject({
      command: 'submit_sm',
      flags: [],
    });
  });

  it('rejects more TLVs than maxTlvs', () => {
    const tlvs = Array.from({ length: 1025 }, () => ({ tag: 0x1400, value: new Uint8Array(0) }));
    expect(decode(encode({ command: 'submit_sm', tlvs }))).toMatchObject({
      command: 'malformed',
      error: { status: 0xc0, field: 'tlvs' },
    });
    expect(decode(encode({ command: 'submit_sm', tlvs }), { maxTlvs: 1025 })).toMatchObject({ flags: [] });
    expect(decode(encode({ command: 'submit_sm', tlvs: tlvs.slice(1) }))).toMatchObject({ flags: [] });
  });
});

describe('access to TLVs', () => {
  const pdu = decode(
    encode({
      command: 'deliver_sm',
      tlvs: [
        { name: 'message_state', value: 2 },
        { name: 'receipted_message_id', value: 'ab' },
        { tag: 0x1403, value: Uint8Array.of(1) },
        { name: 'message_state', value: 5 },
        { name: 'alert_on_message_delivery', value: 0, bytes: new Uint8Array(0) },
      ],
    }),
  );
  if (pdu.command !== 'deliver_sm') throw new Error(pdu.command);

  it('is by name, first or all, and by tag as octets', () => {
    expect(tlv(pdu, 'message_state')).toBe(2);
    expect(tlvAll(pdu, 'message_state')).toEqual([2, 5]);
    expect(tlv(pdu, 'sms_signal')).toBeUndefined();
    expect(tlvByTag(pdu, 0x0427).map(hex)).toEqual(['02', '05']);
    expect(tlvByTag(pdu, 0x001e).map(hex)).toEqual(['616200']);
    expect(tlvByTag(pdu, 0x1403).map(hex)).toEqual(['01']);
    expect(tlvByTag(pdu, 0x130c).map(hex)).toEqual(['']);
    expect(tlvByTag(pdu, 0x1404)).toEqual([]);
  });
});

describe('createCodec', () => {
  const codec = createCodec({
    commands: {
      sm_result_notify: {
        id: 0x01000002,
        kind: 'request',
        direction: 'MC->ESME',
        versions: ['3.4'],
        response: 'sm_result_notify_resp',
        fields: { message_id: { type: 'c_octet_string', max: 65 }, result: { type: 'integer', size: 4 } },
      },
    },
    tlvs: {
      source_msc: { tag: 0x1501, type: 'c_octet_string', min: 1, max: 21 },
      // A known tag may mean something else at one peer.
      display_time: { tag: 0x1201, type: 'octet_string', min: 2, max: 2 },
    },
  });

  it('knows PDUs and TLVs of a vendor', () => {
    const bytes = codec.encode({
      command: 'sm_result_notify',
      message_id: 'x',
      result: 7,
      tlvs: { source_msc: '336' },
    });
    expect(hex(bytes)).toBe('0000001e0100000200000000000000007800000000071501000433333600');
    expect(plain(codec.decode(bytes))).toMatchObject({
      command: 'sm_result_notify',
      message_id: 'x',
      result: 7,
      tlvs: [{ name: 'source_msc', tag: 0x1501, value: '336' }],
    });
  });

  it('leaves every other codec alone', () => {
    const bytes = codec.encode({ command: 'submit_sm', tlvs: { display_time: Uint8Array.of(1, 2) } });
    const pdu = codec.decode(bytes);
    expect(pdu).toMatchObject({ flags: [] });
    expect(decode(bytes)).toMatchObject({
      flags: ['tlv_len:display_time:2!=1'],
      tlvs: [{ name: undefined, value: Uint8Array.of(1, 2) }],
    });
    expect(decode(codec.encode({ command: 'sm_result_notify' }))).toMatchObject({ command: 'unknown' });
  });

  it('has a writer', () => {
    const writer = codec.writer();
    writer.write({ command: 'sm_result_notify', message_id: 'x' });
    writer.write({ command: 'enquire_link' });
    expect(writer.length).toBe(22 + 16);
    expect(writer.take().length).toBe(38);
  });
});
