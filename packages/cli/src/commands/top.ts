/** `chappe top`: what goes on at this moment, looked at again and again. */
import { printable } from '@chappe/protocol';
import { type Clock, systemClock } from '@chappe/smpp';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { TopValues } from '../settings/operation.ts';
import type { Terminal } from '../terminal.ts';
import { waitingColumns } from './account.ts';
import { connectorColumns } from './connector.ts';
import { type Column, cell, column, listOf, objectOf, type Shown, tableLines } from './show.ts';
import { ask, askAll } from './verbs.ts';

type TopRun = Run<TopValues>;

/** What was seen at one moment. */
export interface Look {
  readonly atMs: number;
  readonly connectors: readonly Shown[];
  readonly accounts: readonly Shown[];
  /** What is wrong with the store; empty: nothing. */
  readonly troubles: readonly string[];
}

// A screen has no more lines; who has more accounts asks `chappe account ls`.
const maxRows = 200;
const msPerSecond = 1_000;
/** Cursor to the upper left, and what is below it cleared: no flicker. */
const home = '\u001b[H\u001b[J';

/** Segments a second since the look before; undefined where there was none, or a day has ended between. */
function rateOf(row: Shown, now: Look, before: Look | undefined): string | undefined {
  const was = before?.accounts.find(({ name }) => name === row.name)?.usedToday;
  const { usedToday: is } = row;
  const seconds = (now.atMs - (before?.atMs ?? now.atMs)) / msPerSecond;
  if (typeof was !== 'number' || typeof is !== 'number' || is < was || seconds <= 0) return undefined;
  return `${Math.round((is - was) / seconds)}/s`;
}

/** The lines of a look: the upstreams with what holds each back, then the accounts, the busiest first. */
export function topLines(now: Look, before: Look | undefined, terminal: Terminal, width?: number): string[] {
  const accounts: readonly Column[] = [
    ['account', (row) => row.name],
    ['state', ({ suspended }) => (suspended === true ? 'suspended' : 'open')],
    column('sessions'),
    ['rate', (row) => rateOf(row, now, before)],
    ['today', (row) => row.usedToday],
    ...waitingColumns(now.accounts),
    column('balance'),
  ];
  const used = ({ usedToday }: Shown): number => (typeof usedToday === 'number' ? usedToday : 0);
  const waiting = ({ receiptsWaiting }: Shown): number =>
    typeof receiptsWaiting === 'number' ? receiptsWaiting : 0;
  const busiest = [...now.accounts]
    .sort((a, b) => used(b) - used(a) || waiting(b) - waiting(a))
    .slice(0, maxRows);
  const lines = tableLines(connectorColumns, now.connectors.slice(0, maxRows), terminal, width);
  const troubles = now.troubles.length === 0 ? [] : [...now.troubles, ''];
  return [...troubles, ...lines, '', ...tableLines(accounts, busiest, terminal, width)];
}

async function look(run: TopRun, clock: Clock): Promise<Look> {
  const [connectors, accounts, info] = await Promise.all([
    ask(run, { path: '/api/v1/connectors' }),
    askAll(run, '/api/v1/accounts', 'accounts'),
    ask(run, { path: '/api/v1/info' }),
  ]);
  return {
    atMs: clock.monotonicMs(),
    connectors: listOf(connectors, 'connectors'),
    accounts,
    troubles: troublesOf(info),
  };
}

/** Whole, however narrow the screen: they say what to do. */
function troublesOf(info: unknown): string[] {
  const { storeFailure } = objectOf(info);
  const days = listOf(info, 'daysAside').map(
    ({ day, file, why }) =>
      `${cell(day)} is set aside: ${cell(file)} is damaged (${cell(why)}); chappe check --data FOLDER says where`,
  );
  return [
    ...(typeof storeFailure === 'string' ? [`nothing is taken: ${printable(storeFailure)}`] : []),
    ...days,
  ];
}

/** Settles after the time, or at once when the signal is aborted. */
function pause(delayMs: number, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      disarm();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const disarm = clock.setTimer(end, delayMs);
    signal.addEventListener('abort', end);
  });
}

/** Runs it; `clock` for tests. */
export async function runTop(run: TopRun, clock: Clock = systemClock): Promise<ExitCode> {
  const { values, terminal, signal } = run;
  if (run.words.length > 0) throw usage('top takes no words', 'chappe top [--once]');
  const isLive = terminal.isOutTty && !values.once && !values.json;
  let before: Look | undefined;
  for (;;) {
    let now: Look;
    try {
      now = await look(run, clock);
    } catch (error) {
      if (isLive && signal.aborted) return exitCodes.ok;
      throw error;
    }
    if (values.json) {
      terminal.out(
        JSON.stringify({ connectors: now.connectors, accounts: now.accounts, troubles: now.troubles }),
      );
    } else {
      const lines = topLines(now, before, terminal, isLive ? terminal.columns : undefined);
      terminal.out((isLive ? home : '') + lines.join('\n'));
    }
    if (!isLive) return exitCodes.ok;
    before = now;
    await pause(values.intervalMs, signal, clock);
    if (signal.aborted) return exitCodes.ok;
  }
}
