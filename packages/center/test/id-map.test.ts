import { expect, it } from 'vitest';
import { idAt, NOON_MS } from '../src/conformance/given.ts';
import { IdMap } from '../src/id-map.ts';
import { seeded } from './support/simulated-clock.ts';

it('is a map, whatever comes and goes', () => {
  const next = seeded(1);
  const map = new IdMap<string>();
  const model = new Map<number, string>();
  // Ids as they are: some thousand of a millisecond follow each other, and then there is a gap.
  const idOf = (): number => idAt(NOON_MS + Math.floor(next() * 3) * 1_000, Math.floor(next() * 4_000));
  for (let step = 0; step < 200_000; step += 1) {
    const id = idOf();
    // It fills, and empties again.
    const isFilling = Math.floor(step / 20_000) % 2 === 0;
    if (next() < (isFilling ? 0.7 : 0.2)) {
      map.set(id, String(step));
      model.set(id, String(step));
    } else expect(map.delete(id)).toBe(model.delete(id));
    const other = idOf();
    if (map.size !== model.size || map.get(other) !== model.get(other) || map.has(other) !== model.has(other))
      expect([map.size, map.get(other), map.has(other)]).toEqual([
        model.size,
        model.get(other),
        model.has(other),
      ]);
  }
  for (const [id, value] of model) expect(map.get(id)).toBe(value);
});
