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
  return text.replace(/\bchappe (--help|[A-Za-z-]+)/g, (found, command: string) => {
    if (command === 'start' && program === inClone) return 'npm start';
    const isOurs = command === '--help' || command === 'COMMAND' || commands.includes(command);
    return isOurs ? `${program} ${command}` : found;
  });
}

/**
 * What to say beside a wrong command line where npm has taken flags that were meant for the program: it keeps what does
 * not stand behind `--` for itself. Undefined where it did not run the program.
 */
export function npmHint(program: string): string | undefined {
  return program === inClone
    ? `npm takes flags for its own unless they stand behind two dashes: ${inClone} COMMAND --flag value`
    : undefined;
}
