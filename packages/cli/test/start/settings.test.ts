import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commonSettings } from '../../src/settings/common.ts';
import { readSettings, type Setting } from '../../src/settings/setting.ts';
import { type StartValues, startSettings } from '../../src/start/settings.ts';

const table = Object.entries<Setting<unknown>>(startSettings);

function read(
  env: { readonly [name: string]: string },
  files: { readonly [path: string]: string } = {},
): StartValues {
  return readSettings(startSettings, {}, { env, readFile: (path) => files[path] ?? '' });
}

test('every setting has a flag and a variable of its own, which say the same', () => {
  const flags = [
    ...table.map(([, { flag }]) => flag),
    ...Object.values(commonSettings).map(({ flag }) => flag),
  ];
  expect(new Set(flags).size).toBe(flags.length);
  for (const [name, { flag, env, about }] of table) {
    // Clients have a system_id too, and mean another one by it.
    const word = name === 'systemId' ? 'mc-system-id' : flag;
    expect(env).toBe(`CHAPPE_${word.toUpperCase().replaceAll('-', '_')}`);
    expect(about.length).toBeGreaterThan(5);
  }
});

test('defaults: this machine only, everybody, everything on disk', () => {
  expect(read({})).toMatchObject({
    host: '127.0.0.1',
    httpHost: '127.0.0.1',
    smppPort: 2775,
    tlsPort: 3550,
    httpPort: 8080,
    accounts: [],
    data: './data',
    delayMs: [50, 500],
  });
});

test('all of them by variables', () => {
  const env = {
    CHAPPE_HOST: '[::1]',
    CHAPPE_ALLOW_HOST: 'Sandbox.Example\n*',
    CHAPPE_TLS: 'false',
    CHAPPE_TRUST_PROXY: '10.0.0.0/8\nfd00::/8\n192.0.2.1',
    CHAPPE_ACCOUNT_FILE: '/run/secrets/accounts',
    CHAPPE_DELAY: '7',
    CHAPPE_OUTCOMES: 'delivered:9, expired:1',
    CHAPPE_SEED: '42',
    CHAPPE_VALIDITY: '90m',
    CHAPPE_MC_SYSTEM_ID: 'tower',
    CHAPPE_LOG_LEVEL: 'DEBUG',
  };
  expect(read(env, { '/run/secrets/accounts': 'acme:one\r\nbeta:two:three\n' })).toMatchObject({
    host: '::1',
    allowHost: ['sandbox.example', '*'],
    tls: false,
    trustProxy: ['10.0.0.0/8', 'fd00::/8', '192.0.2.1'],
    accounts: [
      { systemId: 'acme', password: 'one' },
      { systemId: 'beta', password: 'two:three' },
    ],
    delayMs: [7, 7],
    outcomes: { delivered: 9, expired: 1 },
    seed: 42,
    validityMs: 5_400_000,
    systemId: 'tower',
    logLevel: 'debug',
  });
});

test('docs/cli.md has the tables of all commands as they are', () => {
  const script = fileURLToPath(new URL('../../../../scripts/document-flags.ts', import.meta.url));
  const child = spawnSync(process.execPath, ['--conditions=chappe-source', script, '--check'], {
    encoding: 'utf8',
  });
  expect(child.status, child.stderr).toBe(0);
});
