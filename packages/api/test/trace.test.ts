import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decode } from '@chappe/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';

let rig: ManagedRig;
let port = 0;
beforeAll(async () => {
  rig = await startManaged();
  await rig.app.listen({ port: 0, host: '127.0.0.1' });
  port = (rig.app.server.address() as AddressInfo).port;
  await rig.admin('POST', 'ledger/acme/credits', { amount: '10' });
});
afterAll(() => rig.close());

interface Following {
  readonly events: { readonly [name: string]: string | number }[];
  readonly status: number;
  end(): void;
}

/** Follows a trace over a connection of its own. */
function follow(query: string, key: string = keys.admin): Promise<Following> {
  return new Promise((resolve, reject) => {
    const events: Following['events'] = [];
    const headers = { authorization: `Bearer ${key}` };
    const asked = request({ port, path: `/api/v1/trace${query}`, headers }, (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks)
          if (block.startsWith('event: pdu')) {
            const { type, data } = JSON.parse(block.split('\ndata: ')[1] ?? '');
            events.push({ type, ...data });
          }
      });
      response.on('error', () => undefined);
      resolve({ events, status: response.statusCode ?? 0, end: () => asked.destroy() });
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('GET /api/v1/trace', () => {
  it('shows the PDUs of a connector, without what messages say', async () => {
    const following = await follow('?connector=op-a');
    expect(following.status).toBe(200);
    await rig.as(keys.acme)('POST', 'messages', { to: '447700900123', from: 'ACME', text: 'secret words' });
    await rig.until(() => following.events.some(({ command }) => command === 'submit_sm_resp'));
    const submitted = following.events.find(({ command }) => command === 'submit_sm');
    expect(submitted).toMatchObject({
      type: 'pdu.sent',
      owner: 'op-a',
      version: '3.4',
      status: 'ESME_ROK',
      address: '127.0.0.1',
    });
    const octets = Buffer.from(String(submitted?.hex), 'hex');
    expect(octets).toHaveLength(Number(submitted?.octets));
    expect(decode(octets)).toMatchObject({ command: 'submit_sm', destination_addr: '447700900123' });
    expect(octets.includes('secret')).toBe(false);
    const answer = following.events.find(({ command }) => command === 'submit_sm_resp');
    expect(answer).toMatchObject({ type: 'pdu.received', sequence: submitted?.sequence });
    following.end();
  });

  it('shows texts when asked for', async () => {
    const following = await follow('?connector=op-a&text=1');
    await rig.as(keys.acme)('POST', 'messages', { to: '447700900124', text: 'secret words' });
    await rig.until(() => following.events.some(({ command }) => command === 'submit_sm'));
    const hex = following.events.find(({ command }) => command === 'submit_sm')?.hex;
    expect(Buffer.from(String(hex), 'hex').includes('secret words')).toBe(true);
    following.end();
  });

  it.each([
    ['', 400, 'missing_parameter'],
    ['?connector=op-a&session=1', 400, 'invalid_parameter'],
    ['?connector=nobody', 404, 'not_found'],
    ['?session=12345', 404, 'not_found'],
  ])('%j: %i %s', async (query, status, code) => {
    const answer = await rig.admin('GET', `trace${query}`);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('is not for accounts, and has places for some readers only, which they give back', async () => {
    expect((await follow('?account=acme', keys.acme)).status).toBe(403);
    const readers = await Promise.all(Array.from({ length: 20 }, () => follow('?account=acme')));
    expect(new Set(readers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await follow('?account=acme')).status).toBe(503);
    for (const reader of readers) reader.end();
    await rig.until(async () => {
      const again = await follow('?account=acme');
      again.end();
      return again.status === 200;
    });
  });
});
