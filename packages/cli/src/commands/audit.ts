/** `chappe audit`: who changed what. */
import { printable } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { AuditValues } from '../settings/operation.ts';
import { type Column, column, listOf, objectOf, printList } from './show.ts';
import { ask } from './verbs.ts';

// A line begins with its time: 2026-03-01T12:00:00.000Z.
const timeCharacters = 24;

const shown: readonly Column[] = [
  ['at', ({ at }) => String(at).slice(0, timeCharacters)],
  column('by'),
  column('via'),
  column('address'),
  ['what', ({ what, count }) => (count === null ? what : `${what} x ${count}`)],
  column('target'),
  ['fields', ({ fields }) => (Array.isArray(fields) ? fields.join(' ') : fields)],
];

/** Runs it. */
export async function runAudit(run: Run<AuditValues>): Promise<ExitCode> {
  const { by, what, target, after, before, limit, quiet } = run.values;
  const query = { by, what, target, after, before, limit: String(limit) };
  const answer = await ask(run, { path: '/api/v1/audit', query });
  printList(run, listOf(answer, 'lines'), shown, 'nothing was changed');
  const { next } = objectOf(answer);
  if (typeof next === 'string' && !quiet) run.terminal.talk(`older ones: --before ${printable(next)}`);
  return exitCodes.ok;
}
