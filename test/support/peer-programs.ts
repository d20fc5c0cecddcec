import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something a rig needs from the machine, and how to see whether it is there. */
export interface Requirement {
  readonly name: string;
  readonly there: () => boolean;
}

/** A program on the PATH (Debian keeps some daemons in sbin, which ordinary users' PATH lacks). */
export function program(name: string): Requirement {
  return { name, there: () => programPath(name) !== undefined };
}

/** A Perl module. */
export function perlModule(name: string): Requirement {
  return {
    name: `Perl module ${name}`,
    there: () => spawnSync('perl', [`-M${name}`, '-e', '1']).status === 0,
  };
}

/** A header file of the C compiler's default places. */
export function header(path: string): Requirement {
  return {
    name: path,
    there: () => existsSync(`/usr/include/${path}`) || existsSync(`/usr/local/include/${path}`),
  };
}

/** The full path of a program, undefined when it is not installed. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * Whether a rig can run here. At home a missing program means a loud line and no run; in CI the rig runs all the same
 * and fails, because a green run there must mean that the peers were spoken to.
 */
export function canRun(rig: string, requirements: readonly Requirement[]): boolean {
  const missing = requirements.filter((requirement) => !requirement.there()).map(({ name }) => name);
  if (missing.length === 0) return true;
  const line = `${rig}: NOT RUN, missing here: ${missing.join(', ')} (scripts/install-debian.sh installs them)`;
  if (process.env.CI) throw new Error(line);
  process.stderr.write(`\n*** ${line} ***\n\n`);
  return false;
}
