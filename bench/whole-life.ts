/**
 * The gateway under several loads, for tuning: submit_sm over TCP, on disk, to a simulated handset, receipt on disk,
 * deliver_sm back. It runs in a child process, smppload drives it; with `--profile` the shares of the packages in
 * the CPU time of both threads are told too.
 * Run: node --conditions=chappe-source bench/whole-life.ts [--seconds 20] [--only 10x100] [--rate 5000] [--memory]
 *   [--profile]
 */

import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MemoryStore } from '@chappe/center';
import { Gateway } from '@chappe/gateway';
import { Simulation } from '@chappe/sandbox';
import { SqliteStore } from '@chappe/store-sqlite';
import { jsonOf, loadTools, option } from './load-tools.ts';

/** Connections, window of each, and messages/s (undefined: as many as go through). */
interface Load {
  readonly connections: number;
  readonly window: number;
  readonly rate: number | undefined;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** What is read of smppload's report. */
interface Report {
  readonly msgs_per_s: number;
  readonly receipts_missing: number;
  readonly dup_receipts: number;
  readonly resp_ms: Percentiles;
  readonly receipt_ms: Percentiles;
  readonly server_us_per_msg: number;
  readonly server_cores: number;
  readonly server_peak_mb: number;
}

const [, script = '', mode, folder = ''] = process.argv;
if (mode === 'serve') await serve(folder);
else await measure();

/** The child: says its port, lives until its input ends. */
async function serve(path: string): Promise<void> {
  const store = process.argv.includes('--memory') ? new MemoryStore() : await SqliteStore.open({ path });
  const gateway = await Gateway.start({
    store,
    smpp: { port: 0 },
    outlets: new Simulation(),
    onError: (error, where) => console.error(where, error),
  });
  console.log(gateway.smppPort);
  process.stdin.resume();
  process.stdin.once('end', async () => {
    await gateway.stop({ drainMs: 5_000 });
    // A profile is written by a process that ends by itself or by this.
    process.exit(0);
  });
}

function loads(): Load[] {
  const at = process.argv.indexOf('--only');
  if (at >= 0) {
    const [connections = 1, window = 100, rate] = (process.argv[at + 1] ?? '').split(/[x@]/).map(Number);
    return [{ connections, window, rate }];
  }
  return [
    { connections: 1, window: 100, rate: undefined },
    { connections: 1, window: 1_000, rate: undefined },
    { connections: 10, window: 100, rate: undefined },
    { connections: 10, window: 1_000, rate: undefined },
    { connections: 4, window: 100, rate: option('rate', 5_000) },
  ];
}

async function measure(): Promise<void> {
  const tool = join(loadTools(), 'smppload');
  console.log(
    'load             msg/s  missing  double  response p50/p99 ms  receipt p50/p99 ms  us/msg  cores  peak MB',
  );
  for (const load of loads()) {
    const data = await mkdtemp(join(tmpdir(), 'chappe-whole-life-'));
    try {
      const report = await run(tool, load, data);
      console.log(line(load, report));
      if (report.receipts_missing > 0) process.exitCode = 1;
      if (process.argv.includes('--profile')) await tellProfiles(data);
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  }
}

async function run(tool: string, load: Load, data: string): Promise<Report> {
  const profile = process.argv.includes('--profile') ? ['--cpu-prof', `--cpu-prof-dir=${data}`] : [];
  const memory = process.argv.includes('--memory') ? ['--memory'] : [];
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      ...profile,
      fileURLToPath(`file://${script}`),
      'serve',
      join(data, 'store'),
      ...memory,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    let port = '';
    for await (const said of createInterface({ input: child.stdout })) {
      port = said;
      break;
    }
    const shape = [
      '-P',
      port,
      '-c',
      load.connections,
      '-w',
      load.window,
      '-t',
      option('seconds', 20),
      '-W',
      3,
    ];
    const receipts = ['-d', '-R', 30, '-l', 100, '-i', child.pid ?? 0];
    const rate = load.rate === undefined ? [] : ['-r', load.rate];
    return (await jsonOf(tool, [...shape, ...receipts, ...rate].map(String))) as unknown as Report;
  } finally {
    child.stdin.end();
    await ended;
  }
}

function line({ connections, window, rate }: Load, report: Report): string {
  const { resp_ms: response, receipt_ms: receipt } = report;
  const name = `${connections}x${window}${rate === undefined ? '' : ` at ${rate}`}`;
  const pair = ({ p50, p99 }: Percentiles): string => `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
  return [
    name.padEnd(14),
    String(Math.round(report.msgs_per_s)).padStart(7),
    String(report.receipts_missing).padStart(7),
    String(report.dup_receipts).padStart(7),
    pair(response).padStart(20),
    pair(receipt).padStart(19),
    report.server_us_per_msg.toFixed(1).padStart(7),
    report.server_cores.toFixed(2).padStart(6),
    report.server_peak_mb.toFixed(0).padStart(8),
  ].join(' ');
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** One line for each thread: where its time went. */
async function tellProfiles(path: string): Promise<void> {
  const files = (await readdir(path)).filter((file) => file.endsWith('.cpuprofile')).sort();
  for (const file of files) {
    const profile = JSON.parse(await readFile(join(path, file), 'utf8')) as Profile;
    const owners = new Map(profile.nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]));
    const shares = new Map<string, number>();
    let total = 0;
    for (const [at, id] of profile.samples.entries()) {
      const owner = owners.get(id) ?? '?';
      const us = profile.timeDeltas[at] ?? 0;
      shares.set(owner, (shares.get(owner) ?? 0) + us);
      total += us;
    }
    const told = [...shares].sort((a, b) => b[1] - a[1]).slice(0, 9);
    const list = told.map(([owner, us]) => `${owner} ${((100 * us) / total).toFixed(1)} %`).join(', ');
    console.log(`  thread ${file.split('.').at(-3)} (${(total / 1e6).toFixed(1)} s): ${list}`);
  }
}

function ownerOf({ functionName, url }: { readonly functionName: string; readonly url: string }): string {
  const inPackage = /packages\/(\w+)\//.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  if (functionName.startsWith('(')) return functionName.slice(1, -1);
  return url.startsWith('node:') ? 'node' : 'native';
}
