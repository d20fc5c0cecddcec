/**
 * The gateway between customers (smppload) and operators (smppsink), on SQLite, each a process of its own: the whole
 * road of a message and its receipt, a far upstream, an upstream that hangs, a queue of a million before a one-time
 * code, and kill -9 under load. Medians over the rounds.
 * Run: node --conditions=chappe-source bench/gateway.ts [--only road,far,hang,queue,kill] [--rounds 5] [--seconds 20]
 *   [--queued 1000000] [--kills 50] [--json]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type KillResult, killRun } from '../test/gateway/kill-run.ts';
import { buildTools } from '../test/gateway/load-tools.ts';
import { freePorts } from '../test/support/free-port.ts';
import { jsonOf, loadTools, median, option } from './load-tools.ts';

interface Row {
  readonly what: string;
  readonly asked: string;
  readonly measured: string;
  readonly ok: boolean;
}

interface Upstream {
  readonly name: string;
  readonly port: number;
  readonly binds?: number;
  readonly window?: number;
  readonly perSecond?: number;
}

/** What a gateway says of a connector. */
interface ConnectorRow {
  readonly name: string;
  readonly state: string;
  readonly counters: { readonly taken: number; readonly receipts: number };
}

const customers = ['campaign', 'bank', 'customer-0', 'customer-1', 'customer-2'];
const secret = 'secret08';
const key = 'a-key-for-this-benchmark';
const tools = loadTools();
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Everything that one measurement starts, ended with it. */
class Stage {
  readonly folder: string;
  readonly #ends: (() => Promise<unknown>)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async run<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), 'chappe-gateway-')));
    try {
      return await work(stage);
    } finally {
      for (const end of stage.#ends.reverse()) await end();
      await rm(stage.folder, { recursive: true, force: true });
    }
  }

  /** An operator; it writes what it takes into a file when one is named. */
  async sink(args: readonly string[] = []): Promise<{ readonly port: number; readonly child: ChildProcess }> {
    const [port = 0] = await freePorts(1);
    const child = spawn(join(tools, 'smppsink'), ['-P', String(port), '-x', '-q', ...args], {
      stdio: 'ignore',
    });
    this.#ends.push(async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });
    return { port, child };
  }

  /** A far network before a port. */
  async far(port: number, oneWayMs: number): Promise<number> {
    const child = this.#node([here('./delay-proxy.ts'), String(port), String(oneWayMs)]);
    return Number(await firstLine(child));
  }

  /** `chappe serve` with two customers and what else is given. */
  async gateway(settings: Readonly<Record<string, unknown>>): Promise<Gateway> {
    const [smpp = 0, http = 0] = await freePorts(2);
    const file = join(this.folder, 'chappe.yaml');
    const config = {
      data: join(this.folder, 'data'),
      smpp: { listen: { port: smpp }, defaults: { window: 1_000 } },
      http: { listen: `127.0.0.1:${http}`, adminKey: key },
      accounts: customers.map((systemId) => ({ systemId, password: secret })),
      ...settings,
    };
    // JSON is YAML.
    await writeFile(file, JSON.stringify(config));
    const child = spawn(
      process.execPath,
      ['--conditions=chappe-source', here('../packages/cli/src/main.ts'), 'serve', '-c', file],
      { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CHAPPE_LOG_LEVEL: 'error' } },
    );
    this.#ends.push(async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });
    const gateway = new Gateway(child, smpp, http);
    await gateway.bound();
    return gateway;
  }

  /** A node process that ends when its input does. */
  #node(args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, ['--conditions=chappe-source', ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#ends.push(async () => {
      child.stdin?.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });
    return child;
  }
}

/** A gateway process. */
class Gateway {
  readonly port: number;
  readonly pid: number;
  readonly #connectors: string;

  constructor(child: ChildProcess, port: number, httpPort: number) {
    this.port = port;
    this.pid = child.pid ?? 0;
    this.#connectors = `http://127.0.0.1:${httpPort}/api/v1/connectors`;
  }

  /** Settles when it is there and all its binds are. */
  async bound(): Promise<void> {
    for (let left = 600; ; left -= 1) {
      const connectors = await this.connectors().catch((error: Error) => error);
      if (!(connectors instanceof Error) && connectors.every(({ state }) => state === 'bound')) return;
      if (left === 0) throw new Error(`the gateway is not bound: ${JSON.stringify(connectors)}`);
      await pause(50);
    }
  }

  async connectors(): Promise<readonly ConnectorRow[]> {
    const answer = await fetch(this.#connectors, { headers: { authorization: `Bearer ${key}` } });
    if (!answer.ok) throw new Error(await answer.text());
    return ((await answer.json()) as { connectors: ConnectorRow[] }).connectors;
  }

  /** A counter, summed over some connectors. */
  async sum(counter: 'taken' | 'receipts', ...names: readonly string[]): Promise<number> {
    const rows = (await this.connectors()).filter(({ name }) => names.includes(name));
    return rows.reduce((total, { counters }) => total + counters[counter], 0);
  }

  memoryMib(): number {
    const text = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024);
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) return '';
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  lines.removeAllListeners('line');
  return line;
}

function customer(port: number, args: readonly (string | number)[]): Promise<Record<string, number>> {
  const common = ['-P', port, '-u', customers[0] ?? '', '-p', secret, '-l', 100];
  return jsonOf(join(tools, 'smppload'), [...common, ...args].map(String));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function connector({ name, port, binds = 1, window = 100, perSecond }: Upstream): unknown {
  const throughput = perSecond === undefined ? {} : { throughput: `${perSecond}/s` };
  return { name, host: '127.0.0.1', port, systemId: 'us', password: 'secret', binds, window, ...throughput };
}

const count = (value: number): string => Math.round(value).toLocaleString('en');

/** Accepted from customers, stored, sent to an operator, its receipt stored and handed to the customer. */
async function road(rounds: number, seconds: number): Promise<Row> {
  const rates: number[] = [];
  let missing = 0;
  let unmatched = 0;
  for (let round = 0; round < rounds; round += 1) {
    await Stage.run(async (stage) => {
      const { port } = await stage.sink(['-d', '0']);
      const connectors = [connector({ name: 'op-a', port, binds: 2, window: 1_000 })];
      const gateway = await stage.gateway({ connectors, routes: [{ name: 'all', via: 'op-a' }] });
      const args = ['-c', 4, '-w', 250, '-d', '-t', seconds, '-W', 3, '-R', 60];
      const report = await customer(gateway.port, args);
      // What came back, not what was accepted: a queue that grows is no throughput.
      rates.push(Math.min(report['msgs_per_s'] ?? 0, report['receipts_in_measured_per_s'] ?? 0));
      missing += report['receipts_missing'] ?? 0;
      unmatched += (await gateway.sum('taken', 'op-a')) - (await gateway.sum('receipts', 'op-a'));
    });
  }
  const rate = median(rates);
  return {
    what: `SMPP in, on disk (SQLite), SMPP out, receipt back; both load tools included, ${seconds} s`,
    asked: '>= 12,000/s, every receipt matched',
    measured: `${count(rate)}/s (${rates.map(count).join('; ')}), ${missing} receipts missing, ${unmatched} unmatched`,
    ok: rate >= 12_000 && missing === 0 && unmatched === 0,
  };
}

/** One bind with 100 requests under way to an upstream that is 50 ms away, there and back. */
async function far(rounds: number, seconds: number): Promise<Row> {
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await Stage.run(async (stage) => {
      const { port } = await stage.sink(['-d', '0']);
      const farPort = await stage.far(port, 25);
      const connectors = [connector({ name: 'far', port: farPort })];
      const gateway = await stage.gateway({ connectors, routes: [{ name: 'all', via: 'far' }] });
      const load = customer(gateway.port, ['-c', 2, '-w', 200, '-t', seconds, '-W', 2, '-R', 0]);
      await pause(2_000);
      const from = await gateway.sum('taken', 'far');
      const startMs = performance.now();
      await pause((seconds - 1) * 1_000);
      const taken = (await gateway.sum('taken', 'far')) - from;
      rates.push(taken / ((performance.now() - startMs) / 1_000));
      await load;
    });
  }
  const rate = median(rates);
  return {
    what: 'one bind, window 100, to an upstream with a round trip of 50 ms',
    asked: '>= 1,500/s',
    measured: `${count(rate)}/s (${rates.map(count).join('; ')})`,
    ok: rate >= 1_500,
  };
}

/** Three upstreams, a customer for each; one is stopped (SIGSTOP): what the other two carry, before and after. */
async function hang(rounds: number, seconds: number): Promise<Row> {
  const ratios: number[] = [];
  const told: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await Stage.run(async (stage) => {
      const names = ['op-a', 'op-b', 'op-c'];
      const sinks = await Promise.all(names.map(() => stage.sink(['-d', '0'])));
      const connectors = sinks.map(({ port }, at) =>
        connector({ name: names[at] as string, port, binds: 2, window: 250 }),
      );
      const routes = names.map((name, at) => ({ name, to: `4477${at}`, via: name }));
      const gateway = await stage.gateway({ connectors, routes });
      const loads = names.map((_, at) =>
        customer(gateway.port, [
          ...['-u', `customer-${at}`, '-c', 1, '-w', 100, '-d', '-r', 2_000],
          ...['-B', `4477${at}0000000`, '-t', 2 * seconds + 2, '-W', 1, '-R', 1],
        ]),
      );
      const carried = (): Promise<number> => gateway.sum('receipts', 'op-a', 'op-b');
      const rateOver = async (): Promise<number> => {
        const from = await carried();
        const startMs = performance.now();
        await pause(seconds * 1_000);
        return ((await carried()) - from) / ((performance.now() - startMs) / 1_000);
      };
      await pause(2_000);
      const healthy = await rateOver();
      sinks[2]?.child.kill('SIGSTOP');
      const hung = await rateOver();
      ratios.push(hung / healthy);
      told.push(`${count(healthy)}/s, then ${count(hung)}/s`);
      await Promise.all(loads);
    });
  }
  const ratio = median(ratios);
  return {
    what: 'one upstream of three hangs: what the other two carry, receipts included',
    asked: '>= 95 % of their rate',
    measured: `${(100 * ratio).toFixed(1)} % (${told.join('; ')})`,
    ok: ratio >= 0.95,
  };
}

/** A campaign waits before an upstream that takes 1,000 a second; then another customer sends a one-time code. */
async function queue(rounds: number, queued: number): Promise<Row> {
  const times: number[] = [];
  let memoryMib = 0;
  await Stage.run(async (stage) => {
    const dump = join(stage.folder, 'taken');
    const { port } = await stage.sink(['-o', dump]);
    const connectors = [connector({ name: 'op-a', port, perSecond: 1_000 })];
    const gateway = await stage.gateway({ connectors, routes: [{ name: 'all', via: 'op-a' }] });
    await customer(gateway.port, ['-u', 'campaign', '-c', 4, '-w', 250, '-n', queued, '-R', 0]);
    for (let round = 0; round < rounds; round += 1) {
      const destination = `44999${String(round).padStart(7, '0')}`;
      const startMs = performance.now();
      await customer(gateway.port, ['-u', 'bank', '-c', 1, '-w', 1, '-n', 1, '-R', 0, '-B', destination]);
      while (!(await readFile(dump, 'utf8')).includes(destination)) {
        await pause(5);
      }
      times.push(performance.now() - startMs);
    }
    memoryMib = gateway.memoryMib();
  });
  const worst = Math.max(...times);
  return {
    what: `one customer has queued ${count(queued)} at 1,000/s; another's one-time code, same priority, to its arrival upstream`,
    asked: '<= 1 s',
    measured: `${count(median(times))} ms, at worst ${count(worst)} ms; ${memoryMib} MiB resident`,
    ok: worst <= 1_000,
  };
}

/** kill -9 again and again while customers submit as fast as they can. */
async function kill(kills: number): Promise<Row> {
  const window = 100;
  const built = await buildTools();
  let result: KillResult;
  try {
    result = await killRun(built, { kills, perSecond: 0, window, seed: 20261126, drainMs: 600_000 });
  } finally {
    await built.remove();
  }
  const { acknowledged, lost, stuck, duplicates, unmarked, mostDuplicates, report } = result;
  const off = report.discrepancies.length;
  return {
    what: `kill -9, ${kills} times under that load, window ${window}`,
    asked: 'no acknowledged message lost; duplicates no more than the window and marked',
    measured:
      `${count(acknowledged)} acknowledged, ${lost.length + stuck.length} lost, ${duplicates} duplicates ` +
      `(at most ${mostDuplicates}), ${unmarked.length} of them not marked, ledger off in ${off} accounts`,
    ok: lost.length + stuck.length + unmarked.length + off === 0 && duplicates <= mostDuplicates,
  };
}

const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1]?.split(',')
  : undefined;
const rounds = option('rounds', 5);
const seconds = option('seconds', 20);
const parts: readonly [string, () => Promise<Row>][] = [
  ['road', () => road(rounds, seconds)],
  ['far', () => far(rounds, Math.min(seconds, 8))],
  ['hang', () => hang(rounds, Math.min(seconds, 8))],
  ['queue', () => queue(10, option('queued', 1_000_000))],
  ['kill', () => kill(option('kills', 50))],
];
const rows: Row[] = [];
for (const [name, measure] of parts) if (only?.includes(name) ?? true) rows.push(await measure());
if (process.argv.includes('--json')) console.log(JSON.stringify({ bench: 'gateway', rows }));
else
  for (const { what, asked, measured, ok } of rows)
    console.log(`${what}: ${measured} (asked ${asked}) ${ok ? 'ok' : 'BELOW'}`);
if (rows.some(({ ok }) => !ok)) process.exitCode = 1;
