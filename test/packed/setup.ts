/** Packs every package once, and installs the tarballs into empty projects: the library alone, without a network, and all. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { publicPackages, root } from '../../scripts/packages.ts';
import { finished } from './run.ts';

/** What the tests find in place. */
export interface Packed {
  /** The tarball of each package, by its name. */
  readonly tarballs: Readonly<Record<string, string>>;
  /** A project in which @chappe/protocol and @chappe/smpp are installed and nothing else. */
  readonly library: string;
  /** A project with all packages and what they need; undefined where the registry was not reached. */
  readonly whole: string | undefined;
  /** The program of each major version of Node there is. */
  readonly nodes: Readonly<Record<string, string>>;
}

declare module 'vitest' {
  interface ProvidedContext {
    packed: Packed;
  }
}

/** The versions that the packages are for, beside the one that this runs on. */
const others = ['20', '22'];

function project(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  return folder;
}

async function install(folder: string, what: readonly string[]): Promise<void> {
  await finished('npm', ['install', '--prefer-offline', '--loglevel=error', ...what], { cwd: folder });
}

const UNREACHED = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/;

/** The other versions of Node and the project with all packages: both come from the registry in part. */
async function fromRegistry(
  place: string,
  tarballs: readonly string[],
): Promise<Pick<Packed, 'whole' | 'nodes'>> {
  const [major = ''] = process.versions.node.split('.');
  const nodes = { [major]: process.execPath };
  try {
    for (const version of others) {
      const folder = project(join(place, `node-${version}`));
      await install(folder, [`node@${version}`]);
      nodes[version] = join(folder, 'node_modules', 'node', 'bin', 'node');
    }
    const whole = project(join(place, 'whole'));
    await install(whole, [...tarballs, 'typescript@5.9', '@types/node@22']);
    return { whole, nodes };
  } catch (error) {
    // Anything else that goes wrong is a fault of the tarballs.
    if (process.env.CI || !UNREACHED.test(String(error))) throw error;
    console.error(
      `\nSKIPPED, the npm registry was not reached: all but the library on this Node\n${error}\n`,
    );
    return { whole: undefined, nodes };
  }
}

/** Leaves the packages as work does: one was built before its last change, one lost what was built. */
function disturb(): void {
  const stale = join(root, 'packages', 'protocol', 'dist');
  mkdirSync(stale, { recursive: true });
  writeFileSync(join(stale, 'stale.js'), 'export {};\n');
  rmSync(join(root, 'packages', 'smpp', 'dist'), { recursive: true, force: true });
}

/** Vitest runs it before the tests, and what it gives back after them. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const place = mkdtempSync(join(tmpdir(), 'chappe-packed-'));
  const remove = (): void => rmSync(place, { recursive: true, force: true });
  try {
    const folder = join(place, 'tarballs');
    disturb();
    await finished(process.execPath, [join(root, 'scripts', 'pack.ts'), '--to', folder]);
    const files = readdirSync(folder).map((name) => join(folder, name));
    const tarballs: Record<string, string> = {};
    for (const { name, manifest } of publicPackages()) {
      const file = `${name.slice(1).replace('/', '-')}-${manifest.version}.tgz`;
      tarballs[name] = join(folder, file);
    }
    const library = project(join(place, 'library'));
    const two = ['@chappe/protocol', '@chappe/smpp'].map((name) => tarballs[name]!);
    // Nothing else is needed, so no network is.
    await install(library, ['--offline', ...two]);
    provide('packed', { tarballs, library, ...(await fromRegistry(place, files)) });
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}
