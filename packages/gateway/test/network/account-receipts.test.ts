import type { AccountSettings } from '@chappe/policy';
import { tlv } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { account, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

async function begin(settings: Partial<AccountSettings>): Promise<void> {
  world = await World.start({
    accounts: [account('acme', { ownNumbers: ['ACME'], ...settings })],
    connectors: ['a'],
    routes: [via(['a'])],
  });
}

describe('receipts as their account wants them', () => {
  it('dates in its time zone, with seconds; label; no quote', async () => {
    await begin({
      receipts: { timeZone: 'Europe/Oslo', seconds: true, textLabel: 'Text', quoteText: false },
    });
    const esme = await world.esme();
    await esme.submit();
    await world.pass();
    await world.centre('a').receipt(world.centre('a').last);
    await world.pass();
    expect(esme.texts[0]).toMatch(/submit date:260720140000 done date:260720140000 .* Text:$/);
  });

  it('as data_sm', async () => {
    await begin({ receipts: { asDataSm: true } });
    const esme = await world.esme();
    const { message_id } = await esme.submit();
    await world.pass();
    await world.centre('a').receipt(world.centre('a').last);
    await world.pass();
    const [receipt] = esme.received;
    expect(receipt?.command).toBe('data_sm');
    expect(receipt?.command === 'data_sm' && tlv(receipt, 'receipted_message_id')).toBe(message_id);
  });

  it('only on the kind of bind that it names, as long as there is one', async () => {
    await begin({ receipts: { binds: 'receiver' }, mo: 'transceiver' });
    const both = await world.esme();
    const receiver = await world.esme({ bind: 'receiver' });
    const a = world.centre('a');
    for (let i = 0; i < 3; i += 1) await both.submit();
    await world.pass();
    for (const one of a.submitted) await a.receipt(one);
    await a.deliver({ source_addr: '447700900123', destination_addr: 'ACME', text: 'Re' });
    await world.pass(100);
    expect(receiver.stats).toHaveLength(3);
    expect(both.texts).toEqual(['Re']);
    // Without such a bind they wait, and messages from handsets pass them.
    await receiver.drop();
    await both.submit();
    await world.pass();
    await a.receipt(a.last);
    await a.deliver({ source_addr: '447700900123', destination_addr: 'ACME', text: 'Re 2' });
    await world.pass(2_000);
    expect(both.texts).toEqual(['Re', 'Re 2']);
    const back = await world.esme({ bind: 'receiver' });
    await world.pass(2_000);
    expect(back.stats).toHaveLength(1);
  });

  it('that wait for a kind of bind, however many, hold up nothing that another kind takes', async () => {
    await begin({ receipts: { binds: 'receiver' }, mo: 'transceiver' });
    const both = await world.esme();
    const a = world.centre('a');
    for (let i = 0; i < 1_200; i += 1) await both.submit();
    await world.pass(500);
    // No more at once than the gateway takes of an operator.
    for (const some of [a.submitted.slice(0, 600), a.submitted.slice(600)])
      await Promise.all(some.map((one) => a.receipt(one)));
    await world.pass(500);
    await a.deliver({ source_addr: '447700900123', destination_addr: 'ACME', text: 'Re' });
    await world.pass(500);
    expect(both.texts).toEqual(['Re']);
    const receiver = await world.esme({ bind: 'receiver' });
    await world.pass(2_000);
    expect(receiver.stats).toHaveLength(1_200);
  });

  it('to a 3.3 session: no TLVs, and no state that it does not know', async () => {
    await begin({});
    const esme = await world.esme({ version: 0x33, bind: 'transmitter' });
    const receiver = await world.esme({ version: 0x33, bind: 'receiver' });
    const { message_id } = await esme.submit();
    expect(message_id).toHaveLength(8);
    await world.pass();
    await world.centre('a').receipt(world.centre('a').last, { stat: 'REJECTD' });
    await world.pass();
    expect(receiver.deliveries[0]?.tlvs).toEqual([]);
    expect(receiver.texts[0]).toContain(`id:${message_id} `);
    expect(receiver.stats).toEqual(['UNDELIV']);
  });

  it('on failure only, on success only', async () => {
    await begin({});
    // 3.4 has no "success only".
    const esme = await world.esme({ version: 0x50 });
    const a = world.centre('a');
    const say = (text: string, registered_delivery: number) =>
      esme.submit({ short_message: Buffer.from(text), registered_delivery });
    await say('failure only, fails', 2);
    await say('failure only, arrives', 2);
    await say('success only, fails', 3);
    await say('success only, arrives', 3);
    await world.pass();
    for (const one of a.submitted) {
      const stat = one.text.endsWith('fails') ? 'UNDELIV' : 'DELIVRD';
      await a.receipt(one, { stat });
    }
    await world.pass();
    expect(esme.stats).toEqual(['UNDELIV', 'DELIVRD']);
  });
});
