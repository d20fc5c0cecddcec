/**
 * What hostile and careless peers cost: `chappe serve` on SQLite in a process of its own, some megabytes of traffic of
 * one shape, and meanwhile another customer's submissions. Resident memory, disk per octet sent, his latency. With
 * `--heap` the process has a small one, and is started once more on the same data.
 * Run: node --conditions=chappe-source bench/hostile.ts [--only multi,text,...] [--heap 256] [--times 1] [--json]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isMainThread, type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import { DEFERRED, type PduInput, type Session, SmppClient, SmppServer } from '@chappe/smpp';
import { option } from './load-tools.ts';

const mebi = 1024 * 1024;
const adminKey = 'a-key-for-this-benchmark';
const aliceKey = 'the-key-of-alice-for-this-benchmark';
const settleMs = 3_000;
const sampleMs = 50;
const times = option('times', 1);

/** What a shape has to work with. */
interface Stage {
  readonly port: number;
  readonly httpPort: number;
  readonly operator: Operator;
  /** Binds of the hostile customer; they are closed at the end. */
  bind(kind?: 'transmitter' | 'receiver' | 'transceiver', options?: object): Promise<SmppClient>;
}

/** One kind of traffic: sends it and settles when nothing more of it is to come. Returns the octets sent. */
interface Shape {
  readonly name: string;
  readonly about: string;
  /** Whether the operator answers submissions; receipts it never sends. */
  readonly answers: boolean;
  run(stage: Stage): Promise<number>;
}

/** An operator that takes binds, and answers submissions or not. */
class Operator {
  readonly server: SmppServer;
  readonly sessions: Session[] = [];

  private constructor(server: SmppServer) {
    this.server = server;
  }

  static async listen(answers: () => boolean): Promise<Operator> {
    const sessions: Session[] = [];
    let count = 0;
    const server = await SmppServer.listen({
      port: 0,
      authenticate: () => ({ accept: true }),
      operations: { submit_sm: () => (answers() ? { message_id: `${count++}` } : DEFERRED) },
      onBound: (session) => sessions.push(session),
    });
    const operator = new Operator(server);
    operator.sessions.push(...sessions);
    Object.defineProperty(operator, 'sessions', { value: sessions });
    return operator;
  }
}

const to = (at: number): string => `4479${String(at % 100_000_000).padStart(8, '0')}`;
const filler = (octets: number, of = 0x41): Uint8Array => new Uint8Array(octets).fill(of);

/** Sends all, settles when each has been answered or failed. */
function sendAll(client: SmppClient, pdus: readonly PduInput[]): Promise<void> {
  let left = pdus.length;
  return new Promise((resolve) => {
    for (const pdu of pdus) {
      client.submit(pdu, () => {
        left -= 1;
        if (left === 0) resolve();
      });
    }
  });
}

/** As `sendAll`, but no longer than what a hostile sender would wait. */
function sendSome(client: SmppClient, pdus: readonly PduInput[], ms = 20_000): Promise<void> {
  return Promise.race([sendAll(client, pdus), new Promise<void>((resolve) => setTimeout(resolve, ms))]);
}

const ucs2 = filler(34_000, 0x20);

const shapes: readonly Shape[] = [
  {
    name: 'multi',
    about: 'submit_multi, 254 destinations, two vendor TLVs of 60,000 octets',
    answers: false,
    async run(stage) {
      const client = await stage.bind();
      const count = 90 * times;
      const dest_address = Array.from({ length: 254 }, (_, at) => ({
        dest_flag: 1 as const,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: to(at),
      }));
      const tlvs = [0x1400, 0x1401].map((tag) => ({ tag, value: filler(60_000) }));
      const pdu = {
        command: 'submit_multi',
        source_addr: 'A',
        dest_address,
        short_message: filler(10),
        tlvs,
      };
      await sendSome(client, new Array(count).fill(pdu) as PduInput[]);
      return count * 124_000;
    },
  },
  {
    name: 'multi-text',
    about: 'submit_multi, 254 destinations, message_payload of 33,000 octets',
    answers: false,
    async run(stage) {
      const client = await stage.bind();
      const count = 550 * times;
      const dest_address = Array.from({ length: 254 }, (_, at) => ({
        dest_flag: 1 as const,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: to(at),
      }));
      const tlvs = [{ name: 'message_payload', value: filler(33_000) }];
      const pdu = { command: 'submit_multi', source_addr: 'A', dest_address, tlvs };
      await sendSome(client, new Array(count).fill(pdu) as PduInput[]);
      return count * 37_000;
    },
  },
  {
    name: 'text',
    about: 'submit_sm, message_payload of 34,000 octets of UCS-2; the operator sends no receipts',
    answers: true,
    async run(stage) {
      const client = await stage.bind('transceiver', { window: 500 });
      const count = 600 * times;
      const tlvs = [{ name: 'message_payload', value: ucs2 }];
      const pdus = Array.from({ length: count }, (_, at) => {
        return {
          command: 'submit_sm',
          source_addr: 'A',
          destination_addr: to(at),
          data_coding: 8,
          tlvs,
        } as PduInput;
      });
      await sendSome(client, pdus, 60_000 * times);
      return count * 34_050;
    },
  },
  {
    name: 'unacknowledged',
    about: '30 receivers that never acknowledge deliver_sm of 64,000 octets',
    answers: true,
    async run(stage) {
      for (let at = 0; at < 30; at += 1)
        await stage.bind('receiver', { operations: { deliver_sm: () => new Promise(() => undefined) } });
      const count = 330 * times;
      const [session] = stage.operator.sessions;
      const tlvs = [{ name: 'message_payload', value: filler(64_000) }];
      let left = count;
      await new Promise<void>((resolve) => {
        for (let at = 0; at < count; at += 1) {
          const pdu = {
            command: 'deliver_sm',
            source_addr: to(at),
            destination_addr: '60100',
            tlvs,
          } as PduInput;
          session?.send(pdu, () => {
            left -= 1;
            if (left === 0) resolve();
          });
        }
        setTimeout(resolve, 30_000 * times);
      });
      return count * 64_000;
    },
  },
  {
    name: 'parts',
    about: 'first parts of 61,000 octets of long messages of an operator that never end',
    answers: true,
    async run(stage) {
      const count = 330 * times;
      const [session] = stage.operator.sessions;
      let left = count;
      await new Promise<void>((resolve) => {
        for (let at = 0; at < count; at += 1) {
          const tlvs = [
            { name: 'sar_msg_ref_num', value: at & 0xffff },
            { name: 'sar_total_segments', value: 2 },
            { name: 'sar_segment_seqnum', value: 1 },
            { name: 'message_payload', value: filler(61_000) },
          ];
          const pdu = {
            command: 'deliver_sm',
            source_addr: to(at),
            destination_addr: '60100',
            tlvs,
          } as PduInput;
          session?.send(pdu, () => {
            left -= 1;
            if (left === 0) resolve();
          });
        }
        setTimeout(resolve, 30_000 * times);
      });
      return count * 61_000;
    },
  },
  {
    name: 'windows',
    about: '25 sessions with full windows of short submit_sm',
    answers: true,
    async run(stage) {
      const per = 4_000 * times;
      const clients = await Promise.all(
        Array.from({ length: 25 }, () => stage.bind('transmitter', { window: 1_000 })),
      );
      const pdus = Array.from({ length: per }, (_, at) => {
        return {
          command: 'submit_sm',
          source_addr: 'A',
          destination_addr: to(at),
          short_message: filler(140),
        } as PduInput;
      });
      await Promise.all(clients.map((client) => sendSome(client, pdus)));
      return 25 * per * 190;
    },
  },
  {
    name: 'shaped',
    about: '25 sessions of an account that is shaped to 5,000 segments/s, message_payload of 60,000 octets',
    answers: true,
    async run(stage) {
      const clients = await Promise.all(
        Array.from({ length: 25 }, () => stage.bind('transmitter', { window: 1_000, systemId: 'slow' })),
      );
      const tlvs = [{ name: 'message_payload', value: filler(33_000) }];
      const per = 24 * times;
      const pdus = Array.from({ length: per }, (_, at) => {
        return { command: 'submit_sm', source_addr: 'A', destination_addr: to(at), tlvs } as PduInput;
      });
      await Promise.all(clients.map((client) => sendSome(client, pdus, 5_000)));
      return 25 * per * 33_050;
    },
  },
  {
    name: 'http',
    about: 'four POST /messages at once, 1,000 numbers, 255 segments',
    answers: true,
    async run(stage) {
      const body = JSON.stringify({
        from: 'A',
        to: Array.from({ length: 1_000 }, (_, at) => to(at)),
        text: 'x'.repeat(153 * 255),
      });
      const post = async (): Promise<void> => {
        await fetch(`http://127.0.0.1:${stage.httpPort}/api/v1/messages`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${aliceKey}` },
          body,
        })
          .then((response) => response.text())
          .catch(() => undefined);
      };
      await Promise.all(Array.from({ length: 4 * times }, post));
      return 4 * times * body.length;
    },
  },
];

/** Resident octets of a process. */
function resident(pid: number): number {
  try {
    const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function onDisk(folder: string): Promise<number> {
  let octets = 0;
  for (const name of await readdir(folder))
    octets += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
  return octets;
}

interface Served {
  readonly pid: number;
  readonly port: number;
  readonly httpPort: number;
  /** How it ended; undefined while it runs. */
  ended(): string | undefined;
  stop(): Promise<void>;
}

async function serve(folder: string, heapMb: number): Promise<Served> {
  const main = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url));
  const heap = heapMb === 0 ? [] : [`--max-old-space-size=${heapMb}`];
  const args = [
    ...heap,
    '--conditions=chappe-source',
    main,
    'serve',
    '--json',
    '-c',
    join(folder, 'chappe.yaml'),
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', process.env.VERBOSE ? 'inherit' : 'ignore'],
  });
  let end: string | undefined;
  child.once('exit', (code, signal) => {
    end = signal ?? `exit ${code}`;
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error(`serve ended: ${end}`)));
  });
  const { smpp, http } = JSON.parse(line) as {
    readonly smpp: { readonly port: number };
    readonly http: { readonly port: number };
  };
  const stop = async (): Promise<void> => {
    if (end !== undefined) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { pid: child.pid ?? 0, port: smpp.port, httpPort: http.port, ended: () => end, stop };
}

function configuration(operatorPort: number): string {
  const tlvOctets = option('tlv-octets', 131_072);
  return `data: ./data
smpp: { listen: { port: 0 } }
http: { listen: 127.0.0.1:0, adminKey: ${adminKey} }
accounts:
  - { systemId: alice, password: alice-pw, apiKey: ${aliceKey}, ownNumbers: ["60100"], tlvOctets: ${tlvOctets} }
  - { systemId: slow, password: alice-pw, throughput: { rate: 5000/s, burst: 220, excess: shape } }
  - { systemId: bob, password: bob-pw }
connectors:
  - { name: op, host: 127.0.0.1, port: ${operatorPort}, systemId: us, password: their-pw, window: 1000, longMessages: payload }
routes:
  - { name: all, via: op }
mo:
  - { name: all, reassemble: true, deliver: { accounts: [alice] } }
`;
}

/** What one shape did. */
interface Result {
  readonly shape: string;
  readonly about: string;
  readonly sentMb: number;
  readonly rssBeforeMb: number;
  readonly rssPeakMb: number;
  readonly diskMb: number;
  readonly diskPerOctet: number;
  readonly bob: {
    readonly count: number;
    readonly p50Ms: number;
    readonly maxMs: number;
    /** Of enquire_link meanwhile. */
    readonly linkMaxMs: number;
    readonly failed: number;
  };
  readonly ended: string;
  readonly restart: string;
}

/** The other customer, in a thread of his own: what keeps the hostile ones busy must not be taken for his waiting. */
class Bob {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start(port: number): Promise<Bob> {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { port },
      execArgv: ['--conditions=chappe-source'],
    });
    await once(worker, 'message');
    return new Bob(worker);
  }

  async end(): Promise<Result['bob']> {
    this.#worker.postMessage('end');
    const [told] = (await once(this.#worker, 'message')) as [Result['bob']];
    await this.#worker.terminate();
    return told;
  }
}

/** His thread: a message every 50 ms, whatever became of those before. */
async function beBob(port: number, parent: MessagePort): Promise<void> {
  const url = `smpp://bob:bob-pw@127.0.0.1:${port}`;
  const options = { bind: 'transmitter', window: 1_000, queue: 100_000, responseTimeoutMs: 120_000 } as const;
  const client = await SmppClient.connect(url, options);
  const latencies: number[] = [];
  const links: number[] = [];
  let failed = 0;
  let sent = 0;
  const timer = setInterval(() => {
    const beganMs = performance.now();
    // What of it is the loop, and not the disk.
    client.sessions[0]?.send({ command: 'enquire_link' }, () => links.push(performance.now() - beganMs));
    const pdu = {
      command: 'submit_sm',
      source_addr: 'BOB',
      destination_addr: to(sent++),
      short_message: filler(20),
    } as PduInput;
    client.submit(pdu, (result) => {
      if ((result as { readonly command_status?: number }).command_status === 0)
        latencies.push(performance.now() - beganMs);
      else failed += 1;
    });
  }, 50);
  parent.postMessage('started');
  await once(parent, 'message');
  clearInterval(timer);
  const endMs = performance.now() + 30_000;
  while (latencies.length + failed < sent && performance.now() < endMs)
    await new Promise((resolve) => setTimeout(resolve, 20));
  client.destroy();
  const sorted = latencies.sort((a, b) => a - b);
  parent.postMessage({
    count: sent,
    p50Ms: Math.round(sorted[Math.floor(sorted.length / 2)] ?? -1),
    maxMs: Math.round(sorted.at(-1) ?? -1),
    linkMaxMs: Math.round(Math.max(...links)),
    failed: sent - latencies.length,
  } satisfies Result['bob']);
}

async function measure(shape: Shape, heapMb: number): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'chappe-hostile-'));
  const operator = await Operator.listen(() => shape.answers);
  await writeFile(join(folder, 'chappe.yaml'), configuration(operator.server.port));
  const served = await serve(folder, heapMb);
  const clients: SmppClient[] = [];
  const connect = async (systemId: string, password: string, options: object): Promise<SmppClient> => {
    const url = `smpp://${systemId}:${password}@127.0.0.1:${served.port}`;
    const client = await SmppClient.connect(url, {
      reconnect: false,
      queue: 100_000,
      responseTimeoutMs: 120_000,
      ...options,
    });
    clients.push(client);
    return client;
  };
  try {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const bob = await Bob.start(served.port);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const before = resident(served.pid);
    const diskBefore = await onDisk(join(folder, 'data'));
    let peak = before;
    const sampling = setInterval(() => {
      peak = Math.max(peak, resident(served.pid));
    }, sampleMs);
    const sent = await shape.run({
      port: served.port,
      httpPort: served.httpPort,
      operator,
      bind: (bind = 'transceiver', options = {}) => {
        const { systemId = 'alice', ...rest } = options as { readonly systemId?: string };
        return connect(systemId, 'alice-pw', { bind, ...rest });
      },
    });
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const bobs = await bob.end();
    clearInterval(sampling);
    const disk = (await onDisk(join(folder, 'data'))) - diskBefore;
    const ended = served.ended() ?? 'lives';
    await served.stop();
    return {
      shape: shape.name,
      about: shape.about,
      sentMb: sent / mebi,
      rssBeforeMb: before / mebi,
      rssPeakMb: peak / mebi,
      diskMb: disk / mebi,
      diskPerOctet: disk / sent,
      bob: bobs,
      ended,
      restart: await restart(folder, heapMb),
    };
  } finally {
    for (const client of clients) client.destroy();
    await served.stop();
    await operator.server.close({ drainMs: 0 });
    await rm(folder, { recursive: true, force: true });
  }
}

/** Started again on the same data: whether it lives, and its memory after some seconds. */
async function restart(folder: string, heapMb: number): Promise<string> {
  const served = await serve(folder, heapMb).catch((error: unknown) => String(error));
  if (typeof served === 'string') return served;
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const told = served.ended() ?? `lives, ${Math.round(resident(served.pid) / mebi)} MB`;
  await served.stop();
  return told;
}

if (!isMainThread && parentPort !== null)
  await beBob((workerData as { readonly port: number }).port, parentPort);
else await main();

async function main(): Promise<void> {
  const only = process.argv.includes('--only')
    ? process.argv[process.argv.indexOf('--only') + 1]?.split(',')
    : undefined;
  const heapMb = option('heap', 0);
  const results: Result[] = [];
  for (const shape of shapes) {
    if (only !== undefined && !only.includes(shape.name)) continue;
    const result = await measure(shape, heapMb);
    results.push(result);
    const { bob } = result;
    const growth = Math.round(result.rssPeakMb - result.rssBeforeMb);
    console.error(
      `| ${result.shape} | ${result.sentMb.toFixed(1)} | ${Math.round(result.rssBeforeMb)} + ${growth} | ${result.diskMb.toFixed(0)} (${result.diskPerOctet.toFixed(1)}) | ${bob.p50Ms} / ${bob.maxMs}, link ${bob.linkMaxMs} (${bob.failed} of ${bob.count} not taken) | ${result.ended} | ${result.restart} |`,
    );
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify({ rows: rowsOf(results) }));
}

/** For bench/run.ts. */
function rowsOf(all: readonly Result[]): object[] {
  return all.map(({ about, sentMb, rssBeforeMb, rssPeakMb, diskPerOctet, bob, ended, restart: after }) => {
    const growth = rssPeakMb - rssBeforeMb;
    return {
      what: `${sentMb.toFixed(1)} MB: ${about}`,
      asked: 'grows by < 300 MB, another customer within 1 s, lives',
      measured: `+${Math.round(growth)} MB, ${diskPerOctet.toFixed(1)} octets on disk for each sent, his p50 ${bob.p50Ms} ms, max ${bob.maxMs} ms, ${bob.failed} of ${bob.count} not taken; restart: ${after}`,
      ok:
        growth < 300 &&
        bob.maxMs < 1_000 &&
        bob.failed === 0 &&
        ended === 'lives' &&
        after.startsWith('lives'),
    };
  });
}
