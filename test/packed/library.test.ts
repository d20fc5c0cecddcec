/** The library alone, installed without a network, in every kind of project that it is for. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, inject, test } from 'vitest';
import { root } from '../../scripts/packages.ts';
import { finished } from './run.ts';

const { library, whole, nodes } = inject('packed');
const versions = Object.keys(nodes);
const both = readFileSync(fileURLToPath(new URL('sources/both.ts', import.meta.url)), 'utf8');
const printed = '8 units to 447700900123 16\n';

let count = 0;
/** A folder below the project: what is installed there is found here. */
function folderOf(type: string, files: Readonly<Record<string, string>>): string {
  count += 1;
  const folder = join(library, String(count));
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const seven = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
/** That of projects that were not touched for a while; it may not be there. */
const five = whole && join(whole, 'node_modules', 'typescript', 'bin', 'tsc');

test.for([
  ['a module', 'module', { module: 'nodenext' }, seven],
  ['CommonJS', 'commonjs', { module: 'nodenext' }, seven],
  ['a bundler', 'module', { module: 'esnext', moduleResolution: 'bundler' }, seven],
  ['a module kept as it is', 'module', { module: 'preserve' }, seven],
  ['CommonJS by the old name', 'commonjs', { module: 'commonjs' }, seven],
  ['CommonJS, TypeScript 5', 'commonjs', { module: 'nodenext' }, five],
  // Which resolves as Node 10 did: by `main` and `types`.
  ['CommonJS by the old name, TypeScript 5', 'commonjs', { module: 'commonjs' }, five],
] as const)('TypeScript: %s', async ([, type, how, compiler], { skip }) => {
  if (compiler === undefined) return skip('the registry was not reached');
  const compilerOptions = {
    ...how,
    target: 'es2022',
    strict: true,
    // The declarations of the packages are checked like one's own.
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
    outDir: 'out',
    rootDir: '.',
  };
  const tsconfig = JSON.stringify({ compilerOptions, files: ['both.ts'] });
  const folder = folderOf(type, { 'tsconfig.json': tsconfig, 'both.ts': both });
  await finished(process.execPath, [compiler, '-p', folder]);
  for (const version of versions) {
    const said = await finished(nodes[version]!, [join(folder, 'out', 'both.js')], { cwd: folder });
    expect(said, `on Node ${version}`).toBe(printed);
  }
});

test.each(['esm', 'cjs'] as const)('bundled into one file, %s', async (format) => {
  const folder = folderOf(format === 'esm' ? 'module' : 'commonjs', { 'both.ts': both });
  const outfile = join(folder, 'out', 'both.js');
  await build({ entryPoints: [join(folder, 'both.ts')], outfile, bundle: true, platform: 'node', format });
  for (const version of versions) {
    expect(await finished(nodes[version]!, [outfile]), `on Node ${version}`).toBe(printed);
  }
});

/** The same without types. */
const script = both.replace('type SentMessage, ', '').replace(/: (SentMessage|Promise<void>)/g, '');
const imports = /^import (\{.*\}) from ('.*');\n/gm;
const inside = [...script.matchAll(imports)].map(
  ([, names, from]) => `  const ${names} = await import(${from});\n`,
);

describe.each(versions)('plain JavaScript on Node %s', (version) => {
  test.each([
    ['a module', 'module', script],
    ['CommonJS that requires', 'commonjs', script.replaceAll(imports, 'const $1 = require($2);\n')],
    [
      'CommonJS that imports',
      'commonjs',
      script.replaceAll(imports, '').replace('{\n', `{\n${inside.join('')}`),
    ],
  ])('%s', async (_, type, text) => {
    const folder = folderOf(type, { 'both.js': text });
    expect(await finished(nodes[version]!, [join(folder, 'both.js')], { cwd: folder })).toBe(printed);
  });
});
