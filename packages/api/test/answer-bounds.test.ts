/** What an answer takes: lists end by octets, and who does not read gets nothing more. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStream } from '../src/event-stream.ts';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { type Rig, StandingClock, startRig } from './rig.ts';

// A megabyte, its last item, and what stands around.
const mostOctets = 1.2 * 1024 * 1024;

interface Page {
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: read as a client in plain JavaScript would
  readonly json: any;
}

/** All pages of a list, bounded. */
async function pagesOf(get: (cursor: string | null) => Promise<Page>): Promise<Page[]> {
  const pages: Page[] = [];
  let cursor: string | null = null;
  do {
    const page = await get(cursor);
    pages.push(page);
    expect(Buffer.byteLength(page.text)).toBeLessThan(mostOctets);
    cursor = page.json.next;
  } while (cursor !== null && pages.length < 50);
  return pages;
}

const idsOf = (pages: readonly Page[]): readonly string[] =>
  pages.flatMap(({ json }) => json.messages.map(({ id }: { id: string }) => id));

/** Texts that take far more octets than messages usually do. */
const bodies = {
  'long texts': { text: 'long '.repeat(6_000), longMessage: 'payload' },
  'texts of escapes': { text: '\u0001'.repeat(30_000), coding: 'ucs2', longMessage: 'payload' },
  'texts of halves of characters': { text: `x${'😀'.repeat(15_000)}`, longMessage: 'payload' },
  octets: { hex: 'ab'.repeat(30_000), longMessage: 'payload' },
  'many segments': { text: 'segment '.repeat(4_500) },
} as const;

describe.each(Object.entries(bodies))('messages with %s', (_, body) => {
  let rig: Rig;
  const sent: string[] = [];
  beforeAll(async () => {
    rig = await startRig();
    for (let index = 0; index < 40; index += 1) {
      sent.push(
        await rig.submit(`4477009${String(index).padStart(5, '0')}`, '', { text: undefined, ...body }),
      );
    }
  });
  afterAll(() => rig.close());

  it.each(['', '&to=4477*', '&q=-account:nobody', '&state=waiting&q=-state:delivered -to:1'])(
    'are found in pages that end by octets: %s',
    async (query) => {
      const pages = await pagesOf((cursor) =>
        rig.get(`/api/v1/messages?limit=1000${query}${cursor === null ? '' : `&cursor=${cursor}`}`),
      );
      expect(idsOf(pages)).toEqual(query.includes('state') ? idsOf(pages) : sent.toReversed());
      for (const { json } of pages) {
        for (const message of json.messages) {
          expect(message.shortened).toBe(true);
          expect((message.text ?? message.hex).length).toBeLessThanOrEqual(1_000);
          expect((message.text ?? message.hex).length).toBeGreaterThan(990);
          expect((message.text ?? '').isWellFormed()).toBe(true);
        }
      }
    },
  );

  it('are whole one by one', async () => {
    const { json } = await rig.get(`/api/v1/messages/${sent[0]}`);
    expect(json.shortened).toBe(false);
    if ('hex' in body) expect(json.hex).toBe(body.hex);
    else expect(json.text).toBe(body.text);
  });
});

describe('other lists', () => {
  let rig: ManagedRig;
  beforeAll(async () => {
    rig = await startManaged({ change: (given) => ({ ...given, filters: undefined }) });
  });
  afterAll(() => rig.close());

  it('held messages', async () => {
    const text = 'long '.repeat(6_000);
    for (let index = 0; index < 30; index += 1) {
      const message = { to: `449900000${String(index).padStart(3, '0')}`, text, longMessage: 'payload' };
      expect((await rig.as(keys.bank)('POST', 'messages', message)).status).toBe(202);
    }
    const pages = await pagesOf((cursor) =>
      rig.admin('GET', `held?limit=1000${cursor === null ? '' : `&before=${cursor}`}`),
    );
    expect(new Set(idsOf(pages)).size).toBe(30);
    expect(pages[0]?.json.messages[0].text).toHaveLength(1_000);
  });

  it('what a handset shows, whole', async () => {
    const box = await startRig();
    const text = 'a long text '.repeat(2_500);
    const sent: string[] = [];
    for (let index = 0; index < 50; index += 1) {
      const id = await box.submit('447700900001', `${index} ${text}`, { longMessage: 'payload' });
      await box.until(id, 'delivered');
      sent.push(id);
    }
    const url = '/api/v1/phones/447700900001/messages';
    const pages = await pagesOf((cursor) => box.get(`${url}${cursor === null ? '' : `?before=${cursor}`}`));
    expect(pages.length).toBeGreaterThan(1);
    expect(idsOf(pages.toReversed())).toEqual(sent);
    expect(pages[0]?.json.messages.at(-1).text).toBe(`49 ${text}`);
    expect((await box.get(`${url}?limit=2`)).json).toMatchObject({ next: sent[48] });
    expect((await box.get(`${url}?before=nothing`)).json).toMatchObject({ messages: [], next: null });
    await box.close();
  });
});

describe('a reader of events', () => {
  const event = (text: string) => () => ({
    version: 1,
    type: 'message.sent',
    time: '',
    data: { content: { text } },
  });

  it.each([
    ['short', 'x', 1_000],
    ['as long as they get', 'x'.repeat(1_000), 228],
  ])('holds a bounded number of octets: texts that are %s', async (_, text, most) => {
    const stream = new EventStream(new StandingClock());
    let made = 0;
    for (let count = 0; count < 5_000; count += 1) {
      stream.offer(() => {
        made += 1;
        return event(text)();
      });
    }
    expect(made).toBe(most);
    // Nobody reads on: no more than a piece stands ready.
    stream.read(0);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(stream.readableLength).toBeLessThan(200_000);
    stream.destroy();
  });
});

describe('who does not read', () => {
  it('gets no further pages, and others get theirs', async () => {
    const rig = await startRig();
    for (let index = 0; index < 40; index += 1) await rig.submit('447700900001', 'segment '.repeat(4_500));
    const { port } = await rig.listen();
    const request = 'GET /api/v1/messages?limit=1000 HTTP/1.1\r\nhost: localhost\r\n\r\n';
    let walks = 0;
    const { messages } = rig.box.gateway;
    const walk = messages.walk.bind(messages);
    messages.walk = (...args) => {
      walks += 1;
      return walk(...args);
    };
    const sockets = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = connect(Number(port), '127.0.0.1');
        await once(socket, 'connect');
        socket.pause();
        for (let count = 0; count < 20; count += 1) socket.write(request);
        return socket;
      }),
    );
    for (let turn = 0; turn < 3_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    // Each fills what the kernel holds for it; then it is all that its caller gets.
    expect(walks).toBeLessThan(60);
    expect((await rig.get('/livez')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    const { json } = await rig.get('/api/v1/messages?limit=1');
    expect(json.messages).toHaveLength(1);
    await rig.close();
  });
});
