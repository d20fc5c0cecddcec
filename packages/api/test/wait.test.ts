import { systemClock } from '@chappe/center';
import type { GatewayListener } from '@chappe/gateway';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.ts';

const url = '/api/v1/messages/wait';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

/** Settles when the next wait has begun to listen; `ended` when it has stopped. */
function nextWait(): { begun: Promise<void>; ended: Promise<void> } {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const { events } = rig.box.gateway;
  const original = events.subscribe;
  events.subscribe = (listener: GatewayListener) => {
    events.subscribe = original;
    const unsubscribe = original.call(events, listener);
    begun.resolve();
    return () => {
      unsubscribe();
      ended.resolve();
    };
  };
  return { begun: begun.promise, ended: ended.promise };
}

describe('GET /api/v1/messages/wait', () => {
  it('answers at once when the message is there already', async () => {
    const id = await rig.submit('447700900001', 'code 1234');
    await rig.until(id, 'delivered');
    const { status, json } = await rig.get(`${url}?to=447700900001&text=code&timeout=60`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, text: 'code 1234', state: 'delivered' });
    expect(json.timeline.length).toBeGreaterThan(1);
  });

  it('gives the newest of several', async () => {
    await rig.submit('447700900001', 'first');
    const second = await rig.submit('447700900001', 'second');
    const { json } = await rig.get(`${url}?to=447700900001`);
    expect(json.id).toBe(second);
  });

  it('answers when the message comes while it waits', async () => {
    const { begun } = nextWait();
    const waiting = rig.get(`${url}?to=447700900002&text=later&timeout=60`);
    await begun;
    await rig.submit('447700900003', 'later, but to somebody else');
    const id = await rig.submit('447700900002', 'it is later now');
    const { status, json } = await waiting;
    expect(status).toBe(200);
    expect(json.id).toBe(id);
  });

  it('answers when a message changes so that it fits', async () => {
    await rig.put('/api/v1/phones/447700900004/state', { state: 'off' });
    const id = await rig.submit('447700900004', 'wake up');
    const { begun } = nextWait();
    const waiting = rig.get(`${url}?to=447700900004&state=delivered&timeout=60`);
    await begun;
    await rig.put('/api/v1/phones/447700900004/state', { state: 'on' });
    const { json } = await waiting;
    expect(json).toMatchObject({ id, state: 'delivered' });
  });

  describe('of the past', () => {
    /** A gateway in which a message came five minutes ago, and one just now to another number. */
    const past = async (): Promise<{ readonly rig: Rig; readonly old: string; readonly fresh: string }> => {
      let behindMs = 300_000;
      const own = await startRig({ gatewayClock: { ...systemClock, nowMs: () => Date.now() - behindMs } });
      const old = await own.submit('447700900010', 'code 1111', { clientReference: 'order-7' });
      await own.until(old, 'delivered');
      behindMs = 0;
      const fresh = await own.submit('447700900011', 'code 2222');
      return { rig: own, old, fresh };
    };

    it.each([
      ['to=447700900010&text=code', false],
      ['to=447700900010&state=delivered', false],
      ['q=to:447700900010', false],
      ['q=-id:0000', false],
      ['to=447700900010&before=1s', true],
      ['to=447700900010&after=10m', true],
      ['q=to:447700900010 after:10m', true],
      ['clientReference=order-7', true],
      ['q=ref:order-7', true],
      ['q=id:OLD', true],
      ['to=447700900011', true],
    ])('%s answers with one that is there: %s', async (query, isThere) => {
      const { rig: own, old } = await past();
      const wanted = query.replace('OLD', old);
      const { status } = await own.get(
        `${url}?${wanted}${query.startsWith('q=-id') ? ' to:447700900010' : ''}&timeout=1ms`,
      );
      await own.close();
      expect(status).toBe(isThere ? 200 : 408);
    });

    it('is the answer all the same when it changes meanwhile', async () => {
      let behindMs = 300_000;
      const own = await startRig({ gatewayClock: { ...systemClock, nowMs: () => Date.now() - behindMs } });
      await own.put('/api/v1/phones/447700900012/state', { state: 'off' });
      const id = await own.submit('447700900012', 'wake up');
      behindMs = 0;
      const { events } = own.box.gateway;
      const begun = Promise.withResolvers<void>();
      const original = events.subscribe;
      events.subscribe = (...args) => {
        begun.resolve();
        return original.apply(events, args);
      };
      const waiting = own.get(`${url}?to=447700900012&state=delivered&timeout=60`);
      await begun.promise;
      await own.put('/api/v1/phones/447700900012/state', { state: 'on' });
      expect((await waiting).json.id).toBe(id);
      await own.close();
    });

    it('is named when nothing else came', async () => {
      const { rig: own, old, fresh } = await past();
      const { status, json } = await own.get(`${url}?to=447700900010&text=code&timeout=1ms`);
      expect(status).toBe(408);
      expect(json).toMatchObject({
        code: 'wait_timeout',
        detail: 'no such message within 1 ms: to:447700900010 text:code',
        query: 'to:447700900010 text:code',
        older: { id: old, text: 'code 1111' },
        came: [{ id: fresh, to: '447700900011', text: 'code 2222' }],
      });
      expect(json.hint).toMatch(
        new RegExp(`message ${old} is one, accepted \\d+ s ago: after=\\d+s finds it`),
      );
      const again = await own.get(
        `${url}?to=447700900010&text=code&timeout=1ms&${/after=\d+s/.exec(json.hint)?.[0]}`,
      );
      expect(again.json.id).toBe(old);
      await own.close();
    });
  });

  it('says what came instead, each account its own only', async () => {
    await rig.submit('447700900020', 'Your code is 99', { account: 'acme' });
    const { json } = await rig.get(`${url}?to=447700900021&text=code&timeout=1ms`);
    expect(json).toMatchObject({ older: null, came: [{ to: '447700900020', account: 'acme' }] });
    expect(json.hint).toMatch(/^meanwhile came 1, the last to 447700900020, \w+: "Your code is 99"$/);
    const nothing = await rig.get(`${url}?to=447700900021&account=nobody&timeout=1ms`);
    expect(nothing.status).toBe(408);
  });

  it('leaves older ones out when after is given', async () => {
    await rig.submit('447700900005', 'old');
    const after = new Date(Date.now() + 1_000).toISOString();
    const { status, json } = await rig.get(`${url}?to=447700900005&after=${after}&timeout=1ms`);
    expect(status).toBe(408);
    expect(json.code).toBe('wait_timeout');
  });

  it('ends with a problem when nothing came', async () => {
    const { status, json, headers } = await rig.get(`${url}?q=to:447700900006&timeout=5ms`);
    expect(status).toBe(408);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(json).toMatchObject({ code: 'wait_timeout', status: 408 });
  });

  it.each([
    ['timeout=61', 'timeout'],
    ['timeout=61000ms', 'timeout'],
    ['timeout=forever', 'timeout'],
    ['timeout=-1', 'timeout'],
    ['limit=5', 'limit'],
    ['q=to:', 'q'],
  ])('refuses %s', async (query, field) => {
    const { status, json } = await rig.get(`${url}?${query}`);
    expect(status).toBe(400);
    expect(json.field).toBe(field);
  });

  it('stops waiting when the caller goes away', async () => {
    const base = await rig.listen();
    const { begun, ended } = nextWait();
    const leave = new AbortController();
    const answer = fetch(new URL(`${url}?to=447700900007&timeout=60`, base), {
      signal: leave.signal,
    });
    await begun;
    leave.abort();
    await expect(answer).rejects.toThrow(/abort/);
    await ended;
  });

  it('ends with a problem when the API closes, and closing does not wait for it', async () => {
    const { begun } = nextWait();
    const waiting = rig.get(`${url}?to=447700900008&timeout=60`);
    await begun;
    await rig.app.close();
    const { status, json } = await waiting;
    expect(status).toBe(503);
    expect(json.code).toBe('stopping');
  });

  it('closes over a real connection too, and keeps no connection open', async () => {
    const base = await rig.listen();
    const { begun } = nextWait();
    const waiting = fetch(new URL(`${url}?to=447700900009&timeout=60`, base));
    await begun;
    const closed = rig.app.close();
    const answer = await waiting;
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'stopping' });
    await closed;
    expect(rig.app.server.listening).toBe(false);
  });
});
