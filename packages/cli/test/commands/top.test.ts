import type { Clock } from '@chappe/smpp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { type Look, runTop, topLines } from '../../src/commands/top.ts';
import { type FakeApi, startFakeApi } from '../support/fake-api.ts';
import { fakeTerminal } from '../support/fake-run.ts';
import { runCli } from '../support/run-cli.ts';

let api: FakeApi;

const connector = {
  name: 'op-a',
  state: 'bound',
  binds: { bound: 1, wanted: 1 },
  inFlight: 10,
  window: 10,
  queued: 500,
  ratePerSecond: 200,
  rttMs: 50,
  breaker: 'closed',
  limit: 'window',
  limitText: 'the window of 10 is full: raise window',
};
const acme = { name: 'acme', suspended: false, sessions: 2, usedToday: 100, balance: '3' };
const busy = { name: 'busy', suspended: true, sessions: 0, usedToday: 5000 };

beforeAll(async () => {
  api = await startFakeApi();
});

afterAll(async () => await api.close());

beforeEach(() => {
  api.calls();
  api.answers = {
    'GET /api/v1/connectors': { body: { connectors: [connector] } },
    'GET /api/v1/accounts': { body: { accounts: [acme, busy] } },
    'GET /api/v1/info': { body: { storeFailure: null, daysAside: [] } },
  };
});

describe('the table', () => {
  const terminal = fakeTerminal();
  const look: Look = { atMs: 0, connectors: [connector], accounts: [acme, busy], troubles: [] };

  it('says of each upstream why it is not faster, and shows the busiest account first', () => {
    expect(topLines(look, undefined, terminal)).toEqual([
      'connector  state  binds  window  queue  rate   rtt    breaker  limit',
      'op-a       bound  1/1    10/10   500    200/s  50 ms  closed   the window of 10 is full: raise window',
      '',
      'account  state      sessions  rate  today  balance',
      'busy     suspended  0         -     5000   -',
      'acme     open       2         -     100    3',
    ]);
  });

  it('has the rate of accounts from the second look on, except over midnight', () => {
    const next = (usedToday: unknown): Look => ({ ...look, atMs: 2_000, accounts: [{ ...acme, usedToday }] });
    const rate = (usedToday: unknown, before: Look) =>
      topLines(next(usedToday), before, terminal).at(-1)?.split(/ {2,}/)[3];
    expect(rate(300, look)).toBe('100/s');
    expect(rate(100, look)).toBe('0/s');
    expect(rate(7, look)).toBe('-');
    expect(rate(null, look)).toBe('-');
    expect(rate(300, { ...look, atMs: 2_000 })).toBe('-');
    expect(rate(300, { ...look, accounts: [] })).toBe('-');
  });

  it('is cut to the width of the screen', () => {
    const lines = topLines(look, undefined, terminal, 40);
    expect(Math.max(...lines.map((line) => line.length))).toBe(40);
    expect(lines[0]?.endsWith('…')).toBe(true);
  });
});

describe('chappe top', () => {
  it('is one look where no person looks', async () => {
    const { code, out } = await runCli(['top', '--api', api.url]);
    expect(code).toBe(0);
    expect(out).toContain('the window of 10 is full');
    expect(out).not.toContain('\u001b');
    expect(api.calls().sort()).toEqual([
      'GET /api/v1/accounts?limit=1000',
      'GET /api/v1/connectors',
      'GET /api/v1/info',
    ]);
    const json = await runCli(['top', '--api', api.url, '--json']);
    expect(JSON.parse(json.out)).toEqual({ connectors: [connector], accounts: [acme, busy], troubles: [] });
    expect((await runCli(['top', 'now'])).code).toBe(2);
    expect((await runCli(['top', '--interval', '1ms'])).code).toBe(2);
  });

  it('says first what is wrong with the store', async () => {
    api.answers['GET /api/v1/info'] = {
      body: {
        storeFailure: 'no room on the disk',
        daysAside: [{ day: '2026-03-01', file: '2026-03-01.db', why: 'it is empty' }],
      },
    };
    const { out } = await runCli(['top', '--api', api.url]);
    expect(out.split('\n').slice(0, 3)).toEqual([
      'nothing is taken: no room on the disk',
      '2026-03-01 is set aside: 2026-03-01.db is damaged (it is empty); chappe check --data FOLDER says where',
      '',
    ]);
  });

  it('looks again and again on a terminal, at its interval, until Ctrl-C', async () => {
    const ending = new AbortController();
    const terminal = fakeTerminal({ isOutTty: true, columns: 60 });
    const waits: number[] = [];
    let nowMs = 0;
    const clock: Clock = {
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      setTimer: (run, delayMs) => {
        waits.push(delayMs);
        nowMs += delayMs;
        queueMicrotask(waits.length === 3 ? () => ending.abort('SIGINT') : run);
        return () => undefined;
      },
    };
    let used = 0;
    api.answers['GET /api/v1/accounts'] = (response) => {
      used += 50;
      response.end(JSON.stringify({ accounts: [{ ...acme, usedToday: used }] }));
    };
    const values = {
      api: api.url,
      key: undefined,
      keyFile: undefined,
      timeoutMs: patient(10_000),
      once: false,
      intervalMs: 500,
      json: false,
      quiet: false,
      verbose: false,
      color: undefined,
    };
    const run = { values, words: [], terminal, signal: ending.signal, version: '0.0.0' };
    expect(await runTop(run, clock)).toBe(0);
    expect(waits).toEqual([500, 500, 500]);
    const { out } = terminal.said;
    expect(out).toHaveLength(3);
    expect(out.every((screen) => screen.startsWith('\u001b[H\u001b[J'))).toBe(true);
    expect(out[0]).not.toContain('100/s');
    expect(out[2]).toContain('100/s');
  });

  it('says why it cannot look', async () => {
    api.answers = {};
    expect((await runCli(['top', '--api', api.url])).code).toBe(5);
    expect((await runCli(['top', '--api', 'http://127.0.0.1:1'])).code).toBe(3);
  });
});
