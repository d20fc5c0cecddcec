import { describe, expect, it } from 'vitest';
import { type ConnectorLimit, type LimitFacts, limitOf } from '../../src/upstream/connector-limit.ts';

const nothing = { window: 0, rate: 0, disk: 0 };

/** An upstream that is bound, has room, and has something to send. */
const busy: LimitFacts = {
  name: 'op-a',
  mode: 'running',
  sending: 1,
  sendingWanted: 1,
  lastError: undefined,
  breaker: 'closed',
  breakerPauseMs: 30_000,
  ready: 5,
  inFlight: 100,
  window: 100,
  rttMs: 52,
  setPerSecond: Number.POSITIVE_INFINITY,
  perSecond: Number.POSITIVE_INFINITY,
  throttled: 0,
  shares: nothing,
};

const table: readonly (readonly [ConnectorLimit, Partial<LimitFacts>, string])[] = [
  [
    'window',
    { shares: { ...nothing, window: 0.97 } },
    'window: 100 of 100 requests await a response of 52 ms each; that allows about 1,920/s: raise connectors.op-a.window',
  ],
  [
    'rate',
    { setPerSecond: 200, perSecond: 200, shares: { ...nothing, rate: 0.98 } },
    'rate: 200/s are allowed, which held messages back for 98 % of the time: raise connectors.op-a.throughput',
  ],
  [
    'upstream',
    { setPerSecond: 200, perSecond: 83.4, throttled: 12_345, shares: { ...nothing, rate: 0.5 } },
    'upstream: it said "slow down" to 12,300 requests, so 83/s leave now; that held messages back for 50 % of the time: ask the operator for more',
  ],
  [
    'upstream',
    { throttled: 1, perSecond: 4.25, shares: { ...nothing, rate: 0.5, window: 0.4 } },
    'upstream: it said "slow down" to 1 request, so 4.3/s leave now; that held messages back for 50 % of the time: ask the operator for more',
  ],
  [
    'upstream',
    { rttMs: 4_200, shares: { ...nothing, window: 1 } },
    'upstream: 100 of 100 requests await a response of 4.2 s each; that allows about 24/s: ask the operator why it is slow',
  ],
  [
    'upstream',
    { rttMs: 0, shares: { ...nothing, window: 1 } },
    'upstream: 100 of 100 requests await a response, and none has come yet: it is slow or hangs',
  ],
  [
    'binds',
    { sending: 1, sendingWanted: 4, rttMs: 1.25, shares: { ...nothing, window: 0.2 } },
    'binds: 1 of 4 stand, and 100 of 100 requests await a response of 1.3 ms each; that allows about 80,000/s: mend the missing binds',
  ],
  [
    'binds',
    { sending: 0, lastError: 'ECONNREFUSED' },
    'binds: none of 1 stands, the last try failed: ECONNREFUSED; 5 messages wait',
  ],
  ['binds', { sending: 0, ready: 0 }, 'binds: none of 1 stands, the first bind is under way'],
  [
    'binds',
    { sending: 0, sendingWanted: 0, ready: 1 },
    'binds: only receiving binds are set up, nothing can be sent; 1 message waits',
  ],
  [
    'breaker',
    { breaker: 'open', ready: 0 },
    'breaker: too many requests failed in a row, nothing is sent for 30 s each time; see connectors.op-a.breaker, and at the operator why requests fail',
  ],
  [
    'breaker',
    { breaker: 'probing' },
    'breaker: one message tries whether requests go well again; see connectors.op-a.breaker, and at the operator why requests fail',
  ],
  [
    'window',
    { shares: { ...nothing, disk: 0.4, window: 0.3 } },
    'window: its 100 requests are answered, but until that is on disk their places stay taken, for 40 % of the time: raise connectors.op-a.window, or give the data folder a faster disk',
  ],
  ['none', { shares: { ...nothing, window: 0.09 } }, 'none: 5 messages wait, but there is room'],
  ['none', { ready: 0, shares: { ...nothing, window: 1 } }, 'none: nothing waits; 100 requests under way'],
  ['idle', { ready: 0, inFlight: 0 }, 'idle: there is nothing to send'],
  ['idle', { mode: 'stopped', sending: 0 }, 'stopped: no binds are made until connector op-a is started'],
  ['idle', { mode: 'paused' }, 'paused: nothing is sent until connector op-a is resumed'],
  ['idle', { mode: 'draining', inFlight: 1 }, 'draining: 1 request still without response, no new ones'],
];

describe('why an upstream is not faster', () => {
  it.each(table)('%s %j', (limit, facts, limitText) => {
    expect(limitOf({ ...busy, ...facts })).toEqual({ limit, limitText });
  });
});
