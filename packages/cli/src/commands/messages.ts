/** `chappe messages`: what a running Chappe has stored, and what became of it. */
import { printable, quoted } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { ApiRefusal, callApi } from '../http-api.ts';
import type { MessagesValues } from '../settings/http.ts';
import { columns } from '../terminal.ts';

interface Message {
  readonly id: string;
  readonly kind: string;
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly text: string | null;
  readonly hex: string | null;
  /** Of a long text this is the beginning. */
  readonly shortened: boolean;
  readonly state: string;
  readonly acceptedAt: string;
  readonly segments: readonly object[];
  readonly timeline?: readonly {
    readonly at: string;
    readonly step: string;
    readonly detail: string;
    readonly segment: number;
  }[];
}

// The server waits as long as it is told; we a little longer, so that it is the server that says no.
const graceMs = 5_000;

function contentOf({ text, hex, shortened }: Message): string {
  return `${text === null ? (hex ?? '') : quoted(text)}${shortened ? ' ...' : ''}`;
}

function printList(messages: readonly Message[], { terminal }: Run<MessagesValues>): void {
  const rows = messages.map((message) => [
    message.acceptedAt,
    message.id,
    message.state,
    `${printable(message.from)} -> ${printable(message.to)}`,
    contentOf(message),
  ]);
  for (const line of columns(rows)) terminal.out(line);
}

function printOne(message: Message, { terminal }: Run<MessagesValues>): void {
  const { id, kind, account, from, to, state, segments, timeline = [] } = message;
  const rows = [
    ['id', id],
    ['kind', kind],
    ['account', printable(account)],
    ['from', printable(from)],
    ['to', printable(to)],
    ['state', state],
    ['segments', String(segments.length)],
    ['content', contentOf(message)],
  ];
  for (const line of columns(rows)) terminal.out(line);
  const steps = timeline.map(({ at, step, detail, segment }) => [
    `  ${at}`,
    segments.length > 1 ? `segment ${segment}` : '',
    step,
    printable(detail),
  ]);
  for (const line of columns(steps)) terminal.out(line);
}

interface Page {
  readonly messages: readonly Message[];
  readonly next: string | null;
  /** Beside those of the first page. */
  readonly refused?: readonly Refused[];
  readonly daysAside?: readonly string[];
}

/** A submission that was not taken. */
interface Refused {
  readonly at: string;
  readonly account: string;
  readonly command: string;
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly reason: string;
  readonly rule: string;
}

function printRefused(refused: readonly Refused[], { terminal, values }: Run<MessagesValues>): void {
  if (refused.length === 0) return;
  if (values.json) {
    for (const one of refused) terminal.out(JSON.stringify({ ...one, state: 'refused' }));
    return;
  }
  const rows = refused.map((one) => [
    one.at,
    'refused',
    printable(one.account),
    `${printable(one.from)} -> ${printable(one.to)}`,
    one.status,
    printable(`${one.reason} ${one.rule}`.trim()),
  ]);
  for (const line of columns(rows)) terminal.out(line);
}

/** Page after page: long messages are few in one, whatever the limit. */
async function list(q: string | undefined, run: Run<MessagesValues>): Promise<void> {
  const { values, terminal, signal } = run;
  let left = values.limit;
  let cursor: string | undefined;
  do {
    const query = { q, limit: String(left), cursor };
    const call = { path: '/api/v1/messages', query, timeoutMs: values.timeoutMs };
    const { messages, next, refused = [], daysAside = [] } = (await callApi(values, call, signal)) as Page;
    if (cursor === undefined && daysAside.length > 0 && !values.quiet)
      terminal.talk(`not searched, since their files are damaged: ${daysAside.map(printable).join(', ')}`);
    printRefused(refused, run);
    if (values.json) for (const message of messages) terminal.out(JSON.stringify(message));
    else printList(messages, run);
    left -= messages.length;
    cursor = next ?? undefined;
  } while (cursor !== undefined && left > 0);
}

/** The message that has this id here; else the newest that an operator calls so. */
async function byId(id: string, { values, signal }: Run<MessagesValues>): Promise<Message> {
  const { timeoutMs } = values;
  const get = (name: string): Promise<Message> =>
    callApi(
      values,
      { path: `/api/v1/messages/${encodeURIComponent(name)}`, timeoutMs },
      signal,
    ) as Promise<Message>;
  try {
    return await get(id);
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 404 || /["\s]/.test(id)) throw error;
    const query = { q: `reference:${id}`, limit: '1' };
    const page = (await callApi(values, { path: '/api/v1/messages', query, timeoutMs }, signal)) as Page;
    const [found] = page.messages;
    if (found === undefined) throw error;
    return get(found.id);
  }
}

/** Runs it. */
export async function runMessages(run: Run<MessagesValues>): Promise<ExitCode> {
  const { values, words, terminal, signal } = run;
  const { timeoutMs, id, json } = values;
  const print = (message: Message): void => {
    if (json) terminal.out(JSON.stringify(message));
    else printOne(message, run);
  };
  const q = words.length === 0 ? undefined : words.join(' ');
  if (id !== undefined) {
    print(await byId(id, run));
  } else if (values.wait) {
    const query = { q, timeout: `${timeoutMs}ms` };
    const call = { path: '/api/v1/messages/wait', query, timeoutMs: timeoutMs + graceMs };
    print((await callApi(values, call, signal)) as Message);
  } else {
    await list(q, run);
  }
  return exitCodes.ok;
}
