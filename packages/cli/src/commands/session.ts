/** `chappe session`: who is bound, and what goes on, as it happens. */
import { printable, reportOf, type Version, versionByName } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { printReport, titleOf } from '../decode/text.ts';
import { eventData } from '../event-stream.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { type ApiCall, openStream } from '../http-api.ts';
import type { SessionValues } from '../settings/operation.ts';
import { eventLine } from './event-line.ts';
import { sessionColumns } from './session-columns.ts';
import { objectOf, printDone, printList, type Shown } from './show.ts';
import { ask, askAll, part, plain, runVerb, several, type Verbs } from './verbs.ts';

type SessionRun = Run<SessionValues>;

const versions: { readonly [name: string]: Version } = versionByName;
// Of a time in ISO 8601: hours to milliseconds.
const timeFrom = 'YYYY-MM-DDT'.length;
const timeUntil = 'YYYY-MM-DDThh:mm:ss.mmm'.length;

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
  const { account, connector, session, types, verbose } = run.values;
  const type = types.length === 0 ? undefined : types.join(',');
  // Texts are told to those who run the server, and only when asked for.
  const query = { type, account, connector, session, text: verbose ? '1' : undefined };
  return await follow(run, '/api/v1/events', query, (event) => run.terminal.out(eventLine(event)));
}

async function trace(run: SessionRun): Promise<ExitCode> {
  const { account, connector, session, withText } = run.values;
  if ([account, connector, session].filter((one) => one !== undefined).length !== 1) {
    throw usage('whose PDUs?', 'name one: --session ID, --account NAME or --connector NAME');
  }
  const query = { account, connector, session, text: withText ? '1' : undefined };
  return await follow(run, '/api/v1/trace', query, (event) => printPdu(run, event));
}

/** One PDU in a line, or with all its fields. */
function printPdu({ values, terminal }: SessionRun, event: Shown): void {
  const { type, time } = event;
  if (type !== 'pdu.sent' && type !== 'pdu.received') {
    terminal.out(eventLine(event));
    return;
  }
  const { owner, session, version: name, hex } = objectOf(event.data);
  const way = type === 'pdu.received' ? '<-' : '->';
  const head = `${String(time).slice(timeFrom, timeUntil)}  ${printable(String(owner))} ${session}  ${way}`;
  const bytes = Buffer.from(String(hex), 'hex');
  const version = versions[String(name)];
  const report = reportOf(bytes, {
    defaultAlphabet: 'gsm7',
    isLinted: false,
    version,
    now: new Date(String(time)),
  });
  if (values.verbose) printReport(report, head, terminal);
  else terminal.out(`${head}  ${titleOf(report)}`);
}

/** Prints a stream of the API event by event. */
async function follow(
  run: SessionRun,
  path: string,
  query: NonNullable<ApiCall['query']>,
  print: (event: Shown) => void,
): Promise<ExitCode> {
  const { values, terminal, signal } = run;
  const { count = Number.POSITIVE_INFINITY, timeoutMs } = values;
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const chunks = await openStream(values, { path, query, timeoutMs }, until);
  if (!values.quiet) terminal.talk('following; Ctrl-C ends it');
  let told = 0;
  try {
    for await (const data of eventData(chunks)) {
      if (values.json) terminal.out(data.replaceAll('\n', ''));
      else print(eventOf(data));
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
  trace: plain(trace),
};

/** Runs it. */
export async function runSession(run: SessionRun): Promise<ExitCode> {
  return await runVerb('session', verbs, run);
}
