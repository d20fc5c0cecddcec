// What npm does in a package before it packs it: builds it from nothing, so that no file is in the tarball that has no
// source any more, and lays the licence beside it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './pinned-node.mjs';
import { setUp } from './set-up.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = process.cwd();

setUp();
rmSync(join(folder, 'dist'), { recursive: true, force: true });
copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
// npm reads the names of the tarballs from stdout.
const built = spawnSync(pinnedNode(), [compiler, '-b', folder], { stdio: ['ignore', 2, 2] });
process.exit(built.status ?? 1);
