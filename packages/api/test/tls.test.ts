/** The listener with TLS, over real sockets. */
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { patient } from '../../../test/support/patience.ts';
import { selfSigned } from '../../cli/src/start/self-signed.ts';
import { type Listening, listenApi } from '../src/index.ts';
import { type Rig, SteppedClock, startRig } from './rig.ts';

const first = selfSigned(Date.UTC(2020, 0), Date.UTC(2099, 0));
const second = selfSigned(Date.UTC(2020, 1), Date.UTC(2099, 1));
const places = 4;

let rig: Rig;
let listening: Listening;
const clock = new SteppedClock();
const agents: Agent[] = [];
const sockets: Socket[] = [];

async function start(): Promise<void> {
  rig = await startRig({ tls: first, clock, connections: { places } });
  listening = await listenApi(rig.app, { host: 'localhost', port: 0, auth: undefined });
}

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  await listening.close();
  await rig.close();
});

function agentFor(ca: string): Agent {
  // The names of the certificate are another test's.
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1, checkServerIdentity: () => undefined });
  agents.push(agent);
  return agent;
}

interface Got {
  readonly status: number | undefined;
  readonly text: string;
  readonly port: number | undefined;
}

async function get(path: string, agent: Agent, host = '127.0.0.1'): Promise<Got> {
  const asked = request({ host, port: listening.port, path, agent });
  asked.end();
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, text, port: response.socket?.localPort ?? asked.socket?.localPort };
}

const openConnections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    rig.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + patient(10_000);
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function plain(written?: string): Promise<Socket> {
  const socket = connect({ port: listening.port, host: '127.0.0.1' });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (written !== undefined) socket.write(written);
  return socket;
}

describe('a listener with TLS', () => {
  it('answers whoever trusts its certificate, on all addresses of its name, and no one else', async () => {
    await start();
    expect((await get('/livez', agentFor(first.cert))).status).toBe(200);
    await expect(get('/livez', agentFor(second.cert))).rejects.toThrow(/self-signed|certificate/);
    const spoken = await plain('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n');
    let heard = '';
    spoken.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    await once(spoken, 'close');
    expect(heard).not.toContain('200');
  });

  it('takes another certificate, and keeps the connections that are there', async () => {
    await start();
    const old = agentFor(first.cert);
    const before = await get('/livez', old);
    listening.setCertificates(second);
    const after = await get('/livez', old);
    expect([after.status, after.port]).toEqual([200, before.port]);
    expect((await get('/livez', agentFor(second.cert))).status).toBe(200);
    await expect(get('/livez', agentFor(first.cert))).rejects.toThrow();
  });

  it('keeps the one that it has where the other cannot be used', async () => {
    await start();
    expect(() => listening.setCertificates({ cert: first.cert, key: second.key })).toThrow();
    expect((await get('/livez', agentFor(first.cert))).status).toBe(200);
  });

  it('gives the place of who does not shake hands to others, and cuts it off in time', async () => {
    await start();
    for (let n = 0; n < places + 2; n += 1) await plain();
    await until(async () => (await openConnections()) === places);
    expect((await get('/livez', agentFor(first.cert))).status).toBe(200);
    // Longer than a first request may take; the one that was answered has more time.
    clock.advance(40_000);
    await until(async () => (await openConnections()) === 1);
    expect((await get('/livez', agents[0] as Agent)).status).toBe(200);
  });

  it('cuts off a peer that shook hands and asks nothing', async () => {
    await start();
    const agent = agentFor(first.cert);
    await get('/livez', agent);
    clock.advance(120_000);
    await until(async () => (await openConnections()) === 0);
  });
});

it('without TLS there is no certificate to change', async () => {
  rig = await startRig();
  listening = await listenApi(rig.app, { host: '127.0.0.1', port: 0, auth: undefined });
  expect(() => listening.setCertificates(first)).toThrow('this listener has no TLS');
});
