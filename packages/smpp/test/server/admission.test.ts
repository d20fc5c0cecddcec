import { X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import type { PduInput } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { certificate, testCa } from '../support/certificates.ts';
import { bindPdu } from '../support/core-pair.ts';
import { hex, RawPeer } from '../support/raw-peer.ts';
import { startServer } from '../support/servers.ts';

const bind = { ...bindPdu(), sequence_number: 1 } as PduInput;

describe('PROXY protocol', () => {
  const trusted = { proxyProtocol: { trusted: ['127.0.0.0/8'] } };

  test.each([
    ['version 1', Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 56324 2775\r\n'), '192.0.2.1', 56324],
    ['version 2', hex('0d0a0d0a000d0a515549540a 21 11 000c c0000201 c6336402 dc04 0ad7'), '192.0.2.1', 56324],
  ])(
    '%s from a trusted proxy names the peer; the bind may follow in the same octets or bit by bit',
    async (_name, header, address, port) => {
      for (const isSplit of [false, true]) {
        const server = await startServer(trusted);
        const peer = await RawPeer.connect(server.port);
        if (isSplit) {
          for (const octet of header) {
            peer.write(Buffer.of(octet));
            await settle(1);
          }
          expect(await peer.ask(bind)).toMatchObject({ command_status: 0 });
        } else {
          peer.write(header, bind);
          expect(await peer.next()).toMatchObject({ command_status: 0 });
        }
        expect([...server.sessions][0]?.remote).toMatchObject({ address, port });
        peer.destroy();
      }
    },
  );

  test('limits per address count the address that the proxy names', async () => {
    const server = await startServer({ ...trusted, limits: { perAddress: 1 } });
    const header = (last: number) => Buffer.from(`PROXY TCP4 192.0.2.${last} 198.51.100.2 1 2775\r\n`);
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => RawPeer.connect(server.port)));
    first!.write(header(1), bind);
    second!.write(header(2), bind);
    await Promise.all([first!.next(), second!.next()]);
    third!.write(header(1), bind);
    await third!.closed();
    expect(server.counters.connectionsRefused).toBe(1);
    for (const peer of [first!, second!]) peer.destroy();
  });

  test('two peers that only connect through the proxy do not keep the owner out', async () => {
    const server = await startServer({ ...trusted, limits: { connections: 20, perAddress: 10 } });
    const header = (address: string) => Buffer.from(`PROXY TCP6 ${address} 2001:db8::2775 1 2775\r\n`);
    const strangers: RawPeer[] = [];
    const crowd = async (): Promise<void> => {
      for (let i = 0; i < 12; i++) {
        const stranger = await RawPeer.connect(server.port);
        // Each from an address of its own, in two networks.
        stranger.write(header(`2001:db8:0:${i % 2}::${(strangers.length + 1).toString(16)}`));
        strangers.push(stranger);
      }
    };
    for (let round = 0; round < 10; round++) {
      await crowd();
      const owner = await RawPeer.connect(server.port);
      owner.write(header('2001:db8:7::1'));
      await crowd();
      expect(await owner.ask(bind)).toMatchObject({ command_status: 0 });
      owner.destroy();
    }
    expect(server.counters).toMatchObject({ bindsAccepted: 10 });
    expect(server.counters.connectionsCrowdedOut).toBeGreaterThan(100);
    for (const stranger of strangers) stranger.destroy();
  });

  test('a trusted proxy without header is refused; a header from elsewhere is no SMPP', async () => {
    const server = await startServer(trusted);
    const without = await RawPeer.connect(server.port);
    without.write(bind);
    await without.closed();
    expect(server.counters.proxyRefused).toBe(1);
    const elsewhere = await startServer({ proxyProtocol: { trusted: ['10.0.0.0/8'] } });
    const liar = await RawPeer.connect(elsewhere.port);
    expect(await liar.ask(Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r\n'))).toMatchObject({
      command: 'generic_nack',
    });
    const direct = await RawPeer.connect(elsewhere.port);
    expect(await direct.ask(bind)).toMatchObject({ command_status: 0 });
    for (const peer of [liar, direct]) peer.destroy();
  });

  test('a header that does not come is waited for no longer than the session init time', async () => {
    const clock = new SimulatedClock();
    const server = await startServer({ ...trusted, clock });
    const peer = await RawPeer.connect(server.port);
    peer.write(Buffer.from('PROXY'));
    while (server.counters.connectionsOpen === 0) await settle(1);
    await clock.advance(10_000);
    await peer.closed();
    expect(clock.armed).toBe(0);
  });
});

describe('TLS', () => {
  test('a session over TLS, with the client certificate where one is asked for', async () => {
    const server = await startServer({
      tls: { ...certificate('server'), ca: testCa, requestClientCertificate: true },
    });
    const peer = await RawPeer.connectTls({ port: server.port, ca: testCa, ...certificate('client') });
    expect(await peer.ask(bind)).toMatchObject({ command_status: 0 });
    expect([...server.sessions][0]?.remote).toMatchObject({
      tls: true,
      certificateSubject: 'CN=client,O=Test',
      certificateFingerprint: new X509Certificate(certificate('client').cert).fingerprint256
        .replaceAll(':', '')
        .toLowerCase(),
    });
    peer.destroy();
    // Without certificate: refused, at the latest when it reads.
    const bare = await RawPeer.connectTls({ port: server.port, ca: testCa });
    await bare.closed();
    // The server sees the end of the first one when it comes to it.
    await expect
      .poll(() => server.counters, { timeout: patient(10_000) })
      .toMatchObject({ tlsRefused: 1, connectionsOpen: 0 });
  });

  test('TLS 1.1 and plain octets are refused, and the neighbour does not notice', async () => {
    const server = await startServer({ tls: certificate('server') });
    const neighbour = await RawPeer.connectTls({ port: server.port, ca: testCa });
    await neighbour.ask(bind);
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    await expect(RawPeer.connectTls({ port: server.port, ca: testCa, ...old })).rejects.toThrow();
    const plain = await RawPeer.connect(server.port);
    plain.write(bind);
    await plain.closed();
    expect(await neighbour.ask({ command: 'enquire_link', sequence_number: 2 })).toMatchObject({
      command: 'enquire_link_resp',
    });
    expect(server.counters.tlsRefused).toBe(2);
    neighbour.destroy();
  });

  test('a new certificate serves new handshakes, and the sessions that are there stay', async () => {
    const server = await startServer({ tls: certificate('server') });
    const [before, subjects] = [await RawPeer.connectTls({ port: server.port, ca: testCa }), [] as string[]];
    await before.ask(bind);
    server.setSecureContext(certificate('server2'));
    const after = await RawPeer.connectTls({ port: server.port, ca: testCa });
    for (const { socket } of [before, after]) {
      const { subject } = (socket as import('node:tls').TLSSocket).getPeerCertificate();
      subjects.push(String(subject.CN));
    }
    expect(subjects).toEqual(['server', 'server2']);
    expect(await before.ask({ command: 'enquire_link', sequence_number: 2 })).toMatchObject({
      sequence_number: 2,
    });
    expect(await after.ask(bind)).toMatchObject({ command_status: 0 });
    expect(() => server.setSecureContext({ cert: 'nonsense', key: 'nonsense' })).toThrow();
    expect(await before.ask({ command: 'enquire_link', sequence_number: 3 })).toMatchObject({
      sequence_number: 3,
    });
    for (const peer of [before, after]) peer.destroy();
  });

  test('handshakes that stall are cut off by the session init time', async () => {
    const clock = new SimulatedClock();
    const server = await startServer({ tls: certificate('server'), clock });
    const sockets = Array.from({ length: 10 }, () => new RawPeer(connect(server.port, '127.0.0.1')));
    while (server.counters.connectionsOpen < 10) await settle(1);
    await clock.advance(10_000);
    await Promise.all(sockets.map((peer) => peer.closed()));
    expect(clock.armed).toBe(0);
  });

  test('PROXY header, then TLS', async () => {
    const server = await startServer({
      tls: certificate('server'),
      proxyProtocol: { trusted: ['127.0.0.1'] },
    });
    const raw = connect(server.port, '127.0.0.1');
    raw.write('PROXY TCP4 192.0.2.9 198.51.100.2 77 2775\r\n');
    const peer = await RawPeer.connectTls({ socket: raw, ca: testCa, servername: 'localhost' });
    expect(await peer.ask(bind)).toMatchObject({ command_status: 0 });
    expect([...server.sessions][0]?.remote).toMatchObject({ address: '192.0.2.9', port: 77, tls: true });
    peer.destroy();
  });
});
