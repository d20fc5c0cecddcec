/** `chappe receipts`: receipts that found no message. */
import { printable, quoted } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { ReceiptsValues } from '../settings/operation.ts';
import { type Column, cell, column, listOf, objectOf, printDone, printList } from './show.ts';
import { ask, named, part, plain, runVerb, several, type Verbs } from './verbs.ts';

type ReceiptsRun = Run<ReceiptsValues>;

const path = '/api/v1/receipts/unmatched';

const shown: readonly Column[] = [
  column('receipt', 'id'),
  ['received', (row) => row.receivedAt],
  column('connector'),
  ['from -> to', ({ from, to }) => `${cell(from)} -> ${cell(to)}`],
  ['its ids', (row) => row.ids],
  column('stat'),
  column('err'),
  ['text', ({ text }) => (typeof text === 'string' ? quoted(text) : undefined)],
];

async function unmatched(run: ReceiptsRun): Promise<ExitCode> {
  const { connector, limit, before } = run.values;
  const answer = await ask(run, { path, query: { connector, limit: String(limit), before } });
  printList(run, listOf(answer, 'receipts'), shown, 'every receipt has found its message');
  const { next } = objectOf(answer);
  if (typeof next === 'string' && !run.values.quiet)
    run.terminal.talk(`older ones: --before ${printable(next)}`);
  return exitCodes.ok;
}

async function rematch(run: ReceiptsRun, [connector = '']: readonly string[]): Promise<ExitCode> {
  const { ids } = run.values;
  const body = { connector, ...(ids === undefined ? {} : { ids }) };
  const answer = objectOf(await ask(run, { method: 'POST', path: `${path}/rematch`, body }));
  printDone(run, `${cell(answer.matched)} matched, ${cell(answer.left)} left`, answer);
  return exitCodes.ok;
}

async function remove(run: ReceiptsRun, ids: readonly string[]): Promise<ExitCode> {
  for (const id of ids) {
    const answer = await ask(run, { method: 'DELETE', path: `${path}/${part(id)}` });
    printDone(run, `receipt ${printable(id)} taken away`, answer);
  }
  return exitCodes.ok;
}

const verbs: Verbs<ReceiptsValues> = {
  unmatched: plain(unmatched),
  rematch: named('CONNECTOR', rematch),
  rm: several('ID...', remove),
};

/** Runs it. */
export async function runReceipts(run: ReceiptsRun): Promise<ExitCode> {
  return await runVerb('receipts', verbs, run);
}
