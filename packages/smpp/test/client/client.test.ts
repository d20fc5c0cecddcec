import { type PduOf, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import { OutbindListener } from '../../src/client/outbind-listener.ts';
import { SmppServer } from '../../src/server/server.ts';
import { DEFERRED } from '../../src/session/operations.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { memoryPair } from '../../src/transport/memory.ts';
import { certificate, testCa } from '../support/certificates.ts';
import { deferred, groupBy } from '../support/older-node.ts';
import { closeLater, startServer } from '../support/servers.ts';
import { clientAndServer } from '../support/standin-mc.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

describe('connecting', () => {
  test('what the URL and the options say is in the bind', async () => {
    const binds: unknown[] = [];
    const server = await startServer({
      authenticate: ({ pdu }) => {
        binds.push(pdu);
        return { accept: true };
      },
    });
    const url = `smpp://my%40id:p%3Aw@127.0.0.1:${server.port}?bind=tx&version=5.0&system_type=OTA`;
    const client = closeLater(await SmppClient.connect(url, { addressRange: '^49', ton: 1, npi: 1 }));
    expect(binds).toMatchObject([
      {
        command: 'bind_transmitter',
        system_id: 'my@id',
        password: 'p:w',
        system_type: 'OTA',
        interface_version: 0x50,
        address_range: '^49',
        addr_ton: 1,
        addr_npi: 1,
      },
    ]);
    expect(client.state).toBe('bound');
    expect(client.sessions).toMatchObject([{ kind: 'transmitter', version: 0x50, role: 'esme' }]);
  });

  test('nobody there, a refused bind, a silent MC, an abort: rejected, each with its own error', async () => {
    const server = await startServer({
      authenticate: () => ({ accept: false, status: status.ESME_RINVPASWD }),
    });
    await expect(SmppClient.connect(`smpp://a:b@127.0.0.1:${server.port}`)).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_BIND',
      status: status.ESME_RINVPASWD,
      statusName: 'ESME_RINVPASWD',
    });
    await expect(SmppClient.connect('smpp://a:b@127.0.0.1:1')).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_CONNECT',
    });
    const silent = await startServer({ authenticate: () => new Promise(() => undefined) });
    const url = `smpp://a:b@127.0.0.1:${silent.port}`;
    const clock = new SimulatedClock();
    const late = SmppClient.connect(url, { clock, bindTimeoutMs: 10_000 }).catch((error: unknown) => error);
    while (silent.counters.pdusIn === 0) await settle(1);
    await clock.advance(10_000);
    expect(await late).toMatchObject({ code: 'CHAPPE_SMPP_TIMEOUT' });
    await expect(SmppClient.connect(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_ABORTED',
    });
    for (const wrong of ['http://x', 'nonsense', 'smpp://x?bind=both', 'smpp://x?version=9']) {
      await expect(SmppClient.connect(wrong)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_OPTION' });
    }
  });

  test('TLS: verified by default, also against the name; a client certificate where asked for', async () => {
    const server = await startServer({
      tls: { ...certificate('server'), ca: testCa, requestClientCertificate: true },
    });
    const url = (host: string) => `smpps://a:b@${host}:${server.port}`;
    const tls = { ca: testCa, ...certificate('client') };
    closeLater(await SmppClient.connect(url('127.0.0.1'), { tls }));
    expect([...server.sessions][0]?.remote).toMatchObject({
      tls: true,
      certificateSubject: 'CN=client,O=Test',
    });
    await expect(SmppClient.connect(url('127.0.0.1'))).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CONNECT' });
    const other = { ...tls, servername: 'mc.example' };
    await expect(SmppClient.connect(url('127.0.0.1'), { tls: other })).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_CONNECT',
    });
    closeLater(await SmppClient.connect(url('127.0.0.1'), { tls: { ...tls, ca: undefined, verify: false } }));
  });

  test('over any transport: in memory, in one process', async () => {
    const server = await startServer();
    const client = closeLater(
      await SmppClient.connect('smpp://a:b@memory', {
        transport: () => {
          const [ours, theirs] = memoryPair();
          server.accept(theirs);
          return ours;
        },
      }),
    );
    expect(await client.request(submit)).toMatchObject({ message_id: 'm1' });
  });

  test('several binds act as one: each has its share, and the loss of one harms nobody', async () => {
    const { client, server } = await clientAndServer(
      { binds: 3, window: 5, reconnect: { minMs: 60_000 } },
      {
        operations: {
          submit_sm: (pdu, session) => {
            setImmediate(() => session.respond(pdu, { message_id: String(session.id) }));
            return DEFERRED;
          },
        },
      },
    );
    expect(client.sessions).toHaveLength(3);
    const answers = await Promise.all(Array.from({ length: 30 }, () => client.request(submit)));
    const perSession = groupBy(answers, ({ message_id }) => message_id);
    expect([...perSession.values()].map((list) => list.length)).toEqual([10, 10, 10]);
    [...server.sessions][0]?.destroy();
    while (client.sessions.length === 3) await settle(1);
    expect(await client.request(submit)).toMatchObject({ command_status: 0 });
    expect(client.state).toBe('bound');
  });
});

describe('reconnecting', () => {
  test('of several binds, those that fail at first are tried again while one stands', async () => {
    const clock = new SimulatedClock();
    let refusals = 2;
    const server = await startServer({
      authenticate: () =>
        refusals-- > 0 ? { accept: false, status: status.ESME_RALYBND } : { accept: true },
    });
    const transport = () => {
      const [ours, theirs] = memoryPair();
      server.accept(theirs);
      return ours;
    };
    const client = closeLater(
      await SmppClient.connect('smpp://a:b@memory', { clock, transport, binds: 3, reconnect: { jitter: 0 } }),
    );
    expect(client.sessions).toHaveLength(1);
    await clock.advance(1_000);
    expect(client.sessions).toHaveLength(3);
  });

  test('a lost bind is made again, with growing waits and jitter, and what waited is sent then', async () => {
    const clock = new SimulatedClock();
    const waits: (number | undefined)[] = [];
    const server = await startServer();
    let isUp = true;
    const client = closeLater(
      await SmppClient.connect('smpp://a:b@memory', {
        clock,
        random: () => 0.5,
        reconnect: { minMs: 1_000, maxMs: 5_000, jitter: 0.5 },
        onConnectFailed: (_error, retryInMs) => waits.push(retryInMs),
        transport: () => {
          if (!isUp) return Promise.reject(new Error('down'));
          const [ours, theirs] = memoryPair();
          server.accept(theirs);
          return ours;
        },
      }),
    );
    isUp = false;
    [...server.sessions][0]?.destroy();
    await settle();
    expect(client.state).toBe('reconnecting');
    const waiting = client.request(submit);
    await clock.advance(750 + 1_500 + 3_000 + 3_750);
    expect(waits).toEqual([1_500, 3_000, 3_750, 3_750]);
    isUp = true;
    await clock.advance(3_750);
    expect(client.state).toBe('bound');
    expect(await waiting).toMatchObject({ command_status: 0 });
  });

  test('ESME_RALYBND is tried again, a wrong password is not, and then nothing waits any more', async () => {
    const clock = new SimulatedClock();
    const refusals: number[] = [0, status.ESME_RALYBND, status.ESME_RINVPASWD];
    const failures: unknown[] = [];
    const server = await startServer({
      authenticate: () => {
        const refusal = refusals.shift() ?? 0;
        return refusal === 0 ? { accept: true } : { accept: false, status: refusal };
      },
    });
    const url = `smpp://a:b@127.0.0.1:${server.port}`;
    const client = closeLater(
      await SmppClient.connect(url, {
        clock,
        reconnect: { minMs: 1_000, jitter: 0 },
        onConnectFailed: (error, retryInMs) => failures.push([error.code, retryInMs]),
      }),
    );
    [...server.sessions][0]?.destroy();
    while (client.state === 'bound') await settle(1);
    const waiting = client.request(submit).catch((error: unknown) => error);
    await clock.advance(1_000);
    while (failures.length < 1) await settle(1);
    await clock.advance(2_000);
    while (failures.length < 2) await settle(1);
    expect(failures).toEqual([
      ['CHAPPE_SMPP_BIND', 2_000],
      ['CHAPPE_SMPP_BIND', undefined],
    ]);
    expect(client.state).toBe('closed');
    expect(await waiting).toMatchObject({ code: 'CHAPPE_SMPP_BIND' });
    await expect(client.request(submit)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CLOSED' });
  });

  test('open keeps trying from the start; with reconnect off a loss is final', async () => {
    const clock = new SimulatedClock();
    const server = await startServer();
    let isUp = false;
    const transport = () => {
      if (!isUp) throw new Error('down');
      const [ours, theirs] = memoryPair();
      server.accept(theirs);
      return ours;
    };
    const client = closeLater(
      SmppClient.open('smpp://a:b@memory', { clock, transport, reconnect: { jitter: 0 } }),
    );
    await settle();
    expect(client.state).toBe('connecting');
    isUp = true;
    await clock.advance(1_000);
    expect(client.state).toBe('bound');
    const once = closeLater(
      await SmppClient.connect('smpp://a:b@memory', { clock, transport, reconnect: false }),
    );
    for (const session of server.sessions) session.destroy();
    await settle();
    expect(once.state).toBe('closed');
  });
});

describe('pace', () => {
  test('a throttled request is sent again in its place, and the rate is lower for a while', async () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    let refuse = 2;
    const server = await startServer({
      operations: {
        submit_sm: ({ destination_addr }) => {
          if (refuse-- > 0) return { command_status: status.ESME_RTHROTTLED };
          seen.push(destination_addr);
          return { message_id: destination_addr };
        },
      },
    });
    const transport = () => {
      const [ours, theirs] = memoryPair();
      server.accept(theirs);
      return ours;
    };
    const client = closeLater(await SmppClient.connect('smpp://a:b@memory', { clock, transport, window: 2 }));
    const results = Promise.all(
      ['a', 'b', 'c', 'd'].map((destination_addr) => client.request({ ...submit, destination_addr })),
    );
    await clock.advance(30_000);
    expect((await results).map(({ command_status }) => command_status)).toEqual([0, 0, 0, 0]);
    expect(seen.slice().sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(seen.indexOf('a')).toBeLessThan(seen.indexOf('b'));
    expect(seen.indexOf('b')).toBeLessThan(seen.indexOf('d'));
  });

  test('a peer that throttles for ever: the request ends with that status, not never', async () => {
    const clock = new SimulatedClock();
    const server = await startServer({
      operations: { submit_sm: () => ({ command_status: status.ESME_RMSGQFUL }) },
    });
    const transport = () => {
      const [ours, theirs] = memoryPair();
      server.accept(theirs);
      return ours;
    };
    const client = closeLater(
      await SmppClient.connect('smpp://a:b@memory', { clock, transport, responseTimeoutMs: 20_000 }),
    );
    const result = client.request(submit).catch((error: unknown) => error);
    await clock.advance(40_000);
    const end = await result;
    const isTold =
      end instanceof Error
        ? (end as { code?: string }).code
        : (end as { command_status: number }).command_status;
    expect([status.ESME_RMSGQFUL, 'CHAPPE_SMPP_TIMEOUT']).toContain(isTold);
    const report = closeLater(
      await SmppClient.connect('smpp://a:b@memory', { clock, transport, onThrottled: 'report' }),
    );
    expect(await report.request(submit)).toMatchObject({ command_status: status.ESME_RMSGQFUL });
  });

  test('rate: so many per second, and no more', async () => {
    const clock = new SimulatedClock();
    const server = await startServer();
    const transport = () => {
      const [ours, theirs] = memoryPair();
      server.accept(theirs);
      return ours;
    };
    const rate = { perSecond: 10, burst: 1 };
    const client = closeLater(
      await SmppClient.connect('smpp://a:b@memory', { clock, transport, rate, window: 100 }),
    );
    for (let i = 0; i < 100; i++) client.submit(submit, () => undefined);
    await clock.advance(1_000);
    expect(server.counters.requestsIn).toBeGreaterThanOrEqual(9);
    expect(server.counters.requestsIn).toBeLessThanOrEqual(11);
    await clock.advance(4_000);
    expect(server.counters.requestsIn).toBeLessThanOrEqual(51);
    expect(server.counters.requestsIn).toBeGreaterThanOrEqual(48);
  });

  test('congestion_state of a 5.0 MC steers the window', async () => {
    let congestion = 50;
    const { client } = await clientAndServer({ version: 0x50, window: 10 }, { congestion: () => congestion });
    const session = client.sessions[0]!;
    for (let i = 0; i < 5; i++) await client.request(submit);
    expect(session.window).toBe(15);
    congestion = 85;
    await client.request(submit);
    expect(session.window).toBe(15);
    congestion = 95;
    await client.request(submit);
    expect(session.window).toBe(13);
    congestion = 100;
    await client.request(submit);
    expect(session.window).toBe(1);
  });
});

describe('the end', () => {
  test('drain waits for all answers; close lets what is open end, then unbinds; nothing is taken after', async () => {
    const answers: (() => void)[] = [];
    const { client, server } = await clientAndServer(
      {},
      {
        operations: {
          submit_sm: (pdu, session) => {
            answers.push(() => session.respond(pdu, { message_id: 'm' }));
            return DEFERRED;
          },
        },
      },
    );
    const result = client.request(submit);
    while (answers.length < 1) await settle(1);
    let isDrained = false;
    const drained = client.drain().then(() => {
      isDrained = true;
    });
    const closed = client.close();
    await settle();
    expect(isDrained).toBe(false);
    answers[0]!();
    await Promise.all([drained, closed]);
    expect(await result).toMatchObject({ message_id: 'm' });
    await expect(client.request(submit)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CLOSED' });
    while (server.counters.connectionsOpen > 0) await settle(1);
    expect(client.state).toBe('closed');
  });

  test('await using closes', async () => {
    const server = await startServer();
    {
      await using client = await SmppClient.connect(`smpp://a:b@127.0.0.1:${server.port}`);
      expect(client.state).toBe('bound');
    }
    while (server.counters.connectionsOpen > 0) await settle(1);
    expect(server.counters.sessionsBound).toBe(0);
  });
});

test('outbind: an ESME that listens binds when an MC that it knows asks for it', async () => {
  const bound = deferred<void>();
  const texts: string[] = [];
  const listener = closeLater(
    await OutbindListener.listen({
      port: 0,
      systemId: 'esme',
      password: 'secret',
      authenticate: ({ system_id, password }) => system_id === 'mc' && password === 'pw',
      operations: {
        deliver_sm: (pdu: PduOf<'deliver_sm'>) => {
          texts.push(Buffer.from(pdu.short_message).toString());
          return {};
        },
      },
      onBound: () => bound.resolve(),
    }),
  );
  const server = await startServer();
  const target = { host: '127.0.0.1', port: listener.port, systemId: 'mc', password: 'pw' };
  const session = await server.outbind(target);
  await bound.promise;
  await session.request({ command: 'deliver_sm', short_message: Buffer.from('hello') });
  expect(texts).toEqual(['hello']);
  expect(listener.sessions).toHaveLength(1);
  await expect(server.outbind({ ...target, password: 'wrong' })).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_CLOSED',
  });
});

test('a server can be had as a client of itself with no port at all', async () => {
  const server = closeLater(
    await SmppServer.listen({ port: 0, authenticate: () => ({ accept: true }), operations: {} }),
  );
  const [ours, theirs] = memoryPair();
  server.accept(theirs);
  const client = closeLater(
    await SmppClient.connect('smpp://a:b@x', { transport: () => ours, reconnect: false }),
  );
  expect(await client.request({ command: 'enquire_link' })).toMatchObject({ command: 'enquire_link_resp' });
});
