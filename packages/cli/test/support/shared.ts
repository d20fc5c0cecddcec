import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';

/** The folder of vectors shared between the projects; not part of the repository. */
const folder = process.env.CHAPPE_SHARED ?? join(import.meta.dirname, '..', '..', '..', '..', '..', 'shared');
const hasShared = existsSync(folder);

/** One JSON file of the shared folder. */
export function readShared(path: string): unknown {
  return JSON.parse(readFileSync(join(folder, path), 'utf8'));
}

/** A suite on shared files: skipped aloud at home when they are missing, failing in CI. */
export function describeShared(name: string, suite: () => void): void {
  if (hasShared) return void describe(name, suite);
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
