import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SmppClient } from '@chappe/smpp';
import type { DecodedMessage, Pdu } from 'smpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patient } from '../support/patience.ts';
import { type RecordingProxy, recordingProxy } from '../support/recording-proxy.ts';
import { dissect } from '../support/tshark.ts';
import { itIsCleanInTshark } from './clean-recording.ts';
import { NodeSmppServer } from './node-smpp/server.ts';
import { ucs2, udhParts, wire } from './wire.ts';

const throttled = 0x58;

describe("our client and npm's smpp as message centre", () => {
  let server: NodeSmppServer;
  let proxy: RecordingProxy;
  let client: SmppClient;
  let folder: string;

  const url = (password: string): string =>
    `smpp://chappe:${password}@127.0.0.1:${proxy.port}?bind=transceiver`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chappe-peer-'));
    server = await NodeSmppServer.listen();
    proxy = await recordingProxy(server.port);
    client = await SmppClient.connect(url('secret'), { reconnect: { minMs: 20, maxMs: 100 } });
  });
  afterAll(async () => {
    await client?.close();
    await proxy?.close();
    await server?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const submitsTo = (to: string, count: number): Promise<readonly Pdu[]> =>
    server.requests.take(
      count,
      `submit_sm to ${to}`,
      (pdu) => pdu.command === 'submit_sm' && pdu.destination_addr === to,
    );
  const text = (pdu: Pdu): string => {
    const { message } = pdu.short_message as DecodedMessage;
    return typeof message === 'string' ? message : message.toString('hex');
  };

  it('binds with what the URL says', async () => {
    const bind = await server.requests.next('the bind', (pdu) => pdu.command === 'bind_transceiver');
    expect(bind).toMatchObject({ system_id: 'chappe', password: 'secret', interface_version: 0x34 });
  });

  it('rejects when the bind is refused', async () => {
    await expect(SmppClient.connect(url('wrong'), { reconnect: false })).rejects.toMatchObject({
      status: 0x0e,
    });
  });

  it('sends a short text', async () => {
    const message = await client.send({ from: '12345', to: '46700000401', text: 'Hello £5 @ [ok] {€}' });
    expect(message.ids).toHaveLength(1);
    expect(message.ids[0]).toMatch(/^npm-\d+$/);
    const [submit] = await submitsTo('46700000401', 1);
    expect(submit).toMatchObject({ source_addr: '12345', data_coding: 0 });
    expect(text(submit!)).toBe('Hello £5 @ [ok] {€}');
  });

  it('sends a long text in parts that npm reads, and gives one receipt for all', async () => {
    const long = 'The arms of the tower are read by telescope. '.repeat(8);
    const message = await client.send({ from: '12345', to: '46700000402', text: long, receipt: 'final' });
    expect(message.ids).toHaveLength(3);
    const parts = await submitsTo('46700000402', 3);
    const header = (pdu: Pdu): Buffer => (pdu.short_message as DecodedMessage).udh![0]!;
    expect(parts.map((part) => [header(part)[3], header(part)[4]])).toEqual([
      [3, 1],
      [3, 2],
      [3, 3],
    ]);
    expect(parts.map(text).join('')).toBe(long);
    expect(await message.receipt({ timeoutMs: patient(5_000) })).toMatchObject({ state: 'DELIVERED' });
  });

  it('sends Unicode, and octets', async () => {
    await client.send({ from: '12345', to: '46700000403', text: 'телеграф 塔 😀' });
    const [unicode] = await submitsTo('46700000403', 1);
    expect(unicode!.data_coding).toBe(wire.ucs2);
    expect(text(unicode!)).toBe('телеграф 塔 😀');
    const body = Uint8Array.from({ length: 140 }, (_, at) => at);
    await client.send({ from: '12345', to: '46700000404', bytes: body });
    const [binary] = await submitsTo('46700000404', 1);
    expect(binary!.data_coding).toBe(wire.octets);
    expect(text(binary!)).toBe(Buffer.from(body).toString('hex'));
  });

  it('tells of a message that was not delivered', async () => {
    const message = await client.send({
      from: '12345',
      to: '46700000405',
      text: 'undelivered',
      receipt: 'final',
    });
    expect(await message.receipt({ timeoutMs: patient(5_000) })).toMatchObject({ state: 'UNDELIVERABLE' });
  });

  it('sends again what was throttled', async () => {
    let refusals = 0;
    server.answer = (pdu) =>
      pdu.destination_addr === '46700000406' && ++refusals === 1 ? throttled : undefined;
    const message = await client.send({ from: '12345', to: '46700000406', text: 'patience' });
    expect(message.ids).toHaveLength(1);
    expect(await submitsTo('46700000406', 2)).toHaveLength(2);
  });

  it('gives incoming messages, joined, and acknowledges them after the loop body', async () => {
    const texts: string[] = [];
    const reading = (async () => {
      for await (const event of client.incoming()) {
        if (event.kind !== 'message') continue;
        texts.push(event.text);
        if (texts.length < 3) continue;
        // Leaving the loop is no acknowledgement by itself: the body might have failed.
        event.accept();
        break;
      }
    })();
    const base = { source_addr: '46700000407', destination_addr: '12345' };
    const long = 'left arm up, right arm down; '.repeat(9);
    expect(
      await server.request('deliver_sm', { ...base, data_coding: 0, short_message: Buffer.from('short') }),
    ).toMatchObject({ command_status: wire.ok });
    await server.request('deliver_sm', { ...base, data_coding: wire.ucs2, short_message: ucs2('Привет 😀') });
    const parts = udhParts(Buffer.from(long), 153, 5);
    expect(parts).toHaveLength(2);
    const answers = [...parts].reverse().map((short_message) =>
      server.request('deliver_sm', {
        ...base,
        esm_class: wire.udhIndicator,
        data_coding: 0,
        short_message,
      }),
    );
    for (const answer of await Promise.all(answers)) expect(answer.command_status).toBe(wire.ok);
    await reading;
    expect(texts).toEqual(['short', 'Привет 😀', long]);
  });

  it('refuses the message in whose loop body something threw, so that it comes again', async () => {
    const reading = (async () => {
      for await (const event of client.incoming()) throw new Error(`no room for this ${event.kind}`);
    })();
    const base = { source_addr: '46700000409', destination_addr: '12345', data_coding: 0 };
    const answer = server.request('deliver_sm', { ...base, short_message: Buffer.from('bad luck') });
    await expect(reading).rejects.toThrow('no room for this message');
    expect((await answer).command_status).toBe(wire.receiverTemporaryError);
  });

  it.each(['sar', 'payload'] as const)('sends a long text by %s, which npm reads', async (longMessage) => {
    const to = `4670000041${longMessage.length}`;
    const long = 'One arm for the hundreds, one for the tens. '.repeat(5);
    const other = await SmppClient.connect(url('secret'), { text: { longMessage }, reconnect: false });
    try {
      const message = await other.send({ from: '12345', to, text: long, receipt: 'final' });
      const submits = await submitsTo(to, message.ids.length);
      if (longMessage === 'sar') {
        expect(submits.map((pdu) => [pdu.sar_total_segments, pdu.sar_segment_seqnum])).toEqual([
          [2, 1],
          [2, 2],
        ]);
        expect(submits.map(text).join('')).toBe(long);
      } else {
        expect(submits.map((pdu) => (pdu.message_payload as DecodedMessage).message)).toEqual([long]);
      }
      expect(await message.receipt({ timeoutMs: patient(5_000) })).toMatchObject({ state: 'DELIVERED' });
    } finally {
      await other.close();
    }
  });

  it('answers enquire_link', async () => {
    expect(await server.request('enquire_link')).toMatchObject({
      command: 'enquire_link_resp',
      command_status: wire.ok,
    });
  });

  it('binds again after the connection was cut', async () => {
    const isBind = (pdu: Pdu): boolean => pdu.command === 'bind_transceiver';
    const before = server.requests.items.filter(isBind).length;
    server.cut();
    await server.requests.take(before + 1, 'bind', isBind);
    const message = await client.send({ from: '12345', to: '46700000408', text: 'after the cut' });
    expect(message.ids).toHaveLength(1);
  });

  it('unbinds when it closes', async () => {
    await client.close();
    await server.requests.next('unbind', (pdu) => pdu.command === 'unbind');
    expect(server.errors).toEqual([]);
  });
  itIsCleanInTshark('npm smpp as server', () => ({ dissect: () => dissect(proxy.chunks, folder) }), 40);
});
