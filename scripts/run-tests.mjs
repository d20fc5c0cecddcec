// `npm test`: the whole test suite. Extra arguments go to Vitest; CHAPPE_TEST_JSON names a file for its JSON report,
// CHAPPE_TEST_PATIENCE says how many times longer than on a quiet machine tests wait before they give up.
import { spawnSync } from 'node:child_process';
import { availableParallelism, getPriority, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './pinned-node.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reporters = ['--reporter=default'];
if (process.env.CHAPPE_TEST_JSON) {
  reporters.push('--reporter=json', `--outputFile.json=${process.env.CHAPPE_TEST_JSON}`);
}
// Limits are for hangs: they are wide, and wider where others use the machine or this runs behind them.
const quiet = 3;
// The scheduler gives a process about a quarter less with each step of `nice`.
const perNiceLevel = 1.25;

function patience() {
  const load = Math.max(1, loadavg()[0] / availableParallelism());
  return Math.ceil(quiet * load * perNiceLevel ** Math.max(0, getPriority()));
}

// Many tests start programs of ours, and each would compile the same sources.
const compiled = join(root, 'node_modules', '.cache', 'compiled');

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const run = spawnSync(pinnedNode(), [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { CHAPPE_TEST_PATIENCE: String(patience()), NODE_COMPILE_CACHE: compiled, ...process.env },
});
process.exit(run.status ?? 1);
