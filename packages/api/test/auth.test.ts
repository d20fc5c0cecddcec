import { MemoryStore } from '@chappe/center';
import { Gateway } from '@chappe/gateway';
import type { FastifyBaseLogger } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkExposure } from '../src/auth/gate.ts';
import { Refusals } from '../src/auth/refusals.ts';
import { buildApi } from '../src/index.ts';
import { keyHash, keys, type ManagedRig, settingsFor, startManaged } from './managed-rig.ts';
import { SteppedClock, startRig } from './rig.ts';

/** A logger that hears of warnings. */
function pinoLike(warn: (fields: object) => void): FastifyBaseLogger {
  const ignore = (): void => undefined;
  const logger = {
    level: 'warn',
    fatal: ignore,
    error: ignore,
    warn,
    info: ignore,
    debug: ignore,
    trace: ignore,
  };
  return { ...logger, silent: ignore, child: () => pinoLike(warn) } as unknown as FastifyBaseLogger;
}

let rig: ManagedRig;
beforeAll(async () => {
  rig = await startManaged();
});
afterAll(() => rig.close());

describe('without a key', () => {
  it('HEAD is no way round', async () => {
    const { statusCode } = await rig.app.inject({ method: 'HEAD', url: '/api/v1/accounts' });
    expect(statusCode).toBe(401);
  });

  it('the body is not even looked at', async () => {
    const { status } = await rig.as(undefined)('POST', 'messages', { nonsense: true });
    expect(status).toBe(401);
  });

  it('everything is answered where no keys are set', async () => {
    const sandbox = await startRig();
    expect((await sandbox.get('/api/v1/accounts')).status).toBe(200);
    await sandbox.close();
  });
});

describe('the key of an admin', () => {
  it.each([
    ['bearer', { authorization: `Bearer ${keys.admin}` }],
    ['in small letters', { authorization: `bearer  ${keys.admin} ` }],
    ['in a header of its own', { 'x-api-key': keys.admin }],
    ['the other one', { 'x-api-key': 'another-admin-key' }],
  ])('lets in: %s', async (_, headers) => {
    expect((await rig.as(undefined)('GET', 'config', undefined, headers)).status).toBe(200);
  });

  it.each([
    ['basic', { authorization: `Basic ${keys.admin}` }],
    ['alone', { authorization: keys.admin }],
    ['empty', { authorization: 'Bearer ' }],
    ['its hash', { authorization: `Bearer ${keyHash(keys.admin)}` }],
    ['too long', { authorization: `Bearer ${'x'.repeat(2_000)}` }],
    ['wrong beside a right one', { authorization: 'Bearer wrong', 'x-api-key': keys.admin }],
  ])('does not let in: %s', async (_, headers) => {
    const { status, json } = await rig.as(undefined)('GET', 'config', undefined, headers);
    expect([status, json.code]).toEqual([401, 'unauthorized']);
  });
});

describe('the key of an account', () => {
  it('sends as itself only', async () => {
    await rig.admin('POST', 'ledger/acme/credits', { amount: '10' });
    const text = { to: '447700900001', text: 'mine' };
    const { json: own, status } = await rig.as(keys.acme)('POST', 'messages', text);
    expect(status).toBe(202);
    expect((await rig.admin('GET', `messages/${own.id}`)).json.account).toBe('acme');
    expect((await rig.as(keys.acme)('POST', 'messages', { ...text, account: 'acme' })).status).toBe(202);
    const other = await rig.as(keys.acme)('POST', 'messages', { ...text, account: 'bank' });
    expect([other.status, other.json.code]).toEqual([403, 'forbidden']);
  });

  it('sees its own messages only', async () => {
    const { json: mine } = await rig.as(keys.acme)('POST', 'messages', { to: '447700900002', text: 'a' });
    const { json: theirs } = await rig.as(keys.bank)('POST', 'messages', { to: '447700900002', text: 'b' });
    const acme = rig.as(keys.acme);
    expect((await acme('GET', `messages/${mine.id}`)).status).toBe(200);
    const hidden = await acme('GET', `messages/${theirs.id}`);
    expect([hidden.status, hidden.json.code]).toEqual([404, 'message_not_found']);
    for (const query of ['', '?q=account:bank', '?q=-account:acme', `?q=id:${theirs.id}`, '?q=account:*']) {
      const { json } = await acme('GET', `messages${query}`);
      const accounts = new Set(json.messages.map(({ account }: { account: string }) => account));
      expect(
        [...accounts].filter((account) => account !== 'acme'),
        query,
      ).toEqual([]);
    }
    for (const query of ['?account=bank', '?account=*', '?account=acme*', '?account=b*']) {
      expect((await acme('GET', `messages${query}`)).status, query).toBe(403);
      expect((await acme('GET', `messages/wait${query}&timeout=1ms`)).status, query).toBe(403);
    }
    expect((await acme('GET', 'messages?account=acme')).json.messages.length).toBeGreaterThan(0);
    expect((await acme('GET', 'messages/wait?q=account:bank&timeout=1ms')).status).toBe(408);
  });

  it('sees its own money and sessions only', async () => {
    const acme = rig.as(keys.acme);
    expect((await acme('GET', 'ledger/acme')).json).toMatchObject({ account: 'acme', mode: 'prepaid' });
    expect((await acme('GET', 'ledger/acme/entries')).status).toBe(200);
    for (const url of ['ledger/bank', 'ledger/bank/entries', 'ledger/nobody', 'sessions?account=bank']) {
      expect((await acme('GET', url)).status, url).toBe(403);
    }
    expect((await acme('GET', 'sessions')).json).toMatchObject({ total: 0 });
    expect((await acme('POST', 'ledger/acme/credits', { amount: '1000' })).status).toBe(403);
  });

  it('has idempotency keys of its own', async () => {
    const headers = { 'idempotency-key': 'same-key' };
    const mine = await rig.as(keys.acme)('POST', 'messages', { to: '447700900003', text: 'a' }, headers);
    const theirs = await rig.as(keys.bank)('POST', 'messages', { to: '447700900003', text: 'b' }, headers);
    const again = await rig.as(keys.acme)('POST', 'messages', { to: '447700900003', text: 'a' }, headers);
    expect([mine.status, theirs.status, again.status]).toEqual([202, 202, 202]);
    expect(theirs.json.id).not.toBe(mine.json.id);
    expect(again.json.id).toBe(mine.json.id);
  });

  it('is refused while it is suspended, and from elsewhere', async () => {
    await rig.gateway.suspend('bank', true);
    const { status, json } = await rig.as(keys.bank)('GET', 'messages');
    expect([status, json.detail]).toEqual([403, 'this account is suspended']);
    await rig.gateway.suspend('bank', false);
    expect((await rig.as(keys.bank)('GET', 'messages')).status).toBe(200);
    const settings = settingsFor(rig.upstream.port);
    const accounts = settings.accounts.map((account) => ({ ...account, allowFrom: ['203.0.113.0/24'] }));
    await rig.gateway.apply({ ...settings, accounts });
    // As a key that nobody has: whoever found it there does not learn that it is right.
    const elsewhere = await rig.as(keys.bank)('GET', 'messages');
    const nobodys = await rig.as('a-key-that-nobody-has')('GET', 'messages');
    expect([elsewhere.status, elsewhere.json.detail]).toEqual([nobodys.status, nobodys.json.detail]);
    expect(elsewhere.status).toBe(401);
    await rig.gateway.suspend('bank', true);
    expect((await rig.as(keys.bank)('GET', 'messages')).status).toBe(401);
    await rig.gateway.suspend('bank', false);
    await rig.gateway.apply(settings);
  });

  it('follows the settings', async () => {
    const key = 'new-key-of-a-new-account';
    expect((await rig.as(key)('GET', 'messages')).status).toBe(401);
    await rig.admin('PUT', 'accounts/late', {
      passwordHash: settingsFor(1).accounts[0]?.passwordHash,
      apiKey: key,
    });
    expect((await rig.as(key)('GET', 'messages')).status).toBe(200);
    await rig.admin('DELETE', 'accounts/late');
    expect((await rig.as(key)('GET', 'messages')).status).toBe(401);
  });
});

describe('an account whose name the search language would widen', () => {
  it('does not search', async () => {
    const gateway = await Gateway.start({
      store: new MemoryStore(),
      smpp: { port: 0 },
      settings: {
        ...settingsFor(1),
        connectors: [],
        routes: [],
        accounts: [
          {
            systemId: 'a*',
            passwordHash: settingsFor(1).accounts[0]?.passwordHash ?? '',
            apiKeyHash: keyHash('k'),
          },
        ],
        mo: [],
      },
    });
    const app = buildApi({ gateway, version: '1', auth: { adminKeyHashes: [] } });
    const response = await app.inject({ url: '/api/v1/messages', headers: { 'x-api-key': 'k' } });
    expect(response.statusCode).toBe(403);
    // Nobody is an admin here, and that is said.
    const config = await app.inject('/api/v1/config');
    expect([config.statusCode, config.json().hint]).toEqual([
      401,
      expect.stringContaining('set http.adminKey'),
    ]);
    await app.close();
    await gateway.stop({ drainMs: 0 });
  });
});

describe('wrong keys', () => {
  /** A clock whose timers ring when told, with what they were set to. */
  class HandClock {
    ms = 0;
    readonly timers: { run: () => void; delayMs: number }[] = [];
    nowMs(): number {
      return this.ms;
    }
    monotonicMs(): number {
      return this.ms;
    }
    setTimer(run: () => void, delayMs: number): () => void {
      const timer = { run, delayMs };
      this.timers.push(timer);
      return () => {
        const at = this.timers.indexOf(timer);
        if (at >= 0) this.timers.splice(at, 1);
      };
    }
    ring(): void {
      for (const { run } of this.timers.splice(0)) run();
    }
  }

  const closing = new AbortController().signal;

  it('wait longer each time, up to a limit, and by address', async () => {
    const clock = new HandClock();
    const refusals = new Refusals(clock);
    const delays: (number | undefined)[] = [];
    for (let count = 0; count < 9; count += 1) {
      const done = refusals.wait('192.0.2.1', closing);
      delays.push(clock.timers[0]?.delayMs);
      clock.ring();
      expect(await done).toBe(true);
    }
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
    void refusals.wait('192.0.2.2', closing);
    expect(clock.timers[0]?.delayMs).toBe(100);
    clock.ms += 600_000;
    clock.timers.splice(0);
    void refusals.wait('192.0.2.1', closing);
    expect(clock.timers[0]?.delayMs).toBe(100);
  });

  it('count for all of a customer with IPv6', async () => {
    const clock = new HandClock();
    const refusals = new Refusals(clock);
    void refusals.wait('2001:db8::1', closing);
    void refusals.wait('2001:db8::ffff', closing);
    void refusals.wait('2001:db8:0:1::1', closing);
    expect(clock.timers.map(({ delayMs }) => delayMs)).toEqual([100, 200, 100]);
    clock.ring();
  });

  it('do not pile up', async () => {
    const clock = new HandClock();
    const refusals = new Refusals(clock);
    const waits = Array.from({ length: 10 }, () => refusals.wait('192.0.2.1', closing));
    expect(await refusals.wait('192.0.2.1', closing)).toBe(false);
    clock.ring();
    expect(await Promise.all(waits)).toEqual(Array.from({ length: 10 }, () => true));
    const next = refusals.wait('192.0.2.1', closing);
    clock.ring();
    expect(await next).toBe(true);
  });

  it('wait no longer than the API is open', async () => {
    const clock = new HandClock();
    const refusals = new Refusals(clock);
    const controller = new AbortController();
    const done = refusals.wait('192.0.2.1', controller.signal);
    controller.abort();
    expect(await done).toBe(true);
    expect(clock.timers).toEqual([]);
  });

  it('are counted, and a key that was right from there before never waits', async () => {
    const clock = new HandClock();
    const app = buildApi({
      gateway: rig.gateway,
      version: '1',
      clock,
      auth: { adminKeyHashes: [keyHash(keys.admin)] },
    });
    const ask = (key: string): Promise<{ statusCode: number; headers: Record<string, unknown> }> =>
      app.inject({ url: '/api/v1/info', headers: { 'x-api-key': key } });
    await app.ready();
    expect((await ask(keys.admin)).statusCode).toBe(200);
    const wrong = Array.from({ length: 11 }, () => ask('wrong'));
    expect((await ask(keys.admin)).statusCode).toBe(200);
    // Three more are those of the reports, of a minute and of an hour, and of the watch over the event loop; and one that
    // idempotency keys end by, where the tests before have left some.
    const left = (await rig.gateway.control.list('idempotency', { limit: 1 })).length;
    await rig.until(() => clock.timers.length === 13 + left);
    clock.ring();
    const answers = await Promise.all(wrong);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([...Array(10).fill(401), 429]);
    const late = answers.find(({ statusCode }) => statusCode === 429);
    expect(late?.headers['retry-after']).toBe('5');
    const metrics = await app.inject({ url: '/metrics', headers: { 'x-api-key': keys.admin } });
    expect(metrics.body).toMatch(/chappe_http_requests_total\{route="\/api\/v1\/info",code="401"\} 10/);
    await app.close();
  });
});

describe('guessing', () => {
  /** Lets time pass in steps until all is answered. */
  async function passed<T>(clock: SteppedClock, answers: readonly Promise<T>[]): Promise<T[]> {
    let isDone = false;
    const all = Promise.all(answers).finally(() => {
      isDone = true;
    });
    for (let step = 0; step < 2_000 && !isDone; step += 1) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return all;
  }

  const guess = (index: number): string => `guess-number-${index}-of-many`;

  async function bench(lines: object[] = []): Promise<{
    readonly clock: SteppedClock;
    ask(key: string, remoteAddress?: string, headers?: Record<string, string>): Promise<number>;
    close(): Promise<void>;
  }> {
    const clock = new SteppedClock();
    const logger = pinoLike((fields) => lines.push(fields));
    const auth = { adminKeyHashes: [keyHash(keys.admin)], isProxy: (peer: string) => peer === '10.0.0.1' };
    const app = buildApi({ gateway: rig.gateway, version: '1', clock, auth, logger });
    await app.ready();
    return {
      clock,
      ask: async (key, remoteAddress = '192.0.2.1', headers = {}) =>
        (
          await app.inject({
            url: '/api/v1/messages',
            remoteAddress,
            headers: { 'x-api-key': key, ...headers },
          })
        ).statusCode,
      close: () => app.close(),
    };
  }

  it('does not find the right key at full speed: it is not even looked at', async () => {
    const { clock, ask, close } = await bench();
    expect(await passed(clock, [ask(guess(0))])).toEqual([401]);
    const answers = Array.from({ length: 500 }, (_, index) => ask(index === 400 ? keys.admin : guess(index)));
    const statuses = await passed(clock, answers);
    expect(statuses[400]).toBe(429);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(490);
    await close();
  });

  it('a right key that is new there waits its time and is let in; from then on it never waits', async () => {
    const { clock, ask, close } = await bench();
    await passed(
      clock,
      Array.from({ length: 5 }, (_, index) => ask(guess(index))),
    );
    const first = ask(keys.acme);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await passed(clock, [first])).toEqual([200]);
    const flood = Array.from({ length: 100 }, (_, index) => ask(guess(index)));
    expect(await ask(keys.acme)).toBe(200);
    // That it is right there says nothing about another one.
    expect(await ask(keys.bank)).toBe(429);
    await passed(clock, flood);
    await close();
  });

  it('from one address holds up nobody at another', async () => {
    const { clock, ask, close } = await bench();
    const flood = Array.from({ length: 100 }, (_, index) => ask(guess(index)));
    expect(await ask(keys.admin, '192.0.2.2')).toBe(200);
    expect(await ask(keys.acme, '2001:db8::1')).toBe(200);
    await passed(clock, flood);
    await close();
  });

  it('behind a trusted proxy is told apart by X-Forwarded-For, and cannot be blamed on others', async () => {
    const { clock, ask, close } = await bench();
    const by = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
    const flood = Array.from({ length: 100 }, (_, at) =>
      ask(guess(at), '10.0.0.1', by(`9.9.9.9, 192.0.2.7`)),
    );
    expect(await ask(keys.acme, '10.0.0.1', by('192.0.2.8'))).toBe(200);
    expect(await ask(keys.bank, '10.0.0.1', by('192.0.2.7'))).toBe(429);
    expect(await ask(keys.bank, '10.0.0.1', by('9.9.9.9'))).toBe(200);
    // Who is no proxy says nothing about where it is.
    const forged = Array.from({ length: 20 }, (_, at) => ask(guess(at), '192.0.2.50', by('192.0.2.51')));
    expect(await ask(keys.acme, '192.0.2.51')).toBe(200);
    await passed(clock, [...flood, ...forged]);
    await close();
  });

  it('is told at once, and then once a minute, without the keys', async () => {
    const lines: object[] = [];
    const { clock, ask, close } = await bench(lines);
    await passed(clock, [ask(guess(0))]);
    expect(lines).toEqual([{ where: 'http', address: '192.0.2.1', count: 1, addresses: 1 }]);
    const flood = [
      ...Array.from({ length: 200 }, (_, index) => ask(guess(index))),
      ...Array.from({ length: 50 }, (_, index) => ask(guess(index), `198.51.100.${index}`)),
    ];
    await passed(clock, flood);
    clock.advance(120_000);
    expect(lines.slice(1)).toEqual([{ where: 'http', address: '192.0.2.1', count: 250, addresses: 51 }]);
    clock.advance(600_000);
    expect(lines).toHaveLength(2);
    await passed(clock, [ask(guess(1))]);
    expect(lines).toHaveLength(3);
    expect(JSON.stringify(lines)).not.toContain('guess');
    await close();
  });
});

describe('listening beyond this machine', () => {
  const auth = { adminKeyHashes: [keyHash(keys.admin)] };

  it.each(['0.0.0.0', '::', '192.0.2.1', 'chappe.example'])('needs an admin key: %s', (host) => {
    expect(() => checkExposure(host, undefined)).toThrow(/without an admin key/);
    expect(() => checkExposure(host, { adminKeyHashes: [] })).toThrow(/http\.adminKey/);
    expect(() => checkExposure(host, auth)).not.toThrow();
  });

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('is not what %s is', (host) => {
    expect(() => checkExposure(host, undefined)).not.toThrow();
  });
});
