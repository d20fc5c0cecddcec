/**
 * Memory of idle bound sessions: a server with 10,000 of them, and how many KiB of resident memory each has cost.
 * Run: node --conditions=chappe-source bench/sessions.ts [--sessions 10000] [--json]
 */
import { connect } from 'node:net';
import { encode, SmppServer } from '@chappe/smpp';
import { option, startScript } from './load-tools.ts';

const ASKED_KIB = 50;
/** Connects under way at once: more than the backlog of the listener would be refused. */
const AT_ONCE = 200;

/** Binds so many sessions and keeps them. */
async function hold(port: number, sessions: number): Promise<void> {
  const bind = encode({
    command: 'bind_transceiver',
    sequence_number: 1,
    system_id: 'idle',
    interface_version: 0x34,
  });
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bind));
      socket.once('data', () => resolve());
      socket.once('error', reject);
    });
  for (let done = 0; done < sessions; done += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, sessions - done) }, open));
  }
  console.log('bound');
  process.once('SIGTERM', () => process.exit(0));
}

function residentKib(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1024;
}

async function serve(sessions: number): Promise<void> {
  const server = await SmppServer.listen({
    port: 0,
    limits: { connections: sessions, perAddress: sessions, perAccount: sessions },
    authenticate: () => ({ accept: true }),
    operations: { submit_sm: () => ({ message_id: '1' }) },
  });
  const before = residentKib();
  const since = performance.now();
  const holder = await startScript('sessions.ts', ['hold', String(server.port), String(sessions)]);
  const bindMs = performance.now() - since;
  const perSessionKib = (residentKib() - before) / sessions;
  const bound = server.counters.sessionsBound;
  await holder.stop();
  await server.close({ drainMs: 0 });
  const report = { bench: 'sessions', bound, perSessionKib, asked: ASKED_KIB, bindMs };
  if (process.argv.includes('--json')) console.log(JSON.stringify(report));
  else {
    const verdict = perSessionKib <= ASKED_KIB && bound === sessions ? 'ok' : 'TOO MUCH';
    console.log(
      `sessions: ${bound} idle, ${perSessionKib.toFixed(1)} KiB each (asked ${ASKED_KIB}), bound in ${(bindMs / 1000).toFixed(1)} s: ${verdict}`,
    );
  }
  if (perSessionKib > ASKED_KIB || bound !== sessions) process.exitCode = 1;
}

if (process.argv[2] === 'hold') await hold(Number(process.argv[3]), Number(process.argv[4]));
else await serve(option('sessions', 10_000));
