import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkWebhook } from '../../src/webhooks/webhook-connector.ts';
import { settled } from '../rig.ts';
import { hookBench, secretOf } from './bench.ts';

const hourMs = 3_600_000;

describe('a receiver that is down', () => {
  it('gets one post at a time after some failures in a row, with pauses between, and all when it is back', async () => {
    const { receiver, hook, submit, clock } = await hookBench({ concurrency: 10 });
    receiver.status = 500;
    await submit(5);
    expect(receiver.posts).toHaveLength(5);
    expect(hook.capacity()).toBe(0);
    receiver.status = undefined;
    await submit(20);
    expect(receiver.open).toBe(0);
    await clock.advance(1_000);
    // The probe is under way, and nothing beside it.
    expect(receiver.open).toBe(1);
    expect(hook.capacity()).toBe(0);
    receiver.answer(500);
    await clock.advance(1_999);
    expect(receiver.open).toBe(0);
    await clock.advance(1);
    expect(receiver.open).toBe(1);
    receiver.answer(204);
    await settled();
    expect(receiver.open).toBe(10);
    expect(hook.health.failures).toBe(0);
  });

  it('is asked within a minute, however long it has been down', async () => {
    const { receiver, submit, clock } = await hookBench();
    receiver.status = 500;
    await submit(30);
    await clock.advance(hourMs);
    const before = receiver.posts.length;
    await clock.advance(60_000);
    expect(receiver.posts.length).toBeGreaterThan(before);
    expect(receiver.posts.length).toBeLessThan(before + 3);
  });

  it('is not down when it asks for less', async () => {
    const { receiver, hook, submit } = await hookBench();
    receiver.status = 429;
    await submit(8);
    expect(hook.health.failures).toBe(0);
    expect(hook.capacity()).toBe(10);
  });

  it('an event is given up after a day, and stays to be looked at', async () => {
    const { receiver, hook, submit, clock, center } = await hookBench();
    receiver.status = 500;
    const [message] = await submit(1);
    await clock.advance(24 * hourMs - 1);
    expect(await center.find(message?.id ?? 0)).toMatchObject({ state: 'enroute' });
    await clock.advance(hourMs);
    const found = await center.find(message?.id ?? 0);
    expect(found).toMatchObject({ state: 'undeliverable', error: 500 });
    expect(found?.timeline).toContain('status=500 given up after 86400000 ms');
    expect(hook.deliveries.list()).toMatchObject([{ id: message?.publicId, state: 'failed', status: 500 }]);
    const posts = receiver.posts.length;
    await clock.advance(24 * hourMs);
    expect(receiver.posts).toHaveLength(posts);
  });
});

describe('a webhook is switched off', () => {
  it('by 410: that event has failed, the others wait until it is switched on', async () => {
    const { receiver, hook, submit, clock, center, notices } = await hookBench({ concurrency: 1 });
    receiver.status = 410;
    const messages = await submit(3);
    await clock.advance(hourMs);
    expect(receiver.posts).toHaveLength(1);
    expect(hook.health.offBecause).toBe('it said 410 Gone');
    expect(notices).toMatchObject([{ type: 'webhook.disabled', webhook: 'crm', detail: 'it said 410 Gone' }]);
    expect(await center.find(messages[2]?.id ?? 0)).toMatchObject({ state: 'enroute', attempts: 0 });
    receiver.status = 204;
    expect(hook.health.switchOn()).toBe(true);
    await settled();
    expect(receiver.posts).toHaveLength(3);
    expect(await center.find(messages[2]?.id ?? 0)).toMatchObject({ state: 'delivered' });
    expect(notices.at(-1)).toMatchObject({ type: 'webhook.enabled' });
    expect(hook.health.switchOn()).toBe(false);
  });

  it('by as many failures in a row as it may have, with warnings before', async () => {
    const { hook, notices } = await hookBench({ failureLimit: 20 });
    for (let count = 0; count < 25; count += 1) hook.health.failed('status=500');
    expect(notices.map(({ type, failures, limit }) => [type, failures, limit])).toEqual([
      ['webhook.failing', 10, 20],
      ['webhook.failing', 14, 20],
      ['webhook.failing', 18, 20],
      ['webhook.disabled', 20, 20],
    ]);
    expect(notices.map(({ detail }) => /^\d+ %/.exec(detail)?.[0])).toEqual([
      '50 %',
      '70 %',
      '90 %',
      '100 %',
    ]);
    expect(hook.capacity()).toBe(0);
  });

  it('not by failures with a success between, nor by any number where there is no limit', async () => {
    const limited = await hookBench({ failureLimit: 3 });
    for (let count = 0; count < 10; count += 1) {
      limited.hook.health.failed('status=500');
      limited.hook.health.failed('status=500');
      limited.hook.health.succeeded();
    }
    expect(limited.hook.health.offBecause).toBeUndefined();
    const free = await hookBench();
    for (let count = 0; count < 1_000; count += 1) free.hook.health.failed('status=500');
    expect([free.hook.health.offBecause, free.notices]).toEqual([undefined, []]);
  });

  it('takes back what it had taken and not posted', async () => {
    const { receiver, hook, submit, center } = await hookBench({ concurrency: 3 });
    receiver.status = undefined;
    const messages = await submit(6);
    receiver.answer(410);
    await settled();
    expect(hook.capacity()).toBe(0);
    expect(receiver.posts).toHaveLength(3);
    expect(await center.find(messages[5]?.id ?? 0)).toMatchObject({ state: 'enroute' });
  });
});

describe('secrets that change', () => {
  afterEach(() => void vi.useRealTimers());

  it('receivers verify with each of them, the newest first, until the oldest is taken away', async () => {
    const both = await hookBench({ secret: secretOf(2), previousSecrets: [secretOf(1)] });
    await both.submit(1);
    const one = await hookBench({ secret: secretOf(2) });
    await one.submit(1);
    vi.useFakeTimers({ now: both.clock.nowMs(), toFake: ['Date'] });
    const [post] = both.receiver.posts;
    const [later] = one.receiver.posts;
    expect(post?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const octet of [1, 2])
      expect(new Webhook(secretOf(octet)).verify(post?.body ?? '', post?.headers ?? {})).toMatchObject({
        version: 1,
      });
    expect(() => new Webhook(secretOf(3)).verify(post?.body ?? '', post?.headers ?? {})).toThrow();
    expect(() => new Webhook(secretOf(1)).verify(later?.body ?? '', later?.headers ?? {})).toThrow();
    expect(() => new Webhook(secretOf(2)).verify(later?.body ?? '', later?.headers ?? {})).not.toThrow();
  });

  it('are looked at by number, and not repeated', () => {
    const settings = { name: 'crm', url: 'https://example.com/', secret: secretOf(1) };
    expect(() => checkWebhook({ ...settings, previousSecrets: [secretOf(2), 'hush hush'] })).toThrow(
      new RangeError(
        'webhook "crm": previousSecrets, number 2, must be base64, as whsec_ and 32 random octets in base64',
      ),
    );
    const five = [2, 3, 4, 5, 6].map(secretOf);
    expect(() => checkWebhook({ ...settings, previousSecrets: five })).toThrow(/at most 4 previousSecrets/);
  });
});

describe('deliveries', () => {
  it('are told newest first, by event, with tries and the answer, and without texts', async () => {
    const { receiver, hook, submit, clock } = await hookBench();
    receiver.status = 500;
    const [first] = await submit(1);
    await clock.advance(60_000);
    receiver.status = 204;
    const [second] = await submit(1);
    const list = hook.deliveries.list();
    expect(list).toMatchObject([
      { id: second?.publicId, state: 'delivered', tries: 1, status: 204, answer: 'noted' },
      { id: first?.publicId, messageId: first?.publicId, state: 'waiting', status: 500 },
    ]);
    expect(list[1]?.tries).toBeGreaterThan(1);
    expect(JSON.stringify(list)).not.toContain('Text 0');
  });

  it('are no more than 500', async () => {
    const { hook, submit } = await hookBench();
    const messages = await submit(510);
    expect(hook.deliveries.list()).toHaveLength(500);
    expect(hook.deliveries.list().map(({ id }) => id)).toContain(messages[509]?.publicId);
    expect(hook.deliveries.list().map(({ id }) => id)).not.toContain(messages[0]?.publicId);
  });
});
