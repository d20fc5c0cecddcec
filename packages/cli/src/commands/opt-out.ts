/** `chappe opt-out`: handsets that want no more messages. */
import { printable, quoted } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { OptOutValues } from '../settings/operation.ts';
import { type Column, column, listOf, objectOf, printDone, printList } from './show.ts';
import { ask, part, plain, runVerb, type Verb, type Verbs } from './verbs.ts';

type OptOutRun = Run<OptOutValues>;

const path = '/api/v1/opt-outs';

const shown: readonly Column[] = [
  column('handset'),
  ['sender', ({ sender }) => (sender === '*' ? 'any' : sender)],
  ['since', (row) => row.at],
  column('origin'),
];

async function list(run: OptOutRun): Promise<ExitCode> {
  const { handset, limit, cursor, quiet } = run.values;
  const answer = await ask(run, { path, query: { handset, limit: String(limit), cursor } });
  printList(run, listOf(answer, 'optOuts'), shown, 'nobody has opted out');
  const { next } = objectOf(answer);
  if (typeof next === 'string' && !quiet) run.terminal.talk(`more: --cursor ${quoted(next)}`);
  return exitCodes.ok;
}

function words(handset: string, sender: string | undefined, what: string): string {
  const from = sender === undefined ? 'any sender' : printable(sender);
  return `${printable(handset)} ${what} from ${from}`;
}

async function add(run: OptOutRun, [handset = '', sender]: readonly string[]): Promise<ExitCode> {
  const body = sender === undefined ? {} : { sender };
  const answer = await ask(run, { method: 'PUT', path: `${path}/${part(handset)}`, body });
  printDone(run, words(handset, sender, 'gets nothing'), answer);
  return exitCodes.ok;
}

async function remove(run: OptOutRun, [handset = '', sender]: readonly string[]): Promise<ExitCode> {
  const answer = await ask(run, { method: 'DELETE', path: `${path}/${part(handset)}`, query: { sender } });
  printDone(run, words(handset, sender, 'gets messages again'), answer);
  return exitCodes.ok;
}

function withSender(run: Verb<OptOutValues>['run']): Verb<OptOutValues> {
  return { words: 'HANDSET [SENDER]', least: 1, most: 2, run };
}

const verbs: Verbs<OptOutValues> = { ls: plain(list), add: withSender(add), rm: withSender(remove) };

/** Runs it. */
export async function runOptOut(run: OptOutRun): Promise<ExitCode> {
  return await runVerb('opt-out', verbs, run);
}
