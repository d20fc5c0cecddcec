/** The packages of the workspace, as package.json lists them. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL('..', import.meta.url));

/** What the scripts read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly repository?: { readonly type: string; readonly url: string; readonly directory: string };
  readonly engines?: { readonly node: string };
  readonly bin?: { readonly [name: string]: string };
  readonly main?: string;
  readonly types?: string;
  readonly exports?: { readonly [door: string]: { readonly [condition: string]: string } };
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly scripts?: { readonly [name: string]: string };
  readonly dependencies?: { readonly [name: string]: string };
}

/** A package that others install. */
export interface Package {
  /** As in `@chappe/smpp`. */
  readonly name: string;
  /** Below the root, with slashes: `packages/smpp`. */
  readonly path: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

function readManifest<T = Manifest>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** The packages that are meant for others, by name. */
export function publicPackages(): Package[] {
  const { workspaces } = readManifest<{ readonly workspaces: readonly string[] }>(join(root, 'package.json'));
  const manifests = globSync(
    workspaces.map((pattern) => `${pattern}/package.json`),
    { cwd: root },
  );
  return manifests
    .map((file) => {
      const manifest = readManifest(join(root, file));
      const path = dirname(file).replaceAll('\\', '/');
      return { name: manifest.name, path, folder: join(root, path), manifest };
    })
    .filter(({ manifest }) => manifest.private !== true)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
