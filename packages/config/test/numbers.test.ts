/** Numbers that are given to accounts: how they are written, and what is hardly meant about them. */
import type { ListFile } from '@chappe/policy';
import { describe, expect, test } from 'vitest';
import { load, loaded, short, shortText } from './support/load.ts';

const file = (accounts: string, mo = ''): string => `accounts:
${accounts}
connectors: [{ name: op, host: h.example, systemId: u }]
routes: [{ name: all, via: op }]
${mo}`;

describe('ownNumbers', () => {
  test.each([
    ['ownNumbers: 60100', ['60100']],
    ['ownNumbers: [60100, "+4477009*", ACME]', ['60100', '4477009*', 'ACME']],
    ['ownNumbers: { file: numbers.txt }', ['60100', '60200', '447*']],
    ['ownNumbers: [70100, { file: numbers.txt }]', ['70100', '60100', '60200', '447*']],
  ])('%s', async (written, numbers) => {
    const text = file(`  - { systemId: a, passwordHash: "${hash}", ${written} }`);
    const files = { 'numbers.txt': '60100\n+60200 # the other\n\n447*\n' };
    const { settings } = await loaded(text, { files });
    expect(settings.accounts[0]?.ownNumbers).toEqual(numbers);
  });

  test.each([
    ['+44 (0)7700 900123', '447700900123'],
    ['+44 (0) 7700 900 123', '447700900123'],
    ['+44 (0)7700*', '447700*'],
    ['44 7700 900123', '44 7700 900123'],
    ['7-11', '7-11'],
  ])('%j is read as %j, in a list and in a file', async (written, read) => {
    const account = `  - { systemId: a, passwordHash: "${hash}", ownNumbers: ["${written}"], senderIds: ["${written}"] }`;
    const filters = `filters: { blockTo: ["${written}", { file: n.txt }] }`;
    const { settings } = await loaded(file(account, filters), { files: { 'n.txt': `${written}\n` } });
    expect(settings.accounts[0]).toMatchObject({ ownNumbers: [read], senders: [read] });
    const [inline, list] = settings.filters?.blockTo ?? [];
    expect(inline).toBe(read);
    const plain = read.replaceAll(/[^\d*]/g, '');
    expect([...(list as ListFile).entries()]).toEqual([plain]);
  });

  test.each(['"60*100"', '"**"', '[]', '1234567890123456789012345', '{ file: none.txt }', '{}'])(
    '%s is refused with its place',
    async (written) => {
      const text = file(`  - { systemId: a, passwordHash: "${hash}", ownNumbers: ${written} }`);
      const flaws = await short(text, { files: {} });
      expect(flaws).toHaveLength(1);
      expect(flaws[0]).toMatch(/^2:\d+ /);
    },
  );
});

const hash = 'scrypt$16384$8$1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';

describe('warnings', () => {
  const deliver = 'mo: [{ name: m, to: "60100", deliver: a }]';
  const stop = 'mo: [{ name: m, keyword: STOP, do: opt-out, deliver: a }]';
  test.each([
    ['nothing said', '', '', 0],
    ['mo without numbers', 'mo: any', '', 1],
    ['mo for receivers without numbers', 'mo: receiver', '', 1],
    ['mo with numbers', 'mo: receiver, ownNumbers: 60100', '', 0],
    ['mo with a rule', 'mo: receiver', deliver, 0],
    ['mo with a rule behind an opt-out', 'mo: receiver', stop, 0],
    ['mo: none', 'mo: none', '', 0],
    ['mo: none with numbers', 'mo: none, ownNumbers: 60100', '', 1],
  ])('%s', async (_, keys, mo, count) => {
    const all = `systemId: a, passwordHash: "${hash}"${keys === '' ? '' : `, ${keys}`}`;
    const result = await load(file(`  - { ${all} }`, mo));
    expect(result.ok).toBe(true);
    const warnings = result.warnings.map(shortText);
    expect(warnings).toHaveLength(count);
    for (const warning of warnings) expect(warning).toMatch(/^2:\d+ .*handsets write/);
  });

  test('a number of two accounts', async () => {
    const account = (name: string, numbers: string): string =>
      `  - { systemId: ${name}, passwordHash: "${hash}", ownNumbers: ${numbers} }`;
    const result = await load(file(`${account('a', '[60100, 60200]')}\n${account('b', '[+60200, 60300]')}`));
    expect(result.warnings.map(shortText)).toEqual([
      expect.stringMatching(/^3:\d+ 60200 is given to "a" too/),
    ]);
  });
});
