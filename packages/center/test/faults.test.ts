// The Nth commit fails, for every N until none is left to fail: nothing is acknowledged that is not stored, nothing that
// is acknowledged is lost, and every receipt comes.
import { isFinalState, MemoryStore } from '@chappe/center';
import { expect, test } from 'vitest';
import { type Fault, FaultyStore } from './support/faulty-store.ts';
import { draft, startRig } from './support/rig.ts';
import { SimulatedClock } from './support/simulated-clock.ts';

async function run(failing: number, fault: Fault, isLasting: boolean): Promise<{ readonly commits: number }> {
  const store = new FaultyStore(new MemoryStore());
  for (let at = 1; at < failing; at += 1) store.faults.push(undefined);
  for (let at = 0; at < (isLasting ? 5 : 1); at += 1) store.faults.push(fault);
  const { center, clock, out, back, errors } = await startRig({ store, clock: new SimulatedClock() });
  center.attach('out', out);
  center.attach('account:acme', back);
  const acknowledged: number[] = [];
  let refused = 0;
  for (let at = 0; at < 6; at += 1) {
    center.submit([draft({ receiptWanted: 3 }), draft({ receiptWanted: 3 })], (error, messages) => {
      if (error !== undefined) refused += 2;
      for (const { id } of messages) {
        expect(store.stored.has(id)).toBe(true);
        acknowledged.push(id);
      }
    });
    await clock.advance(20);
  }
  await clock.advance(120_000);
  expect(acknowledged.length + refused).toBe(12);
  expect(errors.length > 0).toBe(failing <= store.commits);
  for (const id of acknowledged) {
    const found = await center.find(id);
    expect(found !== undefined && isFinalState(found.state)).toBe(true);
  }
  expect(back.got.map((one) => one.of).sort()).toEqual([...acknowledged].sort());
  expect(center.unfinished).toBe(0);
  expect(center.failure).toBeUndefined();
  expect((await store.search({ limit: 1_000 })).messages.length).toBe(acknowledged.length);
  return { commits: store.commits };
}

test.each([
  ['before', false],
  ['before', true],
  ['after', false],
  ['after', true],
] as const)('commit N fails (%s it is written, lasting: %s)', async (fault, isLasting) => {
  let failing = 1;
  for (; failing < 100; failing += 1) {
    const { commits } = await run(failing, fault, isLasting);
    if (commits < failing) break;
  }
  expect(failing).toBeGreaterThan(8);
});
