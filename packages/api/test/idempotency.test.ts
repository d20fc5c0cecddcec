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

  it('keeps no more keys than allowed: the eldest goes', async () => {
    const keys = new IdempotencyKeys(new StandingClock(), { keys: 3 });
    for (const key of ['a', 'b', 'c', 'd']) await keys.once(key, 'f', answer(key));
    expect(keys.size).toBe(3);
    expect((await keys.once('b', 'f', answer('new'))).body).toBe('b');
    expect((await keys.once('a', 'f', answer('new'))).body).toBe('new');
  });

  it('keeps no more octets than allowed', async () => {
    const keys = new IdempotencyKeys(new StandingClock(), { octets: 10_000 });
    for (const key of ['a', 'b', 'c', 'd']) await keys.once(key, 'f', answer('x'.repeat(3_000)));
    expect(keys.size).toBeLessThan(3);
    expect(keys.size).toBeGreaterThan(0);
  });

  it('counts back to nothing', async () => {
    const clock = new StandingClock();
    const keys = new IdempotencyKeys(clock, { keptMs: 10, octets: 2_000 });
    for (let round = 0; round < 50; round += 1) {
      await keys.once('same', 'f', answer('x'.repeat(1_000)));
      clock.ms += 10;
    }
    await keys.once('a', 'f', answer('x'.repeat(400)));
    await keys.once('b', 'f', answer('x'.repeat(400)));
    expect(keys.size).toBe(2);
  });

  it('tells all who wait when the work fails, and forgets it', async () => {
    const keys = new IdempotencyKeys(new StandingClock());
    const { promise, reject } = Promise.withResolvers<never>();
    const both = [keys.once('a', 'f', () => promise), keys.once('a', 'f', () => promise)];
    reject(new Error('no'));
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(keys.size).toBe(0);
  });
});
