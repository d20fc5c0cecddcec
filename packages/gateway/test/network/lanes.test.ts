/** Lanes of plans over many changes of the settings, and messages whose connector is gone. */
import { status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { connectorViews, removedViews } from '../../src/index.ts';
import { account, connector, settingsOf, via, World, type WorldSettings } from './world.ts';

let world: World;
afterEach(() => world.stop());

const accounts = [account('acme')];
const apply = (settings: WorldSettings) => world.gateway.apply(settingsOf({ accounts, ...settings }));
const lanes = (): string[] =>
  world.gateway.center.depths().flatMap(({ lane }) => (lane.startsWith('via:') ? [lane] : []));
const stranded = () =>
  world.events.flatMap((event) =>
    event.type === 'connector.stranded' ? [`${event.connector}: ${event.detail}`] : [],
  );
const removed = () => removedViews(world.gateway.network.upstreams);

describe('lanes of plans', () => {
  it('those of earlier routes are let go once they are empty, however often weights change', async () => {
    world = await World.start({ accounts, connectors: ['a', 'b'], routes: [via(['a', 'b'])] });
    const esme = await world.esme();
    for (let change = 1; change <= 60; change += 1) {
      await apply({ connectors: ['a', 'b'], routes: [via([`a*${change},b*${change + 1}`])] });
      await esme.submit({ short_message: Buffer.from(`${change}`) });
      await world.pass(100);
    }
    await world.pass(30_000);
    expect(lanes()).toEqual(['via:a*60,b*61']);
    expect(world.gateway.network.upstreams.waits()).toHaveLength(1);
    expect(world.centre('a').texts.length + world.centre('b').texts.length).toBe(60);
  });

  it('one that has messages stays, and they go where they were meant to', async () => {
    world = await World.start({ accounts, connectors: ['a', 'b'], routes: [via(['a'])] });
    const a = world.centre('a');
    a.cut();
    const esme = await world.esme();
    await esme.submit({ short_message: Buffer.from('early') });
    await apply({ connectors: ['a', 'b'], routes: [via(['b'])] });
    await world.pass(20_000);
    expect(lanes().toSorted()).toEqual(['via:a', 'via:b']);
    a.isDown = false;
    await world.pass(60_000);
    expect(a.texts).toEqual(['early']);
    expect(world.centre('b').texts).toEqual([]);
    await world.pass(30_000);
    expect(lanes()).toEqual(['via:b']);
  });

  it('one whose message is tried again later stays too', async () => {
    const retry = { system: { firstMs: 100_000, longestMs: 100_000 } };
    world = await World.start({
      accounts,
      connectors: [connector('a', { retry }), 'b'],
      routes: [via(['a'])],
    });
    const a = world.centre('a');
    a.react = (_, at) => (at === 0 ? { status: status.ESME_RSYSERR } : {});
    const esme = await world.esme();
    await esme.submit();
    await world.pass(100);
    await apply({ connectors: [connector('a', { retry }), 'b'], routes: [via(['b'])] });
    await world.pass(90_000);
    expect(lanes()).toContain('via:a');
    await world.pass(60_000);
    expect(a.texts).toEqual(['Hello', 'Hello']);
    expect(lanes()).toEqual(['via:b']);
  });

  it('a message whose lane has been let go still moves on when its receipt says failed', async () => {
    const failover = { onReceipt: ['undeliverable'] as const };
    world = await World.start({ accounts, connectors: ['a', 'b'], routes: [via(['a', 'b'], failover)] });
    const a = world.centre('a');
    const esme = await world.esme();
    await esme.submit();
    await world.pass(100);
    await apply({ connectors: ['a', 'b'], routes: [via(['b'], failover)] });
    await world.pass(30_000);
    expect(lanes()).toEqual(['via:b']);
    await a.receipt(a.last, { stat: 'UNDELIV' });
    await world.pass(5_000);
    expect(world.centre('b').texts).toEqual(['Hello']);
  });
});

describe('a connector that is taken out while messages wait for it', () => {
  async function begin(count: number) {
    world = await World.start({ accounts, connectors: ['a', 'b'], routes: [via(['a'])] });
    world.centre('a').cut();
    const esme = await world.esme();
    for (let at = 0; at < count; at += 1) await esme.submit({ short_message: Buffer.from(`${at}`) });
  }

  it('is told once, and shown as long as they wait', async () => {
    await begin(10);
    await apply({ connectors: ['b'], routes: [via(['b'], undefined, { to: ['49'] })] });
    await world.pass(10_000);
    const told = '10 messages wait, and no route takes them: give it back, or add a route for them';
    expect(stranded()).toEqual([`a: ${told}`]);
    expect(removed()).toMatchObject([
      {
        name: 'a',
        state: 'removed',
        queued: 10,
        limit: 'binds',
        limitText: `removed from the settings: ${told}`,
      },
    ]);
    expect(connectorViews(world.gateway.network.upstreams.list(), world.gateway.center)).toMatchObject([
      { name: 'b' },
    ]);
    world.centre('a').isDown = false;
    await apply({ connectors: ['a', 'b'], routes: [via(['a'])] });
    await world.pass(5_000);
    expect(world.centre('a').texts).toHaveLength(10);
    expect(removed()).toEqual([]);
  });

  it('nothing is told where another route takes them', async () => {
    await begin(10);
    await apply({ connectors: ['b'], routes: [via(['b'])] });
    await world.pass(10_000);
    expect(world.centre('b').texts).toHaveLength(10);
    expect([stranded(), removed()]).toEqual([[], []]);
  });

  it('nothing is told of one that another of its group stands in for', async () => {
    world = await World.start({ accounts, connectors: ['a', 'b'], routes: [via(['a', 'b'])] });
    world.centre('a').cut();
    world.centre('b').cut();
    const esme = await world.esme();
    await esme.submit();
    await apply({ connectors: ['b'], routes: [via(['b'])] });
    await world.pass(10_000);
    expect([stranded(), removed()]).toEqual([[], []]);
  });
});
