/** What is written about the configuration is so. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { guidePath, schemaPath, schemaText, withTables } from '../scripts/document-config.ts';
import { configSchema } from '../src/index.ts';
import { load, shortText } from './support/load.ts';

const guide = readFileSync(guidePath, 'utf8');
const example = readFileSync(
  fileURLToPath(new URL('../../../examples/chappe.yaml', import.meta.url)),
  'utf8',
);

test('docs/chappe.schema.json is the schema', () => {
  expect(readFileSync(schemaPath, 'utf8')).toBe(schemaText());
});

test('docs/configuration.md has all keys and variables', () => {
  expect(guide).toBe(withTables(guide));
});

describe('the JSON Schema, as an editor reads it', () => {
  const schema = z.fromJSONSchema(configSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const takes = (text: string): boolean => schema.safeParse(parse(text, { merge: true })).success;

  test('takes the example', () => {
    const result = schema.safeParse(parse(example, { merge: true }));
    expect(result.error?.issues ?? []).toEqual([]);
  });

  test.each([
    'acounts: []',
    'accounts: [{ password: x }]',
    'accounts: [{ systemId: a, bindz: 4 }]',
    'accounts: [{ systemId: a, mo: some }]',
    'smpp: { defaults: { window: many } }',
    'connectors: [{ name: a, host: h, systemId: u, window: 0 }]',
    'drain: soon',
  ])('refuses %s', (text) => {
    expect(takes(text)).toBe(false);
  });

  test('a variable may stand for any single value', () => {
    const variable = ['$', '{X}'].join('');
    expect(takes(`smpp: { defaults: { window: "${variable}", enquireLink: "${variable}" } }`)).toBe(true);
  });
});

describe('the pieces of YAML in the guide', () => {
  const pieces = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, piece = '']) => piece);
  // They are pieces: what they name stands elsewhere.
  const elsewhere =
    /there is no (account|connector|webhook) "|cannot be read: ENOENT|environment variable \w+ is not set|handsets: \{enabled/;

  test.each(pieces.filter((piece) => !piece.startsWith('via:')))('%s', async (piece) => {
    const result = await load(piece);
    const flaws = result.ok ? [] : result.flaws.map(shortText).filter((text) => !elsewhere.test(text));
    expect(flaws).toEqual([]);
  });

  test('the ways to write via', async () => {
    const ways =
      pieces
        .find((piece) => piece.startsWith('via:'))
        ?.trim()
        .split('\n') ?? [];
    expect(ways).toHaveLength(7);
    const frame = `handsets: { enabled: true }
accounts: [{ systemId: partner, password: secret }]
connectors: [${['op-a', 'op-b', 'op-c'].map((name) => `{ name: ${name}, host: h, systemId: u }`).join(', ')}]
routes:
${ways.map((way, index) => `  - name: r${index}\n    account: partner\n    when: hour > ${index}\n    ${way}`).join('\n')}
`;
    const result = await load(frame);
    expect(result.ok ? [] : result.flaws.map(shortText)).toEqual([]);
  });
});
