/** Properties 27 and 29 of the field survey: nothing is left, nothing is trusted that should not be. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import { readSmppUrl } from '../../src/client/url.ts';
import { certificate } from '../support/certificates.ts';
import { startServer } from '../support/servers.ts';

test('property 27: after close no timer and no handle is left, and the process ends by itself', async () => {
  // Bundled, since Node 20 reads no TypeScript: plain JavaScript as an application has it.
  const folder = mkdtempSync(join(tmpdir(), 'chappe-smpp-'));
  const outfile = join(folder, 'leaves-nothing.mjs');
  const entryPoints = [fileURLToPath(new URL('../support/leaves-nothing.ts', import.meta.url))];
  const conditions = ['chappe-source'];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', conditions });
  const child = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  rmSync(folder, { recursive: true });
  expect([code, output.trim()]).toEqual([0, '[]']);
});

test('property 29: smpps and ssmpp mean TLS, certificates are verified, nothing but our own code is needed', async () => {
  expect(readSmppUrl('smpps://a:b@host')).toMatchObject({ tls: true, port: 3550 });
  expect(readSmppUrl('ssmpp://a:b@host:99')).toMatchObject({ tls: true, port: 99 });
  expect(readSmppUrl('smpp://a:b@[::1]')).toMatchObject({ tls: false, port: 2775, host: '::1' });
  const server = await startServer({ tls: certificate('server') });
  await expect(SmppClient.connect(`smpps://a:b@127.0.0.1:${server.port}`)).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_CONNECT',
    cause: { code: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/) },
  });
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(Object.keys(manifest.dependencies)).toEqual(['@chappe/protocol']);
});

test('property 29: the PROXY protocol is believed only from networks that are named', async () => {
  // The rest of it is in server/admission.test.ts and transport/proxy-protocol.test.ts.
  const server = await startServer({ proxyProtocol: { trusted: ['192.0.2.0/24'] } });
  const client = await SmppClient.connect(`smpp://a:b@127.0.0.1:${server.port}`);
  expect([...server.sessions][0]?.remote.address).toBe('127.0.0.1');
  await client.close();
});
