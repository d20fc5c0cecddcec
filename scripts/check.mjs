// `npm run check`: everything that can be said about the code without running it. Every step runs; the first
// failing step decides the exit code, so that one run shows all that is wrong.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './pinned-node.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const steps = [
  [
    'format and lint',
    bin('biome'),
    ['ci', '--colors=off', '--error-on-warnings', '--diagnostic-level=warn', '--max-diagnostics=40', '.'],
  ],
  ['types', bin('tsc'), ['-b']],
  ['layers, cycles, sizes, docs', pinnedNode(), ['scripts/tidy.ts']],
  ['reports of the API', pinnedNode(), ['--conditions=chappe-source', 'scripts/api/report.ts', '--check']],
  ['generated code', pinnedNode(), ['--conditions=chappe-source', 'scripts/generate-codec.ts', '--check']],
  ['documented flags', pinnedNode(), ['--conditions=chappe-source', 'scripts/document-flags.ts', '--check']],
  ['unused code', bin('knip'), []],
];

let failed = 0;
for (const [name, command, args] of steps) {
  const started = performance.now();
  const run = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ok = run.status === 0;
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}  (${seconds} s)`);
  if (!ok) {
    failed += 1;
    console.log(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error ? run.error.message : ''}`);
  }
}
console.log(failed === 0 ? 'check: all green' : `check: ${failed} of ${steps.length} steps failed`);
process.exit(failed === 0 ? 0 : 1);
