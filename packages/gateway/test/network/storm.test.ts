/** Everything at once, by chance but the same each time: operators fail in all ways, and nothing may be lost or stuck. */
import { status } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import { type Esme, start } from '../rig.ts';
import type { Centre, Reaction, Submitted } from './centre.ts';
import { account, connector, settingsOf, via, World, type WorldSettings } from './world.ts';

/** Numbers from 0 to 1 (mulberry32). */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const moods: readonly ((random: () => number) => Reaction)[] = [
  () => ({}),
  (random) => ({ delayMs: 1 + Math.floor(random() * 400) }),
  (random) => (random() < 0.5 ? { status: status.ESME_RTHROTTLED } : {}),
  (random) => (random() < 0.5 ? { status: status.ESME_RSYSERR } : { delayMs: 5 }),
  (random) => (random() < 0.3 ? { status: status.ESME_RINVDSTADR } : {}),
  (random) => (random() < 0.3 ? { status: status.ESME_RMSGQFUL } : {}),
  (random) => (random() < 0.3 ? 'hang' : {}),
  (random) => (random() < 0.1 ? 'cut' : { delayMs: 20 }),
];

function settings(window: number): WorldSettings {
  const soon = { firstMs: 500, longestMs: 5_000 };
  const retry = { system: soon, full: soon, unknown: soon };
  const common = { responseTimeoutMs: 3_000, retry, reconnect: { minMs: 500, maxMs: 2_000 } };
  const failover = { onReceipt: ['undeliverable' as const], receiptAfterMs: 30_000, queuedMs: 5_000 };
  return {
    accounts: [account('acme', { credit: { mode: 'prepaid' } }), account('other')],
    connectors: [
      connector('a', { ...common, window, unknown: 'wait', unknownWaitMs: 20_000 }),
      connector('b', {
        ...common,
        window: 3,
        perSecond: 40,
        unknown: 'resend',
        breaker: { failures: 4, pauseMs: 3_000 },
      }),
      connector('c', { ...common, unknown: 'fail', longMessages: 'sar' }),
    ],
    routes: [
      via(['c', 'a'], failover, { name: 'codes', from: ['CODE'], priority: 3, price: { perSegment: 25 } }),
      via(['a*2,b', 'c'], failover, { name: 'rest', price: { perSegment: 10 } }),
    ],
  };
}

class Storm {
  readonly world: World;
  readonly random: () => number;
  readonly ids: string[] = [];
  readonly told: Set<Submitted> = new Set();
  readonly received: string[] = [];
  esme!: Esme;

  readonly withDisk: boolean;

  constructor(world: World, random: () => number, withDisk: boolean) {
    this.withDisk = withDisk;
    this.world = world;
    this.random = random;
  }

  get centres(): Centre[] {
    return [...this.world.centres.values()];
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  async bind(): Promise<void> {
    this.esme = await this.world.esme();
  }

  async unbind(): Promise<void> {
    await this.world.pass(5);
    this.received.push(...this.esme.texts);
    await this.esme.drop();
  }

  async submit(): Promise<void> {
    const isLong = this.random() < 0.1;
    const text = Buffer.alloc(isLong ? 350 : 20, `m${this.ids.length} `);
    const { command_status, message_id } = await this.esme.submit({
      source_addr: this.random() < 0.2 ? 'CODE' : 'ACME',
      destination_addr: `4477009${String(Math.floor(this.random() * 90_000) + 10_000)}`,
      validity_period: this.random() < 0.1 ? '000000000020000R' : '',
      ...(isLong
        ? { short_message: new Uint8Array(0), tlvs: { message_payload: text } }
        : { short_message: text }),
    });
    // A disk that fails takes nothing, and says so.
    if (command_status === 0) this.ids.push(message_id);
    else expect([status.ESME_RSYSERR, status.ESME_RMSGQFUL]).toContain(command_status);
  }

  /** Tells of some that were taken; `all`: of all that have not been told of, as delivered. */
  tell(all = false): void {
    for (const centre of this.centres) {
      if (centre.sessions.length === 0) continue;
      for (const one of centre.submitted) {
        if (one.id === '' || this.told.has(one) || (!all && this.random() < 0.7)) continue;
        this.told.add(one);
        const stat = !all && this.random() < 0.3 ? 'UNDELIV' : 'DELIVRD';
        const times = this.random() < 0.1 ? 2 : 1;
        // A connection that breaks now has heard nothing: then it is told again.
        for (let time = 0; time < times; time += 1)
          centre.receipt(one, { stat }).then(
            (answer) => answer === 0 || this.told.delete(one),
            () => this.told.delete(one),
          );
      }
    }
  }

  /** The disk fails for a moment: some commits are not made, some are made and said not to be. */
  async failDisk(): Promise<void> {
    const { store } = this.world;
    const commit = store.commit.bind(store);
    store.commit = async (changes, owner) => {
      if (this.random() < 0.5) await commit(changes, owner);
      throw new Error('disk');
    };
    await Promise.race([this.submit(), this.world.pass(500)]);
    this.tell();
    await this.world.pass(500);
    store.commit = commit;
    await this.world.pass(3_000);
    this.world.rig.errors.length = 0;
  }

  async step(): Promise<void> {
    const at = this.random();
    if (this.withDisk && this.random() < 0.01) await this.failDisk();
    if (at < 0.55) await this.submit();
    else if (at < 0.7) await this.world.pass(Math.floor(this.random() * 400));
    else if (at < 0.8) {
      const mood = this.pick(moods);
      this.pick(this.centres).react = () => mood(this.random);
    } else if (at < 0.83) this.pick(this.centres).cut(true);
    else if (at < 0.87) this.pick(this.centres).isDown = false;
    else if (at < 0.93) this.tell();
    else if (at < 0.95 && this.ids.length > 0) {
      const message_id = this.pick(this.ids);
      await this.esme.request<'cancel_sm'>({ command: 'cancel_sm', message_id, source_addr: '' });
    } else if (at < 0.97) {
      await this.unbind();
      await this.world.pass(200);
      await this.bind();
    } else if (at < 0.98) {
      await this.world.gateway.apply(settingsOf(settings(2 + Math.floor(this.random() * 8))));
    } else await this.world.pass(4_000);
  }

  async calm(): Promise<void> {
    for (const centre of this.centres) {
      centre.isDown = false;
      centre.react = () => ({});
    }
    await this.world.until(
      async () => {
        this.tell(true);
        const views = await Promise.all(this.ids.map((id) => this.world.gateway.messages.get(id)));
        return views.every((view) => view !== undefined && view.state !== 'enroute');
      },
      2_000,
      400,
    );
    await this.world.pass(20_000);
    this.received.push(...this.esme.texts);
  }
}

const waitingLanes = (world: World) =>
  world.gateway.center
    .depths()
    .filter(
      ({ lane, waiting, queued, flying }) => !lane.startsWith('unmatched:') && waiting + queued + flying > 0,
    );

describe('a storm', () => {
  it.each([
    [1, false],
    [2, false],
    [3, false],
    [4, false],
    [5, true],
    [6, true],
    [7, true],
    [8, true],
  ])('number %i, with a failing disk: %s', async (seed, withDisk) => {
    const random = chance(seed);
    const world = await World.start(settings(5), { random });
    await world.gateway.ledger.credit(
      { account: 'acme', kind: 'top-up', amount: 1_000_000, by: 'test' },
      start,
    );
    const storm = new Storm(world, random, withDisk);
    await storm.bind();
    for (let step = 0; step < 400; step += 1) await storm.step();
    await storm.calm();

    // Each message has ended once, and its customer has heard of it once.
    const heard = new Map<string, number>();
    for (const text of storm.received) {
      const id = /^id:(\S+)/.exec(text)?.[1] ?? '';
      heard.set(id, (heard.get(id) ?? 0) + 1);
    }
    const wrong = storm.ids.filter((id) => heard.get(id) !== 1);
    const stories = await Promise.all(wrong.map(async (id) => [heard.get(id), await world.view(id)]));
    expect(stories).toEqual([]);
    expect(heard.size).toBe(storm.ids.length);
    // Nothing is left anywhere, and no slot is lost.
    expect(waitingLanes(world)).toEqual([]);
    for (const upstream of world.gateway.network.upstreams.list()) {
      expect([upstream.name, upstream.outstanding, upstream.group.unsaved]).toEqual([upstream.name, 0, 0]);
      expect(upstream.group.room).toBe(upstream.window);
    }
    // And the books are right.
    expect(world.gateway.ledger.account('acme').reserved).toBe(0);
    await world.stop();
  });
});
