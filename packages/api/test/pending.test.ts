/** What callers may have under way here, in octets: bodies that come in pieces, answers that nobody takes. */
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RequestBodies } from '../src/request-bodies.ts';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { StandingClock } from './rig.ts';

let rig: ManagedRig;
let port: number;
/** Requests as the server has them. */
const requests: IncomingMessage[] = [];
const sockets: Socket[] = [];

async function start(options: Parameters<typeof startManaged>[0] = {}): Promise<void> {
  rig = await startManaged(options);
  rig.app.server.on('request', (request: IncomingMessage) => requests.push(request));
  await rig.app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = rig.app.server.address() as AddressInfo);
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  requests.length = 0;
  await rig.close();
});

/** A peer that says something. */
function peer(text: string): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(text);
  return socket;
}

const head = (key: string | undefined, method: string, path: string): string =>
  `${method} /api/v1/${path} HTTP/1.1\r\nhost: localhost\r\n${key === undefined ? '' : `x-api-key: ${key}\r\n`}`;
const get = (key: string | undefined, path: string): string => `${head(key, 'GET', path)}\r\n`;
const post = (key: string | undefined): string =>
  `${head(key, 'POST', 'messages')}content-type: application/json\r\n`;

/** All that a socket gets, until it has `count` heads of answers. */
async function answersOf(socket: Socket, count = 1): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
  });
  await rig.until(() => text.split('HTTP/1.1 ').length > count);
  return text;
}

describe('a body', () => {
  const pieces = 30_000;
  const inPieces = (text: string): string => [...text].map((character) => `1\r\n${character}\r\n`).join('');
  const chunked = 'transfer-encoding: chunked\r\n\r\n';
  const open = `[${' '.repeat(pieces - 1)}`;

  /** Every place where a body may have to wait for somebody to want it. */
  const waits: Readonly<Record<string, string>> = {
    'of a caller whose key is wrong': post('a-key-that-nobody-has') + chunked,
    'of a caller who may': post(keys.acme) + chunked,
    'behind an answer that is waited for': get(keys.acme, 'messages/wait?to=1') + post(keys.acme) + chunked,
    'of a request without one': `${head(keys.acme, 'GET', 'messages/wait?to=1')}${chunked}`,
    'at a path that there is not': `${head(keys.acme, 'POST', 'nothing')}${chunked}`,
  };

  it.each(Object.entries(waits))('in pieces is never kept as pieces: %s', async (_, begin) => {
    await start({ clock: new StandingClock() });
    const text = begin + inPieces(open);
    peer(text);
    const wanted = begin.split('HTTP/1.1').length - 1;
    await rig.until(() => requests.length === wanted);
    const request = requests.at(-1)!;
    await rig.until(() => request.socket.bytesRead === text.length);
    expect(request.readableLength).toBe(0);
  });

  it('in pieces is read as a whole one is', async () => {
    await start();
    const text = JSON.stringify({ to: '447700900001', text: 'Grüße' });
    const octets = Buffer.from(text).toString('latin1');
    const socket = connect({ port, host: '127.0.0.1' });
    sockets.push(socket);
    socket.write(Buffer.from(`${post(keys.bank)}${chunked}${inPieces(octets)}0\r\n\r\n`, 'latin1'));
    expect(await answersOf(socket)).toMatch(/^HTTP\/1.1 202 /);
    const { json } = await rig.admin('GET', 'messages?to=447700900001');
    expect(json.messages[0].text).toBe('Grüße');
  });

  it.each([
    ['that says so', `content-length: 600000\r\n\r\n`],
    ['that does not say so', `${chunked}927c0\r\n${' '.repeat(600_000)}\r\n0\r\n\r\n`],
  ])('that is too large is refused: one %s', async (_, rest) => {
    await start();
    const answer = await answersOf(peer(post(keys.bank) + rest));
    expect(answer).toMatch(/^HTTP\/1.1 413 .*a body has at most 524288 octets/s);
  });

  it('has no room where others of that caller take all of it, small ones always have', async () => {
    await start({ bodies: { octetsEach: 100_000, octetsInAll: 150_000 } });
    const half = `content-length: 90000\r\n\r\n${' '.repeat(80_000)}`;
    const first = peer(post(keys.acme) + half);
    await rig.until(() => requests.length === 1);
    await rig.until(() => requests[0]!.socket.bytesRead > 80_000);
    expect(await answersOf(peer(post(keys.acme) + half))).toMatch(
      /429 .*too many long bodies of this caller/s,
    );
    expect(await answersOf(peer(post(keys.bank) + half))).toMatch(
      /503 .*too many long bodies are under way/s,
    );
    const small = JSON.stringify({ to: '447700900001', text: 'x' });
    const whole = `content-length: ${small.length}\r\n\r\n${small}`;
    expect(await answersOf(peer(post(keys.bank) + whole))).toMatch(/^HTTP\/1.1 202 /);
    first.destroy();
    await rig.until(() => requests[0]!.destroyed);
    const large = `content-length: 60002\r\n\r\n[${' '.repeat(60_000)}]`;
    expect(await answersOf(peer(post(keys.bank) + large))).toMatch(/400 .*invalid_field/s);
  });

  it('is let go with its request, however that ends', async () => {
    await start();
    const bodies = vi.spyOn(RequestBodies.prototype, 'begin');
    const long = ' '.repeat(100_000);
    const ends = [
      peer(`${post(undefined)}content-length: 200000\r\n\r\n${long}`),
      peer(`${post(keys.acme)}content-length: 200000\r\n\r\n${long}`),
      peer(`${post(keys.acme)}content-length: 100001\r\n\r\n[${long}`),
    ];
    await rig.until(() => requests.length === 3);
    const held = (): number => (bodies.mock.contexts[0] as RequestBodies).held;
    await rig.until(() => held() > 0);
    for (const socket of ends) socket.destroy();
    await rig.until(() => held() === 0);
    bodies.mockRestore();
  });
});

describe('answers', () => {
  const long = { to: '447700900001', text: 'long '.repeat(6_000), longMessage: 'payload' };

  it('of one connection are made one after the other, each when the one before has left', async () => {
    await start();
    const heard = vi.spyOn(rig.gateway.events, 'subscribe');
    const socket = peer(get(keys.bank, 'messages/wait?to=447700900001').repeat(5));
    await rig.until(() => requests.length === 5);
    await rig.until(() => heard.mock.calls.length > 0);
    expect(heard).toHaveBeenCalledTimes(1);
    await rig.as(keys.bank)('POST', 'messages', { to: '447700900001', text: 'x' });
    // The others find it at once.
    const answers = await answersOf(socket, 5);
    expect(answers.match(/HTTP\/1.1 200 OK/g)).toHaveLength(5);
  });

  it('that nobody takes are bounded in octets for each caller', async () => {
    await start({ unreadOctetsEach: 100_000 });
    // Nothing of theirs leaves, as with a peer that does not read.
    const corked: Socket[] = [];
    rig.app.server.on('connection', (socket: Socket) => {
      socket.cork();
      corked.push(socket);
    });
    const { json } = await rig.as(keys.bank)('POST', 'messages', long);
    for (let count = 0; count < 20; count += 1) peer(get(keys.bank, `messages/${json.id}`));
    const holding = (): readonly Socket[] => corked.filter(({ writableLength }) => writableLength > 1_000);
    const told = (): number => sockets.filter(({ bytesRead }) => bytesRead > 0).length;
    await rig.until(() => holding().length + told() === 20);
    const octets = holding().reduce((sum, { writableLength }) => sum + writableLength, 0);
    expect(octets).toBeGreaterThan(100_000);
    expect(octets).toBeLessThan(200_000);
    // Nothing is done for it that it would not hear of.
    const more = await rig.as(keys.bank)('POST', 'messages', { to: '447700900002', text: 'x' });
    expect([more.status, more.json.code]).toEqual([429, 'throttled']);
    expect((await rig.as(keys.acme)('GET', 'messages')).status).toBe(200);
    for (const socket of corked) socket.destroy();
    await rig.until(async () => (await rig.as(keys.bank)('GET', `messages/${json.id}`)).status === 200);
  });

  it('that everybody may ask for are the same octets', async () => {
    await start();
    const sent: unknown[] = [];
    rig.app.server.on('connection', (socket: Socket) => {
      const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
      socket.write = (...args: unknown[]): boolean => {
        sent.push(args[0]);
        return write(...args);
      };
    });
    for (let count = 0; count < 3; count += 1) {
      const answer = await answersOf(peer('GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n'));
      expect(answer).toMatch(/content-type: application\/json; charset=utf-8/i);
    }
    const documents = sent.filter((piece) => piece instanceof Uint8Array);
    expect(documents).toHaveLength(3);
    expect(new Set(documents.map(({ buffer }) => buffer)).size).toBe(1);
  });
});
