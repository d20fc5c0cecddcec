import type { AccountSettings, MoRouteSettings } from '@chappe/policy';
import { status, tlvByTag } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { account, connector, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const from = { source_addr: '447700900123', source_addr_ton: 1, source_addr_npi: 1 };

async function begin(
  mo: readonly MoRouteSettings[],
  names: readonly string[] = ['one', 'two'],
  more: Partial<AccountSettings> = {},
) {
  world = await World.start({
    accounts: names.map((name) => account(name, more)),
    connectors: ['a', connector('b', { tags: ['short-code'] })],
    routes: [via(['a'])],
    mo,
  });
  const esmes = [];
  for (const systemId of names) esmes.push(await world.esme({ systemId }));
  return esmes;
}

const say = (text: string | Uint8Array, more: object = {}, centre = 'a') =>
  world.centre(centre).deliver({ ...from, destination_addr: '12345', text, ...more });

describe('a message from a handset', () => {
  it('goes by keyword, number and connector to its account', async () => {
    const [one, two] = await begin([
      { name: 'word', keywords: ['JOIN'], action: { kind: 'accounts', accounts: ['one'], spread: 'all' } },
      { name: 'tag', tags: ['short-code'], action: { kind: 'accounts', accounts: ['two'], spread: 'all' } },
      { name: 'drop', to: ['12'], action: { kind: 'drop' } },
    ]);
    expect(await say('join now')).toBe(0);
    expect(await say('hello', {}, 'b')).toBe(0);
    expect(await say('nobody')).toBe(0);
    await world.pass(100);
    expect(one?.texts).toEqual(['join now']);
    expect(two?.texts).toEqual(['hello']);
    expect(world.gateway.network.mo.counters).toMatchObject({ received: 3, dropped: 1 });
  });

  it.each([
    ['a text', Buffer.from('reference')],
    ['nothing', Buffer.alloc(0)],
    ['a number too large', Buffer.from('0102030405', 'hex')],
  ])('has its user_message_reference as the operator sent it, be it %s', async (_what, value) => {
    const [one] = await begin([
      { name: 'x', action: { kind: 'accounts', accounts: ['one'], spread: 'all' } },
    ]);
    expect(await say('hi', { tlvs: [{ tag: 0x0204, value }] })).toBe(0);
    await world.pass(100);
    expect(tlvByTag(one!.deliveries[0]!, 0x0204).map((octets) => Buffer.from(octets))).toEqual([value]);
  });

  it.each([
    ['round-robin', [2, 2]],
    ['all', [4, 4]],
  ] as const)('spread %s', async (spread, counts) => {
    const esmes = await begin([
      { name: 'x', action: { kind: 'accounts', accounts: ['one', 'two'], spread } },
    ]);
    for (let i = 0; i < 4; i += 1) await say(`${i}`);
    await world.pass(100);
    expect(esmes.map(({ texts }) => texts.length)).toEqual(counts);
  });

  it('spread sticky: one handset, one account', async () => {
    const esmes = await begin([
      { name: 'x', action: { kind: 'accounts', accounts: ['one', 'two'], spread: 'sticky' } },
    ]);
    for (let i = 0; i < 4; i += 1) await say(`${i}`);
    await world.pass(100);
    expect(esmes.map(({ texts }) => texts.length).sort()).toEqual([0, 4]);
  });

  it('without a rule goes to who of its owners wrote to the handset last', async () => {
    const [one, two] = await begin([], ['one', 'two'], { ownNumbers: ['12345', '999'] });
    await one?.submit({ source_addr: '12345', source_addr_ton: 3 });
    await two?.submit({ source_addr: '999', source_addr_ton: 3 });
    await world.pass();
    expect(await say('Re: Hello')).toBe(0);
    await world.pass(100);
    expect(one?.texts).toEqual(['Re: Hello']);
    expect(two?.texts).toEqual([]);
  });

  it('is answered as soon as it is stored, and waits for an account that is away', async () => {
    const [esme] = await begin(
      [{ name: 'x', action: { kind: 'accounts', accounts: ['away'], spread: 'all' } }],
      ['away'],
    );
    await esme?.drop();
    expect(await say('for you')).toBe(0);
    await world.pass(60_000);
    const back = await world.esme({ systemId: 'away', bind: 'receiver' });
    await world.pass(100);
    expect(back.texts).toEqual(['for you']);
  });

  it('in segments: put together, in any order, before the rule looks at it', async () => {
    const [one] = await begin([
      {
        name: 'x',
        reassemble: true,
        action: { kind: 'accounts', accounts: ['one'], spread: 'all' },
      },
    ]);
    const part = (n: number, text: string) =>
      say(Buffer.concat([Uint8Array.of(5, 0, 3, 9, 3, n), Buffer.from(text)]), { esm_class: 0x40 });
    expect(await part(3, 'three')).toBe(0);
    expect(await part(1, 'one ')).toBe(0);
    expect(one?.texts).toEqual([]);
    expect(await part(2, 'two ')).toBe(0);
    await world.pass(1_000);
    const [message] = one?.deliveries ?? [];
    const payload = message?.tlvs.find(({ name }) => name === 'message_payload')?.value;
    expect(Buffer.from((payload ?? message?.short_message) as Uint8Array).toString()).toBe('one two three');
    expect(one?.deliveries).toHaveLength(1);
  });

  it('in segments: passed as they came', async () => {
    const [one] = await begin([
      { name: 'x', action: { kind: 'accounts', accounts: ['one'], spread: 'all' } },
    ]);
    const part = (n: number) =>
      say(Buffer.concat([Uint8Array.of(5, 0, 3, 9, 2, n), Buffer.from(`${n}`)]), { esm_class: 0x40 });
    await part(2);
    await part(1);
    await world.pass(100);
    expect(one?.deliveries.map(({ esm_class }) => esm_class & 0x40)).toEqual([0x40, 0x40]);
  });

  it('when the store fails is refused for now, so that the operator keeps it', async () => {
    await begin([{ name: 'x', action: { kind: 'accounts', accounts: ['one'], spread: 'all' } }]);
    const { store } = world;
    const commit = store.commit.bind(store);
    let isBroken = true;
    store.commit = (changes, owner) =>
      isBroken ? Promise.reject(new Error('disk')) : commit(changes, owner);
    const answer = say('x');
    await world.pass(1_000);
    expect(await answer).toBe(status.ESME_RX_T_APPN);
    isBroken = false;
    await world.pass(10_000);
    world.rig.errors.length = 0;
  });

  it('to a webhook waits in its lane when it cannot be posted', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [via(['a'])],
      mo: [{ name: 'hook', action: { kind: 'webhook', webhook: 'crm' } }],
      webhooks: [
        {
          name: 'crm',
          url: 'https://crm.invalid/sms',
          secret: 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0',
        },
      ],
    });
    expect(await say('to you')).toBe(0);
    const found = await world.gateway.center.search({ kinds: ['mo'] });
    expect(found.messages.map(({ lane, text }) => [lane, text])).toEqual([['webhook:crm', 'to you']]);
  });
});

describe('STOP', () => {
  const rules: readonly MoRouteSettings[] = [
    {
      name: 'stop',
      keywords: ['STOP'],
      action: {
        kind: 'opt-out',
        reply: 'You will hear no more.',
        // biome-ignore lint/suspicious/noThenProperty: the settings have a word of that name
        then: { kind: 'accounts', accounts: ['one'], spread: 'all' },
      },
    },
    { name: 'start', keywords: ['START'], action: { kind: 'opt-in', reply: 'Welcome back.' } },
  ];

  it('is confirmed, told to the account, and then nothing from that sender is taken; START ends it', async () => {
    const [one] = await begin(rules);
    const submit = () => one?.submit({ source_addr: '12345', source_addr_ton: 3, source_addr_npi: 0 });
    expect((await submit())?.command_status).toBe(0);
    await world.pass();
    expect(await say('Stop please')).toBe(0);
    await world.pass(100);
    const a = world.centre('a');
    expect(a.texts).toEqual(['Hello', 'You will hear no more.']);
    expect(a.last).toMatchObject({ to: '447700900123' });
    expect(a.last.pdu.source_addr).toBe('12345');
    expect(one?.texts).toEqual(['Stop please']);
    expect((await submit())?.command_status).not.toBe(0);
    expect((await one?.submit({ source_addr: '54321', source_addr_ton: 3 }))?.command_status).toBe(0);
    expect(world.gateway.counters().refusals.filter).toBe(1);
    expect(await say('start')).toBe(0);
    await world.pass(100);
    expect((await submit())?.command_status).toBe(0);
  });

  it('is refused in a submit_multi for that destination only', async () => {
    const [one] = await begin(rules);
    await say('stop');
    await world.pass(100);
    const response = await one?.request<'submit_multi'>({
      command: 'submit_multi',
      source_addr: '12345',
      source_addr_ton: 3,
      dest_address: ['447700900123', '447700900124'].map((destination_addr) => ({
        dest_flag: 1,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr,
      })) as never,
      short_message: Buffer.from('Hello'),
    });
    expect(response?.unsuccess_sme.map(({ destination_addr }) => destination_addr)).toEqual(['447700900123']);
  });
});
