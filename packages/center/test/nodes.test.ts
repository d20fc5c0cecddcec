/** Two centers on one store: of one node, where the later one has the place of the other, and of two. */
import { Center, type CenterOptions, MemoryStore, type Message, type Owner } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { draft, startRig } from './support/rig.ts';
import { SimulatedClock, settle } from './support/simulated-clock.ts';

const fenced = { code: 'CHAPPE_STORE_FENCED' };
type Rig = Awaited<ReturnType<typeof startRig>>;

/** A center that holds what it has: its connector answers when told. */
async function holding(store: MemoryStore, options: Partial<CenterOptions> = {}): Promise<Rig> {
  const rig = await startRig({ store, ...options });
  rig.out.answer = () => undefined;
  rig.center.attach('out', rig.out);
  await settle();
  return rig;
}

/** Of a process that may be stopped for a while: time passes, and no timer runs. */
class SleepyClock extends SimulatedClock {
  #sleptMs = 0;

  sleep(ms: number): void {
    this.#sleptMs += ms;
  }

  override nowMs(): number {
    return super.nowMs() + this.#sleptMs;
  }

  override monotonicMs(): number {
    return super.monotonicMs() + this.#sleptMs;
  }
}

const texts = (messages: readonly Message[]): (string | undefined)[] => messages.map(({ text }) => text);

describe('a center whose node is begun anew', () => {
  it('is told once, takes and hands out nothing more, and nothing that it has is stored', async () => {
    const store = new MemoryStore();
    const first = await holding(store);
    first.out.room = 1;
    const [one, two] = await first.center.submitAll([draft({ text: 'one' }), draft({ text: 'two' })]);
    await settle();
    expect(texts(first.out.got)).toEqual(['one']);
    const second = await holding(store);
    expect(texts(second.out.got)).toEqual(['one', 'two']);
    // By what it cannot store it learns that the next one is not its own any more.
    first.out.room = 0;
    first.out.release({ kind: 'failed', state: 'undeliverable', error: 8 });
    await settle();
    first.out.room = 1_000;
    first.out.ready?.();
    await first.clock.advance(5_000);
    await expect(first.center.submitOne(draft())).rejects.toMatchObject(fenced);
    expect(first.center.failure).toMatchObject(fenced);
    expect(texts(first.out.got)).toEqual(['one']);
    expect(first.errors).toMatchObject([fenced]);
    second.out.release({ kind: 'delivered' });
    await settle();
    for (const message of [one, two])
      expect(await second.center.find(message?.id ?? 0)).toMatchObject({ state: 'delivered' });
    expect(second.errors).toEqual([]);
    // It waits for nothing that cannot be stored.
    await first.center.stop();
    await second.center.stop();
  });

  it('hears of it within a sweep where it has nothing to store', async () => {
    const store = new MemoryStore();
    const first = await startRig({ store });
    const second = await startRig({ store });
    await first.clock.advance(1_000);
    expect(first.errors).toMatchObject([fenced]);
    expect(second.center.failure).toBeUndefined();
  });
});

describe('two nodes on one store', () => {
  const leaseMs = 3_000;

  it('make ids of their own in one millisecond, long and short', async () => {
    const store = new MemoryStore({ nodes: 2, leaseMs });
    const clock = new SimulatedClock();
    const rigs = [await holding(store, { clock }), await holding(store, { clock, node: 1 })];
    const idForm = 'short' as const;
    const all = await Promise.all(
      Array.from({ length: 400 }, (_, at) =>
        (rigs[at % 2] as Rig).center.submitAll([draft({ idForm }), draft(), draft()]),
      ),
    );
    const messages = all.flat();
    expect(new Set(messages.map(({ id }) => id)).size).toBe(1_200);
    expect(new Set(messages.map(({ publicId }) => publicId)).size).toBe(1_200);
  });

  it('one that ends without a word is taken over, and hands out nothing when it wakes', async () => {
    const store = new MemoryStore({ nodes: 2, leaseMs });
    const clock = new SleepyClock();
    const sleeper = await holding(store, { clock });
    sleeper.out.room = 1;
    const other = await holding(store, { node: 1 });
    await sleeper.center.submitAll([draft({ text: 'one' }), draft({ text: 'two' })]);
    await settle();
    await other.clock.advance(leaseMs - 1);
    expect(other.out.got).toEqual([]);
    await other.clock.advance(leaseMs);
    expect(texts(other.out.got)).toEqual(['one', 'two']);
    expect(other.out.got[0]?.timeline).toMatch(/recovered uncertain=1/);
    other.out.release({ kind: 'delivered' });
    await settle();
    expect(other.center.unfinished).toBe(0);
    // Its timers have not run yet, and nobody has told it anything.
    clock.sleep(2 * leaseMs);
    sleeper.out.room = 1_000;
    sleeper.out.ready?.();
    await settle();
    expect(texts(sleeper.out.got)).toEqual(['one']);
    await clock.advance(leaseMs);
    expect(texts(sleeper.out.got)).toEqual(['one']);
    expect(sleeper.errors).toMatchObject([fenced]);
  });

  it('one that cannot renew hands nothing out from before its lease ends until it can again', async () => {
    const store = new MemoryStore({ nodes: 2, leaseMs });
    const rig = await holding(store);
    const renew = store.renew.bind(store);
    let fails = true;
    store.renew = (owner: Owner, nowMs: number) =>
      fails ? Promise.reject(new Error('no way there')) : renew(owner, nowMs);
    await rig.clock.advance(2_400);
    await rig.center.submitOne(draft({ text: 'in time' }));
    await settle();
    expect(texts(rig.out.got)).toEqual(['in time']);
    await rig.clock.advance(200);
    await rig.center.submitOne(draft({ text: 'late' }));
    await rig.clock.advance(1_000);
    expect(texts(rig.out.got)).toEqual(['in time']);
    expect(rig.errors.length).toBeGreaterThan(0);
    fails = false;
    await rig.clock.advance(2_000);
    expect(texts(rig.out.got)).toEqual(['in time', 'late']);
  });

  it('one that there is no room for does not start', async () => {
    const center = new Center({ store: new MemoryStore(), node: 1 });
    await expect(center.start()).rejects.toMatchObject({ code: 'CHAPPE_STORE_FAILED' });
  });
});
