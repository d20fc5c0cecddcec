import type { ConnectorSettings } from '@chappe/policy';
import { status, tlv } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import type { Centre } from './centre.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

async function begin(settings: Partial<ConnectorSettings> = {}): Promise<void> {
  world = await World.start({ connectors: [connector('a', settings)], routes: [via(['a'])] });
  a = world.centre('a');
  esme = await world.esme();
}

const source_addr = 'ACME';
const query = (message_id: string) =>
  esme.request<'query_sm'>({ command: 'query_sm', message_id, source_addr });
const cancel = (message_id: string) =>
  esme.request<'cancel_sm'>({ command: 'cancel_sm', message_id, source_addr });
const replace = (message_id: string, text: string) =>
  esme.request<'replace_sm'>({
    command: 'replace_sm',
    message_id,
    source_addr,
    registered_delivery: 1,
    short_message: Buffer.from(text),
  });

describe('submit_multi', () => {
  it('goes to each destination; bad ones are told; one id, receipts for each', async () => {
    world = await World.start({
      connectors: ['a', 'b'],
      routes: [via(['b'], undefined, { name: 'de', to: ['49'] }), via(['a'], undefined, { to: ['44'] })],
    });
    a = world.centre('a');
    const b = world.centre('b');
    esme = await world.esme();
    const numbers = ['447700900001', '491701234567', '33123456789', 'bad'];
    const response = await esme.request<'submit_multi'>({
      command: 'submit_multi',
      source_addr,
      registered_delivery: 1,
      dest_address: numbers.map((destination_addr) => ({
        dest_flag: 1,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr,
      })) as never,
      short_message: Buffer.from('Hello'),
    });
    expect(response.command_status).toBe(0);
    expect(response.unsuccess_sme.map((one) => one.destination_addr).sort()).toEqual(['33123456789', 'bad']);
    await world.pass();
    expect(a.destinations).toEqual(['447700900001']);
    expect(b.destinations).toEqual(['491701234567']);
    await a.receipt(a.last);
    await b.receipt(b.last, { stat: 'UNDELIV' });
    await world.pass();
    expect(esme.stats.sort()).toEqual(['DELIVRD', 'UNDELIV']);
    expect(esme.texts.every((text) => text.startsWith(`id:${response.message_id} `))).toBe(true);
    expect((await query(response.message_id)).message_state).toBe(5);
  });
});

describe('data_sm', () => {
  it('goes as data_sm, and as submit_sm where the connector says so', async () => {
    await begin();
    const send = () =>
      esme.request<'data_sm'>({
        command: 'data_sm',
        source_addr,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: '447700900123',
        registered_delivery: 1,
        tlvs: { message_payload: Buffer.from('Hi') },
      });
    const { message_id } = await send();
    await world.pass();
    expect(a.last.pdu.command).toBe('data_sm');
    expect(a.texts).toEqual(['Hi']);
    await a.receipt(a.last, { command: 'data_sm', tlvs: 'both' });
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
    expect((await query(message_id)).message_state).toBe(2);
  });

  it('of a submit_sm where the connector wants that', async () => {
    await begin({ command: 'data_sm' });
    await esme.submit();
    await world.pass();
    expect(a.last.pdu.command).toBe('data_sm');
    expect(a.texts).toEqual(['Hello']);
    await a.receipt(a.last);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
  });
});

describe('query, cancel, replace', () => {
  it('a waiting message: queried, replaced, cancelled', async () => {
    await begin();
    a.cut();
    await world.pass();
    const { message_id } = await esme.submit();
    const other = await esme.submit({ short_message: Buffer.from('Other') });
    expect(await query(message_id)).toMatchObject({ command_status: 0, message_state: 1, final_date: '' });
    expect((await replace(message_id, 'Hello again')).command_status).toBe(0);
    expect((await cancel(other.message_id)).command_status).toBe(0);
    a.isDown = false;
    await world.pass(120_000);
    expect(a.texts).toEqual(['Hello again']);
    expect(esme.stats).toEqual(['DELETED']);
    expect(await query(other.message_id)).toMatchObject({ message_state: 4 });
  });

  it('one that has been sent cannot be taken back; its query says so', async () => {
    await begin();
    const { message_id } = await esme.submit();
    await world.pass();
    expect(await query(message_id)).toMatchObject({ command_status: 0, message_state: 1 });
    expect((await cancel(message_id)).command_status).toBe(status.ESME_RCANCELFAIL);
    expect((await replace(message_id, 'no')).command_status).toBe(status.ESME_RREPLACEFAIL);
    await a.receipt(a.last, { stat: 'UNDELIV', err: '027' });
    await world.pass();
    expect(await query(message_id)).toMatchObject({ message_state: 5, error_code: 27 });
    expect((await query(message_id)).final_date).not.toBe('');
  });

  it('one that hangs at an upstream', async () => {
    await begin();
    a.react = () => 'hang';
    const { message_id } = await esme.submit();
    await world.pass();
    expect((await cancel(message_id)).command_status).toBe(status.ESME_RCANCELFAIL);
  });

  it('by addresses', async () => {
    await begin();
    a.cut();
    await world.pass();
    for (let i = 0; i < 3; i += 1) await esme.submit();
    const response = await esme.request<'cancel_sm'>({
      command: 'cancel_sm',
      source_addr,
      destination_addr: '447700900123',
    });
    expect(response.command_status).toBe(0);
    a.isDown = false;
    await world.pass(120_000);
    expect(a.texts).toEqual([]);
    expect(esme.stats).toEqual(['DELETED', 'DELETED', 'DELETED']);
  });

  it("nobody else's", async () => {
    await begin();
    const { message_id } = await esme.submit();
    esme = await world.esme({ systemId: 'other' });
    expect((await query(message_id)).command_status).toBe(status.ESME_RINVMSGID);
    expect((await cancel(message_id)).command_status).toBe(status.ESME_RINVMSGID);
  });

  it('a text that was cut: cancelled whole while it waits', async () => {
    await begin();
    a.cut();
    await world.pass();
    const { message_id } = await esme.submit({
      short_message: new Uint8Array(0),
      tlvs: { message_payload: Buffer.alloc(400, 'x') },
    });
    expect((await cancel(message_id)).command_status).toBe(0);
    a.isDown = false;
    await world.pass(120_000);
    expect(a.texts).toEqual([]);
    expect(esme.stats).toEqual(['DELETED']);
  });

  it('a text that was cut is not replaced: the new one would take another number of messages', async () => {
    await begin();
    a.cut();
    await world.pass();
    const { message_id } = await esme.submit({
      short_message: new Uint8Array(0),
      tlvs: { message_payload: Buffer.alloc(400, 'x') },
    });
    const { command_status } = await replace(message_id, 'short');
    a.isDown = false;
    await world.pass(120_000);
    expect(command_status).toBe(status.ESME_RREPLACEFAIL);
    expect(a.texts.join('')).toBe('x'.repeat(400));
  });

  it('a text that the filters would have refused does not come in by a replacement', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [via(['a'])],
      filters: { texts: [{ pattern: 'lottery' }], urls: { none: true } },
    });
    a = world.centre('a');
    esme = await world.esme();
    a.cut();
    await world.pass();
    const { message_id } = await esme.submit();
    expect((await replace(message_id, 'You won the lottery')).command_status).toBe(status.ESME_RREPLACEFAIL);
    expect((await replace(message_id, 'see https://x.example')).command_status).toBe(
      status.ESME_RREPLACEFAIL,
    );
    expect((await replace(message_id, 'Better')).command_status).toBe(0);
    a.isDown = false;
    await world.pass(120_000);
    expect(a.texts).toEqual(['Better']);
    expect(world.gateway.counters().refusals.filter).toBe(2);
  });

  it('replace_if_present', async () => {
    await begin();
    a.cut();
    await world.pass();
    const first = await esme.submit({ service_type: 'CMT' });
    const second = await esme.submit({
      service_type: 'CMT',
      replace_if_present_flag: 1,
      short_message: Buffer.from('New'),
    });
    expect(second.message_id).toBe(first.message_id);
    a.isDown = false;
    await world.pass(120_000);
    expect(a.texts).toEqual(['New']);
  });
});

describe('schedules and validity', () => {
  it('a scheduled message leaves at its time; its validity is told to the upstream', async () => {
    await begin();
    await esme.submit({ schedule_delivery_time: '000000000100000R', validity_period: '000000001000000R' });
    await world.pass(59_000);
    expect(a.texts).toEqual([]);
    await world.pass(2_000);
    expect(a.texts).toEqual(['Hello']);
    const { pdu } = a.last;
    expect(pdu.command === 'submit_sm' && pdu.validity_period).toBe('000000000900000R');
    expect(pdu.command === 'submit_sm' && pdu.schedule_delivery_time).toBe('');
  });
});

describe('message modes', () => {
  const transaction = () =>
    esme.request<'data_sm'>({
      command: 'data_sm',
      source_addr,
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '447700900123',
      esm_class: 2,
      tlvs: { message_payload: Buffer.from('Now') },
    });

  it('transaction: answered with the outcome', async () => {
    await begin();
    let response: { readonly command_status: number } | undefined;
    void transaction().then((answered) => {
      response = answered;
    });
    await world.pass();
    expect(response).toBeUndefined();
    await a.receipt(a.last);
    await world.pass();
    expect(response?.command_status).toBe(0);
  });

  it('transaction: a failure is the answer', async () => {
    await begin();
    const answer = transaction();
    await world.pass();
    await a.receipt(a.last, { stat: 'UNDELIV' });
    await world.pass();
    expect((await answer).command_status).toBe(status.ESME_RDELIVERYFAILURE);
  });

  it('transaction: no receipt in time', async () => {
    await begin();
    const answer = transaction();
    await world.pass(32_000);
    expect((await answer).command_status).toBe(status.ESME_RDELIVERYFAILURE);
  });

  it('datagram: goes as one, without a receipt, and is over', async () => {
    await begin();
    const { message_id } = await esme.submit({ esm_class: 1, registered_delivery: 0 });
    await world.pass();
    expect(a.last.pdu.esm_class & 3).toBe(1);
    expect(a.last.pdu.registered_delivery & 3).toBe(0);
    expect(await world.view(message_id)).toMatchObject({ state: 'accepted' });
  });
});

describe('what comes from handsets about messages', () => {
  it.each([
    ['delivery acknowledgement', 0x08],
    ['manual acknowledgement', 0x10],
  ] as const)('a %s is passed to the sender', async (_, esm_class) => {
    await begin();
    await esme.submit({ registered_delivery: 0x0d });
    await world.pass();
    expect(a.last.pdu.registered_delivery & 0x0c).toBe(0x0c);
    expect(
      await a.deliver({ source_addr: '447700900123', destination_addr: 'ACME', esm_class, text: 'ack' }),
    ).toBe(0);
    await world.pass();
    expect(esme.deliveries.map((pdu) => [pdu.esm_class & 0x3c, pdu.source_addr])).toEqual([
      [esm_class, '447700900123'],
    ]);
    expect(esme.texts).toEqual(['ack']);
  });

  it('an alert_notification goes to who wrote to the handset last', async () => {
    await begin();
    const other = await world.esme({ systemId: 'other' });
    await other.submit({ source_addr: 'ELSE' });
    await esme.submit();
    await world.pass();
    a.sessions[0]?.notify({
      command: 'alert_notification',
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: '447700900123',
      esme_addr_ton: 5,
      esme_addr: 'ACME',
      tlvs: [{ name: 'ms_availability_status', value: 0 }],
    } as never);
    await world.pass();
    expect(esme.received.map(({ command }) => command)).toEqual(['alert_notification']);
    expect(other.received).toEqual([]);
  });
});

describe('broadcasts and what an upstream cannot take', () => {
  it('broadcast_sm: taken, queried, cancelled', async () => {
    await begin();
    esme = await world.esme({ version: 0x50, systemId: 'caster' });
    const response = await esme.request<'broadcast_sm'>({
      command: 'broadcast_sm',
      source_addr,
      schedule_delivery_time: '000000010000000R',
      tlvs: [
        { name: 'broadcast_area_identifier', value: Buffer.from('\0Oslo') },
        { name: 'broadcast_content_type', value: Uint8Array.of(0, 0, 0) },
        { name: 'broadcast_rep_num', value: 1 },
        { name: 'broadcast_frequency_interval', value: Uint8Array.of(9, 0, 1) },
        { name: 'message_payload', value: Buffer.from('Storm') },
      ],
    } as never);
    expect(response.command_status).toBe(0);
    const { message_id } = response;
    const queried = await esme.request<'query_broadcast_sm'>({
      command: 'query_broadcast_sm',
      message_id,
      source_addr,
    } as never);
    expect(queried.command_status).toBe(0);
    const cancelled = await esme.request<'cancel_broadcast_sm'>({
      command: 'cancel_broadcast_sm',
      message_id,
      source_addr,
    } as never);
    expect(cancelled.command_status).toBe(0);
    await world.pass(4_000_000);
    expect(a.submitted).toEqual([]);
  });

  it('a PDU that nobody knows is answered, and the session stays', async () => {
    await begin();
    const response = await esme.request<'query_sm'>({
      command: 'query_sm',
      message_id: 'nothing',
      source_addr,
    });
    expect(response.command_status).toBe(status.ESME_RINVMSGID);
    expect((await esme.submit()).command_status).toBe(0);
  });
});

describe('TLVs', () => {
  it('of vendors pass both ways', async () => {
    await begin();
    await esme.submit({ tlvs: [{ tag: 0x1400, value: Buffer.from('PE123') }] });
    await world.pass();
    expect(a.last.pdu.tlvs.map(({ tag }) => tag)).toContain(0x1400);
    await a.deliver({
      source_addr: '447700900123',
      destination_addr: 'ACME',
      text: 'Back',
      tlvs: [{ tag: 0x1401, value: Buffer.from('T') }],
    });
    await world.pass();
    expect(esme.deliveries[0]?.tlvs.map(({ tag }) => tag)).toEqual([0x1401]);
  });

  it('required, injected, mapped, kept back', async () => {
    await begin({
      passTlvs: 'listed',
      tlvs: [
        { name: 'pe_id', tag: 0x1400, type: 'text', required: true },
        { name: 'hash', tag: 0x1402, type: 'hex', value: '00ff' },
        { name: 'template', tag: 0x1500, type: 'text', fromTag: 0x1401 },
      ],
    });
    await esme.submit({
      tlvs: [
        { tag: 0x1400, value: Buffer.from('PE') },
        { tag: 0x1401, value: Buffer.from('T1') },
        { tag: 0x1499, value: Buffer.from('secret') },
      ],
    });
    await world.pass();
    const tlvs = new Map(a.last.pdu.tlvs.map(({ tag, value }) => [tag, Buffer.from(value as Uint8Array)]));
    expect([...tlvs.keys()].sort()).toEqual([0x1400, 0x1402, 0x1500]);
    expect(tlvs.get(0x1402)?.toString('hex')).toBe('00ff');
    expect(tlvs.get(0x1500)?.toString()).toBe('T1');
  });

  it('without a required one it goes by the next connector, or not at all', async () => {
    world = await World.start({
      connectors: [
        connector('a', { tlvs: [{ name: 'pe_id', tag: 0x1400, type: 'text', required: true }] }),
        'b',
      ],
      routes: [via(['a', 'b'], undefined, { from: ['B*'] }), via(['a'], undefined, { name: 'only' })],
    });
    a = world.centre('a');
    esme = await world.esme();
    await esme.submit({ source_addr: 'BB' });
    const { message_id } = await esme.submit();
    await world.pass();
    expect(a.texts).toEqual([]);
    expect(world.centre('b').texts).toEqual(['Hello']);
    expect(await world.story(message_id)).toContain('pe_id');
    expect(await world.view(message_id)).toMatchObject({ state: 'undeliverable' });
    expect(world.upstream('a').counters.unfit).toBe(2);
  });

  it('the user_message_reference of a receipt is that of the customer', async () => {
    await begin();
    await esme.submit({ tlvs: { user_message_reference: 77 } });
    await world.pass();
    await a.receipt(a.last);
    await world.pass();
    const [receipt] = esme.deliveries;
    expect(receipt && tlv(receipt, 'user_message_reference')).toBe(77);
  });
});

describe('codings', () => {
  it('what data_coding 0 means to a customer and to an operator is not the same', async () => {
    world = await World.start({
      accounts: [account('acme', { defaultAlphabet: 'latin1', ownNumbers: ['ACME'] })],
      connectors: [connector('a'), connector('b', { defaultAlphabet: 'latin1' })],
      routes: [via(['b'], undefined, { name: 'b', from: ['B'] }), via(['a'])],
    });
    a = world.centre('a');
    esme = await world.esme();
    const short_message = Buffer.from('Zürich @ 5', 'latin1');
    await esme.submit({ short_message });
    await esme.submit({ short_message, source_addr: 'B' });
    await world.pass();
    const { pdu } = a.last;
    expect([...(pdu.command === 'submit_sm' ? pdu.short_message : [])]).toEqual([
      ...Buffer.from('Z~rich \0 5', 'latin1'),
    ]);
    expect(world.centre('b').texts).toEqual(['Zürich @ 5']);
    // And back: a message from a handset in the operator's alphabet reaches the customer in his.
    await a.deliver({ source_addr: '447700900123', destination_addr: 'ACME', text: 'Z~rich \0' });
    await world.pass();
    expect(esme.texts).toEqual(['Zürich @']);
  });
});
