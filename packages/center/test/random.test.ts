import { expect, it } from 'vitest';
import { systemRandom } from '../src/index.ts';

it('random numbers lie from 0 to 1, evenly, and never repeat themselves', () => {
  const count = 20_000;
  const numbers = Array.from({ length: count }, systemRandom);
  expect(new Set(numbers).size).toBe(count);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const inside = numbers.filter((number) => Math.floor(number * 10) === tenth).length;
    // Ten standard deviations.
    expect(Math.abs(inside - count / 10)).toBeLessThan(10 * Math.sqrt(count * 0.09));
  }
});
