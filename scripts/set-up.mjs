// Plain JavaScript on purpose: it runs on whatever Node the machine has, before the pinned one is there.
// Silent and quick when nothing is missing; otherwise installs exactly what package-lock.json names.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(`Chappe needs Node 20 or newer to set itself up; this is ${process.versions.node}.`);
  process.exit(1);
}

/** The packages of a lock file as path -> version, leaving out those meant for other platforms. */
function lockedVersions(file) {
  const versions = new Map();
  for (const [path, entry] of Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages)) {
    if (path.startsWith('node_modules/') && !entry.optional && !entry.link) versions.set(path, entry.version);
  }
  return versions;
}

function missingPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return ['node_modules'];
  const have = lockedVersions(installed);
  const missing = [];
  for (const [path, version] of lockedVersions(join(root, 'package-lock.json'))) {
    if (have.get(path) !== version || !existsSync(join(root, path))) missing.push(path);
  }
  return missing;
}

const missing = missingPackages();
if (missing.length > 0) {
  console.error(
    `Setting up: installing ${missing.length === 1 ? missing[0] : `${missing.length} packages`} ...`,
  );
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const installed = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (installed.status !== 0) {
    console.error('Setting up failed: `npm ci` ended with an error (above). Is the npm registry reachable?');
    process.exit(installed.status ?? 1);
  }
}
