/** `chappe check`: what it says, where it says it, and how it ends. */
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Center } from '@chappe/center';
import { configSchema } from '@chappe/config';
import { SqliteStore } from '@chappe/store-sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

const example = fileURLToPath(new URL('../../../../examples/chappe.yaml', import.meta.url));

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'chappe.yaml');
  writeFileSync(path, text);
  return path;
}

const good = `accounts: [{ systemId: acme, password: "\${PASSWORD}" }]
connectors: [{ name: op-a, host: smsc.example, systemId: us }]
routes: [{ name: all, via: op-a }]
`;

test('a good configuration: what was understood, routes in order', async () => {
  const { code, out, talk } = await runCli(['check', '-c', example]);
  expect(code).toBe(0);
  expect(talk).toBe('');
  const lines = out.split('\n');
  expect(lines).toContainEqual(expect.stringMatching(/^2 accounts {3}acme, bank$/));
  expect(lines).toContainEqual(
    expect.stringMatching(/^ {2}op-a {2}smsc\.op-a\.example:3550 TLS, 2 transceiver binds$/),
  );
  const routes = lines.filter((line) => /^ {2}\d\. /.test(line)).slice(0, 6);
  expect(routes.map((line) => line.trim().split(/\s+/)[1])).toEqual([
    'trials',
    'one-time-codes',
    'night',
    'too-long',
    'uk',
    'rest',
  ]);
  expect(routes[1]).toMatch(/account bank.*op-a 70, op-b 30; else op-c$/);
});

test('no secret is in what was understood', async () => {
  for (const flag of [[], ['--json']]) {
    const { out } = await runCli(['check', '-c', fileOf(good), ...flag], { env: { PASSWORD: 'tiger' } });
    expect(out).toContain('acme');
    expect(out).not.toContain('tiger');
  }
});

test('a wrong one: each flaw with its place and line on stderr, exit code 2', async () => {
  const { code, out, talk } = await runCli([
    'check',
    '-c',
    fileOf('accounts: [{ systemId: a, bindz: 1 }]\ndrian: 5s\n'),
  ]);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(talk).toMatch(/chappe\.yaml:1:12: "password" or "passwordHash" is missing/);
  expect(talk).toContain('2 | drian: ****');
  expect(talk).toContain('^^^^^ did you mean "drain"?');
  expect(talk).toMatch(/chappe\.yaml: 3 things are wrong\n$/);
});

test('--json: one object on stdout, flaws with file, line and column', async () => {
  const { code, out, talk } = await runCli(['check', '--json', '-c', fileOf('drian: 5s\n')]);
  expect(code).toBe(2);
  expect(talk).toBe('');
  expect(JSON.parse(out)).toMatchObject({
    ok: false,
    flaws: [{ path: ['drian'], place: { line: 1, column: 1 }, hint: 'did you mean "drain"?' }],
  });
  const fine = await runCli(['check', '--json', '-c', fileOf(good)], { env: { PASSWORD: 'x' } });
  expect(fine.code).toBe(0);
  expect(JSON.parse(fine.out)).toMatchObject({
    ok: true,
    flaws: [],
    config: { accounts: ['acme'], connectors: ['op-a'], routes: [{ name: 'all', way: 'op-a' }] },
  });
});

test('warnings are told, but are no failure; -q leaves them out', async () => {
  const path = fileOf(good.replace(/"\$.PASSWORD."/, 'plain-text'));
  const { code, talk } = await runCli(['check', '-c', path]);
  expect([code, talk]).toEqual([0, expect.stringContaining('warning: ')]);
  expect(talk).toContain('"password" stands in the file');
  expect(await runCli(['check', '-q', '-c', path])).toEqual({ code: 0, out: '', talk: '' });
});

test('what serve would refuse is wrong here too', async () => {
  const nowhere = await runCli(['check', '-c', fileOf('accounts: [{ systemId: a, password: secret }]\n')]);
  expect(nowhere.code).toBe(2);
  expect(nowhere.talk).toContain('there are no routes and no connectors');
  const open = await runCli(['check', '-c', fileOf(`${good}http: { listen: 0.0.0.0:8080 }\n`)], {
    env: { PASSWORD: 'x' },
  });
  expect(open.code).toBe(2);
  expect(open.talk).toContain('http.listen 0.0.0.0 is open to the network');
  const empty = await runCli(['check', '-c', fileOf('')]);
  expect(empty.code).toBe(0);
  expect(empty.talk).toContain('there are no accounts');
});

test('the file comes from the flag, else from CHAPPE_CONFIG; one that is not there is told', async () => {
  const env = { PASSWORD: 'x', CHAPPE_CONFIG: fileOf(good) };
  expect((await runCli(['check'], { env })).out).toContain('op-a');
  const missing = await runCli(['check', '-c', '/nowhere/chappe.yaml'], { env });
  expect(missing.code).toBe(2);
  expect(missing.talk).toMatch(
    /^chappe: the configuration cannot be read: ENOENT.*\n {2}name it with --config/,
  );
});

test('--schema prints the JSON Schema', async () => {
  const { code, out } = await runCli(['check', '--schema']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(configSchema())));
});

test('a data folder: every file is named, and of a damaged one the page and what to do', async () => {
  const data = mkdtempSync(join(tmpdir(), 'chappe-check-data-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const store = await SqliteStore.open({ path: data });
  const center = new Center({ store });
  await center.start();
  await center.submitAll(
    Array.from({ length: 100 }, () => ({
      kind: 'mt' as const,
      account: 'acme',
      source: { ton: 5, npi: 0, digits: 'Chappe' },
      destination: { ton: 1, npi: 1, digits: '447700900123' },
      content: new Uint8Array(500),
    })),
  );
  const inUse = await runCli(['check', '--data', data]);
  expect(inUse).toMatchObject({ code: 0, talk: expect.stringContaining(`in use by process ${process.pid}`) });
  await center.stop();
  const whole = await runCli(['check', '--data', data]);
  expect(whole).toMatchObject({
    code: 0,
    talk: '',
    out: expect.stringMatching(/^\d{4}-\d\d-\d\d\.db {2}0\.\d MB {2}whole\n$/),
  });
  expect(await runCli(['check', '--data', data, '-q'])).toEqual({ code: 0, out: '', talk: '' });
  const name = readdirSync(data).find((one) => /^\d.*\.db$/.test(one)) as string;
  const handle = openSync(join(data, name), 'r+');
  writeSync(handle, new Uint8Array(4096).fill(0xee), 0, 4096, 5 * 4096);
  closeSync(handle);
  const { code, out, talk } = await runCli(['check', '--data', data]);
  expect(code).toBe(7);
  expect(out).toMatch(
    new RegExp(`^${name} {2}0\\.\\d MB {2}damaged\n {2}page 6.* \\(octets 20480 to 24575\\): Tree`),
  );
  expect(talk).toMatch(
    /one file is damaged: with the server stopped, put a backup in its place, or what can be rescued/,
  );
  const json = JSON.parse((await runCli(['check', '--data', data, '--json'])).out) as Record<string, unknown>;
  expect(json).toMatchObject({
    ok: false,
    inUse: null,
    files: [{ file: name, faults: expect.anything(), aside: null }],
  });
  expect(await runCli(['check', '--data', join(data, 'none')])).toMatchObject({
    code: 2,
    talk: expect.stringContaining('there is no folder'),
  });
});
