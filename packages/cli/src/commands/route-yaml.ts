/** Routes of a configuration file in the form in which the API takes them. */
import { exportEntry, withLists } from '@chappe/config';
import type { Terminal } from '../terminal.ts';
import { readConfig } from './route-file.ts';

/** The routes of a file, its variables and lists filled in. Throws a `Failure` when the file cannot be used. */
export async function routesOf(path: string, { env, talk }: Terminal): Promise<readonly unknown[]> {
  const { settings } = await readConfig(path, env, talk);
  // The server reads no files for us.
  const { routes } = withLists(settings, (list) => list.entries());
  return routes.map((route) => exportEntry('route', route));
}
