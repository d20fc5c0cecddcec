import type { ConnectorSettings } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const text = (words: string) => ({ short_message: Buffer.from(words) });
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

async function begin(settings: Partial<ConnectorSettings>): Promise<Esme> {
  world = await World.start({ connectors: [connector('a', settings)], routes: [via(['a'])] });
  return world.esme();
}

/** Submits without waiting for the answers. */
async function burst(esme: Esme, texts: readonly string[], more: object = {}): Promise<void> {
  await Promise.all(texts.map((words) => esme.submit({ ...text(words), ...more })));
}

describe('an upstream that says "slow down"', () => {
  it('gets all messages in their order, slower, and each that it did not take again', async () => {
    const esme = await begin({ window: 5 });
    const a = world.centre('a');
    a.react = (_, at) => (at >= 20 && at < 30 ? { status: status.ESME_RTHROTTLED } : {});
    await burst(esme, numbers(100));
    await world.pass(60_000);
    const taken = a.submitted.filter(({ id }) => id !== '').map((one) => one.text);
    expect(taken).toEqual(numbers(100));
    expect(world.upstream('a').counters).toMatchObject({ throttled: 10, taken: 100 });
    expect(world.upstream('a').counters.statuses.get(status.ESME_RTHROTTLED)).toBe(10);
    expect(world.upstream('a').breaker).toBe('closed');
  });

  it('is left alone for a moment, and its rate is below what it refused', async () => {
    const esme = await begin({ window: 10, perSecond: 100, burst: 1 });
    const a = world.centre('a');
    let isFull = false;
    a.react = () => (isFull ? { status: status.ESME_RTHROTTLED } : {});
    await burst(esme, numbers(1_000));
    await world.pass(2_000);
    isFull = true;
    await world.pass(10);
    isFull = false;
    const at = world.clock.monotonicMs();
    const before = a.submitted.length;
    await world.pass(200);
    expect(a.submitted.length).toBe(before);
    await world.pass(800);
    expect(a.submitted.length - before).toBeGreaterThan(5);
    expect(a.submitted.length - before).toBeLessThan(60);
    expect(world.upstream('a').perSecond).toBeLessThan(100);
    expect(a.submitted[before]?.atMs ?? 0).toBeGreaterThanOrEqual(at + 200);
    await world.pass(60_000);
    expect(a.submitted.filter(({ id }) => id !== '').map((one) => one.text)).toEqual(numbers(1_000));
    expect(world.upstream('a').perSecond).toBeCloseTo(100, 0);
  });

  it.each([
    ['20 s', 20_000, {}],
    ['2 s', 2_000, {}],
    ['two minutes', 120_000, {}],
    ['20 s with a code of its own', 20_000, { statuses: [{ status: 0x0401, means: 'throttled' }] }],
    ['20 s without a rate set', 20_000, { perSecond: undefined }],
  ] as const)('for %s, and then takes all, has its rate back ten seconds later', async (_, lastsMs, more) => {
    const esme = await begin({ window: 10, perSecond: 100, burst: 5, ...more });
    const a = world.centre('a');
    const refusal = 'statuses' in more ? 0x0401 : status.ESME_RTHROTTLED;
    const endsMs = world.clock.monotonicMs() + 2_000 + lastsMs;
    a.react = () => {
      const nowMs = world.clock.monotonicMs();
      return nowMs >= endsMs - lastsMs && nowMs < endsMs ? { status: refusal } : { delayMs: 50 };
    };
    await burst(esme, numbers(4_000));
    await world.pass(2_000 + lastsMs);
    const refused = world.upstream('a').counters.throttled;
    // One try a second at the end of a long one, each answered within its pause.
    expect(refused).toBeLessThan(40 + (lastsMs / 1_000) * 5);
    await world.pass(11_000);
    const before = a.submitted.length;
    await world.pass(5_000);
    expect(a.submitted.length - before).toBeGreaterThan(450);
    expect(world.upstream('a').counters.throttled).toBe(refused);
  });

  it.each([20_000, 120_000])(
    'by ESME_RMSGQFUL for all: it is tried slowly for %i ms, and has its rate back ten seconds later',
    async (lastsMs) => {
      const esme = await begin({ window: 10, perSecond: 100, burst: 5 });
      const a = world.centre('a');
      const endsMs = world.clock.monotonicMs() + lastsMs;
      a.react = () =>
        world.clock.monotonicMs() < endsMs ? { status: status.ESME_RMSGQFUL } : { delayMs: 50 };
      await burst(esme, numbers(1_500));
      await world.pass(lastsMs);
      const refused = world.upstream('a').counters.postponed;
      expect(refused).toBeLessThan(60 + (lastsMs / 1_000) * 5);
      await world.pass(10_000);
      const before = a.submitted.length;
      await world.pass(5_000);
      expect(a.submitted.length - before).toBeGreaterThan(450);
      await world.pass(60_000);
      expect(world.upstream('a').counters).toMatchObject({ postponed: refused, taken: 1_500 });
    },
  );

  it('of one handset, with ESME_RMSGQFUL: the others keep the rate', async () => {
    const esme = await begin({ window: 10, perSecond: 100, burst: 5 });
    const a = world.centre('a');
    a.react = ({ destination_addr }) =>
      destination_addr === '447700900999' ? { status: status.ESME_RMSGQFUL } : {};
    await Promise.all(
      numbers(1_000).map((at) =>
        esme.submit({
          destination_addr: Number(at) % 3 === 0 ? '447700900999' : `44770080${1_000 + Number(at)}`,
        }),
      ),
    );
    await world.pass(11_000);
    expect(world.upstream('a').counters).toMatchObject({ postponed: 334, taken: 666 });
  });

  it('to what is beyond half of our rate: it settles near that, with few refused', async () => {
    const esme = await begin({ window: 10, perSecond: 100, burst: 1 });
    const a = world.centre('a');
    const taken: number[] = [];
    a.react = () => {
      const nowMs = world.clock.monotonicMs();
      while (taken.length > 0 && nowMs - (taken[0] ?? 0) >= 1_000) taken.shift();
      if (taken.length >= 50) return { status: status.ESME_RTHROTTLED };
      taken.push(nowMs);
      return {};
    };
    await burst(esme, numbers(4_000));
    await world.pass(30_000);
    const { counters } = world.upstream('a');
    const before = { ...counters };
    await world.pass(30_000);
    expect(counters.taken - before.taken).toBeGreaterThan(30 * 40);
    expect(counters.throttled - before.throttled).toBeLessThan(30);
  });

  it('with `throttled` in the failover the next one takes over at once', async () => {
    world = await World.start({
      connectors: ['a', 'b'],
      routes: [via(['a', 'b'], { on: ['throttled'] })],
    });
    world.centre('a').react = () => ({ status: status.ESME_RTHROTTLED });
    const esme = await world.esme();
    await esme.submit();
    await world.pass();
    expect(world.centre('b').texts).toEqual(['Hello']);
  });

  it('a code of its own that means so', async () => {
    const esme = await begin({ statuses: [{ status: 0x0401, means: 'throttled' }], window: 1 });
    const a = world.centre('a');
    a.react = (_, at) => (at === 0 ? { status: 0x0401 } : {});
    await burst(esme, ['0', '1', '2']);
    await world.pass(5_000);
    expect(a.texts).toEqual(['0', '0', '1', '2']);
  });
});

describe('how much an upstream is given', () => {
  it('the window is never exceeded, and always used', async () => {
    const esme = await begin({ window: 7 });
    const a = world.centre('a');
    let open = 0;
    let most = 0;
    a.react = () => {
      open += 1;
      most = Math.max(most, open);
      world.clock.setTimer(() => {
        open -= 1;
      }, 50);
      return { delayMs: 50 };
    };
    await burst(esme, numbers(70));
    await world.pass(60);
    expect(most).toBe(7);
    await world.pass(600);
    expect(a.texts).toEqual(numbers(70));
    expect(most).toBe(7);
    expect(world.upstream('a').responseMs).toBeCloseTo(50, 0);
  });

  it('several binds share the load, each with its own window', async () => {
    const esme = await begin({ window: 2, binds: 3 });
    const a = world.centre('a');
    a.react = () => 'hang';
    await burst(esme, numbers(20));
    await world.pass();
    expect(a.submitted).toHaveLength(6);
    const bySession = new Map<unknown, number>();
    for (const { session } of a.submitted) bySession.set(session, (bySession.get(session) ?? 0) + 1);
    expect([...bySession.values()]).toEqual([2, 2, 2]);
  });

  it('the rate: so many a second, evenly, and in order', async () => {
    const esme = await begin({ perSecond: 20, burst: 1, window: 100 });
    const a = world.centre('a');
    await burst(esme, numbers(100));
    const from = world.clock.monotonicMs();
    await world.pass(1_000);
    expect(a.submitted.length).toBeGreaterThanOrEqual(18);
    expect(a.submitted.length).toBeLessThanOrEqual(22);
    await world.pass(4_500);
    expect(a.texts).toEqual(numbers(100));
    for (let second = 0; second < 4; second += 1) {
      const [begin, end] = [from + second * 1_000, from + (second + 1) * 1_000];
      const here = a.submitted.filter(({ atMs }) => atMs >= begin && atMs < end).length;
      expect(here).toBeGreaterThanOrEqual(18);
      expect(here).toBeLessThanOrEqual(22);
    }
  });
});

describe('priority', () => {
  it('a one-time code overtakes a campaign of the same customer in the same upstream', async () => {
    const esme = await begin({ perSecond: 10, burst: 1 });
    const a = world.centre('a');
    await burst(esme, numbers(500));
    await world.pass(1_000);
    const at = world.clock.monotonicMs();
    await esme.submit({ ...text('code'), priority_flag: 3 });
    await world.pass(1_000);
    const code = a.submitted.find((one) => one.text === 'code');
    expect(code).toBeDefined();
    expect((code?.atMs ?? 0) - at).toBeLessThan(300);
  });

  it('of another customer, and by another route to the same upstream', async () => {
    world = await World.start({
      connectors: [connector('a', { perSecond: 10, burst: 1 }), 'b'],
      routes: [
        via(['a'], undefined, { name: 'codes', from: ['CODE'], priority: 3 }),
        via(['a', 'b'], { on: [] }, { name: 'rest' }),
      ],
    });
    const a = world.centre('a');
    const campaign = await world.esme({ systemId: 'campaign' });
    const bank = await world.esme({ systemId: 'bank' });
    await burst(campaign, numbers(300));
    await world.pass(1_000);
    const at = world.clock.monotonicMs();
    await bank.submit({ ...text('code'), source_addr: 'CODE' });
    await world.pass(1_000);
    const code = a.submitted.find((one) => one.text === 'code');
    expect((code?.atMs ?? Number.POSITIVE_INFINITY) - at).toBeLessThan(300);
  });

  it('accounts of one priority take turns: a short queue is not behind a long one', async () => {
    world = await World.start({
      connectors: [connector('a', { perSecond: 10, burst: 1 })],
      routes: [via(['a'])],
    });
    const a = world.centre('a');
    const big = await world.esme({ systemId: 'big' });
    const small = await world.esme({ systemId: 'small' });
    await burst(big, numbers(500));
    await world.pass(1_000);
    await burst(small, ['x', 'y', 'z']);
    const at = world.clock.monotonicMs();
    await world.pass(3_000);
    const last = a.submitted.find((one) => one.text === 'z');
    expect((last?.atMs ?? Number.POSITIVE_INFINITY) - at).toBeLessThan(2_000);
  });

  it('an account may not ask for more than it is allowed', async () => {
    world = await World.start({
      accounts: [account('acme', { maxPriority: 1 })],
      connectors: ['a'],
      routes: [via(['a'])],
    });
    const esme = await world.esme();
    await esme.submit({ priority_flag: 3 });
    await world.pass();
    const { pdu } = world.centre('a').last;
    expect(pdu.command === 'submit_sm' && pdu.priority_flag).toBe(1);
  });

  it('a million of others waiting on disk do not hold it up: fetched past them', async () => {
    world = await World.start(
      { connectors: [connector('a', { perSecond: 10, burst: 1 })], routes: [via(['a'])] },
      { center: { limits: { sweepMs: 1_000, laneMessages: 50, memoryMessages: 50 } } },
    );
    const a = world.centre('a');
    const esme = await world.esme();
    await burst(esme, numbers(2_000).slice(0, 900));
    await world.pass(500);
    expect(world.gateway.center.depths().find(({ lane }) => lane === 'via:a')?.waiting).toBeGreaterThan(700);
    const at = world.clock.monotonicMs();
    await esme.submit({ ...text('code'), priority_flag: 3 });
    await world.pass(1_000);
    const code = a.submitted.find((one) => one.text === 'code');
    expect((code?.atMs ?? Number.POSITIVE_INFINITY) - at).toBeLessThan(300);
    await world.pass(100_000);
    expect(a.texts.filter((one) => one !== 'code')).toEqual(numbers(900));
  });
});
