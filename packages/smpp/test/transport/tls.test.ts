/** Which suites are spoken: those with forward secrecy and AEAD, unless a peer that is too old is provided for. */
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { ClientTls } from '../../src/transport/dial.ts';
import { certificate, testCa } from '../support/certificates.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { startServer } from '../support/servers.ts';

const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
// The certificates of the tests have keys of elliptic curves.
const weak = ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA384'];
const strong = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
];

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A message centre of TLS by Node alone; its port, and the suites of the handshakes that succeeded. */
async function centre(options: TlsOptions): Promise<{ readonly port: number; readonly suites: string[] }> {
  const suites: string[] = [];
  const server = createServer({ ...certificate('server'), ...options }, (socket) => {
    suites.push(socket.getCipher().name);
    socket.on('error', () => undefined);
    socket.destroy();
  });
  server.on('tlsClientError', () => undefined);
  closing.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { readonly port: number }).port, suites };
}

function connect(port: number, tls: ClientTls = {}): Promise<unknown> {
  const options = { reconnect: false, tls: { ca: testCa, servername: 'localhost', ...tls } } as const;
  return SmppClient.connect(`smpps://a:b@127.0.0.1:${port}`, options).catch((error: unknown) => error);
}

describe('a server', () => {
  test.each(strong)('of TLS 1.2 speaks %s', async (ciphers) => {
    const server = await startServer({ tls: certificate('server') });
    const peer = await RawPeer.connectTls({ port: server.port, ca: testCa, ciphers, ...old });
    expect((peer.socket as TLSSocket).getCipher().name).toBe(ciphers);
    peer.destroy();
  });

  test.each(weak)('does not speak %s', async (ciphers) => {
    const server = await startServer({ tls: certificate('server') });
    const options = { port: server.port, ca: testCa, ciphers: `${ciphers}:@SECLEVEL=0`, ...old };
    await expect(RawPeer.connectTls(options)).rejects.toThrow();
    expect(server.counters.tlsRefused).toBe(1);
  });

  test('speaks TLS 1.3', async () => {
    const server = await startServer({ tls: certificate('server') });
    const peer = await RawPeer.connectTls({ port: server.port, ca: testCa });
    expect((peer.socket as TLSSocket).getProtocol()).toBe('TLSv1.3');
    peer.destroy();
  });

  test('speaks what it is told to, after new certificates too, and TLS 1.3 all the same', async () => {
    const tls = { ...certificate('server'), ciphers: 'ECDHE-ECDSA-AES128-SHA' };
    const server = await startServer({ tls });
    const options = { port: server.port, ca: testCa, ciphers: 'ECDHE-ECDSA-AES128-SHA', ...old };
    for (const renewed of [undefined, certificate('server2')]) {
      if (renewed !== undefined) server.setSecureContext({ ...renewed, ciphers: tls.ciphers });
      const peer = await RawPeer.connectTls(options);
      expect((peer.socket as TLSSocket).getCipher().name).toBe('ECDHE-ECDSA-AES128-SHA');
      peer.destroy();
    }
    const newer = await RawPeer.connectTls({ port: server.port, ca: testCa });
    expect((newer.socket as TLSSocket).getProtocol()).toBe('TLSv1.3');
    newer.destroy();
  });

  test('goes on with the default after new certificates', async () => {
    const server = await startServer({ tls: certificate('server') });
    server.setSecureContext(certificate('server2'));
    const options = { port: server.port, ca: testCa, ciphers: 'ECDHE-ECDSA-AES128-SHA', ...old };
    await expect(RawPeer.connectTls(options)).rejects.toThrow();
  });
});

describe('a client', () => {
  test.each(strong)('of TLS 1.2 speaks %s', async (ciphers) => {
    const { port, suites } = await centre({ ...old, ciphers });
    await connect(port);
    expect(suites).toEqual([ciphers]);
  });

  test.each(weak)('does not speak %s unless it is told to', async (ciphers) => {
    const { port, suites } = await centre({ ...old, ciphers });
    expect(await connect(port)).toMatchObject({ code: 'CHAPPE_SMPP_CONNECT' });
    expect(suites).toEqual([]);
    await connect(port, { ciphers });
    expect(suites).toEqual([ciphers]);
  });
});
