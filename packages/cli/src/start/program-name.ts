/** How the program was called, so that what it suggests can be typed as it stands. */
import { basename, relative } from 'node:path';

/** `chappe`, or the words that do the same where it is not installed. */
export function programName(
  argv: readonly string[],
  env: { readonly [name: string]: string | undefined },
  workingFolder: string = process.cwd(),
): string {
  const script = argv[1] ?? '';
  if (env.npm_lifecycle_event !== undefined && script.endsWith('.ts')) return 'npm run -s chappe --';
  if (basename(script) === 'chappe.mjs') return `node ${relative(workingFolder, script)}`;
  return 'chappe';
}
