/** Routes of a configuration file in the form in which the API takes them. */
import { exportEntry } from '@chappe/config';
import type { Terminal } from '../terminal.ts';
import { readConfig } from './route-file.ts';

/** The routes of a file, its variables and lists filled in. Throws a `Failure` when the file cannot be used. */
export async function routesOf(path: string, { env, talk }: Terminal): Promise<readonly unknown[]> {
  const { settings } = await readConfig(path, env, talk);
  return settings.routes.map((route) => exportEntry('route', route));
}
