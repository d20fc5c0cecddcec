import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRun, header, program } from '../support/peer-programs.ts';
import { run } from '../support/program.ts';
import { recordedPdus } from '../support/recording-proxy.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { itIsCleanInTshark } from './clean-recording.ts';
import { LinePeer, type PeerPdu } from './line-peer.ts';
import { deliveredReceipt, joinParts, shortMessage, ucs2, udhParts, wire } from './wire.ts';

const source = fileURLToPath(new URL('libsmpp34/client.c', import.meta.url));

interface Submit {
  readonly coding?: number;
  readonly esmClass?: number;
  readonly receipt?: boolean;
  readonly schedule?: string;
}

/** A client on libsmpp34. Whatever it cannot unpack shows as a failed call or in `complaints`. */
class LibSmpp34 extends LinePeer {
  request(...words: readonly (string | number)[]): Promise<PeerPdu> {
    return this.call(words.join(' '), (id) => [id, ...words].join(' '));
  }

  submit(to: string, message: Uint8Array, options: Submit = {}): Promise<PeerPdu> {
    const receipt = options.receipt ? wire.finalReceipt : 0;
    const hex = Buffer.from(message).toString('hex') || '-';
    return this.request(
      'submit',
      '12345',
      to,
      options.coding ?? 0,
      options.esmClass ?? 0,
      receipt,
      options.schedule ?? '-',
      hex,
    );
  }

  receipt(messageId: unknown): Promise<PeerPdu> {
    const wanted = `id:${messageId} `;
    return this.event(
      `receipt for ${messageId}`,
      (pdu) => pdu.esm_class === wire.receiptType && shortMessage(pdu).includes(wanted),
    );
  }

  message(from: string): Promise<PeerPdu> {
    return this.event(
      `message from ${from}`,
      (pdu) => pdu.source_addr === from && pdu.esm_class !== wire.receiptType,
    );
  }
}

const needs = [program('gcc'), header('libsmpp34/smpp34.h')];

describe.runIf(canRun('libsmpp34', needs))('libsmpp34', () => {
  let rig: Rig;
  let peer: LibSmpp34;

  beforeAll(async () => {
    rig = await startRig();
    const client = join(rig.folder, 'client');
    await run('gcc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-O1', '-o', client, source, '-lsmpp34']);
    peer = new LibSmpp34(client, ['127.0.0.1', String(rig.smppPort), 'libsmpp34', 'secret']);
    rig.onClose(() => peer.stop());
    expect(await peer.bound()).toMatchObject({ command: 'bind_transceiver_resp', status: wire.ok });
  });
  afterAll(() => rig?.close());

  it('submits a short text and gets its receipt with TLVs', async () => {
    const response = await peer.submit('46700000201', Buffer.from('from a C program'), { receipt: true });
    expect(response).toMatchObject({ command: 'submit_sm_resp', status: wire.ok });
    const receipt = await peer.receipt(response.message_id);
    expect(shortMessage(receipt).toString('latin1')).toMatch(deliveredReceipt);
    expect(receipt).toMatchObject({
      source_addr: '46700000201',
      destination_addr: '12345',
      receipted_message_id: Buffer.from(`${response.message_id}\0`).toString('hex'),
      message_state: wire.delivered,
    });
    expect((await rig.phone('46700000201').received('the text', () => true)).text).toBe('from a C program');
  });

  it('gets a receipt for a message that could not be delivered', async () => {
    const response = await peer.submit('46705550001', Buffer.from('nobody'), { receipt: true });
    expect(await peer.receipt(response.message_id)).toMatchObject({ message_state: wire.undeliverable });
  });

  it('unpacks the response to a refused submit', async () => {
    expect(await peer.submit('46705550006', Buffer.from('no'))).toMatchObject({
      command: 'submit_sm_resp',
      status: wire.invalidDestination,
      message_id: '',
    });
  });

  it('submits a long text by UDH and UCS-2', async () => {
    const text = 'Each tower read the arms of the one before it and set its own. '.repeat(6);
    for (const part of udhParts(Buffer.from(text), 153, 9)) {
      expect(await peer.submit('46700000202', part, { esmClass: wire.udhIndicator })).toMatchObject({
        status: wire.ok,
      });
    }
    expect((await rig.phone('46700000202').received('the long text', () => true)).text).toBe(text);
    await peer.submit('46700000203', ucs2('телеграф 😀'), { coding: wire.ucs2 });
    expect((await rig.phone('46700000203').received('the text', () => true)).text).toBe('телеграф 😀');
  });

  it('submits octets', async () => {
    const octets = Buffer.from('0001027fff80c01b', 'hex');
    expect(await peer.submit('46700000207', octets, { coding: wire.octets })).toMatchObject({
      status: wire.ok,
    });
    const shown = await rig.phone('46700000207').received('the octets', () => true);
    expect(shown['hex']).toBe(octets.toString('hex'));
  });

  it('sends data_sm', async () => {
    const hex = Buffer.from('by data sm').toString('hex');
    const response = await peer.request('data', '12345', '46700000204', 0, wire.finalReceipt, hex);
    expect(response).toMatchObject({ command: 'data_sm_resp', status: wire.ok });
    await peer.receipt(response.message_id);
    expect((await rig.phone('46700000204').received('the text', () => true)).text).toBe('by data sm');
  });

  it('queries: a delivered message, and one that does not exist', async () => {
    const response = await peer.submit('46700000205', Buffer.from('query me'), { receipt: true });
    await peer.receipt(response.message_id);
    expect(await peer.request('query', String(response.message_id), '12345')).toMatchObject({
      command: 'query_sm_resp',
      status: wire.ok,
      message_id: response.message_id,
      message_state: wire.delivered,
      error_code: 0,
    });
    // libsmpp34 cannot unpack a query_sm_resp without its fields, an error's included.
    expect(await peer.request('query', 'ffffffff', '12345')).toMatchObject({
      command: 'query_sm_resp',
      status: wire.invalidMessageId,
    });
  });

  it('cancels a scheduled message', async () => {
    const response = await peer.submit('46700000206', Buffer.from('never'), {
      receipt: true,
      schedule: wire.inAnHour,
    });
    const id = String(response.message_id);
    expect(await peer.request('cancel', id, '12345', '46700000206')).toMatchObject({
      command: 'cancel_sm_resp',
      status: wire.ok,
    });
    expect(await peer.receipt(id)).toMatchObject({ message_state: wire.deleted });
    expect(await peer.request('cancel', id, '12345', '46700000206')).toMatchObject({
      status: wire.cancelFailed,
    });
  });

  it('asks enquire_link', async () => {
    expect(await peer.request('enquire')).toMatchObject({ command: 'enquire_link_resp', status: wire.ok });
  });

  it('gets messages from handsets: short and long', async () => {
    await rig.phone('46700000211').send('12345', 'from a phone');
    const short = await peer.message('46700000211');
    expect(short).toMatchObject({ destination_addr: '12345', data_coding: 0 });
    expect(shortMessage(short).toString('latin1')).toBe('from a phone');

    const text = Array.from({ length: 30 }, (_, at) => `line ${at} of thirty`).join('; ');
    await rig.phone('46700000212').send('12345', text);
    const total = shortMessage(await peer.message('46700000212'))[4]!;
    const lines = await peer.lines.take(total, 'part', ({ pdu }) => pdu?.source_addr === '46700000212');
    expect(joinParts(lines.map(({ pdu }) => shortMessage(pdu!))).toString('latin1')).toBe(text);
  });

  it('unbinds, having unpacked every PDU that came', async () => {
    expect(await peer.request('unbind')).toMatchObject({ command: 'unbind_resp', status: wire.ok });
    expect(await peer.ended()).toEqual({ code: 0, signal: null });
    expect(peer.complaints).toEqual([]);
    expect(peer.lines.items.filter(({ error }) => error !== undefined)).toEqual([]);
    // One line for each PDU from the message centre: nothing came that was not unpacked.
    const fromCentre = recordedPdus(rig.proxy.chunks).filter((pdu) => !pdu.fromClient);
    expect(peer.lines.items).toHaveLength(fromCentre.length);
  });

  itIsCleanInTshark('libsmpp34', () => rig, 40);
});
