/** Messages from handsets that nobody takes, from the operator to whoever gets them at last. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, type Store } from '@chappe/center';
import type { GatewaySettings } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { heldMessages, releaseAllHeld, releaseHeld } from '../../src/admin/held.ts';
import type { PeerFault } from '../../src/index.ts';
import { account, settingsOf, via, World } from './world.ts';

let world: World;
const faults: PeerFault[] = [];
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  faults.length = 0;
  await world.stop();
  for (const end of ends.splice(0)) await end();
});

const base = settingsOf({
  accounts: [account('acme'), account('beta')],
  connectors: ['op'],
  routes: [via(['op'])],
});

async function begin(settings: Partial<GatewaySettings> = {}, store: Store = new MemoryStore()) {
  world = await World.start(
    { ...base, ...settings },
    { onPeerFault: (fault) => void faults.push(fault) },
    store,
  );
}

const say = (text: string, destination_addr = '70700') =>
  world.centre('op').deliver({ source_addr: '447700900123', destination_addr, text });

async function sqlite(): Promise<Store> {
  const path = await mkdtemp(join(tmpdir(), 'chappe-unclaimed-'));
  ends.push(() => rm(path, { recursive: true, force: true }));
  return await SqliteStore.open({ path });
}

describe.each([
  ['memory', async () => new MemoryStore()],
  ['SQLite', sqlite],
])('what was written to a number of nobody (%s)', (_, open) => {
  const changes: readonly [string, Partial<GatewaySettings>][] = [
    [
      'the number is given to an account',
      { accounts: [account('acme', { ownNumbers: ['70*'] }), account('beta')] },
    ],
    [
      'a rule of mo takes it',
      {
        mo: [{ name: 'r', to: ['707'], action: { kind: 'accounts', accounts: ['acme'], spread: 'sticky' } }],
      },
    ],
    [
      'the rest is given to an account',
      { unclaimed: { kind: 'accounts', accounts: ['acme'], spread: 'all' } },
    ],
  ];

  it.each(changes)('is delivered when %s', async (_what, change) => {
    await begin({}, await open());
    const esme = await world.esme({ addressRange: '70700' });
    expect([await say('one'), await say('two')]).toEqual([0, 0]);
    await world.pass(1_000);
    expect(esme.texts).toEqual([]);
    await world.gateway.apply({ ...base, ...change });
    await world.until(() => esme.texts.length === 2);
    expect(esme.texts).toEqual(['one', 'two']);
    const { messages } = await world.gateway.center.search({ account: 'acme', kinds: ['mo'] });
    expect(messages).toHaveLength(2);
  });

  it('is delivered when an account is made at run time that has the number', async () => {
    await begin({}, await open());
    expect(await say('one')).toBe(0);
    await world.gateway.putEntry('account', account('late', { ownNumbers: ['70700'] }));
    const esme = await world.esme({ systemId: 'late' });
    await world.until(() => esme.texts.length === 1);
  });

  it('is listed and given away by hand', async () => {
    await begin({}, await open());
    await say('one');
    await say('two', '70800');
    const { center, network } = world.gateway;
    const { messages } = await heldMessages(center, 10);
    expect(messages.map(({ route, view }) => [route, view.to, view.text])).toEqual([
      [undefined, '70800', 'two'],
      [undefined, '70700', 'one'],
    ]);
    const [two = '', one = ''] = messages.map(({ view }) => view.id);
    expect(await releaseHeld(center, network, one)).toBe('unclaimed');
    expect(await releaseHeld(center, network, one, 'beta')).toBe('released');
    expect(await releaseHeld(center, network, one, 'acme')).toBe('not-held');
    expect(await releaseAllHeld(center, network, () => true)).toEqual({ released: 0, left: 1 });
    const beta = await world.esme({ systemId: 'beta' });
    await world.until(() => beta.texts.length === 1);
    expect(beta.texts).toEqual(['one']);
    expect((await heldMessages(center, 10)).messages.map(({ view }) => view.id)).toEqual([two]);
  });
});

describe('the operator of the gateway', () => {
  it('is told of each number once, with what to do', async () => {
    await begin();
    for (const number of ['70700', '70700', '70800', '70700']) await say('x', number);
    expect(faults.map(({ peer }) => peer)).toEqual(['op', 'op']);
    expect(faults[0]?.what).toMatch(/70700 .*waits.*ownNumbers.*mo.*unclaimed/);
    expect(faults[1]?.what).toContain('70800');
  });

  it('is told of nothing that is refused on purpose', async () => {
    await begin({ unclaimed: { kind: 'refuse', status: status.ESME_RX_R_APPN } });
    expect(await say('x')).toBe(status.ESME_RX_R_APPN);
    expect(faults).toEqual([]);
    expect((await world.gateway.center.search({ kinds: ['mo'] })).messages).toEqual([]);
  });

  it.each([
    ['an account that is not there', { kind: 'accounts', accounts: ['none'], spread: 'all' }],
    ['a webhook that is not there', { kind: 'webhook', webhook: 'none' }],
    ['ESME_ROK', { kind: 'refuse', status: 0 }],
  ] as const)('cannot give what is unclaimed to %s', async (_, unclaimed) => {
    await begin();
    await expect(world.gateway.apply({ ...base, unclaimed })).rejects.toThrow(/unclaimed/);
  });
});

describe('accounts of a sandbox', () => {
  it('get what was written before they bound', async () => {
    world = await World.start(
      { connectors: [] },
      { settings: undefined, accounts: { open: false, list: [account('acme'), account('beta')] } },
    );
    await world.rig.fromHandset({ from: '447700900123', to: '60100', text: 'early' });
    const esmes = [await world.esme(), await world.esme({ systemId: 'beta', addressRange: '60100' })];
    await world.pass(100);
    expect(esmes.map(({ texts }) => texts)).toEqual([['early'], []]);
  });
});
