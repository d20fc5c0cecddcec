import { afterEach, describe, expect, it } from 'vitest';
import { account, connector, via, World } from './world.ts';

let first: World;
let second: World;
afterEach(async () => {
  await first.stop({ keep: true });
  await second.stop();
});

/** Two gateways, each an upstream and a customer of the other. */
async function pair(peer: boolean | undefined, systemId = 'chappe'): Promise<void> {
  const smpp = { systemId };
  const there = connector('there', { peer, systemId: 'peer' } as never);
  const accounts = [account('peer'), account('acme')];
  const owning = (owner: string) =>
    accounts.map((one) => (one.systemId === owner ? { ...one, ownNumbers: ['12345'] } : one));
  second = await World.start(
    {
      accounts: owning('peer'),
      connectors: [there, 'out'],
      routes: [via(['out'], undefined, { name: 'own', to: ['49'] }), via(['there'])],
    },
    { random: () => 0.25, smpp, beforeOpen: (world) => world.detour('there', () => first.gateway) },
  );
  first = await World.start(
    { accounts: owning('acme'), connectors: [there], routes: [via(['there'])] },
    { given: second, smpp, beforeOpen: (world) => world.detour('there', () => second.gateway) },
  );
  // Passwords are checked in threads, in time of their own: a bind may come too late for the first tries.
  const areBound = () => [first, second].every((world) => world.upstream('there').isUsable);
  await first.until(areBound, 500);
}

describe('two gateways', () => {
  it('a message goes through both, and its receipt comes back through both', async () => {
    await pair(true);
    const esme = await first.esme();
    const { message_id } = await esme.submit({ destination_addr: '491701234567' });
    await first.pass(200);
    const out = second.centre('out');
    expect(out.texts).toEqual(['Hello']);
    await out.receipt(out.last);
    await first.pass(200);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(await first.view(message_id)).toMatchObject({ state: 'delivered' });
  });

  it('a message from a handset goes through both to its customer', async () => {
    await pair(true);
    const esme = await first.esme();
    await esme.submit({ destination_addr: '491701234567', source_addr: '12345', source_addr_ton: 3 });
    await first.pass(200);
    const out = second.centre('out');
    await out.deliver({ source_addr: '491701234567', destination_addr: '12345', text: 'Re' });
    await first.pass(200);
    expect(esme.texts).toEqual(['Re']);
  });

  // Whichever of them binds first: it does not see yet that the other is bound here.
  it.each([
    [true, 'chappe'],
    [undefined, 'chappe'],
    [undefined, 'ACME'],
  ])('that lead to each other do not send a message round: peer %s, named %s', async (peer, systemId) => {
    await pair(peer, systemId);
    const esme = await first.esme();
    await esme.submit({ destination_addr: '447700900123' });
    await first.pass(5_000);
    expect(esme.stats).toHaveLength(1);
    expect(['REJECTD', 'UNDELIV']).toContain(esme.stats[0]);
    expect(first.upstream('there').counters.submitted).toBeLessThanOrEqual(2);
    expect(second.upstream('there').counters.submitted).toBeLessThanOrEqual(2);
  });
});
