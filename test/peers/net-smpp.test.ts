import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRun, perlModule, program } from '../support/peer-programs.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { itIsCleanInTshark } from './clean-recording.ts';
import type { PeerPdu } from './line-peer.ts';
import { type Arguments, type Bind, NetSmpp, octets } from './net-smpp/client.ts';
import { deliveredReceipt, joinParts, shortMessage, ucs2, udhParts, wire } from './wire.ts';

describe.runIf(canRun('Net::SMPP', [program('perl'), perlModule('Net::SMPP')]))('Net::SMPP', () => {
  let rig: Rig;
  const open = new Set<NetSmpp>();

  beforeAll(async () => {
    rig = await startRig();
    rig.onClose(() => Promise.all([...open].map((peer) => peer.stop())));
  });
  afterAll(() => rig?.close());

  /** A new bound client, with the response to its bind. */
  async function connect(bind: Bind, systemId: string, version = 0x34): Promise<NetSmpp> {
    const peer = new NetSmpp(rig.smppPort, bind, systemId, version);
    open.add(peer);
    const response = await peer.bound();
    expect(response).toMatchObject({ command: `bind_${bind}_resp`, status: wire.ok });
    return peer;
  }

  /** Unbinds, and holds that Net::SMPP had nothing to warn about. */
  async function disconnect(peer: NetSmpp): Promise<void> {
    expect(await peer.request('unbind')).toMatchObject({ command: 'unbind_resp', status: wire.ok });
    expect(await peer.ended()).toEqual({ code: 0, signal: null });
    expect(peer.complaints).toEqual([]);
    open.delete(peer);
  }

  it('binds as transmitter, submits, and gets the receipt on a receiver of the same account', async () => {
    const receiver = await connect('receiver', 'perl-pair');
    const transmitter = await connect('transmitter', 'perl-pair');
    const response = await transmitter.request('submit_sm', {
      source_addr: '12345',
      destination_addr: '46700000101',
      registered_delivery: wire.finalReceipt,
      short_message: 'from a transmitter',
    });
    expect(response).toMatchObject({ command: 'submit_sm_resp', status: wire.ok });
    const receipt = await receiver.receipt(response.message_id);
    expect(receipt).toMatchObject({ source_addr: '46700000101', destination_addr: '12345' });
    expect((await rig.phone('46700000101').received('the text', () => true)).text).toBe('from a transmitter');
    await disconnect(transmitter);
    await disconnect(receiver);
  });

  it('speaks 3.3: short ids, receipts without TLVs, full messages from handsets', async () => {
    const receiver = await connect('receiver', 'perl-33', 0x33);
    const transmitter = await connect('transmitter', 'perl-33', 0x33);
    const { message_id } = await transmitter.request('submit_sm', {
      source_addr: '1233',
      destination_addr: '46700000131',
      registered_delivery: wire.finalReceipt,
      short_message: 'an old one',
    });
    expect(message_id).toMatch(/^[0-9a-f]{8}$/);
    const receipt = await receiver.receipt(message_id);
    expect(shortMessage(receipt).toString('latin1')).toMatch(deliveredReceipt);
    expect(receipt).not.toHaveProperty('receipted_message_id');
    expect(receipt).not.toHaveProperty('message_state');
    const text = 'Sixteen by ten is what one message holds. '.repeat(4).slice(0, 160);
    await rig.phone('46700000131').send('1233', text);
    const message = await receiver.message('46700000131');
    expect(shortMessage(message).toString('latin1')).toBe(text);
    await disconnect(transmitter);
    await disconnect(receiver);
  });

  describe('as transceiver', () => {
    let peer: NetSmpp;
    beforeAll(async () => {
      peer = await connect('transceiver', 'perl');
    });

    const submit = async (to: string, more: Arguments): Promise<PeerPdu> => {
      const response = await peer.request('submit_sm', {
        source_addr: '12345',
        destination_addr: to,
        ...more,
      });
      expect(response).toMatchObject({ command: 'submit_sm_resp', status: wire.ok });
      expect(response.message_id).toMatch(/^[\x21-\x7e]{1,64}$/);
      return response;
    };

    it('gets a receipt with the text of appendix B and the TLVs', async () => {
      const response = await submit('46700000102', {
        registered_delivery: wire.finalReceipt,
        short_message: 'short',
      });
      const receipt = await peer.receipt(response.message_id);
      expect(shortMessage(receipt).toString('latin1')).toMatch(deliveredReceipt);
      expect(receipt).toMatchObject({
        source_addr: '46700000102',
        destination_addr: '12345',
        receipted_message_id: Buffer.from(`${response.message_id}\0`).toString('hex'),
        message_state: '02',
      });
      expect((await rig.phone('46700000102').received('the text', () => true)).text).toBe('short');
    });

    it('gets a receipt for a message that could not be delivered', async () => {
      const response = await submit('46705550001', {
        registered_delivery: wire.finalReceipt,
        short_message: 'nobody',
      });
      const receipt = await peer.receipt(response.message_id);
      expect(shortMessage(receipt).toString('latin1')).toContain('stat:UNDELIV');
      expect(receipt.message_state).toBe('05');
    });

    it('gets the status of a refused submit', async () => {
      const response = await peer.request('submit_sm', {
        source_addr: '12345',
        destination_addr: '46705550006',
        short_message: 'no',
      });
      expect(response).toMatchObject({ command: 'submit_sm_resp', status: wire.invalidDestination });
    });

    it('sends a long text by UDH, the last part first', async () => {
      const text = Array.from({ length: 40 }, (_, at) => `sentence ${at}.`).join(' ');
      const parts = udhParts(Buffer.from(text), 153, 77);
      expect(parts).toHaveLength(4);
      for (const at of [3, 0, 2, 1]) {
        await submit('46700000103', { esm_class: wire.udhIndicator, short_message: octets(parts[at]!) });
      }
      expect((await rig.phone('46700000103').received('the long text', () => true)).text).toBe(text);
      expect(await rig.phone('46700000103').inbox()).toHaveLength(1);
    });

    it('sends UCS-2', async () => {
      const text = 'Ünïcødé — 漢字 😀';
      await submit('46700000104', { data_coding: wire.ucs2, short_message: octets(ucs2(text)) });
      expect((await rig.phone('46700000104').received('the text', () => true)).text).toBe(text);
    });

    it('sends octets, every value from 0 to 139', async () => {
      const body = Uint8Array.from({ length: 140 }, (_, at) => at);
      const response = await submit('46700000105', {
        data_coding: wire.octets,
        registered_delivery: wire.finalReceipt,
        short_message: octets(body),
      });
      await peer.receipt(response.message_id);
      const received = await rig.phone('46700000105').received('the octets', () => true);
      expect(JSON.stringify(received).toLowerCase()).toContain(Buffer.from(body).toString('hex'));
    });

    it('sends a text of 1,000 characters as message_payload', async () => {
      const text = 'payload '.repeat(125);
      await submit('46700000106', { message_payload: text });
      expect((await rig.phone('46700000106').received('the payload', () => true)).text).toBe(text);
    });

    it('sends data_sm and gets its receipt', async () => {
      const response = await peer.request('data_sm', {
        source_addr: '12345',
        destination_addr: '46700000107',
        registered_delivery: wire.finalReceipt,
        message_payload: 'by data sm',
      });
      expect(response).toMatchObject({ command: 'data_sm_resp', status: wire.ok });
      await peer.receipt(response.message_id);
      expect((await rig.phone('46700000107').received('the text', () => true)).text).toBe('by data sm');
    });

    it('sends submit_multi to three numbers', async () => {
      const numbers = ['46700000111', '46700000112', '46700000113'];
      const response = await peer.request('submit_multi', {
        source_addr: '12345',
        destination_addr: numbers,
        short_message: 'to all',
      });
      expect(response).toMatchObject({ command: 'submit_multi_resp', status: wire.ok, no_unsuccess: 0 });
      expect(response.message_id).toMatch(/./);
      for (const number of numbers) {
        expect((await rig.phone(number).received('the text', () => true)).text).toBe('to all');
      }
    });

    it('queries a delivered message', async () => {
      const response = await submit('46700000114', {
        registered_delivery: wire.finalReceipt,
        short_message: 'query me',
      });
      await peer.receipt(response.message_id);
      const answer = await peer.request('query_sm', {
        message_id: String(response.message_id),
        source_addr: '12345',
      });
      expect(answer).toMatchObject({
        command: 'query_sm_resp',
        status: wire.ok,
        message_id: response.message_id,
        message_state: wire.delivered,
        error_code: 0,
      });
    });

    it('gets ESME_RINVMSGID for a message that does not exist', async () => {
      const answer = await peer.request('query_sm', { message_id: 'ffffffff', source_addr: '12345' });
      expect(answer).toMatchObject({ command: 'query_sm_resp', status: wire.invalidMessageId });
    });

    it('cancels a scheduled message and sees it deleted', async () => {
      const response = await submit('46700000115', {
        schedule_delivery_time: wire.inAnHour,
        registered_delivery: wire.finalReceipt,
        short_message: 'never',
      });
      const id = String(response.message_id);
      const same = { message_id: id, source_addr: '12345' };
      expect(await peer.request('query_sm', same)).toMatchObject({
        status: wire.ok,
        message_state: wire.enroute,
      });
      expect(await peer.request('cancel_sm', { ...same, destination_addr: '46700000115' })).toMatchObject({
        command: 'cancel_sm_resp',
        status: wire.ok,
      });
      expect(await peer.request('query_sm', same)).toMatchObject({
        status: wire.ok,
        message_state: wire.deleted,
      });
      expect(await peer.request('cancel_sm', { ...same, destination_addr: '46700000115' })).toMatchObject({
        status: wire.cancelFailed,
      });
      expect(shortMessage(await peer.receipt(id)).toString('latin1')).toContain('stat:DELETED');
      expect(await rig.phone('46700000115').inbox()).toEqual([]);
    });

    it('replaces a scheduled message, which is then delivered with the new text', async () => {
      const response = await submit('46700000116', {
        schedule_delivery_time: wire.inAnHour,
        short_message: 'old text',
      });
      const id = String(response.message_id);
      // One second from now: the shortest that a relative time can say.
      const replaced = await peer.request('replace_sm', {
        message_id: id,
        source_addr: '12345',
        schedule_delivery_time: '000000000001000R',
        registered_delivery: wire.finalReceipt,
        short_message: 'new text',
      });
      expect(replaced).toMatchObject({ command: 'replace_sm_resp', status: wire.ok });
      await peer.receipt(id);
      expect((await rig.phone('46700000116').received('the text', () => true)).text).toBe('new text');
      const late = await peer.request('replace_sm', {
        message_id: id,
        source_addr: '12345',
        short_message: 'too late',
      });
      expect(late).toMatchObject({ status: wire.replaceFailed });
    });

    it('asks enquire_link', async () => {
      expect(await peer.request('enquire_link')).toMatchObject({
        command: 'enquire_link_resp',
        status: wire.ok,
      });
    });

    it('gets messages from handsets: short, Unicode, long', async () => {
      await rig.phone('46700000121').send('12345', 'from a phone');
      const short = await peer.message('46700000121');
      expect(short).toMatchObject({ destination_addr: '12345', data_coding: 0, esm_class: 0 });
      expect(shortMessage(short).toString('latin1')).toBe('from a phone');

      await rig.phone('46700000122').send('12345', 'Привет 😀');
      const unicode = await peer.message('46700000122');
      expect(unicode.data_coding).toBe(8);
      expect(shortMessage(unicode)).toEqual(ucs2('Привет 😀'));

      const text = Array.from({ length: 30 }, (_, at) => `line ${at} of thirty`).join('; ');
      await rig.phone('46700000123').send('12345', text);
      const isPart = (pdu: PeerPdu | null | undefined): boolean => pdu?.source_addr === '46700000123';
      const first = shortMessage(await peer.message('46700000123'));
      expect([...first.subarray(0, 3)]).toEqual([5, 0, 3]);
      const lines = await peer.lines.take(first[4]!, 'part', ({ pdu }) => isPart(pdu));
      expect(joinParts(lines.map(({ pdu }) => shortMessage(pdu!))).toString('latin1')).toBe(text);
    });

    it('unbinds', () => disconnect(peer));
  });

  itIsCleanInTshark('Net::SMPP', () => rig, 80);
});
