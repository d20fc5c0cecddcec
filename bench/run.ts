/**
 * All benchmarks, a table for each, written to bench/results.md. Takes about half an hour on a quiet machine.
 * Run: npm run bench [-- --only codec,server] [-- --no-write]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));

interface Row {
  readonly what: string;
  readonly asked: string;
  readonly measured: string;
  readonly ok: boolean;
}

/** One benchmark: its script, what to give it, and its report as rows. */
interface Benchmark {
  readonly name: string;
  readonly args?: readonly string[];
  readonly rows: (report: never) => Row[];
}

interface Ratio {
  readonly chappe: number;
  readonly npm: number;
  readonly ratio: number;
  readonly asked: number;
}

function ratioRow(what: string, { chappe, npm, ratio, asked }: Ratio): Row {
  return {
    what,
    asked: `>= ${asked} times npm smpp`,
    measured: `${ratio.toFixed(1)} times (${Math.round(chappe).toLocaleString('en')}/s, npm smpp ${Math.round(npm).toLocaleString('en')}/s)`,
    ok: ratio >= asked,
  };
}

interface CodecRow {
  readonly text_octets: number;
  readonly decode_ns: number;
  readonly smpp_decode_ns: number;
  readonly decode_ratio: number;
  readonly encode_ns: number;
  readonly smpp_encode_ns: number;
  readonly encode_ratio: number;
}

function codecRows(report: { readonly rows: readonly CodecRow[] }): Row[] {
  const [row] = report.rows.filter(({ text_octets }) => text_octets === 20);
  if (row === undefined) return [];
  const one = (what: string, ns: number, peerNs: number, ratio: number, asked: number): Row => ({
    what: `${what} of a submit_sm with 20 octets of text`,
    asked: `>= ${asked} times npm smpp`,
    measured: `${ratio.toFixed(1)} times (${Math.round(ns)} ns, npm smpp ${Math.round(peerNs).toLocaleString('en')} ns)`,
    ok: ratio >= asked,
  });
  return [
    one('decode', row.decode_ns, row.smpp_decode_ns, row.decode_ratio, 20),
    one('encode', row.encode_ns, row.smpp_encode_ns, row.encode_ratio, 50),
  ];
}

const benchmarks: readonly Benchmark[] = [
  { name: 'codec', rows: codecRows as Benchmark['rows'] },
  {
    name: 'server',
    rows: ({ report }: { report: readonly (Ratio & { window: number })[] }) =>
      report.map((row) => ratioRow(`MC server, no store, 1 connection, window ${row.window}`, row)),
  },
  {
    name: 'client',
    rows: ({ report }: { report: readonly (Ratio & { connections: number })[] }) =>
      report.map((row) =>
        ratioRow(`ESME client into smppsink, window 100, ${row.connections} connections`, row),
      ),
  },
  {
    name: 'sessions',
    rows: ({ bound, perSessionKib, asked }: { bound: number; perSessionKib: number; asked: number }) => [
      {
        what: `${bound.toLocaleString('en')} idle bound sessions`,
        asked: `<= ${asked} KiB each`,
        measured: `${perSessionKib.toFixed(1)} KiB each`,
        ok: perSessionKib <= asked,
      },
    ],
  },
  { name: 'centre', rows: ({ rows }: { rows: readonly Row[] }) => [...rows] },
  { name: 'gateway', rows: ({ rows }: { rows: readonly Row[] }) => [...rows] },
  { name: 'reload', rows: ({ rows }: { rows: readonly Row[] }) => [...rows] },
  { name: 'hostile', rows: ({ rows }: { rows: readonly Row[] }) => [...rows] },
  { name: 'startup', rows: ({ rows }: { rows: readonly Row[] }) => [...rows] },
];

function run({ name, args = [], rows }: Benchmark): Row[] {
  console.error(`running ${name} ...`);
  const flags = ['--conditions=chappe-source', '--expose-gc', join(folder, `${name}.ts`), '--json', ...args];
  const child = spawnSync(process.execPath, flags, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const last = child.stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) {
    return [{ what: name, asked: '', measured: `did not finish (exit ${child.status})`, ok: false }];
  }
  return rows(JSON.parse(last) as never);
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, asked, measured, ok }) => `| ${what} | ${asked} | ${measured} | ${ok ? 'yes' : '**no**'} |`,
  );
  return ['| what | asked | measured | reached |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1]?.split(',')
  : undefined;
const results = join(folder, 'results.md');
const chosen = benchmarks.filter(({ name }) => only === undefined || only.includes(name));
let isMissed = false;
for (const benchmark of chosen) {
  const rows = run(benchmark);
  isMissed ||= rows.some(({ ok }) => !ok);
  console.log(`## ${benchmark.name}\n\n${table(rows)}\n`);
  if (!process.argv.includes('--no-write')) write(benchmark.name, rows);
}
if (isMissed) process.exitCode = 1;

/** Puts the section of one benchmark into the results; those of the others stay, with their day and machine. */
function write(name: string, rows: readonly Row[]): void {
  const sections = new Map(
    readFileSync(results, 'utf8')
      .split('\n## ')
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('\n')), `## ${text.trim()}\n`]),
  );
  const machine = `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`;
  const day = new Date().toISOString().slice(0, 10);
  sections.set(name, `## ${name}\n\n${day}, ${machine}\n\n${table(rows)}\n`);
  const ordered = benchmarks.flatMap((one) => sections.get(one.name) ?? []);
  const head = '# Results\n\nMethod: [README.md](README.md). Each section is one run.\n';
  writeFileSync(results, `${head}\n${ordered.join('\n')}`);
}
