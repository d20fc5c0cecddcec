/**
 * Time from starting `chappe start` (the one-file bundle, SQLite, an empty data folder) to the answer to a bind, median
 * of five. Run: node --conditions=chappe-source bench/startup.ts [--json]. Builds the bundle first when it is missing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decode, encode } from '@chappe/protocol';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundle = join(root, 'build', 'chappe.mjs');
const runs = 5;

/** Binds once and settles when the answer is here. */
function bindOnce(port: number): Promise<void> {
  return new Promise((settle, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', reject);
    socket.write(
      encode({
        command: 'bind_transceiver',
        sequence_number: 1,
        system_id: 'bench',
        interface_version: 0x34,
      }),
    );
    socket.once('data', (chunk) => {
      const pdu = decode(chunk);
      socket.destroy();
      if (pdu.command === 'bind_transceiver_resp' && pdu.command_status === 0) settle();
      else reject(new Error(`the bind was answered with ${pdu.command} ${pdu.command_status}`));
    });
  });
}

async function oneStart(): Promise<number> {
  const data = await mkdtemp(join(tmpdir(), 'chappe-startup-'));
  const started = performance.now();
  const ports = ['--smpp-port', '0', '--tls-port', '0', '--http-port', '0'];
  const child = spawn(process.execPath, [bundle, 'start', ...ports, '--data', data, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const banner = JSON.parse(line) as { smpp?: { port: number } };
      if (banner.smpp === undefined) continue;
      await bindOnce(banner.smpp.port);
      return performance.now() - started;
    }
    throw new Error('the program ended before it was ready');
  } finally {
    child.kill('SIGTERM');
    await new Promise((settle) => child.once('close', settle));
    await rm(data, { recursive: true, force: true });
  }
}

if (!existsSync(bundle)) {
  const built = spawnSync('npm', ['run', '--silent', 'bundle'], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) process.exit(1);
}
const times: number[] = [];
for (let run = 0; run < runs; run += 1) times.push(await oneStart());
times.sort((a, b) => a - b);
const median = Math.round(times[Math.floor(runs / 2)]!);
const rows = [
  {
    what: 'start of the one-file bundle to the answer of a bind',
    asked: '<= 1 s',
    measured: `${median} ms`,
    ok: median <= 1_000,
  },
];
if (process.argv.includes('--json')) console.log(JSON.stringify({ rows }));
else console.table(rows);
