/** What is in each tarball, and what those say who lint packages for a living. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, test } from 'vitest';
import { publicPackages } from '../../scripts/packages.ts';
import { finished } from './run.ts';

const { tarballs } = inject('packed');

/** The tarball's files, without the folder that npm lays them in. */
async function filesIn(tarball: string): Promise<string[]> {
  const listed = await finished('tar', ['tzf', tarball]);
  return listed
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
}

describe.each(publicPackages().map((found) => [found.name, found] as const))(
  '%s',
  (name, { folder, manifest }) => {
    const tarball = tarballs[name]!;

    test('has README, licence, and for each source what was made of it; nothing else', async () => {
      const files = new Set(await filesIn(tarball));
      const sources = [...files].filter((path) => path.startsWith('src/') && path.endsWith('.ts'));
      expect(sources).toContain('src/index.ts');
      const made = sources.flatMap((path) => {
        const stem = path.replace(/^src/, 'dist').slice(0, -'.ts'.length);
        return [`${stem}.js`, `${stem}.js.map`, `${stem}.d.ts`, `${stem}.d.ts.map`];
      });
      const bins = Object.values(manifest.bin ?? {});
      // Files that are served as they are.
      const folderOfAssets = join(folder, 'assets');
      const assets = existsSync(folderOfAssets)
        ? readdirSync(folderOfAssets).map((path) => `assets/${path}`)
        : [];
      const wanted = ['package.json', 'README.md', 'LICENSE', ...bins, ...sources, ...made, ...assets];
      expect([...files].sort()).toEqual(wanted.sort());
      const packed = await finished('tar', ['xzfO', tarball, 'package/README.md']);
      expect(packed).toBe(readFileSync(join(folder, 'README.md'), 'utf8'));
    });

    test('publint finds nothing', async () => {
      const { buffer, byteOffset, byteLength } = readFileSync(tarball);
      const data = buffer.slice(byteOffset, byteOffset + byteLength);
      const { messages, pkg } = await publint({ pack: { tarball: data as ArrayBuffer }, strict: true });
      expect(messages.map((message) => formatMessage(message, pkg) ?? message.code)).toEqual([]);
    });

    test('the types are right, whoever resolves them', async () => {
      const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
      if (!result.types) throw new Error('there are no types');
      // That it is a module is meant so: docs/recipes/commonjs.md says how CommonJS takes it.
      const problems = result.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM');
      expect(problems).toEqual([]);
    });
  },
);
