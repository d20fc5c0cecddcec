import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { boundHeap, growingPercent, growthFactor } from '../../src/start/heap-bounds.ts';

const mebi = 1024 * 1024;

test.each([
  [0, 2],
  [32 * mebi, 2],
  [64 * mebi - 1, 2],
  [64 * mebi, 1],
  [128 * mebi, 1],
] as const)('%i octets for new objects may grow by a factor of %i', (octets, factor) => {
  expect(growthFactor(octets)).toBe(factor);
});

test.each([
  [0, 100],
  [10 * mebi, 100],
  [100 * mebi, 100],
  [201 * mebi, 50],
  [1_000 * mebi, 30],
] as const)('to %i octets %i percent may come before all is collected', (octets, percent) => {
  expect(growingPercent(octets)).toBe(percent);
});

function resultOf(program: string, isBound: boolean): number {
  const url = new URL('../../src/start/heap-bounds.ts', import.meta.url).href;
  const bound = isBound ? `import { boundHeap } from ${JSON.stringify(url)}; boundHeap();` : '';
  const args = ['--conditions=chappe-source', '--input-type=module', '--eval', bound + program];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: patient(60_000) }));
}

/**
 * Makes objects that live for a while, as messages do, until the heap has set more than 64 MB aside for new ones, or for so
 * many turns; says how much that was, in MB.
 */
const youngMb = (turns: number): string => `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { setImmediate as turn } from 'node:timers/promises';
  let kept = [];
  let highest = 0;
  for (let at = 0; at < ${turns} && highest <= 64; at += 1) {
    for (let of = 0; of < 20_000; of += 1) kept.push({ of, list: [of] });
    if (kept.length > 400_000) kept = [];
    await turn();
    const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    highest = Math.max(highest, space_size / ${mebi});
  }
  console.log(highest);
`;

test('what the heap sets aside for new objects stays at 64 MB under load', {
  timeout: patient(60_000),
}, () => {
  expect(resultOf(youngMb(5_000), false), 'without the bound, or this test shows nothing').toBeGreaterThan(
    64,
  );
  expect(resultOf(youngMb(300), true)).toBeLessThanOrEqual(64);
});

/** What a thread of the store has for new objects under load once the main thread's space may not grow, in MB. */
const threadMb = `
  import { Worker } from 'node:worker_threads';
  import { setFlagsFromString } from 'node:v8';
  setFlagsFromString('--semi-space-growth-factor=1');
  const text = \`
    import { getHeapSpaceStatistics } from 'node:v8';
    import { setImmediate as turn } from 'node:timers/promises';
    import { parentPort } from 'node:worker_threads';
    let kept = [];
    for (let at = 0; at < 100; at += 1) {
      for (let of = 0; of < 5_000; of += 1) kept.push({ of, list: [of] });
      if (kept.length > 20_000) kept = [];
      await turn();
    }
    const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    parentPort.postMessage(space_size / ${mebi});
  \`;
  const worker = new Worker(text, { eval: true, resourceLimits: { maxYoungGenerationSizeMb: 16 } });
  worker.on('message', (mb) => console.log(mb));
`;

test('the space for new objects of a thread of the store does not stay at what it begins with', {
  timeout: patient(60_000),
}, () => {
  expect(resultOf(threadMb, false), 'without the bound, or this test shows nothing').toBeLessThan(8);
  expect(resultOf(threadMb, true)).toBeGreaterThanOrEqual(8);
});

test('all three bounds are set at once', () => {
  const flags: string[] = [];
  boundHeap((flag) => flags.push(flag.replace(/\d+/, 'N')));
  expect(flags.slice(0, 3).toSorted()).toEqual([
    '--heap-growing-percent=N',
    '--min-semi-space-size=N',
    '--semi-space-growth-factor=N',
  ]);
});
