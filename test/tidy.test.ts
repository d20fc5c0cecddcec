import { expect, test } from 'vitest';
import { breaches } from '../scripts/tidy.ts';

test('the sources keep the rules of the house', () => {
  expect(breaches()).toEqual([]);
});
