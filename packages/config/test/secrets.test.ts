/** Secrets: where they come from, and that no word about a configuration has one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flawText } from '../src/index.ts';
import { load, loaded, short } from './support/load.ts';

/** Not a part of any word of ours. */
const secretText = fc
  .array(fc.constantFrom(..."QXZJKqxzjk7390%&()=!?;~^ *#@'"), { minLength: 5, maxLength: 20 })
  .map((letters) => `Zq7${letters.join('')}Xk9`);

/** How somebody may write it. */
const styles: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `"${secret}"`,
  (secret) => `'${secret.replaceAll("'", "''")}'`,
  (secret) => `'${secret}`,
  (secret) => `"${secret}`,
  (secret) => `!${secret}`,
  (secret) => `*${secret}`,
  (secret) => `|\n      ${secret}`,
  (secret) => `[${secret}, ${secret}]`,
  (secret) => `{ a: ${secret} }`,
  (secret) => `x # ${secret}`,
  (secret) => `"\${NAME}" # ${secret}`,
];

/** Files with something wrong in the line of the secret, or near it. */
const frames: readonly ((key: string, written: string) => string)[] = [
  (key, written) => `accounts:\n  - systemId: acme\n    ${key}: ${written}\n    bindz: 3\n`,
  (key, written) => `accounts:\n  - { systemId: acme, bindz: 3, ${key}: ${written}, binds: x }\n`,
  (key, written) => `accounts:\n  - { systemId: acme, bindz: 3, ${key}: ${written}\n`,
  (key, written) => `connectors:\n  - name: c\n    ${key}: ${written}\n   window: 3\n`,
  (key, written) => `webhooks:\n  - { name: w, ${key}: ${written} }\n`,
  (key, written) => `http:\n  ${key}: ${written}\n  listn: 1\n`,
];

const keys = ['password', 'passwordHash', 'secret', 'apiKey', 'adminKey', 'pasword', 'passwd', 'apikey'];

test('no flaw and no warning shows a secret, however wrong the file is', async () => {
  await fc.assert(
    fc.asyncProperty(
      secretText,
      fc.constantFrom(...styles),
      fc.constantFrom(...frames),
      fc.constantFrom(...keys),
      async (secret, style, frame, key) => {
        const result = await load(frame(key, style(secret)));
        const flaws = [...(result.ok ? [] : result.flaws), ...result.warnings];
        const said = flaws.map((flaw) => flawText(flaw) + JSON.stringify(flaw)).join('\n');
        expect(said).not.toContain('Zq7');
        expect(said).not.toContain('Xk9');
      },
    ),
    { numRuns: 1_000 },
  );
});

test('values of variables are not shown either', async () => {
  const text = `accounts:
  - { systemId: a, password: "\${SECRET}", passwordHash: "\${SECRET}", bindz: 1 }
webhooks: [{ name: w, url: "\${SECRET}", secret: "\${SECRET}" }]
smpp: { listen: "\${SECRET}" }
`;
  const env = {
    SECRET: 'tiger-and-lion',
    CHAPPE_HTTP_LISTEN: 'tiger-and-lion',
    CHAPPE_HTTP_ADMIN_KEY: 'tiger',
  };
  const said = (await short(text, { env })).join('\n');
  expect(said).toContain('CHAPPE_HTTP_LISTEN expected an address and a port');
  expect(said).toContain('CHAPPE_HTTP_ADMIN_KEY a key has at least 16 characters');
  expect(said).not.toContain('tiger');
});

test('the place of a masked line is still right', async () => {
  const result = await load('accounts: [{ systemId: a, password: abcdefgh, bindz: 1, binds: 2 }]');
  expect(result.ok ? undefined : flawText(result.flaws[0]!)).toBe(
    [
      '/etc/chappe/chappe.yaml:1:47: there is no key "bindz" here',
      '  1 | accounts: [{ systemId: a, password: ****, bindz: ****, binds: 2 }]',
      '    |                                           ^^^^^ did you mean "binds"?',
    ].join('\n'),
  );
});

describe('where secrets come from', () => {
  const account = (password: string): string => `accounts: [{ systemId: a, password: '${password}' }]
connectors: [{ name: c, host: h, systemId: u }]
routes: [{ name: r, via: c }]
`;
  const hashOf = async (
    password: string,
    given: Parameters<typeof loaded>[1] = {},
  ): Promise<string | undefined> =>
    (await loaded(account(password), given)).settings.accounts[0]?.passwordHash;

  test('variables, with defaults and escapes', async () => {
    expect(await hashOf(`\${A}`, { env: { A: 'x' } })).toBe('hash of x');
    expect(await hashOf(`\${A}-\${B:-y}`, { env: { A: 'x' } })).toBe('hash of x-y');
    expect(await hashOf(`\${B:-y}`, { env: { B: '' } })).toBe('hash of y');
    expect(await hashOf(`\${B:-}z`)).toBe('hash of z');
    expect(await hashOf(`$\${A}$A\${1}`, { env: { A: 'x' } })).toBe(`hash of \${A}$A\${1}`);
    // What a variable has is not looked at again.
    expect(await hashOf(`\${A}`, { env: { A: `\${B}` } })).toBe(`hash of \${B}`);
  });

  test('files, without the end of their line', async () => {
    const files = { 'secret.txt': 'from a file\n', 'empty.txt': '\n' };
    expect(await hashOf('file:secret.txt', { files })).toBe('hash of from a file');
    expect(await hashOf(`\${WHERE}`, { files, env: { WHERE: 'file:secret.txt' } })).toBe(
      'hash of from a file',
    );
    expect(await short(account('file:nowhere.txt'), { files })).toEqual([
      '1:37 nowhere.txt cannot be read: ENOENT',
    ]);
    expect(await short(account('file:empty.txt'), { files })).toEqual(['1:37 this file is empty']);
  });

  test('one that stands in the file is a warning, one from elsewhere is none', async () => {
    const warnings = async (password: string): Promise<number> => {
      const result = await load(account(password), { env: { A: 'x' }, files: { 'secret.txt': 'x' } });
      return result.warnings.length;
    };
    expect(await warnings('plain')).toBe(1);
    expect(await warnings(`\${A}`)).toBe(0);
    expect(await warnings('file:secret.txt')).toBe(0);
  });

  test('an empty one is an error, also from a variable', async () => {
    expect(await short(account(''))).toEqual(['1:37 this is empty']);
    expect(await short(account(`\${A}`), { env: { A: '' } })).toEqual(['1:37 this is empty']);
  });
});
