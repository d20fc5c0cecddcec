import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdempotencyKeys } from '../src/idempotency.ts';
import { type Rig, StandingClock, startRig } from './rig.ts';

const url = '/api/v1/messages';
const body = { to: '447700900001', text: 'once' };

describe('Idempotency-Key', () => {
  let rig: Rig;
  let clock: StandingClock;
  beforeEach(async () => {
    clock = new StandingClock();
    rig = await startRig({ clock });
  });
  afterEach(() => rig.close());

  const sent = async (): Promise<number> => (await rig.get(`${url}?to=447700900001`)).json.messages.length;

  it('sends once and answers twice the same', async () => {
    const first = await rig.post(url, body, { 'idempotency-key': 'a' });
    const second = await rig.post(url, { text: 'once', to: '447700900001' }, { 'idempotency-key': 'a' });
    expect(second.status).toBe(202);
    expect(second.json).toEqual(first.json);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.headers.location).toBe(first.headers.location);
    expect(await sent()).toBe(1);
  });

  it('sends once when both come at the same time', async () => {
    const [first, second] = await Promise.all([
      rig.post(url, body, { 'idempotency-key': 'b' }),
      rig.post(url, body, { 'idempotency-key': 'b' }),
    ]);
    expect(first?.json).toEqual(second?.json);
    expect(await sent()).toBe(1);
  });

  it('refuses the same key with another body', async () => {
    await rig.post(url, body, { 'idempotency-key': 'c' });
    const { status, json } = await rig.post(url, { ...body, text: 'twice' }, { 'idempotency-key': 'c' });
    expect(status).toBe(422);
    expect(json.code).toBe('idempotency_key_reused');
    expect(await sent()).toBe(1);
  });

  it('forgets after 24 hours', async () => {
    const first = await rig.post(url, body, { 'idempotency-key': 'd' });
    clock.ms = 24 * 3_600_000 - 1;
    expect((await rig.post(url, body, { 'idempotency-key': 'd' })).json.id).toBe(first.json.id);
    clock.ms += 1;
    expect((await rig.post(url, body, { 'idempotency-key': 'd' })).json.id).not.toBe(first.json.id);
  });

  it('does not remember a refusal', async () => {
    const refused = await rig.post(url, { ...body, to: '447705550007' }, { 'idempotency-key': 'e' });
    expect(refused.status).toBe(429);
    expect((await rig.post(url, body, { 'idempotency-key': 'e' })).status).toBe(202);
  });

  it.each(['', ' ', 'a b', 'a'.repeat(256)])('refuses the key "%s"', async (key) => {
    const { status, json } = await rig.post(url, body, { 'idempotency-key': key });
    expect(status).toBe(400);
    expect(json.code).toBe('invalid_idempotency_key');
  });
});

describe('IdempotencyKeys', () => {
  const answer = (text: string) => () => Promise.resolve({ status: 202, body: text });

  it('of one caller are not those of another', async () => {
    const keys = new IdempotencyKeys(new StandingClock());
    await keys.once('alice', 'a', 'f', answer('1'));
    expect((await keys.once('bob', 'a', 'g', answer('2'))).body).toBe('2');
    expect((await keys.once('alice', 'a', 'f', answer('3'))).body).toBe('1');
  });

  it('keeps no more octets than allowed: the eldest of one caller goes', async () => {
    const keys = new IdempotencyKeys(new StandingClock(), { octets: 12_000 });
    for (const key of ['a', 'b', 'c', 'd']) await keys.once('me', key, 'f', answer('x'.repeat(3_000)));
    expect(keys.sizeOf('me')).toBe(3);
    expect((await keys.once('me', 'b', 'f', answer('new'))).headers).toEqual({
      'idempotency-replayed': 'true',
    });
    expect((await keys.once('me', 'a', 'f', answer('new'))).body).toBe('new');
  });

  it('nobody loses one because another has very many', async () => {
    const keys = new IdempotencyKeys(new StandingClock(), { octets: 100_000 });
    for (const key of ['order-1', 'order-2']) await keys.once('bob', key, 'f', answer(key));
    for (let count = 0; count < 5_000; count += 1) await keys.once('alice', `k${count}`, 'f', answer('x'));
    await keys.once('carol', 'c', 'f', answer('c'));
    for (let count = 0; count < 5_000; count += 1) await keys.once('alice', `l${count}`, 'f', answer('x'));
    expect((await keys.once('bob', 'order-1', 'f', answer('again'))).body).toBe('order-1');
    expect((await keys.once('carol', 'c', 'f', answer('again'))).body).toBe('c');
    expect(keys.sizeOf('alice')).toBeGreaterThan(150);
    expect(keys.sizeOf('alice')).toBeLessThan(200);
  });

  it('counts back to nothing', async () => {
    const clock = new StandingClock();
    const keys = new IdempotencyKeys(clock, { keptMs: 10, octets: 2_000 });
    for (let round = 0; round < 50; round += 1) {
      await keys.once('me', 'same', 'f', answer('x'.repeat(1_000)));
      clock.ms += 10;
    }
    await keys.once('me', 'a', 'f', answer('x'.repeat(400)));
    await keys.once('me', 'b', 'f', answer('x'.repeat(400)));
    expect(keys.sizeOf('me')).toBe(2);
  });

  it('tells all who wait when the work fails, and forgets it', async () => {
    const keys = new IdempotencyKeys(new StandingClock());
    const { promise, reject } = Promise.withResolvers<never>();
    const both = [keys.once('me', 'a', 'f', () => promise), keys.once('me', 'a', 'f', () => promise)];
    reject(new Error('no'));
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(keys.sizeOf('me')).toBe(0);
  });
});
