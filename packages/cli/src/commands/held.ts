/** `chappe held`: messages that a route holds back, or that no account takes, until somebody releases them. */
import { printable, quoted } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { HeldValues } from '../settings/operation.ts';
import { type Column, cell, column, listOf, objectOf, printDone, printList } from './show.ts';
import { ask, part, plain, runVerb, type Verbs } from './verbs.ts';

type HeldRun = Run<HeldValues>;

const path = '/api/v1/held';

const shown: readonly Column[] = [
  column('message', 'id'),
  ['accepted', (row) => row.acceptedAt],
  ['until', (row) => row.expiresAt],
  column('account'),
  ['route', (row) => row.route ?? '(from a handset)'],
  column('segments'),
  ['from -> to', ({ from, to }) => `${cell(from)} -> ${cell(to)}`],
  ['text', ({ text }) => (typeof text === 'string' ? quoted(text) : undefined)],
];

async function list(run: HeldRun): Promise<ExitCode> {
  const { limit, before, quiet } = run.values;
  const answer = await ask(run, { path, query: { limit: String(limit), before } });
  printList(run, listOf(answer, 'messages'), shown, 'nothing is held');
  const { next } = objectOf(answer);
  if (typeof next === 'string' && !quiet) run.terminal.talk(`older ones: --before ${printable(next)}`);
  return exitCodes.ok;
}

async function release(run: HeldRun, ids: readonly string[]): Promise<ExitCode> {
  const { query, all, to } = run.values;
  const ways = [ids.length > 0, query !== undefined, all].filter((isGiven) => isGiven).length;
  if (ways !== 1) throw usage('release takes ids, or --query, or --all', 'chappe held release ID...');
  if (to !== undefined && ids.length === 0)
    throw usage('--to is for single messages from handsets', 'chappe held release ID... --to ACCOUNT');
  if (ids.length === 0) {
    const body = query === undefined ? {} : { query };
    const answer = await ask(run, { method: 'POST', path: `${path}/release`, body });
    const { released, left } = objectOf(answer);
    printDone(run, `${cell(released)} released, ${cell(left)} left: nobody takes those`, answer);
    return exitCodes.ok;
  }
  for (const id of ids) {
    const body = to === undefined ? {} : { body: { account: to } };
    const answer = await ask(run, { method: 'POST', path: `${path}/${part(id)}/release`, ...body });
    printDone(run, `message ${printable(id)} released`, answer);
  }
  return exitCodes.ok;
}

const verbs: Verbs<HeldValues> = {
  ls: plain(list),
  release: { words: '[ID...]', least: 0, most: Number.POSITIVE_INFINITY, run: release },
};

/** Runs it. */
export async function runHeld(run: HeldRun): Promise<ExitCode> {
  return await runVerb('held', verbs, run);
}
