import { SmppClient } from '@chappe/smpp';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../sandbox/src/sandbox.ts';

/** Every object inside a value, itself included, by its path. */
function objectsOf(value: unknown, path = ''): (readonly [string, object])[] {
  if (typeof value !== 'object' || value === null) return [];
  return [
    [path, value],
    ...Object.entries(value).flatMap(([name, inner]) => objectsOf(inner, `${path}.${name}`)),
  ];
}

test('counters are those of a moment: what happens later does not change them', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { gateway } = sandbox;
  const before = gateway.counters();
  const copy = structuredClone(before);
  const client = await SmppClient.connect(sandbox.url.replace('//', '//demo:secret@'));
  onTestFinished(() => client.close());
  await client.send({ to: '447700900123', text: 'one' });
  await sandbox.waitForMessage('to:447700900123 state:delivered');
  expect(before).toEqual(copy);
  const after = gateway.counters();
  expect(after.center.accepted - before.center.accepted).toBe(1);
  const seen = new Set(objectsOf(before).map(([, object]) => object));
  expect(
    objectsOf(after)
      .filter(([, object]) => seen.has(object))
      .map(([path]) => path),
  ).toEqual([]);
});
