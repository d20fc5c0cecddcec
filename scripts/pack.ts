/**
 * `npm run pack`: a tarball of every package, in build/packages or in the folder that `--to` names, which is emptied.
 * They name each other by version, so they are installed together: npm install FOLDER/*.tgz
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { publicPackages, root } from './packages.ts';

const { values } = parseArgs({
  options: { to: { type: 'string', default: join(root, 'build', 'packages') } },
});
const folder = resolve(values.to);
const isWindows = process.platform === 'win32';

for (const name of existsSync(folder) ? readdirSync(folder) : []) {
  if (name.endsWith('.tgz')) rmSync(join(folder, name));
}
mkdirSync(folder, { recursive: true });
const packages = publicPackages();
const workspaces = packages.flatMap(({ name }) => ['--workspace', name]);
const packed = spawnSync(
  isWindows ? 'npm.cmd' : 'npm',
  // Each package is built by its prepack script, whatever npm is told about scripts.
  ['pack', ...workspaces, '--pack-destination', folder, '--ignore-scripts=false', '--loglevel=error'],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: isWindows },
);
const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
if (packed.status !== 0 || tarballs.length !== packages.length) {
  console.error(`Packing failed: ${tarballs.length} of ${packages.length} packages are in ${folder}.`);
  process.exit(1);
}
for (const name of tarballs) console.log(join(relative(process.cwd(), folder), name));
console.log(`\nInstall them together, anywhere: npm install ${join(folder, '*.tgz')}`);
