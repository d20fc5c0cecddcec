/**
 * Two commits of this repository side by side, each in a folder of its own with its packages installed: every figure is
 * measured in turn, one side after the other and round after round, so that both see the same machine. Results go to
 * bench/compare.json, which docs/performance.md quotes and bench/draw.ts draws.
 * Run: node --conditions=chappe-source bench/compare.ts --before FOLDER --after FOLDER [--rounds 5] [--seconds 8] [--only life]
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { jsonOf, loadTools, median } from './load-tools.ts';

const { values: flags } = parseArgs({
  options: {
    before: { type: 'string' },
    after: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: new URL('./compare.json', import.meta.url).pathname },
  },
});

/** What is measured of one side in one round, by the name of the figure. */
type Figures = Readonly<Record<string, number>>;

/** One measurement: figures of the commit in a folder. */
interface Measurement {
  readonly name: string;
  readonly measure: (folder: string) => Promise<Figures> | Figures;
}

const sources = '--conditions=chappe-source';

/** The last line that a benchmark of a commit prints with `--json`. */
function report(folder: string, script: string, ...args: string[]): never {
  const run = spawnSync(process.execPath, [sources, `bench/${script}.ts`, '--json', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') as never;
}

/** Octets that a process has had written to the disk. */
function octetsWritten(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? Number.NaN);
}

interface LoadReport {
  readonly msgs_per_s: number;
  readonly msgs: number;
  readonly receipts_missing: number;
  readonly resp_ms: { readonly p50: number; readonly p99: number };
  readonly server_us_per_msg: number;
  readonly total: { readonly sent: number };
}

/** The whole life of messages, through a sandbox in a process of its own. */
async function life(folder: string, name: string, load: readonly string[]): Promise<Figures> {
  const data = mkdtempSync(join(tmpdir(), 'chappe-compare-'));
  const child = spawn(process.execPath, [sources, 'bench/whole-life.ts', 'serve', join(data, 'store')], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((settle) => child.once('exit', settle));
  try {
    let port = '';
    for await (const said of createInterface({ input: child.stdout })) {
      port = said;
      break;
    }
    const { pid = 0 } = child;
    const common = [
      '-P',
      port,
      '-t',
      flags.seconds,
      '-W',
      '3',
      '-d',
      '-R',
      '30',
      '-l',
      '100',
      '-i',
      String(pid),
    ];
    const told = (await jsonOf(join(tools, 'smppload'), [...common, ...load])) as unknown as LoadReport;
    if (told.receipts_missing > 0) throw new Error(`${told.receipts_missing} receipts are missing`);
    return {
      [`${name}: messages/s`]: told.msgs_per_s,
      [`${name}: CPU us/message`]: told.server_us_per_msg,
      [`${name}: response p50 ms`]: told.resp_ms.p50,
      [`${name}: response p99 ms`]: told.resp_ms.p99,
      [`${name}: octets written/message`]: octetsWritten(pid) / told.total.sent,
    };
  } finally {
    child.stdin.end();
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
}

function store(folder: string): Figures {
  const data = mkdtempSync(join(tmpdir(), 'chappe-compare-'));
  try {
    const told = report(
      folder,
      'store',
      '--only',
      'life',
      '--queued',
      '0',
      '--seconds',
      '4',
      '--data',
      data,
    ) as {
      readonly perSecond: number;
      readonly cpuMicrosPerMessage: number;
    };
    return { 'store: lives/s': told.perSecond, 'store: CPU us/life': told.cpuMicrosPerMessage };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function road(folder: string): Figures {
  const { rows } = report(
    folder,
    'gateway',
    '--only',
    'road',
    '--rounds',
    '1',
    '--seconds',
    flags.seconds,
  ) as {
    readonly rows: readonly { readonly measured: string }[];
  };
  return { 'gateway road: messages/s': Number(rows[0]?.measured.split('/')[0]?.replaceAll(',', '')) };
}

function codec(folder: string): Figures {
  const { rows } = report(folder, 'codec', '--rounds', '1') as {
    readonly rows: readonly {
      readonly text_octets: number;
      readonly encode_ns: number;
      readonly decode_ns: number;
    }[];
  };
  const row = rows.find(({ text_octets }) => text_octets === 20);
  return {
    'codec: submit_sm encoded/s': 1e9 / (row?.encode_ns ?? Number.NaN),
    'codec: submit_sm decoded/s': 1e9 / (row?.decode_ns ?? Number.NaN),
  };
}

/** Of a benchmark against npm `smpp`: ours, at its largest shape. */
function peer(name: string, script: string) {
  return (folder: string): Figures => {
    const { report: rows } = report(folder, script, '--rounds', '1') as {
      readonly report: readonly { readonly chappe: number }[];
    };
    return { [name]: rows.at(-1)?.chappe ?? Number.NaN };
  };
}

const full = ['-c', '8', '-w', '250'];
const steady = ['-c', '4', '-w', '100', '-r', '5000'];
const measurements: readonly Measurement[] = [
  { name: 'store', measure: store },
  { name: 'life', measure: (folder) => life(folder, 'whole life at full rate', full) },
  { name: 'steady', measure: (folder) => life(folder, 'whole life at 5,000/s', steady) },
  { name: 'road', measure: road },
  { name: 'codec', measure: codec },
  { name: 'server', measure: peer('MC server, window 1000: messages/s', 'server') },
  { name: 'client', measure: peer('ESME client, 10 connections: messages/s', 'client') },
];

function commitOf(folder: string): string {
  return spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: folder, encoding: 'utf8' }).stdout.trim();
}

const { before, after } = flags;
if (before === undefined || after === undefined) throw new Error('say --before FOLDER and --after FOLDER');
const tools = loadTools();
const samples = new Map<string, { readonly before: number[]; readonly after: number[] }>();
for (let round = 1; round <= Number(flags.rounds); round += 1) {
  for (const { name, measure } of measurements) {
    if (flags.only !== '' && !flags.only.split(',').includes(name)) continue;
    // Who goes first changes, since a machine may slow down within a round.
    const sides = round % 2 === 1 ? (['before', 'after'] as const) : (['after', 'before'] as const);
    for (const side of sides) {
      const folder = side === 'before' ? before : after;
      // A load tool may be unlucky with a port.
      const measured = await (async () => measure(folder))().catch(() => measure(folder));
      for (const [figure, value] of Object.entries(measured)) {
        const both = samples.get(figure) ?? { before: [], after: [] };
        both[side].push(value);
        samples.set(figure, both);
      }
    }
  }
  console.error(`round ${round} done`);
}
const figures = [...samples].map(([figure, both]) => ({
  figure,
  before: median(both.before),
  after: median(both.after),
  ratio: median(both.after) / median(both.before),
  // Of each round by itself: what the machine did meanwhile hits both.
  paired: median(both.after.map((value, at) => value / (both.before[at] ?? Number.NaN))),
  rounds: both,
}));
const result = {
  before: commitOf(before),
  after: commitOf(after),
  node: process.version,
  machine: `${cpus().length} x ${cpus()[0]?.model}`,
  figures,
};
writeFileSync(flags.out, `${JSON.stringify(result, undefined, 1)}\n`);
for (const { figure, before: was, after: is, ratio, paired } of figures)
  console.log(
    `${figure.padEnd(55)} ${was.toFixed(1).padStart(12)} ${is.toFixed(1).padStart(12)} ${ratio.toFixed(2).padStart(6)} ${paired.toFixed(2).padStart(6)}`,
  );
