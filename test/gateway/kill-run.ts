/** Kills a gateway under load again and again, and then adds up what customer, disk and upstreams say. */
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { GatewaySettings } from '@chappe/policy';
import { freePorts } from '../support/free-port.ts';
import { until } from '../support/inbox.ts';
import { patient } from '../support/patience.ts';
import { seeded } from '../support/seeded.ts';
import { type ChildOptions, GatewayProcess, type GatewayReport } from './gateway-process.ts';
import { Load, type LoadCounts, Sink, type SinkCounts, type Told, type Tools } from './load-tools.ts';
import { credit, settingsFor } from './settings.ts';
import { isMarked, type Stored, storedMessages } from './stored.ts';

/** How hard it is tried. */
export interface KillOptions {
  readonly kills: number;
  /** Messages per second of the customer; 0: as many as its windows let it. */
  readonly perSecond: number;
  /** Requests that may be without answer at the upstream: the bound of duplicates of one kill. */
  readonly window: number;
  readonly seed: number;
  /** How long everything may take to be over after the load; what is not then, never will be. */
  readonly drainMs: number;
}

/** What came of it. */
export interface KillResult {
  readonly submitted: number;
  readonly acknowledged: number;
  /** Acknowledged messages that the disk does not know, or has as sent and the upstream never got. */
  readonly lost: readonly string[];
  /** Acknowledged messages that are neither over nor at the upstream when all is quiet. */
  readonly stuck: readonly string[];
  /** Copies at the upstream beyond the first. */
  readonly duplicates: number;
  /** Those whose timeline does not say that they may have been sent twice. */
  readonly unmarked: readonly string[];
  readonly mostDuplicates: number;
  /** Messages at the upstream whose receipt was on its way to a gateway that was killed. */
  readonly awaiting: number;
  /** Receipts that the upstream sent and that were not answered. */
  readonly unanswered: number;
  readonly receipts: number;
  /** Messages that are over, whose customer has not had the receipt, and for which none waits: no receipt is lost. */
  readonly untold: number;
  readonly unmatched: number;
  readonly report: GatewayReport;
}

const smallestLifeMs = 250;
const moreLifeMs = 900;
const pollMs = 100;
const startKillEvery = 3;

/** The run; everything that it starts has ended when it settles. */
export async function killRun(tools: Tools, options: KillOptions): Promise<KillResult> {
  const sink = await Sink.start(tools, ['-d', '400']);
  const ends: (() => Promise<unknown>)[] = [() => sink.stop()];
  try {
    const [port = 0] = await freePorts(1);
    const settings: GatewaySettings = await settingsFor([
      { name: 'sink', port: sink.port, window: options.window },
    ]);
    const child = { data: join(tools.folder, `kill-${port}`), port, settings };
    let gateway = await GatewayProcess.start({ ...child, credit });
    ends.push(() => gateway.program.stop('SIGKILL'));
    const pace = options.perSecond > 0 ? ['-r', String(options.perSecond)] : [];
    const load = Load.start(tools, port, [
      '-k',
      '-d',
      '-c',
      '2',
      '-w',
      '500',
      '-t',
      '100000',
      '-R',
      '600',
      ...pace,
    ]);
    ends.push(() => load.program.stop('SIGKILL'));
    gateway = await killAgainAndAgain(gateway, child, options);
    load.quiet();
    // What is sent while the first receipts are waited for has receipts of its own.
    for (let turn = 0; turn < 2; turn += 1) {
      await gateway.until('everything to be over', quietness(load), options.drainMs);
      await until('all receipts to be sent', () => sink.counts().then(isSaid), options.drainMs, pollMs);
    }
    await gateway.until('everything to be over', quietness(load), options.drainMs);
    const report = await gateway.report();
    const sunk = await sink.counts();
    load.quiet();
    const counts = await load.end();
    await gateway.stop();
    const told = await load.told();
    const copies = countsOf((await sink.accepted()).map(({ to }) => to));
    const stored = await storedMessages(child.data);
    const untold = untoldOf(stored, report);
    return { ...compare(told, stored, copies), ...sums(counts, report, sunk, options), untold };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function killAgainAndAgain(
  first: GatewayProcess,
  child: ChildOptions,
  { kills, seed }: KillOptions,
): Promise<GatewayProcess> {
  const random = seeded(seed);
  let gateway = first;
  for (let kill = 0; kill < kills; kill += 1) {
    await gateway.bound();
    // The moment of death is the point: anywhere in the load.
    await after(patient(smallestLifeMs + random() * moreLifeMs));
    await gateway.kill();
    // It dies once more while it reads its disk.
    if (kill % startKillEvery === startKillEvery - 1) {
      const starting = GatewayProcess.launch(child);
      await after(patient(random() * smallestLifeMs * 4));
      process.kill(starting.pid, 'SIGKILL');
      await starting.exit;
    }
    gateway = await GatewayProcess.start(child);
  }
  await gateway.bound();
  await after(smallestLifeMs);
  return gateway;
}

function isSaid({ dlr_waiting }: SinkCounts): true | undefined {
  return dlr_waiting === 0 ? true : undefined;
}

/**
 * Whether nothing moves any more and what is left is at the upstream, waits for a customer who has gone, or belongs to
 * nobody.
 */
function quietness(load: Load): (report: GatewayReport) => boolean {
  let before = '';
  return (report) => {
    const isIdle = report.lanes.every(({ lane, waiting, queued, flying }) => {
      if (lane.startsWith('unmatched:') || (lane === 'account:load' && !load.program.running)) return true;
      return waiting + queued + flying === 0;
    });
    // The same twice: a message may be on its way to the disk, between two lanes.
    const now = JSON.stringify([report.center, report.upstreams]);
    const isSame = now === before;
    before = now;
    return isIdle && isSame;
  };
}

function countsOf(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function compare(
  told: readonly Told[],
  stored: ReadonlyMap<string, readonly Stored[]>,
  copies: ReadonlyMap<string, number>,
): Pick<KillResult, 'lost' | 'stuck' | 'duplicates' | 'unmarked' | 'acknowledged' | 'awaiting'> {
  const lost: string[] = [];
  const stuck: string[] = [];
  const unmarked: string[] = [];
  let duplicates = 0;
  let awaiting = 0;
  const acknowledged = told.filter(({ kind }) => kind === 'A');
  for (const { id, to } of acknowledged) {
    const messages = stored.get(to) ?? [];
    const message = messages.find(({ publicId }) => publicId === id);
    if (message === undefined || messages.length !== 1) {
      lost.push(`${to} ${id}: on disk ${messages.length} times`);
      continue;
    }
    const isThere = message.isFinal || message.reference !== undefined;
    if (!isThere) stuck.push(`${to} ${message.state} ${message.timeline}`);
    else if (!copies.has(to)) lost.push(`${to} ${message.state}: never at the upstream: ${message.timeline}`);
  }
  for (const [to, count] of copies) {
    if (count < 2) continue;
    duplicates += count - 1;
    const [message] = stored.get(to) ?? [];
    if (message === undefined || !isMarked(message)) unmarked.push(`${to} ${message?.timeline}`);
  }
  for (const [, messages] of stored) {
    for (const { isFinal, reference } of messages) if (!isFinal && reference !== undefined) awaiting += 1;
  }
  return { acknowledged: acknowledged.length, lost, stuck, duplicates, unmarked, awaiting };
}

function untoldOf(stored: ReadonlyMap<string, readonly Stored[]>, { lanes }: GatewayReport): number {
  const over = [...stored.values()].flat().filter(({ isFinal }) => isFinal);
  const waiting = lanes.find(({ lane }) => lane === 'account:load')?.waiting ?? 0;
  return over.filter(({ timeline }) => !timeline.includes(' receipt-delivered ')).length - waiting;
}

function sums(
  counts: LoadCounts,
  report: GatewayReport,
  sunk: SinkCounts,
  { kills, window }: KillOptions,
): Pick<KillResult, 'submitted' | 'mostDuplicates' | 'unanswered' | 'receipts' | 'unmatched' | 'report'> {
  return {
    submitted: counts.total.sent,
    // Each death may leave a window full, also one in the middle of a start.
    mostDuplicates: (kills + Math.floor(kills / startKillEvery)) * window,
    unanswered: sunk.dlr_sent - sunk.dlr_ack + sunk.dlr_lost,
    receipts: counts.receipts,
    unmatched: report.unmatched.length,
    report,
  };
}

/** One line for people. */
export function summaryOf(result: KillResult, { kills, window, seed }: KillOptions): string {
  const { tallies, discrepancies } = result.report;
  const sum = tallies.reduce((left, { accepted, reserved, settled, released }) => {
    return left + accepted - reserved - settled - released;
  }, 0);
  return [
    `seed ${seed}: ${kills} kills`,
    `${result.submitted} submitted`,
    `${result.acknowledged} acknowledged`,
    `${result.lost.length} lost`,
    `${result.stuck.length} stuck`,
    `${result.duplicates} duplicates (${result.unmarked.length} unmarked, window ${window}, at most ${result.mostDuplicates})`,
    `${result.receipts} receipts (${result.untold} lost, ${result.unmatched} unmatched, ${result.awaiting} awaited, ${result.unanswered} died on the way)`,
    `ledger ${sum} off, ${discrepancies.length} discrepancies`,
  ].join(', ');
}
