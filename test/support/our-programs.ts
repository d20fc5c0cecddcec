/** How tests start programs of ours: by the bundles that were built before the run, or by the sources without such a run. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The variable by which vitest.config.ts says where it has built them. */
export const builtFolderVariable = 'CHAPPE_BUILT_PROGRAMS';

/** Where the bundle of a source is, or would be. */
export function bundleOf(folder: string, source: string): string {
  return join(folder, source.replace(/\.ts$/, '.mjs'));
}

/** What Node is given to run one of the sources that test/support/built-programs.ts lists, from any folder. */
export function argsOf(source: string): string[] {
  const folder = process.env[builtFolderVariable];
  if (folder !== undefined) return [bundleOf(folder, source)];
  return ['--conditions=chappe-source', join(root, source)];
}

/** What Node is given to run `chappe`. */
export function chappeArgs(): string[] {
  return argsOf('packages/cli/src/main.ts');
}
