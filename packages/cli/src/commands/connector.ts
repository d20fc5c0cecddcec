/** `chappe connector`: operators that a running Chappe is connected to. */
import { printable } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { ConnectorValues } from '../settings/entries.ts';
import {
  addEntry,
  type EntryKind,
  pathOf,
  removeEntry,
  setEntry,
  showEntry,
  tellEntry,
} from './entry-verbs.ts';
import { type Column, cell, column, listOf, objectOf, printList, type Shown } from './show.ts';
import { ask, named, plain, runVerb, several, type Verb, type Verbs } from './verbs.ts';

type ConnectorRun = Run<ConnectorValues>;

// The server needs the password itself, to show it to the operator.
const kind: EntryKind = { what: 'connector', nameKey: 'name', seal: async (entry) => entry };

/** `1/2`, of two numbers. */
function ratio(some: unknown, all: unknown): string {
  return `${cell(some)}/${cell(all)}`;
}

/** Milliseconds, rounded to what a person reads. */
function milliseconds(value: unknown): string | undefined {
  return typeof value === 'number' ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : undefined;
}

function bindsOf({ binds }: Shown): string {
  const { bound, wanted } = objectOf(binds);
  return ratio(bound, wanted);
}

/** Columns of a connector, for the live table too. */
export const connectorColumns: readonly Column[] = [
  ['connector', (row) => row.name],
  column('state'),
  ['binds', bindsOf],
  ['window', ({ inFlight, window }) => ratio(inFlight, window)],
  ['queue', (row) => row.queued],
  [
    'rate',
    ({ ratePerSecond }) => (typeof ratePerSecond === 'number' ? `${Math.round(ratePerSecond)}/s` : '-'),
  ],
  ['rtt', (row) => milliseconds(row.rttMs)],
  column('breaker'),
  ['limit', (row) => row.limitText ?? row.limit],
];

async function list(run: ConnectorRun): Promise<ExitCode> {
  const answer = await ask(run, { path: '/api/v1/connectors' });
  printList(run, listOf(answer, 'connectors'), connectorColumns, 'there are no connectors');
  return exitCodes.ok;
}

async function test(run: ConnectorRun, [name = '']: readonly string[]): Promise<ExitCode> {
  const { to, from, text, json } = run.values;
  if (to === undefined && (from !== undefined || text !== undefined))
    throw usage(
      '--to is missing: without it no message is sent',
      `chappe connector test ${name} --to NUMBER`,
    );
  const message = { to, ...(from === undefined ? {} : { from }), ...(text === undefined ? {} : { text }) };
  const body = to === undefined ? {} : { body: message };
  const answer = objectOf(await ask(run, { method: 'POST', path: `${pathOf(kind, name)}/test`, ...body }));
  const { ok, rttMs, peerSystemId, version, error } = answer;
  if (json) run.terminal.out(JSON.stringify(answer));
  else if (ok === true) {
    const peer = `${cell(peerSystemId)}, SMPP ${cell(version)}`;
    run.terminal.out(`ok      ${printable(name)} binds: ${peer}, ${milliseconds(rttMs) ?? '-'}`);
    const { messageIds } = answer;
    if (Array.isArray(messageIds)) run.terminal.out(`sent    ${cell(messageIds)}`);
  } else run.terminal.out(`failed  ${printable(name)}: ${cell(error)}`);
  return ok === true ? exitCodes.ok : exitCodes.assertion;
}

async function show(run: ConnectorRun, words: readonly string[]): Promise<ExitCode> {
  return await showEntry(kind, run, words);
}

function told(verb: string, done: string): Verb<ConnectorValues> {
  return named('NAME', (run, [name = '']) => tellEntry(kind, run, name, verb, done));
}

const verbs: Verbs<ConnectorValues> = {
  ls: plain(list),
  show: named('NAME', show),
  test: named('NAME', test),
  start: told('start', 'binds'),
  stop: told('stop', 'unbinds'),
  drain: told('drain', 'sends nothing new, and unbinds when all is answered'),
  pause: told('pause', 'sends nothing; its binds stay'),
  resume: told('resume', 'sends again'),
  add: {
    words: '[NAME] [key=value...]',
    least: 0,
    most: Number.POSITIVE_INFINITY,
    run: (run, words) => addEntry(kind, run, words),
  },
  set: several('NAME [key=value...]', (run, words) => setEntry(kind, run, words)),
  rm: named('NAME', (run, words) => removeEntry(kind, run, words)),
};

/** Runs it. */
export async function runConnector(run: ConnectorRun): Promise<ExitCode> {
  return await runVerb('connector', verbs, run);
}
