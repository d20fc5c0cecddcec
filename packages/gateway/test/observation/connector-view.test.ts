import type { ConnectorSettings } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { type ConnectorView, connectorView, connectorViews } from '../../src/index.ts';
import { connector, via, World } from '../network/world.ts';
import type { Esme } from '../rig.ts';

let world: World;
afterEach(() => world.stop());

async function begin(settings: Partial<ConnectorSettings>): Promise<Esme> {
  world = await World.start({ connectors: [connector('a', settings)], routes: [via(['a'])] });
  return world.esme();
}

const view = (name = 'a'): ConnectorView => connectorView(world.upstream(name), world.gateway.center);

/** Submits without waiting for the answers. */
const submit = (esme: Esme, count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, at) => esme.submit({ short_message: Buffer.from(`${at}`) })));

describe('the view of a connector', () => {
  it('of one that has nothing to do', async () => {
    await begin({ group: 'op' });
    expect(view()).toEqual({
      name: 'a',
      group: 'op',
      state: 'bound',
      binds: { bound: 1, wanted: 1 },
      inFlight: 0,
      window: 10,
      queued: 0,
      ratePerSecond: undefined,
      breaker: 'closed',
      rttMs: undefined,
      limit: 'idle',
      limitText: 'idle: there is nothing to send',
      lastError: undefined,
      counters: {
        ...{ submitted: 0, taken: 0, refused: 0, throttled: 0, postponed: 0, unanswered: 0, unfit: 0 },
        ...{
          receipts: 0,
          receiptsAsked: 0,
          receiptsUnmatched: 0,
          receiptsRepeated: 0,
          mo: 0,
          bindFailures: 0,
          breakerOpened: 0,
        },
      },
    });
  });

  it.each([
    [1, true, 3],
    [0, true, 3],
    [1, false, 3],
    [2, false, 3],
    [0, false, 0],
  ])(
    'counts what was taken with a receipt asked for: registered_delivery %i, always %j',
    async (registered, alwaysReceipt, asked) => {
      const esme = await begin({ alwaysReceipt });
      world.centre('a').react = (_, at) => (at === 3 ? { status: status.ESME_RINVDSTADR } : {});
      for (let count = 0; count < 4; count += 1) await esme.submit({ registered_delivery: registered });
      await world.pass(1_000);
      expect(view().counters).toMatchObject({ taken: 3, receiptsAsked: asked });
    },
  );

  it('window: with its round trip and what that allows', async () => {
    const esme = await begin({ window: 5 });
    world.centre('a').react = () => ({ delayMs: 50 });
    await submit(esme, 500);
    await world.pass(2_000);
    const now = view();
    expect(now).toMatchObject({ limit: 'window', inFlight: 5, window: 5 });
    expect(now.rttMs).toBeCloseTo(50, 0);
    expect(now.queued).toBeGreaterThan(200);
    expect(now.limitText).toMatch(
      /^window: 5 of 5 requests await a response of 5\d ms each; that allows about \d+\/s: raise connectors\.a\.window$/,
    );
    await world.pass(10_000);
    expect(view()).toMatchObject({ limit: 'idle', queued: 0, counters: { taken: 500 } });
    expect(world.upstream('a').heldMs('window')).toBeGreaterThan(4_000);
    const { count, sumMs } = world.upstream('a').responseTimes;
    expect(count).toBeGreaterThan(20);
    expect(sumMs / count).toBeCloseTo(50, 0);
  });

  it('rate: what the settings allow', async () => {
    const esme = await begin({ window: 100, perSecond: 20, burst: 1 });
    await submit(esme, 200);
    await world.pass(3_000);
    expect(view()).toMatchObject({
      limit: 'rate',
      ratePerSecond: 20,
      limitText: expect.stringMatching(/^rate: 20\/s are allowed, .* raise connectors\.a\.throughput$/),
    });
  });

  it('upstream: it says "slow down"', async () => {
    const esme = await begin({ window: 10 });
    world.centre('a').react = (_, at) =>
      at % 10 === 5 ? { status: status.ESME_RTHROTTLED } : { delayMs: 2 };
    await submit(esme, 1_000);
    await world.pass(5_000);
    expect(view()).toMatchObject({ limit: 'upstream', limitText: expect.stringContaining('slow down') });
  });

  it('upstream: it hangs, and then the breaker opens', async () => {
    const esme = await begin({
      window: 3,
      responseTimeoutMs: 20_000,
      breaker: { failures: 3 },
      unknown: 'fail',
    });
    world.centre('a').react = () => 'hang';
    await submit(esme, 20);
    await world.pass(5_000);
    expect(view()).toMatchObject({ limit: 'upstream', inFlight: 3, breaker: 'closed' });
    await world.pass(16_000);
    expect(view()).toMatchObject({
      limit: 'breaker',
      breaker: 'open',
      counters: { breakerOpened: 1, unanswered: 3 },
    });
    expect(world.events).toContainEqual(expect.objectContaining({ connector: 'a', type: 'breaker.opened' }));
    world.centre('a').react = () => ({});
    await world.pass(60_000);
    expect(view()).toMatchObject({ limit: 'idle', breaker: 'closed' });
    expect(world.events).toContainEqual(expect.objectContaining({ connector: 'a', type: 'breaker.closed' }));
  });

  it('binds: none stands, and the messages wait', async () => {
    const esme = await begin({ binds: 2 });
    world.centre('a').cut();
    await world.pass(1_500);
    await submit(esme, 3);
    await world.pass(3_000);
    expect(view()).toMatchObject({
      state: 'connecting',
      binds: { bound: 0, wanted: 2 },
      limit: 'binds',
      limitText: expect.stringMatching(
        /^binds: none of 2 stands, the last try failed: .*a is down.*; 3 messages wait$/,
      ),
    });
    expect(view().counters.bindFailures).toBeGreaterThan(0);
    expect(world.upstream('a').heldMs('window')).toBeLessThan(100);
    const [{ waitMs = 0 } = {}] = world.gateway.network.upstreams.waits();
    expect(waitMs).toBeGreaterThanOrEqual(3_000);
  });

  it('of one that was paused, resumed, stopped', async () => {
    const esme = await begin({});
    world.upstream('a').pause();
    await submit(esme, 2);
    await world.pass(100);
    expect(view()).toMatchObject({ state: 'paused', limit: 'idle', queued: 2, binds: { bound: 1 } });
    world.upstream('a').start();
    await world.pass(100);
    expect(view()).toMatchObject({ state: 'bound', queued: 0, counters: { taken: 2 } });
    await world.upstream('a').stop(0);
    expect(view()).toMatchObject({ state: 'stopped', limit: 'idle', binds: { bound: 0, wanted: 1 } });
  });

  it('of two binds in separate directions, and of several connectors at once', async () => {
    world = await World.start({
      connectors: [connector('a', { bind: 'transmitter+receiver' }), connector('b', { bind: 'receiver' })],
      routes: [via(['a,b'])],
    });
    const esme = await world.esme();
    world.centre('a').react = () => 'hang';
    await submit(esme, 15);
    await world.pass(100);
    const [a, b] = connectorViews(world.gateway.network.upstreams.list(), world.gateway.center);
    expect(a).toMatchObject({ binds: { bound: 2, wanted: 2 }, inFlight: 10, window: 10, queued: 5 });
    expect(b).toMatchObject({ binds: { bound: 1, wanted: 1 }, limit: 'binds', queued: 5 });
  });

  it('sessions that were lost still count in the traffic', async () => {
    const esme = await begin({});
    await submit(esme, 4);
    await world.pass(100);
    const { binds } = world.upstream('a');
    const before = binds.traffic.sums(binds.sessions);
    expect(before.requestsOut).toBe(4);
    world.centre('a').cut(false);
    await world.pass(3_000);
    const after = binds.traffic.sums(binds.sessions);
    expect(after.requestsOut).toBe(4);
    expect(after.bytesOut).toBeGreaterThan(before.bytesOut);
  });
});
