// What every script of package.json begins with: sets up what is missing, then runs a file with the pinned Node, or
// (`--bin NAME`) a program of node_modules. One place, since npm runs no `pre` scripts where scripts are switched off.
// Plain JavaScript on purpose: it runs on whatever Node the machine has.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './pinned-node.mjs';
import { setUp } from './set-up.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [first, ...rest] = process.argv.slice(2);
if (first === undefined || (first === '--bin' && rest.length === 0)) {
  console.error('usage: node scripts/run.mjs FILE [arguments ...]  or  --bin NAME [arguments ...]');
  process.exit(2);
}

setUp();

const bin = join(root, 'node_modules', '.bin');
const [command, args] =
  first === '--bin'
    ? [join(bin, rest[0]), rest.slice(1)]
    : [pinnedNode(), ['--conditions=chappe-source', join(root, first), ...rest]];
const child = spawn(command, args, {
  stdio: 'inherit',
  // `node` in what it starts is the pinned one as well, also when this was not started by npm.
  env: {
    // The sources are stripped of their types and compiled once, not by each process: half of what a start takes.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'),
    ...process.env,
    PATH: [bin, process.env.PATH].filter(Boolean).join(process.platform === 'win32' ? ';' : ':'),
  },
  shell: process.platform === 'win32' && first === '--bin',
});
// The child decides what a signal means; this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`${first}: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0));
});
