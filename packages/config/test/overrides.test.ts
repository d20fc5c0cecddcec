/** Variables that overrule the server part. */
import { describe, expect, test } from 'vitest';
import { serverVariables } from '../src/index.ts';
import { load, loaded, short, shortText } from './support/load.ts';

describe('variables win over the file', () => {
  const file = 'data: ./store\nlog: { level: warn }\nhttp: { listen: 127.0.0.1:1 }\n';

  test('single values, several with commas, and of files', async () => {
    const env = {
      CHAPPE_DATA: 'here',
      CHAPPE_LOG_LEVEL: ' debug ',
      CHAPPE_HTTP_LISTEN: '0.0.0.0:8081',
      CHAPPE_HTTP_ALLOW_HOSTS: 'a.example, b.example',
      CHAPPE_HTTP_ADMIN_KEY_FILE: '/run/secrets/admin',
      CHAPPE_SMPP_LISTEN: '127.0.0.1:1,[::1]:2',
      CHAPPE_SMPP_DEFAULTS_ENQUIRE_LINK: '5s',
      CHAPPE_DRAIN: '1s',
      CHAPPE_LIFETIME_RETENTION: '7d',
      CHAPPE_HANDSETS_ENABLED: 'true',
      CHAPPE_HANDSETS_OUTCOMES_DELIVERED: '1',
    };
    const config = await loaded(file, { env, files: { '/run/secrets/admin': 'a-key-of-sixteen\n' } });
    expect(config).toMatchObject({
      // Of a variable, it is as seen from where the program was started.
      data: 'here',
      server: {
        logLevel: 'debug',
        drainMs: 1_000,
        smpp: {
          listen: [
            { host: '127.0.0.1', port: 1 },
            { host: '::1', port: 2 },
          ],
          defaults: { enquireLinkMs: 5_000 },
        },
        http: { listen: { host: '0.0.0.0', port: 8081 }, allowHosts: ['a.example', 'b.example'] },
      },
      lifetime: { retentionMs: 604_800_000 },
      handsets: { enabled: true, outcomes: { delivered: 1 } },
    });
    expect(config.server.http.adminKeyHashes).toHaveLength(1);
  });

  test('empty ones count as not set; one that names a file loses against one with a value', async () => {
    const config = await loaded(file, {
      env: {
        CHAPPE_LOG_LEVEL: '',
        CHAPPE_DRAIN: '1s',
        CHAPPE_DRAIN_FILE: '/nowhere',
        CHAPPE_SMPP_LISTEN: 'off',
      },
    });
    expect(config.server).toMatchObject({ logLevel: 'warn', drainMs: 1_000, smpp: { listen: [] } });
  });

  test('a wrong value is told with the name of its variable', async () => {
    const env = { CHAPPE_DRAIN: 'soon', CHAPPE_SMPP_LISTEN: '127.0.0.1:1,x', CHAPPE_DATA_FILE: '/nowhere' };
    expect(await short('', { env })).toEqual([
      'CHAPPE_DATA_FILE /nowhere cannot be read: ENOENT',
      'CHAPPE_DRAIN expected a duration such as 500ms, 30s, 5m, 48h or 7d',
      'CHAPPE_SMPP_LISTEN expected an address and a port such as 127.0.0.1:2775',
    ]);
  });

  test('a section that is no map keeps its own flaw', async () => {
    expect(await short('http: 5\n', { env: { CHAPPE_HTTP_LISTEN: 'off' } })).toEqual([
      '1:7 expected keys and values',
    ]);
  });

  test('a mistyped one is a warning; those of others are none', async () => {
    const result = await load('', {
      env: {
        CHAPPE_HTTP_LISTN: '1',
        CHAPPE_CONFIG: 'x',
        CHAPPE_COLOR: 'true',
        CHAPPE_URL: 'y',
        PATH: '/bin',
      },
    });
    expect(result.warnings.map(shortText)).toEqual([
      'CHAPPE_HTTP_LISTN there is no such variable: did you mean CHAPPE_HTTP_LISTEN?',
    ]);
  });
});

test('every single value of the server part has one, with a name of its own', () => {
  const variables = serverVariables();
  expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
  expect(variables.length).toBeGreaterThan(30);
  for (const { name, path } of variables) {
    expect(name).toMatch(/^CHAPPE_[A-Z_]+$/);
    expect(name.slice('CHAPPE_'.length).replaceAll('_', '').toLowerCase()).toBe(path.join('').toLowerCase());
  }
  expect(variables.find(({ name }) => name === 'CHAPPE_HTTP_LISTEN')?.path).toEqual(['http', 'listen']);
});
