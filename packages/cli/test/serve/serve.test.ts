/** `chappe serve` as a process: who may bind, where messages go, and what SIGHUP does. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@chappe/protocol';
import { SmppClient, SmppServer } from '@chappe/smpp';
import { expect, onTestFinished, test } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { selfSigned } from '../../src/start/self-signed.ts';
import { type Running, spawnCli } from '../support/run-cli.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'chappe-serve-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Served extends Running {
  readonly smppPort: number;
  readonly tlsPort: number;
  readonly httpPort: number;
}

async function serve(path: string, env: { readonly [name: string]: string } = {}): Promise<Served> {
  const running = spawnCli(['serve', '--json', '-c', path], { env });
  onTestFinished(async () => {
    running.kill('SIGKILL');
    await running.ended;
  });
  const { smpp, tls, http } = JSON.parse(await running.line('"pid"')) as {
    readonly [name: string]: { readonly port: number } | undefined;
  };
  return { ...running, smppPort: smpp?.port ?? 0, tlsPort: tls?.port ?? 0, httpPort: http?.port ?? 0 };
}

async function client(
  url: string,
  options: Parameters<typeof SmppClient.connect>[1] = {},
): Promise<SmppClient> {
  const connected = await SmppClient.connect(url, options);
  onTestFinished(() => connected.close({ drainMs: 0 }));
  return connected;
}

async function operator(): Promise<{ readonly port: number; readonly texts: string[] }> {
  const texts: string[] = [];
  const server = await SmppServer.listen({
    port: 0,
    authenticate: ({ pdu }) =>
      ({ accept: pdu.system_id === 'us' && pdu.password === 'their-pw', status: 0x0e }) as never,
    operations: {
      submit_sm: (pdu) => {
        texts.push(Buffer.from(pdu.short_message).toString('latin1'));
        return { message_id: `up-${texts.length}` };
      },
    },
  });
  onTestFinished(() => server.close({ drainMs: 0 }));
  return { port: server.port, texts };
}

const head = 'drain: 1s\nsmpp: { listen: { port: 0 } }\nhttp: { listen: 127.0.0.1:0 }\n';

function gatewayFile(port: number, accounts: readonly (readonly [name: string, password: string])[]): string {
  return `${head}data: ./data
accounts:
${accounts.map(([name, password]) => `  - { systemId: ${name}, password: ${password} }`).join('\n')}
connectors:
  - { name: op-a, host: 127.0.0.1, port: ${port}, systemId: us, password: "\${THEIR_PASSWORD}" }
routes:
  - { name: all, via: op-a }
`;
}

test('accounts bind with their passwords only, and their messages reach the operator', async () => {
  const { port, texts } = await operator();
  const path = join(folder(), 'chappe.yaml');
  writeFileSync(path, gatewayFile(port, [['acme', 'secret-1']]));
  const served = await serve(path, {
    THEIR_PASSWORD: 'their-pw',
    CHAPPE_HTTP_ADMIN_KEY: 'the-key-of-the-operator',
  });
  await expect(SmppClient.connect(`smpp://acme:not-it@127.0.0.1:${served.smppPort}`)).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_BIND',
  });
  await expect(
    SmppClient.connect(`smpp://nobody:secret-1@127.0.0.1:${served.smppPort}`),
  ).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_BIND',
  });
  const esme = await client(`smpp://acme:secret-1@127.0.0.1:${served.smppPort}`);
  const { ids } = await esme.send({ from: 'ACME', to: '447700900123', text: 'Hello' });
  expect(ids).toHaveLength(1);
  await expect.poll(() => texts, { timeout: patient(10_000) }).toEqual(['Hello']);
  const http = `http://127.0.0.1:${served.httpPort}`;
  expect((await fetch(`${http}/readyz`)).status).toBe(200);
  expect((await fetch(`${http}/api/v1/sessions`)).status).toBe(401);
  const headers = { authorization: 'Bearer the-key-of-the-operator' };
  const sessions = await (await fetch(`${http}/api/v1/sessions`, { headers })).json();
  expect(sessions).toMatchObject({ sessions: [{ account: 'acme' }] });
  served.kill('SIGTERM');
  const { code, out, talk } = await served.ended;
  expect(code).toBe(0);
  expect(out.trim().split('\n')).toHaveLength(1);
  // Every line of the log is JSON, and no password is in any.
  for (const line of talk.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
  expect(talk).not.toMatch(/secret-1|their-pw|not-it|the-key/);
  // What is kept is for its owner only, and no password stands in it.
  const data = join(path, '..', 'data');
  for (const name of readdirSync(data)) {
    expect([name, (statSync(join(data, name)).mode & 0o777).toString(8)]).toEqual([name, '600']);
    expect(readFileSync(join(data, name), 'latin1')).not.toMatch(/secret-1|their-pw/);
  }
});

test('SIGHUP: new accounts may bind, sessions of the old ones stay, a faulty file changes nothing', async () => {
  const { port } = await operator();
  const path = join(folder(), 'chappe.yaml');
  writeFileSync(path, gatewayFile(port, [['acme', 'secret-1']]));
  const served = await serve(path, { THEIR_PASSWORD: 'their-pw' });
  const esme = await client(`smpp://acme:secret-1@127.0.0.1:${served.smppPort}`);
  writeFileSync(
    path,
    gatewayFile(port, [
      ['acme', 'secret-1'],
      ['bank', 'secret-2'],
    ]),
  );
  served.kill('SIGHUP');
  await served.line('the configuration was read again');
  expect(await served.line('account bank added')).toContain('"level":30');
  await client(`smpp://bank:secret-2@127.0.0.1:${served.smppPort}`);

  writeFileSync(path, gatewayFile(port, [['acme', 'secret-1']]).replace('via: op-a', 'via: op-b'));
  served.kill('SIGHUP');
  const flaw = await served.line('there is no connector');
  expect(JSON.parse(flaw)).toMatchObject({ level: 50, line: 10, hint: 'did you mean "op-a"?' });
  await served.line('the configuration stays as it was');
  await client(`smpp://bank:secret-2@127.0.0.1:${served.smppPort}`);
  // The first session has lived through all of it.
  expect((await esme.send({ from: 'ACME', to: '447700900123', text: 'Still here' })).ids).toHaveLength(1);
});

test('SIGHUP while it stops is told and changes nothing', async () => {
  const { port } = await operator();
  const path = join(folder(), 'chappe.yaml');
  writeFileSync(path, gatewayFile(port, [['acme', 'secret-1']]).replace('drain: 1s', 'drain: 5s'));
  const served = await serve(path, { THEIR_PASSWORD: 'their-pw' });
  // It binds and answers no unbind: the stop takes all of its time.
  const deaf = connect(served.smppPort, '127.0.0.1');
  onTestFinished(() => void deaf.destroy());
  deaf.write(encode({ command: 'bind_transceiver', system_id: 'acme', password: 'secret-1' }));
  await once(deaf, 'data');
  served.kill('SIGTERM');
  await served.line('stopping');
  served.kill('SIGHUP');
  await served.line('nothing is read again');
  expect(await served.ended).toMatchObject({ code: 0 });
});

/** Two certificates of this moment; the first is written to the folder, `write` puts another in its place. */
function twoCertificates(place: string) {
  const write = ({ cert, key }: { readonly cert: string; readonly key: string }): void => {
    writeFileSync(join(place, 'cert.pem'), cert);
    writeFileSync(join(place, 'key.pem'), key);
  };
  const now = Date.now();
  const dayMs = 86_400_000;
  const [first, second] = [selfSigned(now - dayMs, now + dayMs), selfSigned(now - dayMs, now + dayMs)];
  write(first);
  return { write, first, second };
}

test('TLS: clients of the new certificate come after a reload, those of the old one stay', async () => {
  const place = folder();
  const path = join(place, 'chappe.yaml');
  const { write, first, second } = twoCertificates(place);
  writeFileSync(
    path,
    `smpp: { listen: [{ port: 0 }, { port: 0, tls: { cert: cert.pem, key: key.pem } }] }
http: { listen: off }
data: ":memory:"
handsets: { enabled: true, delay: 0..5ms }
accounts: [{ systemId: acme, password: secret-1, tlsOnly: true }]
routes: [{ name: all, via: handsets }]
`,
  );
  const served = await serve(path);
  const url = `smpps://acme:secret-1@127.0.0.1:${served.tlsPort}`;
  await expect(SmppClient.connect(`smpp://acme:secret-1@127.0.0.1:${served.smppPort}`)).rejects.toThrow();
  const old = await client(url, { tls: { ca: first.cert } });
  write(second);
  served.kill('SIGHUP');
  await served.line('the certificate has changed');
  await client(url, { tls: { ca: second.cert } });
  await expect(SmppClient.connect(url, { tls: { ca: first.cert } })).rejects.toThrow();
  const message = await old.send({ from: 'A', to: '447700900123', text: 'Hi', receipt: 'final' });
  expect(await message.receipt({ timeoutMs: patient(10_000) })).toMatchObject({ state: 'DELIVERED' });
});

test('HTTPS: another certificate after a reload, the connections that are there stay', async () => {
  const place = folder();
  const path = join(place, 'chappe.yaml');
  const { write, first, second } = twoCertificates(place);
  writeFileSync(
    path,
    `smpp: { listen: off }
http: { listen: 127.0.0.1:0, tls: { cert: cert.pem, key: key.pem }, rate: 50/s, adminKey: key-of-the-admin-01 }
data: ":memory:"
`,
  );
  const running = spawnCli(['serve', '--json', '-c', path]);
  onTestFinished(async () => {
    running.kill('SIGKILL');
    await running.ended;
  });
  const { http } = JSON.parse(await running.line('"pid"'));
  expect(http).toEqual({ host: '127.0.0.1', port: expect.any(Number), scheme: 'https' });
  const agentOf = (ca: string): Agent => {
    const agent = new Agent({ ca, keepAlive: true, maxSockets: 1, checkServerIdentity: () => undefined });
    onTestFinished(() => agent.destroy());
    return agent;
  };
  const ask = async (agent: Agent): Promise<IncomingMessage & { readonly localPort: number | undefined }> => {
    const headers = { 'x-api-key': 'key-of-the-admin-01' };
    const asked = request({ host: '127.0.0.1', port: http.port, path: '/api/v1/info', agent, headers });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const { localPort } = response.socket;
    response.resume();
    await once(response, 'end');
    return Object.assign(response, { localPort });
  };
  const old = agentOf(first.cert);
  const before = await ask(old);
  expect([before.statusCode, before.headers['ratelimit-policy']]).toEqual([200, '"default";q=50;w=1']);
  write(second);
  running.kill('SIGHUP');
  await running.line('the certificate has changed');
  expect((await ask(agentOf(second.cert))).statusCode).toBe(200);
  await expect(ask(agentOf(first.cert))).rejects.toThrow();
  expect((await ask(old)).localPort).toBe(before.localPort);
});

test('what keeps it from starting is said in a line, with exit code 2', async () => {
  const place = folder();
  const refused = async (text: string): Promise<string> => {
    const path = join(place, 'chappe.yaml');
    writeFileSync(path, text);
    const { code, out, talk } = await spawnCli(['serve', '-c', path]).ended;
    expect([code, out]).toEqual([2, '']);
    return talk;
  };
  expect(await refused(`${head}data: ":memory:"\n`)).toContain('there are no accounts: nobody could bind');
  expect(await refused(`${head}accounts: [{ systemId: a, password: secret-1 }]\n`)).toContain(
    'there are no routes and no connectors',
  );
  const flaws = await refused('acounts: []\n');
  expect(flaws).toContain('chappe.yaml:1:1: there is no key "acounts" here');
  expect(flaws).toContain('cannot be used');
  const { port } = await operator();
  const taken = await refused(
    gatewayFile(port, [['a', 'secret-1']])
      .replace('port: 0', `port: ${port}`)
      .replace(/"\$.THEIR_PASSWORD."/, 'x')
      .replace('./data', '":memory:"'),
  );
  expect(taken).toContain(`cannot listen on 127.0.0.1:${port} for SMPP: port ${port} is in use`);
  expect(taken).toContain('smpp.listen');
});
