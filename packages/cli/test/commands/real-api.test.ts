import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApi } from '@chappe/api';
import { MemoryStore } from '@chappe/center';
import { Gateway } from '@chappe/gateway';
import { type GatewaySettings, hashPassword } from '@chappe/policy';
import { type Sandbox, startSandbox } from '@chappe/sandbox';
import { SmppClient } from '@chappe/smpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, startCli } from '../support/run-cli.ts';

const adminKey = 'the-key-of-an-administrator';
const accountKey = 'the-key-of-the-account-filed';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** An operator, a gateway that sends there, and its API with keys. */
let operator: Sandbox;
let gateway: Gateway;
let api: ReturnType<typeof buildApi>;
let url: string;

beforeAll(async () => {
  operator = await startSandbox();
  const settings: GatewaySettings = {
    accounts: [
      {
        systemId: 'filed',
        passwordHash: await hashPassword('secret'),
        apiKeyHash: sha256(accountKey),
        credit: { mode: 'prepaid' },
        tags: ['gold'],
      },
    ],
    connectors: [
      { name: 'op-a', host: '127.0.0.1', port: operator.port, systemId: 'us', password: 'pw', window: 5 },
    ],
    routes: [
      { name: 'review', from: ['HOLD'], action: { kind: 'hold' } },
      {
        name: 'uk',
        to: ['44'],
        action: { kind: 'via', groups: [[{ connector: 'op-a' }]] },
        price: { perSegment: 12_500 },
      },
      { name: 'rest', action: { kind: 'reject', status: 0x45 } },
    ],
    mo: [],
    webhooks: [],
  };
  gateway = await Gateway.start({ store: new MemoryStore(), settings, smpp: { port: 0 } });
  api = buildApi({ gateway, version: '0.0.0', auth: { adminKeyHashes: [sha256(adminKey)] } });
  url = await api.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await api.close();
  await gateway.stop({ drainMs: 0 });
  await operator.close();
});

const env = { CHAPPE_API_KEY: adminKey };

function chappe(...args: string[]) {
  const words = args.indexOf('--');
  const at = words < 0 ? args.length : words;
  return runCli([...args.slice(0, at), '--api', url, ...args.slice(at)], { env, input: 'stdin-pw\n' });
}

/** Runs it, and it must do what it shall. */
async function done(...args: string[]): Promise<string> {
  const { code, out, talk } = await chappe(...args);
  expect([code, talk.replace(/^(following|older|\d+ messages were).*\n/, '')]).toEqual([0, '']);
  return out;
}

/** Asks again and again until the answer is as it shall be. */
async function until(command: string, verb: string, wanted: RegExp): Promise<void> {
  while (!wanted.test(await done(command, verb)));
}

function bind(systemId: string, password: string): Promise<SmppClient> {
  return SmppClient.connect(
    `smpp://${systemId}:${encodeURIComponent(password)}@127.0.0.1:${gateway.smppPort}`,
  );
}

describe('the commands on the real API', () => {
  it('say what to do without a key, with a wrong one, and with one that may not', async () => {
    const nobody = await runCli(['account', 'ls', '--api', url]);
    expect([nobody.code, nobody.talk]).toEqual([
      5,
      expect.stringContaining('--key-file FILE or CHAPPE_API_KEY'),
    ]);
    const wrong = await runCli(['account', 'ls', '--api', url, '--key', 'wrong']);
    expect([wrong.code, wrong.talk]).toEqual([5, expect.stringContaining('--key-file FILE')]);
    const account = await runCli(['account', 'ls', '--api', url, '--key', accountKey]);
    expect([account.code, account.talk]).toEqual([5, expect.stringContaining("use the admin's")]);
    const own = await runCli(['ledger', 'balance', 'filed', '--api', url, '--key', accountKey]);
    expect([own.code, own.talk]).toEqual([0, '']);
  });

  it('make an account, change it, and keep its secrets', async () => {
    expect(await done('account', 'add', 'acme', 'binds=2', 'dlr.messageId=uuid')).toBe(
      'account acme added\n',
    );
    await (await bind('acme', 'stdin-pw')).close();
    expect(await done('account', 'set', 'acme', 'quota.day=5', 'tags=[a, b]')).toBe('account acme set\n');
    await (await bind('acme', 'stdin-pw')).close();
    const shown = JSON.parse(await done('account', 'show', 'acme', '--json'));
    expect(shown).toMatchObject({
      name: 'acme',
      origin: 'store',
      settings: { systemId: 'acme', quota: { day: 5 }, tags: ['a', 'b'], dlr: { messageId: 'uuid' } },
    });
    expect(await done('account', 'show', 'acme')).toContain('settings\n  systemId: acme\n');
    expect(await done('account', 'ls')).toMatch(/^acme +store +open +0 +- +0 +0 +a, b$/m);
    const again = await runCli(['account', 'passwd', 'acme', '--api', url], { env, input: 'another\n' });
    expect([again.code, again.talk]).toEqual([0, '']);
    await (await bind('acme', 'another')).close();
    await expect(bind('acme', 'stdin-pw')).rejects.toThrow();
    await done('account', 'suspend', 'acme');
    await expect(bind('acme', 'another')).rejects.toThrow();
    await done('account', 'resume', 'acme');
    await done('account', 'rm', 'acme');
    expect((await chappe('account', 'show', 'acme')).code).toBe(5);
    const filed = await chappe('account', 'rm', 'filed');
    expect([filed.code, filed.talk]).toEqual([5, expect.stringContaining('configuration file')]);
  });

  it('tell all that is wrong with an entry', async () => {
    const { code, talk } = await chappe('account', 'add', 'acme', 'binds=many', 'bindz=1');
    expect(code).toBe(5);
    expect(talk).toContain('binds');
    expect(talk).toContain('bindz');
  });

  it('test, stop and start a connector', async () => {
    expect(await done('connector', 'test', 'op-a')).toMatch(/^ok {6}op-a binds: .+, SMPP 3\.4, \d/);
    const sent = await done('connector', 'test', 'op-a', '--to', '447700900900', '--text', 'Hi');
    expect(sent).toMatch(/^sent {4}\S+$/m);
    expect(await done('connector', 'ls')).toMatch(/^op-a +bound +1\/1 +\d\/5 +0 /m);
    expect(await done('connector', 'show', 'op-a')).toContain('settings\n  name: op-a\n');
    for (const verb of ['pause', 'resume', 'stop']) await done('connector', verb, 'op-a');
    // Unbinding takes its time, and is not hurried by a start.
    await until('connector', 'ls', /^op-a +stopped +0\/1 /m);
    await done('connector', 'start', 'op-a');
    await until('connector', 'ls', /^op-a +bound +1\/1 /m);
    await done(
      'connector',
      'add',
      'op-b',
      'host=127.0.0.1',
      'port=1',
      'systemId=us',
      'password=-',
      'paused=true',
    );
    await done('connector', 'set', 'op-b', 'window=7');
    const { settings } = JSON.parse(await done('connector', 'show', 'op-b', '--json'));
    expect(settings).toMatchObject({ name: 'op-b', window: 7 });
    expect((await chappe('connector', 'test', 'op-b')).code).toBe(7);
    await done('connector', 'rm', 'op-b');
  });

  it('show routes, and which of them a message takes', async () => {
    expect(await done('route', 'ls')).toMatch(/^uk +file +0 +on +via op-a +to 44, price/m);
    const args = ['--account', 'filed', '--from', 'ACME', '--to', '447700900123', '--text', 'Hi'];
    expect(await done('route', 'test', ...args, '--tlv', '0x1400=ab', '--at', '2026-07-20T10:00:00Z')).toBe(
      [
        'review  fails   from: ACME is none of HOLD',
        'uk      chosen  all hold: to 44',
        '=> uk: op-a  (segments 1 in gsm7, price 0.0125 each, 0.0125 in all)',
        '',
      ].join('\n'),
    );
    expect(await done('route', 'ls', '--mo', '-q')).toBe('');
  });

  it('credit an account, once for each reference, and add everything up', async () => {
    await done('ledger', 'credit', 'filed', '10.00', '--reference', 'r1', '--note', 'first');
    await done('ledger', 'credit', 'filed', '10.00', '--reference', 'r1', '--note', 'first');
    await done('ledger', 'credit', '--note', 'less', '--', 'filed', '-1.5');
    expect(await done('ledger', 'balance', 'filed')).toMatch(/^balance +8\.5$/m);
    const statement = await done('ledger', 'statement', 'filed');
    expect(statement.match(/top-up/g)).toHaveLength(1);
    expect(statement).toMatch(/ adjustment +-1\.5 /);
    expect(statement).toMatch(/ top-up +10 +- +- +admin +first$/m);
    expect(await done('ledger', 'check')).toBe('it adds up\n');
  });

  it('follow a message, and release one that is held', async () => {
    const tail = startCli(['session', 'tail', '--api', url, '--account', 'filed', '--type', 'message'], {
      env,
    });
    await tail.line('following');
    const client = await bind('filed', 'secret');
    try {
      expect(await done('session', 'ls')).toMatch(
        /^\d+ +filed +transceiver +3\.4 +127\.0\.0\.1:\d+ +0 +\d+ +\d+$/m,
      );
      await client.send({ to: '447700900123', from: 'ACME', text: 'Hi' });
      await tail.line('message.delivered  mt  filed  ACME -> 447700900123');
      await client.send({ to: '447700900124', from: 'HOLD', text: 'wait' });
      expect(await done('held', 'ls')).toMatch(/review +1 +HOLD -> 447700900124 +"wait"$/m);
      expect(await done('held', 'release', '--all')).toContain('1 released, 0 left');
      await tail.line('message.delivered  mt  filed  HOLD -> 447700900124');
    } finally {
      tail.kill('SIGINT');
      await tail.ended;
      await client.close();
    }
    expect(await done('ledger', 'balance', 'filed')).toMatch(/^balance +8\.4/m);
  });

  it('compare yesterday with other routes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chappe-replay-'));
    try {
      const path = join(folder, 'new.yaml');
      writeFileSync(path, 'handsets: {enabled: true}\nroutes:\n  - {name: uk, to: ["44"], via: handsets}\n');
      const out = await done('route', 'replay', '-c', path, '--since', '1h', '-v');
      expect(out).toMatch(/^2 messages: 2 would go another way/);
      expect(out).toMatch(/uk \(op-a\) +uk \(handsets\)/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('unbind a session', async () => {
    const client = await bind('filed', 'secret');
    const [session] = (await done('session', 'ls', '--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(await done('session', 'unbind', String(session.id))).toBe(`session ${session.id} is unbound\n`);
    await client.close();
  });

  it('know opt-outs', async () => {
    await done('opt-out', 'add', '447700900500', 'ACME');
    await done('opt-out', 'add', '447700900500');
    const out = await done('opt-out', 'ls', '--handset', '447700900500');
    expect(out).toMatch(/^447700900500 +any +\d{4}-/m);
    expect(out).toMatch(/^447700900500 +ACME +\d{4}-/m);
    await done('opt-out', 'rm', '447700900500', 'ACME');
    await done('opt-out', 'rm', '447700900500');
    expect(await done('opt-out', 'ls', '-q')).toBe('');
  });

  it('list receipts that found no message, and match them again', async () => {
    // The operator may have sent one for the message of the trial.
    const lines = (await done('receipts', 'unmatched', '--json', '-q')).trim().split('\n');
    for (const line of lines.filter((text) => text !== '')) await done('receipts', 'rm', JSON.parse(line).id);
    expect((await chappe('receipts')).talk).toBe('every receipt has found its message\n');
    expect(await done('receipts', 'rematch', 'op-a', '--ids', 'loose')).toBe('0 matched, 0 left\n');
    expect((await chappe('receipts', 'rematch', 'nowhere')).code).toBe(5);
  });

  it('look at it all', async () => {
    const out = await done('top', '--once');
    expect(out).toMatch(/^op-a +bound /m);
    expect(out).toMatch(/^filed +open /m);
  });
});
