import { setImmediate } from 'node:timers/promises';
import { MemoryControl } from '@chappe/center';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdempotencyKeys, type IdempotencyLimits } from '../src/idempotency.ts';
import { type Rig, StandingClock, SteppedClock, startRig } from './rig.ts';

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
  const begun = (
    limits: Partial<IdempotencyLimits> = {},
    clock = new StandingClock(),
    control = new MemoryControl(),
  ) => new IdempotencyKeys(control, clock, limits);
  const answer = (text: string) => () => Promise.resolve({ status: 202, body: text });

  it('of one caller are not those of another', async () => {
    const keys = begun();
    await keys.once('alice', 'a', 'f', answer('1'));
    expect((await keys.once('bob', 'a', 'g', answer('2'))).body).toBe('2');
    expect((await keys.once('alice', 'a', 'f', answer('3'))).body).toBe('1');
  });

  it('keeps no more octets than allowed: the eldest of one caller goes', async () => {
    const keys = begun({ octets: 12_000 });
    for (const key of ['a', 'b', 'c', 'd']) await keys.once('me', key, 'f', answer('x'.repeat(3_000)));
    expect(keys.sizeOf('me')).toBe(3);
    expect((await keys.once('me', 'b', 'f', answer('new'))).headers).toEqual({
      'idempotency-replayed': 'true',
    });
    expect((await keys.once('me', 'a', 'f', answer('new'))).body).toBe('new');
  });

  it('nobody loses one because another has very many', async () => {
    const keys = begun({ octets: 100_000 });
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
    const keys = begun({ keptMs: 10, octets: 2_000 }, clock);
    for (let round = 0; round < 50; round += 1) {
      await keys.once('me', 'same', 'f', answer('x'.repeat(1_000)));
      clock.ms += 10;
    }
    await keys.once('me', 'a', 'f', answer('x'.repeat(400)));
    await keys.once('me', 'b', 'f', answer('x'.repeat(400)));
    expect(keys.sizeOf('me')).toBe(2);
  });

  it('tells all who wait when the work fails, and forgets it', async () => {
    const keys = begun();
    const fail = async (): Promise<never> => {
      await setImmediate();
      throw new Error('no');
    };
    const both = [keys.once('me', 'a', 'f', fail), keys.once('me', 'a', 'f', fail)];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(keys.sizeOf('me')).toBe(0);
  });

  const kind = 'idempotency';
  const stored = async (control: MemoryControl): Promise<number> => (await control.list(kind)).length;

  it('of one caller are not those of another after a restart either', async () => {
    const control = new MemoryControl();
    const before = begun({}, undefined, control);
    await before.once('alice', 'a', 'f', answer('1'));
    await before.once('bob', 'a', 'g', answer('2'));
    const after = begun({}, undefined, control);
    expect((await after.once('bob', 'a', 'g', answer('3'))).body).toBe('2');
    expect((await after.once('alice', 'a', 'f', answer('3'))).body).toBe('1');
    expect((await after.once('carol', 'a', 'h', answer('3'))).body).toBe('3');
  });

  it('the store holds no more than is remembered', async () => {
    const control = new MemoryControl();
    const keys = begun({ octets: 12_000 }, undefined, control);
    for (const key of ['a', 'b', 'c', 'd']) await keys.once('me', key, 'f', answer('x'.repeat(3_000)));
    await keys.close();
    expect(await stored(control)).toBe(3);
    // A smaller bound from the next start on.
    const after = begun({ octets: 5_000 }, undefined, control);
    expect((await after.once('me', 'd', 'f', answer('new'))).body).toBe('x'.repeat(3_000));
    expect((await after.once('me', 'b', 'f', answer('new'))).body).toBe('new');
    await after.close();
    expect(after.sizeOf('me')).toBe(2);
    expect(await stored(control)).toBe(2);
  });

  it('after a restart too the eldest of the largest goes first', async () => {
    const control = new MemoryControl();
    const clock = new StandingClock();
    const before = begun({}, clock, control);
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      clock.ms += 1;
      await before.once('alice', key, 'f', answer('x'.repeat(1_000)));
    }
    await before.once('bob', 'a', 'f', answer('x'.repeat(1_000)));
    const after = begun({ octets: 6 * 1_600 }, clock, control);
    await after.once('carol', 'a', 'f', answer('x'.repeat(1_000)));
    expect((await after.once('bob', 'a', 'f', answer('new'))).body).not.toBe('new');
    expect((await after.once('alice', 'b', 'f', answer('new'))).body).not.toBe('new');
    expect((await after.once('alice', 'a', 'f', answer('new'))).body).toBe('new');
  });

  it('leave the store when their time is over, though nobody comes', async () => {
    const control = new MemoryControl();
    const clock = new SteppedClock();
    const keys = begun({}, clock, control);
    await keys.once('me', 'a', 'f', answer('1'));
    clock.advance(25 * 3_600_000);
    await keys.close();
    expect(await stored(control)).toBe(0);
    expect(keys.sizeOf('me')).toBe(0);
  });

  it('a clock that was set back makes none live longer than its time', async () => {
    const control = new MemoryControl();
    const clock = new StandingClock();
    clock.ms = 1_000_000;
    await begun({ keptMs: 10 }, clock, control).once('me', 'a', 'f', answer('1'));
    clock.ms = 0;
    const after = begun({ keptMs: 10 }, clock, control);
    expect((await after.once('me', 'a', 'f', answer('2'))).body).toBe('1');
    clock.ms = 10;
    expect((await after.once('me', 'a', 'f', answer('2'))).body).toBe('2');
  });

  it('work whose key cannot be written down is not begun', async () => {
    const control = new MemoryControl();
    const keys = begun({}, undefined, control);
    const write = control.write.bind(control);
    control.write = () => Promise.reject(new Error('disk'));
    let count = 0;
    const work = async () => {
      count += 1;
      return { status: 202, body: 'done' };
    };
    await expect(keys.once('me', 'a', 'f', work)).rejects.toThrow('disk');
    expect(count).toBe(0);
    control.write = write;
    expect((await keys.once('me', 'a', 'f', work)).body).toBe('done');
    expect(count).toBe(1);
  });

  it('keys that come together are written together', async () => {
    const control = new MemoryControl();
    const keys = begun({}, undefined, control);
    await Promise.all(Array.from({ length: 50 }, (_, at) => keys.once('me', `k${at}`, 'f', answer('1'))));
    expect(await control.revision()).toBeLessThanOrEqual(3);
  });

  it.each([
    'no JSON',
    'null',
    '{"version":1,"caller":"me","fingerprint":"f"}',
    '{"version":1,"caller":"me","fingerprint":"f","atMs":0,"answer":{"status":"ok"}}',
    '{"version":1,"caller":"me","fingerprint":"f","atMs":0,"answer":{"status":202,"body":"x","headers":{"a":1}}}',
    '{"caller":"me","fingerprint":"f","atMs":0}',
  ])('one that cannot be read any more is uncertain, for its time and not for ever: %s', async (value) => {
    const control = new MemoryControl();
    const clock = new StandingClock();
    await begun({}, clock, control).once('me', 'a', 'f', answer('1'));
    await begun({}, clock, control).once('me', 'b', 'f', answer('1'));
    const [{ key } = { key: '' }] = await control.list(kind);
    await control.write([{ kind, key, value }]);
    const outcomes = async (): Promise<readonly string[]> => {
      const keys = begun({}, clock, control);
      const all = ['a', 'b'].map((name) =>
        keys.once('me', name, 'f', answer('2')).then(
          ({ body }) => String(body),
          ({ code }) => String(code),
        ),
      );
      const told = await Promise.all(all);
      await keys.close();
      return told.sort();
    };
    expect(await outcomes()).toEqual(['1', 'idempotency_uncertain']);
    clock.ms = 23 * 3_600_000;
    expect(await outcomes()).toEqual(['1', 'idempotency_uncertain']);
    clock.ms = 24 * 3_600_000;
    expect(await outcomes()).toEqual(['2', '2']);
  });

  it('one of a newer version is uncertain, and stays as it is', async () => {
    const control = new MemoryControl();
    await begun({}, undefined, control).once('me', 'a', 'f', answer('1'));
    const [{ key } = { key: '' }] = await control.list(kind);
    const atMs = new StandingClock().nowMs();
    const value = JSON.stringify({
      version: 2,
      caller: 'me',
      fingerprint: 'of another kind',
      atMs,
      more: [],
    });
    await control.write([{ kind, key, value }]);
    const keys = begun({}, undefined, control);
    await expect(keys.once('me', 'a', 'f', answer('2'))).rejects.toMatchObject({
      code: 'idempotency_uncertain',
    });
    await keys.close();
    expect(await control.get(kind, key)).toBe(value);
  });
});
