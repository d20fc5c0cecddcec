/** What one request may cost: texts to many destinations are kept once, TLVs and what waits for its time are bounded. */
import { MemoryStore, type Message } from '@chappe/center';
import type { AccountSettings } from '@chappe/policy';
import { type PduInput, statusName } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { writeContent } from '../../src/message/content.ts';
import { account, connector, via, World } from '../network/world.ts';
import { type Esme, Rig, settled } from '../rig.ts';

let rig: Rig | undefined;
let world: World | undefined;
afterEach(async () => {
  await rig?.stop();
  await world?.stop();
  rig = undefined;
  world = undefined;
});

const name = ({ command_status }: { readonly command_status: number }): string =>
  statusName(command_status) ?? String(command_status);

const destinations = (count: number): PduInput<'submit_multi'>['dest_address'] =>
  Array.from({ length: count }, (_, at) => ({
    dest_flag: 1 as const,
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: `4477009${String(at).padStart(5, '0')}`,
  }));

const multi = (count: number, more: object): PduInput<'submit_multi'> => ({
  command: 'submit_multi',
  source_addr: 'ACME',
  source_addr_ton: 5,
  dest_address: destinations(count),
  registered_delivery: 1,
  ...more,
});

const stored = async (store: MemoryStore): Promise<readonly Message[]> => {
  // A page ends by octets, too.
  const all: Message[] = [];
  for (let beforeId: number | undefined = Number.MAX_SAFE_INTEGER; beforeId !== undefined; ) {
    const page = await store.search({ kinds: ['mt'], limit: 1_000, beforeId });
    all.push(...page.messages);
    beforeId = page.nextBeforeId;
  }
  return all;
};

describe('submit_multi', () => {
  it.each([
    ['a short text', { short_message: Buffer.from('x'.repeat(250)) }, 1],
    [
      'a long text that goes whole',
      { tlvs: [{ name: 'message_payload', value: Buffer.alloc(20_000, 0x41) }] },
      1,
    ],
  ])('keeps %s once for all destinations', async (_, text, contents) => {
    const store = new MemoryStore();
    rig = await Rig.start({}, store);
    const esme = await rig.esme();
    const response = await esme.request<'submit_multi'>(multi(100, text));
    expect(name(response)).toBe('ESME_ROK');
    const messages = await stored(store);
    expect(messages).toHaveLength(100);
    expect(new Set(messages.map(({ content }) => content)).size).toBe(contents);
    await rig.clock.advance(1_000);
    // Each has its own receipt and is found with all others.
    expect(esme.stats).toHaveLength(100);
    const view = await rig.gateway.messages.get(response.message_id);
    expect([view?.segments.length, view?.state]).toEqual([100, 'delivered']);
    const query = { command: 'query_sm', message_id: response.message_id, source_addr: 'ACME' } as const;
    expect(await esme.request<'query_sm'>(query)).toMatchObject({ command_status: 0, message_state: 2 });
  });

  it('keeps the pieces of a text that is cut once for all destinations, and each gets all of them', async () => {
    const store = new MemoryStore();
    const accounts = [account('acme')];
    world = await World.start({ accounts, connectors: ['a'], routes: [via(['a'])] }, {}, store);
    const esme = await world.esme();
    const tlvs = [{ name: 'message_payload', value: Buffer.from('0123456789'.repeat(40)) }];
    expect(name(await esme.request<'submit_multi'>(multi(50, { tlvs })))).toBe('ESME_ROK');
    const messages = await stored(store);
    expect(messages).toHaveLength(150);
    expect(new Set(messages.map(({ content }) => content)).size).toBe(3);
    await world.pass(1_000);
    const byHandset = Map.groupBy(world.centre('a').submitted, ({ to }) => to);
    expect(byHandset.size).toBe(50);
    for (const parts of byHandset.values())
      expect(parts.map(({ text }) => text).join('')).toBe('0123456789'.repeat(40));
  });
});

describe('TLVs of one message', () => {
  const vendor = (octets: number): object => ({ tag: 0x1400, value: Buffer.alloc(octets) });
  const cases: readonly [number | undefined, readonly object[], string][] = [
    [undefined, [vendor(4_092)], 'ESME_ROK'],
    [undefined, [vendor(4_093)], 'ESME_RINVTLVLEN'],
    [undefined, [vendor(2_000), vendor(2_093)], 'ESME_RINVTLVLEN'],
    [undefined, new Array(600).fill(vendor(3)), 'ESME_RINVTLVLEN'],
    [100_000, [vendor(60_000)], 'ESME_ROK'],
    [0, [vendor(1)], 'ESME_RINVTLVLEN'],
    // What is the text, or belongs to its header, does not count.
    [0, [{ name: 'message_payload', value: Buffer.alloc(5_000, 0x41) }], 'ESME_ROK'],
    [0, [{ name: 'user_message_reference', value: 7 }], 'ESME_ROK'],
  ];
  const requests: readonly [string, (esme: Esme, tlvs: readonly object[]) => Promise<string>][] = [
    [
      'submit_sm',
      async (esme, tlvs) =>
        name(await esme.submit({ tlvs: tlvs as never, short_message: new Uint8Array(0) })),
    ],
    ['submit_multi', async (esme, tlvs) => name(await esme.request<'submit_multi'>(multi(3, { tlvs })))],
    [
      'data_sm',
      async (esme, tlvs) =>
        name(
          await esme.request<'data_sm'>({
            command: 'data_sm',
            source_addr: 'ACME',
            destination_addr: '447700900123',
            tlvs: (tlvs.some((tlv) => 'name' in tlv && tlv.name === 'message_payload')
              ? tlvs
              : [...tlvs, { name: 'message_payload', value: Buffer.from('x') }]) as never,
          }),
        ),
    ],
  ];

  it.each(requests)('%s', async (_, request) => {
    for (const [tlvOctets, tlvs, expected] of cases) {
      const more: Partial<AccountSettings> = tlvOctets === undefined ? {} : { tlvOctets };
      const each = await World.start({
        accounts: [account('acme', more)],
        connectors: ['a'],
        routes: [via(['a'])],
      });
      const esme = await each.esme();
      expect([tlvs.length, await request(esme, tlvs)]).toEqual([tlvs.length, expected]);
      await each.stop();
    }
  });

  it('over HTTP too', async () => {
    rig = await Rig.start();
    const tlvs = [vendor(4_093)] as never;
    await expect(
      rig.gateway.submit({ account: 'acme', to: '447700900123', text: 'x', tlvs }),
    ).rejects.toMatchObject({ code: 'CHAPPE_GATEWAY_INVALID', field: 'tlvs' });
  });
});

describe('what is shaped', () => {
  it('waits in memory in bounded octets; the rest is told to come later, and nothing is charged for it', async () => {
    const throughput = { perSecond: 43_200, burst: 216, excess: 'shape' } as const;
    const accounts = [
      account('acme', { throughput, quota: { day: 1_000_000 } }),
      account('other', { throughput }),
    ];
    const connectors = [connector('a', { longMessages: 'payload' })];
    world = await World.start({ accounts, connectors, routes: [via(['a'])] });
    const esme = await world.esme();
    const other = await world.esme({ systemId: 'other' });
    const tlvs = [{ name: 'message_payload', value: Buffer.alloc(33_000, 0x41) }] as const;
    const answers: string[] = [];
    for (let at = 0; at < 900; at += 1)
      void esme
        .submit({ tlvs: tlvs as never, short_message: new Uint8Array(0) })
        .then((response) => answers.push(name(response)));
    await settled();
    const refused = answers.filter((answer) => answer === 'ESME_RMSGQFUL').length;
    // 16 MiB of 100 kB each, as they are in memory: content and text.
    expect(refused).toBeGreaterThan(700);
    expect(answers.every((answer) => answer === 'ESME_RMSGQFUL' || answer === 'ESME_ROK')).toBe(true);
    const used = world.gateway.accounts.get('acme')?.policy.quota.used(world.clock.nowMs()).day;
    expect(used).toBe((900 - refused) * 216);
    // Another one has room.
    const later = [other.submit(), other.submit()];
    await world.pass(5_000);
    expect((await Promise.all(later)).map(name)).toEqual(['ESME_ROK', 'ESME_ROK']);
    world.rig.errors.length = 0;
  });
});

describe('a bind that acknowledges nothing', () => {
  it('is given a bounded number of octets; another one of the account goes on', async () => {
    rig = await Rig.start();
    const silent = await rig.esme({ bind: 'receiver', answer: () => undefined });
    const sender = await rig.esme({ systemId: 'sender', bind: 'transmitter' });
    const tlvs = [{ name: 'message_payload', value: Buffer.alloc(60_000, 0x41) }] as const;
    const { gateway } = rig;
    const long = { account: 'acme', from: '447700900123', to: '12345', text: 'x'.repeat(30_000) };
    for (let at = 0; at < 40; at += 1)
      await gateway.center.submitOne({
        kind: 'mo',
        account: 'acme',
        lane: 'account:acme',
        source: { ton: 1, npi: 1, digits: long.from },
        destination: { ton: 1, npi: 1, digits: long.to },
        content: contentOf(long.text),
        text: long.text,
      });
    await settled();
    // 512 KiB, and the one that reached it.
    expect(silent.received.length).toBe(18);
    const good = await rig.esme({ bind: 'receiver' });
    await settled();
    expect(good.received.length).toBe(22);
    expect([sender.received, tlvs.length]).toEqual([[], 1]);
  });
});

function contentOf(text: string): Uint8Array {
  return writeContent({
    shape: 'submit',
    esmClass: 0,
    protocolId: 0,
    dataCoding: 0,
    registeredDelivery: 0,
    inPayloadTlv: true,
    payload: text,
  });
}
