import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';

/** The folder of vectors and tables of the specification that projects share; not part of the repository. */
const folder = process.env.CHAPPE_SHARED ?? join(import.meta.dirname, '..', '..', '..', 'shared');
const isThere = existsSync(folder);

/** One JSON file of the shared folder. */
export function readShared(path: string): unknown {
  return JSON.parse(readFileSync(join(folder, path), 'utf8'));
}

/** The same for tables of tests; undefined, said loudly, where the folder is not. An error in CI. */
export function sharedJson<T>(path: string): T | undefined {
  if (isThere) return readShared(path) as T;
  if (process.env.CI) throw new Error(`${folder} is missing and CI is set`);
  console.warn(`NOT TESTED: ${path}: ${folder} is missing (set CHAPPE_SHARED)`);
  return undefined;
}

/** A suite on shared files: skipped aloud at home when they are missing, failing in CI. */
export function describeShared(name: string, suite: () => void): void {
  if (isThere) {
    describe(name, suite);
    return;
  }
  if (process.env.CI) {
    describe(name, () => {
      it('has the shared folder', () => {
        throw new Error(`${folder} is missing and CI is set`);
      });
    });
    return;
  }
  console.warn(`SKIPPED: ${name}: ${folder} is missing (set CHAPPE_SHARED)`);
  describe.skip(name, () => {
    it('needs the shared folder', () => {});
  });
}
