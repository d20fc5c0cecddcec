/** Whose receipts wait. */
import { MemoryStore, type Store } from '@chappe/center';
import type { AccountReceiptSettings } from '@chappe/policy';
import { afterEach, describe, expect, it } from 'vitest';
import { account, via, World } from '../network/world.ts';

let world: World;
afterEach(() => world.stop());

const settings = (receipts?: AccountReceiptSettings) => ({
  accounts: [account('acme', { receipts }), account('other')],
  connectors: ['a'],
  routes: [via(['a'])],
});
const waiting = (): Record<string, number> => Object.fromEntries(world.gateway.messageCounts.backlog.waiting);

/** Customers that only send, and the end of each of their messages. */
async function pileUp(counts: Readonly<Record<string, number>>): Promise<void> {
  const a = world.centre('a');
  for (const [systemId, count] of Object.entries(counts)) {
    const esme = await world.esme({ systemId, bind: 'transmitter' });
    for (let at = 0; at < count; at += 1) await esme.submit({ registered_delivery: 0x11 });
    await world.pass(10);
    for (const one of a.submitted.slice(-count)) await a.receipt(one);
    await world.pass(10);
  }
}

describe('receipts that wait', () => {
  it('are counted by account, notices among them, until they are delivered or their time is up', async () => {
    world = await World.start(settings({ validityMs: 60_000 }));
    await pileUp({ acme: 3, other: 2 });
    expect(waiting()).toEqual({ acme: 3, other: 2 });
    const a = world.centre('a');
    const sender = await world.esme({ bind: 'transmitter' });
    await sender.submit({ registered_delivery: 0x11 });
    await world.pass(10);
    await a.receipt(a.last, { stat: 'ENROUTE', esmClass: 0x20 });
    await world.pass(10);
    expect(waiting()).toEqual({ acme: 4, other: 2 });
    await world.esme({ systemId: 'other', bind: 'receiver' });
    await world.pass(1_000);
    expect(waiting()).toEqual({ acme: 4 });
    await world.pass(70_000);
    expect(waiting()).toEqual({});
  });

  it('are known after a restart', async () => {
    const store: Store = new MemoryStore();
    store.close = () => Promise.resolve();
    world = await World.start(settings(), {}, store);
    await pileUp({ acme: 3 });
    // What no message is found for waits for nobody.
    const stray = world.centre('a').receipt(world.centre('a').last, { id: 'nobody' });
    await world.pass(2_000);
    expect(await stray).toBe(0);
    await world.stop();
    world = await World.start(settings(), { given: world }, store);
    expect(waiting()).toEqual({ acme: 3 });
    const esme = await world.esme({ bind: 'receiver' });
    await world.pass(1_000);
    expect(esme.stats).toHaveLength(3);
    expect(waiting()).toEqual({});
  });

  it('while their customer does not answer, wait, too', async () => {
    world = await World.start(settings());
    await world.esme({ bind: 'receiver', answer: () => undefined });
    await pileUp({ acme: 2 });
    expect(waiting()).toEqual({ acme: 2 });
  });

  it('beyond the limit of the account are not made; its messages end all the same', async () => {
    world = await World.start(settings({ limit: 2 }));
    await pileUp({ acme: 5, other: 5 });
    expect(waiting()).toEqual({ acme: 2, other: 5 });
    expect([...world.gateway.messageCounts.backlog.dropped]).toEqual([['acme', 3]]);
    const { messages } = await world.gateway.center.search({ account: 'acme' });
    expect(new Set(messages.map(({ state }) => state))).toEqual(new Set(['delivered']));
    const esme = await world.esme({ bind: 'receiver' });
    await world.pass(1_000);
    expect(esme.stats).toHaveLength(2);
    await pileUp({ acme: 1 });
    await world.pass(1_000);
    expect(esme.stats).toHaveLength(3);
  });
});
