import { tlv } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { Rig, settled } from './rig.ts';

let rig: Rig;
afterEach(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const number = '447700900123';
const ucs2 = (text: string): Uint8Array => Buffer.from(text, 'utf16le').swap16();

describe('the walk of one message', () => {
  it('submit, delivery to the handset, receipt', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const response = await esme.submit();
    expect(response.command_status).toBe(0);
    expect(response.message_id).toMatch(/^[0-9a-f]{22}$/);
    expect(esme.received).toEqual([]);
    await rig.clock.advance(99);
    expect(rig.handsets.inbox(number)).toEqual([]);
    await rig.clock.advance(20);
    expect(rig.handsets.inbox(`+${number}`)).toMatchObject([
      { from: 'ACME', text: 'Hello', account: 'acme', publicId: response.message_id, total: 1 },
    ]);
    const [receipt] = esme.deliveries;
    expect(receipt).toMatchObject({
      source_addr: number,
      source_addr_ton: 1,
      source_addr_npi: 1,
      destination_addr: 'ACME',
      dest_addr_ton: 5,
      esm_class: 4,
      data_coding: 0,
      registered_delivery: 0,
    });
    expect(esme.texts).toEqual([
      `id:${response.message_id} sub:001 dlvrd:001 submit date:2607201200 done date:2607201200 stat:DELIVRD err:000 text:Hello`,
    ]);
    expect(receipt && tlv(receipt, 'receipted_message_id')).toBe(response.message_id);
    expect(receipt && tlv(receipt, 'message_state')).toBe(2);
    const view = await rig.gateway.messages.get(response.message_id);
    expect(view).toMatchObject({ state: 'delivered', text: 'Hello', from: 'ACME', to: number, attempts: 1 });
    expect(view?.timeline.map(({ step }) => step)).toEqual(['accepted', 'delivered', 'receipt-delivered']);
  });

  it('the user message reference comes back in the receipt', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    await esme.submit({ tlvs: { user_message_reference: 4711 } });
    await rig.clock.advance(200);
    const [receipt] = esme.deliveries;
    expect(receipt && tlv(receipt, 'user_message_reference')).toBe(4711);
  });

  it('a UCS-2 text is shown and searched as text, and not quoted in the receipt', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    await esme.submit({ data_coding: 8, short_message: ucs2('Привет 😀') });
    await rig.clock.advance(200);
    expect(rig.handsets.inbox(number)[0]).toMatchObject({ text: 'Привет 😀' });
    expect(esme.texts[0]?.endsWith(' text:')).toBe(true);
    const found = await rig.gateway.messages.search('Привет');
    expect(found.messages).toHaveLength(1);
  });

  it('binary content stays octets; flash and message waiting are told', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    await esme.submit({ data_coding: 4, short_message: Uint8Array.of(0, 255, 7) });
    await esme.submit({ data_coding: 0x10, short_message: Buffer.from('Now') });
    await esme.submit({ data_coding: 0xc8, short_message: Buffer.from('Mail') });
    await rig.clock.advance(200);
    const [binary, flash, waiting] = rig.handsets.inbox(number);
    expect(binary).toMatchObject({ text: undefined, bytes: Uint8Array.of(0, 255, 7) });
    expect(flash).toMatchObject({ text: 'Now', flash: true });
    expect(waiting).toMatchObject({ waiting: { indication: 'voicemail', active: true } });
  });

  it('the handset joins segments in any order: 8-bit and 16-bit references, SAR TLVs', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const udh8 = (n: number, text: string) =>
      Buffer.concat([Uint8Array.of(5, 0, 3, 9, 2, n), Buffer.from(text)]);
    const udh16 = (n: number, text: string) =>
      Buffer.concat([Uint8Array.of(6, 8, 4, 1, 9, 2, n), Buffer.from(text)]);
    const second = await esme.submit({ esm_class: 0x40, short_message: udh8(2, 'world') });
    const first = await esme.submit({ esm_class: 0x40, short_message: udh8(1, 'Hello ') });
    await esme.submit({ esm_class: 0x40, short_message: udh16(1, 'wide ') });
    await esme.submit({ esm_class: 0x40, short_message: udh16(2, 'reference') });
    for (const sar_segment_seqnum of [1, 2]) {
      const tlvs = { sar_msg_ref_num: 5, sar_total_segments: 2, sar_segment_seqnum };
      await esme.submit({ tlvs, short_message: Buffer.from(`sar ${sar_segment_seqnum} `) });
    }
    await rig.clock.advance(200);
    const inbox = rig.handsets.inbox(number);
    expect(inbox.map(({ text }) => text)).toEqual(['Hello world', 'wide reference', 'sar 1 sar 2 ']);
    expect(inbox[0]).toMatchObject({
      total: 2,
      segments: [
        { publicId: first.message_id, sequence: 1 },
        { publicId: second.message_id, sequence: 2 },
      ],
    });
    expect(esme.stats).toHaveLength(6);
  });

  it('a long message with a missing segment is shown after a while as far as it came', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    await esme.submit({ esm_class: 0x40, short_message: Buffer.from('0500030902024869', 'hex') });
    await rig.clock.advance(500);
    expect(rig.handsets.inbox(number)).toEqual([]);
    await rig.clock.advance(11 * 60_000);
    expect(rig.handsets.inbox(number)).toMatchObject([{ text: 'Hi', total: 2, segments: [{ sequence: 2 }] }]);
  });

  it('a scheduled message waits, and its receipt tells both dates', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const { message_id } = await esme.submit({ schedule_delivery_time: '260720130000000+' });
    expect(await rig.gateway.messages.get(message_id)).toMatchObject({ state: 'scheduled' });
    await rig.clock.advance(3_599_000);
    expect(esme.received).toEqual([]);
    await rig.clock.advance(2_000);
    expect(esme.texts[0]).toContain('submit date:2607201200 done date:2607201300 stat:DELIVRD');
  });

  it('priority goes first when the handsets are slow to take', async () => {
    rig = await Rig.start({ handsets: { delayMs: [100, 100], capacity: 1 } });
    const esme = await rig.esme();
    const destinations = ['447700900001', '447700900002', '447700900003'];
    await Promise.all(
      destinations.map((destination_addr, i) =>
        esme.submit({ destination_addr, priority_flag: i === 2 ? 3 : 0 }),
      ),
    );
    await rig.clock.advance(1_000);
    expect(esme.deliveries.map(({ source_addr }) => source_addr)).toEqual([
      '447700900003',
      '447700900001',
      '447700900002',
    ]);
  });
});

describe('which receipts are sent', () => {
  it.each([
    [0, 0x34, [], []],
    [1, 0x34, ['DELIVRD'], ['UNDELIV']],
    [2, 0x34, [], ['UNDELIV']],
    [3, 0x50, ['DELIVRD'], []],
    [0x10, 0x34, [], []],
    [0x11, 0x34, ['DELIVRD'], ['UNDELIV']],
    [1, 0x33, ['DELIVRD'], ['UNDELIV']],
  ] as const)('registered_delivery %s over %s', async (registered_delivery, version, success, failure) => {
    rig = await Rig.start();
    const tx = await rig.esme({ version, bind: 'transmitter' });
    const rx = await rig.esme({ version, bind: 'receiver' });
    await tx.submit({ registered_delivery });
    await rig.clock.advance(200);
    expect(rx.stats).toEqual(success);
    rx.received.length = 0;
    await tx.submit({ registered_delivery, destination_addr: '447705550001' });
    await rig.clock.advance(200);
    expect(rx.stats).toEqual(failure);
  });

  it('intermediate notifications after each failed attempt, then the final receipt', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    await esme.submit({ registered_delivery: 0x11, destination_addr: '447705550011' });
    await rig.clock.advance(60_000);
    expect(esme.deliveries.map(({ esm_class }) => esm_class)).toEqual([0x20, 0x20, 0x04]);
    expect(esme.stats).toEqual(['ENROUTE', 'ENROUTE', 'DELIVRD']);
    const [first] = esme.deliveries;
    expect(first && tlv(first, 'message_state')).toBe(1);
    expect(first && Buffer.from(tlv(first, 'network_error_code') ?? [])).toEqual(Buffer.from([3, 0, 27]));
  });

  it('3.3: short ids and no TLVs; REJECTD is told as UNDELIV', async () => {
    rig = await Rig.start();
    const tx = await rig.esme({ version: 0x33, bind: 'transmitter' });
    const rx = await rig.esme({ version: 0x33, bind: 'receiver' });
    const { message_id } = await tx.submit();
    await tx.submit({ destination_addr: '447705550003' });
    await rig.clock.advance(200);
    expect(message_id).toMatch(/^[0-9a-f]{8}$/);
    expect(rx.texts[0]).toContain(`id:${message_id} sub:001`);
    expect(rx.stats).toEqual(['DELIVRD', 'UNDELIV']);
    expect(rx.deliveries.flatMap(({ tlvs }) => tlvs)).toEqual([]);
  });

  it('the receipt of one account never goes to another', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const other = await rig.esme({ systemId: 'other' });
    await esme.submit();
    await rig.clock.advance(200);
    expect(esme.stats).toHaveLength(1);
    expect(other.received).toEqual([]);
  });

  it('several binds: receipts are spread over those that receive', async () => {
    rig = await Rig.start();
    const tx = await rig.esme({ bind: 'transmitter' });
    const one = await rig.esme({ bind: 'receiver' });
    const two = await rig.esme({ bind: 'transceiver' });
    for (let i = 0; i < 10; i += 1) await tx.submit();
    await rig.clock.advance(200);
    expect(tx.received).toEqual([]);
    expect([one.stats.length, two.stats.length]).toEqual([5, 5]);
  });
});

describe('magic numbers', () => {
  const magic = async (suffix: string, fields = {}) => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const response = await esme.submit({ destination_addr: `4477${suffix}`, ...fields });
    await rig.clock.advance(5_000);
    return { esme, response };
  };

  it.each([
    ['5550001', 'UNDELIV', 5, 1],
    ['5550002', 'EXPIRED', 3, 2],
    ['5550003', 'REJECTD', 8, 3],
  ])('%s ends as %s', async (suffix, stat, state, error) => {
    const { esme } = await magic(suffix);
    expect(esme.stats).toEqual([stat]);
    expect(esme.texts[0]).toContain(`dlvrd:000 `);
    expect(esme.texts[0]).toContain(`err:00${error} `);
    const [receipt] = esme.deliveries;
    expect(receipt && tlv(receipt, 'message_state')).toBe(state);
    expect(rig.handsets.inbox(`4477${suffix}`)).toEqual([]);
  });

  it('5550004: delivered, no receipt', async () => {
    const { esme, response } = await magic('5550004');
    expect(esme.received).toEqual([]);
    expect(await rig.gateway.messages.get(response.message_id)).toMatchObject({ state: 'delivered' });
  });

  it('5550005: the receipt comes a minute late', async () => {
    const { esme } = await magic('5550005');
    expect(esme.received).toEqual([]);
    await rig.clock.advance(54_000);
    expect(esme.received).toEqual([]);
    await rig.clock.advance(2_000);
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('5550008: the handset answers with the same text', async () => {
    const { esme } = await magic('5550008');
    const echo = esme.deliveries.find(({ esm_class }) => esm_class === 0);
    expect(echo).toMatchObject({ source_addr: '44775550008', destination_addr: 'ACME' });
    expect(Buffer.from(echo?.short_message ?? []).toString()).toBe('Hello');
    expect(esme.stats).toEqual(['DELIVRD']);
    for (const sar_segment_seqnum of [1, 2]) {
      const tlvs = { sar_msg_ref_num: 77, sar_total_segments: 2, sar_segment_seqnum };
      await esme.submit({ destination_addr: '44775550008', tlvs });
    }
    await rig.clock.advance(500);
    const segments = esme.deliveries.filter((pdu) => tlv(pdu, 'sar_msg_ref_num') === 77);
    expect(segments.map((pdu) => tlv(pdu, 'sar_segment_seqnum')).sort()).toEqual([1, 2]);
  });

  it('5550009: the receipt comes twice', async () => {
    const { esme } = await magic('5550009');
    expect(esme.stats).toEqual(['DELIVRD', 'DELIVRD']);
    expect(new Set(esme.texts).size).toBe(1);
  });

  it('5550010: the receipt comes before the response', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const order: string[] = [];
    const response = esme.submit({ destination_addr: '44775550010' }).then(() => order.push('response'));
    esme.received.push = (...pdus) => order.push(...pdus.map(({ command }) => command));
    await rig.clock.advance(100);
    await response;
    expect(order).toEqual(['deliver_sm', 'response']);
  });

  it('5550010 without a receiving bind: the response comes all the same', async () => {
    rig = await Rig.start();
    const esme = await rig.esme({ bind: 'transmitter' });
    const response = esme.submit({ destination_addr: '44775550010' });
    await rig.clock.advance(6_000);
    expect((await response).command_status).toBe(0);
  });

  it('5550011: unreachable twice, then delivered', async () => {
    const { esme, response } = await magic('5550011');
    expect(esme.stats).toEqual(['DELIVRD']);
    const view = await rig.gateway.messages.get(response.message_id);
    expect(view?.attempts).toBe(3);
    expect(view?.timeline.map(({ step }) => step)).toEqual([
      'accepted',
      'retry',
      'retry',
      'delivered',
      'receipt-delivered',
    ]);
  });
});

describe('handsets', () => {
  it.each(['off', 'busy', 'full'] as const)(
    '%s: the message waits until it is switched on',
    async (state) => {
      rig = await Rig.start();
      const esme = await rig.esme();
      rig.handsets.setState(number, state);
      await esme.submit();
      await esme.submit({ destination_addr: `+${number}` });
      await rig.clock.advance(500);
      expect(esme.received).toEqual([]);
      expect(rig.handsets.list()).toMatchObject([{ msisdn: number, state, messages: 0 }]);
      rig.handsets.setState(`+${number}`, 'on');
      await rig.clock.advance(500);
      expect(esme.stats).toEqual(['DELIVRD', 'DELIVRD']);
      expect(rig.handsets.inbox(number)).toHaveLength(2);
    },
  );

  it('nobody switches it on: retries go on until the validity ends', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    rig.handsets.setState(number, 'off');
    const { message_id } = await esme.submit({ validity_period: '000000010000000R' });
    await rig.clock.advance(3_605_000);
    expect(esme.stats).toEqual(['EXPIRED']);
    const view = await rig.gateway.messages.get(message_id);
    expect(view?.state).toBe('expired');
    expect(view?.attempts).toBeGreaterThan(3);
  });

  it('set_dpf: an alert_notification when it is back', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    rig.handsets.setState(number, 'off');
    await esme.submit({ tlvs: { set_dpf: 1 } });
    await rig.clock.advance(200);
    rig.handsets.setState(number, 'on');
    await settled();
    expect(esme.received).toMatchObject([
      { command: 'alert_notification', source_addr: number, esme_addr: 'ACME' },
    ]);
    await rig.clock.advance(500);
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('outcomes by weight, repeatable by seed', async () => {
    const outcomes = { delivered: 1, undeliverable: 1, expired: 1, rejected: 1 };
    const runs: string[][] = [];
    for (const seed of [7, 7, 8]) {
      rig = await Rig.start({ handsets: { delayMs: [1, 100], seed, outcomes } });
      const esme = await rig.esme();
      for (let i = 0; i < 40; i += 1) await esme.submit();
      await rig.clock.advance(500);
      runs.push(esme.stats);
      if (runs.length < 3) await rig.stop();
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
    expect(new Set(runs[0])).toEqual(new Set(['DELIVRD', 'UNDELIV', 'EXPIRED', 'REJECTD']));
  });

  it('inboxes are bounded over all handsets', async () => {
    rig = await Rig.start({ handsets: { delayMs: [1, 1], inboxMessages: 3 } });
    const esme = await rig.esme();
    for (const last of [1, 2, 3, 4, 5]) await esme.submit({ destination_addr: `44770090000${last}` });
    await rig.clock.advance(200);
    const kept = rig.handsets.list().map(({ msisdn }) => msisdn);
    expect(kept.sort()).toEqual(['447700900003', '447700900004', '447700900005']);
  });
});

describe('ESME to ESME', () => {
  it('a number inside an address_range goes to that bind, with receipt', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const service = await rig.esme({ systemId: 'service', addressRange: '^4455[0-9]*$' });
    await esme.submit({ destination_addr: '445512345', tlvs: [{ tag: 0x1403, value: Uint8Array.of(1) }] });
    await settled();
    expect(service.deliveries).toMatchObject([
      { source_addr: 'ACME', destination_addr: '445512345', esm_class: 0, registered_delivery: 0 },
    ]);
    expect(service.texts).toEqual(['Hello']);
    expect(service.deliveries[0]?.tlvs).toMatchObject([{ tag: 0x1403 }]);
    await settled();
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(rig.handsets.inbox('445512345')).toEqual([]);
  });

  it('the most specific range wins; outside of it there are handsets', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const wide = await rig.esme({ systemId: 'wide', addressRange: '44' });
    const narrow = await rig.esme({ systemId: 'narrow', addressRange: '4455' });
    for (const destination_addr of ['4455000', '4466000', '3366000']) await esme.submit({ destination_addr });
    await rig.clock.advance(200);
    expect(narrow.deliveries.map((pdu) => pdu.destination_addr)).toEqual(['4455000']);
    expect(wide.deliveries.map((pdu) => pdu.destination_addr)).toEqual(['4466000']);
    expect(rig.handsets.inbox('3366000')).toHaveLength(1);
  });

  it('a text longer than 254 octets goes in message_payload; to 3.3 it cannot go', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const service = await rig.esme({ systemId: 'service', addressRange: '4455' });
    const old = await rig.esme({ systemId: 'old', addressRange: '4466', version: 0x33, bind: 'receiver' });
    const long = {
      short_message: new Uint8Array(0),
      tlvs: { message_payload: new Uint8Array(300).fill(65) },
    };
    await esme.submit({ destination_addr: '4455000', ...long });
    await esme.submit({ destination_addr: '4466000', ...long });
    await rig.clock.advance(100);
    const [delivery] = service.deliveries;
    expect(delivery?.short_message).toHaveLength(0);
    expect(delivery && tlv(delivery, 'message_payload')).toHaveLength(300);
    expect(old.received).toEqual([]);
    expect(esme.stats.sort()).toEqual(['DELIVRD', 'UNDELIV']);
  });

  it('a full message from a handset, and the parts of a long one, go to 3.3', async () => {
    rig = await Rig.start();
    const old = await rig.esme({ systemId: 'old', version: 0x33, bind: 'receiver' });
    await rig.fromHandset({ from: number, to: '777', text: 'x'.repeat(160) });
    await rig.fromHandset({ from: number, to: '777', text: 'y'.repeat(300) });
    await settled();
    expect(old.deliveries.map((pdu) => pdu.short_message.length)).toEqual([160, 6 + 153, 6 + 147]);
  });

  it('what came by data_sm leaves by data_sm', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const service = await rig.esme({ systemId: 'service', addressRange: '4455' });
    await esme.request<'data_sm'>({
      command: 'data_sm',
      source_addr: 'ACME',
      source_addr_ton: 5,
      destination_addr: '4455000',
      tlvs: { message_payload: Buffer.from('data'), source_port: 7, set_dpf: 0 },
    });
    await settled();
    const [data] = service.received;
    expect(data).toMatchObject({ command: 'data_sm', destination_addr: '4455000' });
    expect(data?.tlvs.map((item) => item.name)).toEqual(['message_payload', 'source_port']);
  });

  it('an ESME that refuses for ever ends the message, one that refuses for now gets it again', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    let refusal = 0x66;
    const service = await rig.esme({
      systemId: 'service',
      addressRange: '4455',
      answer: () => ({ command_status: refusal }),
    });
    await esme.submit({ destination_addr: '4455001' });
    await rig.clock.advance(100);
    expect(esme.stats).toEqual(['REJECTD']);
    refusal = 0x64;
    await esme.submit({ destination_addr: '4455002' });
    await rig.clock.advance(1_000);
    expect(service.deliveries).toHaveLength(2);
    refusal = 0;
    await rig.clock.advance(60_000);
    expect(service.deliveries).toHaveLength(3);
    expect(esme.stats).toEqual(['REJECTD', 'DELIVRD']);
  });
});

describe('messages from handsets', () => {
  it('go to the bind whose range holds the number, before anybody else', async () => {
    rig = await Rig.start();
    const any = await rig.esme({ systemId: 'any' });
    const service = await rig.esme({ systemId: 'service', addressRange: '12345' });
    const { ids } = await rig.fromHandset({ from: number, to: '12345', text: 'STOP' });
    await settled();
    expect(ids).toHaveLength(1);
    expect(any.received).toEqual([]);
    expect(service.deliveries).toMatchObject([
      { source_addr: number, source_addr_ton: 1, destination_addr: '12345', esm_class: 0 },
    ]);
    expect(service.texts).toEqual(['STOP']);
  });

  it('go to the account that wrote to this handset from that number, else to the given one, else to any', async () => {
    rig = await Rig.start();
    const one = await rig.esme({ systemId: 'one' });
    const two = await rig.esme({ systemId: 'two' });
    const three = await rig.esme({ systemId: 'three' });
    await two.submit({ source_addr: 'SHOP', registered_delivery: 0 });
    await rig.clock.advance(200);
    await rig.fromHandset({ from: number, to: 'SHOP', text: 'to two' });
    await rig.fromHandset({ from: number, to: '777', text: 'to three', account: 'three' });
    await rig.fromHandset({ from: number, to: '777', text: 'to any' });
    await settled();
    expect(two.texts).toEqual(['to two']);
    expect(three.texts).toEqual(['to three']);
    expect(one.texts).toEqual(['to any']);
  });

  it('wait while nobody is bound', async () => {
    rig = await Rig.start();
    await rig.fromHandset({ from: number, to: '777', text: 'anybody there?' });
    await rig.fromHandset({ from: number, to: '777', text: 'for late', account: 'late' });
    await rig.clock.advance(60_000);
    const early = await rig.esme({ systemId: 'early' });
    await rig.clock.advance(1_000);
    expect(early.texts).toEqual(['anybody there?']);
    const late = await rig.esme({ systemId: 'late' });
    await rig.clock.advance(1_000);
    expect(late.texts).toEqual(['for late']);
  });

  it('long texts come in segments with a user data header', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const { ids } = await rig.fromHandset({ from: number, to: '777', text: 'x'.repeat(200) });
    await settled();
    expect(ids).toHaveLength(2);
    expect(esme.deliveries.map(({ esm_class }) => esm_class)).toEqual([0x40, 0x40]);
    expect(esme.deliveries.map(({ short_message }) => short_message.length)).toEqual([159, 53]);
    expect(await rig.gateway.messages.get(ids[1] ?? '')).toMatchObject({ id: ids[0], text: 'x'.repeat(200) });
  });

  it.each([
    [{ from: '', to: '777', text: 'x' }, 'from'],
    [{ from: number, to: '', text: 'x' }, 'to'],
    [{ from: number, to: '777' }, 'text'],
    [{ from: number, to: '777', text: 'x', hex: '00' }, 'bytes'],
    [{ from: number, to: '777', hex: '0' }, 'hex'],
  ])('refuses %o', async (input, field) => {
    rig = await Rig.start();
    await expect(rig.fromHandset(input)).rejects.toMatchObject({
      code: 'CHAPPE_GATEWAY_INVALID',
      field,
    });
  });
});

describe('binds', () => {
  it('a closed gateway lets in its accounts only; unknown and wrong look the same', async () => {
    rig = await Rig.start({ accounts: { open: false, list: [{ systemId: 'acme', password: 'secret' }] } });
    expect((await (await rig.esme()).submit()).command_status).toBe(0);
    for (const [systemId, password] of [
      ['acme', 'wrong'],
      ['other', 'secret'],
    ] as const) {
      await expect(rig.esme({ systemId, password })).rejects.toMatchObject({ status: 0x0e });
      await expect(rig.esme({ systemId, password, version: 0x50 })).rejects.toMatchObject({ status: 0x0d });
    }
  });

  it('are listed with what they are, and can be ended', async () => {
    rig = await Rig.start();
    const esme = await rig.esme({ addressRange: '^1' });
    const [view] = rig.gateway.sessions();
    expect(view).toMatchObject({ account: 'acme', bind: 'transceiver', version: '3.4', addressRange: '^1' });
    expect(rig.gateway.unbind(999)).toBe(false);
    expect(rig.gateway.unbind(view?.id ?? 0)).toBe(true);
    await rig.clock.advance(5_000);
    expect(rig.gateway.sessions()).toEqual([]);
    expect(esme.client.sessions).toEqual([]);
  });
});
