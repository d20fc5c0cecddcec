import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeApi, startFakeApi } from '../support/fake-api.ts';
import { runCli } from '../support/run-cli.ts';

let api: FakeApi;

beforeAll(async () => {
  api = await startFakeApi();
});

afterAll(async () => await api.close());

beforeEach(() => {
  api.calls();
  api.answers = {};
});

const connector = (args: readonly string[], options: Parameters<typeof runCli>[1] = {}) =>
  runCli(['connector', ...args, '--api', api.url], options);

const opA = {
  name: 'op-a',
  group: 'op-a',
  origin: 'file',
  state: 'bound',
  binds: { bound: 2, wanted: 2 },
  inFlight: 20,
  window: 20,
  queued: 4711,
  ratePerSecond: 99.6,
  breaker: 'closed',
  rttMs: 51.4,
  limit: 'window',
  limitText: 'the windows are full: raise window',
  lastError: null,
  counters: { submitted: 5, taken: 4 },
};
const opB = {
  name: 'op-b',
  state: 'connecting',
  binds: { bound: 0, wanted: 1 },
  inFlight: 0,
  window: 10,
  queued: 0,
  ratePerSecond: null,
  breaker: 'open',
  rttMs: null,
  limit: 'binds',
};

describe('chappe connector ls, show', () => {
  it('list with what holds each back', async () => {
    api.answers = { 'GET /api/v1/connectors': { body: { connectors: [opA, opB] } } };
    expect((await connector(['ls'])).out).toBe(
      [
        'connector  state       binds  window  queue  rate   rtt    breaker  limit',
        'op-a       bound       2/2    20/20   4711   100/s  51 ms  closed   the windows are full: raise window',
        'op-b       connecting  0/1    0/10    0      -      -      open     binds',
        '',
      ].join('\n'),
    );
  });

  it('show one with its counters and settings', async () => {
    const sessions = [
      { id: 3, bind: 'transceiver', version: '3.4', address: '10.0.0.1', port: 2775, tls: true },
    ];
    const body = { ...opA, sessions, settings: { name: 'op-a', host: 'smsc.example' } };
    api.answers = { 'GET /api/v1/connectors/op-a': { body } };
    const { out } = await connector(['show', 'op-a']);
    expect(out).toMatch(/^binds +bound 2, wanted 2$/m);
    expect(out).toMatch(/^counters +submitted 5, taken 4$/m);
    expect(out).toMatch(/^3 +- +transceiver +3\.4 +10\.0\.0\.1:2775 TLS/m);
    expect(out).toContain('settings\n  name: op-a\n  host: smsc.example\n');
  });
});

describe('chappe connector start, stop, drain, pause, resume, rm', () => {
  it.each(['start', 'stop', 'drain', 'pause', 'resume'])('%s tells the server', async (verb) => {
    api.answers = { [`POST /api/v1/connectors/op-a/${verb}`]: { status: 204 } };
    const { code, out } = await connector([verb, 'op-a']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^connector op-a .+\n$/)]);
    expect(api.calls()).toEqual([`POST /api/v1/connectors/op-a/${verb}`]);
  });

  it('rm takes a stored one away, and says why it cannot', async () => {
    api.answers = { 'DELETE /api/v1/connectors/op-a': { status: 204 } };
    expect((await connector(['rm', 'op-a'])).code).toBe(0);
    const body = { code: 'in_file', detail: 'op-a stands in the file', hint: 'take it out there' };
    api.answers = { 'DELETE /api/v1/connectors/op-a': { status: 409, body } };
    expect(await connector(['rm', 'op-a'])).toEqual({
      code: 5,
      out: '',
      talk: 'chappe: op-a stands in the file\n  take it out there\n',
    });
  });
});

describe('chappe connector test', () => {
  const path = 'POST /api/v1/connectors/op-a/test';
  const ok = { ok: true, rttMs: 4.21, peerSystemId: 'smsc\u001b[2J', version: '3.4', error: null };

  it('binds, and says how it went', async () => {
    api.answers = { [path]: { body: ok } };
    const { code, out } = await connector(['test', 'op-a']);
    expect([code, out]).toEqual([0, 'ok      op-a binds: smsc\\u001b[2J, SMPP 3.4, 4.2 ms\n']);
    expect(api.asked.at(-1)?.body).toBeUndefined();
  });

  it('sends a message through it', async () => {
    api.answers = { [path]: { body: { ...ok, messageIds: ['A1', 'A2'] } } };
    const { out } = await connector(['test', 'op-a', '--to', '4477', '--from', 'ACME', '--text', 'Hi']);
    expect(out).toContain('sent    A1, A2\n');
    expect(api.asked.at(-1)?.body).toEqual({ to: '4477', from: 'ACME', text: 'Hi' });
  });

  it('ends with 7 when it does not hold', async () => {
    const failed = { ok: false, rttMs: null, error: 'bind refused: ESME_RINVPASWD' };
    api.answers = { [path]: { body: failed } };
    const { code, out } = await connector(['test', 'op-a']);
    expect([code, out]).toEqual([7, 'failed  op-a: bind refused: ESME_RINVPASWD\n']);
    const json = await connector(['test', 'op-a', '--json']);
    expect([json.code, JSON.parse(json.out)]).toEqual([7, failed]);
    expect((await connector(['test', 'op-a', '--text', 'x'])).code).toBe(2);
  });
});

describe('chappe connector add', () => {
  it('sends its password, which the server needs, as it was typed elsewhere', async () => {
    api.answers = {
      'GET /api/v1/connectors/op-b': { status: 404, body: { code: 'not_found', detail: 'none' } },
      'PUT /api/v1/connectors/op-b': { status: 201, body: { name: 'op-b' } },
    };
    const words = ['op-b', 'host=smsc.example', 'systemId=us', 'password=-', 'tls.verify=false'];
    const { code, out } = await connector(['add', ...words], { input: 'secret\n' });
    expect([code, out]).toEqual([0, 'connector op-b added\n']);
    expect(api.asked.at(-1)?.body).toEqual({
      name: 'op-b',
      host: 'smsc.example',
      systemId: 'us',
      password: 'secret',
      tls: { verify: 'false' },
    });
    expect((await connector(['add', 'op-b', 'password=secret'])).code).toBe(2);
  });
});
