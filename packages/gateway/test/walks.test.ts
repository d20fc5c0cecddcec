import { tlv } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { Rig } from './rig.ts';

let rig: Rig;
afterEach(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

describe('the walk of one message', () => {
  it('submit, delivery to the handset, receipt', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const response = await esme.submit();
    expect(response.command_status).toBe(0);
    expect(response.message_id).toMatch(/^[0-9a-f]{22}$/);
    expect(esme.received).toEqual([]);
    await rig.clock.advance(99);
    expect(rig.gateway.handsets.inbox('447700900123')).toEqual([]);
    await rig.clock.advance(20);
    expect(rig.gateway.handsets.inbox('+447700900123')).toMatchObject([
      { from: 'ACME', text: 'Hello', account: 'acme', publicId: response.message_id, total: 1 },
    ]);
    const [receipt] = esme.deliveries;
    expect(receipt).toMatchObject({
      source_addr: '447700900123',
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
    expect(view).toMatchObject({ state: 'delivered', text: 'Hello', from: 'ACME', to: '447700900123' });
  });
});
