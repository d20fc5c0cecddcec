/** Passwords and keys that are easily guessed are told of, keys that two have are refused, and nothing gives them away. */
import { describe, expect, test } from 'vitest';
import { flawText, type LoadedConfig } from '../src/index.ts';
import { weakKey, weakPassword } from '../src/secret-strength.ts';
import { flawsOf, load, shortText } from './support/load.ts';

describe('a password', () => {
  test.each([
    ['x', '1 character'],
    ['abkx', '4 characters'],
    ['acme-ltd', 'name of the account'],
    ['ACME-LTD', 'name of the account'],
    ['Password', 'tried first'],
    ['aaaaaaaa', '1 different character'],
    ['abcabcab', '3 different characters'],
    ['abcdabcd', 'repeats 4 characters'],
    ['12345678', 'in a row'],
    ['87654321', 'in a row'],
    ['abcdefgh', 'in a row'],
    ['67890123', 'in a row'],
  ])('%s is weak', (password, why) => {
    expect(weakPassword(password, 'acme-ltd')).toContain(why);
  });

  test.each(['x7Qw9z', 'hT4-kk2p', 'correct horse', '19284756', 'ÄÖÜäöüß', 'abcdefga'])(
    '%s may do',
    (password) => {
      expect(weakPassword(password, 'acme-ltd')).toBeUndefined();
    },
  );
});

describe('a key', () => {
  test.each([
    'a'.repeat(16),
    'ab'.repeat(10),
    'abcdefghabcdefgh',
    '0123456789abcdef',
    '1234567890123456',
    'passwordpassword',
  ])('%s is weak', (key) => {
    expect(weakKey(key)).toBeDefined();
  });

  test.each(['another-example-of-a-key', 'k3J9-sL0p-Qz7T-mW2x', '9f86d081884c7d659a2feaa0c55ad015'])(
    '%s may do',
    (key) => {
      expect(weakKey(key)).toBeUndefined();
    },
  );
});

const base = (accounts: string, http = ''): string => `http: { ${http} }
accounts:
${accounts}
connectors: [{ name: op, host: h.example, systemId: u }]
routes: [{ name: all, via: op }]
`;
const hash = 'scrypt$16384$8$1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';
const variable = (name: string): string => ['"$', `{${name}}"`].join('');
const weak = 'easily guessed';

/** As check shows it, the line of the file included. */
function adviceOf(result: LoadedConfig): string[] {
  if (!result.ok) throw new Error(result.flaws.map(flawText).join('\n'));
  return result.advice.map(flawText);
}

describe('check tells of it', () => {
  test.each([
    ['by a variable', `password: ${variable('PASSWORD')}`, { PASSWORD: 'x' }, {}],
    ['in a file of its own', 'password: "file:secret"', {}, { secret: 'x\n' }],
    ['in the file', 'password: x', {}, {}],
    [
      'a key by a variable',
      `passwordHash: "${hash}", apiKey: ${variable('KEY')}`,
      { KEY: 'a'.repeat(16) },
      {},
    ],
  ])('%s', async (_, keys, env, files) => {
    const result = await load(base(`  - { systemId: acme, ${keys} }`), { env, files: files as never });
    expect(adviceOf(result).filter((text) => text.includes(weak))).toHaveLength(1);
  });

  test('of the keys of admins too, each by itself', async () => {
    const keys = `[${variable('A')}, ${variable('B')}]`;
    const env = { A: 'k3J9-sL0p-Qz7T-mW2x', B: 'z'.repeat(20) };
    const result = await load(base(`  - { systemId: acme, passwordHash: "${hash}" }`, `adminKey: ${keys}`), {
      env,
    });
    const told = adviceOf(result).filter((text) => text.includes(weak));
    expect(told).toHaveLength(1);
    expect(told.join()).not.toContain('zzz');
  });

  test('and shows it to nobody who looks on', async () => {
    const told = adviceOf(
      await load(base('  - { systemId: acme, password: qwertz, apiKey: qwertzqwertzqwertz }')),
    );
    expect(told).toHaveLength(2);
    expect(told.join()).not.toContain('qwertz');
  });

  test('not of what an operator has given to us', async () => {
    const text = base(`  - { systemId: acme, passwordHash: "${hash}" }`).replace(
      'systemId: u',
      'systemId: u, password: x',
    );
    expect(adviceOf(await load(text)).filter((one) => one.includes(weak))).toEqual([]);
  });
});

describe('a key that two have is refused', () => {
  const key = 'k3J9-sL0p-Qz7T-mW2x';
  const keyHash = '6f1c9f1f'.repeat(8);
  test.each([
    ['two accounts', [`apiKey: "${key}"`, `apiKey: "${key}"`], '', 4],
    ['two hashes', [`apiKeyHash: ${keyHash}`, `apiKeyHash: ${keyHash.toUpperCase()}`], '', 4],
    [
      'an account and a named key',
      [`apiKey: "${key}"`, ''],
      `keys: [{ name: a, role: operator, apiKey: "${key}" }]`,
      3,
    ],
    [
      'the named key of another account',
      ['', `apiKey: "${key}"`],
      `keys: [{ name: a, role: account, account: a, apiKey: "${key}" }]`,
      4,
    ],
    [
      'an admin and a named key',
      ['', ''],
      `adminKey: "${key}", keys: [{ name: a, role: operator, apiKey: "${key}" }]`,
      1,
    ],
    ['an account and an admin', [`apiKey: "${key}"`, ''], `adminKey: "${key}"`, 3],
  ])('%s', async (_, [first = '', second = ''], http, line) => {
    const account = (name: string, more: string): string =>
      `  - { systemId: ${name}, passwordHash: "${hash}"${more === '' ? '' : `, ${more}`} }`;
    const flaws = await flawsOf(base(`${account('a', first)}\n${account('b', second)}`, http));
    expect(flaws).toHaveLength(1);
    const [flaw] = flaws;
    expect(flaw && shortText(flaw)).toMatch(
      new RegExp(`^${line}:\\d+ the key of (account "a"|an admin|"a") is that of`),
    );
    expect(flaw?.message).not.toContain(key);
  });
});

test('a key that an account has under a name too is its own', async () => {
  const key = 'k3J9-sL0p-Qz7T-mW2x';
  const text = base(
    `  - { systemId: acme, passwordHash: "${hash}", apiKey: "${key}" }`,
    `keys: [{ name: ours, role: account, account: acme, apiKey: "${key}" }, { name: weak, role: operator, apiKey: "${'x'.repeat(20)}" }]`,
  );
  const told = adviceOf(await load(text)).filter((one) => one.includes(weak));
  expect(told).toHaveLength(1);
  expect(told[0]).not.toContain('xxxx');
});

describe('what crosses the network in clear', () => {
  test.each([
    ['127.0.0.1:8080', 0],
    ['localhost:8080', 0],
    ['"[::1]:8080"', 0],
    ['off', 0],
    ['0.0.0.0:8080', 1],
    ['"[::]:8080"', 1],
    ['10.0.0.7:8080', 1],
  ])('HTTP on %s', async (listen, count) => {
    const result = await load(base(`  - { systemId: acme, passwordHash: "${hash}" }`, `listen: ${listen}`));
    const told = adviceOf(result).filter((text) => text.includes('HTTP on'));
    expect(told).toHaveLength(count);
    for (const text of told) expect(text).toMatch(/HTTP on .* keys, .* in clear/);
  });

  test.each([
    ['0.0.0.0:2775', '', 1],
    ['0.0.0.0:2775', ', allowFrom: 203.0.113.0/24', 0],
    ['0.0.0.0:2775', ', allowFrom: [203.0.113.0/24, 0.0.0.0/0]', 1],
    ['0.0.0.0:2775', ', allowFrom: [0.0.0.0/1, 128.0.0.0/1]', 1],
    ['0.0.0.0:2775', ', allowFrom: ["::/0"]', 1],
    ['0.0.0.0:2775', ', allowFrom: [10.0.0.0/8, "2001:db8::/32", "::1"]', 0],
    ['0.0.0.0:2775', ', suspended: true', 0],
    ['127.0.0.1:2775', '', 0],
    ['off', '', 0],
  ])('accounts from anywhere on %s%s', async (listen, more, count) => {
    const text = `smpp: { listen: "${listen}" }\n${base(`  - { systemId: acme, passwordHash: "${hash}"${more} }`)}`;
    const told = adviceOf(await load(text)).filter((one) => one.includes('allowFrom'));
    expect(told).toHaveLength(count);
    for (const one of told) expect(one).toContain('"acme"');
  });
});
