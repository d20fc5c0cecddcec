// `npm test`: the whole test suite. Extra arguments go to Vitest; CHAPPE_TEST_JSON names a file for its JSON report.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './pinned-node.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reporters = ['--reporter=default'];
if (process.env.CHAPPE_TEST_JSON) {
  reporters.push('--reporter=json', `--outputFile.json=${process.env.CHAPPE_TEST_JSON}`);
}
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const run = spawnSync(pinnedNode(), [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
