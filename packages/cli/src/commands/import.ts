/** `chappe import`: another product's configuration made into ours; what is lost on the way is said line by line. */
import { lstat, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { flawText } from '@chappe/config';
import { printable } from '@chappe/protocol';
import { stringify } from 'yaml';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { type Imported, secretsFolder } from '../import/imported.ts';
import { importKannel, isKannel } from '../import/kannel.ts';
import { importSmppsim, isSmppsim } from '../import/smppsim.ts';
import { ConfigFile } from '../serve/config-file.ts';
import { type ImportSource, type ImportValues, importSources } from '../settings/import.ts';

// Thousands of groups have less.
const maxOctets = 4 * 1024 * 1024;
// What is looked at here is the file, not the passwords: hashing all of them would take seconds for nothing.
const noHash = 'scrypt$1024$8$1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA';

const readers: Readonly<
  Record<
    ImportSource,
    { readonly isIts: (file: string) => boolean; readonly read: (file: string) => Imported }
  >
> = {
  kannel: { isIts: isKannel, read: importKannel },
  smppsim: { isIts: isSmppsim, read: importSmppsim },
};

/** Imports. The exit code is 8 when `chappe check` has something against what was made. */
export async function runImport({ values, words, terminal }: Run<ImportValues>): Promise<ExitCode> {
  const [path, ...more] = words;
  if (path === undefined || more.length > 0)
    throw usage('import takes one file', 'chappe import /etc/kannel/kannel.conf -o chappe.yaml');
  const file = await fileText(path);
  const source = values.from ?? importSources.find((one) => readers[one].isIts(file));
  if (source === undefined)
    throw usage(
      `${path}: not known whose configuration this is`,
      `say it: --from ${importSources.join(' or ')}`,
    );
  const imported = readers[source].read(file);
  const config = `# Made of ${JSON.stringify(path)} by chappe import. What each key means: docs/configuration.md\n${stringify(imported.config)}`;
  for (const { line, text } of imported.notes) terminal.talk(printable(`${path}:${line}: ${text}`));
  if (values.output === undefined) {
    terminal.out(config.trimEnd());
    for (const { name, line } of imported.secrets)
      terminal.talk(
        `${path}:${line}: the password belongs into ${secretsFolder}/${name}; with -o it is put there`,
      );
    return exitCodes.ok;
  }
  await write(values.output, config, imported, values.force);
  const { length } = imported.secrets;
  terminal.talk(
    `${values.output} is written, ${length} secrets are in ${join(dirname(values.output), secretsFolder)}`,
  );
  const loaded = await new ConfigFile(values.output, terminal.env, async () => noHash).load();
  if (loaded.ok) return exitCodes.ok;
  for (const flaw of loaded.flaws) terminal.talk(flawText(flaw));
  return exitCodes.partial;
}

async function fileText(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw usage(`${path}: this is no file`);
    if (found.size > maxOctets)
      throw usage(`${path}: more than ${maxOctets} octets`, 'name the configuration itself');
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw usage(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** All or, when one of the files is there already, none. Secrets are read by nobody else. */
async function write(path: string, config: string, { secrets }: Imported, isForced: boolean): Promise<void> {
  const folder = join(dirname(path), secretsFolder);
  const files = [
    ...secrets.map(({ name, value }) => ({ path: join(folder, name), text: value })),
    { path, text: config },
  ];
  for (const file of isForced ? [] : files) {
    if (await isThere(file.path)) throw usage(`${file.path} is there already`, '--force writes over it');
  }
  try {
    await mkdir(secrets.length === 0 ? dirname(path) : folder, { recursive: true, mode: 0o700 });
    for (const file of files) {
      // A file that is written over keeps its mode, and a link leads elsewhere: neither is wanted.
      if (isForced) await rm(file.path, { force: true });
      await writeFile(file.path, file.text, { mode: 0o600, flag: 'wx' });
    }
  } catch (error) {
    throw usage(`cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
