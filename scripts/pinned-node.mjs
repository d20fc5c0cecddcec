import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The first releases, by major version, that run TypeScript without a flag; all majors after them do. */
const withTypes = new Map([
  [22, 18],
  [23, 6],
]);

/** Whether a Node of that version runs the TypeScript sources as they are. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || minor >= (withTypes.get(major) ?? Number.POSITIVE_INFINITY);
}

/**
 * The Node that scripts run with: this one where it is new enough (npm scripts find the pinned one first anyway), else
 * the pinned one of the dev dependencies, so that `node scripts/...` works by hand on an old Node, too.
 */
export function pinnedNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', 'node', 'bin', name);
}
