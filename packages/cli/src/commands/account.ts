/** `chappe account`: customers of a running Chappe. */

import { createHash } from 'node:crypto';
import { generatePassword, hashPassword } from '@chappe/policy';
import { printable } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { AccountValues } from '../settings/entries.ts';
import type { Entry } from './entry.ts';
import {
  addEntry,
  changeEntry,
  type EntryKind,
  pathOf,
  removeEntry,
  setEntry,
  showEntry,
  tellEntry,
} from './entry-verbs.ts';
import { Secrets } from './secrets.ts';
import { type Column, column, objectOf, printDone, printList, type Shown } from './show.ts';
import { ask, askAll, named, plain, runVerb, several, type Verbs } from './verbs.ts';

type AccountRun = Run<AccountValues>;

// SMPP 3.4 4.1.1: 9 octets with the NUL. Longer ones exist in the field; 64 is what is let through.
const maxPassword = 64;
// Shorter ones are guessed; the server has the same bound.
const leastKey = 16;

function checkPassword(password: string): string {
  if (password.length <= maxPassword && /^[ -~]+$/.test(password)) return password;
  throw usage(`a password has 1 to ${maxPassword} ASCII characters without control characters`);
}

function keyHash(key: string): string {
  if (key.length < leastKey) throw usage(`apiKey: a key has at least ${leastKey} characters`);
  return createHash('sha256').update(key).digest('hex');
}

/** Passwords and keys do not leave this machine: their hashes do. */
async function seal(entry: Entry, secrets: Secrets, isNew: boolean): Promise<Entry> {
  const { password, apiKey, ...rest } = entry;
  let given = password;
  if (given === undefined && rest.passwordHash === undefined && isNew) given = await secrets.read('password');
  const hashes: { [key: string]: string } = {};
  for (const [key, value] of Object.entries({ password: given, apiKey })) {
    if (value === undefined) continue;
    if (typeof value !== 'string') throw usage(`${key}: one text is expected`);
    if (value.startsWith('file:'))
      throw usage(`${key}: files are read only for the file of \`chappe serve\``, 'give the value itself');
    if (key === 'apiKey') hashes.apiKeyHash = keyHash(value);
    else hashes.passwordHash = await hashPassword(checkPassword(value));
  }
  return { ...rest, ...hashes };
}

const kind: EntryKind = { what: 'account', nameKey: 'systemId', seal };

/** `add` with `--generate`: nobody types the password, and nobody sees it again. */
async function addGenerated(run: AccountRun, words: readonly string[]): Promise<ExitCode> {
  const { password, hash: passwordHash } = await generatePassword();
  const sealGenerated: EntryKind['seal'] = async (entry, secrets) => {
    if (entry.password !== undefined || entry.passwordHash !== undefined)
      throw usage('there is a password already: --generate makes one', 'leave one of them out');
    return await seal({ ...entry, passwordHash }, secrets, false);
  };
  const code = await addEntry({ ...kind, seal: sealGenerated }, run, words);
  tellPassword(run, password);
  return code;
}

/** The only time that it is seen: also where little is to be said. */
function tellPassword({ terminal, values }: AccountRun, password: string): void {
  terminal.out(values.json ? JSON.stringify({ password }) : `password: ${password}`);
}

/** Receipts that wait, where any do. */
export function waitingColumns(rows: readonly Shown[]): readonly Column[] {
  const isAny = rows.some(
    ({ receiptsWaiting }) => typeof receiptsWaiting === 'number' && receiptsWaiting > 0,
  );
  return isAny ? [['receipts', (row) => row.receiptsWaiting]] : [];
}

const shown = (rows: readonly Shown[]): readonly Column[] => [
  ['account', (row) => row.name],
  column('origin'),
  ['state', ({ suspended }) => (suspended === true ? 'suspended' : 'open')],
  column('sessions'),
  column('balance'),
  ['today', (row) => row.usedToday],
  ['month', (row) => row.usedThisMonth],
  ...waitingColumns(rows),
  column('tags'),
];

async function list(run: AccountRun): Promise<ExitCode> {
  const rows = await askAll(run, '/api/v1/accounts', 'accounts');
  printList(run, rows, shown(rows), 'there are no accounts');
  return exitCodes.ok;
}

async function passwd(run: AccountRun, [name = '']: readonly string[]): Promise<ExitCode> {
  const generated = run.values.generate ? await generatePassword() : undefined;
  const { origin } = objectOf(await ask(run, { path: pathOf(kind, name) }));
  const secrets = new Secrets(run.terminal);
  try {
    const passwordHash =
      generated?.hash ?? (await hashPassword(checkPassword(await secrets.read('password'))));
    if (origin === 'file') {
      const where = `account ${printable(name)} stands in the configuration file of the server`;
      const hint = `write this there, then reload the file (SIGHUP): passwordHash: ${passwordHash}`;
      if (generated !== undefined) tellPassword(run, generated.password);
      throw new Failure(exitCodes.rejected, where, hint);
    }
    const answer = await changeEntry(kind, run, name, (entry) => ({ ...entry, passwordHash }));
    printDone(run, `account ${printable(name)} has a new password`, answer);
    if (generated !== undefined) tellPassword(run, generated.password);
  } finally {
    await secrets.close();
  }
  return exitCodes.ok;
}

const verbs: Verbs<AccountValues> = {
  ls: plain(list),
  show: named('NAME', (run, words) => showEntry(kind, run, words)),
  add: {
    words: '[NAME] [key=value...]',
    least: 0,
    most: Number.POSITIVE_INFINITY,
    run: (run, words) => (run.values.generate ? addGenerated(run, words) : addEntry(kind, run, words)),
  },
  set: several('NAME [key=value...]', (run, words) => setEntry(kind, run, words)),
  rm: named('NAME', (run, words) => removeEntry(kind, run, words)),
  passwd: named('NAME', passwd),
  suspend: named('NAME', (run, [name = '']) => tellEntry(kind, run, name, 'suspend', 'is suspended')),
  resume: named('NAME', (run, [name = '']) => tellEntry(kind, run, name, 'resume', 'is open again')),
};

/** Runs it. */
export async function runAccount(run: AccountRun): Promise<ExitCode> {
  return await runVerb('account', verbs, run);
}
