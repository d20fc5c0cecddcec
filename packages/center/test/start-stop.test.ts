/** The order of starting and stopping: nothing moves before `run`, and a stop is over once. */
import { Center, MemoryStore } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { draft, ScriptedConnector, startRig } from './support/rig.ts';
import { settle } from './support/simulated-clock.ts';

/** A store that outlives its center. */
class LastingStore extends MemoryStore {
  override async close(): Promise<void> {}
}

describe('the order of starting and stopping', () => {
  it('nothing moves and nothing is taken between open and run', async () => {
    const store = new LastingStore();
    const before = await startRig({ store });
    await before.center.submitOne(draft({ expiresMs: before.clock.nowMs() + 1_000 }));
    await before.center.submitOne(draft());
    await before.center.stop();
    const steps: string[] = [];
    const center = new Center({ store, clock: before.clock, onChange: (_, step) => steps.push(step) });
    await center.open();
    const out = new ScriptedConnector();
    center.attach('out', out);
    await before.clock.advance(10_000);
    await expect(center.submitOne(draft())).rejects.toMatchObject({ code: 'CHAPPE_CENTER_STOPPED' });
    expect([steps, out.got, center.unfinished]).toEqual([[], [], 2]);
    center.run();
    center.run();
    await before.clock.advance(2_000);
    expect([steps.sort(), out.got.length]).toEqual([['delivered', 'expired'], 1]);
    await center.stop();
    center.run();
    await expect(center.submitOne(draft())).rejects.toMatchObject({ code: 'CHAPPE_CENTER_STOPPED' });
  });

  it('a second stop is over when the first is', async () => {
    const { center, clock, out } = await startRig();
    out.answer = () => undefined;
    center.attach('out', out);
    await center.submitOne(draft());
    await settle();
    const over: number[] = [];
    for (const at of [1, 2]) void center.stop({ drainMs: 1_000 }).then(() => over.push(at));
    await settle();
    expect(over).toEqual([]);
    await clock.advance(2_000);
    expect(over).toEqual([1, 2]);
  });
});
