import { expect, it } from 'vitest';
import { idAt, NOON_MS } from '../../center/src/conformance/given.ts';
import { seeded } from '../../center/test/support/simulated-clock.ts';
import { IdIndex } from '../src/id-index.ts';

it('is a map, whatever comes and goes', () => {
  const next = seeded(1);
  const index = new IdIndex();
  const model = new Map<number, number>();
  // Ids as they are: some thousand of a millisecond follow each other, and then there is a gap.
  const idOf = (): number => idAt(NOON_MS + Math.floor(next() * 3) * 1_000, Math.floor(next() * 4_000));
  for (let step = 0; step < 200_000; step += 1) {
    const id = idOf();
    // It fills, and empties again.
    const isFilling = Math.floor(step / 20_000) % 2 === 0;
    if (next() < (isFilling ? 0.7 : 0.2)) {
      index.set(id, step);
      model.set(id, step);
    } else {
      index.delete(id);
      model.delete(id);
    }
    expect(index.size).toBe(model.size);
    const other = idOf();
    expect(index.get(other)).toBe(model.get(other) ?? -1);
  }
  for (const [id, number] of model) expect(index.get(id)).toBe(number);
});
