/** `chappe session`: who is bound, and what goes on, as it happens. */
import type { Run } from '../command.ts';
import { eventData } from '../event-stream.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { openStream } from '../http-api.ts';
import type { SessionValues } from '../settings/operation.ts';
import { eventLine } from './event-line.ts';
import { sessionColumns } from './session-columns.ts';
import { objectOf, printDone, printList, type Shown } from './show.ts';
import { ask, askAll, part, plain, runVerb, several, type Verbs } from './verbs.ts';

type SessionRun = Run<SessionValues>;

async function list(run: SessionRun): Promise<ExitCode> {
  const rows = await askAll(run, '/api/v1/sessions', 'sessions', { account: run.values.account });
  printList(run, rows, sessionColumns, 'nobody is bound');
  return exitCodes.ok;
}

async function unbind(run: SessionRun, ids: readonly string[]): Promise<ExitCode> {
  for (const id of ids)
    if (!/^\d{1,15}$/.test(id)) throw usage(`${JSON.stringify(id)} is no number of a session`);
  for (const id of ids) {
    const answer = await ask(run, { method: 'DELETE', path: `/api/v1/sessions/${part(id)}` });
    printDone(run, `session ${id} is unbound`, answer);
  }
  return exitCodes.ok;
}

function eventOf(data: string): Shown {
  try {
    return objectOf(JSON.parse(data));
  } catch {
    return {};
  }
}

async function tail(run: SessionRun): Promise<ExitCode> {
  const { values, terminal, signal } = run;
  const { account, connector, session, kinds, count = Number.POSITIVE_INFINITY, timeoutMs } = values;
  const kind = kinds.length === 0 ? undefined : kinds.join(',');
  // Texts are told to those who run the server, and only when asked for.
  const query = { kind, account, connector, session, text: values.verbose ? '1' : undefined };
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const chunks = await openStream(values, { path: '/api/v1/events', query, timeoutMs }, until);
  if (!values.quiet) terminal.talk('following; Ctrl-C ends it');
  let told = 0;
  try {
    for await (const data of eventData(chunks)) {
      if (values.json) terminal.out(data.replaceAll('\n', ''));
      else terminal.out(eventLine(eventOf(data)));
      told += 1;
      if (told >= count) return exitCodes.ok;
      // What is not read in time waits at the server, which keeps only so many and says how many it left out.
      await terminal.drained();
    }
  } catch (error) {
    if (signal.aborted) return exitCodes.ok;
    throw new Failure(exitCodes.connect, `${values.api} has cut the connection`, undefined, { cause: error });
  } finally {
    ending.abort();
  }
  throw new Failure(exitCodes.connect, `${values.api} has ended the stream`, 'has it been stopped?');
}

const verbs: Verbs<SessionValues> = {
  ls: plain(list),
  unbind: several('ID...', unbind),
  tail: plain(tail),
};

/** Runs it. */
export async function runSession(run: SessionRun): Promise<ExitCode> {
  return await runVerb('session', verbs, run);
}
