/** Who gets what handsets write: the account that the number is given to, whatever others ask for. */

import type { AccountSettings } from '@chappe/policy';
import { afterEach, describe, expect, it } from 'vitest';
import type { PeerFault } from '../../src/index.ts';
import type { Esme, EsmeOptions } from '../rig.ts';
import { account, via, World } from './world.ts';

let world: World;
const faults: PeerFault[] = [];
afterEach(async () => {
  faults.length = 0;
  await world.stop();
});

const handset = { source_addr: '447700900123', source_addr_ton: 1, source_addr_npi: 1 };
const names = ['alice', 'bob', 'carol'] as const;

async function begin(settings: Partial<Record<(typeof names)[number], Partial<AccountSettings>>>) {
  world = await World.start(
    {
      accounts: names.map((name) => account(name, settings[name])),
      connectors: ['op'],
      routes: [via(['op'])],
    },
    { onPeerFault: (fault) => void faults.push(fault) },
  );
}

const bind = (systemId: string, addressRange = '', more: EsmeOptions = {}): Promise<Esme> =>
  world.esme({ systemId, addressRange, ...more });

const write = (esme: Esme, sender: string) =>
  esme.submit({ source_addr: sender, source_addr_ton: 3, registered_delivery: 0 });

/** A handset writes to that number; the accounts that got it. */
async function answer(to: string, esmes: readonly Esme[]): Promise<readonly string[]> {
  const before = esmes.map(({ texts }) => texts.length);
  expect(await world.centre('op').deliver({ ...handset, destination_addr: to, text: 'Re:' })).toBe(0);
  await world.pass(100);
  return names.filter((_, at) => (esmes[at]?.texts.length ?? 0) > (before[at] ?? 0));
}

const unclaimed = async (): Promise<number> =>
  (await world.gateway.center.waitingIn('unclaimed', 100)).messages.length;

describe('a number of an account', () => {
  // Each of them outbids a plain 60100 in some order of things: length, closeness, anchors, classes.
  const ranges = [
    '60100',
    '^60100$',
    '60100$',
    '.*',
    '',
    '6',
    '^6[0-9]*$',
    '(60100|60200)',
    '\\d+',
    '60100?',
  ];

  it.each(ranges)('is not got by an address_range %j of others', async (range) => {
    await begin({ alice: { ownNumbers: ['60100'] } });
    const alice = await bind('alice');
    const bob = await bind('bob', range);
    const carol = await bind('carol', range, { bind: 'receiver', version: 0x50 });
    expect(await answer('60100', [alice, bob, carol])).toEqual(['alice']);
    expect(await answer('60200', [alice, bob, carol])).toEqual([]);
    expect(await unclaimed()).toBe(1);
  });

  it.each(['60100', '+60100'])('is not got by writing last in its name (%s)', async (sender) => {
    await begin({ alice: { ownNumbers: ['+60100'] } });
    const esmes = [await bind('alice'), await bind('bob'), await bind('carol', '60100$')];
    await write(esmes[0] as Esme, '60100');
    await write(esmes[1] as Esme, sender);
    await write(esmes[2] as Esme, sender);
    await world.pass();
    expect(await answer('60100', esmes)).toEqual(['alice']);
  });

  it('is not got by writing in its name where nobody owns it', async () => {
    await begin({});
    const esmes = [await bind('alice'), await bind('bob', '60200'), await bind('carol')];
    await write(esmes[0] as Esme, '60200');
    await world.pass();
    expect(await answer('60200', esmes)).toEqual([]);
    expect(await unclaimed()).toBe(1);
  });

  it('waits for its account, and goes to no bind that comes meanwhile', async () => {
    await begin({ alice: { ownNumbers: ['60100'] } });
    const bob = await bind('bob', '60100');
    const part = (n: number) =>
      world.centre('op').deliver({
        ...handset,
        destination_addr: '60100',
        text: Buffer.concat([Uint8Array.of(5, 0, 3, 9, 2, n), Buffer.from(`part ${n}`)]),
        esm_class: 0x40,
      });
    expect(await part(1)).toBe(0);
    const carol = await bind('carol', '60100$');
    await write(carol, '60100');
    expect(await part(2)).toBe(0);
    await world.pass(100);
    expect([bob.deliveries, carol.deliveries]).toEqual([[], []]);
    const alice = await bind('alice', '', { bind: 'receiver' });
    await world.pass(100);
    expect(alice.deliveries).toHaveLength(2);
  });

  it.each([
    ['exactly', { alice: ['60100'], bob: ['601*'] }, '60100', ['alice']],
    ['by the longer prefix', { alice: ['6010*'], bob: ['601*'] }, '60100', ['alice']],
    ['by the only prefix', { alice: ['6010*'], bob: ['601*'] }, '60190', ['bob']],
    ['with a plus or without', { alice: ['+447700900*'], bob: ['4477*'] }, '447700900001', ['alice']],
    ['with everything', { alice: ['60100'], bob: ['*'] }, '70', ['bob']],
    ['not by less than its prefix', { alice: ['60100*'] }, '6010', []],
    ['not where it takes no messages from handsets', { alice: ['60100'] }, '60100', [], 'none'],
  ] as const)('is the one that has it %s', async (_, numbers, to, got, mo?: 'none') => {
    const { alice, bob } = numbers as { alice?: readonly string[]; bob?: readonly string[] };
    await begin({ alice: { ownNumbers: alice, mo }, bob: { ownNumbers: bob } });
    const esmes = [await bind('alice'), await bind('bob'), await bind('carol', '.*')];
    expect(await answer(to, esmes)).toEqual(got);
  });

  it('goes to the bind of its account that asks for it', async () => {
    await begin({ alice: { ownNumbers: ['60*'] } });
    const first = await bind('alice', '60100');
    const second = await bind('alice', '60200');
    for (let n = 0; n < 3; n += 1) await answer('60200', []);
    expect([first.texts.length, second.texts.length]).toEqual([0, 3]);
    expect(faults).toEqual([]);
  });

  it('that two accounts share goes to the one of them that wrote last', async () => {
    await begin({ alice: { ownNumbers: ['60100'] }, bob: { ownNumbers: ['60100'] } });
    const esmes = [await bind('alice'), await bind('bob', '60100$'), await bind('carol', '60100')];
    await write(esmes[0] as Esme, '60100');
    await write(esmes[2] as Esme, '60100');
    await world.pass();
    expect(await answer('60100', esmes)).toEqual(['alice']);
    await write(esmes[1] as Esme, '+60100');
    await world.pass();
    expect(await answer('60100', esmes)).toEqual(['bob']);
  });

  it('that two accounts share and none wrote to goes to one of them, always the same', async () => {
    await begin({ alice: { ownNumbers: ['60100'] }, bob: { ownNumbers: ['60100'] } });
    const esmes = [await bind('alice'), await bind('bob'), await bind('carol', '60100')];
    const first = await answer('60100', esmes);
    expect(first).toHaveLength(1);
    expect(['alice', 'bob']).toContain(first[0]);
    await bind('bob', '60100$');
    for (let n = 0; n < 3; n += 1) expect(await answer('60100', esmes)).toEqual(first);
  });

  it('changes hands with the settings, at once', async () => {
    await begin({ alice: { ownNumbers: ['60100'] } });
    const esmes = [await bind('alice'), await bind('bob'), await bind('carol')];
    await world.gateway.apply({
      ...world.gateway.settings,
      accounts: [account('alice'), account('bob', { ownNumbers: ['60100'] }), account('carol')],
    });
    expect(await answer('60100', esmes)).toEqual(['bob']);
  });

  it('is known for alert_notification too', async () => {
    await begin({ alice: { ownNumbers: ['60100'] } });
    const esmes = [await bind('alice'), await bind('bob', '60100'), await bind('carol')];
    await write(esmes[2] as Esme, '60100');
    await world.pass();
    const alert = { command: 'alert_notification', ...handset, esme_addr_ton: 3, esme_addr: '60100' };
    world.centre('op').sessions[0]?.notify(alert as never);
    await world.pass(100);
    expect(esmes.map(({ received }) => received.length)).toEqual([1, 0, 0]);
  });
});

describe('an address_range', () => {
  it.each(['60100', '^6', '(1|2)', '6010[12]'])('%s beyond the own numbers is told, once', async (range) => {
    await begin({ alice: { ownNumbers: ['44*'] } });
    for (let n = 0; n < 3; n += 1) await bind('bob', range);
    await bind('alice', '4477');
    await bind('alice', '.*');
    await bind('alice', '');
    expect(faults).toEqual([
      {
        peer: expect.stringMatching(/^bob /),
        what: expect.stringContaining(`address_range ${range} holds no`),
      },
    ]);
    expect(faults[0]?.what).toContain('ownNumbers');
  });

  it.each(['4477', '447700900123'])(
    'of another account does not get what customers write (%s)',
    async (range) => {
      world = await World.start({ accounts: names.map((name) => account(name)), connectors: [] });
      const [alice, bob] = [await bind('alice'), await bind('bob', range)];
      await alice?.submit({ destination_addr: '447700900123' });
      await world.pass(1_000);
      expect(bob?.deliveries).toEqual([]);
      expect(alice?.stats).toEqual(['DELIVRD']);
    },
  );

  it('of the owner gets what another customer writes to the number', async () => {
    const accounts = [account('alice', { ownNumbers: ['447700900*'] }), account('bob')];
    world = await World.start({ accounts, connectors: [] });
    const [alice, bob] = [await bind('alice', '4477'), await bind('bob')];
    await bob?.submit({ destination_addr: '447700900123' });
    await world.pass(1_000);
    expect(alice?.texts).toEqual(['Hello']);
  });
});

describe('a simulated handset of a gateway', () => {
  it('writes to the owner of the number', async () => {
    const accounts = [account('alice', { ownNumbers: ['60100'] }), account('bob')];
    world = await World.start({ accounts, connectors: [] });
    const [alice, bob] = [await bind('alice'), await bind('bob', '60100$')];
    await bob?.submit({ source_addr: '60100', source_addr_ton: 3 });
    await world.pass(1_000);
    const from = '447700900123';
    await world.rig.fromHandset({ from, to: '60100', text: 'one', account: 'bob' });
    await world.rig.fromHandset({ from, to: '60200', text: 'two' });
    await world.pass(100);
    expect(alice?.texts).toEqual(['one']);
    expect(bob?.texts.filter((text) => !text.startsWith('id:'))).toEqual([]);
    expect(await unclaimed()).toBe(1);
  });
});

describe('in a sandbox', () => {
  it('a bind has the numbers that it asks for, and answers go to who wrote last', async () => {
    world = await World.start({ connectors: [] }, { settings: undefined });
    const esmes = [await bind('alice', '60100'), await bind('bob'), await bind('carol')];
    await write(esmes[1] as Esme, '60200');
    await world.pass(1_000);
    for (const to of ['60100', '60200']) await world.rig.fromHandset({ from: '447700900123', to, text: to });
    await world.pass(100);
    expect(esmes.map(({ texts }) => texts)).toEqual([['60100'], ['60200'], []]);
    expect(faults).toEqual([]);
  });
});
