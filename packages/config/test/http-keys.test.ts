/** Named keys of the HTTP API. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { load, shortText } from './support/load.ts';

const hash = 'a'.repeat(64);
const file = (keys: string): string => `
accounts: [{ systemId: acme, passwordHash: scrypt$16384$8$1$c2FsdHNhbHRzYWx0$a2V5a2V5a2V5a2V5a2V5a2V5 }]
http:
  keys:
${keys}
`;

async function flaws(keys: string): Promise<string[]> {
  const result = await load(file(keys));
  return result.ok ? [] : result.flaws.map(shortText);
}

test('all roles, by key or by hash', async () => {
  const result = await load(
    file(`
    - { name: alice, role: admin, apiKeyHash: ${hash} }
    - { name: nights, role: operator, apiKeyHash: ${'b'.repeat(64)} }
    - { name: grafana, role: read-only, apiKeyHash: ${'C'.repeat(64)} }
    - { name: shop, role: account, account: acme, apiKey: a-key-of-the-shop-of-acme }`),
  );
  expect(result.ok ? result.config.server.http.keys : result.flaws).toEqual([
    { name: 'alice', role: 'admin', hash },
    { name: 'nights', role: 'operator', hash: 'b'.repeat(64) },
    { name: 'grafana', role: 'read-only', hash: 'c'.repeat(64) },
    {
      name: 'shop',
      role: 'account',
      account: 'acme',
      hash: createHash('sha256').update('a-key-of-the-shop-of-acme').digest('hex'),
    },
  ]);
});

test('a key has a rate of its own, or that of all', async () => {
  const result = await load(`http:
  rate: 100/s
  keys:
    - { name: nights, role: operator, apiKeyHash: ${hash}, rate: 30/m }
    - { name: alice, role: admin, apiKeyHash: ${'b'.repeat(64)} }
`);
  expect(result.ok ? result.config.server.http : result.flaws).toMatchObject({
    rate: 100,
    keys: [{ rate: 0.5 }, { name: 'alice', role: 'admin', hash: 'b'.repeat(64) }],
  });
  const wrong = await flaws(`    - { name: a, role: admin, apiKeyHash: ${hash}, rate: fast }`);
  expect(wrong.join()).toMatch(/expected a rate such as 200\/s/);
});

test.each([
  ['- { role: admin, apiKeyHash: HASH }', /"name" is missing/],
  ['- { name: a, apiKeyHash: HASH }', /"role" is missing/],
  ['- { name: a b, role: admin, apiKeyHash: HASH }', /expected a name/],
  ['- { name: a, role: root, apiKeyHash: HASH }', /expected one of admin, operator, read-only, account/],
  ['- { name: a, role: readonly, apiKeyHash: HASH }', /did you mean "read-only"/],
  ['- { name: a, role: admin }', /give apiKey, or apiKeyHash/],
  ['- { name: a, role: admin, apiKey: 0123456789abcdef, apiKeyHash: HASH }', /one of them/],
  ['- { name: a, role: admin, apiKey: short }', /at least 16 characters/],
  ['- { name: a, role: admin, apiKeyHash: abc }', /64 hexadecimal digits/],
  ['- { name: a, role: account, apiKeyHash: HASH }', /account goes with the role account/],
  ['- { name: a, role: operator, account: acme, apiKeyHash: HASH }', /account goes with the role account/],
  ['- { name: a, role: account, account: acm, apiKeyHash: HASH }', /there is no account "acm"/],
  ['- { name: a, role: admin, apiKeyHash: HASH, rights: all }', /there is no key "rights"/],
])('refuses %s', async (key, what) => {
  const found = await flaws(`    ${key.replace('HASH', hash)}`);
  expect(found.join('\n')).toMatch(what);
  expect(found.join('\n')).not.toContain('0123456789abcdef');
});

test.each([
  ['two of one name', ['a', 'a'], ['a', 'b'], /"a" is the name of two keys/],
  ['one key twice', ['a', 'b'], ['a', 'a'], /another one is the same key/],
])('refuses %s', async (_, names, letters, what) => {
  const keys = names.map(
    (name, at) => `    - { name: ${name}, role: admin, apiKeyHash: ${letters[at]?.repeat(64)} }`,
  );
  expect((await flaws(keys.join('\n'))).join()).toMatch(what);
});
