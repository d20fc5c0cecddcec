/** Where the API listens. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildApi, type Listening, listenApi } from '../src/index.ts';
import { keyHash } from './managed-rig.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
let listening: Listening | undefined;
beforeEach(async () => {
  rig = await startRig({ connections: { places: 4 } });
  listening = undefined;
});
afterEach(async () => {
  await listening?.close();
  await rig.close();
});

const status = async (port: number | undefined, path: string, host = '127.0.0.1'): Promise<number> => {
  const answer = await fetch(`http://${host}:${port}${path}`, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  return answer.status;
};

describe('beyond this machine', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'chappe.example', '::ffff:0.0.0.0'])(
    'it does not listen on %s while nobody needs a key',
    async (host) => {
      for (const auth of [undefined, { adminKeyHashes: [] }]) {
        const app = buildApi({ gateway: rig.box.gateway, version: '1', ...(auth && { auth }) });
        await expect(listenApi(app, { host, port: 0, auth })).rejects.toThrow(/would let everybody in/);
        expect(app.server.listening).toBe(false);
      }
    },
  );

  it('it does with the key of an admin', async () => {
    const auth = { adminKeyHashes: [keyHash('a key of an admin')] };
    const app = buildApi({ gateway: rig.box.gateway, version: '1', auth });
    listening = await listenApi(app, { host: '0.0.0.0', port: 0, auth });
    expect(await status(listening.port, '/livez')).toBe(200);
    expect(await status(listening.port, '/api/v1/info')).toBe(401);
  });
});

it('localhost is every address that it has, and all count together', async () => {
  listening = await listenApi(rig.app, { host: 'localhost', port: 0, auth: undefined });
  const { port } = listening;
  expect(await status(port, '/livez', 'localhost')).toBe(200);
  expect(await status(port, '/livez')).toBe(200);
  for (let count = 0; count < 20; count += 1) {
    const socket = connect({ host: 'localhost', port });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
  }
  expect(await status(port, '/livez', 'localhost')).toBe(200);
  const { text } = await rig.get('/metrics');
  expect(text).toMatch(/chappe_http_connections [1-4]\n/);
  expect(text).toMatch(/chappe_http_connections_cut_total\{reason="crowded"\} 1[5-9]\n/);
  await listening.close();
  await expect(status(port, '/livez', 'localhost')).rejects.toThrow();
});

it('probes are answered on a listener of their own when all of the other one are at work', async () => {
  const probes = { host: '127.0.0.1', port: 0 };
  listening = await listenApi(rig.app, { host: '127.0.0.1', port: 0, auth: undefined, probes });
  const { port, probePort } = listening;
  const { promise: allWait, resolve } = Promise.withResolvers<void>();
  const { events } = rig.box.gateway;
  const original = events.subscribe;
  let waits = 0;
  events.subscribe = (...args) => {
    waits += 1;
    if (waits === 4) resolve();
    return original.apply(events, args);
  };
  const waiting = Array.from({ length: 4 }, () => status(port, '/api/v1/messages/wait?to=1&timeout=60'));
  await allWait;
  await expect(status(port, '/livez')).rejects.toThrow();
  expect(await status(probePort, '/livez')).toBe(200);
  expect(await status(probePort, '/readyz')).toBe(200);
  for (const path of ['/', '/api/v1/info', '/metrics', '/livez/x', '//livez']) {
    expect(await status(probePort, path), path).toBe(404);
  }
  await listening.close();
  expect(await Promise.all(waiting)).toEqual([503, 503, 503, 503]);
  await expect(status(probePort, '/livez')).rejects.toThrow();
});
