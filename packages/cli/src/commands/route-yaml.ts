/** Routes of a configuration file in the form in which the API takes them. */
import { readFileSync } from 'node:fs';
import { usage } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { isEntry, readYaml } from './entry.ts';
import { readConfig } from './route-file.ts';

/** What only whoever reads the file can fill in: a variable, or the name of a file. */
function unfilled(value: unknown): string | undefined {
  if (typeof value === 'string') return /\$\{\w+(:-[^}]*)?\}/.exec(value)?.[0];
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = key === 'file' && typeof inner === 'string' ? `file: ${inner}` : unfilled(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The routes of a file. Throws a `Failure` when the file cannot be used, or they need something from beside it. */
export async function routesOf(path: string, { env, talk }: Terminal): Promise<readonly unknown[]> {
  await readConfig(path, env, talk);
  const file = readYaml(readFileSync(path, 'utf8'), path);
  const routes = isEntry(file) ? (file.routes ?? []) : [];
  const found = unfilled(routes);
  if (found !== undefined)
    throw usage(
      `${path}: the routes have ${found} in them`,
      'the server cannot fill that in: write it out for this',
    );
  return Array.isArray(routes) ? routes : [];
}
