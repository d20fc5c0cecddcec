/** A disk that does not answer fails nothing: it is noticed, said, and nobody waits for it for ever. */
import { type CenterError, type Change, MemoryStore, type Store } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { draft, ScriptedConnector, startRig } from './support/rig.ts';
import { settle } from './support/simulated-clock.ts';

type Call = 'commit' | 'claim' | 'take' | 'takeExpired' | 'close';

/** A disk that hangs in one of its calls, from then on until it is let go. */
class HangingStore extends MemoryStore {
  hangs: Call | 'all' | undefined;
  #waiting: (() => void)[] = [];

  letGo(): void {
    this.hangs = undefined;
    for (const go of this.#waiting.splice(0)) go();
  }

  async #wait(call: Call): Promise<void> {
    // As with one thread that writes: what is behind a call that hangs hangs too.
    if (this.hangs === call || this.hangs === 'all' || this.#waiting.length > 0)
      await new Promise<void>((go) => this.#waiting.push(go));
  }

  override async commit(changes: readonly Change[]): Promise<void> {
    const frozen = changes.map((change) => ({ ...change, message: { ...change.message } }));
    await this.#wait('commit');
    return super.commit(frozen);
  }

  override async claim(...asked: Parameters<Store['claim']>): ReturnType<Store['claim']> {
    await this.#wait('claim');
    return super.claim(...asked);
  }

  override async take(...asked: Parameters<Store['take']>): ReturnType<Store['take']> {
    await this.#wait('take');
    return super.take(...asked);
  }

  override async takeExpired(...asked: Parameters<Store['takeExpired']>): ReturnType<Store['takeExpired']> {
    await this.#wait('takeExpired');
    return super.takeExpired(...asked);
  }

  override async close(): Promise<void> {
    await this.#wait('close');
    return super.close();
  }
}

const codes = (errors: readonly Error[]): unknown[] => errors.map((error) => (error as CenterError).code);

describe('a disk that hangs', () => {
  it.each<readonly [Call, (rig: Awaited<ReturnType<typeof startRig>>) => void]>([
    ['commit', ({ center }) => center.submit([draft()], () => undefined)],
    ['takeExpired', () => undefined],
    ['claim', ({ center, out }) => center.attach('waiting', out)],
    ['take', ({ center }) => void center.retryNow(1)],
  ])('in %s is told once within seconds, refuses what comes, and recovers by itself', async (call, begin) => {
    const store = new HangingStore();
    const rig = await startRig({ store });
    const { center, clock, errors } = rig;
    await center.submitOne(draft({ lane: 'waiting' }));
    store.hangs = call;
    begin(rig);
    await clock.advance(4_000);
    expect([center.failure, errors]).toEqual([undefined, []]);
    await clock.advance(3_500);
    expect(center.failure?.code).toBe('CHAPPE_STORE_STALLED');
    expect(center.diskWaitMs).toBeGreaterThanOrEqual(5_000);
    for (let at = 0; at < 3; at += 1)
      await expect(center.submitOne(draft())).rejects.toMatchObject({ code: 'CHAPPE_STORE_STALLED' });
    await clock.advance(60_000);
    expect(codes(errors)).toEqual(['CHAPPE_STORE_STALLED']);
    store.letGo();
    await settle();
    await clock.advance(2_000);
    expect([center.failure, center.diskWaitMs]).toEqual([undefined, 0]);
    await center.submitOne(draft());
    await center.stop();
  });

  it('answers those who wait: at once what it was not given, and the rest within ten seconds', async () => {
    const store = new HangingStore();
    const { center, clock, out } = await startRig({ store });
    center.attach('out', out);
    store.hangs = 'commit';
    const ends: string[] = [];
    const submit = (name: string): void =>
      center.submit([draft({ text: name })], (error) => ends.push(`${name} ${error?.code ?? 'stored'}`));
    submit('first');
    await settle();
    submit('second');
    await settle();
    submit('third');
    await clock.advance(7_000);
    expect(ends).toEqual(['third CHAPPE_STORE_STALLED']);
    await clock.advance(5_000);
    expect(ends.slice(1).sort()).toEqual(['first CHAPPE_STORE_STALLED', 'second CHAPPE_STORE_STALLED']);
    // What was refused is not stored when the disk comes back, and nobody gets it.
    store.letGo();
    await clock.advance(5_000);
    expect((await center.search({})).messages).toEqual([]);
    expect([out.got, center.unfinished, center.inMemory]).toEqual([[], 0, { messages: 0, octets: 0 }]);
    submit('fourth');
    await settle();
    await clock.advance(1_000);
    expect([ends.at(-1), out.got.map(({ text }) => text)]).toEqual(['fourth stored', ['fourth']]);
    await center.stop();
  });

  it('keeps outcomes: what was delivered meanwhile is stored, once, when it answers again', async () => {
    const store = new HangingStore();
    const { center, clock, out } = await startRig({ store });
    out.answer = () => undefined;
    center.attach('out', out);
    const { id } = await center.submitOne(draft({ receiptWanted: 1 }));
    await settle();
    store.hangs = 'commit';
    out.release({ kind: 'delivered' });
    await clock.advance(30_000);
    expect(center.failure?.code).toBe('CHAPPE_STORE_STALLED');
    store.letGo();
    await clock.advance(5_000);
    expect(await store.find(id)).toMatchObject({ state: 'delivered' });
    expect(center.counters).toMatchObject({ delivered: 1, receipts: 1 });
    await center.stop();
  });

  it('is not one that is slow, whatever waits for it', async () => {
    const store = new HangingStore();
    const { center, clock, errors } = await startRig({ store });
    let stored = 0;
    for (let round = 0; round < 10; round += 1) {
      store.hangs = 'all';
      for (let at = 0; at < 3; at += 1) {
        center.submit([draft()], () => {
          stored += 1;
        });
      }
      await clock.advance(4_000);
      store.letGo();
      await settle();
    }
    await clock.advance(3_000);
    expect([stored, errors, center.failure]).toEqual([30, [], undefined]);
    await center.stop();
  });
});

describe('a stop while the disk hangs', () => {
  it.each<Call>(['commit', 'close'])('ends all the same, and says what it is (%s)', async (call) => {
    const store = new HangingStore();
    const { center, clock, out } = await startRig({ store });
    center.attach('out', new ScriptedConnector());
    await center.submitOne(draft());
    store.hangs = call;
    center.submit([draft()], () => undefined);
    const ends: unknown[] = [];
    center.stop({ drainMs: 1_000 }).then(
      () => ends.push('stopped'),
      (error: CenterError) => ends.push(error.code),
    );
    await clock.advance(20_000);
    expect([ends, out.got]).toEqual([['CHAPPE_STORE_STALLED'], []]);
    expect(clock.timers).toBe(0);
  });
});
