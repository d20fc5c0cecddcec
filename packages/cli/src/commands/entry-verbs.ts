/** Verbs that accounts and connectors share: making, changing and taking away entries that the server keeps. */

import { readFileSync } from 'node:fs';
import { printable } from '@chappe/protocol';
import { stringify } from 'yaml';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { ApiRefusal } from '../http-api.ts';
import type { ApiValues } from '../settings/http.ts';
import { type Entry, isEntry, isSecretKey, readEntry, withPairs } from './entry.ts';
import { Secrets, withSecrets } from './secrets.ts';
import { sessionColumns } from './session-columns.ts';
import { listOf, objectOf, printDone, printOne, tableLines } from './show.ts';
import { ask, part } from './verbs.ts';

/** A kind of entries. */
export interface EntryKind {
  /** What one is called: also the name of the command. */
  readonly what: 'account' | 'connector';
  /** The key with its name. */
  readonly nameKey: 'systemId' | 'name';
  /** Makes of secrets what may leave this machine. `isNew`: those that must be there are asked for. */
  readonly seal: (entry: Entry, secrets: Secrets, isNew: boolean) => Promise<Entry>;
}

type EntryRun = Run<ApiValues & { readonly file: string | undefined }>;

/** The path of one of them. */
export function pathOf({ what }: EntryKind, name: string): string {
  return `/api/v1/${what}s/${part(name)}`;
}

async function fileEntry({ values, terminal }: EntryRun): Promise<Entry> {
  const { file } = values;
  if (file === undefined) return {};
  if (file !== '-') {
    try {
      return readEntry(readFileSync(file, 'utf8'), file);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw usage(`--file: cannot read ${file}: ${(error as Error).message}`);
    }
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of terminal.readInput()) chunks.push(chunk);
  return readEntry(Buffer.concat(chunks).toString('utf8'), 'standard input');
}

/** What the server keeps of one; a Failure where it stands in the server's file. */
async function stored(kind: EntryKind, run: EntryRun, name: string): Promise<Entry> {
  const answer = objectOf(await ask(run, { path: pathOf(kind, name) }));
  if (answer.origin === 'file') {
    throw new Failure(
      exitCodes.rejected,
      `${kind.what} ${printable(name)} stands in the configuration file of the server`,
      'change it there, then reload the file (SIGHUP)',
    );
  }
  const { settings } = answer;
  return isEntry(settings) ? settings : {};
}

async function exists(kind: EntryKind, run: EntryRun, name: string): Promise<boolean> {
  try {
    await ask(run, { path: pathOf(kind, name) });
    return true;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return false;
    throw error;
  }
}

async function put(
  kind: EntryKind,
  run: EntryRun,
  name: string,
  entry: Entry,
  gone?: readonly string[],
): Promise<void> {
  const { terminal, values } = run;
  const secrets = new Secrets(terminal);
  const isNew = gone === undefined;
  try {
    if (values.file === '-') secrets.refuse('the entry comes from standard input');
    const sealed = await kind.seal(await withSecrets(entry, secrets), secrets, isNew);
    const nulls = Object.fromEntries((gone ?? []).map((key) => [key, null]));
    const answer = await ask(run, { method: 'PUT', path: pathOf(kind, name), body: { ...sealed, ...nulls } });
    printDone(run, `${kind.what} ${printable(name)} ${isNew ? 'added' : 'set'}`, answer);
    const { warnings } = objectOf(answer);
    if (!Array.isArray(warnings) || values.quiet) return;
    for (const warning of warnings) terminal.talk(`warning: ${printable(String(warning))}`);
  } finally {
    await secrets.close();
  }
}

/** Secrets that the words take away: left out they would stay, since nobody is shown them to send them back. */
function goneSecrets(pairs: readonly string[]): string[] {
  const empty = pairs.filter((pair) => pair.endsWith('=')).map((pair) => pair.slice(0, -1));
  return empty.flatMap((key) => (key === 'apiKey' ? ['apiKeyHash'] : isSecretKey(key) ? [key] : []));
}

/** `add [NAME] [key=value...]`, with -f. */
export async function addEntry(kind: EntryKind, run: EntryRun, words: readonly string[]): Promise<ExitCode> {
  const { what, nameKey } = kind;
  const [first = '='] = words;
  const isNamed = !first.includes('=');
  const entry = withPairs(await fileEntry(run), isNamed ? words.slice(1) : words);
  const own = entry[nameKey];
  const name = isNamed ? first : own;
  if (typeof name !== 'string')
    throw usage(`the ${what} has no name`, `chappe ${what} add NAME key=value..., or -f entry.yaml`);
  if (own !== undefined && own !== name)
    throw usage(`the ${what} has two names: ${JSON.stringify(name)} and ${JSON.stringify(own)}`);
  if (await exists(kind, run, name))
    throw usage(`there is ${what} ${name} already`, `chappe ${what} set ${name} key=value... changes it`);
  await put(kind, run, name, { ...entry, [nameKey]: name });
  return exitCodes.ok;
}

/** `set NAME key=value...`, with -f. */
export async function setEntry(kind: EntryKind, run: EntryRun, words: readonly string[]): Promise<ExitCode> {
  const [name = '', ...pairs] = words;
  if (pairs.length === 0 && run.values.file === undefined)
    throw usage('nothing is to be set', `chappe ${kind.what} set ${name} key=value..., or -f entry.yaml`);
  const before = await stored(kind, run, name);
  const entry = withPairs({ ...before, ...(await fileEntry(run)) }, pairs);
  if (entry[kind.nameKey] !== undefined && entry[kind.nameKey] !== name)
    throw usage(`the name of ${kind.what} ${name} stays`, `add the other one, then take this one away`);
  await put(kind, run, name, { ...entry, [kind.nameKey]: name }, goneSecrets(pairs));
  return exitCodes.ok;
}

/** `rm NAME`. */
export async function removeEntry(
  kind: EntryKind,
  run: EntryRun,
  words: readonly string[],
): Promise<ExitCode> {
  const [name = ''] = words;
  const answer = await ask(run, { method: 'DELETE', path: pathOf(kind, name) });
  printDone(run, `${kind.what} ${printable(name)} taken away`, answer);
  return exitCodes.ok;
}

/** `show NAME`: how it is, then its settings as they would stand in a file. */
export async function showEntry(kind: EntryKind, run: EntryRun, words: readonly string[]): Promise<ExitCode> {
  const answer = await ask(run, { path: pathOf(kind, words[0] ?? '') });
  const { settings, sessions } = objectOf(answer);
  printOne(run, answer, Array.isArray(sessions) ? ['settings', 'sessions'] : ['settings']);
  if (run.values.json || !isEntry(settings)) return exitCodes.ok;
  if (Array.isArray(sessions) && sessions.length > 0) {
    const lines = tableLines(sessionColumns, listOf(answer, 'sessions'), run.terminal);
    for (const line of lines) run.terminal.out(line);
  }
  run.terminal.out('settings');
  for (const line of stringify(settings, { lineWidth: 0 }).trimEnd().split('\n'))
    run.terminal.out(`  ${printable(line)}`);
  return exitCodes.ok;
}

/** Tells one of them to do something: `suspend`, `drain`. */
export async function tellEntry(
  kind: EntryKind,
  run: EntryRun,
  name: string,
  verb: string,
  done: string,
): Promise<ExitCode> {
  const answer = await ask(run, { method: 'POST', path: `${pathOf(kind, name)}/${verb}` });
  printDone(run, `${kind.what} ${printable(name)} ${done}`, answer);
  return exitCodes.ok;
}

/** Changes one that the server keeps. */
export async function changeEntry(
  kind: EntryKind,
  run: EntryRun,
  name: string,
  change: (entry: Entry) => Entry,
): Promise<unknown> {
  const entry = change({ ...(await stored(kind, run, name)), [kind.nameKey]: name });
  return await ask(run, { method: 'PUT', path: pathOf(kind, name), body: entry });
}
