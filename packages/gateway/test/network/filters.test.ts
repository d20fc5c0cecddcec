import { status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { account, connector, settingsOf, via, World, type WorldSettings } from './world.ts';

let world: World;
afterEach(() => world.stop());

const dest_address = (numbers: readonly string[]) =>
  numbers.map((destination_addr) => ({
    dest_flag: 1 as const,
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr,
  }));

describe('filters of a connector', () => {
  it('send a message to another connector, and without one it is undeliverable', async () => {
    const filters = { texts: [{ pattern: 'casino', flags: 'i' }] };
    world = await World.start({
      connectors: [connector('a', { filters }), 'b'],
      routes: [via(['a'], undefined, { name: 'alone', from: ['ALONE'] }), via(['a', 'b'])],
    });
    const esme = await world.esme();
    await esme.submit({ short_message: Buffer.from('Casino night') });
    await esme.submit({ short_message: Buffer.from('Hello') });
    await world.pass();
    expect(world.centre('a').submitted.length).toBe(1);
    expect(world.centre('b').submitted.length).toBe(1);
    const { message_id } = await esme.submit({ source_addr: 'ALONE', short_message: Buffer.from('casino') });
    await world.pass();
    expect(await world.view(message_id)).toMatchObject({ state: 'undeliverable' });
    expect(await world.story(message_id)).toContain('text-refused');
    expect(world.upstream('a').counters.unfit).toBe(2);
  });

  it('have no duplicates and no replacements', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    for (const [filters, reason] of [
      [{ duplicates: { windowMs: 1_000 } }, 'connector a.filters.duplicates'],
      [
        { texts: [{ pattern: 'x', action: 'replace' as const, replacement: 'y' }] },
        'connector a.filters.texts',
      ],
    ] as const) {
      const settings = settingsOf({ connectors: [connector('a', { filters })], routes: [via(['a'])] });
      await expect(world.gateway.apply(settings)).rejects.toThrow(reason);
    }
  });
});

describe('a reload', () => {
  it('leaves what filters remember when they did not change, and forgets it when they did', async () => {
    const settings = (windowMs: number, more: Partial<WorldSettings> = {}): WorldSettings => ({
      connectors: ['a'],
      routes: [via(['a'], undefined, { filters: { duplicates: { windowMs } } })],
      ...more,
    });
    world = await World.start(settings(60_000));
    const esme = await world.esme();
    expect((await esme.submit()).command_status).toBe(0);
    await world.gateway.apply(settingsOf(settings(60_000, { pumping: {} })));
    expect((await esme.submit()).command_status).toBe(status.ESME_RSUBMITFAIL);
    await world.gateway.apply(settingsOf(settings(70_000)));
    expect((await esme.submit()).command_status).toBe(0);
  });
});

describe('submit_multi', () => {
  it('of a long text is cut for each destination; all have one id, and each segment its price', async () => {
    world = await World.start({
      accounts: [account('acme', { credit: { mode: 'postpaid' } })],
      connectors: ['a'],
      routes: [via(['a'], undefined, { price: { perSegment: 10 } })],
    });
    const esme = await world.esme();
    const numbers = ['447700900001', '447700900002'];
    const { command_status, message_id } = await esme.request<'submit_multi'>({
      command: 'submit_multi',
      source_addr: 'ACME',
      source_addr_ton: 5,
      registered_delivery: 1,
      dest_address: dest_address(numbers),
      tlvs: [{ name: 'message_payload', value: Buffer.from('x'.repeat(400)) }],
    });
    expect(command_status).toBe(0);
    await world.pass();
    expect(world.centre('a').destinations.sort()).toEqual([...numbers, ...numbers, ...numbers].sort());
    expect(world.gateway.ledger.account('acme').reserved).toBe(60);
    for (const one of world.centre('a').submitted) await world.centre('a').receipt(one);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD', 'DELIVRD']);
    expect(esme.texts.every((text) => text.startsWith(`id:${message_id} `))).toBe(true);
    expect(world.gateway.ledger.account('acme')).toMatchObject({ balance: -60, reserved: 0 });
  });

  it.each([
    ['longer', 'x'.repeat(200), 2],
    ['shorter', '', 1],
  ])(
    'a text that a filter makes %s is sent so, at the price of what was asked',
    async (_, replacement, pieces) => {
      world = await World.start({
        accounts: [account('acme', { credit: { mode: 'postpaid' } })],
        connectors: ['a'],
        routes: [
          via(['a'], undefined, {
            price: { perSegment: 10 },
            filters: { texts: [{ pattern: 'WORD', action: 'replace', replacement }] },
          }),
        ],
      });
      const esme = await world.esme();
      await esme.request<'submit_multi'>({
        command: 'submit_multi',
        source_addr: 'ACME',
        source_addr_ton: 5,
        dest_address: dest_address(['447700900001']),
        short_message: Buffer.from('a WORD'),
      });
      await world.pass();
      expect(world.centre('a').submitted.length).toBe(pieces);
      for (const { pdu } of world.centre('a').submitted) {
        expect('short_message' in pdu && Buffer.from(pdu.short_message).includes('WORD')).toBe(false);
      }
      expect(world.gateway.ledger.account('acme').reserved).toBe(10);
    },
  );
});
