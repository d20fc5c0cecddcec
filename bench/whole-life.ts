/**
 * The whole life of messages, durable: submit_sm over TCP, on disk, to a simulated handset, receipt on disk,
 * deliver_sm back. A gateway with the SQLite store runs in a child process; the load tool smppload (CHAPPE_TOOLS,
 * or built with `make -C ../shared/tools BIN=FOLDER`) drives it.
 *
 *   node --conditions=chappe-source bench/whole-life.ts [--seconds 20] [--warmup 3] [--only 4x250] [--rate 5000]
 *     [--profile FOLDER] [--memory]
 *
 * Prints one line for each load, and exits with 1 when a receipt is missing.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    serve: { type: 'string' },
    memory: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '20' },
    warmup: { type: 'string', default: '3' },
    only: { type: 'string' },
    rate: { type: 'string', default: '5000' },
    profile: { type: 'string' },
  },
});

/** Connections and window of each, messages/s (undefined: as many as go through). */
interface Load {
  readonly connections: number;
  readonly window: number;
  readonly rate: number | undefined;
}

/** What is read of smppload's report. */
interface Report {
  readonly [name: string]: unknown;
}

if (values.serve !== undefined) await serve(values.serve, values.memory);
else await measure();

/** The child: a gateway, its port on standard output, until its standard input ends. */
async function serve(path: string, inMemory: boolean): Promise<void> {
  const { MemoryStore, SqliteStore } = await import('@chappe/center');
  const { Gateway } = await import('@chappe/gateway');
  const store = inMemory ? new MemoryStore() : await SqliteStore.open({ path });
  const gateway = await Gateway.start({
    store,
    smpp: { port: 0 },
    onError: (error, where) => console.error(where, error),
  });
  console.log(gateway.smppPort);
  process.stdin.resume();
  process.stdin.once('end', async () => {
    console.error(JSON.stringify(gateway.counters().center));
    await gateway.stop({ drainMs: 5_000 });
    // Without exit --cpu-prof would wait for threads that have ended anyway.
    process.exit(0);
  });
}

async function measure(): Promise<void> {
  const tool = join(process.env['CHAPPE_TOOLS'] ?? join(tmpdir(), 'tools'), 'smppload');
  if (!existsSync(tool)) throw new Error(`${tool} is missing: make -C ../shared/tools BIN=${tmpdir()}/tools`);
  let missing = 0;
  for (const load of loads()) {
    const report = await run(tool, load);
    missing += print(load, report);
  }
  process.exitCode = missing === 0 ? 0 : 1;
}

function loads(): Load[] {
  const all: Load[] = [
    { connections: 1, window: 100, rate: undefined },
    { connections: 1, window: 1_000, rate: undefined },
    { connections: 10, window: 100, rate: undefined },
    { connections: 10, window: 1_000, rate: undefined },
    { connections: 4, window: 100, rate: Number(values.rate) },
  ];
  const { only } = values;
  if (only === undefined) return all;
  const [connections = 1, window = 100, rate] = only.split(/[x@]/).map(Number);
  return [{ connections, window, rate }];
}

async function run(tool: string, load: Load): Promise<Report> {
  const path = await mkdtemp(join(tmpdir(), 'chappe-whole-life-'));
  const profile = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const serving = ['--serve', path, ...(values.memory ? ['--memory'] : [])];
  const server = spawn(
    process.execPath,
    [...process.execArgv, ...profile, fileURLToPath(import.meta.url), ...serving],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    const port = await firstLine(server.stdout);
    const rate = load.rate === undefined ? [] : ['-r', String(load.rate)];
    const args = [
      '-P',
      port,
      '-c',
      load.connections,
      '-w',
      load.window,
      '-t',
      values.seconds,
      '-W',
      values.warmup,
    ];
    const receipts = ['-d', '-R', '30', '-l', '100', '-i', server.pid ?? 0];
    return await output(tool, [...args, ...receipts, ...rate].map(String));
  } finally {
    server.stdin.end();
    await new Promise((resolve) => server.once('exit', resolve));
    await rm(path, { recursive: true, force: true });
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('the gateway ended before it listened');
}

async function output(tool: string, args: readonly string[]): Promise<Report> {
  const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  return JSON.parse(text) as Report;
}

function print(load: Load, report: Report): number {
  const rate = load.rate === undefined ? '' : ` at ${load.rate}/s`;
  console.log(`${load.connections}x${load.window}${rate}: ${JSON.stringify(report)}`);
  return 0;
}
