/** Webhooks as their receivers see them: real HTTP over loopback, signatures checked by the library of the standard. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryStore, retryPolicy } from '@chappe/center';
import type { GatewaySettings } from '@chappe/policy';
import { Simulation } from '@chappe/sandbox';
import { type Session, SmppServer, segmentText } from '@chappe/smpp';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Inbox } from '../../../../test/support/inbox.ts';
import { Gateway } from '../../src/index.ts';
import { account, connector, settingsOf, via } from '../network/world.ts';

const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

interface Post {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A status to answer with; `cut`: the connection is closed instead; `hold`: `release` answers. */
type Answer = number | 'cut' | 'hold';

/** A receiver of posts over real HTTP. */
class Receiver {
  readonly posts: Inbox<Post> = new Inbox();
  /** How the next posts are answered; then 204. */
  readonly answers: Answer[] = [];
  connections = 0;
  readonly #held: ServerResponse[] = [];
  readonly #server = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', () => {
      const answer = this.answers.shift() ?? 204;
      if (answer === 'cut') request.socket.destroy();
      else if (answer === 'hold') this.#held.push(response);
      else response.writeHead(answer).end();
      const body = Buffer.concat(chunks).toString();
      this.posts.push({ path: request.url ?? '', headers: request.headers, body });
    });
  });

  static async listen(): Promise<Receiver> {
    const receiver = new Receiver();
    const server = receiver.#server;
    server.on('connection', () => {
      receiver.connections += 1;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    });
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/sms?customer=7`;
  }

  release(): void {
    for (const response of this.#held.splice(0)) response.writeHead(200).end();
  }

  /** The next post that has that text, once its signature has been checked. */
  async event(text: string, count = 1): Promise<[Post, { type: string; data: Record<string, unknown> }]> {
    const isIt = ({ body }: Post) => body.includes(text);
    let seen = 0;
    const post = await this.posts.next(`post ${count} of ${text}`, (one) => isIt(one) && ++seen === count);
    return [post, verified(post)];
  }
}

/** As the receiver of a customer would. Throws when it was not us. */
function verified({ headers, body }: Post): { type: string; data: Record<string, unknown> } {
  return new Webhook(secret).verify(body, headers as Record<string, string>) as never;
}

interface Setting {
  readonly gateway: Gateway;
  readonly errors: readonly string[];
  /** A message from a handset; settles with the gateway's answer to the operator. */
  say(text: string | Uint8Array, more?: object): Promise<number>;
}

function hookOf(url: string, more: object = {}): GatewaySettings['webhooks'][number] {
  return { name: 'crm', url, secret, allowPrivate: true, ...more };
}

/** An operator, a gateway, and a rule that sends all that handsets write to the hooks. */
async function begin(...webhooks: GatewaySettings['webhooks']): Promise<Setting> {
  const bound = new Inbox<Session>();
  const operator = await SmppServer.listen({
    port: 0,
    authenticate: () => ({ accept: true }),
    operations: {},
    onBound: (session) => bound.push(session),
  });
  onTestFinished(() => operator.close({ drainMs: 0 }));
  const connectors = [connector('op', { host: '127.0.0.1', port: operator.port })];
  const mo = webhooks.map(({ name }, at) => ({
    name,
    to: [`${at + 1}`],
    reassemble: true,
    action: { kind: 'webhook' as const, webhook: name },
  }));
  const errors: string[] = [];
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    smpp: { port: 0 },
    settings: settingsOf({ connectors, mo, webhooks }),
    center: {
      // What is tried again after 10 s by default.
      retry: retryPolicy({ busy: { firstMs: 20 }, unreachable: { firstMs: 20 }, throttled: { firstMs: 20 } }),
    },
    onError: (error, where) => errors.push(`${where}: ${String(error)}`),
  });
  onTestFinished(() => gateway.stop({ drainMs: 0 }));
  const session = await bound.next('the bind', () => true);
  const say: Setting['say'] = async (text, more = {}) => {
    const { command_status } = await session.request({
      command: 'deliver_sm',
      source_addr: '447700900123',
      source_addr_ton: 1,
      source_addr_npi: 1,
      destination_addr: '12345',
      short_message: typeof text === 'string' ? Buffer.from(text) : text,
      ...more,
    });
    return command_status;
  };
  return { gateway, errors, say };
}

describe('a webhook', () => {
  test('gets what a handset writes, signed', async () => {
    const receiver = await Receiver.listen();
    const { say, gateway, errors } = await begin(hookOf(receiver.url));
    expect(await say('Hello hook')).toBe(0);
    const [post, event] = await receiver.event('Hello hook');
    expect(post.path).toBe('/sms?customer=7');
    expect(post.headers['content-type']).toBe('application/json');
    const view = await gateway.messages.wait('to:12345 state:delivered');
    expect(post.headers['webhook-id']).toBe(view.id);
    expect(event).toMatchObject({
      type: 'message.received',
      data: {
        id: view.id,
        from: '447700900123',
        to: '12345',
        connector: 'op',
        content: { text: 'Hello hook', coding: 'gsm7', segments: 1, part: null },
      },
    });
    // A changed octet, or another secret, and it was not us.
    expect(() => verified({ ...post, body: post.body.replace('Hello', 'Hullo') })).toThrow();
    const other = new Webhook(Buffer.alloc(32, 8).toString('base64'));
    expect(() => other.verify(post.body, post.headers as Record<string, string>)).toThrow();
    expect(errors).toEqual([]);
  });

  test('gets a long message whole', async () => {
    const receiver = await Receiver.listen();
    const { say } = await begin(hookOf(receiver.url));
    const text = `${'Привет, это длинный текст. '.repeat(6)}конец`;
    const cut = segmentText(text, { reference: 3 });
    for (const { short_message, esmClassBits } of [...cut.segments].reverse())
      expect(await say(short_message, { esm_class: esmClassBits, data_coding: cut.dataCoding })).toBe(0);
    const [, event] = await receiver.event('конец');
    expect(event.data).toMatchObject({ content: { text, segments: cut.segments.length } });
    expect(receiver.posts.items).toHaveLength(1);
  });

  test.each<[string, readonly Answer[]]>([
    ['500', [500]],
    ['404, 429 and a redirect', [404, 429, 302]],
    ['nothing: the connection is closed', ['cut']],
  ])(
    'that answers %s gets it again, the same and with the same id, until it says 2xx',
    async (_, answers) => {
      const receiver = await Receiver.listen();
      receiver.answers.push(...answers);
      const { say, gateway } = await begin(hookOf(receiver.url));
      expect(await say('again and again')).toBe(0);
      const count = answers.length + 1;
      const [last] = await receiver.event('again', count);
      const view = await gateway.messages.wait('to:12345 state:delivered');
      expect(view.attempts).toBe(count);
      const posts = receiver.posts.items;
      expect(posts).toHaveLength(count);
      for (const post of posts) {
        expect(verified(post)).toEqual(verified(last));
        expect(post.headers['webhook-id']).toBe(view.id);
      }
      expect(gateway.network.webhooks.map(({ counters }) => counters)).toEqual([
        { delivered: 1, retried: answers.length, failed: 0 },
      ]);
    },
  );

  test('that is gone (410) is not asked again until somebody switches it on', async () => {
    const receiver = await Receiver.listen();
    receiver.answers.push(410);
    const { say, gateway } = await begin(hookOf(receiver.url));
    expect(await say('gone')).toBe(0);
    await gateway.messages.wait('to:12345 state:undeliverable');
    await say('next');
    expect(gateway.network.webhook('crm')?.health.switchOn()).toBe(true);
    await receiver.event('next');
    expect(receiver.posts.items).toHaveLength(2);
  });

  test('that is gone (410) is on again by other settings, and keeps what it was posted', async () => {
    const receiver = await Receiver.listen();
    receiver.answers.push(410);
    const hook = hookOf(receiver.url);
    const { say, gateway } = await begin(hook);
    expect(await say('gone')).toBe(0);
    await gateway.messages.wait('to:12345 state:undeliverable');
    const { settings } = gateway;
    // What does not concern it leaves it off.
    await gateway.apply({ ...settings, webhooks: [hook, { ...hook, name: 'other' }] });
    expect(gateway.network.webhook('crm')?.health.offBecause).toBe('it said 410 Gone');
    await gateway.apply({ ...settings, webhooks: [{ ...hook, timeoutMs: 9_000 }] });
    expect(gateway.network.webhook('crm')?.health.offBecause).toBeUndefined();
    expect(gateway.network.webhook('crm')?.deliveries.list()).toMatchObject([
      { state: 'failed', status: 410 },
    ]);
    await say('next');
    await receiver.event('next');
  });

  test('that does not answer holds up no other, and no operator', async () => {
    const slow = await Receiver.listen();
    slow.answers.push('hold', 'hold');
    const quick = await Receiver.listen();
    const { say, gateway } = await begin(
      { ...hookOf(slow.url), concurrency: 1 },
      { ...hookOf(quick.url), name: 'other' },
    );
    expect(await say('first')).toBe(0);
    await slow.event('first');
    expect(await say('second')).toBe(0);
    expect(await say('by the way', { destination_addr: '22345' })).toBe(0);
    await quick.event('by the way');
    expect(slow.posts.items).toHaveLength(1);
    slow.release();
    await slow.event('second');
    slow.release();
    await gateway.messages.wait('text:second state:delivered');
  });
});

describe('a webhook at a private address', () => {
  test.each([
    ['an address of this machine', (port: number) => `https://127.0.0.1:${port}/`],
    ['the same in disguise', (port: number) => `https://[::ffff:127.0.0.1]:${port}/`],
    ['the same as a number', (port: number) => `https://2130706433:${port}/`],
  ])('is no setting: %s', async (_, urlOf) => {
    const receiver = await Receiver.listen();
    const { allowPrivate: _allowed, ...hook } = hookOf(urlOf(receiver.port));
    await expect(begin(hook)).rejects.toThrow(/webhook "crm": url is refused.*allowPrivate/);
    expect(receiver.connections).toBe(0);
  });

  test('behind a name is not connected to: the message waits', async () => {
    const receiver = await Receiver.listen();
    const { allowPrivate: _allowed, ...hook } = hookOf(`https://localhost:${receiver.port}/`);
    const { say, gateway } = await begin(hook);
    expect(await say('for nobody')).toBe(0);
    const view = await gateway.messages.waitFor(({ attempts }) => attempts >= 2);
    expect(view.state).toBe('enroute');
    expect(JSON.stringify(view.timeline)).toMatch(/localhost is \S+: not on the open Internet/);
    expect(receiver.connections).toBe(0);
  });
});

describe('receipts of an account', () => {
  test('go to its webhook instead of a bind, signed, and name the message', async () => {
    const receiver = await Receiver.listen();
    const gateway = await Gateway.start({
      store: new MemoryStore(),
      smpp: { port: 0 },
      outlets: new Simulation({ delayMs: [0, 0] }),
      settings: settingsOf({
        connectors: [],
        accounts: [account('web', { receipts: { webhook: 'crm' } })],
        routes: [via(['handsets'])],
        webhooks: [hookOf(receiver.url)],
      }),
    });
    onTestFinished(() => gateway.stop({ drainMs: 0 }));
    const { ids } = await gateway.submit({
      account: 'web',
      from: 'ACME',
      to: '447700900123',
      text: 'By HTTP',
      receipt: 'final',
    });
    const [, event] = await receiver.event('message.delivered');
    expect(event).toMatchObject({
      type: 'message.delivered',
      data: { id: ids[0], from: 'ACME', to: '447700900123', state: 'delivered', account: 'web' },
    });
  });

  test('a webhook that is not there is refused', async () => {
    const accounts = [account('web', { receipts: { webhook: 'crn' } })];
    const settings = settingsOf({ connectors: [], accounts, routes: [via(['handsets'])] });
    await expect(Gateway.start({ store: new MemoryStore(), smpp: { port: 0 }, settings })).rejects.toThrow(
      'account "web": receipts.webhook: there is no webhook "crn"',
    );
  });
});
