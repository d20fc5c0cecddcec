import type { DecodedMessage, Pdu } from 'smpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../support/rig.ts';
import { itIsCleanInTshark } from './clean-recording.ts';
import { decodedText, NodeSmppClient } from './node-smpp/client.ts';
import { deliveredReceipt, wire } from './wire.ts';

describe("npm's smpp as client", () => {
  let rig: Rig;
  let client: NodeSmppClient;

  beforeAll(async () => {
    rig = await startRig();
    client = await NodeSmppClient.connect(`smpp://127.0.0.1:${rig.smppPort}`);
    rig.onClose(() => client.close());
    const bound = await client.request('bind_transceiver', { system_id: 'node', password: 'secret' });
    expect(bound).toMatchObject({ command: 'bind_transceiver_resp', command_status: wire.ok });
    expect(bound.system_id).toMatch(/./);
  });
  afterAll(() => rig?.close());

  async function submit(to: string, fields: Readonly<Record<string, unknown>>): Promise<Pdu> {
    const response = await client.request('submit_sm', {
      source_addr: '12345',
      destination_addr: to,
      ...fields,
    });
    expect(response).toMatchObject({ command: 'submit_sm_resp', command_status: wire.ok });
    expect(response.message_id).toMatch(/^[\x21-\x7e]{1,64}$/);
    return response;
  }

  const textAt = async (number: string): Promise<string> =>
    (await rig.phone(number).received('the text', () => true)).text;

  it('submits a short GSM text and gets its receipt', async () => {
    const text = 'Hello @ £5 [ok] {€} ñ';
    const response = await submit('46700000301', {
      data_coding: 0,
      registered_delivery: wire.finalReceipt,
      short_message: text,
    });
    expect(await textAt('46700000301')).toBe(text);
    const receipt = await client.receipt(response.message_id);
    expect(receipt).toMatchObject({
      source_addr: '46700000301',
      destination_addr: '12345',
      message_state: wire.delivered,
    });
    expect(decodedText(receipt)).toMatch(deliveredReceipt);
    expect(decodedText(receipt)).toContain(`id:${response.message_id} `);
  });

  it('submits in the codings it chooses by itself', async () => {
    // For a text of GSM characters that is data_coding 1 with GSM octets, so only what both have in common survives.
    await submit('46700000302', { short_message: 'plain words, 42.' });
    expect(await textAt('46700000302')).toBe('plain words, 42.');
    await submit('46700000303', { short_message: 'þórður ® ½' });
    expect(await textAt('46700000303')).toBe('þórður ® ½');
    await submit('46700000304', { short_message: 'телеграф 塔 😀' });
    expect(await textAt('46700000304')).toBe('телеграф 塔 😀');
  });

  it('submits a long text by UDH, with an emoji cut between two parts', async () => {
    const text = `${'塔'.repeat(66)}😀${'の'.repeat(40)}`;
    const units = Buffer.from(text, 'utf16le').swap16();
    // 67 code units a part put the two halves of the emoji into different parts.
    for (const at of [0, 1]) {
      const udh = Buffer.from([5, 0, 3, 200, 2, at + 1]);
      const message = units.subarray(at * 134, (at + 1) * 134);
      await submit('46700000305', { data_coding: wire.ucs2, short_message: { udh, message } });
    }
    expect(await textAt('46700000305')).toBe(text);
    expect(await rig.phone('46700000305').inbox()).toHaveLength(1);
  });

  it('submits a long text by SAR TLVs and one as message_payload', async () => {
    const text = 'arms of the telegraph '.repeat(12);
    for (const at of [1, 0]) {
      const sar = { sar_msg_ref_num: 4711, sar_total_segments: 2, sar_segment_seqnum: at + 1 };
      await submit('46700000306', {
        ...sar,
        data_coding: 0,
        short_message: text.slice(at * 150, at === 0 ? 150 : undefined),
      });
    }
    expect(await textAt('46700000306')).toBe(text);
    await submit('46700000307', { data_coding: 0, message_payload: text });
    expect(await textAt('46700000307')).toBe(text);
  });

  it('submits octets', async () => {
    const body = Buffer.from(Array.from({ length: 140 }, (_, at) => 255 - at));
    const response = await submit('46700000308', {
      data_coding: wire.octets,
      registered_delivery: wire.finalReceipt,
      short_message: body,
    });
    await client.receipt(response.message_id);
    const received = await rig.phone('46700000308').received('the octets', () => true);
    expect(JSON.stringify(received).toLowerCase()).toContain(body.toString('hex'));
  });

  it('gets errors as statuses', async () => {
    const refused = await client.request('submit_sm', {
      source_addr: '12345',
      destination_addr: '46705550006',
      short_message: 'no',
    });
    expect(refused).toMatchObject({ command: 'submit_sm_resp', command_status: wire.invalidDestination });
    const unknown = await client.request('query_sm', { message_id: 'ffffffff', source_addr: '12345' });
    expect(unknown).toMatchObject({ command: 'query_sm_resp', command_status: wire.invalidMessageId });
  });

  it('queries and cancels', async () => {
    const response = await submit('46700000309', {
      schedule_delivery_time: wire.inAnHour,
      short_message: 'never',
    });
    const same = { message_id: response.message_id, source_addr: '12345' };
    expect(await client.request('cancel_sm', { ...same, destination_addr: '46700000309' })).toMatchObject({
      command_status: wire.ok,
    });
    expect(await client.request('query_sm', same)).toMatchObject({
      command_status: wire.ok,
      message_state: wire.deleted,
    });
  });

  it('gets messages from handsets: short, Unicode, long', async () => {
    const message = (from: string): Promise<Pdu> =>
      client.delivered.next(`message from ${from}`, (pdu) => pdu.source_addr === from);
    await rig.phone('46700000311').send('12345', 'from a phone: €5 [ok]');
    expect(decodedText(await message('46700000311'))).toBe('from a phone: €5 [ok]');
    await rig.phone('46700000312').send('12345', 'Привет 😀');
    expect(decodedText(await message('46700000312'))).toBe('Привет 😀');

    const text = Array.from({ length: 30 }, (_, at) => `line ${at} of thirty`).join('; ');
    await rig.phone('46700000313').send('12345', text);
    const parts = (pdu: Pdu): Buffer => (pdu.short_message as DecodedMessage).udh![0]!;
    const total = parts(await message('46700000313'))[3]!;
    const all = await client.delivered.take(total, 'part', (pdu) => pdu.source_addr === '46700000313');
    const ordered = [...all].sort((a, b) => parts(a)[4]! - parts(b)[4]!);
    expect(ordered.map(decodedText).join('')).toBe(text);
  });

  it('binds over TLS', async () => {
    const port = rig.chappe.tlsPort;
    expect(port).toBeGreaterThan(0);
    const secure = await NodeSmppClient.connect(`ssmpp://127.0.0.1:${port}`);
    try {
      const bound = await secure.request('bind_transmitter', { system_id: 'node-tls', password: 'secret' });
      expect(bound).toMatchObject({ command: 'bind_transmitter_resp', command_status: wire.ok });
      const response = await secure.request('submit_sm', {
        source_addr: '12345',
        destination_addr: '46700000310',
        short_message: 'in secret',
      });
      expect(response).toMatchObject({ command_status: wire.ok });
      expect(await textAt('46700000310')).toBe('in secret');
      expect(secure.errors).toEqual([]);
    } finally {
      await secure.close();
    }
  });

  it('asks enquire_link and unbinds', async () => {
    expect(await client.request('enquire_link')).toMatchObject({
      command: 'enquire_link_resp',
      command_status: wire.ok,
    });
    expect(await client.request('unbind')).toMatchObject({ command: 'unbind_resp', command_status: wire.ok });
    expect(client.errors).toEqual([]);
  });

  itIsCleanInTshark('npm smpp as client', () => rig, 50);
});
