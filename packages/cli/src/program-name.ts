/** How the program was called, so that what it suggests can be typed as it stands. */
import { basename, relative } from 'node:path';

/** Variables of the process. */
type Environment = { readonly [name: string]: string | undefined };

/** The words that run the sources of a clone. */
const inClone = 'npm run -s chappe --';

/** `chappe`, or the words that do the same where it is not installed. */
export function programName(
  argv: readonly string[],
  env: Environment,
  workingFolder: string = process.cwd(),
): string {
  const script = argv[1] ?? '';
  if (env.npm_lifecycle_event !== undefined && script.endsWith('.ts')) return inClone;
  if (basename(script) === 'chappe.mjs') return `node ${relative(workingFolder, script)}`;
  return 'chappe';
}

/**
 * A text that names commands of ours (`chappe start`), with the words that run them here (`npm start`). `commands`: the
 * names of all; other words after `chappe` are prose.
 */
export function asCalled(text: string, program: string, commands: readonly string[]): string {
  return text.replace(/\bchappe (--help|[A-Za-z-]+)( (?=-))?/g, (found, command: string, flags = '') => {
    if (command === 'start' && program === inClone) return flags === '' ? 'npm start' : 'npm start -- ';
    const isOurs = command === '--help' || command === 'COMMAND' || commands.includes(command);
    return isOurs ? `${program} ${command}${flags}` : found;
  });
}

/** Flags of ours that npm has, too: they may be set for it. */
const flagsOfNpm = new Set([
  'all',
  'before',
  'ca',
  'color',
  'json',
  'key',
  'long',
  'only',
  'quiet',
  'tag',
  'verbose',
]);

/**
 * Whether npm has kept this flag for itself, as of `npm start --smpp-port=2776`: it hands over what stands behind `--`
 * only, and tells of the others by variables. They would count for nothing, without a word.
 */
export function isKeptByNpm(
  { flag, short }: { readonly flag: string; readonly short?: string },
  program: string,
  env: Environment,
): boolean {
  if (program !== inClone) return false;
  // -c means something to npm.
  const names = [flag, ...(short === undefined ? [] : [short === 'c' ? 'call' : short])];
  return names.some(
    (name) => !flagsOfNpm.has(name) && env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined,
  );
}

/**
 * What to say beside a wrong command line to which no flag has come, in a clone: npm may have kept them. Undefined where
 * it did not run the program, or has handed one over.
 */
export function npmHint(program: string, argv: readonly string[]): string | undefined {
  if (program !== inClone || argv.some((word) => word.startsWith('-'))) return undefined;
  return `npm takes flags for its own unless they stand behind two dashes: ${inClone} COMMAND --flag value`;
}
