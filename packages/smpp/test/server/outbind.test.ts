/** `SmppServer.outbind`: how long it may take, what it leaves behind, and what it refuses. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { systemClock } from '../../src/clock.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { closeLater, startServer } from '../support/servers.ts';

const listening: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of listening.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** An ESME that takes the connection and says nothing. */
async function silentEsme(): Promise<{ readonly port: number; readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.resume());
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  listening.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { readonly port: number }).port, sockets };
}

const target = { host: '127.0.0.1', systemId: 'chappe', password: 'pw' };

/** A clock for which this one time passes at once: before any network has answered. */
function hurried(delayMs: number): Clock {
  return {
    ...systemClock,
    setTimer: (run, ms) => {
      if (ms !== delayMs) return systemClock.setTimer(run, ms);
      queueMicrotask(run);
      return () => undefined;
    },
  };
}

test.each([
  [undefined, 5_000],
  [1_234, 1_234],
])('connecting is waited for so long: %s', async (connectTimeoutMs, delayMs) => {
  const { port } = await silentEsme();
  const server = await startServer({ clock: hurried(delayMs) });
  await expect(server.outbind({ ...target, port, connectTimeoutMs })).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_TIMEOUT',
    kind: 'connect',
    message: `no connection to 127.0.0.1:${port} in ${delayMs} ms`,
  });
});

test('an ESME that never binds is waited for the session init time', async () => {
  const clock = new SimulatedClock();
  const { port, sockets } = await silentEsme();
  const server = await startServer({ clock });
  const asked = server.outbind({ ...target, port }).catch((error: unknown) => error);
  while (sockets.size === 0 || server.counters.bytesOut === 0) await settle(1);
  await clock.advance(10_000);
  expect(await asked).toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', reason: 'session_init_timeout' });
});

describe('close', () => {
  test('ends what is being dialed, and nothing is left', async () => {
    const { port } = await silentEsme();
    const server = await startServer();
    const asked = server.outbind({ ...target, port }).catch((error: unknown) => error);
    await server.close({ drainMs: 0 });
    expect(await asked).toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', reason: 'closed' });
    expect(server.counters.pdusOut).toBe(0);
    await expect(server.outbind({ ...target, port })).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CLOSED' });
  });

  test('ends what was connected and has not bound', async () => {
    const { port, sockets } = await silentEsme();
    const server = await startServer();
    const asked = server.outbind({ ...target, port }).catch((error: unknown) => error);
    while (sockets.size === 0 || server.counters.bytesOut === 0) await settle(1);
    await server.close({ drainMs: 0 });
    expect(await asked).toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', reason: 'closed' });
    while (sockets.size > 0) await settle(1);
  });
});

test.each<[string, object, string]>([
  ['no port', { ...target }, 'port is missing'],
  ['a port that is none', { ...target, port: 0 }, 'port is 0'],
  ['no host', { ...target, host: undefined, port: 1 }, 'host is missing'],
  ['a password that is none', { ...target, password: 7, port: 1 }, 'password is 7'],
  ['a misspelt option', { ...target, port: 1, connectTimeout: 7 }, 'did you mean connectTimeoutMs?'],
])('a target with %s is refused by name', async (_what, wrong, message) => {
  const server = await startServer();
  await expect(server.outbind(wrong as never)).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_OPTION',
    message: expect.stringContaining(message),
  });
});

test('credentials that no outbind can hold are refused, and the connection is not left open', async () => {
  const { port, sockets } = await silentEsme();
  const server = closeLater(await startServer());
  await expect(server.outbind({ ...target, port, systemId: 'x'.repeat(300) })).rejects.toMatchObject({
    code: 'CHAPPE_FIELD_TOO_LONG',
    field: 'system_id',
  });
  while (sockets.size > 0) await settle(1);
  expect(server.counters.bytesOut).toBe(0);
});
