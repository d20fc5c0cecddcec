// Puts in place what the scripts need, and says what is wrong where that cannot be done. Plain JavaScript on purpose: it
// runs on whatever Node the machine has, before the pinned one is there. Silent and quick when nothing is missing.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isNewEnough, pinnedNode } from './pinned-node.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lock = join(root, '.set-up.lock');
const eldestNode = 20;
const whole = ['--include=dev', '--include=optional', '--install-strategy=hoisted', '--dry-run=false'];
// An installation takes half a minute; whoever waits longer than this for another one has found a dead lock.
const lockPatienceMs = 300_000;
const lockCheckMs = 200;
const ofOuterNpm = [
  'workspace',
  'workspaces',
  'include_workspace_root',
  'dry_run',
  'json',
  'prefix',
  'global',
];

/** A set-up that cannot be done: what is wrong, and the remedy. */
class SetUpError extends Error {
  constructor(what, remedy) {
    super(`${what}\n  ${remedy}`);
  }
}

/** Installs what package-lock.json names where something of it is missing. Ends the process when that cannot be done. */
export function setUp() {
  try {
    const major = Number(process.versions.node.split('.')[0]);
    if (major < eldestNode) {
      throw new SetUpError(
        `Node ${process.versions.node} is too old`,
        `install Node ${eldestNode} or newer; what else is needed comes by itself`,
      );
    }
    if (isComplete()) return;
    const release = takeLock();
    try {
      // Another process may have done it meanwhile.
      if (!isComplete()) install();
    } finally {
      release();
    }
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(`Setting up failed: ${error.message}`);
    process.exit(1);
  }
}

function isComplete() {
  return missingPackages().length === 0 && nodeRuns();
}

/** The packages of a lock file as path -> version, leaving out those meant for other platforms. */
function lockedVersions(file) {
  const versions = new Map();
  for (const [path, entry] of Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages)) {
    if (path.startsWith('node_modules/') && !entry.link && isForHere(entry))
      versions.set(path, entry.version);
  }
  return versions;
}

/**
 * Whether a package is needed on this platform. Programs that are made for each are optional: of those the ones for this
 * system and processor are; which C library it has costs too much to find out each time.
 */
function isForHere({ optional, os, cpu, libc }) {
  if (!optional) return true;
  if (os === undefined || cpu === undefined || libc !== undefined) return false;
  return os.includes(process.platform) && cpu.includes(process.arch);
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

/** Whether the Node that the scripts run with is there and runs on this machine. */
function nodeRuns() {
  if (isNewEnough(process.versions.node)) return true;
  const asked = spawnSync(pinnedNode(), ['--version'], { encoding: 'utf8' });
  return asked.status === 0 && isNewEnough(asked.stdout.trim().slice(1));
}

function install() {
  const missing = missingPackages();
  checkWritable();
  if (missing.length > 0) {
    const what = missing.length === 1 ? missing[0] : `${missing.length} packages`;
    console.error(
      `Setting up: installing ${what === 'node_modules' ? 'what the lock file names' : what} ...`,
    );
    // The tools are development dependencies, and programs of this platform, whatever NODE_ENV and npm's settings say about
    // those; what npm calls a linked installation has no place that the workspaces are found in.
    npm(['ci', ...whole, '--no-audit', '--no-fund', '--loglevel=error']);
    const still = missingPackages();
    if (still.length > 0) {
      throw new SetUpError(
        `npm ended well, and yet ${still.length === 1 ? 'this is' : `${still.length} packages are`} missing: ` +
          still.slice(0, 3).join(', '),
        'look for a setting of npm that leaves packages out: npm config list',
      );
    }
  }
  if (nodeRuns()) return;
  // Its install script fetches the program; npm may be set to run none.
  console.error(
    'Setting up: Node 24, which the scripts run with, is not in place: running its install script ...',
  );
  npm(['rebuild', 'node', '--ignore-scripts=false', '--foreground-scripts', '--loglevel=error']);
  if (nodeRuns()) return;
  throw new SetUpError(
    `the scripts need Node 22.18 or newer; this is ${process.versions.node}, and the package \`node\` put no newer one in place`,
    'install a newer Node, or let npm run the install script of that one package',
  );
}

/** Runs npm in the root folder; throws a SetUpError that says what is likely when it fails. */
function npm(args) {
  const environment = { ...process.env };
  // What is meant for the npm that this runs under (`npm pack --workspace ...` sets itself up, too), not for this one.
  for (const name of ofOuterNpm) delete environment[`npm_config_${name}`];
  // A user without a home folder (a service, a container) has no place for npm's cache either.
  if (!canBeMade(environment.npm_config_cache ?? homedir())) {
    environment.npm_config_cache = join(tmpdir(), `npm-cache-${userInfo().uid}`);
  }
  const run = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: environment,
    shell: process.platform === 'win32',
  });
  if (run.error !== undefined) {
    throw new SetUpError(
      `npm cannot be run (${run.error.code ?? run.error.message})`,
      'npm comes with Node: is it in PATH?',
    );
  }
  if (run.status === 0) return;
  process.stderr.write(run.stderr);
  const how = run.signal === null ? `ended with code ${run.status}` : `was ended by ${run.signal}`;
  throw new SetUpError(`\`npm ${args[0]}\` ${how}; what it said stands above`, adviceFor(run.stderr));
}

function adviceFor(said) {
  if (/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/.test(said)) {
    return 'the npm registry was not reached: is this machine online, and is npm set to a registry or proxy of yours?';
  }
  if (/\bENOSPC\b/.test(said)) return 'the disk is full: about 400 MB are needed';
  if (/\b(EACCES|EPERM|EROFS)\b/.test(said)) {
    return `${userName()} may not write where npm wants to: use a clone, and a npm cache, of your own`;
  }
  if (/\bEUSAGE\b|lock file/.test(said))
    return 'package.json and package-lock.json do not agree: were they changed?';
  return `run \`npm ci ${whole.join(' ')}\` here to see more`;
}

function checkWritable() {
  for (const folder of [root, join(root, 'node_modules')]) {
    if (!existsSync(folder) || isWritable(folder)) continue;
    throw new SetUpError(
      `${userName()} may not write in ${folder}`,
      'use a clone of your own, or run this as its owner',
    );
  }
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a folder may be written, or made where it is not there yet. */
function canBeMade(folder) {
  return existsSync(folder) || dirname(folder) === folder ? isWritable(folder) : canBeMade(dirname(folder));
}

function userName() {
  try {
    return `user ${userInfo().username}`;
  } catch {
    return `user ${process.getuid?.() ?? ''}`.trim();
  }
}

/** One set-up at a time: npm empties node_modules first, under the feet of another one. */
function takeLock() {
  const endMs = Date.now() + lockPatienceMs;
  let isTold = false;
  for (;;) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(lock, { force: true });
    } catch (error) {
      // Who may not write here hears of it from the installation, in better words.
      if (error.code !== 'EEXIST') return () => undefined;
    }
    if (Date.now() > endMs || isAbandoned()) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!isTold) console.error('Setting up: another one is at it, waiting for it ...');
    isTold = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockCheckMs);
  }
}

/** Whether the process that took the lock is gone. */
function isAbandoned() {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Not written yet.
    if (!(pid > 0)) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp();
