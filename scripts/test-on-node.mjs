// `node scripts/test-on-node.mjs 22 [paths ...]`: the tests on another Node from the npm registry, in a temporary folder.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { patientEnvironment } from './patience.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [version, ...paths] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(version ?? '')) {
  console.error(
    'usage: node scripts/test-on-node.mjs VERSION [paths ...], for instance 22 packages/protocol',
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'chappe-node-'));
try {
  const install = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  const installed = spawnSync('npm', [...install, `node@${version}`], { stdio: 'inherit' });
  if (installed.status !== 0) throw new Error(`node@${version} could not be installed`);
  const node = join(folder, 'node_modules', 'node', 'bin', 'node');
  console.log(`Node ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const run = spawnSync(node, ['--disable-warning=ExperimentalWarning', vitest, 'run', ...paths], {
    cwd: root,
    stdio: 'inherit',
    env: patientEnvironment(),
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
