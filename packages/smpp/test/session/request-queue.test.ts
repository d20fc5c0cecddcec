import { expect, test } from 'vitest';
import { RequestQueue } from '../../src/session/request-queue.ts';

function waiting(untilMs: number) {
  return { pdu: { command: 'submit_sm' }, done: () => undefined, timeoutMs: 0, untilMs } as const;
}

test('first in, first out, over many rounds', () => {
  const queue = new RequestQueue();
  const items = Array.from({ length: 5_000 }, (_, i) => waiting(i));
  for (const item of items) queue.push(item);
  for (let i = 0; i < 3_000; i++) expect(queue.shift()).toBe(items[i]);
  expect(queue.length).toBe(2_000);
  expect(queue.remove(items[0]!)).toBe(false);
  expect(queue.remove(items[4_000]!)).toBe(true);
  expect(queue.expire(3_500)).toHaveLength(501);
  expect(queue.deadlineMs).toBe(3_501);
  expect(queue.clear()).toHaveLength(1_498);
  expect([queue.length, queue.shift(), queue.deadlineMs]).toEqual([0, undefined, Number.POSITIVE_INFINITY]);
});
