/** The order of starting and stopping: nothing moves before all who hear of it are there, and nothing is left open. */
import { MemoryControl, MemoryStore } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { takeSteps } from '../src/gateway/open-parts.ts';
import { Gateway } from '../src/index.ts';
import { account, settingsOf, via, World } from './network/world.ts';
import { Rig, settled } from './rig.ts';

/** A store that outlives its gateway, and counts what moves messages. */
class LastingStore extends MemoryStore {
  moves = 0;
  closes = 0;

  override async close(): Promise<void> {
    this.closes += 1;
  }

  override claim(...asked: Parameters<MemoryStore['claim']>): ReturnType<MemoryStore['claim']> {
    this.moves += 1;
    return super.claim(...asked);
  }

  override takeExpired(
    ...asked: Parameters<MemoryStore['takeExpired']>
  ): ReturnType<MemoryStore['takeExpired']> {
    this.moves += 1;
    return super.takeExpired(...asked);
  }

  override commit(...asked: Parameters<MemoryStore['commit']>): ReturnType<MemoryStore['commit']> {
    this.moves += 1;
    return super.commit(...asked);
  }
}

class LastingControl extends MemoryControl {
  closes = 0;

  override async close(): Promise<void> {
    this.closes += 1;
  }
}

const settings = {
  accounts: [account('acme', { credit: { mode: 'postpaid' }, quota: { day: 100 } })],
  connectors: ['a'],
  routes: [via(['a'], undefined, { price: { perSegment: 10 } })],
} as const;

const reads = ['tallies', 'counts', 'recover', 'findByUpstreamId', 'search', 'list', 'get'] as const;
type Reads = (typeof reads)[number];

describe('while something is read at the start', () => {
  it.each(reads)('nothing moves: %s', async (slow) => {
    const store = new LastingStore();
    const control = new LastingControl();
    const isDown = (world: World): void => {
      world.centre('a').isDown = true;
    };
    const before = await World.start(settings, { beforeOpen: isDown }, store, control);
    const esme = await before.esme();
    for (let at = 0; at < 3; at += 1) await esme.submit({ validity_period: '000000000003000R' });
    await before.stop();
    expect(await store.tallies()).toMatchObject([{ accepted: 30, reserved: 30 }]);

    const slowed = (slow === 'list' || slow === 'get' ? control : store) as unknown as Record<
      Reads,
      (...asked: unknown[]) => Promise<unknown>
    >;
    const read = slowed[slow].bind(slowed);
    const waiting: (() => void)[] = [];
    slowed[slow] = async (...asked) => {
      await new Promise<void>((go) => waiting.push(go));
      return read(...asked);
    };
    const rig = new Rig(before.clock);
    store.moves = 0;
    let binds = 0;
    const starting = rig.open(
      {
        settings: settingsOf(settings),
        control,
        connect: () => {
          binds += 1;
          return before.centre('a').connect();
        },
        center: { limits: { sweepMs: 1_000 } },
      },
      store,
    );
    let isOpen = false;
    void starting.then(() => {
      isOpen = true;
    });
    // Time in which they expire, and in which all that is looked at every second would be looked at.
    await rig.clock.advance(10_000);
    // An upstream may have something for whoever binds, at once.
    expect([waiting.length > 0, isOpen, store.moves, binds]).toEqual([true, false, 0, 0]);
    for (let step = 0; step < 100 && !isOpen; step += 1) {
      for (const go of waiting.splice(0)) go();
      await settled();
    }
    slowed[slow] = read;
    await starting;
    await rig.clock.advance(5_000);
    expect((await rig.gateway.center.search({ kinds: ['mt'] })).messages.map(({ state }) => state)).toEqual([
      'expired',
      'expired',
      'expired',
    ]);
    expect(await rig.gateway.ledger.verify(() => rig.gateway.center.recount())).toEqual([]);
    expect([rig.gateway.ledger.balance('acme'), rig.errors, binds > 0]).toEqual([0, [], true]);
    await rig.stop();
  });
});

describe('a start that fails', () => {
  const fails = (what: string) => (): Promise<never> => Promise.reject(new Error(`${what} cannot be read`));

  it.each<readonly [Reads, 'store' | 'control']>([
    ['recover', 'store'],
    ['tallies', 'store'],
    ['counts', 'store'],
    ['list', 'control'],
    ['get', 'control'],
  ])('at %s of the %s leaves neither open', async (what, where) => {
    const store = new LastingStore();
    const control = new LastingControl();
    const broken = (where === 'store' ? store : control) as unknown as Record<string, unknown>;
    broken[what] = fails(what);
    const starting = Gateway.start({
      store,
      control,
      smpp: { port: 0 },
      settings: settingsOf(settings),
      accounts: { open: false, list: settings.accounts },
    });
    await expect(starting).rejects.toThrow(`${what} cannot be read`);
    expect([store.closes, control.closes]).toEqual([1, 1]);
  });

  it('by bad accounts, or with stores that cannot be closed, says why it failed', async () => {
    const store = new LastingStore();
    const control = new LastingControl();
    store.close = fails('close');
    const list = [{ systemId: '', password: 'x' }];
    await expect(Gateway.start({ store, control, accounts: { open: false, list } })).rejects.toThrow(
      RangeError,
    );
    expect(control.closes).toBe(1);
    control.list = fails('list');
    await expect(Gateway.start({ store, control, smpp: { port: 0 } })).rejects.toThrow('list cannot be read');
    expect(control.closes).toBe(2);
  });
});

describe('a stop', () => {
  it('goes on where a step fails, and tells the first failure to everybody who asks', async () => {
    const store = new LastingStore();
    const control = new LastingControl();
    const { gateway } = await Rig.start({ control }, store);
    gateway.network.stop = () => Promise.reject(new Error('network'));
    store.close = () => Promise.reject(new Error('store'));
    const stops = [gateway.stop({ drainMs: 0 }), gateway.stop()];
    for (const stop of stops) await expect(stop).rejects.toThrow('network');
    expect(control.closes).toBe(1);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('first'))],
    [
      'throws',
      () => {
        throw new Error('first');
      },
    ],
  ])('takes every step, be it that one %s', async (_, step) => {
    const taken: number[] = [];
    const steps = [() => taken.push(1), step, () => Promise.reject(new Error('second')), () => taken.push(2)];
    await expect(takeSteps(steps)).rejects.toThrow('first');
    expect(taken).toEqual([1, 2]);
  });
});
