import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventBodyOf } from '@chappe/gateway';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As a receiver makes it (Standard Webhooks). */
function signatureOf({ headers, body }: Posted): string {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return `v1,${createHmac('sha256', Buffer.alloc(24, 7)).update(signed).digest('base64')}`;
}

let rig: ManagedRig;
let server: Server;
let status: number;
let answer: string;
const posts: Posted[] = [];

beforeEach(async () => {
  status = 200;
  answer = 'thanks';
  posts.length = 0;
  server = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', () => {
      posts.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status).end(answer);
    });
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const { port } = server.address() as AddressInfo;
  const webhook = { name: 'hook', url: `http://127.0.0.1:${port}/`, secret, allowPrivate: true };
  rig = await startManaged({
    change: (given) => ({
      ...given,
      webhooks: [webhook],
      mo: [{ name: 'to-hook', action: { kind: 'webhook', webhook: 'hook' } }],
    }),
  });
});

afterEach(async () => {
  await rig.close();
  server.closeAllConnections();
  server.close();
});

/** A message from a handset comes by the upstream. */
async function say(text: string): Promise<void> {
  await rig.upstream.phone('447700900123').send(text, '12345');
}

const deliveries = async (query = '') => (await rig.admin('GET', `webhooks/hook/deliveries${query}`)).json;

describe('a test of a webhook', () => {
  it('is posted signed, and the answer says what came back', async () => {
    const streamed: unknown[] = [];
    rig.gateway.events.subscribe((event) => {
      if (event.type === 'webhook.test') streamed.push(eventBodyOf(event));
    });
    answer = 'ä'.repeat(300);
    const { status: code, json } = await rig.admin('POST', 'webhooks/hook/test');
    expect([code, json]).toMatchObject([
      200,
      { type: 'webhook.test', state: 'delivered', status: 200, tries: 1 },
    ]);
    expect(json.answer).toBe('ä'.repeat(128));
    const [post] = posts as [Posted];
    expect(post.headers['webhook-signature']).toBe(signatureOf(post));
    expect(streamed).toEqual([JSON.parse(post.body)]);
    expect(json.id).toBe(post.headers['webhook-id']);
    const { lines } = (await rig.admin('GET', 'audit')).json;
    expect(lines[0]).toMatchObject({ what: 'testWebhook', target: 'hook' });
  });

  it('says what is wrong: an answer, none, no such webhook', async () => {
    status = 500;
    answer = 'broken';
    const wrong = (await rig.admin('POST', 'webhooks/hook/test')).json;
    expect(wrong).toMatchObject({ state: 'failed', status: 500, answer: 'broken' });
    server.closeAllConnections();
    await new Promise((settle) => server.close(settle));
    const none = (await rig.admin('POST', 'webhooks/hook/test')).json;
    expect(none).toMatchObject({ state: 'failed', status: null });
    expect(none.answer).toContain('ECONNREFUSED');
    for (const path of ['test', 'enable', 'deliveries/x/redeliver'])
      expect((await rig.admin('POST', `webhooks/nobody/${path}`)).json.code).toBe('not_found');
    expect((await rig.admin('GET', 'webhooks/nobody/deliveries')).json.code).toBe('not_found');
    expect((await rig.as(keys.acme)('POST', 'webhooks/hook/test')).status).toBe(403);
  });
});

describe('deliveries of a webhook', () => {
  it('are listed, and one that has failed is posted again with its id', async () => {
    status = 410;
    answer = 'moved out';
    await say('PRIVATE');
    await rig.until(async () => (await deliveries('?state=failed')).deliveries.length === 1);
    const told = await deliveries();
    expect(told.disabled).toBe('it said 410 Gone');
    expect(told.deliveries[0]).toMatchObject({ type: 'message.received', tries: 1, status: 410, answer });
    expect(JSON.stringify(told)).not.toContain('PRIVATE');
    const [{ id }] = told.deliveries;

    status = 200;
    const again = await rig.admin('POST', `webhooks/hook/deliveries/${id}/redeliver`);
    expect([again.status, again.json]).toMatchObject([
      200,
      { id, state: 'delivered', tries: 2, status: 200 },
    ]);
    expect(posts[1]?.headers['webhook-id']).toBe(posts[0]?.headers['webhook-id']);
    expect(posts[1]?.body).toBe(posts[0]?.body);

    // What comes meanwhile waits, and is not to be had twice.
    await say('LATER');
    const waiting = async () =>
      (await rig.admin('GET', 'messages?kind=mo&state=enroute')).json.messages as readonly { id: string }[];
    await rig.until(async () => (await waiting()).length === 1);
    const [later] = await waiting();
    const refused = await rig.admin('POST', `webhooks/hook/deliveries/${later?.id}/redeliver`);
    expect([refused.status, refused.json.code]).toEqual([409, 'conflict']);
    expect(posts).toHaveLength(2);

    const on = await rig.admin('POST', 'webhooks/hook/enable');
    expect([on.status, on.json]).toEqual([200, { name: 'hook', changed: true }]);
    expect((await rig.admin('POST', 'webhooks/hook/enable')).json.changed).toBe(false);
    await rig.until(() => posts.length === 3);
    const { lines } = (await rig.admin('GET', 'audit')).json;
    const what = lines.map((line: { what: string; via: string }) => `${line.via} ${line.what}`);
    expect(what).toEqual(['api enableWebhook', 'api redeliverWebhookEvent', 'gateway disableWebhook']);
  });

  it('of another webhook, or none at all, are unknown', async () => {
    const sent = await rig.admin('POST', 'messages', {
      account: 'acme',
      from: 'ACME',
      to: '447700900123',
      text: 'x',
    });
    const ids = [sent.json.id ?? sent.json.messages?.[0]?.id, '00dfa69f9f40002576a01d', 'x'];
    for (const id of ids)
      expect((await rig.admin('POST', `webhooks/hook/deliveries/${id}/redeliver`)).json.code, id).toBe(
        'not_found',
      );
  });
});
