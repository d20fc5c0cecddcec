/** `chappe phone`: a simulated handset at the command line. */
import { printable, quoted } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { callApi } from '../http-api.ts';
import type { ApiValues } from '../settings/http.ts';
import { columns } from '../terminal.ts';

interface Phone {
  readonly msisdn: string;
  readonly state: string;
  readonly messages: number;
}

interface Inbox {
  readonly msisdn: string;
  readonly state: string;
  readonly messages: readonly {
    readonly from: string;
    readonly text: string | null;
    readonly hex: string | null;
    readonly receivedAt: string;
    readonly totalSegments: number;
    readonly flash: boolean;
  }[];
}

const states = ['on', 'off', 'busy', 'full'];
const help = 'chappe phone ls | NUMBER inbox | NUMBER send TO TEXT | NUMBER on|off|busy|full';

function printInbox({ msisdn, state, messages }: Inbox, run: Run<ApiValues>): void {
  const { terminal, values } = run;
  if (!values.quiet) terminal.talk(`${msisdn} is ${state}, ${messages.length} messages`);
  const rows = messages.map(({ receivedAt, from, text, hex, totalSegments, flash }) => {
    const marks = `${totalSegments > 1 ? `  (${totalSegments} segments)` : ''}${flash ? '  flash' : ''}`;
    return [receivedAt, printable(from), `${text === null ? (hex ?? '') : quoted(text)}${marks}`];
  });
  for (const line of columns(rows)) terminal.out(line);
}

async function list({ values, terminal, signal }: Run<ApiValues>): Promise<void> {
  const { timeoutMs, json } = values;
  const answer = (await callApi(values, { path: '/api/v1/phones', timeoutMs }, signal)) as {
    readonly phones: readonly Phone[];
  };
  if (json) {
    for (const phone of answer.phones) terminal.out(JSON.stringify(phone));
    return;
  }
  const rows = answer.phones.map(({ msisdn, state, messages }) => [msisdn, state, `${messages} messages`]);
  for (const line of columns(rows)) terminal.out(line);
}

/** Runs it. */
export async function runPhone(run: Run<ApiValues>): Promise<ExitCode> {
  const { values, words, terminal, signal } = run;
  const { timeoutMs } = values;
  const [number = 'ls', verb = 'inbox', to, ...rest] = words;
  if (number === 'ls') {
    await list(run);
    return exitCodes.ok;
  }
  const path = `/api/v1/phones/${encodeURIComponent(number)}`;
  if (states.includes(verb)) {
    const call = { method: 'PUT', path: `${path}/state`, body: { state: verb }, timeoutMs } as const;
    const answer = (await callApi(values, call, signal)) as Phone;
    terminal.out(values.json ? JSON.stringify(answer) : `${answer.msisdn} is ${answer.state}`);
  } else if (verb === 'inbox') {
    const answer = (await callApi(values, { path: `${path}/messages`, timeoutMs }, signal)) as Inbox;
    if (values.json) terminal.out(JSON.stringify(answer));
    else printInbox(answer, run);
  } else if (verb === 'send') {
    if (to === undefined || rest.length === 0) throw usage('send takes whom to write to, and a text', help);
    const body = { to, text: rest.join(' ') };
    const call = { method: 'POST', path: `${path}/messages`, body, timeoutMs } as const;
    const answer = (await callApi(values, call, signal)) as { readonly ids: readonly string[] };
    terminal.out(values.json ? JSON.stringify(answer) : `accepted  ${answer.ids.map(printable).join(' ')}`);
  } else throw usage(`${JSON.stringify(verb)} is none of inbox, send, ${states.join(', ')}`, help);
  return exitCodes.ok;
}
