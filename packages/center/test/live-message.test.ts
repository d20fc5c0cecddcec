import { expect, test } from 'vitest';
import { idAt, message, NOON_MS } from '../src/conformance/given.ts';
import { liveMessage, snapshot } from '../src/lanes/live-message.ts';

test('a copy of a message in memory is the message as it was stored, field for field, and stays so', () => {
  const stored = message(idAt(NOON_MS, 1));
  // Each value another one, so that no field can stand for another.
  const marked = Object.fromEntries(Object.keys(stored).map((key) => [key, `the ${key}`])) as never;
  const live = liveMessage(marked);
  const copy = snapshot(live);
  expect(copy).toStrictEqual(marked);
  live.attempts = 7;
  expect(copy).toStrictEqual(marked);
});
