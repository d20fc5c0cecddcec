/** What an operator has handed out for the bind is what it gets, however long it is. */
import { afterEach, describe, expect, it } from 'vitest';
import { RawCentre } from '../../../smpp/test/support/raw-centre.ts';
import { tryUpstream } from '../../src/index.ts';
import { account, connector, hashOf, via, World } from './world.ts';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

const lengths = [
  { password: 8, systemId: 15, systemType: 12, addressRange: 40 },
  { password: 9, systemId: 16, systemType: 13, addressRange: 41 },
  { password: 12, systemId: 19, systemType: 20, addressRange: 64 },
  { password: 255, systemId: 255, systemType: 255, addressRange: 255 },
];

describe.each(lengths)('a bind with %o', ({ password, systemId, systemType, addressRange }) => {
  const given = {
    systemId: 's'.repeat(systemId),
    password: `${'p'.repeat(password - 1)}é`,
    systemType: 't'.repeat(systemType),
    addressRange: '^'.repeat(addressRange),
  };
  const said = {
    system_id: given.systemId,
    password: given.password,
    system_type: given.systemType,
    address_range: given.addressRange,
  };

  it.each(['transceiver', 'transmitter', 'receiver', 'transmitter+receiver'] as const)('%s', async (bind) => {
    const centre = new RawCentre();
    const world = await World.start(
      { connectors: [connector('op', { ...given, bind })], routes: [via(['op'])] },
      { beforeOpen: (made) => made.lead('op', () => centre.connect()) },
    );
    worlds.push(world);
    const binds = centre.connections.map(({ received }) => received[0]);
    expect(binds).toMatchObject(bind.split('+').map((kind) => ({ command: `bind_${kind}`, ...said })));
    expect(world.upstream('op').binds.sessions.size).toBe(binds.length);
    expect(world.upstream('op').binds.lastError).toBeUndefined();
  });

  it('of `connector test`', async () => {
    const centre = new RawCentre();
    const world = await World.start(
      { connectors: [connector('op', { ...given, paused: true })], routes: [via(['op'])] },
      { beforeOpen: (made) => made.lead('op', () => centre.connect()) },
    );
    worlds.push(world);
    const result = await tryUpstream(world.upstream('op'), world.clock);
    expect(result).toMatchObject({ ok: true, error: undefined });
    expect(centre.connections[0]?.received[0]).toMatchObject(said);
  });
});

it('a Chappe is the customer of another with the longest name and password that an account may have', async () => {
  const systemId = 'n'.repeat(64);
  const password = 'p'.repeat(64);
  const accounts = [account(systemId, { passwordHash: hashOf(password) })];
  const there = await World.start({ accounts, connectors: [], routes: [] });
  worlds.push(there);
  const here = await World.start(
    { connectors: [connector('there', { systemId, password })], routes: [via(['there'])] },
    { given: there, beforeOpen: (made) => made.detour('there', () => there.gateway) },
  );
  worlds.push(here);
  await here.until(() => here.upstream('there').isUsable);
  expect(there.gateway.sessions().map(({ account: name }) => name)).toEqual([systemId]);
});
