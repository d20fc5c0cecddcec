/** A sandbox begins anew. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bind } from './esme.ts';
import { keys, startManaged } from './managed-rig.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

const url = '/api/v1/messages';
const del = async (path: string): Promise<{ readonly status: number; readonly body: string }> => {
  const { statusCode: status, body } = await rig.app.inject({ method: 'DELETE', url: path });
  return { status, body };
};

describe('DELETE /api/v1/messages', () => {
  it('leaves nothing to be found, by whatever way', async () => {
    const done = await rig.submit('447700900001', 'code 1', { clientReference: 'ref' });
    await rig.until(done, 'delivered');
    await rig.put('/api/v1/phones/447700900002/state', { state: 'off' });
    const waiting = await rig.submit('447700900002', 'code 2');
    const later = await rig.submit('447700900003', 'code 3', { schedule: '1h' });
    await rig.post('/api/v1/phones/447700900001/messages', { to: '60100', text: 'for nobody' });
    const { status, body } = await del(url);
    expect([status, JSON.parse(body)]).toEqual([200, { cancelled: 3 }]);
    for (const query of [
      '',
      '?kind=mo',
      '?kind=receipt',
      '?text=code',
      '?clientReference=ref',
      '?after=1h',
    ]) {
      expect((await rig.get(`${url}${query}`)).json, query).toEqual({
        messages: [],
        next: null,
        refused: [],
        daysAside: [],
      });
    }
    for (const id of [done, waiting, later]) expect((await rig.get(`${url}/${id}`)).status).toBe(404);
    const waited = await rig.get(`${url}/wait?q=id:${done}&timeout=1ms`);
    expect(waited.json).toMatchObject({ code: 'wait_timeout', older: null, came: [] });
    expect((await rig.get('/api/v1/phones/447700900001/messages')).json.messages).toEqual([]);
  });

  it('lets what comes from then on count at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      await rig.submit('447700900001', `round ${round}`);
      await del(url);
      const id = await rig.submit('447700900001', `after ${round}`);
      const { json } = await rig.get(`${url}/wait?to=447700900001&state=delivered&timeout=60`);
      expect(json.id).toBe(id);
      expect((await rig.get(url)).json.messages).toHaveLength(1);
      expect(rig.box.phone('447700900001').inbox()).toHaveLength(1);
    }
  });

  it('no bind gets what waited for it', async () => {
    await rig.post('/api/v1/phones/447700900001/messages', { to: '60100', text: 'old', account: 'acme' });
    await del(url);
    const esme = await bind(rig.box.port, 'acme', '60100');
    await rig.post('/api/v1/phones/447700900001/messages', { to: '60100', text: 'new', account: 'acme' });
    const first = await esme.delivery();
    expect(Buffer.from(first.short_message).toString()).toBe('new');
    await esme.close();
  });

  it('is refused by a gateway with a configuration', async () => {
    const managed = await startManaged();
    const { json } = await managed.as(keys.acme)('POST', 'messages', { to: '449900000001', text: 'x' });
    const { status, json: refusal } = await managed.admin('DELETE', 'messages');
    expect([status, refusal.code]).toEqual([409, 'conflict']);
    if (json.id !== undefined) expect((await managed.admin('GET', `messages/${json.id}`)).status).toBe(200);
    await managed.close();
  });
});

it('DELETE of an inbox empties that one, DELETE of phones switches all on', async () => {
  for (const number of ['447700900001', '447700900002']) {
    await rig.until(await rig.submit(number, 'x'), 'delivered');
    await rig.put(`/api/v1/phones/${number}/state`, { state: 'off' });
  }
  const waiting = await rig.submit('447700900002', 'wake up');
  expect((await del('/api/v1/phones/+447700900001/messages')).status).toBe(204);
  expect(rig.box.phone('447700900001').inbox()).toEqual([]);
  expect(rig.box.phone('447700900002').inbox()).toHaveLength(1);
  expect((await del('/api/v1/phones')).status).toBe(204);
  expect((await rig.until(waiting, 'delivered')).status).toBe(200);
  expect(rig.box.phone('447700900001').state()).toBe('on');
});

describe('the index', () => {
  it.each(['/', '/api/v1', '/api/v1/'])('%s has links that lead somewhere', async (path) => {
    const { status, json } = await rig.get(path);
    expect(status).toBe(200);
    for (const link of Object.keys(json.links)) expect((await rig.get(link)).status, link).toBe(200);
  });

  it('is a page for a browser, and takes nothing from the request into it', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml;q=0.9', host: 'localhost' };
    const { text, headers: answered } = await rig.get('/', { headers });
    expect(answered['content-type']).toBe('text/html; charset=utf-8');
    expect(answered['content-security-policy']).toContain("default-src 'none'");
    expect(text).toContain('<a href="/openapi.json">');
  });
});
