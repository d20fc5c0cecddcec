/** The dlr-url of Kannel's door: whom it calls, with what, and that a restart between loses nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gateway } from '@chappe/gateway';
import { type GatewaySettings, hashPassword } from '@chappe/policy';
import { type HandsetOptions, Simulation, startSandbox } from '@chappe/sandbox';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Callback, type CallbackListener, callbackListener } from '../../../test/support/callbacks.ts';
import { buildApi } from '../src/index.ts';

interface Life {
  readonly app: FastifyInstance;
  readonly gateway: Gateway;
  end(): Promise<void>;
}

let folder: string;
let calls: CallbackListener;
let lives: Life[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-door-'));
  calls = await callbackListener();
  lives = [];
});
afterEach(async () => {
  for (const life of lives) await life.end();
  await calls.close();
  await rm(folder, { recursive: true, force: true });
});

const password = 'correct';

function settingsOf(port: number): GatewaySettings {
  return {
    accounts: [{ systemId: 'shop', passwordHash }],
    connectors: [{ name: 'op', host: '127.0.0.1', port, systemId: 'us', password: 'x' }],
    routes: [{ name: 'all', action: { kind: 'via', groups: [[{ connector: 'op' }]] } }],
    mo: [],
    webhooks: [],
  };
}

let passwordHash: string;
beforeAll(async () => {
  passwordHash = await hashPassword(password);
});

async function begin(
  handsets: HandsetOptions = { delayMs: [0, 1] },
  allowPrivate = true,
  operatorPort?: number,
): Promise<Life> {
  const gateway = await Gateway.start({
    store: await SqliteStore.open({ path: folder }),
    control: SqliteControl.open(folder),
    smpp: { port: 0 },
    accounts: {
      open: false,
      list: [
        { systemId: 'shop', password },
        { systemId: 'secure', password, tlsOnly: true },
      ],
    },
    outlets: new Simulation(handsets),
    ...(operatorPort === undefined ? {} : { settings: settingsOf(operatorPort) }),
    callbacks: { allowPrivate },
    center: { retry: () => 20 },
  });
  const app = buildApi({ gateway, version: '1.2.3', doors: ['kannel'] });
  let ended: Promise<void> | undefined;
  const life: Life = {
    app,
    gateway,
    end: () => (ended ??= app.close().then(() => gateway.stop({ drainMs: 0 }))),
  };
  lives.push(life);
  return life;
}

async function send({ app }: Life, fields: Readonly<Record<string, string>>): Promise<string> {
  const query = new URLSearchParams({
    username: 'shop',
    password,
    from: '+4477',
    to: '447700900123',
    text: 'hello big world',
    ...fields,
  });
  const { statusCode, body } = await app.inject(`/cgi-bin/sendsms?${query}`);
  return `${statusCode} ${body}`;
}

const accepted = '202 0: Accepted for delivery';

function call(type: string): Promise<Callback> {
  return calls.requests.next(`a call of type ${type}`, ({ query }) => query.get('d') === type);
}

describe('dlr-url', () => {
  it('is called for what was delivered, with every escape', async () => {
    const life = await begin();
    const escapes = [...'aAbBcCdDeFfiIkmMnoOpPqQrRsStTuvVxZ%'].map((one) => `${one}=%${one}`).join('&');
    const url = `${calls.url}/dlr?${escapes}`;
    const more = { account: 'acct 1', binfo: 'bill', 'meta-data': '?smpp?a=b' };
    expect(await send(life, { 'dlr-url': url, 'dlr-mask': '31', ...more })).toBe(accepted);
    const { query, rawQuery } = await call('1');
    const answer = query.get('A') ?? '';
    expect(answer).toMatch(/^id:\S+ sub:001 dlvrd:001 .* stat:DELIVRD err:000 text:hello big world$/);
    const [keyword = '', second = '', third = '', ...rest] = answer.split(' ');
    const id = keyword.slice('id:'.length);
    const got = Object.fromEntries(query);
    expect(got).toMatchObject({
      a: answer,
      b: answer,
      B: 'bill',
      c: '-1',
      C: 'UTF-8',
      D: '?smpp?a=b',
      e: Buffer.from(answer).toString('hex').toUpperCase(),
      F: id,
      I: id,
      k: keyword,
      n: 'shop',
      o: 'acct 1',
      O: '00',
      p: '447700900123',
      P: '+4477',
      R: url,
      r: [second, third, ...rest].join(' '),
      s: second,
      S: third,
      u: '',
    });
    expect(got.t).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(Date.parse(`${got.t}Z`) / 1_000).toBe(Number(got.T));
    // Unknown ones stay as they are.
    expect(rawQuery).toContain('x=%x&Z=%Z&%=%');
    expect((await call('8')).query.get('A')).toBe('ACK/');
  });

  it.each([
    ['447705550001', '31', ['8', '2'], /stat:UNDELIV err:001/],
    ['447705550003', '2', ['2'], /stat:REJECTD err:003/],
    ['447700900123', '1', ['1'], /stat:DELIVRD/],
  ])('to %s with mask %s is called for %j', async (to, mask, types, last) => {
    const life = await begin();
    const url = `${calls.url}/dlr?d=%d&A=%A`;
    expect(await send(life, { to, 'dlr-url': url, 'dlr-mask': mask })).toBe(accepted);
    expect((await call(types.at(-1) ?? '')).query.get('A')).toMatch(last);
    for (const type of types) await call(type);
    const got = calls.requests.items.map(({ query }) => query.get('d'));
    expect([...got].sort()).toEqual([...types].sort());
  });

  it('is called once for a text in segments', async () => {
    const life = await begin();
    const url = `${calls.url}/dlr?d=%d`;
    await send(life, { text: 'x'.repeat(400), 'dlr-url': url, 'dlr-mask': '1' });
    await call('1');
    await send(life, { 'dlr-url': `${url}&last=yes`, 'dlr-mask': '1' });
    await calls.requests.next('the call of the second', ({ query }) => query.get('last') === 'yes');
    expect(calls.requests.items.filter(({ query }) => query.get('last') === null)).toHaveLength(1);
  });

  it('is called after a restart between the acceptance and the end', async () => {
    const first = await begin({ delayMs: [3_600_000, 3_600_000] });
    expect(await send(first, { 'dlr-url': `${calls.url}/dlr?d=%d&n=%n`, 'dlr-mask': '1' })).toBe(accepted);
    await first.end();
    expect(calls.requests.items).toEqual([]);
    await begin();
    expect((await call('1')).query.get('n')).toBe('shop');
  });

  it('is called after a restart when nobody answered before', async () => {
    const first = await begin();
    const gone = await callbackListener();
    await gone.close();
    const url = `${gone.url}/dlr?d=%d`;
    await send(first, { 'dlr-url': url, 'dlr-mask': '1' });
    await first.gateway.messages.wait('to:447700900123 state:delivered', {});
    await first.end();
    const port = Number(new URL(gone.url).port);
    await calls.close();
    calls = await callbackListener(port);
    await begin();
    expect((await call('1')).path).toBe('/dlr');
  });

  it('is refused when its words are many more than a message may carry along', async () => {
    const life = await begin();
    const many = {
      account: 'x',
      binfo: 'y'.repeat(4_000),
      'dlr-url': `${calls.url}/dlr?d=%d`,
      'dlr-mask': '1',
    };
    const answer = await send(life, many);
    expect(answer).toMatch(/^400 /);
    expect(await send(life, { ...many, binfo: 'y'.repeat(100) })).toBe(accepted);
  });

  it('does not lead to this machine unless that is allowed', async () => {
    const life = await begin(undefined, false);
    const answer = await send(life, { 'dlr-url': `${calls.url}/dlr`, 'dlr-mask': '1' });
    expect(answer).toBe('400 DLR-URL field misformed, rejected');
  });
});

describe('dlr-url through an operator', () => {
  it.each([
    ['447700900123', ['8', '1']],
    ['447705550001', ['8', '2']],
    ['447705550006', ['16']],
  ])('to %s is called for %j', async (to, types) => {
    const operator = await startSandbox({ handsets: { delayMs: [0, 1] } });
    const life = await begin(undefined, true, operator.port);
    const url = `${calls.url}/dlr?d=%d&A=%A&i=%i`;
    expect(await send(life, { to, 'dlr-url': url, 'dlr-mask': '27' })).toBe(accepted);
    for (const type of types) await call(type);
    const got = calls.requests.items.map(({ query }) => query.get('d'));
    expect(new Set(got)).toEqual(new Set(types));
    const nack = calls.requests.items.find(({ query }) => query.get('d') === '16');
    if (nack !== undefined)
      expect(nack.query.get('A')).toBe('NACK/0x0000000b/Destination address is not acceptable');
    else expect((await call('8')).query.get('i')).toBe('op');
    await life.end();
    await operator.close();
  });

  it('is called once for a text in segments, also when it was taken', async () => {
    const operator = await startSandbox({ handsets: { delayMs: [0, 1] } });
    const life = await begin(undefined, true, operator.port);
    const url = `${calls.url}/dlr?d=%d`;
    await send(life, { text: 'x'.repeat(400), 'dlr-url': url, 'dlr-mask': '9' });
    await call('8');
    await call('1');
    await send(life, { 'dlr-url': `${url}&last=yes`, 'dlr-mask': '1' });
    await calls.requests.next('the call of the second', ({ query }) => query.get('last') === 'yes');
    const first = calls.requests.items.filter(({ query }) => query.get('last') === null);
    expect(first.map(({ query }) => query.get('d')).sort()).toEqual(['1', '8']);
    await life.end();
    await operator.close();
  });
});

describe('accounts', () => {
  it.each([[{ password: 'wrong' }], [{ username: 'nobody' }], [{ username: 'secure' }], [{ password: '' }]])(
    'lets in nobody with %j',
    async (login) => {
      const life = await begin();
      expect(await send(life, login)).toBe('403 Authorization failed for sendsms');
    },
  );

  it('lets in nobody who is suspended', async () => {
    const life = await begin();
    expect(await send(life, {})).toBe(accepted);
    await life.gateway.suspend('shop', true);
    expect(await send(life, {})).toBe('403 Authorization failed for sendsms');
  });

  it('slows guesses down: after many wrong passwords the right one is not tried', async () => {
    const life = await begin();
    for (let count = 0; count < 40; count += 1) await send(life, { password: `wrong ${count}` });
    expect(await send(life, {})).toBe('403 Authorization failed for sendsms');
  });
});
