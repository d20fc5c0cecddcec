/** How many requests a key may make, and what its answers say of it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Allowances } from '../src/auth/allowances.ts';
import type { AuthOptions } from '../src/index.ts';
import { keyHash, keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { StandingClock } from './rig.ts';

const nights = 'key-of-the-nights-0123';
const shop = 'key-of-the-shop-0123456';

async function limited(auth: Partial<AuthOptions>): Promise<{ rig: ManagedRig; clock: StandingClock }> {
  const clock = new StandingClock();
  const rig = await startManaged({ clock, auth: { adminKeyHashes: [keyHash(keys.admin)], ...auth } });
  onTestFinished(() => rig.close());
  return { rig, clock };
}

describe('a key with a limit', () => {
  test('is told what it has left, then when to come again, and may again a second later', async () => {
    const { rig, clock } = await limited({ rate: () => 2 });
    const first = await rig.admin('GET', 'config');
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"default";q=2;w=1',
      ratelimit: '"default";r=1;t=1',
    });
    expect(first.headers['retry-after']).toBeUndefined();
    expect((await rig.admin('GET', 'config')).headers.ratelimit).toBe('"default";r=0;t=1');
    const refused = await rig.admin('GET', 'config');
    expect([refused.status, refused.json.code]).toEqual([429, 'throttled']);
    expect(refused.headers).toMatchObject({
      'content-type': expect.stringContaining('application/problem+json'),
      'ratelimit-policy': '"default";q=2;w=1',
      ratelimit: '"default";r=0;t=1',
      'retry-after': '1',
    });
    clock.ms += 500;
    expect((await rig.admin('GET', 'config')).status).toBe(200);
    expect((await rig.admin('GET', 'config')).status).toBe(429);
    clock.ms += 60_000;
    expect((await rig.admin('GET', 'config')).headers.ratelimit).toBe('"default";r=1;t=1');
  });

  test('takes nothing from others, nor from the other keys of its account', async () => {
    const { rig } = await limited({
      rate: () => 1,
      keys: () => [{ name: 'shop', role: 'account', account: 'acme', hash: keyHash(shop) }],
    });
    expect((await rig.as(keys.acme)('GET', 'messages')).status).toBe(200);
    expect((await rig.as(keys.acme)('GET', 'messages')).status).toBe(429);
    for (const key of [keys.bank, keys.admin, shop]) {
      expect((await rig.as(key)('GET', 'messages')).status).toBe(200);
      expect((await rig.as(key)('GET', 'messages')).status).toBe(429);
    }
  });

  test('has its own rate before that of all, as it is now', async () => {
    let rate = 3;
    const { rig } = await limited({
      rate: () => 1,
      keys: () => [{ name: 'nights', role: 'operator', hash: keyHash(nights), rate }],
    });
    const policy = async (key: string) => (await rig.as(key)('GET', 'config')).headers['ratelimit-policy'];
    expect(await policy(nights)).toBe('"default";q=3;w=1');
    expect(await policy(keys.admin)).toBe('"default";q=1;w=1');
    const { rig: other } = await limited({
      keys: () => [{ name: 'nights', role: 'operator', hash: keyHash(nights), rate }],
    });
    rate = 5;
    const { headers } = await other.as(nights)('GET', 'config');
    expect(headers.ratelimit).toBe('"default";r=4;t=1');
    // Without a default the others have no limit, and hear of none.
    expect((await other.admin('GET', 'config')).headers['ratelimit-policy']).toBeUndefined();
  });

  test('pays for what it may not do and for what is wrong too; the headers are there', async () => {
    const { rig } = await limited({ rate: () => 3 });
    const acme = rig.as(keys.acme);
    const forbidden = await acme('GET', 'accounts');
    expect([forbidden.status, forbidden.headers.ratelimit]).toEqual([403, '"default";r=2;t=1']);
    const wrong = await acme('POST', 'messages', { nonsense: true });
    expect([wrong.status, wrong.headers.ratelimit]).toEqual([400, '"default";r=1;t=1']);
    const missing = await acme('GET', 'messages/0');
    expect(missing.status).toBeGreaterThanOrEqual(400);
    expect(missing.headers.ratelimit).toBe('"default";r=0;t=1');
    expect((await acme('GET', 'messages')).status).toBe(429);
  });

  test('a batch is one request', async () => {
    const { rig } = await limited({ rate: () => 2 });
    await rig.admin('POST', 'ledger/acme/credits', { amount: '10' });
    const messages = Array.from({ length: 50 }, (_, n) => ({ to: `4477009${10_000 + n}`, text: 'x' }));
    const { status, headers, json } = await rig.as(keys.acme)('POST', 'messages/batch', { messages });
    expect([status, headers.ratelimit], JSON.stringify(json)).toEqual([202, '"default";r=1;t=1']);
  });

  test('who has no key is not told of limits, and what is open has none', async () => {
    const { rig } = await limited({ rate: () => 1 });
    for (let n = 0; n < 3; n += 1) {
      const { statusCode, headers } = await rig.app.inject({
        url: '/livez',
        headers: { 'x-api-key': keys.admin },
      });
      expect([statusCode, headers.ratelimit]).toEqual([200, undefined]);
    }
    expect((await rig.as(undefined)('GET', 'config')).headers['ratelimit-policy']).toBeUndefined();
  });
});

describe('buckets', () => {
  test('of less than one a second have a longer window', () => {
    const clock = new StandingClock();
    const buckets = new Allowances(clock);
    expect(buckets.take('a', 0.5).headers).toEqual({
      'ratelimit-policy': '"default";q=1;w=2',
      ratelimit: '"default";r=0;t=2',
    });
    clock.ms += 500;
    expect(buckets.take('a', 0.5)).toMatchObject({ isGranted: false, headers: { 'retry-after': '2' } });
    clock.ms += 1_500;
    expect(buckets.take('a', 0.5).isGranted).toBe(true);
  });

  test('never give more than the rate, whatever the steps of time', () => {
    const clock = new StandingClock();
    const buckets = new Allowances(clock);
    let granted = 0;
    for (let ms = 0; ms < 10_000; ms += 7) {
      clock.ms = ms;
      if (buckets.take('a', 30).isGranted) granted += 1;
    }
    // Those of ten seconds, and a full bucket at the beginning.
    expect(granted).toBeGreaterThanOrEqual(325);
    expect(granted).toBeLessThanOrEqual(330);
  });

  test('are so many at most, and those that are used stay', () => {
    const buckets = new Allowances(new StandingClock(), 3);
    for (const name of ['a', 'b', 'c']) buckets.take(name, 1);
    expect(buckets.take('a', 1).isGranted).toBe(false);
    buckets.take('d', 1);
    expect(buckets.size).toBe(3);
    expect(buckets.take('a', 1).isGranted).toBe(false);
    expect(buckets.take('b', 1).isGranted).toBe(true);
  });
});
