import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
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

/** Makes objects that live for a while, as messages do, and says how much the heap set aside for new ones, in MB. */
const program = (isBound: boolean): string => `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { setImmediate as turn } from 'node:timers/promises';
  ${isBound ? `import { boundYoungGeneration } from ${JSON.stringify(new URL('../../src/start/young-generation.ts', import.meta.url).href)}; boundYoungGeneration();` : ''}
  let kept = [];
  for (let at = 0; at < 300; at += 1) {
    for (let of = 0; of < 20_000; of += 1) kept.push({ of, list: [of] });
    if (kept.length > 400_000) kept = [];
    await turn();
  }
  const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  console.log(space_size / ${mebi});
`;

function newSpaceMb(isBound: boolean): number {
  const args = ['--conditions=chappe-source', '--input-type=module', '--eval', program(isBound)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('what the heap sets aside for new objects stays at 64 MB under load', () => {
  const highest = newSpaceMb(false);
  expect(highest, 'without the bound, or this test shows nothing').toBeGreaterThan(64);
  expect(newSpaceMb(true)).toBeLessThanOrEqual(64);
});
