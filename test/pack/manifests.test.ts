/** What every package says of itself, so that a registry, an old resolver and a reader of the tarball find what they look for. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { publicPackages, root } from '../../scripts/packages.ts';

const packages = publicPackages();
const versions = new Map(packages.map(({ name, manifest }) => [name, manifest.version]));
const { license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly license: string;
  readonly engines: { readonly node: string };
};

/** The first Node of a range `>=X.Y`, to compare. */
function eldest(range: string): number {
  const [, major = '', minor = '0'] = /^>=(\d+)(?:\.(\d+))?$/.exec(range) ?? [];
  return Number(major) * 1000 + Number(minor);
}

test('they are found where package.json says', () => {
  expect(packages.map(({ path }) => path)).toContain('packages/smpp');
  expect(new Set(packages.map(({ manifest }) => manifest.version)).size, 'one version').toBe(1);
  expect(new Set(packages.map(({ manifest }) => manifest.repository?.url)).size, 'one repository').toBe(1);
});

describe.each(packages.map((found) => [found.name, found] as const))(
  '%s',
  (_, { path, folder, manifest }) => {
    test('says what it is and where it comes from', () => {
      expect(manifest.description?.length).toBeGreaterThan(30);
      expect(manifest.keywords?.length).toBeGreaterThan(3);
      expect(manifest.license).toBe(license);
      expect(manifest.repository).toMatchObject({ type: 'git', directory: path });
      expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
      expect(eldest(manifest.engines?.node ?? '')).toBeGreaterThanOrEqual(eldest(engines.node));
    });

    test('has a README of its own that says how it is had', () => {
      const readme = readFileSync(join(folder, 'README.md'), 'utf8');
      expect(readme).toMatch(new RegExp(`^# ${manifest.name}\n`));
      expect(readme).toContain('npm run pack');
      for (const [, target = ''] of readme.matchAll(/\]\(([^)#:]+)\)/g)) {
        expect(existsSync(join(folder, target)), target).toBe(true);
      }
    });

    test('is built before it is packed', () => {
      expect(manifest.scripts).toEqual({ prepack: 'node ../../scripts/prepack.mjs' });
    });

    test('leads old resolvers and new ones to the same file', () => {
      expect(manifest.main).toBe(manifest.exports?.['.']?.default);
      expect(manifest.types).toBe(manifest.main?.replace(/\.js$/, '.d.ts'));
      for (const [door, target] of Object.entries(manifest.exports ?? {})) {
        // Without `types`: TypeScript finds them beside the file.
        expect(Object.keys(target), door).toEqual(['chappe-source', 'default']);
        const source = target['chappe-source'] ?? '';
        expect(existsSync(join(folder, source)), source).toBe(true);
        expect(target.default, door).toBe(source.replace('./src/', './dist/').replace(/\.ts$/, '.js'));
      }
    });

    test('asks for the others in the version they have, and runs where they run', () => {
      for (const [name, wanted] of Object.entries(manifest.dependencies ?? {})) {
        if (!name.startsWith('@chappe/')) continue;
        expect(wanted, name).toBe(versions.get(name));
        const below = packages.find((other) => other.name === name)?.manifest.engines?.node ?? '';
        expect(eldest(manifest.engines?.node ?? ''), name).toBeGreaterThanOrEqual(eldest(below));
      }
    });
  },
);
