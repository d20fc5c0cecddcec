/**
 * MC server with a typed handler and no store, against a minimal server on npm `smpp`: smppload with one connection,
 * windows of 100 and 1000. Rounds are interleaved and ratios are medians of the ratios of each round, so that a busy
 * machine slows both sides.
 * Run: node --conditions=chappe-source bench/server.ts [--rounds 5] [--seconds 2] [--json]
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SmppServer } from '@chappe/smpp';
import { jsonOf, loadTools, median, option, startScript } from './load-tools.ts';

const asked: Readonly<Record<number, number>> = { 100: 10, 1000: 12 };

interface PeerSession {
  on(command: string, handle: (pdu: { response(fields?: object): object }) => void): void;
  send(pdu: object): void;
}

async function serve(kind: string): Promise<void> {
  let count = 0;
  process.once('SIGTERM', () => process.exit(0));
  if (kind === 'chappe') {
    const server = await SmppServer.listen({
      port: 0,
      authenticate: () => ({ accept: true }),
      operations: { submit_sm: () => ({ message_id: String(++count) }) },
    });
    console.log(server.port);
    return;
  }
  const peer = createRequire(import.meta.url)('smpp') as {
    createServer(handle: (session: PeerSession) => void): import('node:net').Server;
  };
  const server = peer.createServer((session) => {
    session.on('error', () => undefined);
    for (const command of ['bind_transceiver', 'enquire_link', 'unbind']) {
      session.on(command, (pdu) => session.send(pdu.response()));
    }
    session.on('submit_sm', (pdu) => session.send(pdu.response({ message_id: String(++count) })));
  });
  server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
}

async function measure(kind: string, window: number, tools: string): Promise<number> {
  const server = await startScript('server.ts', ['serve', kind]);
  const seconds = String(option('seconds', 2));
  const args = ['-P', server.said, '-c', '1', '-w', String(window), '-t', seconds, '-W', '1', '-l', '100'];
  const result = await jsonOf(join(tools, 'smppload'), args);
  await server.stop();
  return result.ok_per_s ?? 0;
}

async function main(): Promise<void> {
  const tools = loadTools();
  const rounds = option('rounds', 5);
  const report: Record<string, number>[] = [];
  for (const window of [100, 1000]) {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      theirs.push(await measure('npm', window, tools));
      ours.push(await measure('chappe', window, tools));
    }
    const ratio = median(ours.map((value, round) => value / theirs[round]!));
    report.push({ window, chappe: median(ours), npm: median(theirs), ratio, asked: asked[window]! });
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify({ bench: 'server', report }));
  else {
    for (const { window, chappe, npm, ratio, asked: wanted } of report) {
      const verdict = ratio! >= wanted! ? 'ok' : 'BELOW';
      console.log(
        `server window ${window}: ${Math.round(chappe!)}/s, npm smpp ${Math.round(npm!)}/s: ${ratio!.toFixed(1)} times (asked ${wanted}) ${verdict}`,
      );
    }
  }
  if (report.some(({ ratio, asked: wanted }) => ratio! < wanted!)) process.exitCode = 1;
}

if (process.argv[2] === 'serve') await serve(process.argv[3] ?? 'chappe');
else await main();
