/** The doors of all packages as their sources are now. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Package, publicPackages, root } from '../packages.ts';
import { type Door, DoorReader } from './doors.ts';

/** A package and what its doors offer. */
export interface Offer extends Package {
  readonly doors: readonly Door[];
}

/** Builds the packages and reads their doors. Ends the process when they do not compile. */
export function builtOffers(): Offer[] {
  const packages = publicPackages();
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const folders = packages.map(({ folder }) => folder);
  const built = spawnSync(process.execPath, [compiler, '-b', ...folders], { stdio: 'inherit' });
  if (built.status !== 0) process.exit(1);
  using reader = new DoorReader(packages);
  return packages.map((found) => ({ ...found, doors: reader.doorsOf(found) }));
}
