/** What a program without types may give to `SmppServer.listen`: refused by name, never left out in silence. */
import { describe, expect, test } from 'vitest';
import type { ServerOptions } from '../../src/server/options.ts';
import { SmppServer } from '../../src/server/server.ts';
import { bindPdu } from '../support/core-pair.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { closeLater, startServer } from '../support/servers.ts';

const right = { port: 0, authenticate: () => ({ accept: true }) as const, operations: {} };

function listen(options: object): Promise<SmppServer> {
  return SmppServer.listen(options as ServerOptions).then(closeLater);
}

describe('an option that is', () => {
  test.each<[string, object, string]>([
    ['missing: authenticate', { port: 0, operations: {} }, 'authenticate is missing'],
    ['missing: operations', { port: 0, authenticate: right.authenticate }, 'operations is missing'],
    ['misspelt', { ...right, systemid: 'x' }, 'systemid is no option: did you mean systemId?'],
    ['misspelt, another', { ...right, onErorr: () => undefined }, 'did you mean onError?'],
    ['of nobody', { ...right, debug: true }, 'debug is no option: known are'],
    [
      'misspelt inside limits',
      { ...right, limits: { enquireLink: 5 } },
      'did you mean limits.enquireLinkMs?',
    ],
    ['TLS without a certificate', { ...right, tls: {} }, 'tls.cert is missing'],
    ['TLS without a key', { ...right, tls: { cert: 'x' } }, 'tls.key is missing'],
    ['a certificate that is none', { ...right, tls: { cert: 'x', key: 'y' } }, 'tls cannot be used'],
    ['operations that are a list', { ...right, operations: [] }, 'operations is wrong'],
    ['misspelt inside tls', { ...right, tls: { certificate: 'x' } }, 'tls.certificate is no option'],
    ['a port too high', { ...right, port: 70_000 }, 'port is 70000: it takes a whole number from 0 to 65535'],
    ['a port that is a text', { ...right, port: '2775' }, 'port is a string'],
    ['a host that is null', { ...right, host: null }, 'host is null'],
    ['a limit below 1', { ...right, limits: { window: 0 } }, 'limits.window is 0'],
    ['a limit that is no number', { ...right, limits: { window: '10' } }, 'limits.window is a string'],
    ['a limit that is NaN', { ...right, limits: { connections: Number.NaN } }, 'limits.connections is NaN'],
    ['a time below 0', { ...right, limits: { sessionInitMs: -1 } }, 'limits.sessionInitMs is -1'],
    ['a time that is a text', { ...right, limits: { enquireLinkMs: '30s' } }, 'limits.enquireLinkMs'],
    ['limits that nobody awaited', { ...right, limits: Promise.resolve({ window: 1 }) }, 'to be awaited'],
    ['operations that nobody awaited', { ...right, operations: Promise.resolve({}) }, 'operations is wrong'],
    ['limits that are a list', { ...right, limits: [] }, 'limits is a list'],
    ['no function', { ...right, onBound: 'log' }, 'onBound is a string: it takes a function'],
    ['a handler that is none', { ...right, operations: { submit_sm: {} } }, 'operations.submit_sm'],
    ['a handler of nothing', { ...right, operations: { submitSm() {} } }, 'did you mean submit_sm?'],
    ['a handler of a response', { ...right, operations: { submit_sm_resp() {} } }, 'no request'],
    [
      'a handler of session control',
      { ...right, operations: { enquire_link() {} } },
      'the session answers it',
    ],
    ['operations that are a function', { ...right, operations: () => undefined }, 'operations is wrong'],
    [
      'networks that are a text',
      { ...right, proxyProtocol: { trusted: '10.0.0.0/8' } },
      'proxyProtocol.trusted',
    ],
    ['networks that are none', { ...right, proxyProtocol: {} }, 'proxyProtocol.trusted is missing'],
    ['a clock that is none', { ...right, clock: Date }, 'clock'],
    ['a codec that is none', { ...right, codec: {} }, 'codec is an object: it takes an object with decode'],
    ['a version that is none', { ...right, version: 34 }, "version is 34: it takes '3.3', '3.4' or '5.0'"],
    ['a version that is a text', { ...right, version: 'v3.4' }, 'version is "v3.4"'],
    ['a version that is a fraction', { ...right, version: 3.4 }, 'version is 3.4'],
  ])('%s', async (_what, options, message) => {
    await expect(listen(options)).rejects.toMatchObject({
      name: 'SmppError',
      code: 'CHAPPE_SMPP_OPTION',
      message: expect.stringContaining(message),
    });
  });

  test.each([[undefined], [null], ['options'], [[]]])('all of %j', async (options) => {
    await expect(listen(options as never)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_OPTION' });
  });

  test('undefined is left out, and its default counts', async () => {
    const server = await startServer({
      host: undefined,
      systemId: undefined,
      version: undefined,
      limits: { perAddress: undefined, window: undefined, sessionInitMs: undefined } as never,
    });
    const peer = await RawPeer.bound(server.port);
    expect(server.counters.sessionsBound).toBe(1);
    peer.destroy();
  });

  test('no secret is in the message', async () => {
    const error = await listen({
      ...right,
      tls: { cert: 'x', key: 7, passphrase: { secret: 'hush' } },
    }).catch(String);
    expect(error).toContain('tls.key');
    expect(error).not.toContain('hush');
  });
});

test.each([
  ['3.3', 0x33],
  ['3.4', 0x34],
  ['5.0', 0x50],
  [0x33, 0x33],
  [0x34, 0x34],
  [0x50, 0x50],
] as const)('version %s is the newest that is spoken', async (version, expected) => {
  const versions: number[] = [];
  const server = await startServer({
    version,
    authenticate: (bind) => {
      versions.push(bind.version);
      return { accept: true };
    },
  });
  const peer = await RawPeer.connect(server.port);
  await peer.ask({ ...bindPdu('transmitter', 0x50), sequence_number: 1 } as never);
  expect(versions).toEqual([expected]);
  peer.destroy();
});

test.each([
  [{ drainMs: '5s' }, 'drainMs is a string: it takes milliseconds'],
  [{ drainMs: -1 }, 'drainMs is -1'],
  [{ drain: 5 }, 'drain is no option'],
  [5, 'the options is 5'],
])('close with %j is refused, and closes nothing', async (wrong, message) => {
  const server = await startServer();
  const peer = await RawPeer.bound(server.port);
  const refusal = { code: 'CHAPPE_SMPP_OPTION', message: expect.stringContaining(message) };
  await expect(server.close(wrong as never)).rejects.toMatchObject(refusal);
  await expect([...server.sessions][0]!.close(wrong as never)).rejects.toMatchObject(refusal);
  expect(await peer.ask({ command: 'enquire_link', sequence_number: 2 })).toMatchObject({
    command: 'enquire_link_resp',
  });
  peer.destroy();
});
