import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Center, MemoryStore, type Message, type Outcome } from '@chappe/center';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebhookSettings } from '../../../policy/src/settings/webhook.ts';
import { webhookLane } from '../../src/lanes/lanes.ts';
import { writeContent } from '../../src/message/content.ts';
import { webhookEvent } from '../../src/webhooks/event.ts';
import type { HookAnswer, HookClient, HookPost } from '../../src/webhooks/http-client.ts';
import { WebhookConnector } from '../../src/webhooks/webhook-connector.ts';
import { SimulatedClock, settled, start } from '../rig.ts';
import { draft } from './bench.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const settings: WebhookSettings = { name: 'crm', url: 'https://example.com/hook', secret };

/** A client whose answers the test gives. */
class FakeClient implements HookClient {
  readonly posts: { readonly post: HookPost; readonly done: (answer: HookAnswer) => void }[] = [];
  isClosed = false;

  post(post: HookPost, done: (answer: HookAnswer) => void): void {
    this.posts.push({ post, done });
  }

  /** Answers the eldest POST. */
  answer(status: number, retryAfter?: string): HookPost | undefined {
    const next = this.posts.shift();
    next?.done({ kind: 'answered', status, retryAfter });
    return next?.post;
  }

  fail(reason = 'connect ECONNREFUSED'): void {
    this.posts.shift()?.done({ kind: 'failed', reason });
  }

  close(): void {
    this.isClosed = true;
    for (const { done } of this.posts.splice(0)) done({ kind: 'failed', reason: 'the gateway is stopping' });
  }
}

interface Bench {
  readonly center: Center;
  readonly clock: SimulatedClock;
  readonly client: FakeClient;
  readonly hook: WebhookConnector;
  submit(...texts: string[]): Promise<readonly Message[]>;
  find(message: Message | undefined): Promise<Message | undefined>;
}

async function bench(overrides: Partial<WebhookSettings> = {}): Promise<Bench> {
  const clock = new SimulatedClock();
  const center = new Center({
    store: new MemoryStore(),
    clock,
    random: () => 0.5,
    limits: { sweepMs: 600_000 },
  });
  await center.start();
  const client = new FakeClient();
  const hook = new WebhookConnector({ ...settings, ...overrides }, { clock, client });
  center.attach(webhookLane('crm'), hook);
  return {
    center,
    clock,
    client,
    hook,
    submit: async (...texts) => {
      const messages = await center.submitAll(texts.map((text) => draft(text)));
      await settled();
      return messages;
    },
    find: (message) => center.find(message?.id ?? 0),
  };
}

describe('a message for a webhook', () => {
  it('is posted as a signed event', async () => {
    const { client, submit, find, clock } = await bench();
    await clock.advance(1_500);
    const [message] = await submit('Hello');
    const post = client.answer(204) as HookPost;
    await settled();
    expect(post.url.href).toBe('https://example.com/hook');
    expect(post.timeoutMs).toBe(15_000);
    expect(post.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': message?.publicId,
      'webhook-timestamp': String(Math.floor(start / 1_000) + 1),
    });
    vi.useFakeTimers({ now: clock.nowMs(), toFake: ['Date'] });
    const event = new Webhook(secret).verify(post.body, post.headers);
    vi.useRealTimers();
    expect(event).toEqual({
      version: 1,
      id: message?.publicId,
      type: 'message.received',
      time: '2026-07-20T12:00:01.500Z',
      data: {
        id: message?.publicId,
        kind: 'mo',
        account: '',
        connector: 'op-a',
        from: '447700900123',
        to: '60100',
        state: 'enroute',
        error: 0,
        operatorError: null,
        attempts: 0,
        acceptedAt: '2026-07-20T12:00:01.500Z',
        doneAt: null,
        content: { text: 'Hello', hex: null, coding: 'gsm7', segments: 1, part: null, missing: [] },
        tlvs: [],
      },
    });
    expect(await find(message)).toMatchObject({ state: 'delivered' });
    expect((await find(message))?.timeline).toContain('delivered lane=webhook:crm attempt=1 status=204');
  });

  it('keeps its id, event and body when it is posted again; its time and signature are new', async () => {
    const { client, submit, clock } = await bench();
    await submit('Hello');
    const first = client.answer(500) as HookPost;
    await clock.advance(60_000);
    const second = client.answer(200) as HookPost;
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(second.body).toBe(first.body);
    expect(second.headers['webhook-timestamp']).not.toBe(first.headers['webhook-timestamp']);
    expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);
  });
});

describe('octets under way', () => {
  it('are bounded: what is beyond waits unwritten, and goes on as answers come', async () => {
    const { client, submit, hook } = await bench({ concurrency: 200 });
    const text = '\u0001'.repeat(30_000);
    await submit(...Array.from({ length: 100 }, () => text));
    const octets = client.posts.reduce((sum, { post }) => sum + post.body.length, 0);
    expect(octets).toBeLessThan(4.5 * 1024 * 1024);
    expect(hook.capacity()).toBe(0);
    let posted = 0;
    for (; client.posts.length > 0; posted += 1) {
      client.answer(204);
      await settled();
    }
    expect(posted).toBe(100);
    expect(hook.capacity()).toBe(200);
  });

  it('wait in their lane again when the gateway stops', async () => {
    const { client, submit, hook, find } = await bench({ concurrency: 200 });
    const messages = await submit(...Array.from({ length: 100 }, () => '\u0001'.repeat(30_000)));
    const posted = client.posts.length;
    hook.stop();
    await settled();
    expect(posted).toBeLessThan(30);
    expect(await find(messages[99])).toMatchObject({ state: 'enroute' });
  });
});

describe('answers', () => {
  const outcomes: readonly (readonly [number, string | undefined, Partial<Outcome>])[] = [
    [200, undefined, { kind: 'delivered' }],
    [201, undefined, { kind: 'delivered' }],
    [204, undefined, { kind: 'delivered' }],
    [299, undefined, { kind: 'delivered' }],
    [301, undefined, { kind: 'retry', errorClass: 'busy', error: 301, afterMs: undefined }],
    [302, undefined, { kind: 'retry', errorClass: 'busy', error: 302, afterMs: undefined }],
    [400, undefined, { kind: 'retry', errorClass: 'busy', error: 400, afterMs: undefined }],
    [401, '7', { kind: 'retry', errorClass: 'busy', error: 401, afterMs: undefined }],
    [404, undefined, { kind: 'retry', errorClass: 'busy', error: 404, afterMs: undefined }],
    [410, '7', { kind: 'failed', state: 'undeliverable', error: 410 }],
    [429, undefined, { kind: 'retry', errorClass: 'throttled', error: 429, afterMs: undefined }],
    [429, '120', { kind: 'retry', errorClass: 'throttled', afterMs: 120_000 }],
    [429, '0', { kind: 'retry', afterMs: 1_000 }],
    [429, '-5', { kind: 'retry', afterMs: 1_000 }],
    [429, '1.5', { kind: 'retry', afterMs: 1_500 }],
    [429, 'soon', { kind: 'retry', afterMs: undefined }],
    [429, '99999999', { kind: 'retry', afterMs: 24 * 3_600_000 }],
    [500, '7', { kind: 'retry', errorClass: 'busy', error: 500, afterMs: undefined }],
    [503, '7', { kind: 'retry', errorClass: 'busy', error: 503, afterMs: 7_000 }],
    [503, 'Mon, 20 Jul 2026 12:01:00 GMT', { kind: 'retry', afterMs: 60_000 }],
    [503, 'Mon, 20 Jul 2026 11:00:00 GMT', { kind: 'retry', afterMs: 1_000 }],
    [599, undefined, { kind: 'retry', errorClass: 'busy', error: 599 }],
  ];

  it.each(outcomes)('%i with Retry-After %s', async (status, retryAfter, expected) => {
    const { center, submit } = await bench();
    const client = new FakeClient();
    const hook = new WebhookConnector(settings, { clock: new SimulatedClock(), client });
    center.detach(webhookLane('crm'));
    const [message] = await submit('Hello');
    const reports: Outcome[] = [];
    hook.deliver([message as Message], (_message, outcome) => reports.push(outcome));
    expect(reports).toEqual([]);
    client.answer(status, retryAfter);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject(expected);
    expect(reports[0]?.detail).toBe(`status=${status}`);
  });

  it('410: the message has failed for good', async () => {
    const { client, submit, find, clock } = await bench();
    const [message] = await submit('Hello');
    client.answer(410);
    await clock.advance(3_600_000);
    expect(client.posts).toEqual([]);
    expect(await find(message)).toMatchObject({ state: 'undeliverable', error: 410 });
  });

  it('nobody answers: tried again by the policy of the center, and the timeline says why', async () => {
    const { client, submit, find, clock } = await bench();
    const [message] = await submit('Hello');
    client.fail('connect ECONNREFUSED 198.41.0.4:443');
    await settled();
    expect((await find(message))?.timeline).toContain(
      'retry lane=webhook:crm attempt=1 class=unreachable afterMs=20000 connect ECONNREFUSED 198.41.0.4:443',
    );
    await clock.advance(19_999);
    expect(client.posts).toHaveLength(0);
    await clock.advance(1);
    client.answer(200);
    await settled();
    expect(await find(message)).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  it('a receiver that asks for a pause gets nothing else meanwhile, and all of it afterwards', async () => {
    const { client, submit, clock, hook } = await bench({ concurrency: 2 });
    await submit('a', 'b', 'c', 'd');
    expect(client.posts).toHaveLength(2);
    client.answer(429, '30');
    client.answer(200);
    await settled();
    expect([client.posts.length, hook.capacity()]).toEqual([0, 0]);
    await clock.advance(29_999);
    expect(client.posts).toHaveLength(0);
    await clock.advance(1);
    expect(client.posts).toHaveLength(2);
    const bodies: string[] = [];
    for (let at = 0; at < 3; at += 1) {
      bodies.push(JSON.parse(client.answer(200)?.body ?? '{}').data.content.text);
      await settled();
    }
    expect(bodies.sort()).toEqual(['a', 'c', 'd']);
  });

  it('a shorter pause does not end a longer one', async () => {
    const { client, submit, clock } = await bench({ concurrency: 2 });
    await submit('a', 'b', 'c');
    client.answer(503, '60');
    client.answer(503, '10');
    await clock.advance(59_000);
    expect(client.posts).toHaveLength(0);
    await clock.advance(1_000);
    expect(client.posts).toHaveLength(2);
  });
});

describe('concurrency', () => {
  it('never more than so many at once; one that is done makes room for the next', async () => {
    const { client, submit } = await bench({ concurrency: 3 });
    await submit(...Array.from({ length: 10 }, (_, at) => `m${at}`));
    let served = 0;
    while (client.posts.length > 0) {
      expect(client.posts.length).toBeLessThanOrEqual(3);
      client.answer(200);
      served += 1;
      await settled();
    }
    expect(served).toBe(10);
  });

  it('a hook that never answers does not hold up another', async () => {
    const { center, client, clock, submit } = await bench({ concurrency: 1 });
    const good = new FakeClient();
    center.attach(
      'webhook:good',
      new WebhookConnector({ ...settings, name: 'good' }, { clock, client: good }),
    );
    await submit('stuck', 'behind it');
    await center.submitAll(Array.from({ length: 20 }, (_, at) => draft(`g${at}`, 'webhook:good')));
    await settled();
    let served = 0;
    while (good.answer(200) !== undefined) {
      served += 1;
      await settled();
    }
    expect([served, client.posts.length]).toEqual([20, 1]);
  });

  it('stopping: what is under way goes back to its lane and waits', async () => {
    const { center, client, hook, submit, find } = await bench();
    const [message] = await submit('Hello');
    hook.stop();
    await settled();
    expect(client.isClosed).toBe(true);
    expect(hook.capacity()).toBe(0);
    expect(await find(message)).toMatchObject({ state: 'enroute', attempts: 0 });
    center.detach(webhookLane('crm'));
    await settled();
    const again = new FakeClient();
    center.attach(
      webhookLane('crm'),
      new WebhookConnector(settings, { clock: new SimulatedClock(), client: again }),
    );
    await settled();
    expect(again.posts).toHaveLength(1);
  });
});

describe('settings', () => {
  it.each([
    [{ url: 'example.com' }, 'url "example.com" is no URL'],
    [{ url: '' }, 'url "" is no URL'],
    [{ secret: 'not base64!' }, 'secret must be base64'],
    [{ concurrency: 0 }, 'concurrency 0 must be a whole number, 1 to 1000'],
    [{ concurrency: 1_001 }, 'concurrency 1001 must be'],
    [{ timeoutMs: 0.5 }, 'timeoutMs 0.5 must be a whole number, 1 to 120000'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs NaN must be'],
  ])('%o', (wrong, message) => {
    const make = (): unknown =>
      new WebhookConnector({ ...settings, ...wrong }, { clock: new SimulatedClock() });
    expect(make).toThrow(RangeError);
    expect(make).toThrow(`webhook "crm": ${message}`);
  });

  it('a secret is not told', () => {
    const make = (): unknown =>
      new WebhookConnector({ ...settings, secret: 'hunter2!' }, { clock: new SimulatedClock() });
    expect(make).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  });
});

describe('events', () => {
  const message = {
    publicId: 'abc',
    account: 'acme',
    source: { ton: 1, npi: 1, digits: '447700900123' },
    destination: { ton: 5, npi: 0, digits: 'ACME' },
    acceptedMs: start,
    timeline: '',
    text: undefined,
  } as Partial<Message> as Message;
  const content = {
    shape: 'submit' as const,
    esmClass: 0,
    protocolId: 0,
    dataCoding: 0,
    registeredDelivery: 0,
    inPayloadTlv: false,
    payload: '',
  };

  it('octets are in hexadecimal, TLVs by name where they have one', () => {
    const octets = writeContent({
      ...content,
      esmClass: 0x40,
      dataCoding: 4,
      payload: Uint8Array.of(5, 0, 3, 9, 3, 2, 0xff),
      tlvs: [
        { tag: 0x1400, value: Uint8Array.of(0xde, 0xad) },
        { name: 'source_port', value: 9_200 },
      ],
    });
    expect(webhookEvent({ ...message, content: octets }).data).toMatchObject({
      content: {
        text: null,
        hex: '050003090302ff',
        coding: 'octet',
        segments: 3,
        part: { reference: 9, sequence: 2 },
      },
      tlvs: [
        { tag: 0x1400, name: null, value: 'dead' },
        { tag: 0x020a, name: 'source_port', value: 9_200 },
      ],
    });
  });

  it.each([
    [2, 'message.delivered', 'delivered'],
    [3, 'message.expired', 'expired'],
    [5, 'message.failed', 'undeliverable'],
    [6, 'message.ended', 'accepted'],
    [8, 'message.failed', 'rejected'],
    [1, 'message.delayed', 'enroute'],
    [99, 'message.failed', 'unknown'],
  ])('a receipt with state %i is %s', (state, type, word) => {
    const text = 'id:0123456789abcdef012345 sub:001';
    const receipt = writeContent({
      ...content,
      shape: 'receipt',
      esmClass: 4,
      payload: text,
      receipt: { state, error: 27, idOctets: 22 },
    });
    expect(webhookEvent({ ...message, content: receipt, text })).toMatchObject({
      type,
      data: { id: '0123456789abcdef012345', from: 'ACME', to: '447700900123', state: word, error: 27 },
    });
  });
});

describe('over HTTP', () => {
  let server: Server | undefined;
  const hooks: WebhookConnector[] = [];
  afterEach(() => {
    for (const hook of hooks.splice(0)) hook.stop();
    server?.closeAllConnections();
    server?.close();
  });

  interface Posted {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly body: string;
  }

  /** A server, a connector that posts to it, and what became of each message. */
  async function real(
    serve: (posted: Posted) => void,
    overrides: Partial<WebhookSettings> = {},
  ): Promise<{
    deliver: (count?: number) => Promise<Outcome>[];
    clock: SimulatedClock;
    connections: () => number;
  }> {
    let connections = 0;
    server = createServer((request, response) => {
      const chunks: Uint8Array[] = [];
      request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      request.on('end', () => serve({ request, response, body: Buffer.concat(chunks).toString() }));
    });
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((settle) => server?.listen(0, '127.0.0.1', settle));
    const { port } = server.address() as AddressInfo;
    const clock = new SimulatedClock();
    const url = `http://127.0.0.1:${port}/hook?x=1`;
    const hook = new WebhookConnector({ ...settings, url, allowPrivate: true, ...overrides }, { clock });
    hooks.push(hook);
    const center = new Center({ store: new MemoryStore(), clock });
    await center.start();
    const [message] = await center.submitAll([draft('Héllo')]);
    const deliver = (count = 1): Promise<Outcome>[] =>
      Array.from(
        { length: count },
        () =>
          new Promise((settle) => {
            hook.deliver([message as Message], (_message, outcome) => settle(outcome));
          }),
      );
    return { deliver, clock, connections: () => connections };
  }

  it('a POST arrives whole, and its connection is used again', async () => {
    const posts: Posted[] = [];
    const { deliver, connections } = await real((posted) => {
      posts.push(posted);
      posted.response.writeHead(200).end('thanks');
    });
    expect(await deliver()[0]).toEqual({ kind: 'delivered', detail: 'status=200' });
    expect(await deliver()[0]).toEqual({ kind: 'delivered', detail: 'status=200' });
    expect(connections()).toBe(1);
    const [first] = posts;
    expect(first?.request).toMatchObject({ method: 'POST', url: '/hook?x=1' });
    expect(first?.request.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(first?.body ?? '')),
    });
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ data: { content: { text: 'Héllo' } } });
  });

  it('what is answered counts, however much follows it', async () => {
    let sent = 0;
    const { deliver } = await real(({ response }) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) sent += 16_384;
        sent += 16_384;
      };
      response.on('drain', more);
      more();
    });
    expect(await deliver()[0]).toEqual({ kind: 'delivered', detail: 'status=200' });
    expect(sent).toBeLessThan(16 * 1_048_576);
  });

  it('an answer that is broken off after its head counts', async () => {
    const { deliver } = await real(({ response }) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('beginning');
      setImmediate(() => response.destroy());
    });
    expect(await deliver()[0]).toEqual({ kind: 'delivered', detail: 'status=200' });
  });

  it('Retry-After is read from the answer', async () => {
    const { deliver } = await real(({ response }) => response.writeHead(429, { 'retry-after': '9' }).end());
    expect(await deliver()[0]).toMatchObject({ kind: 'retry', errorClass: 'throttled', afterMs: 9_000 });
  });

  it('no answer in time: given up, its connection closed', async () => {
    const arrived = Promise.withResolvers<Posted>();
    const { deliver, clock } = await real((posted) => arrived.resolve(posted), { timeoutMs: 2_000 });
    const [outcome] = deliver();
    const { request } = await arrived.promise;
    const closed = new Promise((settle) => request.socket.on('close', settle));
    await clock.advance(1_999);
    expect(request.socket.destroyed).toBe(false);
    await clock.advance(1);
    expect(await outcome).toEqual({
      kind: 'retry',
      error: 0,
      errorClass: 'unreachable',
      detail: 'no answer within 2000 ms',
    });
    await closed;
  });

  it('an answer that drips for ever is given up in time; its status counts', async () => {
    const begun = Promise.withResolvers<void>();
    const { deliver, clock } = await real(
      ({ response }) => {
        response.writeHead(202).write('.', () => setImmediate(begun.resolve));
      },
      { timeoutMs: 2_000 },
    );
    const [outcome] = deliver();
    await begun.promise;
    await settled();
    await clock.advance(2_000);
    expect(await outcome).toMatchObject({ detail: expect.stringMatching(/^(status=202|no answer)/) });
  });

  it('a connection that is closed without answer, on the first use and on a later one', async () => {
    let posts = 0;
    const { deliver, connections } = await real(({ request, response }) => {
      posts += 1;
      // The first is answered, the second meets a closing connection, its repetition is answered.
      if (posts === 2) request.socket.destroy();
      else response.end();
    });
    expect(await deliver()[0]).toMatchObject({ kind: 'delivered' });
    expect(await deliver()[0]).toMatchObject({ kind: 'delivered' });
    expect([posts, connections()]).toEqual([3, 2]);
  });

  it('a fresh connection that is closed without answer is not tried again by itself', async () => {
    let posts = 0;
    const { deliver } = await real(({ request }) => {
      posts += 1;
      request.socket.destroy();
    });
    expect(await deliver()[0]).toMatchObject({ kind: 'retry', errorClass: 'unreachable' });
    expect(posts).toBe(1);
  });

  it('nobody listens', async () => {
    const { deliver } = await real(() => undefined, { url: 'http://127.0.0.1:1/' });
    expect(await deliver()[0]).toMatchObject({
      kind: 'retry',
      errorClass: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('an answer that is no HTTP', async () => {
    const { deliver } = await real(({ request }) => {
      request.socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    expect(await deliver()[0]).toMatchObject({ kind: 'retry', errorClass: 'unreachable' });
  });

  it('switching protocols is no answer', async () => {
    const { deliver } = await real(({ request }) => {
      request.socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
    });
    expect(await deliver()[0]).toMatchObject({ kind: 'retry', errorClass: 'unreachable' });
  });

  it('stopping breaks off what is under way and gives it back', async () => {
    const arrived = Promise.withResolvers<void>();
    const { deliver } = await real(() => arrived.resolve());
    const [outcome] = deliver();
    await arrived.promise;
    hooks[0]?.stop();
    expect(await outcome).toMatchObject({ kind: 'released' });
  });
});
