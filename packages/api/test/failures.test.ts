import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ allowedHosts: ['chappe.example'] });
});
afterAll(() => rig.close());

const url = '/api/v1/messages';
const good = { to: '447700900001', text: 'x' };

describe('bodies', () => {
  it.each([
    ['{"to": "1",', 'malformed_json'],
    ['to=1&text=2', 'malformed_json'],
    ['', 'malformed_json'],
    ['[]', 'invalid_field'],
    ['"text"', 'invalid_field'],
    ['null', 'invalid_field'],
    ['{"__proto__": {"to": "1"}, "to": "1", "text": "x"}', 'unknown_field'],
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'malformed_json'],
  ])('%s is %s', async (body, code) => {
    const { status, json } = await rig.post(url, body);
    expect(status).toBe(400);
    expect(json.code).toBe(code);
  });

  it('says where JSON breaks off', async () => {
    const { json } = await rig.post(url, '{"to": "1",\n "text": x}');
    expect(json.detail).toMatch(/line 2|position|Unexpected token/);
  });

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/json-patch+json'],
  ])('%s is not read', async (type) => {
    const { status, json } = await rig.post(url, good, { 'content-type': type });
    expect(status).toBe(415);
    expect(json).toMatchObject({
      code: 'unsupported_media_type',
      hint: expect.stringContaining('application/json'),
    });
  });

  it('reads JSON with a charset', async () => {
    expect((await rig.post(url, good, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(
      202,
    );
  });

  it('wants a body', async () => {
    const response = await rig.app.inject({ method: 'POST', url });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'invalid_field', hint: 'send a JSON object' });
  });

  it('refuses one that is too large', async () => {
    const { status, json } = await rig.post(url, { ...good, text: 'x'.repeat(600_000) });
    expect(status).toBe(413);
    expect(json).toMatchObject({ code: 'body_too_large', detail: expect.stringContaining('524288') });
  });
});

describe('paths', () => {
  it.each([
    '/api',
    '//api/v1/config',
    '/api//v1/config',
    '/api/v1/config//',
    '/api/v2/messages',
    '/api/v1/messages/a/b',
    '/favicon.ico',
    '/%2e%2e/etc',
  ])('%s is nothing', async (path) => {
    const { status, json, headers } = await rig.get(path);
    expect(status).toBe(404);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(json).toMatchObject({ code: 'unknown_route', hint: expect.stringContaining('/openapi.json') });
  });

  it.each([
    ['PATCH', '/api/v1/messages', 'POST, GET, DELETE, HEAD'],
    ['POST', '/livez', 'GET, HEAD'],
    ['GET', '/api/v1/phones/447700900001/state', 'PUT'],
    ['OPTIONS', '/api/v1/messages', 'POST, GET, DELETE, HEAD'],
    ['PATCH', '/api/v1/messages/', 'POST, GET, DELETE, HEAD'],
  ] as const)('%s %s is not possible', async (method, path, allow) => {
    const response = await rig.app.inject({ method, url: path });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe(allow);
    expect(response.json().code).toBe('method_not_allowed');
  });

  it('cannot be read', async () => {
    const { status, json } = await rig.get('/api/v1/messages/%zz');
    expect(status).toBe(400);
    expect(json.code).toBe('bad_request');
  });

  it('takes parameters only where there are some', async () => {
    expect((await rig.get('/livez?x=1')).json).toMatchObject({ code: 'unknown_parameter', field: 'x' });
    expect((await rig.post(`${url}?dry=1`, good)).json).toMatchObject({
      code: 'unknown_parameter',
      field: 'dry',
    });
  });
});

describe('request ids', () => {
  it("are the caller's when they are plain, and stand in header and body", async () => {
    const { json, headers } = await rig.get('/nothing', { headers: { 'x-request-id': 'my-id.1' } });
    expect(headers['x-request-id']).toBe('my-id.1');
    expect(json.requestId).toBe('my-id.1');
  });

  it('are ours else, and all different', async () => {
    const ids = await Promise.all(
      ['', 'with space', 'x'.repeat(65)].map(
        async (id) => (await rig.get('/nothing', { headers: { 'x-request-id': id } })).json.requestId,
      ),
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]+-[0-9a-z]+$/);
  });
});

describe('callers', () => {
  it.each([
    ['localhost', true],
    ['localhost:8080', true],
    ['LOCALHOST.', true],
    ['chappe.localhost:8080', true],
    ['127.0.0.1:8080', true],
    ['127.9.9.9', true],
    ['[::1]:8080', true],
    ['192.168.1.5:8080', true],
    ['chappe.example', true],
    ['Chappe.Example:8080', true],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['sub.chappe.example', false],
    ['[::1].evil.example', false],
    ['[evil.example]', false],
    ['127.0.0.1:80:evil.example', false],
    ['0x7f000001', false],
  ])('by the name %s: %s', async (host, isAllowed) => {
    const { status, json } = await rig.post(url, good, { host });
    expect(status).toBe(isAllowed ? 202 : 403);
    if (!isAllowed) expect(json.code).toBe('host_not_allowed');
  });

  it.each([
    ['http://localhost:80', true],
    ['http://localhost:3000', false],
    ['http://evil.example', false],
    ['null', false],
    ['https://chappe.example', true],
    ['http://localhost:80@evil.example', false],
    ['file://', false],
  ])('from a page of %s: %s', async (origin, isAllowed) => {
    const { status, json } = await rig.post(url, good, { host: 'localhost:80', origin });
    expect(status).toBe(isAllowed ? 202 : 403);
    if (!isAllowed) expect(json.code).toBe('origin_not_allowed');
  });

  it.each([
    ['cross-site', 'no-cors', 403],
    ['same-site', 'no-cors', 403],
    ['same-origin', 'cors', 200],
    ['none', 'navigate', 200],
    ['cross-site', 'navigate', 200],
  ])('fetched %s by %s: %i', async (site, mode, expected) => {
    const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode };
    expect((await rig.get('/api/v1/info', { headers })).status).toBe(expected);
  });

  it('never lets another origin read', async () => {
    const { headers } = await rig.get('/api/v1/info');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('sends nothing for a page that may not', async () => {
    const before = (await rig.get('/api/v1/info')).json.messages.accepted;
    await rig.post(url, good, { origin: 'http://evil.example' });
    await rig.post(url, good, { host: 'evil.example' });
    expect((await rig.get('/api/v1/info')).json.messages.accepted).toBe(before);
  });
});

describe('what is no HTTP', () => {
  const raw = async (bytes: string): Promise<string> => {
    const { port } = await rig.listen();
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(bytes);
    return text(socket);
  };

  it.each([
    ['\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01\r\n\r\n', 400, 'bad_request'],
    ['GARBAGE\r\n\r\n', 400, 'bad_request'],
    [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ])('is answered and ended', async (bytes, status, code) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
    expect((await rig.get('/livez')).status).toBe(200);
  });
});
