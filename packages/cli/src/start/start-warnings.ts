/** What a process should be told of when it has begun: about the machine that it runs on, not about its settings. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { looseFolder } from '@chappe/center';
import { inMemory } from './store.ts';

// Day files with their logs, listeners, operators, HTTP.
const otherFiles = 300;

/** What is looked at. */
export interface Machine {
  /** Open files that this process may have; undefined: not known. */
  readonly openFiles: number | undefined;
  /** See `looseFolder`. */
  readonly looseFolder: (folder: string) => string | undefined;
}

/** Open files that this process may have at once, as Linux tells it; undefined elsewhere, and where there is no limit. */
export function openFileLimit(read: (path: string) => string = readText): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/**
 * Warnings. `data`: the data folder, which is there, or `:memory:`. `connections`: that SMPP listeners take together;
 * `setting`: what bounds them.
 */
export function startWarnings(
  data: string,
  connections: number,
  setting: string,
  machine: Machine = { openFiles: openFileLimit(), looseFolder },
): string[] {
  const warnings: string[] = [];
  const loose = data === inMemory ? undefined : machine.looseFolder(resolve(data));
  if (loose !== undefined) warnings.push(loose);
  const { openFiles } = machine;
  if (openFiles !== undefined && openFiles < connections + otherFiles) {
    warnings.push(
      `this process may have ${openFiles} files and connections open, but ${connections} connections may come (${setting}): ` +
        `beyond that nobody gets through, HTTP neither; allow ${connections + otherFiles} (LimitNOFILE of systemd, ` +
        `ulimit -n, --ulimit nofile), or lower ${setting}`,
    );
  }
  return warnings;
}

function readText(path: string): string {
  return readFileSync(path, 'latin1');
}
