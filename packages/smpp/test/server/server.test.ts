import { type PduInput, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { messageIdCharactersMax } from '../../src/core/versions.ts';
import { SmppStatus } from '../../src/errors.ts';
import { SmppServer } from '../../src/server/server.ts';
import { DEFERRED } from '../../src/session/operations.ts';
import type { Session } from '../../src/session/session.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { bindPdu } from '../support/core-pair.ts';
import { deferred } from '../support/older-node.ts';
import { hex, RawPeer } from '../support/raw-peer.ts';
import { closeLater, startServer } from '../support/servers.ts';

const submit = { command: 'submit_sm', sequence_number: 2, source_addr: '1', destination_addr: '2' } as const;

describe('binding', () => {
  test('authenticate sees the bind, its kind, version and address, and gives the session its context', async () => {
    const seen: unknown[] = [];
    const bound: Session[] = [];
    const server = await startServer({
      systemId: 'centre',
      authenticate: ({ pdu, kind, version, remote }) => {
        seen.push([pdu.system_id, pdu.password, kind, version, remote.address, remote.tls]);
        return { accept: true, context: { account: 7 } };
      },
      onBound: (session) => bound.push(session),
    });
    const peer = await RawPeer.connect(server.port);
    expect(await peer.ask({ ...bindPdu('receiver'), sequence_number: 9 } as PduInput)).toMatchObject({
      command: 'bind_receiver_resp',
      command_status: 0,
      sequence_number: 9,
      system_id: 'centre',
    });
    expect(seen).toEqual([['esme', 'secret', 'receiver', 0x34, '127.0.0.1', false]]);
    expect(bound[0]).toMatchObject({
      context: { account: 7 },
      kind: 'receiver',
      systemId: 'esme',
      version: 0x34,
    });
    expect([...server.sessions]).toEqual(bound);
    peer.destroy();
  });

  test('a refusal, a thrown SmppStatus, any other throw, and a promise of each', async () => {
    const errors: unknown[] = [];
    const decide = (name: string) => {
      if (name === 'no') return { accept: false, status: status.ESME_RINVPASWD } as const;
      if (name === 'status') throw new SmppStatus(status.ESME_RINVSYSID);
      throw new Error('bug');
    };
    const server = await startServer({
      authenticate: ({ pdu }) =>
        pdu.system_type === 'later'
          ? Promise.resolve().then(() => decide(pdu.system_id))
          : decide(pdu.system_id),
      onError: (error) => errors.push(error),
    });
    const peer = await RawPeer.connect(server.port);
    for (const system_type of ['', 'later']) {
      for (const [system_id, expected] of [
        ['no', status.ESME_RINVPASWD],
        ['status', status.ESME_RINVSYSID],
        ['bug', status.ESME_RSYSERR],
      ] as const) {
        const answer = await peer.ask({
          ...bindPdu(),
          system_id,
          system_type,
          sequence_number: 1,
        } as PduInput);
        expect(answer).toMatchObject({ command_status: expected, flags: ['body_omitted'] });
      }
    }
    expect(errors).toHaveLength(2);
    expect(server.counters).toMatchObject({ bindsRefused: 6, bindsAccepted: 0, sessionsBound: 0 });
    peer.destroy();
  });

  test('a peer that leaves while authenticate thinks is forgotten', async () => {
    let decide: (value: { accept: true }) => void = () => undefined;
    const asked = deferred<void>();
    const server = await startServer({
      authenticate: () => {
        asked.resolve();
        return new Promise((resolve) => {
          decide = resolve;
        });
      },
    });
    const peer = await RawPeer.connect(server.port);
    peer.write({ ...bindPdu(), sequence_number: 1 } as PduInput);
    await asked.promise;
    peer.destroy();
    while (server.counters.connectionsOpen > 0) await settle(1);
    decide({ accept: true });
    await settle();
    expect(server.counters).toMatchObject({ sessionsBound: 0, bindsAccepted: 0 });
  });

  test('outbind: we connect, the ESME binds on that connection', async () => {
    const { createServer } = await import('node:net');
    const listener = createServer((socket) => {
      const peer = new RawPeer(socket);
      peer.next().then(async (outbind) => {
        expect(outbind).toMatchObject({ command: 'outbind', system_id: 'chappe', password: 'pw' });
        await peer.ask({ ...bindPdu('receiver'), sequence_number: 1 } as PduInput);
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const port = (listener.address() as { port: number }).port;
    const server = await startServer();
    const session = await server.outbind({ host: '127.0.0.1', port, systemId: 'chappe', password: 'pw' });
    expect(session.kind).toBe('receiver');
    await new Promise<void>((resolve) => {
      listener.close(() => resolve());
      session.destroy();
    });
    await expect(
      server.outbind({ host: '127.0.0.1', port, systemId: 'x', password: '' }),
    ).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_CONNECT',
    });
  });
});

describe('operations', () => {
  test('a handler returns, promises, defers, refuses, fails; a missing one is a feature that is not there', async () => {
    const errors: string[] = [];
    const server = await startServer({
      operations: {
        submit_sm: ({ destination_addr }, session) => {
          if (destination_addr === 'now') return { message_id: 'now' };
          if (destination_addr === 'later') return Promise.resolve({ message_id: 'later' });
          if (destination_addr === 'refused') throw new SmppStatus(status.ESME_RINVDSTADR);
          if (destination_addr === 'refused later')
            return Promise.reject(new SmppStatus(status.ESME_RINVSRCADR));
          if (destination_addr === 'bug') throw new Error('bug');
          if (destination_addr === 'wrong') return { message_id: 'x'.repeat(70) };
          setImmediate(() =>
            session.respond({ command: 'submit_sm', sequence_number: 2 }, { message_id: 'deferred' }),
          );
          return DEFERRED;
        },
      },
      onError: (_error, where) => errors.push(where),
    });
    const peer = await RawPeer.bound(server.port);
    const answer = (destination_addr: string) => peer.ask({ ...submit, destination_addr });
    expect(await answer('now')).toMatchObject({ command_status: 0, message_id: 'now', sequence_number: 2 });
    expect(await answer('later')).toMatchObject({ message_id: 'later' });
    expect(await answer('deferred')).toMatchObject({ message_id: 'deferred' });
    expect(await answer('refused')).toMatchObject({
      command_status: status.ESME_RINVDSTADR,
      flags: ['body_omitted'],
    });
    expect(await answer('refused later')).toMatchObject({ command_status: status.ESME_RINVSRCADR });
    expect(await answer('bug')).toMatchObject({ command_status: status.ESME_RSYSERR });
    expect(await answer('wrong')).toMatchObject({ command_status: status.ESME_RSYSERR });
    expect(errors).toEqual(['submit_sm', 'submit_sm']);
    expect(await peer.ask({ command: 'cancel_sm', sequence_number: 3 })).toMatchObject({
      command: 'cancel_sm_resp',
      command_status: status.ESME_RINVCMDID,
    });
    const newer = await RawPeer.bound(server.port, 'transceiver', 0x50);
    expect(await newer.ask({ command: 'cancel_sm', sequence_number: 3 })).toMatchObject({
      command_status: status.ESME_RPROHIBITED,
    });
    for (const each of [peer, newer]) each.destroy();
  });

  test('error responses: bind and submit omit their body, query_sm_resp and data_sm_resp keep their fields', async () => {
    const refuse = () => ({ command_status: status.ESME_RSYSERR });
    const server = await startServer({
      operations: {
        submit_sm: refuse,
        query_sm: () => ({ command_status: status.ESME_RQUERYFAIL, message_id: 'abc' }),
        data_sm: refuse,
        submit_multi: refuse,
      },
    });
    const peer = await RawPeer.bound(server.port);
    const octets = async (pdu: PduInput): Promise<string> => {
      const chunk = new Promise<Buffer>((resolve) => peer.socket.once('data', resolve));
      peer.write(pdu);
      return (await chunk).toString('hex');
    };
    expect(await octets(submit)).toBe('00000010800000040000000800000002');
    expect(await octets({ command: 'query_sm', sequence_number: 3, message_id: 'abc' })).toBe(
      `00000017${'80000003'}${'00000067'}${'00000003'}61626300${'00'}${'00'}${'00'}`,
    );
    expect(await octets({ command: 'data_sm', sequence_number: 4 })).toBe(
      '00000011800001030000000800000004' + '00',
    );
    expect((await octets({ command: 'submit_multi', sequence_number: 5 })).slice(0, 8)).toMatch(
      /0000001[02]/,
    );
    peer.destroy();
  });

  test('3.3 peers get no TLVs, and an id that is too long for them is our error, not a broken PDU', async () => {
    const errors: unknown[] = [];
    let id = '12345678';
    const server = await startServer({
      operations: { submit_sm: () => ({ message_id: id, tlvs: { message_state: 2 } }) },
      onError: (error) => errors.push(error),
    });
    const peer = await RawPeer.bound(server.port, 'transmitter', 0x33);
    expect(await peer.ask(submit)).toMatchObject({ message_id: '12345678', tlvs: [] });
    id = '123456789';
    expect(await peer.ask(submit)).toMatchObject({ command_status: status.ESME_RSYSERR });
    expect(errors).toMatchObject([{ code: 'CHAPPE_SMPP_VERSION' }]);
    expect(messageIdCharactersMax([...server.sessions][0]?.version ?? 0x34)).toBe(8);
    peer.destroy();
  });

  test('5.0 peers are told how congested we are, others are not', async () => {
    const server = await startServer({ congestion: () => 85 });
    for (const [version, tlvs] of [
      [0x34, []],
      [0x50, [{ name: 'congestion_state', value: 85 }]],
    ] as const) {
      const peer = await RawPeer.bound(server.port, 'transmitter', version);
      expect(await peer.ask(submit)).toMatchObject({ command_status: 0, tlvs });
      peer.destroy();
    }
  });

  test('every PDU is shown to onPdu, passwords masked in fields and octets', async () => {
    const seen: string[] = [];
    const octets: Uint8Array[] = [];
    const server = await startServer({
      onPdu: (_session, direction, pdu, bytes) => {
        seen.push(`${direction} ${pdu.command}`);
        octets.push(Uint8Array.from(bytes));
        if ('password' in pdu) expect(pdu.password).toBe('********');
      },
    });
    const peer = await RawPeer.bound(server.port);
    await peer.ask(submit);
    expect(seen).toEqual([
      'in bind_transceiver',
      'out bind_transceiver_resp',
      'in submit_sm',
      'out submit_sm_resp',
    ]);
    expect(Buffer.concat(octets).includes('secret')).toBe(false);
    peer.destroy();
  });
});

describe('limits', () => {
  test('where all have bound, a further connection is closed before a byte of it is read', async () => {
    for (const limits of [{ connections: 2 }, { perAddress: 2 }]) {
      const server = await startServer({ limits });
      const bound = [await RawPeer.bound(server.port), await RawPeer.bound(server.port)];
      const third = await RawPeer.connect(server.port);
      third.write({ ...bindPdu(), sequence_number: 1 } as PduInput);
      await third.closed();
      expect(third.received).toEqual([]);
      expect(server.counters).toMatchObject({
        connectionsOpen: 2,
        connectionsRefused: 1,
        connectionsCrowdedOut: 0,
        sessionsBound: 2,
      });
      for (const peer of bound) peer.destroy();
      while (server.counters.connectionsOpen > 0) await settle(1);
      const again = await RawPeer.bound(server.port);
      again.destroy();
    }
  });

  test('where some have not bound, the eldest of them makes room', async () => {
    for (const limits of [{ connections: 2 }, { perAddress: 2 }]) {
      const server = await startServer({ limits });
      const bound = await RawPeer.bound(server.port);
      const idle = await RawPeer.connect(server.port);
      while (server.counters.connectionsOpen < 2) await settle(1);
      const next = await RawPeer.bound(server.port);
      await idle.closed();
      expect(server.counters).toMatchObject({
        connectionsRefused: 0,
        connectionsCrowdedOut: 1,
        sessionsBound: 2,
      });
      expect([bound.isClosed, next.isClosed]).toEqual([false, false]);
      for (const peer of [bound, next]) peer.destroy();
    }
  });

  test('bound sessions per account: the next is told ESME_RALYBND, and may come when one has gone', async () => {
    const server = await startServer({ limits: { perAccount: 1 } });
    const first = await RawPeer.bound(server.port);
    const second = await RawPeer.connect(server.port);
    const bind = { ...bindPdu(), sequence_number: 1 } as PduInput;
    expect(await second.ask(bind)).toMatchObject({ command_status: status.ESME_RALYBND });
    first.destroy();
    while (server.counters.sessionsBound > 0) await settle(1);
    expect(await second.ask(bind)).toMatchObject({ command_status: 0 });
    second.destroy();
  });

  test('silent and dripping connections are closed in time, without a timer each', async () => {
    const clock = new SimulatedClock();
    const server = await startServer({ clock, limits: { sessionInitMs: 10_000 } });
    const peers = await Promise.all(Array.from({ length: 20 }, () => RawPeer.connect(server.port)));
    while (server.counters.connectionsOpen < 20) await settle(1);
    for (const peer of peers.slice(0, 10)) peer.write(Buffer.of(0));
    while (server.counters.bytesIn < 10) await settle(1);
    expect(clock.armed).toBe(1);
    await clock.advance(9_999);
    expect(peers.filter(({ isClosed }) => isClosed)).toHaveLength(0);
    await clock.advance(1);
    await Promise.all(peers.map((peer) => peer.closed()));
    expect(server.counters.connectionsOpen).toBe(0);
  });

  test('a peer that floods is answered in full, while its neighbour is served in between', async () => {
    const server = await startServer({ limits: { pdusPerTurn: 500 } });
    const [flood, neighbour] = await Promise.all([RawPeer.bound(server.port), RawPeer.bound(server.port)]);
    const enquire = hex('00000010 00000015 00000000 00000001');
    flood.write(Buffer.concat(Array.from({ length: 100_000 }, () => enquire)));
    let turns = 0;
    while (flood.received.length < 100_000) {
      const before = flood.received.length;
      await neighbour.ask({ command: 'enquire_link', sequence_number: 5 });
      turns++;
      // The neighbour does not wait until the flood is over: it is answered again and again meanwhile.
      if (before === 0) expect(flood.received.length).toBeLessThan(50_000);
    }
    expect(turns).toBeGreaterThan(3);
    for (const peer of [flood, neighbour]) peer.destroy();
  });
});

describe('wrong octets', () => {
  test.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 'http'],
    ['TLS', hex('16030100 a5010000 a1030300 00000000'), 'tls'],
    ['text', Buffer.from('hello, is this SMPP?\r\n'), 'text'],
  ])(
    'a peer that speaks %s gets generic_nack and is closed, and the notice says so',
    async (_name, octets, hint) => {
      const notices: unknown[] = [];
      const server = await startServer({ onNotice: (_session, notice) => notices.push(notice) });
      const peer = await RawPeer.connect(server.port);
      expect(await peer.ask(octets)).toMatchObject({
        command: 'generic_nack',
        command_status: status.ESME_RINVCMDLEN,
      });
      await peer.closed();
      expect(notices).toMatchObject([{ what: 'framing_error', error: { hint } }]);
    },
  );
});

describe('the end', () => {
  test('close answers what was taken, unbinds, and leaves no handle', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    // Other tests of this process may have some.
    const before = sockets();
    const deferred: (() => void)[] = [];
    const server = closeLater(
      await SmppServer.listen({
        port: 0,
        authenticate: () => ({ accept: true }),
        operations: {
          submit_sm: (pdu, session) => {
            deferred.push(() => session.respond(pdu, { message_id: 'late' }));
            return DEFERRED;
          },
        },
      }),
    );
    const peer = await RawPeer.bound(server.port);
    peer.write(submit);
    while (deferred.length === 0) await settle(1);
    const over = server.close({ drainMs: 5_000 });
    deferred[0]!();
    expect(await peer.next()).toMatchObject({ command: 'submit_sm_resp', message_id: 'late' });
    const unbind = await peer.next();
    expect(unbind).toMatchObject({ command: 'unbind' });
    peer.write({ command: 'unbind_resp', sequence_number: unbind.sequence_number });
    await over;
    await peer.closed();
    await settle();
    expect(sockets()).toBeLessThanOrEqual(before);
  });

  test('a port in use, a wrong certificate, a wrong network: an error that says so', async () => {
    const server = await startServer();
    const same = { port: server.port, authenticate: () => ({ accept: true }) as const, operations: {} };
    await expect(SmppServer.listen(same)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CONNECT' });
    const tls = { cert: 'nonsense', key: 'nonsense' };
    await expect(SmppServer.listen({ ...same, port: 0, tls })).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_OPTION',
    });
    const proxyProtocol = { trusted: ['example.com'] };
    await expect(SmppServer.listen({ ...same, port: 0, proxyProtocol })).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_OPTION',
    });
  });
});
