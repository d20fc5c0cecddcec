import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { growthFactor } from '../../src/start/young-generation.ts';

const mebi = 1024 * 1024;

test.each([
  [0, 2],
  [32 * mebi, 2],
  [64 * mebi - 1, 2],
  [64 * mebi, 1],
  [128 * mebi, 1],
] as const)('%i octets may grow by a factor of %i', (octets, factor) => {
  expect(growthFactor(octets)).toBe(factor);
});

/**
 * Makes objects that live for a while, as messages do, until the heap has set more than 64 MB aside for new ones, or for so
 * many turns; says how much that was, in MB.
 */
const program = (turns: number, isBound: boolean): string => `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { setImmediate as turn } from 'node:timers/promises';
  ${isBound ? `import { boundYoungGeneration } from ${JSON.stringify(new URL('../../src/start/young-generation.ts', import.meta.url).href)}; boundYoungGeneration();` : ''}
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

function highestMb(turns: number, isBound: boolean): number {
  const args = ['--conditions=chappe-source', '--input-type=module', '--eval', program(turns, isBound)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('what the heap sets aside for new objects stays at 64 MB under load', {
  timeout: patient(60_000),
}, () => {
  expect(highestMb(5_000, false), 'without the bound, or this test shows nothing').toBeGreaterThan(64);
  expect(highestMb(300, true)).toBeLessThanOrEqual(64);
});
