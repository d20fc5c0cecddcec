/**
 * Writes docs/chappe.schema.json and the tables of docs/configuration.md from the schema, so that they cannot say
 * anything else. `--check` writes nothing and ends with 1 when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configSchema, type JsonSchema, serverVariables } from '../src/index.ts';

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
/** Where the two files are. */
export const schemaPath = join(docs, 'chappe.schema.json');
export const guidePath = join(docs, 'configuration.md');

/** Keys whose own keys are described once, and where. */
const describedElsewhere = new Map([
  ['routes.filters', '[filters](#filters)'],
  ['routes.via', 'see above'],
  ...['busy', 'full', 'throttled', 'system', 'unknown'].map(
    (name) => [`connectors.retry.${name}`, 'keys as those of `unreachable`'] as const,
  ),
]);

/** docs/chappe.schema.json as it should be. */
export function schemaText(): string {
  return `${jsonText(configSchema(), '')}\n`;
}

// As Biome writes JSON.
const lineWidth = 110;

function jsonText(value: unknown, indent: string, used = indent.length): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const parts = value.map((part) => jsonText(part, deeper));
    // A comma may follow.
    const room = lineWidth - used - 1;
    const line = `[${parts.join(', ')}]`;
    const isShort = !line.includes('\n') && room >= line.length;
    return isShort ? line : `[\n${parts.map((part) => deeper + part).join(',\n')}\n${indent}]`;
  }
  const lines = Object.entries(value).map(([key, part]) => {
    const name = `${deeper}${JSON.stringify(key)}: `;
    return `${name}${jsonText(part, deeper, name.length)}`;
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
}

/** docs/configuration.md with its tables as they should be. */
export function withTables(guide: string): string {
  const properties = configSchema().properties as { readonly [key: string]: JsonSchema };
  const seen = new Set<string>();
  const after = guide.replace(
    /(<!-- keys of ([\w ]+) -->\n)[\s\S]*?(<!-- end of keys -->)/g,
    (_, head: string, names: string, tail: string) => {
      const keys = names.split(' ');
      for (const key of keys) seen.add(key);
      const rows = keys.flatMap((key) => rowsOf(key, properties[key] ?? {}));
      return `${head}${table(['key', 'default', ''], rows)}${tail}`;
    },
  );
  const missing = Object.keys(properties).filter((key) => !seen.has(key));
  if (missing.length > 0) throw new Error(`not in docs/configuration.md: ${missing.join(', ')}`);
  const variables = serverVariables().map(({ name, path, takes }) => [
    `\`${name}\``,
    `\`${path.join('.')}\``,
    takes === 'many' ? 'several with commas' : '',
  ]);
  return after.replace(
    /(<!-- variables -->\n)[\s\S]*?(<!-- end of variables -->)/,
    (_, head: string, tail: string) => `${head}${table(['variable', 'key', ''], variables)}${tail}`,
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell.replaceAll('|', '\\|')} `)).join('|')}|`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

/** The key, and those below it; of a list of entries only those below. */
function rowsOf(key: string, schema: JsonSchema): string[][] {
  const isEntry = schema.type === 'array';
  const below = formsOf(schema).flatMap((form) => rowsBelow(key, isEntry ? '' : `${key}.`, form));
  // Several ways of writing may lead to the same keys.
  const once = new Map(below.map((cells) => [cells.join('|'), cells]));
  return below.length === 0 ? [row(key, schema, false)] : [...once.values()];
}

function rowsBelow(place: string, prefix: string, schema: JsonSchema): string[][] {
  const required = new Set((schema.required as readonly string[] | undefined) ?? []);
  return Object.entries((schema.properties ?? {}) as { readonly [key: string]: JsonSchema }).flatMap(
    ([key, part]) => {
      const at = `${place}.${key}`;
      const elsewhere = describedElsewhere.get(at);
      const about =
        elsewhere === undefined ? part : { ...part, description: `${part.description}: ${elsewhere}` };
      const below =
        elsewhere === undefined
          ? formsOf(part).flatMap((form) => rowsBelow(at, `${prefix}${key}.`, form))
          : [];
      return [row(`${prefix}${key}`, about, required.has(key)), ...below];
    },
  );
}

function row(name: string, schema: JsonSchema, isRequired: boolean): string[] {
  const { description = '', default: fallback } = schema;
  const shown = isRequired ? '*must be given*' : fallback === undefined ? '' : `\`${String(fallback)}\``;
  const words = wordsOf(schema).filter((word) => !String(description).includes(word));
  const choice = words.length === 0 ? '' : ` (${wordsOf(schema).join(', ')})`;
  return [`\`${name}\``, shown, `${description}${choice}`];
}

/** The words that a value may be one of. */
function wordsOf({ enum: words, anyOf, items }: JsonSchema): readonly string[] {
  if (Array.isArray(words)) return words;
  const parts = [...((anyOf as readonly JsonSchema[] | undefined) ?? []), items as JsonSchema | undefined];
  return (
    parts.map((part) => (part === undefined ? [] : wordsOf(part))).find((found) => found.length > 0) ?? []
  );
}

/** Of a value that can be written in several ways, those with keys. */
function formsOf(schema: JsonSchema): JsonSchema[] {
  // What all lists have is told at the top of the guide.
  if (schema.properties !== undefined)
    return Object.keys(schema.properties as object).join() === 'file' ? [] : [schema];
  const parts = [
    ...((schema.anyOf as readonly JsonSchema[] | undefined) ?? []),
    schema.items as JsonSchema | undefined,
  ];
  return parts.flatMap((part) => (part === undefined ? [] : formsOf(part)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const guide = readFileSync(guidePath, 'utf8');
  const wanted = [
    [schemaPath, schemaText()],
    [guidePath, withTables(guide)],
  ] as const;
  if (process.argv.includes('--check')) {
    for (const [path, text] of wanted) {
      if (readFileSync(path, 'utf8') === text) continue;
      console.error(
        `${path} differs: node --conditions=chappe-source packages/config/scripts/document-config.ts`,
      );
      process.exitCode = 1;
    }
  } else for (const [path, text] of wanted) writeFileSync(path, text);
}
