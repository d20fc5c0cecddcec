import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bind } from './esme.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

describe('health', () => {
  it('is alive and ready', async () => {
    expect(await rig.get('/livez')).toMatchObject({ status: 200, json: { status: 'live' } });
    expect(await rig.get('/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
    expect((await rig.get('/readyz/')).status).toBe(200);
  });

  it('is not ready while the store fails, but alive', async () => {
    const { center } = rig.box.gateway;
    Object.defineProperty(center, 'failure', {
      configurable: true,
      get: () => ({ code: 'CHAPPE_STORE_DISK_FULL' }),
    });
    const { status, json } = await rig.get('/readyz');
    expect(status).toBe(503);
    expect(json).toMatchObject({
      code: 'not_ready',
      detail: expect.stringContaining('CHAPPE_STORE_DISK_FULL'),
    });
    expect((await rig.get('/livez')).status).toBe(200);
    Reflect.deleteProperty(center, 'failure');
    expect((await rig.get('/readyz')).status).toBe(200);
  });
});

describe('GET /api/v1/info', () => {
  it('says what runs here', async () => {
    const { json } = await rig.get('/api/v1/info');
    expect(json).toMatchObject({
      name: 'chappe',
      version: '1.2.3',
      smpp: { port: rig.box.port },
      tls: null,
      accounts: { open: true },
      node: process.versions.node,
    });
    expect(json.magicNumbers).toContainEqual(
      expect.objectContaining({ suffix: '5550001', magic: 'undelivered' }),
    );
  });
});

describe('GET /api/v1/sessions', () => {
  it('pages through bound sessions', async () => {
    const esmes = await Promise.all(['acme', 'beta', 'acme'].map((name) => bind(rig.box.port, name)));
    const { json: first } = await rig.get('/api/v1/sessions?limit=2');
    expect(first).toMatchObject({
      total: 3,
      sessions: [{ bind: 'transceiver', version: '3.4', tls: false }, {}],
    });
    expect(first.sessions[0].counters.pdusIn).toBeGreaterThan(0);
    const { json: second } = await rig.get(`/api/v1/sessions?limit=2&cursor=${first.next}`);
    expect(second.sessions).toHaveLength(1);
    expect(second.next).toBeNull();
    const ids = [...first.sessions, ...second.sessions].map(({ id }: { id: number }) => id);
    expect(new Set(ids).size).toBe(3);
    const { json: acme } = await rig.get('/api/v1/sessions?account=acme');
    expect(acme).toMatchObject({ total: 2, next: null });
    await Promise.all(esmes.map((esme) => esme.close()));
  });

  it.each(['limit=1001', 'cursor=x', 'system=1'])('refuses %s', async (query) => {
    expect((await rig.get(`/api/v1/sessions?${query}`)).status).toBe(400);
  });
});
