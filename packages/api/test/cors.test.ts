/** Web pages of listed origins may call; all others stay outside. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyHash, keys, type ManagedRig, startManaged } from './managed-rig.ts';

const page = 'https://console.example';
let rig: ManagedRig;
beforeAll(async () => {
  rig = await startManaged({
    cors: [page, 'http://localhost:5173'],
    auth: { adminKeyHashes: [keyHash(keys.admin)], rate: () => 1_000 },
  });
});
afterAll(() => rig.close());

type Headers = Readonly<Record<string, string>>;
const key = { authorization: `Bearer ${keys.admin}` };

describe('a page of a listed origin', () => {
  it('reads answers, and the headers that say how to go on', async () => {
    const headers = { ...key, origin: page, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
    const { statusCode, headers: got } = await rig.app.inject({ url: '/api/v1/config', headers });
    expect(statusCode).toBe(200);
    expect(got['access-control-allow-origin']).toBe(page);
    expect(got.vary).toBe('Origin');
    for (const name of ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'Location', 'X-Request-Id']) {
      expect(String(got['access-control-expose-headers']).split(', ')).toContain(name);
    }
    expect(got).not.toHaveProperty('access-control-allow-credentials');
  });

  it('reads problems too, also of paths that are none', async () => {
    for (const [url, status] of [
      ['/api/v1/config', 401],
      ['/nowhere', 404],
    ] as const) {
      const { statusCode, headers } = await rig.app.inject({ url, headers: { origin: page } });
      expect([statusCode, headers['access-control-allow-origin']]).toEqual([status, page]);
    }
  });

  it('may ask before, without a key', async () => {
    const { statusCode, headers, body } = await rig.app.inject({
      method: 'OPTIONS',
      url: '/api/v1/accounts/acme',
      headers: {
        origin: page,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });
    expect([statusCode, body, headers['access-control-allow-origin']]).toEqual([204, '', page]);
    expect(String(headers['access-control-allow-methods']).split(', ')).toContain('PUT');
    const allowed = String(headers['access-control-allow-headers']).toLowerCase().split(', ');
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'content-type', 'idempotency-key']));
    expect(Number(headers['access-control-max-age'])).toBeGreaterThan(0);
  });

  it('is no way round the Host: DNS rebinding stays what it is', async () => {
    const headers = { ...key, host: 'rebound.example', origin: page };
    const { statusCode, json } = await rig.app.inject({ url: '/api/v1/config', headers });
    expect([statusCode, json().code]).toEqual([403, 'host_not_allowed']);
  });
});

describe('any other page', () => {
  it.each<[string, Headers]>([
    ['of another host', { origin: 'https://evil.example' }],
    ['of another scheme', { origin: 'http://console.example' }],
    ['of another port', { origin: 'https://console.example:8443' }],
    ['of a name below', { origin: 'https://a.console.example' }],
    ['of a name that begins so', { origin: 'https://console.example.evil.example' }],
    ['of no origin that is told', { origin: 'null' }],
    ['that sends none', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('is refused, and reads nothing: %s', async (_, headers) => {
    const asked = { 'access-control-request-method': 'GET' };
    for (const request of [
      { method: 'GET', url: '/api/v1/config', headers: { ...key, ...headers } },
      { method: 'OPTIONS', url: '/api/v1/config', headers: { ...asked, ...headers } },
    ] as const) {
      const answer = await rig.app.inject(request);
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'origin_not_allowed']);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.headers.vary).toBe('Origin');
    }
  });

  it('finds nothing that was left open where no origin is listed', async () => {
    const closed = await startManaged();
    const headers = { origin: page, 'access-control-request-method': 'GET' };
    const answer = await closed.app.inject({ method: 'OPTIONS', url: '/api/v1/config', headers });
    expect([answer.statusCode, answer.headers.vary]).toEqual([403, undefined]);
    await closed.close();
  });
});

it('programs, which have no origin, are answered as ever; OPTIONS that asks for nothing is no route', async () => {
  expect((await rig.admin('GET', 'config')).headers).not.toHaveProperty('access-control-allow-origin');
  const options = await rig.app.inject({
    method: 'OPTIONS',
    url: '/api/v1/config',
    headers: { origin: page },
  });
  expect(options.statusCode).toBe(405);
});
