/** `chappe ledger`: what accounts have, and what they have spent. */
import { randomUUID } from 'node:crypto';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { LedgerValues } from '../settings/operation.ts';
import { printable } from '../terminal.ts';
import { type Column, cell, column, listOf, objectOf, printDone, printList, printOne } from './show.ts';
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
  const { note = '', reference = randomUUID(), quiet } = run.values;
  const body = { amount: amount.replace(/^\+/, ''), note, reference };
  try {
    const answer = await ask(run, { method: 'POST', path: `${path}/${part(account)}/credits`, body });
    const now = objectOf(answer).balance;
    const left = now === undefined ? '' : `, balance ${cell(now)}`;
    printDone(
      run,
      `${amount} credited to ${printable(account)}${left}  (reference ${printable(reference)})`,
      answer,
    );
  } catch (error) {
    // Nobody knows whether it was taken: the same reference makes asking again safe.
    const isOpen = error instanceof Failure && error.exitCode === exitCodes.timeout;
    if (isOpen && !quiet)
      run.terminal.talk(`again with --reference ${printable(reference)} it cannot count twice`);
    throw error;
  }
  return exitCodes.ok;
}

const shown: readonly Column[] = [
  column('at'),
  column('kind'),
  column('amount'),
  column('balance'),
  column('messages'),
  column('reference'),
  column('note'),
];

async function statement(run: LedgerRun, [account = '']: readonly string[]): Promise<ExitCode> {
  const { limit, before, quiet } = run.values;
  const query = { limit: String(limit), before };
  const answer = await ask(run, { path: `${path}/${part(account)}/entries`, query });
  printList(run, listOf(answer, 'entries'), shown, 'nothing was credited or spent');
  const { next } = objectOf(answer);
  if (next !== undefined && next !== null && !quiet) run.terminal.talk(`older ones: --before ${cell(next)}`);
  return exitCodes.ok;
}

async function check(run: LedgerRun): Promise<ExitCode> {
  const answer = objectOf(await ask(run, { path: `${path}/check` }));
  printOne(run, answer);
  return answer.ok === true ? exitCodes.ok : exitCodes.assertion;
}

const verbs: Verbs<LedgerValues> = {
  balance: named('ACCOUNT', balance),
  credit: { words: 'ACCOUNT AMOUNT', least: 2, most: 2, run: credit },
  statement: named('ACCOUNT', statement),
  check: plain(check),
};

/** Runs it. */
export async function runLedger(run: LedgerRun): Promise<ExitCode> {
  return await runVerb('ledger', verbs, run);
}
