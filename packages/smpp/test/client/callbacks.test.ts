import { status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { OutbindListener } from '../../src/client/outbind-listener.ts';
import type { OutbindListenerOptions } from '../../src/client/outbind-options.ts';
import type { SmppServer } from '../../src/server/server.ts';
import { DEFERRED } from '../../src/session/operations.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { memoryPair } from '../../src/transport/memory.ts';
import { hex } from '../support/raw-peer.ts';
import { closeLater, startServer } from '../support/servers.ts';

/** How code of the user's goes wrong. */
const ways: { readonly [way: string]: () => unknown } = {
  throws: () => {
    throw new Error('bug');
  },
  rejects: () => Promise.reject(new Error('bug')),
};

interface Scene {
  readonly clock: SimulatedClock;
  readonly client: SmppClient;
  readonly server: SmppServer;
  readonly heard: string[];
  /** False: the next tries to connect fail. */
  isUp: boolean;
}

async function scene(options: ClientOptions = {}, isSilent = false): Promise<Scene> {
  const clock = new SimulatedClock();
  const heard: string[] = [];
  const server = await startServer({
    operations: { submit_sm: () => (isSilent ? DEFERRED : { message_id: 'm' }) },
  });
  const made = { clock, server, heard, isUp: true };
  const client = await SmppClient.connect('smpp://a:b@memory', {
    clock,
    reconnect: { minMs: 1_000, jitter: 0 },
    onError: (error, where) => heard.push(`${where}: ${(error as Error).message}`),
    transport: () => {
      if (!made.isUp) throw new Error('down');
      const [ours, theirs] = memoryPair();
      server.accept(theirs);
      return ours;
    },
    ...options,
  });
  closeLater(client);
  return Object.assign(made, { client });
}

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

/** Submits four; the second's `done` fails. What the four heard. */
function submitFour(client: SmppClient, fail: () => unknown): string[] {
  const ends: string[] = [];
  for (let i = 0; i < 4; i++) {
    client.submit(submit, (result) => {
      ends.push(result instanceof Error ? ((result as { code?: string }).code ?? '') : 'answered');
      return i === 1 ? (fail() as undefined) : undefined;
    });
  }
  return ends;
}

/** On what road a request ends; what its four `done` hear. */
const roads: { readonly [road: string]: (fail: () => unknown) => Promise<[Scene, string[]]> } = {
  'an answer': async (fail) => {
    const at = await scene();
    const ends = submitFour(at.client, fail);
    await settle();
    return [at, ends];
  },
  'no answer in time': async (fail) => {
    const at = await scene({ responseTimeoutMs: 500 }, true);
    const ends = submitFour(at.client, fail);
    await at.clock.advance(500);
    return [at, ends];
  },
  'the end of waiting for a slot': async (fail) => {
    const at = await scene({ responseTimeoutMs: 500, window: 1 }, true);
    at.client.submit(submit, () => undefined);
    const ends = submitFour(at.client, fail);
    await at.clock.advance(1_500);
    return [at, ends];
  },
  'the end of waiting for a bind': async (fail) => {
    const at = await scene({ responseTimeoutMs: 500, reconnect: { minMs: 10_000 } });
    at.isUp = false;
    for (const session of at.server.sessions) session.destroy();
    await settle();
    const ends = submitFour(at.client, fail);
    await at.clock.advance(1_500);
    at.isUp = true;
    return [at, ends];
  },
  'a lost connection': async (fail) => {
    const at = await scene({}, true);
    const ends = submitFour(at.client, fail);
    await settle();
    for (const session of at.server.sessions) session.destroy();
    await settle();
    return [at, ends];
  },
  'the last bind, which is not made again': async (fail) => {
    const at = await scene({ window: 1, reconnect: false }, true);
    at.client.submit(submit, () => undefined);
    const ends = submitFour(at.client, fail);
    await settle();
    for (const session of at.server.sessions) session.destroy();
    await settle();
    return [at, ends];
  },
  'a full queue': async (fail) => {
    const at = await scene({ window: 1, queue: 0 }, true);
    at.client.submit(submit, () => undefined);
    const ends = submitFour(at.client, fail);
    await settle();
    return [at, ends];
  },
  'a PDU that cannot be sent': async (fail) => {
    const at = await scene({ version: 0x34 });
    const ends: string[] = [];
    for (let i = 0; i < 4; i++) {
      at.client.submit({ command: 'broadcast_sm' } as never, () => {
        ends.push('refused');
        return i === 1 ? (fail() as undefined) : undefined;
      });
    }
    await settle();
    return [at, ends];
  },
  close: async (fail) => {
    const at = await scene({ window: 1 }, true);
    at.client.submit(submit, () => undefined);
    const ends = submitFour(at.client, fail);
    await Promise.all([at.client.close({ drainMs: 100 }), at.clock.advance(20_000)]);
    return [at, ends];
  },
  destroy: async (fail) => {
    const at = await scene({}, true);
    const ends = submitFour(at.client, fail);
    at.client.destroy();
    await settle();
    return [at, ends];
  },
  'a client that is closed': async (fail) => {
    const at = await scene();
    await Promise.all([at.client.close(), at.clock.advance(20_000)]);
    const ends = submitFour(at.client, fail);
    await settle();
    return [at, ends];
  },
};

describe.each(Object.entries(ways))('a callback that %s', (_way, fail) => {
  test.each(Object.entries(roads))(
    'as the `done` of a request that ends by %s: told once, the others hear theirs',
    async (_road, end) => {
      const [at, ends] = await end(fail);
      expect(ends).toHaveLength(4);
      expect(at.heard).toEqual(['done: bug']);
    },
  );

  /** The callback, and what makes it be called. */
  const callbacks: { readonly [name: string]: (at: Scene) => Promise<void> } = {
    onBound: async () => settle(),
    onDisconnected: async (at) => {
      for (const session of at.server.sessions) session.destroy();
      await at.clock.advance(1_000);
    },
    onConnectFailed: async (at) => {
      at.isUp = false;
      for (const session of at.server.sessions) session.destroy();
      await at.clock.advance(1_000);
      at.isUp = true;
      await at.clock.advance(10_000);
    },
    onNotice: async (at) => {
      const [session] = at.server.sessions;
      session?.request({ command: 'query_sm' } as never).catch(() => undefined);
      // A response to nothing.
      session?.respond({ command: 'submit_sm', sequence_number: 4711 }, { message_id: 'x' });
      await settle();
    },
    onAlert: async (at) => {
      const [session] = at.server.sessions;
      session?.send({ command: 'alert_notification', source_addr: '1', esme_addr: '2' });
      await settle();
    },
    onPdu: async () => settle(),
    onSession: async () => settle(),
    random: async (at) => {
      for (const session of at.server.sessions) session.destroy();
      await at.clock.advance(1_000);
    },
  };

  test.each(Object.entries(callbacks))('as %s: told, and the client goes on', async (name, call) => {
    const at = await scene({
      [name]: fail,
      reconnect: { minMs: 1_000, jitter: name === 'random' ? 0.5 : 0 },
    });
    await call(at);
    expect(at.heard.length).toBeGreaterThan(0);
    expect(new Set(at.heard)).toEqual(new Set([`${name}: bug`]));
    expect(at.client.state).toBe('bound');
    expect(await at.client.request(submit)).toMatchObject({ command_status: 0 });
  });

  test('as a tap of a session: told, and both ends go on', async () => {
    const at = await scene();
    at.client.sessions[0]?.taps.add(fail as never);
    expect(await at.client.request(submit)).toMatchObject({ command_status: 0 });
    await settle();
    expect(at.heard).toEqual(['tap: bug', 'tap: bug']);
  });

  test('as a handler: answered ESME_RSYSERR, told, and the client goes on', async () => {
    const at = await scene({ operations: { deliver_sm: fail as never } });
    const [session] = at.server.sessions;
    const answer = await session!.request({ command: 'deliver_sm', short_message: hex('41') });
    expect(answer.command_status).toBe(status.ESME_RSYSERR);
    expect(at.heard).toEqual(['deliver_sm: bug']);
    expect(await at.client.request(submit)).toMatchObject({ command_status: 0 });
  });

  test('as `transport`: a failed connection with its cause, and tried again', async () => {
    const failures: unknown[] = [];
    const clock = new SimulatedClock();
    const client = closeLater(
      SmppClient.open('smpp://a:b@memory', {
        clock,
        reconnect: { jitter: 0 },
        transport: fail as never,
        onConnectFailed: (error, retryInMs) => failures.push([error.code, error.cause, retryInMs]),
      }),
    );
    await clock.advance(1_000);
    const failure = (retryInMs: number) => ['CHAPPE_SMPP_CONNECT', new Error('bug'), retryInMs];
    expect(failures).toEqual([failure(1_000), failure(2_000)]);
    client.destroy();
  });

  test('as a callback of an outbind listener: told, and it goes on; an MC is let in by `true` alone', async () => {
    const heard: string[] = [];
    const options: OutbindListenerOptions = {
      port: 0,
      systemId: 'esme',
      password: 'secret',
      authenticate: () => true,
      operations: {},
      onError: (error, where) => heard.push(`${where}: ${(error as Error).message}`),
    };
    const server = await startServer();
    const target = { host: '127.0.0.1', systemId: 'mc', password: 'pw' };
    const listening = closeLater(
      await OutbindListener.listen({ ...options, onBound: fail as never, onClosed: fail as never }),
    );
    const session = await server.outbind({ ...target, port: listening.port });
    while (listening.sessions.length === 0) await settle(1);
    await session.close();
    while (heard.length < 2) await settle(1);
    expect(heard).toEqual(['onBound: bug', 'onClosed: bug']);

    const refusing = closeLater(await OutbindListener.listen({ ...options, authenticate: fail as never }));
    const refused = server.outbind({ ...target, port: refusing.port });
    await expect(refused).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CLOSED' });
    expect(heard[2]).toBe('authenticate: bug');
  });
});

test.each<[string, unknown]>([
  ['a promise of false', Promise.resolve(false)],
  ['a word', 'yes'],
  ['an object', {}],
  ['nothing', undefined],
])('an outbind is refused where `authenticate` gives %s', async (_what, answer) => {
  const listening = closeLater(
    await OutbindListener.listen({
      port: 0,
      systemId: 'esme',
      password: 'secret',
      authenticate: () => answer as boolean,
      operations: {},
      onError: () => undefined,
    }),
  );
  const server = await startServer();
  const target = { host: '127.0.0.1', port: listening.port, systemId: 'mc', password: 'pw' };
  await expect(server.outbind(target)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CLOSED' });
});
