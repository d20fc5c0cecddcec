/**
 * The center on SQLite, without SMPP: the whole durable life of a message (insert, final state with receipt, receipt
 * delivered) at full speed and at fixed rates, and a million queued messages.
 * Run: node --conditions=chappe-source bench/store.ts [--json] [--seconds 5] [--queued 1000000] [--data FOLDER]
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Center, type Connector, type Draft, type Message } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    queued: { type: 'string', default: '1000000' },
    data: { type: 'string', default: tmpdir() },
    only: { type: 'string', default: '' },
  },
});
const seconds = Number(flags.seconds);
const inFlight = 6_000;
const content = new Uint8Array(60).fill(0x41);
const receiptContent = new Uint8Array(140).fill(0x42);
const receiptText =
  'id:00deb3fa3b4000345deaec sub:001 dlvrd:001 submit date:2611232156 done date:2611232156 stat:DELIVRD err:000 text:Hello, hello, hello';

function connector(): Connector {
  return {
    ready: undefined,
    capacity: () => 1_000,
    deliver(messages, report) {
      for (const message of messages)
        report(message, { kind: 'delivered', detail: 'session=s7 sequence=12' });
    },
  };
}

function receipt(message: Message): Draft {
  return {
    kind: 'receipt',
    account: message.account,
    lane: 'account:bench',
    source: message.destination,
    destination: message.source,
    of: message.id,
    content: receiptContent,
    text: receiptText,
  };
}

const source = { ton: 5, npi: 0, digits: 'Chappe' };

function draft(lane: string): Draft {
  const digits = `4477${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
  return {
    kind: 'mt',
    account: 'bench',
    lane,
    source,
    destination: { ton: 1, npi: 1, digits },
    content,
    text: 'Hello, hello, hello',
    receiptWanted: 3,
    detail: 'session=s12 sequence=1234',
  };
}

async function withCenter<T>(work: (center: Center, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(flags.data, 'chappe-bench-'));
  const store = await SqliteStore.open({ path: folder });
  const center = new Center({ store, receipt, onError: (error) => console.error(error) });
  await center.start();
  center.attach('out', connector());
  center.attach('account:bench', connector());
  try {
    return await work(center, folder);
  } finally {
    await center.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((settle) => setTimeout(settle, 5));
}

/** Full speed, a fixed number in flight. */
function life(): Promise<object> {
  return withCenter(async (center, folder) => {
    let accepted = 0;
    let started = performance.now();
    let idle = performance.eventLoopUtilization();
    let cpu = process.cpuUsage();
    let isOver = false;
    const drafts = 20;
    const submit = (): void => {
      center.submit(
        Array.from({ length: drafts }, () => draft('out')),
        (error) => {
          if (error !== undefined) throw error;
          accepted += drafts;
          if (!isOver) submit();
        },
      );
    };
    for (let at = 0; at < inFlight / drafts; at += 1) submit();
    await new Promise((settle) => setTimeout(settle, 1_000));
    const before = center.counters.receiptsDelivered;
    const commitsBefore = center.commits.done;
    started = performance.now();
    idle = performance.eventLoopUtilization();
    cpu = process.cpuUsage();
    await new Promise((settle) => setTimeout(settle, seconds * 1_000));
    const took = performance.now() - started;
    const lives = center.counters.receiptsDelivered - before;
    const busy = performance.eventLoopUtilization(idle).utilization;
    const { user, system } = process.cpuUsage(cpu);
    const commits = center.commits.done - commitsBefore;
    isOver = true;
    await until(() => center.counters.receiptsDelivered === accepted && center.commits.pending === 0);
    return {
      name: 'life',
      perSecond: Math.round((lives / took) * 1000),
      mainThreadBusy: round(busy),
      cpuMicrosPerMessage: round((user + system) / lives),
      messagesPerCommit: round(lives / commits),
      octetsPerMessage: Math.round(sizeOf(folder) / accepted),
    };
  });
}

/** A fixed rate: how long from submit to durable, and how busy the main thread is. */
function rate(perSecond: number): Promise<object> {
  return withCenter(async (center) => {
    const delays: number[] = [];
    const run = async (forMs: number, isMeasured: boolean): Promise<void> => {
      const started = performance.now();
      let done = 0;
      for (;;) {
        const now = performance.now();
        if (now - started >= forMs) return;
        const due = Math.floor(((now - started) / 1000) * perSecond);
        for (; done < due; done += 1) {
          const at = performance.now();
          center.submit([draft('out')], (error) => {
            if (error === undefined && isMeasured) delays.push(performance.now() - at);
          });
        }
        await new Promise((settle) => setTimeout(settle, 1));
      }
    };
    await run(1_000, false);
    const idle = performance.eventLoopUtilization();
    await run(seconds * 1_000, true);
    const busy = performance.eventLoopUtilization(idle).utilization;
    await until(() => center.unfinished === 0 && center.commits.pending === 0);
    delays.sort((a, b) => a - b);
    const at = (part: number): number => round(delays[Math.floor(delays.length * part)] ?? Number.NaN);
    return {
      name: `rate ${perSecond}/s`,
      reached: Math.round(delays.length / seconds),
      p50Ms: at(0.5),
      p90Ms: at(0.9),
      p99Ms: at(0.99),
      mainThreadBusy: round(busy),
    };
  });
}

/** Many messages in a lane without connector, then the connector comes. */
function queued(count: number): Promise<object> {
  return withCenter(async (center) => {
    const rssBefore = process.memoryUsage.rss();
    const started = performance.now();
    let accepted = 0;
    let submitted = 0;
    const submit = (): void => {
      if (submitted >= count) return;
      submitted += 50;
      center.submit(
        Array.from({ length: 50 }, () => draft('later')),
        (error) => {
          if (error !== undefined) throw error;
          accepted += 50;
          submit();
        },
      );
    };
    for (let at = 0; at < 100; at += 1) submit();
    let rssHighest = 0;
    const watch = (): void => {
      rssHighest = Math.max(rssHighest, process.memoryUsage.rss());
    };
    const watching = setInterval(watch, 100);
    await until(() => accepted >= count);
    const loadedMs = performance.now() - started;
    const rssLoaded = rssHighest;
    const drainStarted = performance.now();
    center.attach('later', connector());
    await until(() => center.counters.receiptsDelivered >= count);
    clearInterval(watching);
    return {
      name: `queued ${count}`,
      loadedPerSecond: Math.round((count / loadedMs) * 1000),
      drainedPerSecond: Math.round((count / (performance.now() - drainStarted)) * 1000),
      rssBeforeMiB: mib(rssBefore),
      rssLoadedMiB: mib(rssLoaded),
      rssHighestMiB: mib(rssHighest),
    };
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function mib(octets: number): number {
  return Math.round(octets / 1024 / 1024);
}

const runs: [string, () => Promise<object>][] = [
  ['life', life],
  ['rate', () => rate(5_000)],
  ['rate', () => rate(20_000)],
  ['queued', () => queued(Number(flags.queued))],
];
for (const [name, run] of runs) {
  if (flags.only !== '' && flags.only !== name) continue;
  const result = await run();
  console.log(
    flags.json
      ? JSON.stringify(result)
      : Object.entries(result)
          .map(([key, value]) => `${key} ${value}`)
          .join('  '),
  );
}
