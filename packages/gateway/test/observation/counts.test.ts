import { readFileSync } from 'node:fs';
import { MemoryStore, type Message } from '@chappe/center';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateEndMs } from '../../src/observation/certificates.ts';
import { MessageCounts } from '../../src/observation/message-counts.ts';
import { TimeCounts, timeBoundsMs } from '../../src/observation/time-counts.ts';
import { timedStore } from '../../src/observation/timed-store.ts';
import { Traffic } from '../../src/observation/traffic.ts';

describe('time counts', () => {
  it('put every time into the first bucket that holds it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -10, max: 1e8, noNaN: true }), { maxLength: 100 }), (list) => {
        const times = new TimeCounts();
        for (const ms of list) times.note(ms);
        let below = 0;
        timeBoundsMs.forEach((boundMs, index) => {
          below += times.buckets[index] ?? 0;
          expect(below).toBe(list.filter((ms) => ms <= boundMs).length);
        });
        expect(times.count).toBe(list.length);
        expect(times.buckets.reduce((sum, count) => sum + count, 0)).toBe(list.length);
        const sum = list.reduce((all, ms) => all + Math.max(0, ms), 0);
        expect(Math.abs(times.sumMs - sum)).toBeLessThanOrEqual(1e-6 * (1 + sum));
      }),
    );
  });

  it('have ascending bounds', () => {
    expect([...timeBoundsMs].sort((a, b) => a - b)).toEqual(timeBoundsMs);
  });
});

describe('message counts', () => {
  const message = (account: string, state: Message['state'], group?: string): Message =>
    ({ account, state, group, acceptedMs: 1_000, doneMs: 1_040, segments: 1 }) as Message;

  it('count what was taken and how it ended', () => {
    const counts = new MessageCounts();
    for (const state of ['delivered', 'delivered', 'expired'] as const) {
      counts.accepted(message('acme', 'enroute'));
      counts.ended(message('acme', state, 'op-a'));
    }
    counts.ended(message('acme', 'rejected'));
    counts.ended(message('acme', 'enroute'));
    expect(counts.accounts.get('acme')).toMatchObject({ accepted: 3, delivered: 2, failed: 2 });
    expect(counts.connectors.get('op-a')).toMatchObject({ times: { count: 2, sumMs: 80 } });
    expect([...(counts.connectors.get('op-a')?.states ?? [])]).toEqual([
      ['delivered', 2],
      ['expired', 1],
    ]);
    expect([...(counts.connectors.get('(none)')?.states ?? [])]).toEqual([['rejected', 1]]);
  });

  it('count what was not taken, by why', () => {
    const counts = new MessageCounts();
    for (const reason of ['unrouted', 'credit', 'unrouted']) counts.refused({ account: 'acme', reason });
    expect([...(counts.accounts.get('acme')?.refused ?? [])]).toEqual([
      ['unrouted', 2],
      ['credit', 1],
    ]);
  });

  it('do not grow with the names that peers make up', () => {
    const counts = new MessageCounts();
    for (let name = 0; name < 1_000; name += 1) {
      counts.accepted(message(`a${name}`, 'enroute'));
      counts.ended(message(`a${name}`, 'delivered', `c${name}`));
      counts.refused({ account: `a${name}`, reason: 'unrouted' });
    }
    expect(counts.accounts.size).toBe(101);
    expect(counts.accounts.get('(other)')).toMatchObject({ accepted: 900, delivered: 900, failed: 0 });
    expect(counts.accounts.get('(other)')?.refused.get('unrouted')).toBe(900);
    expect(counts.connectors.size).toBe(201);
    expect(counts.connectors.get('(other)')?.states.get('delivered')).toBe(800);
  });
});

describe('traffic', () => {
  it('keeps what ended sessions have counted, but for what was open', () => {
    const one = {
      ...{ pdusIn: 1, pdusOut: 2, bytesIn: 3, bytesOut: 4, requestsIn: 5, requestsOut: 6, responsesIn: 7 },
      ...{ requestsOpen: 8, throttled: 9, timeouts: 10, refused: 11, strayResponses: 12 },
    };
    const traffic = new Traffic();
    traffic.add(one);
    const doubled = Object.fromEntries(Object.entries(one).map(([name, value]) => [name, 2 * value]));
    expect(traffic.sums([{ counters: one }])).toEqual({ ...doubled, requestsOpen: 8 });
    expect(traffic.sums([])).toEqual({ ...one, requestsOpen: 0 });
  });
});

describe('a timed store', () => {
  it('times the commits that succeed, and is the same store', async () => {
    const store = new MemoryStore();
    let nowMs = 0;
    const times = new TimeCounts();
    const timed = timedStore(store, { monotonicMs: () => nowMs }, times);
    const { owner } = await timed.recover(0);
    const commit = timed.commit([], owner);
    nowMs = 7;
    await commit;
    expect(times).toMatchObject({ count: 1, sumMs: 7 });
    store.commit = () => Promise.reject(new Error('disk full'));
    await expect(timed.commit([], owner)).rejects.toThrow('disk full');
    expect(times.count).toBe(1);
    const names = (object: object): string[] =>
      Object.getOwnPropertyNames(object).filter((name) => name !== 'constructor');
    const methods = names(Object.getPrototypeOf(store)).filter((name) => names(timed).includes(name));
    expect(methods.sort()).toEqual(names(timed).sort());
  });
});

describe('the end of a certificate', () => {
  const pem = (name: string): string =>
    readFileSync(new URL(`../../../smpp/test/support/certificates/${name}.pem`, import.meta.url), 'utf8');

  it('is read from PEM, and is unknown of anything else', () => {
    expect(certificateEndMs(pem('server'))).toBeGreaterThan(Date.UTC(2026, 0, 1));
    expect(certificateEndMs(Buffer.from(pem('server')))).toBe(certificateEndMs(pem('server')));
    for (const cert of [undefined, '', 'x', pem('server-key')])
      expect(certificateEndMs(cert)).toBeUndefined();
  });
});
