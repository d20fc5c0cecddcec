import { expect, it } from 'vitest';
import { fuzz } from './fuzzing.ts';

it('survives 100,000 damaged PDUs', () => {
  const report = fuzz(100_000, 20_250_101);
  expect(report.failures).toEqual([]);
  // The damage is neither too light nor too heavy: every way of reading is reached.
  for (const mode of ['lenient', 'strict']) {
    for (const outcome of ['ok', 'flagged', 'malformed', 'unknown']) {
      expect(report.outcomes[`${mode} ${outcome}`] ?? 0, `${mode} ${outcome}`).toBeGreaterThan(500);
    }
  }
});
