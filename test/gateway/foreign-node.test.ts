import type { DecodedMessage, Pdu } from 'smpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodedText, NodeSmppClient } from '../peers/node-smpp/client.ts';
import { wire } from '../peers/wire.ts';
import { type ForeignRig, senders, startForeignRig, toChappe, toNode } from './foreign-rig.ts';

describe("npm's smpp as a customer of the gateway", () => {
  let client: NodeSmppClient;
  let rig: ForeignRig;
  beforeAll(async () => {
    rig = await startForeignRig();
    client = await NodeSmppClient.connect(`smpp://127.0.0.1:${rig.smppPort}`);
    rig.onClose(() => client.close());
    const wrong = await client.request('bind_transceiver', { system_id: 'node', password: 'wrong' });
    expect(wrong.command_status).not.toBe(wire.ok);
    const other = await NodeSmppClient.connect(`smpp://127.0.0.1:${rig.smppPort}`);
    await client.close();
    client = other;
    const bound = await client.request('bind_transceiver', { system_id: 'node', password: 'secret' });
    expect(bound).toMatchObject({ command: 'bind_transceiver_resp', command_status: wire.ok });
  });
  afterAll(() => rig?.close());

  const submit = (to: string, fields: Readonly<Record<string, unknown>>): Promise<Pdu> =>
    client.request('submit_sm', {
      source_addr: senders.node,
      destination_addr: to,
      data_coding: 0,
      registered_delivery: wire.finalReceipt,
      ...fields,
    });

  it.each(['delivered', 'undelivered'])("sends to npm's server and gets the receipt: %s", async (text) => {
    const to = `${toNode}0002${text.length}`;
    const response = await submit(to, { short_message: text });
    expect(response.command_status).toBe(wire.ok);
    const arrived = await rig.submitted(to);
    expect((arrived.short_message as DecodedMessage).message).toBe(text);
    expect(arrived.source_addr).toBe(senders.node);
    const receipt = await client.receipt(response.message_id);
    expect(decodedText(receipt)).toContain(text === 'delivered' ? 'stat:DELIVRD' : 'stat:UNDELIV');
    expect(receipt).toMatchObject({ source_addr: to, destination_addr: senders.node });
  });

  it('sends a long text in one message_payload: cut, joined by the handset, one receipt', async () => {
    const text = 'arms of the telegraph {over} the hills '.repeat(12);
    const to = `${toChappe}00021`;
    const response = await submit(to, { message_payload: text });
    expect((await rig.handset(to).received('the long text', () => true)).text).toBe(text);
    expect(await rig.handset(to).inbox()).toHaveLength(1);
    const receipt = await client.receipt(response.message_id);
    expect(decodedText(receipt)).toContain('stat:DELIVRD');
  });

  it('is told what an upstream refuses, and what no route takes', async () => {
    rig.upstream.answer = ({ destination_addr }) =>
      destination_addr === `${toNode}00029` ? 0x0b : undefined;
    const response = await submit(`${toNode}00029`, { short_message: 'refused there' });
    expect(response.command_status).toBe(wire.ok);
    expect(decodedText(await client.receipt(response.message_id))).toContain('stat:REJECTD');
    const unrouted = await submit('4699', { short_message: 'nowhere' });
    expect(unrouted.command_status).toBe(wire.invalidDestination);
  });

  it('gets messages from handsets of both upstreams', async () => {
    const answered = await rig.fromNode(`${toNode}00022`, senders.node, 'from npm');
    expect(answered.command_status).toBe(wire.ok);
    const first = await client.delivered.next('the message', (pdu) => decodedText(pdu) === 'from npm');
    expect(first).toMatchObject({ source_addr: `${toNode}00022`, destination_addr: senders.node });
    await rig.handset(`${toChappe}00022`).send(senders.node, 'from a Chappe');
    const second = await client.delivered.next('the other', (pdu) => decodedText(pdu) === 'from a Chappe');
    expect(second.source_addr).toBe(`${toChappe}00022`);
  });

  it('gives its upstream nothing to complain about', () => {
    expect(rig.complaints()).toEqual([]);
  });
});
