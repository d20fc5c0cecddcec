/**
 * ESME client with a result per message, against npm `smpp`, into smppsink: window 100, 1 and 10 connections. Rounds
 * are interleaved and ratios are medians of the ratios of each round.
 * Run: node --conditions=chappe-source bench/client.ts [--rounds 5] [--seconds 2] [--json]
 */
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SmppClient } from '@chappe/smpp';
import { background, jsonOf, loadTools, median, option } from './load-tools.ts';

const asked: Readonly<Record<number, number>> = { 1: 10, 10: 16 };
const WINDOW = 100;
const WARM_UP_MS = 1000;

interface PeerSession {
  on(event: string, handle: () => void): void;
  bind_transceiver(fields: object, done: () => void): void;
  submit_sm(fields: object, done: (pdu: { command_status: number; message_id: string }) => void): void;
  destroy(): void;
}

/** npm `smpp` takes texts and codes them; our raw requests take octets, coded here per message as Latin-1. */
const TEXT = 'x'.repeat(100);

const destinations = Array.from({ length: 1_000 }, (_, i) => String(447_700_900_000 + i));

function destination(number: number): string {
  return destinations[number % destinations.length]!;
}

/** Keeps `window` messages in flight and counts answers; says messages per second after the warm-up. */
function pump(
  inFlight: number,
  submit: (number: number, done: (isTaken: boolean) => void) => void,
): Promise<number> {
  let number = 0;
  let answered = 0;
  let isOver = false;
  const next = (): void => {
    submit(number++, (isTaken) => {
      if (isTaken) answered++;
      if (!isOver) next();
    });
  };
  for (let i = 0; i < inFlight; i++) next();
  return new Promise((resolve) => {
    setTimeout(() => {
      const [before, since] = [answered, performance.now()];
      setTimeout(() => {
        isOver = true;
        resolve(((answered - before) * 1000) / (performance.now() - since));
      }, option('seconds', 2) * 1000);
    }, WARM_UP_MS);
  });
}

async function runChappe(port: number, binds: number): Promise<number> {
  const client = await SmppClient.connect(`smpp://bench:pw@127.0.0.1:${port}`, { binds, window: WINDOW });
  const perSecond = await pump(binds * WINDOW, (number, done) => {
    const submission = {
      command: 'submit_sm',
      source_addr: '33612345678',
      destination_addr: destination(number),
      short_message: Buffer.from(TEXT, 'latin1'),
    } as const;
    client.submit(submission, (result) => done(!(result instanceof Error) && result.command_status === 0));
  });
  await client.close({ drainMs: 1000 });
  return perSecond;
}

async function runNpm(port: number, connections: number): Promise<number> {
  const peer = createRequire(import.meta.url)('smpp') as {
    connect(options: object, done: () => void): PeerSession;
  };
  const sessions = await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<PeerSession>((resolve) => {
          const session = peer.connect({ url: `smpp://127.0.0.1:${port}` }, () => {
            session.bind_transceiver({ system_id: 'bench', password: 'pw' }, () => resolve(session));
          });
          session.on('error', () => undefined);
        }),
    ),
  );
  const perSecond = await pump(connections * WINDOW, (number, done) => {
    const submission = {
      source_addr: '33612345678',
      destination_addr: destination(number),
      short_message: TEXT,
    };
    sessions[number % connections]!.submit_sm(submission, (pdu) => done(pdu.command_status === 0));
  });
  for (const session of sessions) session.destroy();
  return perSecond;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function measure(kind: string, connections: number, tools: string): Promise<number> {
  const port = await freePort();
  const stopSink = background(join(tools, 'smppsink'), ['-P', String(port), '-q']);
  await listening(port);
  const args = [
    '--conditions=chappe-source',
    import.meta.filename,
    'run',
    kind,
    String(port),
    String(connections),
  ];
  const seconds = ['--seconds', String(option('seconds', 2))];
  const result = await jsonOf(process.execPath, [...args, ...seconds]);
  await stopSink();
  return result.perSecond ?? 0;
}

/** Settles when somebody listens there. */
async function listening(port: number): Promise<void> {
  const { connect } = await import('node:net');
  for (;;) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function main(): Promise<void> {
  const tools = loadTools();
  const rounds = option('rounds', 5);
  const report: Record<string, number>[] = [];
  for (const connections of [1, 10]) {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      theirs.push(await measure('npm', connections, tools));
      ours.push(await measure('chappe', connections, tools));
    }
    const ratio = median(ours.map((value, round) => value / theirs[round]!));
    report.push({
      connections,
      chappe: median(ours),
      npm: median(theirs),
      ratio,
      asked: asked[connections]!,
    });
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify({ bench: 'client', report }));
  else {
    for (const { connections, chappe, npm, ratio, asked: wanted } of report) {
      const verdict = ratio! >= wanted! ? 'ok' : 'BELOW';
      console.log(
        `client ${connections} x ${WINDOW}: ${Math.round(chappe!)}/s, npm smpp ${Math.round(npm!)}/s: ${ratio!.toFixed(1)} times (asked ${wanted}) ${verdict}`,
      );
    }
  }
  if (report.some(({ ratio, asked: wanted }) => ratio! < wanted!)) process.exitCode = 1;
}

if (process.argv[2] === 'run') {
  const [kind, port, connections] = [process.argv[3], Number(process.argv[4]), Number(process.argv[5])];
  const perSecond = await (kind === 'chappe' ? runChappe : runNpm)(port, connections);
  console.log(JSON.stringify({ perSecond }));
  process.exit(0);
} else await main();
