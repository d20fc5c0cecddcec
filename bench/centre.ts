/**
 * `chappe start` itself, on SQLite, driven by smppload: the whole durable life of messages with receipts at full
 * speed, the time from submit to response at 5,000/s, and the memory with a million receipts waiting for an absent
 * account. Medians over the rounds.
 * Run: node --conditions=chappe-source bench/centre.ts [--rounds 5] [--seconds 20] [--queued 1000000] [--json]
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChappe } from '../test/support/chappe.ts';
import { jsonOf, loadTools, median, option } from './load-tools.ts';

const CONNECTIONS = 8;
const WINDOW = 250;
const ASKED_PER_SECOND = 20_000;
const ASKED_P50_MS = 5;
const ASKED_MIB = 500;

interface Row {
  readonly what: string;
  readonly asked: string;
  readonly measured: string;
  readonly ok: boolean;
}

/** One load on a fresh centre with a fresh data folder; `look` sees the process before it ends. */
async function load(
  args: readonly string[],
  look: (pid: number) => void = () => undefined,
): Promise<Record<string, unknown>> {
  const data = await mkdtemp(join(tmpdir(), 'chappe-bench-'));
  const chappe = await startChappe({ data });
  try {
    const { pid } = chappe.program;
    const report = await jsonOf(join(tools, 'smppload'), [
      '-P',
      String(chappe.smppPort),
      '-l',
      '100',
      '-i',
      String(pid),
      ...args,
    ]);
    look(pid);
    return report;
  } finally {
    await chappe.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** Resident memory of a process now and at its highest, MiB. */
function memoryMib(pid: number): { now: number; highest: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024);
  return { now: of('VmRSS'), highest: of('VmHWM') };
}

async function wholeLife(rounds: number, seconds: number): Promise<Row> {
  const rates: number[] = [];
  let missing = 0;
  for (let round = 0; round < rounds; round += 1) {
    const report = await load([
      '-c',
      String(CONNECTIONS),
      '-w',
      String(WINDOW),
      '-d',
      '-t',
      String(seconds),
      '-W',
      '3',
      '-R',
      '60',
    ]);
    rates.push(Number(report['msgs_per_s']));
    missing += Number(report['receipts_missing']);
  }
  const rate = median(rates);
  return {
    what: `whole life with receipt, SQLite, ${CONNECTIONS} connections x ${WINDOW}, ${seconds} s, load tool included`,
    asked: `>= ${ASKED_PER_SECOND}/s, no receipt missing`,
    measured: `${Math.round(rate)}/s (${rates.map(Math.round).join(', ')}), ${missing} receipts missing`,
    ok: rate >= ASKED_PER_SECOND && missing === 0,
  };
}

async function latency(rounds: number): Promise<Row> {
  const p50s: number[] = [];
  const p99s: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const report = await load(['-c', '4', '-w', '100', '-d', '-r', '5000', '-t', '8', '-W', '3', '-R', '30']);
    const { p50, p99 } = report['resp_ms'] as { p50: number; p99: number };
    p50s.push(p50);
    p99s.push(p99);
  }
  return {
    what: 'submit to response at 5,000/s, durable',
    asked: `p50 <= ${ASKED_P50_MS} ms`,
    measured: `p50 ${median(p50s).toFixed(1)} ms, p99 ${median(p99s).toFixed(1)} ms`,
    ok: median(p50s) <= ASKED_P50_MS,
  };
}

async function queued(count: number): Promise<Row> {
  let memory = { now: 0, highest: 0 };
  // A transmitter takes no receipts: they all wait in its account's lane.
  await load(['-b', 'tx', '-c', '4', '-w', '250', '-d', '-n', String(count), '-R', '0'], (pid) => {
    memory = memoryMib(pid);
  });
  return {
    what: `${count.toLocaleString('en')} receipts queued for an absent account`,
    asked: `<= ${ASKED_MIB} MiB`,
    measured: `${memory.highest} MiB at its highest, ${memory.now} MiB at the end`,
    ok: memory.highest <= ASKED_MIB,
  };
}

const tools = loadTools();
const rounds = option('rounds', 5);
const rows: Row[] = [await wholeLife(rounds, option('seconds', 20)), await latency(rounds)];
if (option('queued', 1_000_000) > 0) rows.push(await queued(option('queued', 1_000_000)));
if (process.argv.includes('--json')) console.log(JSON.stringify({ bench: 'centre', rows }));
else
  for (const { what, asked, measured, ok } of rows)
    console.log(`${what}: ${measured} (asked ${asked}) ${ok ? 'ok' : 'BELOW'}`);
if (rows.some(({ ok }) => !ok)) process.exitCode = 1;
