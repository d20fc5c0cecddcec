/** Peers that hold on to connections, over real sockets in simulated time. */
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { patient } from '../../../test/support/patience.ts';
import { Connections, connectionLimits } from '../src/connections.ts';
import { type Rig, StandingClock, SteppedClock, startRig } from './rig.ts';

const places = 12;
const perAddress = 5;

let clock: SteppedClock;
let rig: Rig;
let port: number;
const sockets: Socket[] = [];

beforeEach(async () => {
  clock = new SteppedClock();
  rig = await startRig({ clock, connections: { places, perAddress } });
  port = Number((await rig.listen()).port);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await rig.close();
});

/** A peer that never reads, never closes, and does not answer when we close. */
async function peer(...written: string[]): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  for (const text of written) socket.write(text);
  return socket;
}

const connections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    rig.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

/** Turns of the event loop until it holds; bounded. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < patient(5_000); turn += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error('it never came');
}

const head = (method: string, path: string): string => `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n`;
const livez = `${head('GET', '/livez')}\r\n`;
const half = `${head('POST', '/api/v1/messages')}content-type: application/json\r\ncontent-length: 100\r\n\r\n{"to"`;

async function answered(): Promise<Socket> {
  const socket = await peer(livez);
  await once(socket, 'data');
  socket.pause();
  return socket;
}

/** All that a peer can leave undone. */
const peers: Readonly<Record<string, () => Promise<unknown>>> = {
  'says nothing': () => peer(),
  'sends half a line': () => peer('GET /li'),
  'sends half a head': () => peer(head('GET', '/livez')),
  'sends half a body': () => peer(half),
  'sends half a chunked body': () =>
    peer(
      `${head('POST', '/api/v1/messages')}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"to"`,
    ),
  'stays after an answer': answered,
  'sends half a request after an answer': async () => (await answered()).write(head('GET', '/livez')),
  'ends its side after half a head': async () => (await peer(head('GET', '/livez'))).end(),
  'sends no HTTP': () => peer('GARBAGE\r\n\r\n'),
  'sends no HTTP behind answers that it does not read': () =>
    peer(...Array.from({ length: 30 }, () => `${head('GET', '/openapi.json')}\r\n`), 'GARBAGE\r\n\r\n'),
  'does not read its answers': () =>
    peer(...Array.from({ length: 30 }, () => `${head('GET', '/openapi.json')}\r\n`)),
  'asks for more than is answered at once': () =>
    peer(...Array.from({ length: 200 }, () => `${head('GET', '/openapi.json')}\r\n`)),
};

describe.each(Object.entries(peers))('a peer that %s', (_, open) => {
  it('is cut off in time, whatever it does', async () => {
    await open();
    await until(async () => (await connections()) <= 1);
    // Each step is a look of the server at its connections; what it writes meanwhile goes its way.
    for (let second = 0; second < 120 && (await connections()) > 0; second += 1) {
      clock.advance(1_000);
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(async () => (await connections()) === 0);
  });

  it('holds up no stop', async () => {
    await open();
    await until(async () => (await connections()) <= 1);
    let isClosed = false;
    const closing = rig.app.close().then(() => {
      isClosed = true;
    });
    for (let second = 0; second < 10 && !isClosed; second += 1) {
      clock.advance(1_000);
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await connections()).toBe(0);
    await closing;
  });

  it('finds others answered, however many of it there are', async () => {
    for (let count = 0; count < 3 * places; count += 1) await open();
    for (const path of ['/livez', '/readyz', '/api/v1/info']) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      expect(answer.status, path).toBe(200);
      await answer.arrayBuffer();
    }
    expect(await connections()).toBeLessThanOrEqual(places);
  });
});

describe('who is at work', () => {
  const wait = (): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/api/v1/messages/wait?to=447700900001&timeout=60`);

  it('keeps its place, and the newcomer goes', async () => {
    const heard = vi.spyOn(rig.box.gateway.events, 'subscribe');
    const waiting = Array.from({ length: places }, wait);
    await until(() => heard.mock.calls.length === places);
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
    clock.advance(300_000);
    await rig.submit('447700900001', 'here');
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
  });

  it('reads events for as long as it reads', async () => {
    const reader = await fetch(`http://127.0.0.1:${port}/api/v1/events`);
    for (let second = 0; second < 200; second += 1) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await connections()).toBe(1);
    await reader.body?.cancel();
  });
});

describe('places', () => {
  /** As much of a socket as is looked at. */
  class Peer extends EventEmitter {
    readonly remoteAddress: string;
    readonly bytesWritten = 0;
    readonly writableLength = 0;
    destroyed = false;

    constructor(remoteAddress: string) {
      super();
      this.remoteAddress = remoteAddress;
    }

    destroy(): void {
      this.destroyed = true;
      this.emit('close');
    }
  }

  /** Connects from these addresses, one after the other. */
  function come(taken: Connections, addresses: readonly string[]): readonly Peer[] {
    return addresses.map((address) => {
      const socket = new Peer(address);
      taken.take(socket as unknown as Socket);
      return socket;
    });
  }

  const here = (some: readonly Peer[]): number => some.filter(({ destroyed }) => !destroyed).length;
  const times = (count: number, address: (index: number) => string): readonly string[] =>
    Array.from({ length: count }, (_, index) => address(index));

  it.each([
    ['one IPv4', () => '192.0.2.1'],
    ['one IPv4 in both spellings', (index: number) => (index % 2 === 0 ? '192.0.2.1' : '::ffff:192.0.2.1')],
    ['one /64 of IPv6', (index: number) => `2001:db8::${(index + 1).toString(16)}`],
  ])('%s has a share, and takes none of others', (_name, address) => {
    const taken = new Connections(new StandingClock(), { places, perAddress });
    const neighbours = come(taken, ['192.0.2.9', '2001:db8:0:1::1']);
    const flood = come(taken, times(10 * places, address));
    expect(here(flood)).toBe(perAddress);
    // The newest are there: an old one that says nothing has had its time.
    expect(here(flood.slice(-perAddress))).toBe(perAddress);
    expect(here(neighbours)).toBe(2);
    expect(taken.counters).toMatchObject({ open: perAddress + 2, crowdedOut: 10 * places - perAddress });
  });

  it('of this machine are all: a proxy may stand for many', () => {
    const taken = new Connections(new StandingClock(), { places, perAddress });
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect(
        here(
          come(
            taken,
            times(places, () => address),
          ),
        ),
      ).toBe(places);
    }
  });

  it('are found by a newcomer when strangers of many addresses hold all', () => {
    const taken = new Connections(new StandingClock(), { places, perAddress });
    const flood = come(
      taken,
      times(10 * places, (index) => `198.51.100.${index}`),
    );
    expect(here(flood)).toBe(places);
    const [probe] = come(taken, ['203.0.113.1']);
    expect(probe?.destroyed).toBe(false);
    expect(here(flood)).toBe(places - 1);
    for (const socket of flood) socket.destroy();
    probe?.destroy();
    expect(taken.counters.open).toBe(0);
  });

  it('are more than one address has', () => {
    expect(connectionLimits.perAddress).toBeLessThanOrEqual(connectionLimits.places / 2);
  });
});

it('makes nothing of what stands behind too many requests in one piece', async () => {
  let requests = 0;
  rig.app.server.on('request', () => requests++);
  const sent = Array.from({ length: 3 }, () => peer(livez.repeat(1_000)));
  const closed = (await Promise.all(sent)).map((socket) => once(socket.resume(), 'close'));
  for (const socket of sockets) socket.end();
  await Promise.all(closed);
  expect(requests).toBeLessThanOrEqual(sent.length * (connectionLimits.requestsEach + 1));
  await until(async () => (await connections()) === 0);
});
