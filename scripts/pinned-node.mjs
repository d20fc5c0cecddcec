import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The Node that scripts run with: this one where it is new enough (npm scripts find the pinned one first anyway), else
 * the pinned one of the dev dependencies, so that `node scripts/...` works by hand on an old Node, too.
 */
export function pinnedNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return process.execPath;
  return join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', 'node', 'bin', 'node');
}
