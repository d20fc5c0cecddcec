import { type Message, noticeOnRetry, receiptOnFailure, receiptOnSuccess } from '@chappe/center';
import {
  decode,
  encode,
  encodeText,
  type PduOf,
  readConcat,
  readText,
  type SegmentMethod,
  segmentText,
  type TextCoding,
  tlv,
  tlvByTag,
} from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectorSettings } from '../../../../policy/src/settings/connector.ts';
import type { Alphabet } from '../../../src/message/alphabet.ts';
import { submissionProfile, type UpstreamPdu } from '../../../src/upstream/submission/profile.ts';
import { connectorOf, gsm, hexOf, messageOf, nowMs, octets } from './given.ts';

function result(
  settings: Partial<ConnectorSettings>,
  message: Message,
): UpstreamPdu | { readonly reason: string } {
  const pdu = submissionProfile(connectorOf(settings)).pduOf(message, nowMs);
  return pdu.command === undefined ? { reason: pdu.reason } : pdu;
}

function submitted(settings: Partial<ConnectorSettings>, message: Message): PduOf<'submit_sm'> {
  const pdu = result(settings, message);
  if ('reason' in pdu) throw new Error(pdu.reason);
  const read = decode(encode(pdu));
  if (read.command !== 'submit_sm') throw new Error(read.command);
  return read;
}

function asData(settings: Partial<ConnectorSettings>, message: Message): PduOf<'data_sm'> {
  const pdu = result(settings, message);
  if ('reason' in pdu) throw new Error(pdu.reason);
  const read = decode(encode(pdu));
  if (read.command !== 'data_sm') throw new Error(read.command);
  return read;
}

const reasonOf = (settings: Partial<ConnectorSettings>, message: Message): unknown => {
  const pdu = result(settings, message);
  return 'reason' in pdu ? pdu.reason : pdu;
};

describe('what a connector sets for all its messages', () => {
  it.each([
    [{ priorityFlag: 2 }, { priority_flag: 2 }],
    [{ priorityFlag: 0 }, { priority_flag: 0 }],
    [{ priorityFlag: 4, version: '5.0' }, { priority_flag: 4 }],
    [{ priorityFlag: 1, version: '3.3' }, { priority_flag: 1 }],
    [{ protocolId: 64 }, { protocol_id: 64 }],
    [{ protocolId: 0 }, { protocol_id: 0 }],
    [{ validityMs: 600_000 }, { validity_period: '000000001000000R' }],
    [{ validityMs: 7_200_000 }, { validity_period: '000000010000000R' }],
    [{}, { priority_flag: 3, protocol_id: 7, validity_period: '000000010000000R' }],
  ] as const)('%o: %o', (settings, fields) => {
    const message = messageOf({ protocolId: 7 }, { priority: 3 });
    expect(submitted(settings as Partial<ConnectorSettings>, message)).toMatchObject(fields);
  });

  it('the validity of data_sm and broadcast_sm, and the priority of the latter', () => {
    const settings = { validityMs: 600_000, priorityFlag: 1 } as const;
    expect(tlv(asData({ ...settings, command: 'data_sm' }, messageOf()), 'qos_time_to_live')).toBe(600);
    const broadcast = result({ ...settings, version: '5.0' }, messageOf({ shape: 'broadcast' }));
    expect(broadcast).toMatchObject({ priority_flag: 1, validity_period: '000000001000000R' });
  });

  it.each([
    [{ priorityFlag: 4 }, /priorityFlag: 4 is not within 0 to 3/],
    [{ priorityFlag: 2, version: '3.3' }, /priorityFlag: 2 is not within 0 to 1/],
    [{ priorityFlag: 5, version: '5.0' }, /priorityFlag: 5 is not within 0 to 4/],
    [{ priorityFlag: 0.5 }, /priorityFlag/],
    [{ protocolId: 256 }, /protocolId: 256 is not within 0 to 255/],
    [{ validityMs: 999 }, /validity: give one second or more/],
    [{ validityMs: 5_000, sendValidity: false }, /validity: it is not told with sendValidity false/],
    [{ source: { kinds: { name: { ton: 256 } } } }, /source\.kinds\.name\.ton: 256 is not within 0 to 255/],
  ] as const)('%o cannot be', (settings, said) => {
    expect(() => submissionProfile(connectorOf(settings as Partial<ConnectorSettings>))).toThrow(said);
  });
});

describe('a submission', () => {
  it('of an ordinary message', () => {
    expect(result({}, messageOf())).toEqual({
      command: 'submit_sm',
      service_type: '',
      source_addr_ton: 5,
      source_addr_npi: 0,
      source_addr: 'ACME',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '447700900123',
      esm_class: 0,
      protocol_id: 0,
      priority_flag: 0,
      schedule_delivery_time: '',
      validity_period: '000000010000000R',
      registered_delivery: 1,
      replace_if_present_flag: 0,
      data_coding: 0,
      sm_default_msg_id: 0,
      short_message: Buffer.from('Hello'),
      tlvs: [],
    });
  });

  it('has one shape for all, whatever they hold', () => {
    const { pduOf } = submissionProfile(connectorOf({ longMessages: 'payload' }));
    const messages = [
      messageOf(),
      messageOf({ tlvs: [{ tag: 0x1400, value: gsm('A') }] }),
      messageOf({ inPayloadTlv: true, payload: gsm('x'.repeat(300)) }),
      messageOf({ payload: octets('0500030702016162'), esmClass: 0x40 }),
    ];
    const shapes = new Set(messages.map((message) => Object.keys(pduOf(message, nowMs)).join()));
    expect(shapes.size).toBe(1);
  });

  it('shares one empty list of TLVs, and the octets of the stored text', () => {
    const { pduOf } = submissionProfile(connectorOf());
    const message = messageOf();
    const [one, two] = [pduOf(message, nowMs), pduOf(message, nowMs)] as [UpstreamPdu, UpstreamPdu];
    expect(one.tlvs).toBe(two.tlvs);
    const pdu = one as { readonly short_message: Uint8Array };
    expect(pdu.short_message.buffer).toBe(message.content.buffer);
  });

  it('carries the fields of the message', () => {
    const message = messageOf(
      { protocolId: 0x41, dataCoding: 0xf1, esmClass: 0x93, registeredDelivery: 0x1d },
      { priority: 3, serviceType: 'WAP', receiptWanted: receiptOnSuccess | receiptOnFailure | noticeOnRetry },
    );
    expect(submitted({}, message)).toMatchObject({
      protocol_id: 0x41,
      data_coding: 0xf1,
      esm_class: 0x90,
      registered_delivery: 0x1d,
      priority_flag: 3,
      service_type: 'WAP',
    });
    expect(submitted({ serviceType: 'OTP' }, message).service_type).toBe('OTP');
    expect(submitted({ serviceType: '' }, message).service_type).toBe('');
  });

  it('to a 3.3 upstream', () => {
    const message = messageOf(
      { esmClass: 0x43, payload: octets('0500030702016162'), tlvs: [{ tag: 0x1400, value: gsm('A') }] },
      { priority: 3, receiptWanted: receiptOnFailure | noticeOnRetry },
    );
    const pdu = submitted({ version: '3.3' }, message);
    expect(pdu).toMatchObject({ esm_class: 0x40, priority_flag: 1, registered_delivery: 1, tlvs: [] });
  });

  it('to a 3.3 upstream has no TLVs: SAR becomes a header, and is unfit beside ports', () => {
    const sar = [
      { name: 'sar_msg_ref_num' as const, value: 7 },
      { name: 'sar_total_segments' as const, value: 2 },
      { name: 'sar_segment_seqnum' as const, value: 1 },
    ];
    const pdu = submitted({ version: '3.3' }, messageOf({ tlvs: sar, payload: gsm('ab') }));
    expect([hexOf(pdu.short_message), pdu.esm_class, pdu.tlvs]).toEqual(['0500030702016162', 0x40, []]);
    const ported = messageOf({ tlvs: [...sar, { name: 'destination_port', value: 2948 }] });
    expect(reasonOf({ version: '3.3' }, ported)).toBe('segments with ports in TLVs cannot go by 3.3');
  });

  it('tells the time that is left, unless it is not to', () => {
    const left = (leftMs: number): Message => messageOf({}, { expiresMs: nowMs + leftMs });
    expect(submitted({}, left(90_500)).validity_period).toBe('000000000130000R');
    expect(submitted({ sendValidity: false }, left(90_500)).validity_period).toBe('');
    expect(tlv(asData({ command: 'data_sm' }, left(90_500)), 'qos_time_to_live')).toBe(90);
    expect(tlv(asData({ command: 'data_sm', sendValidity: false }, left(90_500)), 'qos_time_to_live')).toBe(
      undefined,
    );
  });

  it('asks for receipts as the settings say', () => {
    expect(submitted({ alwaysReceipt: false }, messageOf()).registered_delivery).toBe(0);
    expect(submitted({}, messageOf({ esmClass: 1 })).registered_delivery).toBe(0);
  });

  it.each([
    ['broadcast', 'a broadcast needs a connector with version 5.0'],
    ['receipt', 'a receipt cannot be submitted to an upstream'],
  ] as const)('is not made of a %s', (shape, reason) => {
    const receipt = shape === 'receipt' ? { state: 2, error: 0, idOctets: 0 } : undefined;
    expect(reasonOf({}, messageOf({ shape, receipt }))).toBe(reason);
  });
});

describe('addresses of a submission', () => {
  it('are rewritten: sender rules and number plan first, then form', () => {
    const pdu = submitted(
      {
        source: { ton: 'auto', npi: 'auto', addPrefix: '00' },
        destination: { ton: 0, npi: 'auto', stripPrefix: '44', addPrefix: '0' },
        numbers: { countryCode: '44', nationalPrefix: '0' },
        senderRules: [{ from: 'AC*', replaceBy: '447700900000' }],
      },
      messageOf({}, { destination: { ton: 0, npi: 0, digits: '07700900123' } }),
    );
    expect(pdu).toMatchObject({
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: '00447700900000',
      dest_addr_ton: 0,
      dest_addr_npi: 1,
      destination_addr: '07700900123',
    });
  });

  it('each rewriting may stand alone', () => {
    const national = messageOf({}, { destination: { ton: 2, npi: 1, digits: '7700900123' } });
    const numbers = { countryCode: '44' };
    expect(submitted({ numbers }, national)).toMatchObject({
      dest_addr_ton: 1,
      destination_addr: '447700900123',
    });
    const destination = { stripPrefix: '44' };
    expect(submitted({ destination }, messageOf()).destination_addr).toBe('7700900123');
    expect(submitted({ source: { ton: 0 } }, messageOf())).toMatchObject({ source_addr_ton: 0 });
    const senderRules = [{ from: 'ACME', replaceBy: 'SHOP' }];
    expect(submitted({ senderRules }, messageOf()).source_addr).toBe('SHOP');
  });

  it('a sender that is refused there is unfit', () => {
    const senderRules = [{ from: 'AC*', refuse: true }];
    const message = messageOf({}, { source: { ton: 5, npi: 0, digits: 'AC\u0007ME' } });
    expect(reasonOf({ senderRules }, message)).toBe('the sender AC?ME is refused there');
  });

  it.each([
    { digits: '1'.repeat(20), command: undefined, version: '3.4', expected: 'submit_sm' },
    { digits: '1'.repeat(21), command: undefined, version: '3.4', expected: 'data_sm' },
    { digits: '1'.repeat(21), command: undefined, version: '3.3', expected: undefined },
    { digits: '1'.repeat(21), command: 'submit_sm', version: '3.4', expected: undefined },
    { digits: '1'.repeat(64), command: 'data_sm', version: '3.4', expected: 'data_sm' },
    { digits: '1'.repeat(65), command: 'data_sm', version: '3.4', expected: undefined },
    { digits: 'Привет', command: undefined, version: '3.4', expected: undefined },
    { digits: 'a\0b', command: undefined, version: '3.4', expected: undefined },
  ] as const)('$digits by $command in $version', ({ digits, command, version, expected }) => {
    for (const side of ['source', 'destination'] as const) {
      const message = messageOf({}, { [side]: { ton: 0, npi: 0, digits } });
      const pdu = result({ command, version }, message) as Partial<UpstreamPdu>;
      expect(pdu.command).toBe(expected);
    }
  });

  it('a service_type that no field can hold is unfit', () => {
    expect(reasonOf({}, messageOf({}, { serviceType: 'TOOLONG' }))).toMatch(/service_type/);
  });
});

describe('long texts in a submission', () => {
  const long = messageOf({ inPayloadTlv: true, payload: gsm('x'.repeat(300)) });

  it('go as message_payload where that is the way, else the message is unfit', () => {
    const pdu = submitted({ longMessages: 'payload' }, long);
    expect(pdu.short_message.length).toBe(0);
    expect(tlv(pdu, 'message_payload')?.length).toBe(300);
    for (const longMessages of [undefined, 'udh8', 'udh16', 'sar'] as const) {
      expect(reasonOf({ longMessages }, long)).toMatch(/^300 octets are more than one message; longMessages/);
      expect(reasonOf({ longMessages, command: 'data_sm' }, long)).toMatch(/^300 octets/);
    }
  });

  it.each([
    { octets: 160, inPayloadTlv: true, method: 'udh8', expected: 'short' },
    { octets: 161, inPayloadTlv: true, method: 'udh8', expected: 'unfit' },
    { octets: 160, inPayloadTlv: true, method: 'payload', expected: 'short' },
    { octets: 161, inPayloadTlv: true, method: 'payload', expected: 'payload' },
    { octets: 254, inPayloadTlv: false, method: 'udh8', expected: 'short' },
    { octets: 254, inPayloadTlv: false, method: 'payload', expected: 'short' },
    { octets: 255, inPayloadTlv: false, method: 'payload', expected: 'payload' },
    { octets: 255, inPayloadTlv: false, method: 'udh8', expected: 'unfit' },
  ] as const)('$octets octets, in a TLV: $inPayloadTlv, by $method: $expected', (row) => {
    const message = messageOf({ inPayloadTlv: row.inPayloadTlv, payload: gsm('x'.repeat(row.octets)) });
    const pdu = result({ longMessages: row.method }, message);
    if ('reason' in pdu) expect(row.expected).toBe('unfit');
    else
      expect((pdu as PduOf<'submit_sm'>).short_message.length > 0 ? 'short' : 'payload').toBe(row.expected);
  });

  it('3.3 takes 160 octets, 5.0 takes 255', () => {
    const of = (count: number): Message => messageOf({ payload: gsm('x'.repeat(count)) });
    expect(submitted({ version: '3.3' }, of(160)).short_message.length).toBe(160);
    expect(reasonOf({ version: '3.3' }, of(161))).toBe('the text has 161 octets, at most 160 go there');
    expect(submitted({ version: '5.0' }, of(255)).short_message.length).toBe(255);
  });

  it('segments are joined as the connector has it', () => {
    const segment = messageOf({ payload: octets('0500030702016162'), esmClass: 0x40 });
    const pdu = submitted({ longMessages: 'sar' }, segment);
    expect([...pdu.short_message]).toEqual([0x61, 0x62]);
    expect(pdu.esm_class).toBe(0);
    expect(readConcat(pdu)).toEqual({ reference: 7, total: 2, sequence: 1, bits: 16 });
    const data = asData({ longMessages: 'sar', command: 'data_sm' }, segment);
    expect(data.tlvs.map(({ name }) => name)).toEqual([
      'message_payload',
      'sar_msg_ref_num',
      'sar_total_segments',
      'sar_segment_seqnum',
      'qos_time_to_live',
    ]);
  });

  it('the packed header of a SAR segment gets its fill bits', () => {
    const sar = { sar_msg_ref_num: 0x2a, sar_total_segments: 2, sar_segment_seqnum: 1 } as const;
    const tlvs = Object.entries(sar).map(([name, value]) => ({ name: name as keyof typeof sar, value }));
    const message = messageOf({ payload: gsm('hello'), tlvs });
    const pdu = submitted({ defaultAlphabet: 'gsm7-packed' }, message);
    expect(Buffer.from(pdu.short_message).toString('hex')).toBe('0500032a0201d06536fb0d');
  });

  it('a text that has become UCS-2 goes as message_payload when that is the way', () => {
    const euro = messageOf({ payload: gsm(`€${'x'.repeat(100)}`) });
    expect(reasonOf({ defaultAlphabet: 'latin1' }, euro)).toMatch(/^latin1 lacks U\+20AC/);
    const pdu = submitted({ defaultAlphabet: 'latin1', longMessages: 'payload' }, euro);
    expect([pdu.data_coding, pdu.short_message.length]).toEqual([8, 0]);
    expect(readText([pdu]).text).toBe(`€${'x'.repeat(100)}`);
  });
});

describe('data_sm instead of submit_sm', () => {
  it.each([
    { shape: 'submit', command: undefined, version: '3.4', expected: 'submit_sm' },
    { shape: 'data', command: undefined, version: '3.4', expected: 'data_sm' },
    { shape: 'data', command: 'submit_sm', version: '3.4', expected: 'submit_sm' },
    { shape: 'submit', command: 'data_sm', version: '5.0', expected: 'data_sm' },
    { shape: 'data', command: undefined, version: '3.3', expected: 'submit_sm' },
  ] as const)('$shape by $command in $version: $expected', ({ shape, command, version, expected }) => {
    const message = messageOf({ shape, inPayloadTlv: shape === 'data' });
    const pdu = result({ command, version }, message) as UpstreamPdu;
    expect(pdu.command).toBe(expected);
    encode(pdu);
  });

  it('its text is a TLV before the others', () => {
    const tlvs = [{ tag: 0x1400, value: gsm('A') }];
    const pdu = asData({ command: 'data_sm' }, messageOf({ tlvs, userMessageReference: 9 }));
    expect(pdu.tlvs.map(({ tag }) => tag)).toEqual([0x0424, 0x0204, 0x1400, 0x0017]);
    expect(readText([pdu]).text).toBe('Hello');
  });
});

describe('TLVs of a submission', () => {
  it('go by the rules; a missing one makes the message unfit', () => {
    const tlvs = [{ name: 'pe_id', tag: 0x1400, type: 'text' as const, required: true }];
    expect(reasonOf({ tlvs }, messageOf())).toBe('TLV pe_id (0x1400) is missing');
    const message = messageOf({ tlvs: [{ tag: 0x1400, value: gsm('1101') }] });
    expect(tlvByTag(submitted({ tlvs }, message), 0x1400).map(hexOf)).toEqual(['31313031']);
  });
});

describe('settings that contradict each other', () => {
  it.each([
    [{ version: '3.3', longMessages: 'sar' }, /^connector "op-a": longMessages: 3.3 has no TLVs/],
    [{ version: '3.3', longMessages: 'payload' }, /^connector "op-a": longMessages/],
    [{ version: '3.3', command: 'data_sm' }, /^connector "op-a": command: 3.3 has no data_sm/],
    [{ serviceType: 'TOOLONG' }, /^connector "op-a": serviceType: at most 5/],
    [{ serviceType: 'é' }, /^connector "op-a": serviceType/],
    [{ source: { ton: 256 } }, /^connector "op-a": source.ton: 256/],
    [{ numbers: { countryCode: '0' } }, /^connector "op-a": numbers.countryCode/],
    [{ senderRules: [{ from: 'A', refuse: true, replaceBy: 'B' }] }, /^connector "op-a": senderRules/],
    [{ destination: { npi: -1 } }, /^connector "op-a": destination.npi: -1/],
  ] as const)('%o', (settings, message) => {
    expect(() => submissionProfile(connectorOf(settings))).toThrow(message);
  });
});

describe('whatever the settings and the text', () => {
  const settings = fc.record({
    version: fc.constantFrom<'3.4' | '5.0'>('3.4', '5.0'),
    defaultAlphabet: fc.constantFrom<Alphabet>('gsm7', 'gsm7-packed', 'latin1', 'ascii'),
    longMessages: fc.constantFrom<SegmentMethod>('udh8', 'udh16', 'sar', 'payload'),
    command: fc.constantFrom<'submit_sm' | 'data_sm' | undefined>(undefined, 'submit_sm', 'data_sm'),
    sendValidity: fc.boolean(),
    passTlvs: fc.constantFrom<'all' | 'none'>('all', 'none'),
  });
  const unit = fc.constantFrom(...'abc xyz 019 @£$ [€] é ж 日 😀');
  const texts = fc.record({
    text: fc.string({ maxLength: 400, unit }),
    method: fc.constantFrom<SegmentMethod>('udh8', 'udh16', 'sar', 'payload'),
    coding: fc.constantFrom<TextCoding | undefined>(undefined, 'ucs2'),
  });

  it('what is submitted encodes, and reads as the text that was stored', () => {
    let submittedOnes = 0;
    const seen = fc.property(settings, texts, (connector, { text, method, coding }) => {
      const whole = segmentText(text, { method, coding, reference: 77 });
      const { pduOf } = submissionProfile(connectorOf(connector));
      const count = whole.segments.length;
      whole.segments.forEach((segment, index) => {
        const payload = segment.tlvs.find(({ tag }) => tag === 0x0424)?.value as Uint8Array | undefined;
        const pdu = pduOf(
          messageOf({
            dataCoding: whole.dataCoding,
            esmClass: segment.esmClassBits | 0x03,
            payload: payload ?? segment.short_message,
            inPayloadTlv: payload !== undefined,
            tlvs: [...segment.tlvs.filter(({ tag }) => tag !== 0x0424), { tag: 0x1400, value: gsm('A') }],
            ...(count > 1 && { group: { kind: 'segments' as const, index, count, reference: 77 } }),
          }),
          nowMs,
        );
        if (pdu.command === undefined) return;
        submittedOnes += 1;
        const read = decode(encode(pdu)) as PduOf<'submit_sm'>;
        expect(read.flags).toEqual([]);
        expect(readText([read], connector).text).toBe(segment.text);
        if (count > 1) expect(readConcat(read)).toMatchObject({ total: count, sequence: index + 1 });
      });
    });
    fc.assert(seen, { numRuns: 400 });
    expect(submittedOnes).toBeGreaterThan(100);
  });

  it('every content there can be is either unfit or encodes', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    // Four octets each, where one or two belong.
    const wide = (name: 'sar_msg_ref_num' | 'sar_total_segments' | 'sar_segment_seqnum', hex: string) =>
      ({ name, value: 1, bytes: octets(hex) }) as const;
    const wideSar = [
      wide('sar_msg_ref_num', '00012345'),
      wide('sar_total_segments', '00000003'),
      wide('sar_segment_seqnum', '00000002'),
    ];
    const contents = fc.record({
      shape: fc.constantFrom<'submit' | 'data'>('submit', 'data'),
      esmClass: octet,
      protocolId: octet,
      dataCoding: octet,
      registeredDelivery: octet,
      inPayloadTlv: fc.boolean(),
      payload: fc.uint8Array({ maxLength: 300 }),
      userMessageReference: fc.option(fc.integer({ min: 0, max: 0xffff }), { nil: undefined }),
      tlvs: fc.constantFrom([], wideSar, [{ tag: 0x1400, value: gsm('A') }]),
    });
    fc.assert(
      fc.property(settings, contents, (connector, content) => {
        const { pduOf } = submissionProfile(connectorOf(connector));
        const pdu = pduOf(messageOf(content), nowMs);
        if (pdu.command !== undefined) expect(encode(pdu).length).toBeGreaterThan(16);
      }),
      { numRuns: 500 },
    );
  });

  it('a national text is packed as it stands', () => {
    const body = encodeText('ağaç', 'gsm7', { single: 1 }).bytes;
    const payload = new Uint8Array([...octets('03240101'), ...body]);
    const pdu = submitted({ defaultAlphabet: 'gsm7-packed' }, messageOf({ esmClass: 0x40, payload }));
    expect(readText([pdu], { defaultAlphabet: 'gsm7-packed' }).text).toBe('ağaç');
  });
});
