import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryStore } from '@chappe/center';
import { Gateway } from '@chappe/gateway';
import type { ConnectorSettings } from '@chappe/policy';
import { type Session, SmppServer } from '@chappe/smpp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Inbox, until } from '../support/inbox.ts';
import { startServe } from './serve.ts';
import { settingsFor } from './settings.ts';

type Tls = NonNullable<ConnectorSettings['tls']>;

const folder = new URL('../../packages/smpp/test/support/certificates/', import.meta.url);
const fileOf = (name: string): string => fileURLToPath(new URL(`${name}.pem`, folder));
const pem = (name: string): string => readFileSync(fileOf(name), 'utf8');

const ca = pem('ca');
const mine = { cert: pem('client'), key: pem('client-key') };
const home = '127.0.0.1';
// Certificates are for localhost and 127.0.0.1: this is the same machine by an address that they do not name.
const elsewhere = '127.0.0.2';

interface Operator {
  readonly host: string;
  readonly port: number;
  /** Sessions that have bound. */
  readonly bound: Inbox<Session>;
  /** Destinations of submissions. */
  readonly submitted: Inbox<string>;
}

/** An operator that speaks TLS only. `isStrict`: with nobody who has no certificate of its CA. */
async function operator(host: string, isStrict = false): Promise<Operator> {
  const bound = new Inbox<Session>();
  const submitted = new Inbox<string>();
  const server = await SmppServer.listen({
    host,
    port: 0,
    tls: { cert: pem('server'), key: pem('server-key'), ca, requestClientCertificate: isStrict },
    authenticate: () => ({ accept: true }),
    operations: {
      submit_sm: (pdu) => {
        submitted.push(pdu.destination_addr);
        return { message_id: 'tls-1' };
      },
    },
    onBound: (session) => bound.push(session),
  });
  onTestFinished(() => server.close({ drainMs: 0 }));
  return { host, port: server.port, bound, submitted };
}

interface Gate {
  readonly gateway: Gateway;
  /** Why binds failed. */
  readonly failures: Inbox<string>;
}

/** A gateway that connects there. */
async function gatewayTo({ host, port }: Operator, tls: Tls): Promise<Gate> {
  const accounts = [{ systemId: 'load' }];
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    smpp: { port: 0 },
    settings: await settingsFor([{ name: 'op', host, port, tls }], { accounts, route: { price: undefined } }),
  });
  onTestFinished(() => gateway.stop({ drainMs: 0 }));
  const failures = new Inbox<string>();
  gateway.events.subscribe((event) => {
    if (event.type === 'connector.failed') failures.push(event.detail);
  }, false);
  return { gateway, failures };
}

describe('an upstream by TLS', () => {
  test.each<[string, host: string, isStrict: boolean, Tls]>([
    ['its CA has issued its certificate', home, false, { ca }],
    ['it is known by its name, not by its address', elsewhere, false, { ca, serverName: 'localhost' }],
    ['anybody is trusted', elsewhere, false, { verify: false }],
    ['it wants our certificate', home, true, { ca, ...mine }],
    [
      'it wants our certificate and is known by its name',
      elsewhere,
      true,
      { ca, ...mine, serverName: 'localhost' },
    ],
  ])('is bound to and takes messages: %s', async (_, host, isStrict, tls) => {
    const op = await operator(host, isStrict);
    const { gateway, failures } = await gatewayTo(op, tls);
    const { remote } = await op.bound.next('a bind', () => true);
    expect(remote.tls).toBe(true);
    expect(remote.certificateSubject).toBe(isStrict ? 'CN=client,O=Test' : undefined);
    await gateway.submit({ account: 'load', from: 'ACME', to: '4612345', text: 'secret' });
    await op.submitted.next('the message', (to) => to === '4612345');
    expect(failures.items).toEqual([]);
  });

  test.each<[string, host: string, isStrict: boolean, Tls, why: RegExp]>([
    ['nobody we trust has issued its certificate', home, false, {}, /certificate/],
    ['another CA', home, false, { ca: mine.cert }, /certificate/],
    ['its certificate is for another address', elsewhere, false, { ca }, /127\.0\.0\.2.*altnames/],
    [
      'its certificate is for another name',
      home,
      false,
      { ca, serverName: 'smpp.example.com' },
      /smpp\.example\.com.*altnames/,
    ],
    ['it wants a certificate, we have none', home, true, { ca }, /certificate of ours/],
  ])('is not bound to, and says why: %s', async (_, host, isStrict, tls, why) => {
    const op = await operator(host, isStrict);
    const { gateway, failures } = await gatewayTo(op, tls);
    const detail = await failures.next('a failure', () => true);
    expect(detail).toMatch(why);
    const upstream = gateway.network.upstreams.get('op');
    expect(upstream?.isUsable).toBe(false);
    expect(upstream?.binds.lastError).toBe(detail);
    expect(upstream?.counters.bindFailures).toBeGreaterThan(0);
    // It stays at that, and the message waits.
    await gateway.submit({ account: 'load', from: 'ACME', to: '4612345', text: 'secret' });
    await until('more tries', () => Promise.resolve(failures.items.length > 3 || undefined));
    expect(op.bound.items).toEqual([]);
    expect(op.submitted.items).toEqual([]);
  });
});

describe('chappe serve', () => {
  /** Its configuration has the files of certificates beside it. */
  async function serve(op: Operator, tls: string) {
    const data = await mkdtemp(join(tmpdir(), 'chappe-tls-'));
    onTestFinished(() => rm(data, { recursive: true, force: true }));
    for (const name of ['ca', 'client', 'client-key'])
      await copyFile(fileOf(name), join(data, `${name}.pem`));
    const serving = await startServe(data, configuration(data, op, tls));
    onTestFinished(() => serving.stop());
    return serving;
  }

  const configuration = (data: string, { host, port }: Operator, tls: string): string => `
data: ${join(data, 'data')}
http: { listen: off }
smpp: { listen: 127.0.0.1:0 }
accounts:
  - { systemId: load, password: secret }
connectors:
  - { name: op, host: ${host}, port: ${port}, systemId: gateway, password: secret, reconnect: 50ms..200ms, tls: ${tls} }
routes:
  - { name: all, via: op }
`;

  test('connects by TLS as its configuration says', async () => {
    const op = await operator(elsewhere, true);
    await serve(op, '{ ca: ca.pem, cert: client.pem, key: client-key.pem, serverName: localhost }');
    const { remote } = await op.bound.next('a bind', () => true);
    expect(remote.certificateSubject).toBe('CN=client,O=Test');
  });

  test('logs why it cannot', async () => {
    const op = await operator(home);
    const { program } = await serve(op, '{ ca: ca.pem, serverName: smpp.example.com }');
    const line = await program.line('the failure', ({ text }) => text.includes('bind to upstream failed'));
    expect(line.text).toMatch(/smpp\.example\.com/);
    expect(op.bound.items).toEqual([]);
  });
});
