import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../src/index.ts';
import { keys, type ManagedRig, settingsFor, someHash, startManaged } from './managed-rig.ts';

let rig: ManagedRig;
beforeAll(async () => {
  rig = await startManaged();
});
afterAll(() => rig.close());

const whsec = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;

/** An entry of each kind: where, a good body, what it is shown as. */
const kinds = [
  {
    path: 'accounts',
    body: {
      passwordHash: someHash,
      throughput: '30/m',
      tags: 'gold',
      credit: { mode: 'prepaid', perDay: '1.5' },
    },
    settings: {
      systemId: 'made',
      throughput: { rate: '0.5/s' },
      tags: ['gold'],
      credit: { mode: 'prepaid', perDay: '1.5' },
    },
  },
  {
    path: 'connectors',
    body: {
      host: '127.0.0.1',
      systemId: 'us',
      password: 'hidden',
      paused: true,
      window: 50,
      enquireLink: '90s',
    },
    settings: {
      name: 'made',
      host: '127.0.0.1',
      systemId: 'us',
      window: 50,
      enquireLink: '90s',
      paused: true,
    },
  },
  {
    path: 'routes',
    body: { to: '49', via: { share: { 'op-a': 70, 'op-b': 30 } }, price: 0.0125, text: 'code' },
    settings: {
      name: 'made',
      to: ['49'],
      text: '/code/',
      via: [{ share: { 'op-a': 70, 'op-b': 30 } }],
      price: { perSegment: '0.0125' },
    },
  },
  {
    path: 'mo-routes',
    body: { keyword: 'HELP', deliver: 'bank' },
    settings: { name: 'made', keywords: ['HELP'], deliver: { accounts: ['bank'], spread: 'round-robin' } },
  },
  {
    path: 'webhooks',
    body: { url: 'https://hooks.example/y', secret: whsec, timeout: '5s' },
    settings: { name: 'made', url: 'https://hooks.example/y', timeout: '5s' },
  },
] as const;

describe.each(kinds)('PUT and DELETE /api/v1/$path/{name}', ({ path, body, settings }) => {
  it('makes, replaces and takes away', async () => {
    const made = await rig.admin('PUT', `${path}/made`, body);
    expect([made.status, made.json]).toEqual([
      201,
      { name: 'made', origin: 'store', settings, warnings: [] },
    ]);
    expect(made.text).not.toMatch(/hidden|whsec_|scrypt/);
    const again = await rig.admin('PUT', `${path}/made`, body);
    expect(again.status).toBe(200);
    const { json } = await rig.admin('GET', 'config');
    const list = json[path === 'mo-routes' ? 'mo' : path];
    expect(list).toContainEqual({ origin: 'store', settings });
    expect((await rig.admin('DELETE', `${path}/made`)).status).toBe(204);
    const gone = await rig.admin('DELETE', `${path}/made`);
    expect([gone.status, gone.json.code]).toEqual([404, 'not_found']);
  });

  it('leaves what the file has alone', async () => {
    const name = {
      accounts: 'acme',
      connectors: 'op-a',
      routes: 'uk',
      'mo-routes': 'to-acme',
      webhooks: 'hook',
    }[path];
    const put = await rig.admin('PUT', `${path}/${name}`, body);
    expect([put.status, put.json.code]).toEqual([409, 'conflict']);
    expect(put.json.hint).toContain('change it there');
    const removed = await rig.admin('DELETE', `${path}/${name}`);
    expect([removed.status, removed.json.code]).toEqual([409, 'conflict']);
  });

  it('says all that is wrong, by field', async () => {
    const { status, json } = await rig.admin('PUT', `${path}/made`, { ...body, windw: 1, to2: 2 });
    expect([status, json.code]).toEqual([400, 'unknown_field']);
    expect(json.errors.map(({ field }: { field: string }) => field)).toEqual(['windw', 'to2']);
    const renamed = await rig.admin('PUT', `${path}/made`, { ...body, name: 'other', systemId: 'other' });
    expect(renamed.status).toBe(400);
    for (const wrong of [[], 'x', 7, null]) {
      expect((await rig.admin('PUT', `${path}/made`, wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
  });
});

describe('an entry over HTTP', () => {
  it('keeps the secrets of a webhook, those before too, until others are given or taken away', async () => {
    const url = 'https://hooks.example/y';
    const previous = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
    const secrets = () => {
      const { secret, previousSecrets } = rig.gateway.network.webhook('kept')?.settings ?? {};
      return [secret, previousSecrets];
    };
    const put = await rig.admin('PUT', 'webhooks/kept', { url, secret: whsec, previousSecrets: [previous] });
    expect([put.status, put.text.includes('whsec_')]).toEqual([201, false]);
    await rig.admin('PUT', 'webhooks/kept', { url, failureLimit: 7 });
    expect(secrets()).toEqual([whsec, [previous]]);
    await rig.admin('PUT', 'webhooks/kept', { url, previousSecrets: [] });
    expect(secrets()).toEqual([whsec, []]);
    await rig.admin('DELETE', 'webhooks/kept');
  });

  it('keeps the secrets that are not given anew', async () => {
    await rig.admin('PUT', 'connectors/kept', {
      host: '127.0.0.1',
      systemId: 'us',
      password: 'first',
      paused: true,
    });
    await rig.admin('PUT', 'connectors/kept', { host: '127.0.0.1', systemId: 'us', paused: true, window: 7 });
    expect(rig.gateway.network.upstreams.get('kept')?.settings).toMatchObject({
      password: 'first',
      window: 7,
    });
    await rig.admin('PUT', 'connectors/kept', {
      host: '127.0.0.1',
      systemId: 'us',
      paused: true,
      password: 'second',
    });
    expect(rig.gateway.network.upstreams.get('kept')?.settings.password).toBe('second');
    await rig.admin('DELETE', 'connectors/kept');
  });

  it('what GET shows can be put back', async () => {
    await rig.admin('PUT', 'accounts/round', {
      password: 'pw',
      apiKey: 'a-key-of-16-chars',
      binds: 3,
      mo: 'none',
    });
    const before = rig.gateway.accounts.get('round')?.settings;
    const { json } = await rig.admin('GET', 'accounts/round');
    expect((await rig.admin('PUT', 'accounts/round', json.settings)).status).toBe(200);
    expect(rig.gateway.accounts.get('round')?.settings).toEqual(before);
    await rig.admin('PUT', 'accounts/round', { ...json.settings, apiKey: null });
    expect(rig.gateway.accounts.get('round')?.settings).not.toHaveProperty('apiKeyHash');
    await rig.admin('DELETE', 'accounts/round');
  });

  it('cannot make the server read files or its environment', async () => {
    const base = { host: '127.0.0.1', systemId: 'us', paused: true };
    const password = await rig.admin('PUT', 'connectors/bad', { ...base, password: 'file:/etc/hostname' });
    expect([password.status, password.json.field]).toEqual([400, 'password']);
    const tls = await rig.admin('PUT', 'connectors/bad', { ...base, tls: { ca: '/etc/hostname' } });
    expect([tls.status, tls.json.field]).toEqual([400, 'tls.ca']);
    const list = await rig.admin('PUT', 'routes/bad', { to: { file: '/etc/hostname' }, via: 'op-a' });
    expect(list.status).toBe(400);
    for (const { text } of [password, tls, list]) expect(text).toContain('no files can be named here');
    const variableText = ['$', '{HOME}'].join('');
    const variable = await rig.admin('PUT', 'connectors/bad', { ...base, systemId: variableText });
    expect(variable.json.settings.systemId).toBe(variableText);
    await rig.admin('DELETE', 'connectors/bad');
  });

  it('is checked together with everything else', async () => {
    const unknown = await rig.admin('PUT', 'routes/bad', { via: 'op-c' });
    expect([unknown.status, unknown.json.hint]).toEqual([400, 'did you mean "op-a"?']);
    await rig.admin('PUT', 'connectors/op-x', { host: '127.0.0.1', systemId: 'us', paused: true });
    await rig.admin('PUT', 'routes/to-x', { to: '39', via: 'op-x' });
    const needed = await rig.admin('DELETE', 'connectors/op-x');
    expect([needed.status, needed.json.detail]).toEqual([
      409,
      expect.stringContaining('no connector "op-x"'),
    ]);
    await rig.admin('DELETE', 'routes/to-x');
    expect((await rig.admin('DELETE', 'connectors/op-x')).status).toBe(204);
  });

  it('routes come before those of the file, where they are told to', async () => {
    const names = async (): Promise<string[]> =>
      (await rig.admin('GET', 'routes')).json.routes.map(({ name }: { name: string }) => name);
    await rig.admin('PUT', 'routes/first', { to: '351', via: 'op-a' });
    await rig.admin('PUT', 'routes/before', { to: '352', via: 'op-a', before: 'first' });
    expect(await names()).toEqual(['before', 'first', 'held', 'uk', 'vip']);
    const { json, status } = await rig.admin('PUT', 'routes/third', { to: '353', via: 'op-a', before: 'uk' });
    expect([status, json.detail]).toEqual([409, expect.stringContaining('no stored route "uk"')]);
    expect((await rig.admin('PUT', 'routes/third', { via: 'op-a', before: 7 })).json.field).toBe('before');
    await rig.admin('DELETE', 'routes/first');
    await rig.admin('DELETE', 'routes/before');
  });

  it('is told of as shadowed once the file has its name', async () => {
    await rig.admin('PUT', 'accounts/late', { passwordHash: someHash });
    const settings = settingsFor(rig.upstream.port);
    const late = { systemId: 'late', passwordHash: someHash, binds: 2 };
    await rig.gateway.apply({ ...settings, accounts: [...settings.accounts, late] });
    expect((await rig.admin('GET', 'config')).json.shadowed).toEqual([{ kind: 'account', name: 'late' }]);
    expect((await rig.admin('GET', 'accounts/late')).json).toMatchObject({
      origin: 'file',
      settings: { binds: 2 },
    });
    expect((await rig.admin('DELETE', 'accounts/late')).status).toBe(204);
    expect((await rig.admin('GET', 'config')).json.shadowed).toEqual([]);
    expect((await rig.admin('DELETE', 'accounts/late')).status).toBe(409);
    await rig.gateway.apply(settings);
  });

  it('accounts are no matter of an open gateway', async () => {
    const app = buildApi({ gateway: rig.upstream.gateway, version: '1' });
    const payload = { passwordHash: someHash };
    const put = await app.inject({ method: 'PUT', url: '/api/v1/accounts/made', payload });
    expect([put.statusCode, put.json().detail]).toEqual([409, expect.stringContaining('open to everybody')]);
    await app.close();
  });
});

describe('GET /api/v1/accounts', () => {
  it('lists and pages by name', async () => {
    await rig.admin('POST', 'ledger/acme/credits', { amount: '2.5' });
    await rig.as(keys.acme)('POST', 'messages', { to: '447700900100', text: 'x' });
    const { json } = await rig.admin('GET', 'accounts?limit=1');
    expect(json).toMatchObject({
      total: 2,
      next: 'acme',
      accounts: [
        {
          name: 'acme',
          origin: 'file',
          suspended: false,
          tags: ['vip'],
          sessions: 0,
          usedToday: 1,
          usedThisMonth: 1,
        },
      ],
    });
    expect(json.accounts[0].balance).toBe('2.49');
    const { json: rest } = await rig.admin('GET', `accounts?limit=1&cursor=${json.next}`);
    expect(rest).toMatchObject({ next: null, accounts: [{ name: 'bank', balance: null }] });
  });

  it('shows one, without hashes', async () => {
    const { json, text } = await rig.admin('GET', 'accounts/acme');
    expect(json.settings).toEqual({
      systemId: 'acme',
      tags: ['vip'],
      credit: { mode: 'prepaid', perDay: '500' },
    });
    expect(text).not.toMatch(/scrypt|[0-9a-f]{64}/);
    const { status, json: none } = await rig.admin('GET', 'accounts/nobody');
    expect([status, none.code]).toEqual([404, 'not_found']);
  });

  it('takes names with all their characters', async () => {
    const name = '!#$%&/:?@~'.repeat(6);
    const url = `accounts/${encodeURIComponent(name)}`;
    expect((await rig.admin('PUT', url, { passwordHash: someHash })).status).toBe(201);
    expect((await rig.admin('GET', url)).json.name).toBe(name);
    expect((await rig.admin('DELETE', url)).status).toBe(204);
  });
});

describe('POST /api/v1/accounts/{name}/suspend and /resume', () => {
  it('is durable and told', async () => {
    expect((await rig.admin('POST', 'accounts/bank/suspend')).json).toMatchObject({
      name: 'bank',
      suspended: true,
    });
    expect(await rig.control.get('suspension', 'bank')).toBeDefined();
    expect(rig.gateway.accounts.get('bank')?.suspended).toBe(true);
    expect((await rig.admin('POST', 'accounts/bank/resume')).json).toMatchObject({ suspended: false });
    expect(await rig.control.get('suspension', 'bank')).toBeUndefined();
    expect((await rig.admin('POST', 'accounts/nobody/suspend')).status).toBe(404);
  });
});

describe('the API key of an account', () => {
  it.each([
    ['an admin', keys.admin, 'invalid_field'],
    ['another account', keys.bank, 'conflict'],
  ])('is refused when it is that of %s', async (_, apiKey, code) => {
    const put = await rig.admin('PUT', 'accounts/shared', { passwordHash: someHash, apiKey });
    expect(put.json.code).toBe(code);
    expect(put.text).not.toContain(apiKey);
    expect((await rig.admin('GET', 'accounts/shared')).status).toBe(404);
  });
});
