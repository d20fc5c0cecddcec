import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetSmpp, octets } from '../peers/net-smpp/client.ts';
import { shortMessage, udhParts, wire } from '../peers/wire.ts';
import { canRun, perlModule, program } from '../support/peer-programs.ts';
import { type ForeignRig, senders, startForeignRig, toChappe, toNode } from './foreign-rig.ts';

const hasPerl = canRun('Net::SMPP as a customer of the gateway', [program('perl'), perlModule('Net::SMPP')]);

describe.runIf(hasPerl)('Net::SMPP as a customer of the gateway', () => {
  let peer: NetSmpp;
  let rig: ForeignRig;
  beforeAll(async () => {
    rig = await startForeignRig();
    peer = new NetSmpp(rig.smppPort, 'transceiver', 'perl', 0x34);
    rig.onClose(() => peer.stop());
    expect(await peer.bound()).toMatchObject({ command: 'bind_transceiver_resp', status: wire.ok });
  });
  afterAll(() => rig?.close());

  it.each([toNode, toChappe])('sends a text to %s and gets its receipt', async (prefix) => {
    const response = await peer.request('submit_sm', {
      source_addr: senders.perl,
      destination_addr: `${prefix}00031`,
      registered_delivery: wire.finalReceipt,
      short_message: 'semaphore',
    });
    expect(response).toMatchObject({ command: 'submit_sm_resp', status: wire.ok });
    const receipt = await peer.receipt(response.message_id);
    expect(receipt).toMatchObject({ source_addr: `${prefix}00031`, destination_addr: senders.perl });
    expect(shortMessage(receipt).toString('latin1')).toContain('stat:DELIVRD');
  });

  it('sends the parts of a long text, the last one first, and gets a receipt for each', async () => {
    const text = Array.from({ length: 40 }, (_, at) => `tower ${at}.`).join(' ');
    const to = `${toChappe}00032`;
    const parts = udhParts(Buffer.from(text), 153, 88);
    const ids: unknown[] = [];
    for (const part of [...parts].reverse()) {
      const response = await peer.request('submit_sm', {
        source_addr: senders.perl,
        destination_addr: to,
        registered_delivery: wire.finalReceipt,
        esm_class: wire.udhIndicator,
        short_message: octets(part),
      });
      ids.push(response.message_id);
    }
    expect(parts.length).toBeGreaterThan(2);
    expect((await rig.handset(to).received('the long text', () => true)).text).toBe(text);
    for (const id of ids) await peer.receipt(id);
  });

  it('gets messages from handsets of both upstreams', async () => {
    await rig.fromNode(`${toNode}00033`, senders.perl, 'from npm');
    expect(shortMessage(await peer.message(`${toNode}00033`)).toString('latin1')).toBe('from npm');
    await rig.handset(`${toChappe}00033`).send(senders.perl, 'from a Chappe');
    expect(shortMessage(await peer.message(`${toChappe}00033`)).toString('latin1')).toBe('from a Chappe');
  });

  it('gives its upstream nothing to complain about', () => {
    expect(rig.complaints()).toEqual([]);
  });
});
