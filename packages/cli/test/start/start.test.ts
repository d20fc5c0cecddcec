/** `chappe start` as a process: what it says when it is ready, what works then, and how it ends. */
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DecodedPdu, decode, encode, Framer, SmppClient } from '@chappe/smpp';
import { expect, onTestFinished, test } from 'vitest';
import { type Chappe, type ChappeOptions, startChappe } from '../../../../test/support/chappe.ts';
import { Inbox } from '../../../../test/support/inbox.ts';
import { chappeArgs } from '../../../../test/support/our-programs.ts';
import { patient } from '../../../../test/support/patience.ts';
import { Program } from '../../../../test/support/program.ts';
import { selfSigned } from '../../src/start/self-signed.ts';
import { chappeVersion } from '../../src/version.ts';

const hourMs = 3_600_000;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'chappe-start-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function start(options: ChappeOptions = {}): Promise<Chappe> {
  const chappe = await startChappe({ ...options, args: ['--delay', '0-5', ...(options.args ?? [])] });
  onTestFinished(() => chappe.stop());
  return chappe;
}

async function client(
  url: string,
  options: Parameters<typeof SmppClient.connect>[1] = {},
): Promise<SmppClient> {
  const connected = await SmppClient.connect(url, options);
  onTestFinished(() => connected.close({ drainMs: 0 }));
  return connected;
}

/** An ESME made of nothing: it answers only when told to. */
async function rawPeer(
  port: number,
): Promise<{ readonly pdus: Inbox<DecodedPdu>; readonly closed: Promise<unknown> }> {
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  const pdus = new Inbox<DecodedPdu>();
  const framer = new Framer();
  socket.on('data', (chunk) => {
    framer.push(chunk);
    for (let bytes = framer.next(); bytes instanceof Uint8Array; bytes = framer.next())
      pdus.push(decode(bytes));
  });
  const closed = once(socket, 'close');
  socket.write(
    encode({ command: 'bind_transceiver', sequence_number: 1, system_id: 'mute', interface_version: 0x34 }),
  );
  await pdus.next('the bind response', ({ command }) => command === 'bind_transceiver_resp');
  return { pdus, closed };
}

test('ready: one line of JSON on stdout, and nothing else', async () => {
  const { program, smppPort, tlsPort, httpPort, stop } = await start();
  await stop();
  const lines = program.lines.items;
  expect(lines.map(({ from }) => from)).toEqual(['stdout']);
  expect(JSON.parse(lines[0]!.text)).toEqual({
    smpp: { host: '127.0.0.1', port: smppPort },
    tls: { host: '127.0.0.1', port: tlsPort },
    http: { host: '127.0.0.1', port: httpPort },
    pid: program.pid,
    data: ':memory:',
    version: chappeVersion,
  });
});

test('a message goes to a handset and its receipt comes back; the API has seen it', async () => {
  const { smppPort, httpUrl } = await start();
  const esme = await client(`smpp://any:thing@127.0.0.1:${smppPort}`);
  const message = await esme.send({ from: 'ACME', to: '447700900123', text: 'Hello', receipt: 'final' });
  expect(await message.receipt({ timeoutMs: patient(10_000) })).toMatchObject({
    state: 'DELIVERED',
    delivered: true,
  });
  const shown = await (await fetch(`${httpUrl}/api/v1/messages/${message.ids[0]}`)).json();
  expect(shown).toMatchObject({ account: 'any', to: '447700900123', state: 'delivered', text: 'Hello' });
  expect((await fetch(`${httpUrl}/readyz`)).status).toBe(200);
});

test('a restart keeps messages, handset traffic goes on, and the certificate stays', async () => {
  const data = join(folder(), 'data');
  const first = await start({ data });
  const esme = await client(`smpp://any:thing@127.0.0.1:${first.smppPort}`);
  const { ids } = await esme.send({ from: 'ACME', to: '447700900123', text: 'Keep me', receipt: 'final' });
  const certificate = readFileSync(join(data, 'tls.pem'), 'utf8');
  expect(await first.program.stop()).toEqual({ code: 0, signal: null });

  const second = await start({ data });
  const shown = await (await fetch(`${second.httpUrl}/api/v1/messages/${ids[0]}`)).json();
  expect(shown).toMatchObject({ text: 'Keep me' });
  expect(readFileSync(join(data, 'tls.pem'), 'utf8')).toBe(certificate);
});

test('the data folder and all in it are for its owner only', async () => {
  const data = join(folder(), 'new', 'data');
  const { smppPort } = await start({ data });
  const esme = await client(`smpp://any:thing@127.0.0.1:${smppPort}`);
  await esme.send({ from: 'ACME', to: '447700900123', text: 'Secret' });
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  expect(modeOf(data)).toBe('700');
  const names = readdirSync(data);
  expect(names).toEqual(expect.arrayContaining(['lock.pid', 'tls.pem', expect.stringMatching(/\.db$/)]));
  for (const name of names) expect([name, modeOf(join(data, name))]).toEqual([name, '600']);
});

test('TLS: the kept certificate is good for 127.0.0.1 and localhost, a stranger is refused', async () => {
  const data = folder();
  chmodSync(data, 0o700);
  const { tlsPort } = await start({ data });
  const ca = readFileSync(join(data, 'tls.pem'), 'utf8');
  for (const host of ['127.0.0.1', 'localhost']) {
    const esme = await client(`smpps://any:thing@${host}:${tlsPort}`, { tls: { ca } });
    const { ids } = await esme.send({ from: 'ACME', to: '447700900123', text: 'Sealed' });
    expect(ids).toHaveLength(1);
  }
  await expect(SmppClient.connect(`smpps://any:thing@127.0.0.1:${tlsPort}`)).rejects.toThrow(/self-signed/);
});

test('SIGHUP takes a new certificate and drops nobody; a bad one changes nothing', async () => {
  const path = folder();
  const [cert, key] = [join(path, 'cert.pem'), join(path, 'key.pem')];
  const install = (): string => {
    const made = selfSigned(Date.now() - hourMs, Date.now() + hourMs);
    writeFileSync(cert, made.cert);
    writeFileSync(key, made.key);
    return made.cert;
  };
  const first = install();
  const { program, tlsPort } = await start({
    args: ['--tls-cert', cert, '--tls-key', key, '--log-level', 'info'],
  });
  const url = `smpps://any:thing@127.0.0.1:${tlsPort}`;
  const old = await client(url, { tls: { ca: first }, reconnect: false });

  const second = install();
  process.kill(program.pid, 'SIGHUP');
  await program.line('the reload', ({ text }) => text.includes('"certificate reloaded"'));
  await client(url, { tls: { ca: second } });
  await expect(SmppClient.connect(url, { tls: { ca: first } })).rejects.toThrow();
  const { ids } = await old.send({ from: 'ACME', to: '447700900123', text: 'Still here' });
  expect(ids).toHaveLength(1);

  writeFileSync(key, 'no key');
  process.kill(program.pid, 'SIGHUP');
  await program.line('the complaint', ({ text }) => text.includes('the certificate stays as it was'));
  await client(url, { tls: { ca: second } });
});

test('SIGTERM: sessions are unbound in order, what was accepted is on disk, exit code 0', async () => {
  const data = folder();
  const { program, smppPort } = await start({ data, args: ['--delay', '60000-60000'] });
  const esme = await client(`smpp://any:thing@127.0.0.1:${smppPort}`, { reconnect: false });
  const { ids } = await esme.send({ from: 'ACME', to: '447700900123', text: 'Under way', receipt: 'final' });
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect(esme.state).toBe('closed');

  const again = await start({ data });
  const query = `to:447700900123 state:delivered`;
  const waited = await fetch(
    `${again.httpUrl}/api/v1/messages/wait?q=${encodeURIComponent(query)}&timeout=10s`,
  );
  expect(await waited.json()).toMatchObject({ id: ids[0], text: 'Under way' });
});

test('a peer that never answers unbind does not hold up the end for longer than --drain', async () => {
  const { program, smppPort } = await start({ args: ['--drain', '200ms'] });
  const { pdus, closed } = await rawPeer(smppPort);
  process.kill(program.pid, 'SIGTERM');
  await pdus.next('unbind', ({ command }) => command === 'unbind');
  expect(await program.exit).toEqual({ code: 0, signal: null });
  await closed;
});

test('a request that never comes to its end does not hold up the end either', async () => {
  const { program, httpPort } = await start({ args: ['--drain', '200ms'] });
  const socket = connect({ port: httpPort, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  const head = ['POST /api/v1/messages HTTP/1.1', 'host: localhost', 'content-type: application/json'];
  socket.write(`GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  await once(socket, 'data');
  socket.write(`${head.join('\r\n')}\r\ncontent-length: 100\r\n\r\n{`);
  const silent = connect({ port: httpPort, host: '127.0.0.1' });
  onTestFinished(() => void silent.destroy());
  await once(silent, 'connect');
  process.kill(program.pid, 'SIGTERM');
  expect(await program.exit).toEqual({ code: 0, signal: null });
});

test('a second signal ends it at once', async () => {
  const { program, smppPort } = await start({ args: ['--drain', '60s'] });
  const { pdus } = await rawPeer(smppPort);
  process.kill(program.pid, 'SIGINT');
  await pdus.next('unbind', ({ command }) => command === 'unbind');
  // What comes within a moment of the first is the same press of a key.
  const again = setInterval(() => process.kill(program.pid, 'SIGINT'), 100);
  try {
    expect(await program.exit).toEqual({ code: 130, signal: null });
  } finally {
    clearInterval(again);
  }
});

test('--log-level info: sessions come and go in JSON on stderr, without texts, numbers and passwords', async () => {
  const { program, smppPort } = await start({ args: ['--log-level', 'info', '--account', 'acme:hush'] });
  const esme = await client(`smpp://acme:hush@127.0.0.1:${smppPort}`);
  await esme.send({ from: 'ACME', to: '447700900123', text: 'Secret' });
  await esme.close();
  const { text, from } = await program.line('the end', (line) =>
    line.text.includes('"msg":"session.unbound"'),
  );
  expect(from).toBe('stderr');
  expect(JSON.parse(text)).toMatchObject({ account: 'acme', bind: 'transceiver', reason: 'peer_unbound' });
  expect(program.output).not.toMatch(/hush|447700900123|Secret/);
});

test('--no-tls and --no-http open nothing but SMPP', async () => {
  const args = ['start', '--json', '--data', ':memory:', '--smpp-port', '0', '--no-tls', '--no-http'];
  const program = new Program(process.execPath, [...chappeArgs(), ...args]);
  onTestFinished(async () => void (await program.stop()));
  const { text } = await program.line('its banner', ({ from }) => from === 'stdout');
  expect(Object.keys(JSON.parse(text) as object)).toEqual(['smpp', 'pid', 'data', 'version']);
});

test('for people: a banner with the addresses, and with -v a line per bind and message', async () => {
  const ports = ['--smpp-port', '0', '--tls-port', '0', '--http-port', '0', '--data', ':memory:'];
  const args = [...chappeArgs(), 'start', '-v', '--account', 'acme:hush', ...ports];
  const program = new Program(process.execPath, args);
  onTestFinished(async () => void (await program.stop()));
  await program.line('its banner', ({ text }) => text.includes('Ctrl-C'));
  const port = /SMPP +127\.0\.0\.1:(\d+) +account acme/.exec(program.output)?.[1];
  const esme = await client(`smpp://acme:hush@127.0.0.1:${port}`);
  await program.line('the bind', ({ text }) => /bound +acme +transceiver 3\.4 +127\.0\.0\.1:\d+/.test(text));
  await esme.send({ from: 'ACME', to: '447700900123', text: 'Seen' });
  await program.line('the message', ({ text }) => /acme +ACME -> 447700900123 +id \w+ +"Seen"/.test(text));
  await esme.close();
  await program.line('the unbind', ({ text }) => /unbound +acme .*peer unbound/.test(text));
  expect(program.output).not.toContain('hush');
});
