import { readFile } from 'node:fs/promises';
import { MemoryStore } from '@chappe/center';
import { Simulation } from '@chappe/sandbox';
import { SmppClient } from '@chappe/smpp';
import { expect, it } from 'vitest';
import { Gateway } from '../src/index.ts';

const certificate = (name: string): Promise<string> =>
  readFile(new URL(`../../smpp/test/support/certificates/${name}.pem`, import.meta.url), 'utf8');

it('ESMEs may come by TLS; new certificates leave their sessions alone', async () => {
  const [ca, cert, key] = await Promise.all(['ca', 'server', 'server-key'].map(certificate));
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    smpp: { port: 0 },
    tls: { port: 0, cert: cert ?? '', key: key ?? '' },
    outlets: new Simulation({ delayMs: [1, 1] }),
  });
  const client = await SmppClient.connect(`smpps://acme:secret@localhost:${gateway.tlsPort}`, {
    reconnect: false,
    tls: { ca: ca ?? '' },
  });
  expect(gateway.sessions()).toMatchObject([{ account: 'acme', tls: true }]);
  const [nextCert, nextKey] = await Promise.all(['server2', 'server2-key'].map(certificate));
  gateway.setCertificates({ cert: nextCert ?? '', key: nextKey ?? '' });
  expect(() => gateway.setCertificates({ cert: 'x', key: 'y' })).toThrow();
  const response = await client.request<'submit_sm'>({
    command: 'submit_sm',
    destination_addr: '447700900123',
  });
  expect(response.command_status).toBe(0);
  await gateway.messages.wait('to:447700900123 state:delivered');
  await client.close();
  await gateway.stop({ drainMs: 1_000 });
});
