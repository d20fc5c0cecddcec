// `npm test`: the whole test suite. Extra arguments go to Vitest; CHAPPE_TEST_REPORT names a file for what .ci/run reads of
// the run, CHAPPE_TEST_PATIENCE says how many times longer than on a quiet machine tests wait before they give up.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { patientEnvironment } from './patience.mjs';
import { pinnedNode } from './pinned-node.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const run = spawnSync(pinnedNode(), [vitest, 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: patientEnvironment(),
});
process.exit(run.status ?? 1);
