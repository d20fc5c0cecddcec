import { CenterError } from '@chappe/center';
import { GatewayError } from '@chappe/policy';
import type { FastifyBaseLogger } from 'fastify';
import { describe, expect, it } from 'vitest';
import { startRig } from './rig.ts';

/** Keeps every line that is logged, at every level. */
function keepingLogger(): { logger: FastifyBaseLogger; lines: string[] } {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (...parts: unknown[]): void => {
      lines.push(`${level} ${parts.map((part) => JSON.stringify(part, errorsToo)).join(' ')}`);
    };
  const logger = {
    level: 'trace',
    fatal: keep('fatal'),
    error: keep('error'),
    warn: keep('warn'),
    info: keep('info'),
    debug: keep('debug'),
    trace: keep('trace'),
    silent: () => undefined,
    child: (bindings: unknown) => {
      keep('child')(bindings);
      return logger;
    },
  };
  return { logger: logger as unknown as FastifyBaseLogger, lines };
}

function errorsToo(_key: string, value: unknown): unknown {
  return value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value;
}

describe('logs', () => {
  it('hold neither texts nor numbers nor queries, but routes and ids', async () => {
    const { logger, lines } = keepingLogger();
    const rig = await startRig({ logger });
    const id = await rig.submit('447700900001', 'SECRETTEXT');
    await rig.until(id, 'delivered');
    await rig.get('/api/v1/messages?text=SECRETTEXT&to=447700900001');
    await rig.get('/api/v1/phones/447700900001/messages');
    await rig.get('/nothing/SECRETTEXT?447700900001');
    await rig.post('/api/v1/messages', '{"to":"447700900001","text":"SECRETTEXT');
    await rig.post('/api/v1/messages', { to: '447700900001', SECRETTEXT: 1 });
    await rig.post('/api/v1/phones/447700900001/messages', { to: '60100', text: 'SECRETTEXT' });
    rig.box.gateway.messages.get = () => Promise.reject(new Error('broken'));
    const broken = await rig.get('/api/v1/messages/447700900001');
    await rig.close();
    const all = lines.join('\n');
    expect(all).not.toContain('SECRETTEXT');
    expect(all).not.toContain('447700900001');
    expect(all).toContain('/api/v1/messages/:id');
    const failure = lines.find((line) => line.startsWith('error'));
    expect(failure).toContain('broken');
    expect(failure).toContain(broken.json.requestId);
  });
});

describe('errors of the gateway', () => {
  it.each([
    [new Error('secret detail of ours'), 500, 'internal'],
    ['a string', 500, 'internal'],
    [undefined, 500, 'internal'],
    [new GatewayError('CHAPPE_GATEWAY_FULL', 'full'), 503, 'full'],
    [new GatewayError('CHAPPE_GATEWAY_STORE', 'no'), 503, 'store_failed'],
    [new GatewayError('CHAPPE_GATEWAY_STOPPED', 'bye'), 503, 'stopping'],
    [new CenterError('CHAPPE_CENTER_FULL', 'full'), 503, 'full'],
    [new CenterError('CHAPPE_CENTER_STOPPED', 'bye'), 503, 'stopping'],
    [new CenterError('CHAPPE_CENTER_DRAFT', 'too many octets'), 422, 'refused'],
    [new CenterError('CHAPPE_STORE_CLOSED', 'bye'), 503, 'stopping'],
    [
      new GatewayError('CHAPPE_GATEWAY_STORE', 'no', {
        cause: new CenterError('CHAPPE_STORE_DISK_FULL', 'secret path'),
      }),
      503,
      'store_failed',
    ],
    [new CenterError('CHAPPE_STORE_IO', 'cannot read secret detail of ours'), 503, 'store_failed'],
    [Object.assign(new Error('x'), { statusCode: 418 }), 400, 'bad_request'],
  ])('%s is %i %s', async (error, status, code) => {
    const rig = await startRig();
    rig.box.gateway.messages.walk = () => Promise.reject(error);
    const answer = await rig.get('/api/v1/messages');
    await rig.close();
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ code, status });
    expect(answer.text).not.toContain('secret');
    if (code === 'full') expect(answer.headers['retry-after']).toBe('1');
  });

  it('are answered when the gateway has stopped', async () => {
    const rig = await startRig();
    await rig.box.close();
    const { status, json } = await rig.post('/api/v1/messages', { to: '447700900001', text: 'x' });
    expect(status).toBe(503);
    expect(json.code).toBe('stopping');
    expect((await rig.get('/api/v1/messages')).json.code).toBe('stopping');
    expect((await rig.get('/readyz')).status).toBe(503);
    expect((await rig.get('/livez')).status).toBe(200);
    await rig.app.close();
  });
});
