/** What all callers share over HTTP: one account takes none of another's. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readerLimits } from '../src/routes/events.ts';
import { waitLimits } from '../src/routes/wait-for-message.ts';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';

let rig: ManagedRig;
beforeAll(async () => {
  rig = await startManaged();
});
afterAll(() => rig.close());

it('waits', async () => {
  const url = 'messages/wait?to=1&timeout=60';
  const { events } = rig.gateway;
  const original = events.subscribe;
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  let count = 0;
  events.subscribe = (...args) => {
    count += 1;
    if (count === waitLimits.each) resolve();
    return original.apply(events, args);
  };
  const leaving = new AbortController();
  const waiting = Array.from({ length: waitLimits.each }, () =>
    rig.app.inject({
      url: `/api/v1/${url}`,
      headers: { authorization: `Bearer ${keys.acme}` },
      signal: leaving.signal,
    }),
  );
  await begun;
  expect(await rig.as(keys.acme)('GET', url)).toMatchObject({ status: 503, json: { code: 'full' } });
  for (const key of [keys.bank, keys.admin]) {
    expect((await rig.as(key)('GET', 'messages/wait?to=1&timeout=1ms')).status).toBe(408);
  }
  leaving.abort();
  await Promise.allSettled(waiting);
});

it('readers of events', async () => {
  await rig.app.listen({ host: '127.0.0.1', port: 0 });
  const address = rig.app.server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const ending = new AbortController();
  const open = async (key: string): Promise<number> => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers, signal: ending.signal });
    return answer.status;
  };
  const statuses = await Promise.all(Array.from({ length: readerLimits.each }, () => open(keys.acme)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await open(keys.acme)).toBe(503);
  expect(await open(keys.bank)).toBe(200);
  expect(await open(keys.admin)).toBe(200);
  ending.abort();
});
