import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const folder = process.env.CHAPPE_SHARED ?? join(root, '..', 'shared');

/** A file of the shared specification and vectors; undefined, said loudly, where that folder is not. An error in CI. */
export function sharedJson<T>(path: string): T | undefined {
  const file = join(folder, path);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T;
  if (process.env.CI) throw new Error(`${file} does not exist: set CHAPPE_SHARED to the shared folder`);
  console.warn(`NOT TESTED: ${file} does not exist (set CHAPPE_SHARED)`);
  return undefined;
}
