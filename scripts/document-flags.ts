/**
 * Writes the tables of flags and variables in docs/cli.md from the settings of the commands, so that they cannot say
 * anything else. `--check` writes nothing and ends with 1 when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plans } from '../packages/cli/src/plans.ts';
import { commonSettings } from '../packages/cli/src/settings/common.ts';
import { flagOf, type Setting, type Settings } from '../packages/cli/src/settings/setting.ts';

const path = join(fileURLToPath(new URL('..', import.meta.url)), 'docs', 'cli.md');
const block = /(<!-- flags of (\S+) -->\n)[\s\S]*?(<!-- end of flags -->)/g;

function defaultOf({ fallback, shown, value }: Setting<unknown>): string {
  const text = shown ?? (value === undefined ? '' : String(fallback ?? ''));
  return text === '' ? '' : `\`${text}\``;
}

function row(setting: Setting<unknown>): string {
  const about = `${setting.about}${setting.isRepeatable ? ' (repeatable)' : ''}`;
  const isOffSwitch = setting.value === undefined && setting.fallback === true;
  const env = setting.env === undefined ? '' : `\`${setting.env}${isOffSwitch ? '=false' : ''}\``;
  const cells = [`\`${flagOf(setting)}\``, env, defaultOf(setting), about];
  return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell.replaceAll('|', '\\|')} `)).join('|')}|`;
}

function tableOf(command: string): string {
  const settings = command === 'all' ? commonSettings : plans.find(({ name }) => name === command)?.settings;
  if (settings === undefined) throw new Error(`docs/cli.md names a command that does not exist: ${command}`);
  const rows = Object.values(settings as Settings<Record<string, unknown>>).map(row);
  return ['| flag | variable | default | |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

const before = readFileSync(path, 'utf8');
const documented = new Set<string>();
const after = before.replace(block, (_, head: string, command: string, tail: string) => {
  documented.add(command);
  return `${head}${tableOf(command)}${tail}`;
});
const missing = plans.filter(({ name }) => !documented.has(name));
if (missing.length > 0) throw new Error(`not in docs/cli.md: ${missing.map(({ name }) => name).join(', ')}`);
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error(
      'docs/cli.md differs from the settings: node --conditions=chappe-source scripts/document-flags.ts',
    );
    process.exitCode = 1;
  }
} else writeFileSync(path, after);
