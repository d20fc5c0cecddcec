/** `chappe ledger`: what accounts have, and what they have spent. */

import { randomUUID } from 'node:crypto';
import { printable } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { openStream } from '../http-api.ts';
import type { LedgerValues } from '../settings/operation.ts';
import type { Terminal } from '../terminal.ts';
import {
  type Column,
  cell,
  column,
  listOf,
  objectOf,
  printDone,
  printList,
  printOne,
  type Shown,
  tableLines,
} from './show.ts';
import { ask, named, part, plain, runVerb, type Verbs } from './verbs.ts';

type LedgerRun = Run<LedgerValues>;

const path = '/api/v1/ledger';

async function balance(run: LedgerRun, [account = '']: readonly string[]): Promise<ExitCode> {
  printOne(run, await ask(run, { path: `${path}/${part(account)}` }));
  return exitCodes.ok;
}

async function credit(run: LedgerRun, [account = '', amount = '']: readonly string[]): Promise<ExitCode> {
  if (!/^[+-]?\d{1,16}(\.\d{1,6})?$/.test(amount)) {
    throw usage(
      `${JSON.stringify(amount)} is no amount`,
      'write digits with a point, at most six places: 10.00; what is taken away stands after --: -- acme -10.00',
    );
  }
  const { note, reference = randomUUID(), quiet } = run.values;
  const body = { amount: amount.replace(/^\+/, ''), ...(note === undefined ? {} : { note }), reference };
  try {
    const answer = await ask(run, { method: 'POST', path: `${path}/${part(account)}/credits`, body });
    const { balance: left } = objectOf(objectOf(answer).ledger);
    const words = `${amount} credited to ${printable(account)}, balance ${cell(left)}`;
    printDone(run, `${words}  (reference ${printable(reference)})`, answer);
  } catch (error) {
    // Nobody knows whether it was taken: the same reference makes asking again safe.
    const isOpen = error instanceof Failure && error.exitCode === exitCodes.timeout;
    if (isOpen && !quiet)
      run.terminal.talk(`again with --reference ${printable(reference)} it cannot count twice`);
    throw error;
  }
  return exitCodes.ok;
}

/** What a day has cost, as the line of a statement. */
function spent(settled: unknown): unknown {
  return typeof settled === 'string' && settled !== '0' ? `-${settled}` : settled;
}

// A place in the ledger begins with its time: 2026-03-01T12:00:00.000Z.
const timeCharacters = 24;

const shown: readonly Column[] = [
  ['at', ({ kind, at, day }) => (kind === 'day' ? day : String(at).slice(0, timeCharacters))],
  ['what', ({ kind, entry }) => (kind === 'entry' ? objectOf(entry).kind : kind)],
  ['amount', ({ kind, entry, settled }) => (kind === 'entry' ? objectOf(entry).amount : spent(settled))],
  column('reserved'),
  column('messages'),
  ['by', ({ entry }) => objectOf(entry).by],
  ['note', ({ entry }) => objectOf(entry).note],
];

async function statement(run: LedgerRun, [account = '']: readonly string[]): Promise<ExitCode> {
  const { limit, after, before, quiet } = run.values;
  const query = { limit: String(limit), after, before };
  const answer = await ask(run, { path: `${path}/${part(account)}/entries`, query });
  printList(run, listOf(answer, 'lines'), shown, 'nothing was credited or spent');
  const { next } = objectOf(answer);
  if (typeof next === 'string' && !quiet) run.terminal.talk(`later ones: --after ${printable(next)}`);
  return exitCodes.ok;
}

const differenceColumns: readonly Column[] = [
  column('account'),
  column('day'),
  column('where'),
  column('field'),
  column('expected'),
  column('found'),
];

/** What could not be added up. */
function printAside(answer: Shown, terminal: Terminal): void {
  for (const { day, money } of listOf(answer, 'daysAside')) {
    const sums = money === 'known' ? 'its sums are as last known' : 'its money is not known';
    terminal.out(`${cell(day)} is set aside, as its file is damaged: ${sums}, its messages are not added up`);
  }
  const uncertain = listOf(answer, 'uncertain');
  if (uncertain.length > 0) terminal.out('what these have cannot be checked meanwhile:');
  for (const line of uncertain.length === 0 ? [] : tableLines(differenceColumns, uncertain, terminal))
    terminal.out(line);
}

async function check(run: LedgerRun): Promise<ExitCode> {
  const { values, terminal } = run;
  const answer = objectOf(await ask(run, { path: `${path}/check` }));
  const isRight = answer.ok === true;
  if (values.json) terminal.out(JSON.stringify(answer));
  else if (isRight) terminal.out('it adds up');
  else {
    terminal.out(`it does not add up: ${cell(answer.difference)} in all`);
    for (const line of tableLines(differenceColumns, listOf(answer, 'accounts'), terminal))
      terminal.out(line);
  }
  if (!values.json) printAside(answer, terminal);
  return isRight ? exitCodes.ok : exitCodes.assertion;
}

const dayMs = 86_400_000;

/** The lines of a stream, without the ends that they all have. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function records(run: LedgerRun): Promise<ExitCode> {
  const { values, terminal, signal } = run;
  const { account, format, timeoutMs } = values;
  const day = values.day ?? new Date(Date.now() - dayMs).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const chunks = await openStream(
    values,
    { path: '/api/v1/records', query: { day, account, format }, timeoutMs },
    signal,
  );
  try {
    for await (const line of linesOf(chunks)) {
      // Names of senders are texts of strangers; a file has them as they are.
      terminal.out(terminal.isOutTty ? printable(line) : line);
      await terminal.drained();
    }
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    const hint = 'what was printed ends somewhere in the middle: do it again';
    throw new Failure(exitCodes.connect, `${values.api} has cut the connection`, hint, { cause: error });
  }
  return exitCodes.ok;
}

const verbs: Verbs<LedgerValues> = {
  balance: named('ACCOUNT', balance),
  credit: { words: 'ACCOUNT AMOUNT', least: 2, most: 2, run: credit },
  statement: named('ACCOUNT', statement),
  check: plain(check),
  records: plain(records),
};

/** Runs it. */
export async function runLedger(run: LedgerRun): Promise<ExitCode> {
  return await runVerb('ledger', verbs, run);
}
