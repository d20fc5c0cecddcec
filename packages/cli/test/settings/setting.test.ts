import { describe, expect, it } from 'vitest';
import { plans } from '../../src/plans.ts';
import { commonSettings } from '../../src/settings/common.ts';
import { flagOf, helpOf, readSettings, type Setting, type Settings } from '../../src/settings/setting.ts';
import { many, one, onOff, port, text } from '../../src/settings/values.ts';

interface Values {
  readonly port: number;
  readonly tls: boolean;
  readonly account: readonly string[];
  readonly password: string | undefined;
}

const settings: Settings<Values> = {
  port: {
    flag: 'smpp-port',
    value: 'port',
    env: 'CHAPPE_SMPP_PORT',
    about: 'where',
    fallback: 2775,
    read: one(port),
  },
  tls: { flag: 'tls', env: 'CHAPPE_TLS', about: 'TLS', fallback: true, read: one(onOff) },
  account: {
    flag: 'account',
    value: 'id:password',
    isRepeatable: true,
    env: 'CHAPPE_ACCOUNT',
    about: 'who',
    fallback: [],
    read: many(text),
  },
  password: {
    flag: 'password',
    value: 'word',
    env: 'CHAPPE_PASSWORD',
    isSecret: true,
    about: 'secret',
    fallback: undefined,
    read: one((value) => {
      if (value.length > 8) throw new TypeError('expected at most 8 characters');
      return value;
    }),
  },
};

const files: { readonly [path: string]: string } = {
  '/run/secrets/p': 'fromfile\n',
  '/accounts': 'a:1\n\nb:2\n',
};

function read(
  flags: { readonly [flag: string]: readonly string[] },
  env: { readonly [name: string]: string } = {},
): Values {
  return readSettings(settings, flags, {
    env,
    readFile: (path) => {
      const content = files[path];
      if (content === undefined) throw new Error('ENOENT: no such file');
      return content;
    },
  });
}

describe('settings', () => {
  it('have defaults', () => {
    expect(read({})).toEqual({ port: 2775, tls: true, account: [], password: undefined });
  });

  it('come from the flag before the variable before the file', () => {
    const env = { CHAPPE_PASSWORD: 'fromenv', CHAPPE_PASSWORD_FILE: '/run/secrets/p' };
    expect(read({ password: ['flag'] }, env).password).toBe('flag');
    expect(read({}, env).password).toBe('fromenv');
    expect(read({}, { CHAPPE_PASSWORD_FILE: '/run/secrets/p' }).password).toBe('fromfile');
    expect(read({}, { CHAPPE_PASSWORD: '' }).password).toBeUndefined();
  });

  it('may be lists: by the flag again, one per line of the variable or file', () => {
    expect(read({ account: ['a:1', 'b:2'] }).account).toEqual(['a:1', 'b:2']);
    expect(read({}, { CHAPPE_ACCOUNT: 'a:1\nb:2' }).account).toEqual(['a:1', 'b:2']);
    expect(read({}, { CHAPPE_ACCOUNT_FILE: '/accounts' }).account).toEqual(['a:1', 'b:2']);
  });

  it('may be switches', () => {
    for (const word of ['false', '0', 'no', 'OFF']) expect(read({}, { CHAPPE_TLS: word }).tls).toBe(false);
    expect(() => read({}, { CHAPPE_TLS: 'maybe' })).toThrow('CHAPPE_TLS: "maybe": expected true or false');
  });

  it('say where a wrong value was given, and never show a secret', () => {
    expect(() => read({ 'smpp-port': ['99999'] })).toThrow('--smpp-port: "99999": expected a port from 0');
    expect(() => read({}, { CHAPPE_SMPP_PORT: 'x' })).toThrow('CHAPPE_SMPP_PORT: "x"');
    expect(() => read({}, { CHAPPE_PASSWORD_FILE: '/nowhere' })).toThrow(
      'CHAPPE_PASSWORD_FILE: cannot read /nowhere',
    );
    let message = '';
    try {
      read({ password: ['much-too-long'] });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toBe('--password: expected at most 8 characters');
  });

  it('are shown as flags with their defaults and variables', () => {
    expect(flagOf(settings.tls)).toBe('--no-tls');
    expect(flagOf(settings.port)).toBe('--smpp-port <port>');
    expect(helpOf(settings.port)).toBe('where (default 2775; CHAPPE_SMPP_PORT)');
    expect(helpOf(settings.account)).toBe('who (repeatable; CHAPPE_ACCOUNT)');
  });
});

describe('the tables of all commands', () => {
  const tables = plans.map(
    ({ name, settings: table }) =>
      [name, Object.values(table as { readonly [name: string]: Setting<unknown> })] as const,
  );

  it.each(tables)('%s: every flag, letter and variable once, each explained', (_, table) => {
    const all = [...table, ...Object.values<Setting<unknown>>(commonSettings)];
    for (const key of ['flag', 'short', 'env'] as const) {
      const given = all.flatMap((setting) => setting[key] ?? []);
      expect(new Set(given).size).toBe(given.length);
    }
    for (const { flag, env, about } of all) {
      expect(flag).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(about.length).toBeGreaterThan(3);
      if (env !== undefined) expect(env).toMatch(/^CHAPPE_[A-Z0-9_]+$/);
    }
  });

  it('give one variable one meaning', () => {
    const flags = new Map<string, string>();
    for (const [, table] of tables) {
      for (const { env, flag } of table) {
        if (env === undefined) continue;
        expect(flags.get(env) ?? flag).toBe(flag);
        flags.set(env, flag);
      }
    }
  });
});
