/** Messages as a file: what stands in it, what is held of it in memory, and what its reader sees of a failure. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { CenterError, type Message, systemClock } from '@chappe/center';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../src/context.ts';
import { streamLines } from '../src/line-stream.ts';
import { itemLine } from '../src/lines-format.ts';
import { messageColumns } from '../src/message-columns.ts';
import type { Call } from '../src/route.ts';
import { exportMessages } from '../src/routes/export-messages.ts';
import { keyHash, keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { type Rig, startRig } from './rig.ts';

const path = '/api/v1/messages/export';

interface Line {
  readonly id: string;
  readonly text: string | null;
  readonly to: string;
}

function objectsOf(jsonl: string): Line[] {
  return jsonl
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

/** Some turns of the event loop, for what must not happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('GET /api/v1/messages/export', () => {
  let rig: Rig;
  const many = 6_000;
  let ids: readonly string[] = [];
  beforeAll(async () => {
    rig = await startRig();
    for (let from = 0; from < many; from += 1_000) {
      const messages = Array.from({ length: 1_000 }, (_, index) => ({
        to: `4477009${String(from + index).padStart(5, '0')}`,
        text: `number ${from + index}, ${'x'.repeat(100)}`,
      }));
      const { json } = await rig.post('/api/v1/messages/batch', { messages });
      ids = [...ids, ...json.messages.map(({ id }: Line) => id)];
    }
  });
  afterAll(() => rig.close());

  it('has every message once, newest first, as a file', async () => {
    const { status, headers, text } = await rig.get(`${path}?format=jsonl`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/jsonl; charset=utf-8');
    expect(headers['content-disposition']).toMatch(
      /^attachment; filename="messages-\d{4}-\d\d-\d\dT\d{6}Z\.jsonl"$/,
    );
    const lines = objectsOf(text);
    expect(lines.map(({ id }) => id)).toEqual([...ids].reverse());
    expect(Object.keys(lines[0] ?? {})).toEqual(messageColumns);
    expect(lines.at(-1)).toMatchObject({ to: '447700900000', text: `number 0, ${'x'.repeat(100)}` });
  });

  it('takes the conditions of a search, and columns', async () => {
    const found = `to=4477009001*&q=${encodeURIComponent('-text:"number 125"')}`;
    const query = `${found}&columns=to,text,segments&format=csv`;
    const { text, headers } = await rig.get(`${path}?${query}`);
    expect(headers['content-type']).toMatch(/^text\/csv/);
    const [head, ...lines] = text.split('\r\n').slice(0, -1);
    expect(head).toBe('to,text,segments');
    const { json } = await rig.get(`/api/v1/messages?limit=1000&${found}`);
    expect(lines).toEqual(json.messages.map((one: Line) => `${one.to},"${one.text}",1`));
    expect(lines).toHaveLength(99);
    expect((await rig.get(`${path}?text=nobody+said+that`)).text).toBe(`${messageColumns.join(',')}\r\n`);
  });

  it('has a long text once and whole, and ends where nothing is found', async () => {
    const id = await rig.submit('447705550100', 'long '.repeat(400));
    const { text } = await rig.get(`${path}?format=jsonl&to=447705550100`);
    expect(objectsOf(text)).toEqual([
      expect.objectContaining({ id, text: 'long '.repeat(400), segments: expect.any(Number) }),
    ]);
    // A negation is nothing that the store can look for: page after page is looked through.
    const rare = await rig.get(`${path}?format=jsonl&q=-to:44770090* -to:447705550100 -id:${ids[0]}`);
    expect(objectsOf(rare.text)).toEqual([]);
  });

  it.each([
    ['columns=id,nothing', /there is no column "nothing"/],
    ['columns=id,id', /the column id stands there twice/],
    ['columns=id,', /there is no column ""/],
    ['columns=', /./],
    ['format=xml', /./],
    ['raw=yes', /./],
    ['limit=5', /./],
    ['after=never', /./],
  ])('%s is a problem', async (query, detail) => {
    const { status, json } = await rig.get(`${path}?${query}`);
    expect(status).toBe(400);
    expect(json.field).toBe(query.split('=', 1)[0]);
    expect(json.detail).toMatch(detail);
  });

  it('asks the store for a page when the one before has been read', async () => {
    const { gateway } = rig.box;
    const { center } = gateway;
    const { search } = center;
    let asked = 0;
    center.search = (query) => {
      asked += 1;
      return search.call(center, query);
    };
    try {
      const { signal } = new AbortController();
      const context = { gateway, clock: systemClock } as unknown as Context;
      const call = { query: {}, caller: { kind: 'anybody' }, signal, isStillAllowed: () => true };
      const answer = await exportMessages(context).handle(call as unknown as Call<unknown, unknown, unknown>);
      const body = answer.body as Readable;
      body.read(0);
      await turns();
      // Nobody reads on.
      expect(asked).toBeLessThan(4);
      expect(body.readableLength).toBeLessThan(200_000);
      let lines = 0;
      for await (const chunk of body) {
        lines += String(chunk).split('\r\n').length - 1;
        if (asked < 10) await turns();
        // A page of 250 is what a walk takes.
        expect(asked).toBeLessThanOrEqual(Math.ceil(lines / 250) + 2);
      }
      expect(lines).toBeGreaterThan(ids.length);
    } finally {
      center.search = search;
    }
  });

  it('gives way when its reader goes away', async () => {
    const { port } = await rig.listen();
    for (let count = 0; count < 8; count += 1) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined).write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      await once(socket, 'data');
      socket.pause();
      socket.destroy();
    }
    // More than the turns that a caller has: none of them is held any more.
    for (let count = 0; count < 6; count += 1)
      expect((await rig.get(`${path}?columns=id`)).text).toContain(ids[0] ?? '-');
  });

  it('is cut when the store fails in the middle, and a problem when it fails at once', async () => {
    const { center } = rig.box.gateway;
    const { search } = center;
    let left = 3;
    center.search = (query) => {
      left -= 1;
      if (left < 0) return Promise.reject(new CenterError('CHAPPE_STORE_IO', 'disk'));
      return search.call(center, query);
    };
    try {
      const url = await rig.listen();
      const answer = await fetch(new URL(`${path}?format=jsonl`, url));
      expect(answer.status).toBe(200);
      await expect(answer.text()).rejects.toThrow();
      left = 3;
      const socket = connect(Number(url.port), '127.0.0.1');
      let seen = '';
      socket.setEncoding('latin1').on('data', (data) => {
        seen += data;
      });
      socket.on('error', () => undefined);
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      await new Promise((resolve) => socket.once('close', resolve));
      expect(seen).toMatch(/^HTTP\/1.1 200 OK\r\n/);
      expect(seen).toMatch(/transfer-encoding: chunked/i);
      expect(seen).toContain('number 5999');
      expect(seen.endsWith('\r\n0\r\n\r\n')).toBe(false);
      left = 0;
      const { status, json } = await rig.get(path);
      expect([status, json.code]).toEqual([503, 'store_failed']);
    } finally {
      center.search = search;
    }
  });

  it('is refused when a day of its span is set aside', async () => {
    const { center } = rig.box.gateway;
    const files = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(center), 'files');
    Object.defineProperty(center, 'files', {
      configurable: true,
      value: { ...center.files, aside: [{ day: '2026-01-05', hasTallies: true }] },
    });
    try {
      for (const span of ['', '?after=2026-01-05T23:00Z', '?before=2026-01-05T00:01Z']) {
        const { status, json } = await rig.get(`${path}${span}`);
        expect([status, json.code], span).toEqual([503, 'store_failed']);
        expect(json.detail).toContain('2026-01-05');
      }
      for (const span of ['?after=2026-01-06T00:00Z', '?before=2026-01-05T00:00Z'])
        expect((await rig.get(`${path}${span}`)).status, span).toBe(200);
    } finally {
      expect(files).toBeDefined();
      Reflect.deleteProperty(center, 'files');
    }
  });
});

describe('a stream of lines', () => {
  const line = `${'x'.repeat(1_000)}\n`;

  /** Pieces that count how many were made. */
  function counted(most: number): { made: number; pieces: AsyncGenerator<string> } {
    const counter = { made: 0, pieces: pieces() };
    async function* pieces(): AsyncGenerator<string> {
      while (counter.made < most) {
        counter.made += 1;
        yield line.repeat(100);
      }
    }
    return counter;
  }

  it('holds two pieces at most, however many there are and however slowly they are read', async () => {
    const pieces = 500;
    const counter = counted(pieces);
    const { signal } = new AbortController();
    const body: Readable = await streamLines({ head: 'head\n', pieces: counter.pieces, signal });
    await turns();
    expect(counter.made).toBeLessThanOrEqual(2);
    let octets = 0;
    let held = 0;
    for await (const chunk of body) {
      octets += (chunk as Buffer).length;
      if (counter.made % 50 === 0) await turns();
      held = Math.max(held, counter.made - Math.floor((octets - 5) / (100 * line.length)));
    }
    expect(octets).toBe(5 + pieces * 100 * line.length);
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(2);
  });

  it('ends with an error when its reader has gone', async () => {
    const gone = new AbortController();
    const counter = counted(500);
    const body = await streamLines({ head: '', pieces: counter.pieces, signal: gone.signal });
    gone.abort();
    body.resume();
    const [error] = await once(body, 'error');
    expect((error as Error).name).toBe('AbortError');
    expect(counter.made).toBeLessThan(3);
  });

  it.each([
    ['=1+1', `'=1+1`],
    ['+1 or 2', `'+1 or 2`],
    ['-cmd', `'-cmd`],
    ['@sum', `'@sum`],
    ['\tx', `'\tx`],
    ['\rx', `"'\rx"`],
    ['\n=1', `"'\n=1"`],
    ['+447700900123', '+447700900123'],
    ['é, "x"', '"é, ""x"""'],
  ])('writes %j as %j, and raw as it is', (text, cell) => {
    const columns = [['text', (item: Pick<Message, 'text'>) => item.text ?? null]] as const;
    expect(itemLine(columns, { text }, { format: 'csv' })).toBe(`${cell}\r\n`);
    const raw = itemLine(columns, { text }, { format: 'csv', isRaw: true });
    expect(raw).not.toContain(`'`);
    expect(JSON.parse(itemLine(columns, { text }, { format: 'jsonl' }))).toEqual({ text });
  });
});

describe('who exports', () => {
  const reader = 'key-of-a-reader-0000';
  let rig: ManagedRig;
  let isKept = true;
  beforeAll(async () => {
    rig = await startManaged({
      auth: {
        adminKeyHashes: [keyHash(keys.admin)],
        keys: () => (isKept ? [{ name: 'grafana', role: 'read-only', hash: keyHash(reader) }] : []),
      },
    });
    await rig.admin('POST', 'ledger/acme/credits', { amount: '10' });
    await rig.as(keys.acme)('POST', 'messages', { to: '447700900123', text: 'hush acme' });
    await rig.as(keys.bank)('POST', 'messages', { to: '447700900125', text: 'hush bank' });
  });
  afterAll(() => rig.close());
  const url = 'messages/export?format=jsonl&columns=account,text';
  const linesAs = async (key: string): Promise<unknown[]> => objectsOf((await rig.as(key)('GET', url)).text);

  it('an account has its own messages', async () => {
    expect(await linesAs(keys.admin)).toHaveLength(2);
    expect(await linesAs(keys.acme)).toEqual([{ account: 'acme', text: 'hush acme' }]);
    expect((await rig.as(keys.acme)('GET', `${url}&account=bank`)).status).toBe(403);
    expect((await rig.as(keys.acme)('GET', `${url}&q=account:bank`)).text).toBe('');
    expect((await rig.as(undefined)('GET', url)).status).toBe(401);
  });

  it('a key that only looks on sees no texts, and finds nothing by them', async () => {
    expect(await linesAs(reader)).toEqual([
      { account: 'bank', text: null },
      { account: 'acme', text: null },
    ]);
    expect((await rig.as(reader)('GET', 'messages/export')).text).not.toContain('hush');
    expect((await rig.as(reader)('GET', `${url}&text=hush`)).status).toBe(403);
  });

  it('a key that is taken away in the middle gets no more', async () => {
    const { messages } = rig.gateway;
    const walkOf = messages.walkOf.bind(messages);
    let walks = 0;
    messages.walkOf = (query) => {
      const walk = walkOf(query);
      return async (options, take) => {
        walks += 1;
        const next = await walk({ ...options, limit: 1 }, take);
        isKept = false;
        return next;
      };
    };
    try {
      const { status } = await rig
        .as(reader)('GET', url)
        .catch(() => ({ status: 'cut' }));
      expect(status).toBe('cut');
      expect(walks).toBe(1);
    } finally {
      messages.walkOf = walkOf;
      isKept = true;
    }
  });
});
